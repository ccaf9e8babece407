#!/usr/bin/env node
/**
 * @file toolchain/selfcall.mjs  Two phones on one machine call each other
 *
 *     button -> [first: page] <- wss -> [second: registered there] -> WAV, JPEG
 *
 *     node toolchain/selfcall.mjs BOARDPHONE [SECONDS]
 *
 * The first one's button rings the second, which trusts the first one's own
 * certificate and answers. Each says a tone and shows a pattern; the report
 * tells what the other made of it. Exit status 0 only if both heard and saw
 * each other. Files, with what each of them heard and saw, are in
 * build/selfcall.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Board, REALM, USER } from '../tests/interop/lab/board.mjs';
import { Phone, ini } from '../tests/interop/lab/phone.mjs';
import { judge, read_wav, write_tone }
	from '../tests/interop/lab/sound.mjs';
import { never } from '../tests/interop/lab/wait.mjs';

const DIR = new URL('../build/selfcall', import.meta.url).pathname;
const SECONDS = 10;
const LEVEL = -15;   /* That each speaks with [dB RMS of full scale] */
const TONES = { first: 1000, second: 700 }; /* [Hz] */
const LOUD = 0.003;  /* A sample that is sound, about -50 dB */
const MB = 1024;     /* [kB] */
const SETTLE = 0.3;  /* Of what was heard, not judged at each end [s] */

/* What must hold of a tone that came through */
const FREQUENCY_LIMIT = 0.01;
const LEVEL_LIMIT = 3; /* [dB] */
const GAP_LIMIT = 60;  /* [ms] */
const PURITY_LIMIT = 10; /* [dB] */
const PICTURES_LIMIT = 15; /* That could be read, in a second; of 30 sent */

/* What each shows, and where what it sees is kept */
const video = (name) => ({ camera: 'sim:pattern',
			   display: `file=${DIR}/${name}-sees` });

const program = resolve(process.argv[2] ?? 'build/run/boardphone');
const seconds = Number(process.argv[3] ?? SECONDS);

/** The second one: a phone with an account at the first */
class Second extends Phone {
	configure({ url, password, authority, microphone })
	{
		writeFileSync(`${this.dir}/conf`, ini({
			account: { realm: REALM, user: USER, password },
			transport: { url, ca_file: authority },
			ice: { loopback: 'yes', servers: 'none' },
			audio: { device: `sim:file=${microphone},${this.out}` },
			call: { auto_answer: 'yes' },
			video: video('second'),
			control: { socket: this.socket },
		}), { mode: 0o600 });
	}
}

function say(name, text)
{
	console.log(`  ${name.padEnd(30)}${text}`);
}

const ms = (value) => `${value.toFixed(0)} ms`;

/* Start both; the second trusts the certificate that the first told of */
async function start(first, second)
{
	await first.start({ microphone: `${DIR}/first-says.wav`,
			    page: { password: undefined },
			    video: video('first') });
	await first.ready();
	const { page } = await first.must('status');
	const { pem, fingerprint } = await first.certificate();
	if (page.board.fingerprint !== fingerprint)
		throw new Error(`certificate ${fingerprint} is not what ` +
				`status says: ${page.board.fingerprint}`);

	const authority = `${DIR}/authority.pem`;
	writeFileSync(authority, pem);
	await second.start({ url: first.flow('localhost'), authority,
			     password: page.password,
			     microphone: `${DIR}/second-says.wav` });
	const took = await second.ready();
	say('second registered', `${ms(took)} after its start, ` +
	    `${first.flow('localhost')}, certificate pinned`);
}

/* What a phone's display showed, as `status` tells */
function sight(phone)
{
	const text = execFileSync(program, ['ctl', '-s', phone.socket,
		'status'], { encoding: 'utf8' });

	return text.split('\n').find((line) => /shown=\d/.test(line)) ?? '';
}

/* Whether that was the other's pattern; told */
function saw(name, line)
{
	const read = Number(line.match(/pattern=(\d+)/)?.[1] ?? 0);
	const good = read >= seconds * PICTURES_LIMIT;

	say(`${name} sees`, `${line.replace(/^.*?shown/, 'shown')}: ` +
	    `${good ? 'good' : 'NOT what was shown'}`);
	return good;
}

/* Where the sound begins in what a phone wrote [ms]; it writes from its
   answer on */
function begins(wav)
{
	const at = wav.samples.findIndex((x) => Math.abs(x) > LOUD);

	return at < 0 ? NaN : at / wav.rate * 1000;
}

/* The call, from the button to its end: figures */
async function talk(first, second)
{
	const phones = [first, second];
	const pressed = performance.now();

	await first.press();
	const rung = (await second.call_event('i_new_call')).at - pressed;
	const up = await Promise.all(phones.map((p) =>
		p.call_event('connected')));
	const setup = Math.max(...up.map((e) => e.at)) - pressed;

	const before = phones.map((p) => p.figures());
	const begin = performance.now();
	await never('the call ended', () => phones.some((p) =>
		p.events.find((e) => e.session === 'call' &&
			      e.event === 'terminated')), seconds * 1000);
	const after = phones.map((p) => p.figures());
	const minutes = (performance.now() - begin) / 60000;
	const stats = await Promise.all(phones.map((p) => p.must('stats')));
	const sights = phones.map(sight);

	await first.must('hangup');
	await Promise.all(phones.map((p) => p.call_event('terminated')));
	return { rung, setup, stats, sights, costs: after.map((a, i) => ({ ...a,
		cpu: (a.cpu - before[i].cpu) / minutes })) };
}

/* What one of them heard of the other: told, and whether it is right */
function heard(phone, name, other)
{
	const wav = read_wav(phone.out);
	const cut = Math.round(SETTLE * wav.rate);
	const from = wav.samples.findIndex((x) => Math.abs(x) > LOUD);
	const length = Math.min(wav.samples.length - cut,
				from + cut + (seconds - 1) * wav.rate);
	const tone = judge(from < 0 ? [] :
		wav.samples.subarray(from + cut, length), wav.rate);
	const good = tone.seconds > seconds / 2 &&
		Math.abs(tone.frequency / TONES[other] - 1) <=
			FREQUENCY_LIMIT &&
		Math.abs(tone.level - LEVEL) <= LEVEL_LIMIT &&
		tone.gap <= GAP_LIMIT && tone.purity >= PURITY_LIMIT;

	say(`${name} hears`, `${tone.frequency.toFixed(1)} Hz at ` +
	    `${tone.level.toFixed(1)} dB (said: ${TONES[other]} Hz at ` +
	    `${LEVEL} dB), longest gap ${ms(tone.gap)}: ` +
	    `${good ? 'good' : 'NOT what was said'}`);
	say('  first sound', `${ms(begins(wav))} after its answer`);
	return good;
}

function told(name, { sent, received, codec }, cost)
{
	say(name, `${codec}: ${sent.packets} packets sent, ` +
	    `${received.packets} received, ${received.lost} lost, jitter ` +
	    `${received.jitter.toFixed(1)} ms, delay ` +
	    `${received.delay.toFixed(0)} ms`);
	say('', `CPU ${cost.cpu.toFixed(2)} s/min, PSS ` +
	    `${(cost.pss / MB).toFixed(1)} MB`);
}

const audio_of = ([call]) => call.media.audio;

function report(first, second, call)
{
	say('button to ringing', ms(call.rung));
	say('button to connected', ms(call.setup));
	told('first', audio_of(call.stats[0]), call.costs[0]);
	told('second', audio_of(call.stats[1]), call.costs[1]);
	const both = [heard(first, 'first', 'second'),
		      heard(second, 'second', 'first')];
	both.push(saw('first', call.sights[0]), saw('second', call.sights[1]));
	say('files', [second.out, first.out, `${DIR}/second-sees`,
		`${DIR}/first-sees`].join(`\n${' '.repeat(32)}`));
	return both.every((good) => good);
}

async function main()
{
	const first = new Board(`${DIR}/first`, program);
	const second = new Second(`${DIR}/second`, program);
	let good = false;

	for (const [name, frequency] of Object.entries(TONES))
		write_tone(`${DIR}/${name}-says.wav`,
			   { frequency, level: LEVEL, seconds: seconds + 20 });
	try {
		await start(first, second);
		good = report(first, second, await talk(first, second));
		for (const phone of [second, first]) {
			const { code } = await phone.stop();
			good &&= code === 0;
		}
	} catch (error) {
		console.error(`selfcall: ${error.message}`);
		for (const phone of [first, second].filter((p) => p.child))
			console.error(phone.log().split('\n').slice(-15)
				.map((l) => `    ${l}`).join('\n'));
		good = false;
	} finally {
		await first.end();
		await second.end();
	}
	console.log(good ? 'selfcall: both heard and saw each other' :
		    'selfcall: FAILED');
	return good ? 0 : 1;
}

rmSync(DIR, { recursive: true, force: true });
for (const name of Object.keys(TONES))
	mkdirSync(`${DIR}/${name}-sees`, { recursive: true });
console.log(`selfcall: a call of ${seconds} s between two phones`);
process.exit(await main());
