/**
 * @file tests/interop/scenarios/slides.mjs  Calls that show a screen
 *
 *     sim:slides, sim:pattern -> phone <- kamailio -> anna (Chromium) -> eye
 *
 * The number in the picture says whether it is a slide or the camera's, and
 * each of these listens to both while pictures change.
 */
import assert from 'node:assert/strict';
import { until } from '../lab/wait.mjs';
import { both_hear } from './calls.mjs';

const SLIDE = 0x8000; /* In the number of a slide: drivers/pattern.h */
const SECONDS = 3;    /* Two slides at least, which change every 2 s */
const CYCLES = 1;
const LINE = /^a=content:slides\r?$/m;
const CONFIG = {
	video: { camera: 'sim:pattern', size: '640x480', fps: 30 },
	screen: { source: 'sim:slides', size: '1280x720', fps: 5 },
};

const call_of = async (phone) => (await phone.ctl('calls')).json[0];

/* What is on the screen just now: 'screen', 'camera' or null */
const looks = (anna) => anna.page.evaluate((slide) => {
	const seen = window.eye.frames?.at(-1)?.number;

	return seen === undefined ? null : seen & slide ? 'screen' : 'camera';
}, SLIDE);

/* From here on anna sees that, and nothing else, and both hear each other */
async function sees(phone, anna, what)
{
	await anna.page.evaluate(() => window.eye.record());
	await until(`anna sees the ${what}`, async () =>
		await looks(anna) === what, 10000);
	assert.equal((await call_of(phone)).shows, what);
	const [seen, heard] = await Promise.all([anna.watch(SECONDS),
						 both_hear(anna, phone, 3)]);
	const numbers = await anna.page.evaluate(() => window.eye.frames
		.map((f) => f.number).filter((n) => n !== undefined));

	assert(numbers.length, 'nothing can be read');
	assert(numbers.every((n) => !!(n & SLIDE) === (what === 'screen')),
	       `${what} is mixed: ${numbers}`);
	assert.equal(seen.backwards, 0, `${numbers}`);
	if (what === 'screen')
		assert(seen.distinct >= 2, `slides do not change: ${numbers}`);
	return `${what} ${seen.width}x${seen.height}, ${numbers.length} ` +
		`pictures, ${seen.distinct} different; ${heard}`;
}

async function called(lab, media)
{
	const phone = await lab.phone(CONFIG);
	const anna = await lab.fresh_anna();
	const from = anna.events.mark();

	await phone.must('call', 'anna', media);
	await anna.wait('incoming', { from });
	await anna.lab('answer');
	await phone.call_event('connected');
	await anna.wait('heard', { from });
	await anna.wait('seen', { from });
	return { phone, anna, from };
}

async function over(phone, anna, from)
{
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await until('no call left', async () => await phone.calls() === 0);
}

/* The peer is told what it sees, from here on */
async function changes(phone, anna, on)
{
	const from = anna.events.mark();

	await phone.must('screen', on ? 'on' : 'off');
	const { sdp } = await anna.wait('sdp', { from,
		match: (e) => e.originator === 'remote' });
	assert.equal(LINE.test(sdp), on, sdp);
	assert.equal(sdp.match(/^m=/gm).length, 2, sdp);
}

/* call TO screen; it ends, and begins again, while both go on to talk */
async function with_it(lab)
{
	const { phone, anna, from } = await called(lab, 'screen');
	const { sdp } = await anna.wait('sdp', { from,
		match: (e) => e.originator === 'remote' });
	assert(LINE.test(sdp) && /^m=audio [1-9]/m.test(sdp), sdp);
	const told = await sees(phone, anna, 'screen');

	for (let i = 0; i < CYCLES; i++) {
		await changes(phone, anna, false);
		await both_hear(anna, phone);
		assert.equal((await call_of(phone)).shows, null);
		await changes(phone, anna, true);
		await sees(phone, anna, 'screen');
	}
	await over(phone, anna, from);
	return told;
}

/* The camera gives way to the screen, and comes back */
async function for_the_camera(lab)
{
	const { phone, anna, from } = await called(lab, 'av');
	let told = await sees(phone, anna, 'camera');

	for (let i = 0; i < CYCLES; i++) {
		await changes(phone, anna, true);
		told = await sees(phone, anna, 'screen');
		await changes(phone, anna, false);
		await sees(phone, anna, 'camera');
	}
	await over(phone, anna, from);
	return told;
}

export default [
	['screen: the phone calls with it, stops and starts it', with_it,
	 { limit: 120000 }],
	['screen: in place of the camera, and back', for_the_camera,
	 { limit: 120000 }],
];
