/**
 * @file tests/interop/scenarios/picture.mjs  Calls with a picture
 *
 *     sim:pattern -> board -> page in Chromium -> eye
 *     sim:pattern, display -> phone <- kamailio -> Chromium with JsSIP -> eye
 *
 * The frame's number and time are read out of the pixels at the other end.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { answered, hangs_up, no_call, rung } from './page.mjs';
import { shown, status_of } from '../lab/status.mjs';
import { until } from '../lab/wait.mjs';

/* Of 30 frames a second, and how long without a new one. These say that it
   goes on by itself, on a machine that is busy, too: how well, the benchmark
   says (tests/bench/picture.mjs). Half a second is what a lost frame costs
   that nothing repairs */
const SECONDS = 10;
const FPS = 20;
const FREEZE = 500; /* [ms] */
const COLOUR = 5;   /* [percent of full scale] */
const VIDEO = { camera: 'sim:pattern', size: '640x480', fps: 30 };
const CODECS = ['h264', 'vp8'];

/* What must hold of a picture on a clean path; told */
function assert_seen(who, seen)
{
	const { fps, freeze, backwards, colour_error, delay, share } = seen;
	const text = `${who} sees ${fps} fps, freeze ${freeze} ms, delay ` +
		`${delay.median} (${delay.worst}) ms, colours ` +
		`${colour_error} %`;

	assert(seen.width === 640 && seen.height === 480,
	       `${who} sees ${seen.width}x${seen.height}`);
	assert.equal(backwards, 0, `${text}: numbers went back`);
	assert(fps >= FPS, `${text}: only ${fps} fps, ${share} % of the ` +
	       'frames');
	assert(freeze <= FREEZE, `${text}: it stood still`);
	assert(Object.values(seen.colours).every((e) => e <= COLOUR),
	       `${text}: ${JSON.stringify(seen.colours)}`);
	return text;
}

/* The board's button, the page's picture */
async function on_the_page(lab, codec)
{
	const board = await lab.board({ video: { ...VIDEO, codecs: codec } });
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await answered(visitor);
	await visitor.page.evaluate(() => window.eye.watch('#picture'));
	await visitor.wait('seen');
	const told = assert_seen('page', await visitor.watch(SECONDS,
							     '#picture'));
	await visitor.shot(`picture-${codec}`);
	await hangs_up(visitor);
	await no_call(board);
	return told;
}

/* Three watch at once, with one encoder */
async function many_watch(lab)
{
	const board = await lab.board({ video: VIDEO });
	const visitors = [];

	for (const name of ['anna', 'bert', 'cora']) {
		const visitor = await lab.member(board, { name });
		await visitor.click('watch');
		await visitor.shows('call');
		await visitor.page.evaluate(() => window.eye.watch('#picture'));
		await visitor.wait('seen');
		visitors.push(visitor);
	}
	const status = status_of(board);
	for (const visitor of visitors) {
		assert.equal(await visitor.asked(), 0,
			     'nobody is asked for a microphone');
		await hangs_up(visitor);
	}
	await no_call(board);
	const made = status.split('\n').filter((l) => /users=/.test(l));
	assert.equal(made.length, 1, `one encoder: ${status}`);
	return made[0].trim();
}

/* Chromium calls the phone: pictures both ways */
async function both_ways(lab, codec, outgoing)
{
	const dir = `${lab.dir}/pictures-${codec}-${outgoing}`;
	mkdirSync(dir, { recursive: true });
	const phone = await lab.phone({ call: { auto_answer: 'yes' },
		video: { ...VIDEO, codecs: codec, display: `file=${dir}` } });
	const anna = await lab.fresh_anna();
	const from = anna.events.mark();
	const video = { source: 'pattern', codec: codec.toUpperCase() };

	if (outgoing) {
		await phone.must('call', 'anna', 'av');
		await anna.wait('incoming', { from });
		await anna.lab('answer', { video });
	} else {
		await anna.call('board', { video });
	}
	await anna.wait('seen', { from });
	const told = assert_seen('browser', await anna.watch(SECONDS));
	const back = shown(phone);
	assert(back.pattern > SECONDS * FPS / 2, `the phone saw: ${back.text}`);
	await until('pictures in files', () => existsSync(
		`${dir}/latest.jpg`) && readdirSync(dir).length > 2);
	await phone.must('hangup');
	await anna.wait('ended', { from });
	return `${told}; phone sees ${back.shown} pictures, ` +
		`${back.pattern} of them read`;
}

/* A picture of the camera out of a call, whose camera is closed afterwards */
async function snapshot(lab)
{
	const board = await lab.board({ video: VIDEO });
	const file = `${lab.dir}/snapshot.jpg`;

	await board.must('snapshot', file);
	await board.wait('snapshot', { match: (e) => e.file === file &&
				       !e.reason });
	assert(existsSync(file));
	const refused = await board.ctl('snapshot', '/nowhere/x.jpg');
	assert.equal(refused.code, 0);
	await board.wait('snapshot', { match: (e) => e.reason });
}

export default [
	...CODECS.map((codec) => [`picture: on the page, ${codec}`,
		(lab) => on_the_page(lab, codec)]),
	['picture: three watch', many_watch],
	...CODECS.flatMap((codec) => [false, true].map((outgoing) => [
		`picture: both ways, ${codec}, ${outgoing ? 'phone' :
			'browser'} calls`,
		(lab) => both_ways(lab, codec, outgoing)])),
	['picture: snapshot', snapshot],
];
