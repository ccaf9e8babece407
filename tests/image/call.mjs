#!/usr/bin/env node
/**
 * @file tests/image/call.mjs  A call of the card's image with one outside
 *
 *     node call.mjs MACHINE IMAGE BUILD_DIRECTORY TAP OUTSIDE BOARD LOG
 *
 *     vivid, snd-aloop -> board (QEMU) <- tap -> kamailio, phone -> files
 *                                            -> a time server
 *
 * Its picture is small and comes rarely: all the board's processor is emulated.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync,
	 writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio, REALM, password_of } from '../interop/lab/kamailio.mjs';
import { Phone, ini } from '../interop/lab/phone.mjs';
import * as schema from '../interop/lab/schema.mjs';
import { judge as judge_tone, read_wav, write_tone }
	from '../interop/lab/sound.mjs';
import { now, until } from '../interop/lab/wait.mjs';
import { LIMIT, Machine } from './machine.mjs';

const [kind, image, BUILD, tap, outside, address, file] =
	process.argv.slice(2);
const START = '4M';        /* Where the FAT begins, board/image/make */
const SLOT = 132 << 20;    /* The slot that is booted first */
const DATA = 1156 << 20;   /* And the data partition, before it grows */
const CARD = '2G';
const STATE = '/var/lib/boardphone';
const ROOM_TONE = 1000, PHONE_TONE = 700; /* [Hz] */
const LEVEL = -15;         /* [dB] */
const PLAYED = 60;         /* Of each, which begins once [s] */
const RATE = 16000;        /* At which the board's loudspeaker is taped [Hz] */
const SECONDS = 5;         /* That are listened to, and looked at */
const LEVEL_LIMIT = 3;     /* [dB] */
const PICTURES_LIMIT = 2;  /* A second, of 5 */
const WHITE = 150, BLACK = 40; /* The outer bars of the camera's picture */
const PATIENCE = 60000;    /* [ms] */
const NTP_PORT = 123, NTP_SIZE = 48; /* RFC 5905 section 7.3 [bytes] */
const NTP_ERA = 2208988800; /* Its time when ours began [s] */
const CLOCK_LIMIT = 2;     /* Ours from the board's, asked by a shell [s] */
/* raspi3b has no port of its own to spare: a USB one, which comes late */
const SHELL_SERVICE = ini({
	Unit: { DefaultDependencies: 'no', Requires: 'dev-ttyUSB0.device',
		After: 'dev-ttyUSB0.device' },
	Service: { ExecStart: '/bin/sh', StandardInput: 'tty',
		   TTYPath: '/dev/ttyUSB0', Restart: 'always' },
});
const dir = mkdtempSync(`${tmpdir()}/boardphone-call-`);
const log = createWriteStream(file);
const card = `${dir}/card.img`, pictures = `${dir}/pictures`;
const home = new Phone(`${dir}/home`, `${BUILD}/boardphone`, schema);
let server, machine, passed = 0, failed = 0;

/** Run a case; what it throws is a failure, what it returns are figures */
async function judge(what, test)
{
	try {
		console.log(`  pass  call: ${what}: ${await test()}`);
		passed++;
	} catch (error) {
		console.log(`  FAIL  call: ${what}: ${error.message}`);
		failed++;
	}
}

/* A file of ours into a file system of the card */
function put(where, from, to)
{
	execFileSync('debugfs', ['-w', '-R', `write ${dir}/${from} ${to}`,
				 `${card}?offset=${where}`],
		     { stdio: 'ignore' });
}

/* What the one who installs it writes on the card, and the authority of a
   server that no public one knows, which stands with what the phone keeps */
function set_up()
{
	writeFileSync(`${dir}/board.conf`, ini({
		board: { address: `${address}/24`, ntp: outside },
		account: { realm: REALM, user: 'board',
			   password: password_of('board') },
		transport: { url: server.url(),
			     ca_file: `${STATE}/authority.pem` },
		ice: { servers: 'none' },
		audio: { device: 'alsa:plughw:Loopback,0,0' },
		video: { camera: 'v4l2', size: '320x180', fps: 5,
			 codecs: 'vp8', display: 'none' },
		buttons: { bell: 'sim:1 press=ring:home/60s' },
		relays: { door: 'sim:2 time=2s code=4711' },
	}));
	execFileSync('cp', ['--sparse=always', image, card]);
	execFileSync('truncate', ['-s', CARD, card]);
	execFileSync('mcopy', ['-o', '-i', `${card}@@${START}`,
		`${dir}/board.conf`, '::boardphone.conf']);
	put(DATA, 'certificates/authority.pem', 'boardphone/authority.pem');
	put(DATA, 'room.wav', 'boardphone/room.wav');
	if (kind === 'raspi3b') {
		writeFileSync(`${dir}/shell.service`, SHELL_SERVICE);
		put(SLOT, 'shell.service', 'etc/systemd/system/shell.service');
	}
}

/* What time it is here, for who asks (RFC 5905): an answer repeats when it was
   asked, and has a stratum, an identifier, and the same time three times */
async function tell_the_time()
{
	const socket = createSocket('udp4');

	socket.on('message', (asked, { port, address: from }) => {
		if (asked.length < NTP_SIZE)
			return;
		const answer = Buffer.alloc(NTP_SIZE);
		const time = Date.now() / 1000 + NTP_ERA;
		answer.writeUInt8(0x24, 0); /* Version 4, of a server */
		answer.writeUInt8(1, 1);
		answer.write('LOCL', 12);
		for (const at of [16, 32, 40]) {
			answer.writeUInt32BE(Math.floor(time), at);
			answer.writeUInt32BE(Math.floor(time % 1 * 2 ** 32),
					     at + 4);
		}
		asked.copy(answer, 24, 40, 48);
		socket.send(answer, port, from);
	});
	await new Promise((done, fail) => socket.on('error', fail)
		.bind(NTP_PORT, outside, done));
}

async function begin()
{
	await tell_the_time();
	mkdirSync(pictures);
	write_tone(`${dir}/room.wav`, { frequency: ROOM_TONE, level: LEVEL,
					seconds: PLAYED });
	write_tone(`${dir}/phone.wav`, { frequency: PHONE_TONE, level: LEVEL,
					 seconds: PLAYED });
	make_certificates(`${dir}/certificates`, outside);
	server = new Kamailio(`${dir}/server`, `${dir}/certificates`, outside);
	await server.start();
	await home.start({ url: server.url(), user: 'home',
		authority: `${dir}/certificates/authority.pem`,
		microphone: `${dir}/phone.wav`, ice: { loopback: 'no' },
		video: { camera: 'sim:pattern', size: '320x180', fps: 5,
			 codecs: 'vp8', display: `file=${pictures}` } });
	await home.ready(PATIENCE);
	set_up();
	machine = new Machine(image, card, log,
			      { kind, options: ['-k', '-n', tap] });
}

/* From power to registered, and where the time goes */
async function registers()
{
	const { serial } = machine;
	await serial.expect(/Starting kernel/, LIMIT);
	const kernel = now();
	await until('the board is registered', () =>
		server.requests('REGISTER', 'board').length >= 2, LIMIT);
	const registered = now();

	await serial.expect(/boardphone> /);
	serial.send('status\r');
	await serial.expect(/registered/);
	await machine.open_shell();
	const { out } = await machine.inside('systemctl show ' +
		'-P UserspaceTimestampMonotonic; systemctl show ' +
		'-P ExecMainStartTimestampMonotonic boardphone');
	const [user, run] = out.match(/\d+/g).map((us) => us / 1e6);
	const s = (from, to) => (to - from) / 1000;

	return `${s(machine.begun, registered).toFixed(1)} s after power: ` +
		`U-Boot ${s(machine.begun, kernel).toFixed(1)}, kernel ` +
		`${user.toFixed(1)}, userland ${(run - user).toFixed(1)}, ` +
		`phone ${(s(kernel, registered) - run).toFixed(1)}`;
}

async function knows_the_time()
{
	await until('the clock is set', async () => (await machine.inside(
		'test -e /run/systemd/timesync/synchronized')).status === 0,
		    PATIENCE);
	const { out } = await machine.inside('date +%s.%N');
	const off = Number(out.match(/\d+\.\d+/)[0]) - Date.now() / 1000;
	const told = `${off.toFixed(1)} s from ours`;

	assert(Math.abs(off) < CLOCK_LIMIT, told);
	return told;
}

async function rings()
{
	await machine.inside('(boardphone ctl --json events ' +
		'>/run/events &); until [ "$(grep -c ' +
		'/run/boardphone/control /proc/net/unix)" -gt 1 ]; do :; done');
	const pressed = now();
	machine.serial.send('button bell\r');
	const call = await home.call_event('i_new_call', { limit: PATIENCE });
	const rung = now() - pressed;
	await home.must('answer', String(call.id));
	await home.call_event('connected', { limit: PATIENCE });

	return `after ${rung.toFixed(0)} ms; connected ` +
		`${(now() - pressed - rung).toFixed(0)} ms after its answer`;
}

function tone_of({ samples, rate }, frequency)
{
	const tone = judge_tone(samples, rate);
	const text = `${tone.frequency.toFixed(1)} Hz at ` +
		`${tone.level.toFixed(1)} dB, longest gap ` +
		`${tone.gap.toFixed(0)} ms`;

	assert(Math.abs(tone.frequency / frequency - 1) < 0.01, text);
	assert(Math.abs(tone.level - LEVEL) <= LEVEL_LIMIT, text);
	return text;
}

/* What the board plays comes out of the loop's other end, and as text out of
   the board */
async function phone_is_heard()
{
	const tape = '/run/loudspeaker.wav';
	const wav = `${dir}/loudspeaker.wav`;
	const taped = await machine.inside('arecord -q ' +
		`-D plughw:Loopback,1,0 -f S16_LE -r ${RATE} -d ${SECONDS} ` +
		tape);
	assert.equal(taped.status, 0, taped.out);
	const { out } = await machine.inside(`base64 ${tape}`);

	writeFileSync(wav, Buffer.from(out, 'base64'));
	const { samples, rate } = read_wav(wav);
	assert.equal(samples.length, SECONDS * RATE);
	return tone_of({ samples, rate }, PHONE_TONE);
}

async function room_is_heard()
{
	await machine.inside('(aplay -q -D plughw:Loopback,1,0 ' +
			     `${STATE}/room.wav >/run/aplay 2>&1 &)`);
	await until('sound of the room', () => {
		const { samples, rate } = read_wav(home.out);
		return samples.length > rate &&
			judge_tone(samples.subarray(-rate), rate).level >
				LEVEL - LEVEL_LIMIT;
	}, PATIENCE);
	return tone_of(await home.listen_for(SECONDS), ROOM_TONE);
}

async function shown()
{
	const text = execFileSync(`${BUILD}/boardphone`,
		['ctl', '-s', home.socket, 'status']).toString();

	return Number(/shown=(\d+)/.exec(text)?.[1] ?? 0);
}

async function is_seen()
{
	let figures = 'no picture in a file';

	await until('the camera in a file', () => {
		if (!existsSync(`${pictures}/latest.jpg`))
			return false;
		const [width, height, left, right] = execFileSync(
			`${BUILD}/lab_room`, [`${pictures}/latest.jpg`])
			.toString().split(' ').map(Number);
		figures = `${width}x${height}, bars from ${left} to ${right}`;
		return width === 320 && height === 180 &&
			left > WHITE && right < BLACK;
	}, PATIENCE).catch((error) => {
		throw new Error(`${error.message}: ${figures}`);
	});
	const first = await shown(), begun = now();
	await until('more pictures', async () =>
		await shown() >= first + PICTURES_LIMIT * SECONDS,
		SECONDS * 1000);
	return `${figures}; ${PICTURES_LIMIT * SECONDS} more in ` +
		`${((now() - begun) / 1000).toFixed(1)} s`;
}

/* Await a line among the board's events */
async function says(pattern)
{
	let out = '';

	await until(`the board says ${pattern}`, async () => {
		({ out } = await machine.inside('cat /run/events'));
		return pattern.test(out);
	}, PATIENCE).catch((error) => {
		throw new Error(`${error.message}: ${out.slice(-500)}`);
	});
}

async function opens()
{
	await home.must('dtmf', '4711');
	await says(/"event": ?"door".*"code"/);
	return 'by digits of the phone';
}

async function ends()
{
	const from = now();
	machine.serial.send('hangup\r');
	await home.call_event('terminated', { limit: PATIENCE });
	await says(/"terminated"/);
	return `${(now() - from).toFixed(0)} ms`;
}

try {
	await begin();
	await judge('registers at a server outside', registers);
	await judge('a time server sets its clock', knows_the_time);
	await judge('the bell rings a phone there', rings);
	await judge('the phone is heard on the board', phone_is_heard);
	await judge('the camera is seen', is_seen);
	await judge('the room is heard', room_is_heard);
	await judge('digits open the door', opens);
	await judge('the board hangs up', ends);
} catch (error) {
	console.log(`  FAIL  call: ${error.message}`);
	failed++;
}
for (const fault of home.faults) {
	console.log(`  FAIL  call: ${fault}`);
	failed++;
}
log.write(`\n${home.log()}\n${server?.log() ?? ''}\n`);
machine?.stop();
await home.end();
await server?.kill();
rmSync(dir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
