#!/usr/bin/env node
/**
 * @file tests/bench/picture.mjs  How soon and how smoothly a picture is seen
 *
 *     sim:pattern -> phone -> [relay] -> Chromium -> eye
 *
 * Prints, does not judge. BOARDPHONE names the binary, BENCH_CALLS says how
 * often the times are taken, BENCH_SECONDS how long a picture is watched.
 * Few and short unless BOARDPHONE_LONG is set.
 */
import { tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { Relay } from '../interop/lab/relay.mjs';
import { never, until } from '../interop/lab/wait.mjs';
import { answered, hangs_up, no_call, rung }
	from '../interop/scenarios/page.mjs';
import { row, section } from './table.mjs';

const LONG = Boolean(process.env.BOARDPHONE_LONG);
const CALLS = Number(process.env.BENCH_CALLS ?? (LONG ? 20 : 3));
const SECONDS = Number(process.env.BENCH_SECONDS ?? (LONG ? 20 : 8));
const LOSSES = LONG ? 5 : 1;
const LOSS = 5000;    /* Nothing arrives [ms] */
const SETTLED = 1000; /* After the first frame [ms] */
const CODECS = ['h264', 'vp8'];
const VIDEO = { camera: 'sim:pattern', size: '640x480', fps: 30 };

/* From the issue */
const TO_FRAME = { unit: 'ms', limit: 80, peer: 80, browser: 180 };
const TO_FRAME_WORST = { unit: 'ms', limit: 200 };
const DELAY = { unit: 'ms', limit: 120 };
const FREEZE = { unit: 'ms', limit: 100 };
const RATE = { unit: 'fps', limit: 30, digits: 1 };
const BACK = { unit: 'ms', limit: 700 };

const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

const time_of = (user, from, name, match = () => true) =>
	user.events.find((e) => e.event === name && match(e), from).time;

/* Anna and a phone that have a call; where her events of it begin */
async function connect(phone, anna, codec, outgoing)
{
	const from = anna.events.mark();
	const video = { source: null, codec: codec.toUpperCase(),
		direction: 'recvonly' };

	if (outgoing) {
		await phone.must('call', 'anna', 'av');
		await anna.wait('incoming', { from });
		await anna.lab('answer', { video });
	} else {
		await anna.call('board', { video });
	}
	await anna.wait('seen', { from });
	return from;
}

async function hung_up(phone, anna, from)
{
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await until('no call', async () => await phone.calls() === 0);
}

const phone_of = (lab, codec) => lab.phone({ call: { auto_answer: 'yes' },
	video: { ...VIDEO, codecs: codec } });

/* From 200 OK to the first frame, both by the browser's clock; an answer is
   told when it has come, or is about to leave */
async function first_frames(lab, codec, outgoing)
{
	const phone = await phone_of(lab, codec);
	const anna = await lab.fresh_anna();
	const times = [];

	/* The first one warms the browser up */
	for (let i = 0; i <= CALLS; i++) {
		const from = await connect(phone, anna, codec, outgoing);
		if (i)
			times.push(time_of(anna, from, 'seen') -
				time_of(anna, from, 'sdp',
					(e) => e.type === 'answer'));
		await hung_up(phone, anna, from);
	}
	const what = `${codec}, ${outgoing ? 'phone' : 'browser'} calls`;
	row(what, times, TO_FRAME);
	row(`${what}: worst`, Math.max(...times), TO_FRAME_WORST);
	await phone.stop();
}

/* The board's button, the page's picture */
async function smoothness(lab, codec)
{
	const board = await lab.board({ video: { ...VIDEO, codecs: codec } });
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await answered(visitor);
	await visitor.page.evaluate(() => window.eye.watch('#picture'));
	await visitor.wait('seen');
	await never('it ended', () => !board.alive(), SETTLED);
	const seen = await visitor.watch(SECONDS, '#picture');
	await hangs_up(visitor);
	await no_call(board);
	await board.stop();
	await visitor.close();
	row(`${codec}: capture to screen`, seen.delay.median, DELAY);
	row(`${codec}: the same, worst`, seen.delay.worst, { unit: 'ms' });
	row(`${codec}: frames shown`, seen.fps, RATE);
	row(`${codec}: longest freeze`, seen.freeze, FREEZE);
}

/* How long until there is a new frame, after nothing arrived for a while */
async function recovery(anna, relay)
{
	relay.set({ block: true });
	await never('something arrives', () => false, LOSS);
	await anna.page.evaluate(() => window.eye.record());
	relay.set({});
	const start = performance.timeOrigin + performance.now();
	const at = await until('the picture is back', () =>
		anna.page.evaluate(() => {
			const frame = window.eye.frames.find((f) =>
				f.number !== undefined);
			return frame && performance.timeOrigin + frame.at;
		}));
	return at - start;
}

async function after_losses(lab, codec)
{
	const relay = await new Relay().start();
	const phone = await phone_of(lab, codec);
	const anna = await lab.fresh_anna();
	const times = [];

	await anna.route(relay);
	const from = await connect(phone, anna, codec, false);
	for (let i = 0; i < LOSSES; i++) {
		await never('it ended', () => !phone.alive(), SETTLED);
		times.push(await recovery(anna, relay));
	}
	await hung_up(phone, anna, from);
	await anna.route(null);
	await phone.stop();
	await relay.stop();
	row(codec, times, BACK);
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	section(`200 OK to the first frame seen in Chromium, ${CALLS} calls: ` +
		'median (best, worst)');
	for (const codec of CODECS)
		for (const outgoing of [false, true])
			await first_frames(lab, codec, outgoing);
	section(`the board's own page, 640x480 at 30 fps, ${SECONDS} s`);
	for (const codec of CODECS)
		await smoothness(lab, codec);
	section(`${LOSS / 1000} s of total loss, its end to the next frame: ` +
		'median (best, worst)');
	for (const codec of CODECS)
		await after_losses(lab, codec);
} finally {
	await lab.stop();
}
process.exit(0);
