/**
 * @file tests/interop/lab/png.mjs  A picture in a file, and the pattern in it
 *
 *     PNG -> [png] -> pixels -> number and colours of the test picture
 *
 * RGB of 8 bit, as libpng writes it. The layout of the picture is in
 * drivers/pattern.h; page/eye.js reads the same in a browser.
 */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const SIGNATURE = 8, LENGTH = 4, TYPE = 4, CHECKSUM = 4; /* Octets */
const COLOURS = 3;
const COLUMNS = 16, ROWS = 12;
const CHECK = 0xa5c3;
const THRESHOLD = 128;
const FULL = 255, BRIGHT = 191;
const BARS = [[1, 1, 1], [1, 1, 0], [0, 1, 1], [0, 1, 0], [1, 0, 1],
	[1, 0, 0], [0, 0, 1], [0, 0, 0]];

function* chunks(data)
{
	for (let at = SIGNATURE; at + LENGTH + TYPE <= data.length;) {
		const size = data.readUInt32BE(at);
		const body = at + LENGTH + TYPE;
		yield { type: data.toString('latin1', at + LENGTH, body),
			data: data.subarray(body, body + size) };
		at = body + size + CHECKSUM;
	}
}

/* PNG section 9.4 */
function paeth(a, b, c)
{
	const pa = Math.abs(b - c), pb = Math.abs(a - c);
	const pc = Math.abs(a + b - 2 * c);

	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

const FILTERS = [() => 0, (a) => a, (a, b) => b, (a, b) => (a + b) >> 1,
	paeth];

/** { width, height, data: RGB } of a file; throws if it is not whole yet */
export function read_png(file)
{
	const all = [...chunks(readFileSync(file))];
	const head = all.find(({ type }) => type === 'IHDR').data;
	const width = head.readUInt32BE(0), height = head.readUInt32BE(4);
	const raw = inflateSync(Buffer.concat(all.filter(({ type }) =>
		type === 'IDAT').map((chunk) => chunk.data)));
	const row = width * COLOURS;
	const data = Buffer.alloc(row * height);

	for (let y = 0; y < height; y++) {
		const from = y * (row + 1);
		const filter = FILTERS[raw[from]];
		for (let x = 0; x < row; x++) {
			const at = y * row + x, left = x >= COLOURS;
			data[at] = raw[from + 1 + x] + filter(
				left ? data[at - COLOURS] : 0,
				y ? data[at - row] : 0,
				left && y ? data[at - row - COLOURS] : 0);
		}
	}
	return { width, height, data };
}

/* A colour in the middle of a cell */
function sample({ width, height, data }, column, row, colour)
{
	const x = Math.floor((column + 0.5) * width / COLUMNS);
	const y = Math.floor((row + 0.5) * height / ROWS);

	return data[(y * width + x) * COLOURS + colour];
}

const word = (picture, row) => Array.from({ length: COLUMNS }, (_, i) =>
	sample(picture, i, row, 1) > THRESHOLD)
	.reduce((bits, bit) => bits << 1 | bit, 0);

/**
 * The test picture, if it is that.
 *
 * @return { number, error: of its worst bar [percent of full scale] }, or
 *         null
 */
export function pattern_in(picture)
{
	const [number, high, low, check] = [0, 1, 2, 3].map((row) =>
		word(picture, row));
	const errors = BARS.map((want, bar) => [0, 1, 2].reduce((sum, c) =>
		sum + Math.abs(sample(picture, 2 * bar + 1, 5, c) -
			       want[c] * BRIGHT), 0) / COLOURS / FULL * 100);

	return (number ^ high ^ low ^ CHECK) === check ?
		{ number, error: Math.max(...errors) } : null;
}
