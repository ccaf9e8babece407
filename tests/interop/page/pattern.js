/*
 * tests/interop/page/pattern.js  The simulated camera's pattern, from a page
 *
 *     [pattern] -> video track -> RTCPeerConnection
 *
 * The same picture as drivers/pattern.h, made as I420, so that its colours
 * are exact and nothing is drawn that did not change. The text for people is
 * left out.
 */
'use strict';

{
const COLUMNS = 16, ROWS = 12, BOX_STEPS = 64, CHECK = 0xa5c3;
const WHITE = 235, BLACK = 16, GREY = 128;
const BARS = [[180, 128, 128], [161, 44, 142], [131, 156, 44],
	[112, 72, 58], [84, 184, 198], [65, 100, 212], [35, 212, 114],
	[16, 128, 128]]; /* Y, U, V */

class Pattern {
	constructor(width, height)
	{
		this.width = width;
		this.height = height;
		this.data = new Uint8Array(width * height * 3 / 2);
		this.data.fill(BLACK, 0, width * height);
		this.data.fill(GREY, width * height);
		this.words = [];
		this.box = 0;
		BARS.forEach((colour, i) => this.bar(colour, i));
		this.fill(0, 8, COLUMNS, 4, GREY);
	}

	/* Of luma [pixels] */
	paint(x, y, width, height, value)
	{
		for (let row = y; row < y + height; row++) {
			const at = row * this.width + x;
			this.data.fill(value, at, at + width);
		}
	}

	x(column)
	{
		return Math.floor(column * this.width / COLUMNS);
	}

	y(row)
	{
		return Math.floor(row * this.height / ROWS);
	}

	/* Of luma [cells] */
	fill(column, row, columns, rows, value)
	{
		const x = this.x(column), y = this.y(row);

		this.paint(x, y, this.x(column + columns) - x,
			   this.y(row + rows) - y, value);
	}

	bar([luma, ...chroma], i)
	{
		const half = this.width / 2;
		const from = this.x(2 * i) >> 1, to = this.x(2 * i + 2) >> 1;

		this.fill(2 * i, 4, 2, 4, luma);
		chroma.forEach((value, plane) => {
			const base = this.width * this.height +
				plane * half * (this.height / 2);
			for (let y = this.y(4) >> 1; y < this.y(8) >> 1; y++)
				this.data.fill(value, base + y * half + from,
					       base + y * half + to);
		});
	}

	draw(number, wall)
	{
		const time = wall % 2 ** 32;
		const words = [number & 0xffff, Math.floor(time / 65536),
			time % 65536];

		words.push(words[0] ^ words[1] ^ words[2] ^ CHECK);
		words.forEach((word, row) => {
			const changed = word ^ (this.words[row] ?? ~word);
			for (let i = 0; i < COLUMNS; i++)
				if (changed >> 15 - i & 1)
					this.fill(i, row, 1, 1,
						word >> 15 - i & 1 ? WHITE :
						BLACK);
		});
		this.words = words;
		this.move(number);
	}

	move(number)
	{
		const width = this.x(2), y = this.y(8);
		const height = this.y(10) - y;
		const step = number % (2 * BOX_STEPS);

		this.paint(this.box, y, width, height, GREY);
		this.box = Math.floor((this.width - width) *
			(step > BOX_STEPS ? 2 * BOX_STEPS - step : step) /
			BOX_STEPS);
		this.paint(this.box, y, width, height, WHITE);
	}
}

/** A video track that shows it; stop() of the track ends it */
window.pattern_track = ({ width = 640, height = 480, fps = 30 } = {}) => {
	const pattern = new Pattern(width, height);
	const track = new MediaStreamTrackGenerator({ kind: 'video' });
	const writer = track.writable.getWriter();
	const begin = performance.now();
	let number = 0;

	const next = () => {
		if (track.readyState === 'ended')
			return;
		const late = Math.floor((performance.now() - begin) * fps /
			1000);
		number = Math.max(number, late);
		pattern.draw(number, Date.now());
		const frame = new VideoFrame(pattern.data, { format: 'I420',
			codedWidth: width, codedHeight: height,
			timestamp: Math.round(number * 1e6 / fps),
			colorSpace: { matrix: 'smpte170m', fullRange: false,
				primaries: 'smpte170m',
				transfer: 'smpte170m' } });
		writer.write(frame).catch(() => {});
		number++;
		setTimeout(next, Math.max(0, begin + number * 1000 / fps -
			performance.now()));
	};

	next();
	return track;
};
}
