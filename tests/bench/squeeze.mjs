#!/usr/bin/env node
/**
 * @file tests/bench/squeeze.mjs  A line of 2 Mbit/s that narrows and widens
 *
 *     film of noise -> phone -> relay (rate, long queue) -> Chromium
 *
 * For how long what is sent does not fit the line, and how long the queue is.
 * The simulated camera's pattern needs 400 kbit/s and no more: what fills the
 * line is a film of noise, fainter and fainter from one side to the other, of
 * which a coarser quantizer leaves less and less.
 * Prints, does not judge. BOARDPHONE names the binary, BENCH_CODECS which
 * codecs, BENCH_SIZE the pictures' size, BENCH_CALLS how many calls each; with
 * BENCH_PEER=1 Chromium calls Chromium as well. A call takes about 80 s.
 */
import { openSync, closeSync, writeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { chance } from '../interop/lab/impair.mjs';
import { Relay } from '../interop/lab/relay.mjs';
import { now, never } from '../interop/lab/wait.mjs';
import { row, section } from './table.mjs';

const CODECS = (process.env.BENCH_CODECS ?? 'H264,VP8').split(',');
const CALLS = Number(process.env.BENCH_CALLS ?? 1);
const SIZE = process.env.BENCH_SIZE ?? '640x480';
const WIDE = 2000, NARROW = 300;           /* [kbit/s] */
const BEFORE = 25, LOW = 20, AFTER = 25;   /* [s] */
const QUEUE = 3000;                        /* Holds [ms] */
const DELAY = 20;                          /* Each way [ms] */
const BAD = 300;                           /* Of the queue [ms] */
const EACH = 10;                           /* Looked at [ms] */
const WINDOW = 2000;                       /* Of a rate: has a key frame [ms] */
const HEADERS = 28;                        /* IPv4 and UDP [bytes] */
const FRAMES = 60, GREY = 128;             /* Of the film */
const MOST = 40;                           /* Of its noise, at one side */
const FITS = 1.1, FILLS = 0.7;             /* Of the line's rate */
const HELD = 2000;                         /* For so long, to count [ms] */

/* From the issue */
const DOWN = { unit: 's', limit: 3, digits: 1 };
const UP = { unit: 's', limit: 15, digits: 1 };
const LONG = { unit: 's', limit: 1, digits: 2 };

const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

/* A film of grey with noise, stronger and stronger towards one side */
function write_film(name)
{
	const [width, height] = SIZE.split('x').map(Number);
	const random = chance(1);
	const luma = Buffer.alloc(width * height);
	const chroma = Buffer.alloc(width * height / 2, GREY);
	const fd = openSync(name, 'w');

	writeSync(fd, `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420\n`);
	for (let i = 0; i < FRAMES; i++) {
		for (let at = 0; at < luma.length; at++)
			luma[at] = GREY + (random() - 0.5) * MOST *
				(at % width / width) ** 2;
		writeSync(fd, 'FRAME\n');
		writeSync(fd, luma);
		writeSync(fd, chroma);
	}
	closeSync(fd);
}

/* What a line sends and queues, from now on for so many seconds */
async function look(line, seconds)
{
	const start = now();
	const list = [];
	const timer = setInterval(() => list.push({ at: now() - start,
		bits: (line.count.bytes + line.count.packets * HEADERS) * 8,
		queue: Math.max(0, line.free - now()) }), EACH);

	await never('looking', () => false, seconds * 1000);
	clearInterval(timer);
	let first = 0;
	for (const one of list) {
		while (list[first].at < one.at - WINDOW)
			first++;
		one.rate = (one.bits - list[first].bits) /
			(one.at - list[first].at || 1);
	}
	return list;
}

/* When a rate was good at the latest, if it stayed so for HELD: the end of the
   first such window [s] */
function settled(list, good)
{
	let since = null;

	for (const { at, rate } of list) {
		if (at < WINDOW || !good(rate))
			since = null;
		else
			since ??= at;
		if (since !== null && at - since >= HELD)
			return since / 1000;
	}
	return Infinity;
}

/* The longest time in which the queue was too long [s] */
function too_long(list)
{
	let since = null, most = 0;

	for (const { at, queue } of list) {
		since = queue > BAD ? since ?? at : null;
		most = Math.max(most, since === null ? 0 : at - since);
	}
	return most / 1000;
}

const mean = (list) => list.length < 2 ? 0 :
	(list.at(-1).bits - list[0].bits) / (list.at(-1).at - list[0].at);

/* One call, whose pictures go over this line of the relay */
async function squeeze(relay, side)
{
	const back = side === 'up' ? 'down' : 'up';
	const set = (rate) => relay.set({ [back]: { delay: DELAY },
		[side]: { delay: DELAY, rate, queue: QUEUE } });

	set(WIDE);
	const before = await look(relay[side], BEFORE);
	set(NARROW);
	const low = await look(relay[side], LOW);
	set(WIDE);
	const after = await look(relay[side], AFTER);
	return { before: mean(before.slice(-10 * 1000 / EACH)),
		 down: settled(low, (rate) => rate <= NARROW * FITS),
		 long: too_long(low),
		 worst: Math.max(...low.map((one) => one.queue)),
		 low: mean(low.slice(-10 * 1000 / EACH)),
		 up: settled(after, (rate) => rate >= WIDE * FILLS),
		 long_after: too_long(after) };
}

async function of_phone(lab, codec)
{
	const phone = await lab.phone({ call: { auto_answer: 'yes' },
		video: { camera: `sim:file=${lab.dir}/film.y4m`, size: SIZE,
			fps: 30, bitrate: `${WIDE}k`,
			codecs: codec.toLowerCase() } });
	const anna = await lab.fresh_anna();
	const relay = await new Relay({ delay: DELAY }).start();
	const from = anna.events.mark();

	try {
		await anna.route(relay);
		await anna.call('board', { video: { source: null, codec,
			direction: 'recvonly' } });
		await anna.wait('heard', { from });
		return await squeeze(relay, 'down');
	} finally {
		await anna.idle();
		await phone.stop();
		await relay.stop();
	}
}

async function of_browser(lab, codec)
{
	const anna = await lab.fresh_anna();
	const carl = await lab.browser.user('carl', lab.kamailio.url());
	const relay = await new Relay({ delay: DELAY }).start();

	try {
		await anna.route(relay);
		await anna.call('carl', {
			video: { source: 'pattern', codec } });
		await carl.wait('incoming');
		await carl.lab('answer', { tone: { frequency: 1000 },
			video: { source: null } });
		await carl.wait('seen', { limit: 20000 });
		return await squeeze(relay, 'up');
	} finally {
		await anna.idle();
		await carl.close();
		await relay.stop();
	}
}

function tell(name, list)
{
	const of = (figure) => list.map((one) => one[figure]);

	section(name);
	row(`sent at ${WIDE} kbit/s`, of('before'), { unit: 'kbit/s' });
	row(`to ${NARROW} kbit/s: what is sent fits after`, of('down'), DOWN);
	row(`queue over ${BAD} ms for`, of('long'), LONG);
	row('queue at most', of('worst'), { unit: 'ms' });
	row(`sent at ${NARROW} kbit/s`, of('low'), { unit: 'kbit/s' });
	row(`and back: ${FILLS} of the line is used after`, of('up'), UP);
	row(`queue over ${BAD} ms for`, of('long_after'), LONG);
}

async function calls(name, one)
{
	const list = [];

	for (let i = 0; i < CALLS; i++)
		list.push(await one());
	tell(name, list);
}

const lab = new Laboratory(`${tmpdir()}/boardphone-squeeze-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	console.log(`Chromium ${lab.browser.version}, pictures of ${SIZE}, ` +
		`load ${loadavg()[0].toFixed(1)}\n`);
	write_film(`${lab.dir}/film.y4m`);
	for (const codec of CODECS) {
		await calls(`${codec}, phone to Chromium`,
			    () => of_phone(lab, codec));
		if (process.env.BENCH_PEER)
			await calls(`${codec}, Chromium to itself`,
				    () => of_browser(lab, codec));
	}
} finally {
	await lab.stop();
}
process.exit(0);
