/**
 * @file page/icons.mjs  The page's icons as PNG, drawn by arithmetic
 *
 * The same figure as icon.svg: a door station, light on a rounded square.
 * Nothing but zlib is needed.
 */
import { deflateSync } from 'node:zlib';

const SIZES = [180, 192, 512];
const PIECES = 4; /* Samples of a pixel's side, for smooth edges */
const TOP = [0x2f, 0x7d, 0xf6], BOTTOM = [0x16, 0x4f, 0xd0];

/* PNG's checksum; zlib tells its own from Node 20 on only */
function crc32(octets)
{
	let crc = ~0;

	for (const octet of octets) {
		crc ^= octet;
		for (let bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
	}
	return ~crc >>> 0;
}

function chunk(type, data)
{
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const head = Buffer.alloc(4), tail = Buffer.alloc(4);

	head.writeUInt32BE(data.length);
	tail.writeUInt32BE(crc32(body));
	return Buffer.concat([head, body, tail]);
}

/* Distance to a capsule from (ax, ay) to (bx, by) */
function capsule(x, y, ax, ay, bx, by)
{
	const dx = bx - ax, dy = by - ay;
	const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) /
		(dx * dx + dy * dy)));

	return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/* Whether a point of the unit square is on the figure: a plate with a lens, a
   loudspeaker's three bars and a button */
function figure(x, y)
{
	const plate = Math.max(Math.abs(x - .5) - .13,
		Math.abs(y - .5) - .23);
	const inside = Math.hypot(Math.max(Math.abs(x - .5) - .13, 0),
		Math.max(Math.abs(y - .5) - .23, 0)) < .07;
	const lens = Math.hypot(x - .5, y - .335);
	const bar = Math.min(...[.475, .53, .585].map((at) =>
		capsule(x, y, .425, at, .575, at)));
	const button = Math.hypot(x - .5, y - .69);

	return plate < .07 && inside && !(lens < .085 && lens > .035) &&
		bar > .013 && button > .05;
}

function square(x, y, radius)
{
	const dx = Math.max(Math.abs(x - .5) - .5 + radius, 0);
	const dy = Math.max(Math.abs(y - .5) - .5 + radius, 0);

	return Math.hypot(dx, dy) <= radius;
}

/* Light of a pixel: how much of it the shape covers */
function cover(px, py, size, shape)
{
	let hits = 0;

	for (let i = 0; i < PIECES * PIECES; i++)
		hits += shape((px + (i % PIECES + .5) / PIECES) / size,
			(py + (Math.floor(i / PIECES) + .5) / PIECES) / size);
	return hits / (PIECES * PIECES);
}

function draw(size, radius)
{
	const rows = [];

	for (let y = 0; y < size; y++) {
		const row = Buffer.alloc(1 + size * 4);
		for (let x = 0; x < size; x++) {
			const light = cover(x, y, size, figure);
			const alpha = radius ? cover(x, y, size,
				(a, b) => square(a, b, radius)) : 1;
			for (let c = 0; c < 3; c++) {
				const back = TOP[c] + (BOTTOM[c] - TOP[c]) *
					y / size;
				row[1 + x * 4 + c] = Math.round(back +
					(255 - back) * light);
			}
			row[4 + x * 4] = Math.round(255 * alpha);
		}
		rows.push(row);
	}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(size, 0);
	head.writeUInt32BE(size, 4);
	head.set([8, 6, 0, 0, 0], 8);
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', head),
		chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
		chunk('IEND', Buffer.alloc(0))]);
}

/** Name and octets of each; 180 is Apple's, which wants full corners */
export function icons()
{
	return SIZES.map((size) => [`icon-${size}.png`,
		draw(size, size === 192 ? .22 : 0)]);
}
