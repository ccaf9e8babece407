/*
 * tests/interop/page/eye.js  Watches what a <video> shows
 *
 *     <video> -> [eye] -> figures -> test
 *
 * Reads the simulated camera's pattern (drivers/pattern.h has the layout) in
 * each frame that is presented, drawn small, so that it costs next to
 * nothing. window.eye.watch() says what to look at; the first frame that can
 * be read is the event `seen`.
 */
'use strict';

{
const COLUMNS = 16, ROWS = 12, CELL = 4; /* CELL: side, drawn small [pixels] */
const WIDTH = COLUMNS * CELL, HEIGHT = ROWS * CELL;
const THRESHOLD = 128; /* Of green: luma 126 in full range */
const CHECK = 0xa5c3, NUMBERS = 0x10000, TIMES = 2 ** 32;
const BARS = 8, BAR_ROWS = [5, 6]; /* Of rows 4 to 7: not the edges */
const FULL = 255, BRIGHT = 191;
const NAMES = ['white', 'yellow', 'cyan', 'green', 'magenta', 'red', 'blue',
	'black'];
const COLOURS = [[1, 1, 1], [1, 1, 0], [0, 1, 1], [0, 1, 0], [1, 0, 1],
	[1, 0, 0], [0, 0, 1], [0, 0, 0]].map((c) => c.map((x) => x * BRIGHT));

const canvas = document.createElement('canvas');
canvas.width = WIDTH;
canvas.height = HEIGHT;
const context = canvas.getContext('2d', { willReadFrequently: true });

/* Mean of one colour in the middle of a cell */
function sample(pixels, column, row, colour)
{
	let sum = 0;

	for (const y of [1, 2])
		for (const x of [1, 2])
			sum += pixels[((row * CELL + y) * WIDTH +
				column * CELL + x) * 4 + colour];
	return sum / 4;
}

function word(pixels, row)
{
	let bits = 0;

	for (let i = 0; i < COLUMNS; i++)
		bits = bits << 1 | (sample(pixels, i, row, 1) > THRESHOLD);
	return bits;
}

/* { number, time }, or null */
function read(pixels)
{
	const [number, high, low, check] = [0, 1, 2, 3].map((row) =>
		word(pixels, row));

	return (number ^ high ^ low ^ CHECK) === check ?
		{ number, time: high * NUMBERS + low } : null;
}

/* How wrong each bar is, the mean of its colours [percent of full scale] */
function errors(pixels)
{
	return COLOURS.map((want, bar) => {
		let sum = 0, count = 0;

		for (const row of BAR_ROWS)
			for (const column of [2 * bar, 2 * bar + 1])
				for (let c = 0; c < 3; c++, count++)
					sum += Math.abs(sample(pixels, column,
						row, c) - want[c]);
		return sum / count / FULL * 100;
	});
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const most = (list) => list.reduce((a, b) => Math.max(a, b), 0);
const round = (x) => Math.round(x * 10) / 10;

const eye = window.eye = {
	video: null,
	frames: null,  /* That are recorded: { at, number, delay } */
	colours: null, /* Sums of errors(), of those that were read */
	ever: false,   /* Something was read */

	/** Look at a <video>, or the first one that a selector finds */
	watch(what = 'video')
	{
		const video = typeof what === 'string' ?
			document.querySelector(what) : what;

		this.video = video;
		this.ever = false;
		const look = (now, frame) => {
			if (this.video !== video)
				return;
			video.requestVideoFrameCallback(look);
			this.take(frame);
		};
		video?.requestVideoFrameCallback(look);
		return !!video;
	},

	take({ presentationTime: at, receiveTime })
	{
		const wall = Date.now();

		context.drawImage(this.video, 0, 0, WIDTH, HEIGHT);
		const pixels = context.getImageData(0, 0, WIDTH, HEIGHT).data;
		const seen = read(pixels);
		if (seen && !this.ever) {
			this.ever = true;
			const origin = performance.timeOrigin;
			window.report?.({ event: 'seen', number: seen.number,
				received: origin + receiveTime,
				shown: origin + at,
				time: origin + performance.now() });
		}
		if (!this.frames)
			return;
		this.frames.push({ at, number: seen?.number,
			delay: seen && (wall - seen.time) % TIMES });
		if (seen)
			this.colours = errors(pixels).map((error, i) =>
				error + (this.colours?.[i] ?? 0));
	},

	/** Begin to record */
	record()
	{
		this.frames = [];
		this.colours = null;
		this.began = performance.now();
	},

	/**
	 * What was seen since record(), which goes on:
	 * frames     presented, of these `read` had a pattern that fits
	 * distinct   of these, with a number of their own
	 * backwards  of these, older than the one before; repeated, the same
	 * sent       numbers from the first to the last that was read
	 * share      distinct of sent [percent]
	 * fps        distinct in a second
	 * freeze     longest time without a new number, until now [ms];
	 *            without a pattern, without a frame
	 * delay      from drawing to presenting { median, worst } [ms]
	 * colours    mean error of each bar [percent of full scale], of all
	 */
	seen()
	{
		const now = performance.now();
		const all = this.frames ?? [];
		const good = all.filter((f) => f.number !== undefined);
		const figures = { frames: all.length, read: good.length,
			distinct: 0, backwards: 0, repeated: 0, sent: 0,
			width: this.video?.videoWidth ?? 0,
			height: this.video?.videoHeight ?? 0,
			seconds: (now - this.began) / 1000 };
		const steps = [], fresh = [];
		let last;

		for (const f of good.length ? good : all) {
			const step = last === undefined ||
				f.number === undefined ? 1 :
				(f.number - last + NUMBERS) % NUMBERS;

			if (!step)
				figures.repeated++;
			else if (step > NUMBERS / 2)
				figures.backwards++;
			if (!step || step > NUMBERS / 2)
				continue;
			last = f.number;
			steps.push(step);
			fresh.push(f);
		}
		figures.distinct = good.length ? fresh.length : 0;
		figures.sent = good.length ? steps.reduce((a, b) => a + b, 0) :
			0;
		figures.share = figures.sent ?
			round(figures.distinct / figures.sent * 100) : 0;
		figures.fps = round(fresh.length / figures.seconds);
		figures.freeze = Math.round(most([...fresh.map((f) => f.at),
			now].map((at, i) => at - (fresh[i - 1]?.at ??
				this.began))));
		const delays = good.map((f) => f.delay);
		figures.delay = { median: median(delays), worst: most(delays) };
		const errs = (this.colours ?? []).map((sum) =>
			sum / good.length);
		figures.colours = Object.fromEntries(errs.map((e, i) =>
			[NAMES[i], round(e)]));
		figures.colour_error = round(errs.reduce((a, b) => a + b, 0) /
			BARS);
		return figures;
	},
};
}
