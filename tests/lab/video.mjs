/**
 * @file tests/lab/video.mjs  A whole call on a screen
 *
 *     board (sim camera, vkms) <- kamailio -> phone (sim camera)
 *                   '--> framebuffer -> lab_look
 *
 *     node tests/lab/video.mjs BUILD_DIRECTORY DIRECTORY
 *
 * What the other side shows is on the screen, and so are our own picture and
 * the titles: each is switched off and on, the screen is unplugged within the
 * call, and dark after it. Needs the module vkms loaded, and no other screen.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio } from '../interop/lab/kamailio.mjs';
import { Phone } from '../interop/lab/phone.mjs';
import * as schema from '../interop/lab/schema.mjs';
import { write_tone } from '../interop/lab/sound.mjs';
import { until } from '../interop/lab/wait.mjs';
import { judge } from './judge.mjs';

const [, , BUILD, DIR] = process.argv;
const PATIENCE = Number(process.env.PATIENCE ?? 30000); /* [ms] */
const BRIGHT = 150, DARK = 40, FLAT = 30, SOME = 60; /* Of 255 */
const MORE = 3; /* Pictures */

const board = new Phone(`${DIR}/board`, `${BUILD}/boardphone`, schema);
const home = new Phone(`${DIR}/home`, `${BUILD}/boardphone`, schema);
const pictures = `${DIR}/pictures`;
let server;

/* The one screen, as a plug */
function plug(how)
{
	const name = readdirSync('/sys/class/drm')
		.find((n) => /^card\d+-/.test(n));

	writeFileSync(`/sys/class/drm/${name}/status`, how);
}

function look()
{
	const text = execFileSync(`${BUILD}/lab_look`, ['/dev/dri/card0'])
		.toString().trim();

	return text === 'none' ? null : JSON.parse(text);
}

const is_busy = (part) => part.most - part.least > SOME;
const is_flat = (part) => part.most - part.least < FLAT;
const say = (s) => s ? Object.entries(s).map(([name, p]) =>
	`${name} ${p.least}..${p.mean}..${p.most}`).join(', ') : 'nothing';

/* Await a screen like that. @return what is to be seen */
async function shows(what, like)
{
	let seen = null;

	await until(`the screen shows ${what}`, () => {
		seen = look();
		return seen && like(seen);
	}, PATIENCE).catch((error) => {
		throw new Error(`${error.message}, but: ${say(seen)}`);
	});
	return seen;
}

/* Await that a part of it moves on */
async function moves(part)
{
	const before = look();

	await shows(`another picture in its ${part}`,
		    (s) => s[part].sum !== before?.[part].sum);
}

async function start()
{
	mkdirSync(pictures, { recursive: true });
	make_certificates(`${DIR}/certificates`);
	server = new Kamailio(`${DIR}/server`, `${DIR}/certificates`);
	await server.start();
	write_tone(`${DIR}/tone.wav`, { frequency: 440, level: -20 });
	const common = { url: server.url(),
			 authority: `${DIR}/certificates/authority.pem`,
			 microphone: `${DIR}/tone.wav` };
	const video = { camera: 'sim:pattern', size: '320x240', fps: 5,
			codecs: 'vp8' };
	await board.start({ ...common, video: { ...video, display: 'drm' } });
	await home.start({ ...common, user: 'home',
			   video: { ...video,
				    display: `file=${pictures}` } });
	await board.ready(PATIENCE);
	await home.ready(PATIENCE);
}

async function called()
{
	await board.must('call', 'home');
	const call = await home.call_event('i_new_call');
	await home.must('answer', String(call.id));
	await board.call_event('connected');
	const seen = await shows('both pictures and titles', (s) =>
		is_busy(s.middle) && is_busy(s.inset) && s.band.most > BRIGHT);
	await moves('middle');
	await moves('inset');
	return say(seen);
}

async function theirs_is_black()
{
	await home.must('mute', 'video', 'on');
	const seen = await shows('black in the middle, our own picture',
		(s) => is_flat(s.middle) && s.middle.mean < DARK &&
		       is_busy(s.inset));
	await home.must('mute', 'video', 'off');
	await shows('their picture again', (s) => is_busy(s.middle));
	return say(seen);
}

/* A crossed-out camera that stands still, and words */
async function ours_is_off()
{
	const before = look();

	await board.must('mute', 'video', 'on');
	const seen = await shows('that our camera is off', (s) =>
		s.inset.sum !== before.inset.sum &&
		s.band.mean > before.band.mean && is_busy(s.middle));
	await moves('middle');
	assert.equal(look().inset.sum, seen.inset.sum, 'it moves');
	await board.must('mute', 'video', 'off');
	await shows('our picture again', (s) => is_busy(s.inset) &&
		    s.band.mean < seen.band.mean);
	await moves('inset');
	return `titles from ${before.band.mean} to ${seen.band.mean}; ` +
		say(seen);
}

const descriptors = () => readdirSync(`/proc/${board.child.pid}/fd`).length;

async function received()
{
	const [call] = await board.must('stats');

	return call.media.video.received.frames;
}

async function unplugged()
{
	const before = descriptors();

	plug('off');
	await board.wait('device_lost', { match: (e) => e.device === 'drm' });
	const frames = await received();
	await until('pictures come all the same', async () =>
		await received() > frames + MORE, PATIENCE);
	plug('on');
	await board.wait('device_back', { match: (e) => e.device === 'drm' });
	const seen = await shows('both pictures and titles', (s) =>
		is_busy(s.middle) && is_busy(s.inset) && s.band.most > BRIGHT);
	await moves('middle');
	await until('as many descriptors as before', () =>
		descriptors() === before, PATIENCE);
	return `${frames} pictures had come; ${before} descriptors; ` +
		say(seen);
}

async function over()
{
	await home.must('hangup');
	await board.call_event('terminated');
	const seen = await shows('nothing any more', (s) =>
		[s.band, s.middle, s.inset].every((p) => p.most < DARK));
	return say(seen);
}

/* Takes its time once, emulated */
schema.event_fault({ event: 'button', time: '', name: '', pressed: true });
try {
	await start();
	await judge('video: both pictures and titles are on the screen',
		    called);
	await judge('video: their camera is off', theirs_is_black);
	await judge('video: our camera is off, and it says so', ours_is_off);
	await judge('video: screen unplugged and back in the call', unplugged);
	await judge('video: dark when it is over', over);
} catch (error) {
	console.log(`FAIL  video: ${error.message}`);
}
for (const phone of [board, home]) {
	for (const fault of phone.faults)
		console.log(`FAIL  video: ${fault}`);
	console.log(phone.log().split('\n').map((l) => `# ${l}`).join('\n'));
	await phone.end();
}
await server?.kill();
