/**
 * @file tests/lab/bell.mjs  From the button to the picture, with real devices
 *
 *     gpio-sim -> board (vivid, snd-aloop) -> kamailio -> phone -> files
 *
 *     node tests/lab/bell.mjs BUILD_DIRECTORY DIRECTORY
 *
 * The board is rung by its button, its call answered by another phone, which
 * sees the camera and hears the room, and opens the door by digits.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio } from '../interop/lab/kamailio.mjs';
import { Phone } from '../interop/lab/phone.mjs';
import * as schema from '../interop/lab/schema.mjs';
import { judge as judge_tone, read_wav, write_tone }
	from '../interop/lab/sound.mjs';
import { until } from '../interop/lab/wait.mjs';
import { becomes, high, judge, pull, pulse } from './judge.mjs';

const [, , BUILD, DIR] = process.argv;
const BELL = 1, DOOR = 2, REGISTERED = 4, RINGING = 5, CALL = 6;
const TIME = 2000, LATE = 300; /* Of the relay [ms] */
const ROOM_TONE = 1000, PHONE_TONE = 700; /* [Hz] */
const LEVEL = -15, LEVEL_LIMIT = 3; /* [dB] */
const PATIENCE = Number(process.env.PATIENCE ?? 30000); /* [ms] */
const SECONDS = 3; /* That are listened to */
const WHITE = 150, BLACK = 40; /* The outer bars of the camera's picture */

const board = new Phone(`${DIR}/board`, `${BUILD}/boardphone`, schema);
const home = new Phone(`${DIR}/home`, `${BUILD}/boardphone`, schema);
const heard = `${DIR}/room.wav`, pictures = `${DIR}/pictures`;
let server, room;

async function start()
{
	const line = (n) => `gpiochip0:${n}`;

	mkdirSync(pictures, { recursive: true });
	make_certificates(`${DIR}/certificates`);
	server = new Kamailio(`${DIR}/server`, `${DIR}/certificates`);
	await server.start();
	write_tone(`${DIR}/says.wav`, { frequency: ROOM_TONE, level: LEVEL });
	write_tone(`${DIR}/phone.wav`, { frequency: PHONE_TONE,
					 level: LEVEL });
	const common = { url: server.url(),
			 authority: `${DIR}/certificates/authority.pem`,
			 microphone: `${DIR}/phone.wav` };
	await board.start({ ...common,
		audio: { device: 'alsa:plughw:Loopback,0,0' },
		video: { camera: 'v4l2:/dev/lab-camera', size: '320x180',
			 fps: 10, codecs: 'vp8', display: 'none' },
		buttons: { bell: `${line(BELL)} pull=down ` +
				 'press=ring:home/30s' },
		relays: { door: `${line(DOOR)} time=2s code=4711` },
		lamps: { there: `${line(REGISTERED)} ` +
				'on=registered,ringing,call',
			 ring: `${line(RINGING)} on=ringing`,
			 talk: `${line(CALL)} on=call` } });
	await home.start({ ...common, user: 'home',
		video: { camera: 'none', codecs: 'vp8',
			 display: `file=${pictures}` } });
	await board.ready(PATIENCE);
	await home.ready(PATIENCE);
	room = spawn(`${BUILD}/lab_room`,
		     ['plughw:Loopback,1,0', `${DIR}/says.wav`, heard],
		     { stdio: ['ignore', 'ignore', 'inherit'] });
}

/* Which of the three lamps are lit */
async function lamps(what, there, ring, talk)
{
	await until(`lamps: ${what}`, () => high(REGISTERED) === there &&
		    high(RINGING) === ring && high(CALL) === talk);
}

async function rung()
{
	await lamps('registered', true, false, false);
	pull(BELL, true);
	await becomes(RINGING, true);
	pull(BELL, false);
	const call = await home.call_event('i_new_call');
	await lamps('ringing', true, true, false);
	await home.must('answer', String(call.id));
	await board.call_event('connected');
	await home.call_event('connected');
	await lamps('call', true, false, true);
	return 'pressed, rung, answered; lamps as they should be';
}

async function seen()
{
	const file = `${pictures}/latest.jpg`;
	let figures = 'no picture in a file';
	const good = () => {
		if (!existsSync(file))
			return false;
		/* Before the first picture there is only what lies over it */
		const text = execFileSync(`${BUILD}/lab_room`, [file])
			.toString();
		const [width, height, left, right] = text.split(' ')
			.map(Number);
		figures = `${width}x${height}, bars from ${left} to ${right}`;
		return left > WHITE && right < BLACK;
	};

	await until('the camera in a file', good).catch((error) => {
		throw new Error(`${error.message}: ${figures}`);
	});
	return figures;
}

/* A file that is being written: what is new in it from now on */
async function hears(file, frequency)
{
	const from = read_wav(file).samples.length;
	const more = () => {
		const { samples, rate } = read_wav(file);
		return samples.length > from + SECONDS * rate &&
			{ samples: samples.subarray(from), rate };
	};
	const { samples, rate } = await until('sound in the file', more);
	const tone = judge_tone(samples, rate);
	const text = `${tone.frequency.toFixed(1)} Hz at ` +
		`${tone.level.toFixed(1)} dB, gap ${tone.gap.toFixed(0)} ms`;

	assert(Math.abs(tone.frequency / frequency - 1) < 0.01, text);
	assert(Math.abs(tone.level - LEVEL) <= LEVEL_LIMIT, text);
	return text;
}

async function opened()
{
	const relay = pulse(DOOR);

	await home.must('dtmf', '4711');
	await board.wait('door', { match: (e) => e.open && e.by === 'code' });
	const { least, most } = await relay;
	const text = `by digits, for ${least.toFixed(0)} to ` +
		`${most.toFixed(0)} ms`;
	assert(least < TIME + LATE && most > TIME - LATE, text);
	return text;
}

async function over()
{
	await home.must('hangup');
	await board.call_event('terminated');
	await lamps('registered', true, false, false);
	assert(!high(DOOR));
	return 'hung up; lamps as before';
}

/* Takes its time once, emulated */
schema.event_fault({ event: 'button', time: '', name: '', pressed: true });
try {
	await start();
	await judge('bell: button rings the other phone', rung);
	await judge('bell: the camera is seen', seen);
	await judge('bell: the room is heard',
		    () => hears(home.out, ROOM_TONE));
	await judge('bell: the phone is heard in the room',
		    () => hears(heard, PHONE_TONE));
	await judge('bell: digits open the door', opened);
	await judge('bell: it is over', over);
} catch (error) {
	console.log(`FAIL  bell: ${error.message}`);
}
for (const phone of [board, home]) {
	for (const fault of phone.faults)
		console.log(`FAIL  bell: ${fault}`);
	console.log(phone.log().split('\n').map((l) => `# ${l}`).join('\n'));
	await phone.end();
}
room?.kill();
await server?.kill();
