/**
 * @file tests/interop/scenarios/serial.mjs  The serial console during a call
 *
 *     phone <-> other phone, a tone each way
 *       '-> pseudo terminal -> a line of 115200 baud, with somebody at it
 *
 * The line is busy all the time, or takes nothing at all; neither may be
 * heard, and what was asked for comes whole, as `boardphone ctl` prints it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { PHONE_TONE, assert_tone } from '../lab/laboratory.mjs';
import { Serial } from '../lab/serial.mjs';
import { Stall } from '../lab/stall.mjs';
import { now, until } from '../lab/wait.mjs';

/* What is asked, again and again */
const ASKED = ['help', 'config show', 'recorder', 'devices', 'stats'];
const TIMES = 6;
const BUSY = 20;    /* [s] */
const STUCK = 10;   /* [s] */
const GAP = 60;     /* [ms] */
const FULL = 0.8;   /* Of what the line carries, while it is busy */
const PICTURES = 4; /* Of `top` */

const ctl = (phone, command) => execFileSync(phone.program,
	['ctl', '-s', phone.socket, ...command.split(' ')],
	{ encoding: 'utf8' }).split('\n').slice(0, -1);

/* What the phone says anywhere else: its log, without what stderr adds */
const log_of = (phone) => () => new Set(phone.lines.map(({ line }) =>
	line.replace(/^debug: /, '')));

/* Numbers change while one looks, and so does what took longest */
const shape = (lines) => lines.map((line) =>
	line.replace(/-?\d+(\.\d+)?/g, '#').replace(/\(.*\)/, '')
		.replace(/ +/g, ' '));

/* Of the recorder, without when */
const texts = (lines) => lines.map((line) =>
	line.replace(/^-[\d.]+ s /, ''));

async function in_a_call(lab)
{
	const serial = new Serial(lab.program);

	lab.later(() => serial.close());
	const device = await serial.open();
	const call = { media: 'audio' };
	const phone = await lab.phone({ call,
		console: { device, paging: 'no' } });
	const other = await lab.phone({ user: 'other',
		call: { ...call, auto_answer: 'yes' } });

	await phone.must('call', 'other');
	await phone.call_event('connected');
	await other.call_event('connected');
	await serial.prompts(0);
	/* Until then there is not all that is going to be in `stats` */
	await until('a report of the other side', async () =>
		(await phone.must('stats'))[0]?.media?.audio?.sent
			?.round_trip > 0, 20000);
	return { serial, phone, other };
}

/* Whether lines are a piece of others, in their order and without a hole */
function assert_piece(lines, all, what)
{
	const text = `\n${lines.join('\n')}\n`;

	assert(`\n${all.join('\n')}\n`.includes(text), `${what}: ` +
	       `${lines.length} lines, which are not among the ` +
	       `${all.length} of boardphone ctl in one piece: ` +
	       JSON.stringify(lines.find((l) => !all.includes(l))));
}

/* An answer of the console against boardphone ctl, before and after it */
function assert_same({ command, lines }, before, after)
{
	if (command === 'recorder') {
		const old = texts(before.recorder);
		const all = texts(after.recorder);
		const known = all.indexOf(old[0]);

		assert_piece(texts(lines), known >= 0 ? all :
			[...old, ...all.slice(all.indexOf(old.at(-1)) + 1)],
			     command);
	} else if (command === 'stats') {
		assert.deepEqual(shape(lines), shape(after[command]));
	} else {
		assert.deepEqual(lines, after[command]);
	}
}

const ask_ctl = (phone) => Object.fromEntries(ASKED.map((command) =>
	[command, ctl(phone, command)]));

/* Both listen while something is done; the longest gap, less what the machine
   itself stood still */
async function heard_meanwhile({ phone, other }, seconds, done)
{
	const stall = new Stall();
	const [, ...sounds] = await Promise.all([done(),
		phone.listen_for(seconds), other.listen_for(seconds)]);
	const stalled = await stall.stop();
	const gaps = sounds.map((sound, i) => assert_tone(i ? 'other' : 'phone',
		sound, PHONE_TONE).gap);

	assert(Math.max(...gaps) <= GAP);
	return `gaps ${gaps.map((g) => g.toFixed(0)).join(' and ')} ms of ` +
		`${seconds} s (machine stalled ${stalled.toFixed(0)} ms)`;
}

/* One round of all, while something is logged, too; how many answers */
async function round({ serial, phone })
{
	const before = ask_ctl(phone);

	await phone.must('register');
	const answers = await serial.ask(Array(TIMES).fill(ASKED).flat(),
					 log_of(phone));
	const after = ask_ctl(phone);
	for (const answer of answers)
		assert_same(answer, before, after);
	return answers.length;
}

async function busy(lab)
{
	const all = await in_a_call(lab);
	const { serial, phone } = all;
	const from = serial.raw.length, start = now();
	const end = start + BUSY * 1000;
	let answers = 0, seconds;

	const figures = await heard_meanwhile(all, BUSY, async () => {
		while (now() < end)
			answers += await round(all);
		seconds = (now() - start) / 1000;
	});
	const rate = (serial.raw.length - from) / seconds;

	assert(!serial.raw.includes('not shown'), 'lines of log were lost');
	assert(rate <= Serial.rate, 'the line is too fast');
	assert(rate >= Serial.rate * FULL,
	       `only ${rate.toFixed(0)} octets a second`);
	await phone.must('hangup');
	return `${figures}; ${answers} answers, ${rate.toFixed(0)} octets/s`;
}

async function stuck(lab)
{
	const all = await in_a_call(lab);
	const { serial, phone } = all;
	const from = serial.raw.length;
	const before = ask_ctl(phone);

	serial.stick(true);
	serial.type(ASKED.map((c) => `${c}\r`).join(''));
	const figures = await heard_meanwhile(all, STUCK, async () => {});
	assert.equal(serial.raw.length, from);
	serial.stick(false);
	await serial.prompts(ASKED.length, from);
	const after = ask_ctl(phone);
	for (const answer of serial.answers(ASKED, from, log_of(phone)()))
		assert_same(answer, before, after);
	await phone.must('hangup');
	return `${figures}; ${ASKED.length} answers, ` +
		`${serial.raw.length - from} octets after it`;
}

/* The screen is drawn again each second, until a key */
async function drawn(lab)
{
	const all = await in_a_call(lab);
	const { serial, phone } = all;
	const from = serial.raw.length;
	const pictures = () => serial.raw.slice(from).split('\x1b[H\x1b[J')
		.slice(1);

	const figures = await heard_meanwhile(all, PICTURES, async () => {
		serial.type('top\r');
		await until('the screen is drawn', () =>
			pictures().length > PICTURES, 20000);
		serial.type('q');
	});
	const once = ctl(phone, 'top');
	for (const picture of pictures().slice(0, -1)) {
		const lines = picture.replaceAll('\r', '').split('\n');
		assert.deepEqual(shape(lines.slice(0, -1)), shape(once));
	}
	for (const like of [/level +-\d/, /loss +\d/, /round trip \d/,
		/buffer \d/, /kbit\/s/, /longest handler \d/,
		/longest heartbeat \d/])
		assert.match(once.join('\n'), like);
	serial.type('calls\r');
	await serial.prompts(1, from);
	await phone.must('hangup');
	return `${figures}; ${pictures().length} pictures`;
}

export default [
	['serial: a busy line of 115200 baud is not heard', busy],
	['serial: a line that takes nothing is not heard', stuck],
	['serial: `top` draws the screen in a call', drawn],
];
