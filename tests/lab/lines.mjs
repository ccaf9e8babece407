/**
 * @file tests/lab/lines.mjs  The whole phone at lines of the kernel
 *
 *     gpio-sim, uinput -> boardphone: buttons, contacts, relays -> gpio-sim
 *
 *     node tests/lab/lines.mjs PROGRAM DIRECTORY
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Phone, ini } from '../interop/lab/phone.mjs';
import * as schema from '../interop/lab/schema.mjs';
import { until } from '../interop/lab/wait.mjs';
import { becomes, high, judge, plug, pull, pulse } from './judge.mjs';

const [, , PROGRAM, DIR] = process.argv;
const BELL = 1, DOOR = 2, GATE = 3, FAULT = 4, TIME = 3000;
const KEY_1 = 2; /* linux/input-event-codes.h */
const SAFE = 1000; /* After the phone's end [ms] */
const LATE = 200;  /* [ms] */

let phone, keypad;

/* Of the name 'lab keypad', with one key */
async function plug_keypad()
{
	keypad = spawn(new URL('keypad', import.meta.url).pathname,
		       ['lab keypad', String(KEY_1)],
		       { stdio: ['pipe', 'pipe', 'inherit'] });
	await once(keypad.stdout, 'data');
	await until('a device of the keypad', () =>
		readdirSync('/dev/input').some((n) => /^event/.test(n) &&
			readFileSync(`/sys/class/input/${n}/device/name`,
				     'utf8').trim() === 'lab keypad'));
}

async function start()
{
	phone = new Phone(DIR, PROGRAM, schema);
	writeFileSync(`${DIR}/conf`, ini({
		page: { listen: '127.0.0.1:8443', state: DIR },
		audio: { device: 'none' },
		control: { socket: phone.socket },
		buttons: { bell: `gpiochip0:${BELL} pull=down debounce=50ms ` +
				 'press=door:front',
			   one: 'evdev:lab_keypad/KEY_1 press=door:front' },
		inputs: { gate: `gpiochip0:${GATE} pull=down too_long=2s` },
		lamps: { fault: `gpiochip0:${FAULT} on=error` },
		relays: { front: `gpiochip0:${DOOR} time=${TIME / 1000}s` },
	}), { mode: 0o600 });
	rmSync(phone.socket, { force: true }); /* Of one that was killed */
	await phone.start();
}

async function pressed()
{
	const from = phone.events.mark();
	const relay = pulse(DOOR);

	pull(BELL, true);
	await phone.wait('button', { from, match: (e) => e.pressed });
	await phone.wait('door', { from, match: (e) => e.open });
	pull(BELL, false);
	await phone.wait('button', { from, match: (e) => !e.pressed });
	const { least, most } = await relay;
	const text = `the relay was on for ${least.toFixed(0)} to ` +
		`${most.toFixed(0)} ms`;

	assert(least < TIME + LATE && most > TIME - LATE, text);
	await phone.wait('door', { from, match: (e) => !e.open });
	return text;
}

/* Shorter than debounce: nothing is told of it */
async function bounces()
{
	const from = phone.events.mark();

	for (let i = 0; i < 20; i++) {
		pull(BELL, true);
		pull(BELL, false);
	}
	await phone.must('status');
	pull(BELL, true);
	await phone.wait('button', { from, match: (e) => e.pressed });
	pull(BELL, false);
	await phone.wait('button', { from, match: (e) => !e.pressed });
	const count = phone.events.list.slice(from)
		.filter((e) => e.event === 'button').length;
	assert.equal(count, 2, `${count} changes`);
	await becomes(DOOR, false);
	return '20 sparks, then one press: 2 changes';
}

async function contact()
{
	const from = phone.events.mark();
	const told = (what) => phone.wait('input', { from,
		match: (e) => e.name === 'gate' && e.what === what });

	pull(GATE, true);
	await told('opened');
	await told('open_too_long');
	pull(GATE, false);
	await told('closed');
	return 'opened, open too long, closed';
}

/* Pressed, pulled out, and plugged in again */
async function key()
{
	const from = phone.events.mark();
	const pressed = (p, at) => phone.wait('button', { from: at,
		match: (e) => e.name === 'one' && e.pressed === p });
	const about = { from, match: (e) => /^evdev:/.test(e.device) };

	keypad.stdin.write(`${KEY_1} 1\n`);
	await pressed(true, from);
	await becomes(DOOR, true);
	keypad.stdin.write(`${KEY_1} 0\n`);
	await pressed(false, from);
	keypad.stdin.end();
	await phone.wait('device_lost', about);
	await becomes(FAULT, true);
	await plug_keypad();
	await phone.wait('device_back', about);
	await becomes(FAULT, false);
	await becomes(DOOR, false);
	const again = phone.events.mark();
	keypad.stdin.write(`${KEY_1} 1\n`);
	await pressed(true, again);
	keypad.stdin.write(`${KEY_1} 0\n`);
	await pressed(false, again);
	await becomes(DOOR, true);
	await becomes(DOOR, false);
	return 'pressed, lost, back, pressed';
}

/* Back from SIGSTOP it knows that the door was closed, and closes the next */
async function goes_on()
{
	process.kill(phone.child.pid, 'SIGCONT');
	await phone.wait('door', { match: (e) => !e.open });
	await phone.must('door', 'front');
	await becomes(DOOR, true);
	await phone.stop();
	assert(!high(DOOR), 'on after an orderly end');
}

/* The relay is off soon after the phone is no more, however it ends */
async function ended_by(signal)
{
	await phone.must('door', 'front');
	await becomes(DOOR, true);
	process.kill(phone.child.pid, signal);
	const { least, most } = await becomes(DOOR, false);
	const text = `off after ${least.toFixed(0)} to ${most.toFixed(0)} ms`;
	assert(least < SAFE, text);
	if (signal === 'SIGSTOP')
		await goes_on();
	else
		await phone.gone;
	return text;
}

/* What comes next has a phone, whatever became of this one */
async function ended_and_begun(signal)
{
	try {
		return await ended_by(signal);
	} finally {
		await phone.end();
		await start();
	}
}

async function lost_and_back()
{
	await phone.must('status');
	const { fds } = phone.figures();
	const from = phone.events.mark();
	const lines = [BELL, DOOR, GATE, FAULT].map((n) => `gpiochip0:${n}`);

	await phone.must('door', 'front');
	await becomes(DOOR, true);
	plug(false);
	for (const device of lines)
		await phone.wait('device_lost', { from,
			match: (e) => e.device === device });
	const closed = await phone.wait('door', { from,
		match: (e) => e.open === false });
	assert(closed.reason, 'the door does not say why it is closed');
	const { code } = await phone.ctl('door', 'front');
	assert.notEqual(code, 0, 'a relay that is gone opens');

	plug(true);
	for (const device of lines)
		await phone.wait('device_back', { from,
			match: (e) => e.device === device });
	assert(!high(DOOR), 'on when it is back');
	await until('as many descriptors', () => phone.figures().fds === fds);
	return `${fds} descriptors before and after; ` +
		`the door said "${closed.reason}"; ${await pressed()}`;
}

/* Takes its time once, emulated */
schema.event_fault({ event: 'button', time: '', name: '', pressed: true });
await plug_keypad();
await start();
await judge('button to relay', pressed);
await judge('button that bounces', bounces);
await judge('contact', contact);
await judge('key of a keypad', key);
await judge('relay after SIGKILL', () => ended_and_begun('SIGKILL'));
await judge('relay after SIGSTOP', () => ended_and_begun('SIGSTOP'));
await judge('relay after abort', () => ended_and_begun('SIGABRT'));
await judge('lines that are lost and back', lost_and_back);
for (const fault of phone.faults)
	console.log(`FAIL  lines: ${fault}`);
console.log(phone.log().split('\n').map((l) => `# ${l}`).join('\n'));
console.log(phone.events.list.map((e) => `# ${JSON.stringify(e)}`).join("\n"));
await phone.end();
keypad.stdin.end();
