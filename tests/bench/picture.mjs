#!/usr/bin/env node
/**
 * @file tests/bench/picture.mjs  How soon and how smoothly a picture is seen
 *
 *     sim:pattern -> phone -> [relay] -> Chromium -> eye
 *                       '---> ten other phones, to which nobody listens
 *
 * Prints, does not judge. BOARDPHONE names the binary, BENCH_CALLS says how
 * often the times are taken, BENCH_SECONDS how long a picture is watched.
 * Few and short unless BOARDPHONE_LONG is set.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { PASSWORD, REALM, USER } from '../interop/lab/board.mjs';
import { REALM as SERVER_REALM, password_of }
	from '../interop/lab/kamailio.mjs';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { Relay } from '../interop/lab/relay.mjs';
import { never, until } from '../interop/lab/wait.mjs';
import { answered, hangs_up, no_call, rung }
	from '../interop/scenarios/page.mjs';
import { row, section } from './table.mjs';

const LONG = Boolean(process.env.BOARDPHONE_LONG);
const CALLS = Number(process.env.BENCH_CALLS ?? (LONG ? 20 : 3));
const SECONDS = Number(process.env.BENCH_SECONDS ?? (LONG ? 20 : 5));
const LOSSES = LONG ? 5 : 1;
const LOSS = 5000;    /* Nothing arrives [ms] */
const SETTLED = 1000; /* After the first frame [ms] */
const WATCHERS = 10;
const CALLERS = 4;    /* Of them over the server: what [call] max allows */
const KEYS_SECONDS = LONG ? 20 : 6;
const INTERVALS = [['500ms', 0.5], ['2s', 2], ['10s', 10]]; /* And in [s] */
const BEG = 10;       /* Between two PLIs [ms] */
const KEY_SPACE = 0.5; /* Between two key frames on request [s] */
const CODECS = ['h264', 'vp8'];
const VIDEO = { camera: 'sim:pattern', size: '640x480', fps: 30 };

/* From the issue */
const TO_FRAME = { unit: 'ms', limit: 80, peer: 80, browser: 180 };
const TO_FRAME_WORST = { unit: 'ms', limit: 200 };
const DELAY = { unit: 'ms', limit: 120 };
const FREEZE = { unit: 'ms', limit: 100 };
const RATE = { unit: 'fps', limit: 30, digits: 1 };
const BACK = { unit: 'ms', limit: 700 };
const SHARE = { unit: '% of the first', limit: 5, digits: 1 };
const CPU = { unit: 's/min', digits: 2 };

const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

const time_of = (user, from, name, match = () => true) =>
	user.events.find((e) => e.event === name && match(e), from).time;

const silence = (phone, ms) => never('it ended', () => !phone.alive(), ms);

/* A user and a phone that have a call; where her events of it begin */
async function connect(phone, user, codec, { outgoing, ...more } = {})
{
	const from = user.events.mark();
	const video = { source: null, codec: codec.toUpperCase(),
		direction: 'recvonly', ...more };

	if (outgoing) {
		await phone.must('call', user.name, 'av');
		await user.wait('incoming', { from });
		await user.lab('answer', { video });
	} else {
		await user.call(phone.user, { video });
	}
	await user.wait('seen', { from });
	return from;
}

async function hung_up(phone, anna, from)
{
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await until('no call', async () => await phone.calls() === 0);
}

/* A phone that answers; by what name it is called stands in `user` */
async function phone_of(lab, codec, user = 'board', video = {})
{
	const phone = await lab.phone({ user, call: { auto_answer: 'yes' },
		video: { ...VIDEO, codecs: codec, ...video } });

	phone.user = user;
	return phone;
}

/* Of one call, from the 200 OK on, all by the browser's clock. An answer is
   told when it has come, or is about to leave */
function steps(anna, from)
{
	const at = (name, match) => time_of(anna, from, name, match);
	const start = at('sdp', (e) => e.type === 'answer');
	const seen = anna.events.find((e) => e.event === 'seen', from);

	return { up: at('connection', (e) => e.state === 'connected') - start,
		 received: seen.received - start, shown: seen.shown - start };
}

async function first_frames(lab, codec, outgoing)
{
	const phone = await phone_of(lab, codec);
	const anna = await lab.fresh_anna();
	const all = [];

	/* The first one warms the browser up */
	for (let i = 0; i <= CALLS; i++) {
		const from = await connect(phone, anna, codec, { outgoing });
		if (i)
			all.push(steps(anna, from));
		await hung_up(phone, anna, from);
	}
	const what = `${codec}, ${outgoing ? 'phone' : 'browser'} calls`;
	const [up, received, shown] = ['up', 'received', 'shown'].map((name) =>
		all.map((one) => one[name]));
	row(what, shown, TO_FRAME);
	row(`${what}: worst`, Math.max(...shown), TO_FRAME_WORST);
	row('  of this, until DTLS is up', up, { unit: 'ms' });
	row('  until all of the frame has arrived', received, { unit: 'ms' });
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
	await silence(board, SETTLED);
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
async function recovery(user, relay)
{
	relay.set({ block: true });
	await never('something arrives', () => false, LOSS);
	await user.page.evaluate(() => window.eye.record());
	relay.set({});
	const start = performance.timeOrigin + performance.now();
	const at = await until('the picture is back', () =>
		user.page.evaluate(() => {
			const frame = window.eye.frames.find((f) =>
				f.number !== undefined);
			return frame && performance.timeOrigin + frame.at;
		}));
	return at - start;
}

async function after_losses(lab, codec)
{
	const relay = await new Relay().start();
	const phone = await phone_of(lab, codec, `blocked-${codec}`);
	const eye = await lab.browser.user(`eye-${codec}`, lab.kamailio.url());
	const times = [];

	await eye.route(relay);
	const from = await connect(phone, eye, codec);
	for (let i = 0; i < LOSSES; i++) {
		await silence(phone, SETTLED);
		times.push(await recovery(eye, relay));
	}
	await hung_up(phone, eye, from);
	await eye.close();
	await phone.stop();
	await relay.stop();
	return times;
}

/* CPU time of a board [s/min], once all is as it stays */
async function spend(board)
{
	await silence(board, 3 * SETTLED);
	const start = performance.now();
	const before = board.figures();
	await silence(board, SECONDS * 1000);
	const minutes = (performance.now() - start) / 60000;
	return (board.figures().cpu - before.cpu) / minutes;
}

/* Somebody who watches the board: another phone, over the server or as a
   guest on the board's own page */
async function watch(lab, board, codec, i)
{
	const dir = `${lab.dir}/watcher-${codec}-${i}`;
	const own = { account: { realm: REALM, user: USER, password: PASSWORD,
			instance: randomUUID() },
		transport: { url: board.flow('localhost'),
			ca_file: `${lab.certs}/authority.pem` } };

	mkdirSync(dir);
	const phone = await lab.phone({ ...i < CALLERS ?
		{ user: `watcher-${i}` } : own, audio: { device: 'none' },
		video: { ...VIDEO, camera: 'none', codecs: codec,
			 display: `file=${dir}` } });
	await phone.must('call', 'board', 'video', 'recvonly');
	await phone.call_event('connected');
	return phone;
}

/* One camera, one encoder; what a watcher costs is packets, SRTP, sockets and
   what its feedback needs */
async function watchers(lab, codec)
{
	const board = await lab.board({ call: { auto_answer: 'yes' },
		account: { realm: SERVER_REALM, user: 'board',
			   password: password_of('board') },
		transport: { url: lab.kamailio.url(),
			     ca_file: `${lab.certs}/authority.pem` },
		video: { ...VIDEO, codecs: codec } });
	const phones = [];

	await until('the board is registered', () => board.registered());
	phones.push(await watch(lab, board, codec, 0));
	const one = await spend(board);
	while (phones.length < WATCHERS)
		phones.push(await watch(lab, board, codec, phones.length));
	const all = await spend(board);
	row(`${codec}: CPU with one watcher`, one, CPU);
	row(`${codec}: CPU with ${WATCHERS}`, all, CPU);
	row(`${codec}: each one more`, (all - one) / (WATCHERS - 1) / one * 100,
	    SHARE);
	for (const phone of [...phones, board])
		await phone.stop();
}

/* Key frames that a user decodes in so many seconds */
async function keys_of(lab, name, video, more)
{
	const phone = await phone_of(lab, 'h264', `keys-${name}`, video);
	const eye = await lab.browser.user(`eye-${name}`, lab.kamailio.url());
	const count = async () => (await eye.lab('stats'))['video inbound-rtp'];

	await connect(phone, eye, 'h264', more);
	await silence(phone, 2 * SETTLED);
	const before = await count();
	await silence(phone, KEYS_SECONDS * 1000);
	const after = await count();
	await eye.close();
	await phone.stop();
	return { keys: after.keyFramesDecoded - before.keyFramesDecoded,
		 pleas: after.pliCount - before.pliCount };
}

/* All at once, for it is a matter of time, not of work */
async function key_frames(lab)
{
	const of = (interval, more) => keys_of(lab,
		`${interval}${more ? '-begs' : ''}`,
		{ size: '320x240', iframe_interval: interval }, more);
	const [flood, none, ...counts] = await Promise.all([
		of(0, { beg: BEG }), of(0),
		...INTERVALS.map(([interval]) => of(interval))]);

	INTERVALS.forEach(([interval, seconds], i) =>
		row(`iframe_interval=${interval}`, counts[i].keys,
		    { limit: KEYS_SECONDS / seconds }));
	row('iframe_interval=0', none.keys);
	row(`iframe_interval=0 and ${flood.pleas} PLIs`, flood.keys,
	    { limit: KEYS_SECONDS / KEY_SPACE });
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	console.log(`load ${loadavg()[0].toFixed(1)}`);
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
	const times = await Promise.all(CODECS.map((codec) =>
		after_losses(lab, codec)));
	CODECS.forEach((codec, i) => row(codec, times[i], BACK));
	section(`many watch, without sound, ${SECONDS} s`);
	for (const codec of LONG ? CODECS : CODECS.slice(0, 1))
		await watchers(lab, codec);
	section(`key frames that Chromium decodes in ${KEYS_SECONDS} s, H.264`);
	await key_frames(lab);
} finally {
	await lab.stop();
}
process.exit(0);
