#!/usr/bin/env node
/**
 * @file tests/bench/call.mjs  What a call costs, and how long it takes
 *
 *     phone <- wss -> kamailio <- wss -> Chromium, or a second phone
 *
 * Prints, does not judge: each figure beside its limit and beside what
 * baresip 4.10 needed on such a machine, as ratios. BOARDPHONE names the
 * binary, BENCH_CALLS says how often the times are taken, BENCH_STARTS how
 * often the phone is started, BENCH_SECONDS how long CPU time is measured.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { phone_calls } from '../interop/scenarios/calls.mjs';
import { never, until } from '../interop/lab/wait.mjs';
import { MB, alone, spend } from './spend.mjs';
import { row, section } from './table.mjs';

const CALLS = Number(process.env.BENCH_CALLS ?? 20);
const STARTS = Number(process.env.BENCH_STARTS ?? 20);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const SETTLED = 3; /* After the first sound [s] */
const program = process.env.BOARDPHONE ?? 'build/release/boardphone';
const tools = dirname(program);

/* From the issue: the limit, and baresip's figure */
const START = { unit: 'ms', limit: 40, peer: 24 };
const TO_OK = { unit: 'ms', limit: 20, peer: 53 };
const TO_DTLS = { unit: 'ms', peer: 88 };
const TO_AUDIO = { unit: 'ms', limit: 70, peer: 134 };
const CPU = { unit: 's/min', limit: 1.2, peer: 2.2, digits: 2 };
const CPU_IDLE = { unit: 's/min', peer: 0.04, digits: 2 };
const PSS = { unit: 'MB', limit: 4.0, peer: 4.1, digits: 2 };
const PSS_IDLE = { unit: 'MB', peer: 3.7, digits: 2 };
const PRIVATE = { unit: 'MB', limit: 2.5, peer: 1.9, digits: 2 };
const RSS = { unit: 'MB', peer: 10.3, digits: 2 };
const RSS_IDLE = { unit: 'MB', peer: 9.4, digits: 2 };
const DELAY = { unit: 'ms', limit: 60, digits: 1 };

/* Octets of files that a process maps, each once */
function mapped(pid)
{
	const files = new Set(readFileSync(`/proc/${pid}/maps`, 'utf8')
		.split('\n').map((line) => line.split(/ +/)[5])
		.filter((name) => name?.startsWith('/') &&
			/\.so|boardphone|stripped/.test(name)));

	return { count: files.size, octets: [...files].reduce((sum, file) =>
		sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
		0) };
}

function strip(dir)
{
	const copy = `${dir}/boardphone-stripped`;

	copyFileSync(program, copy);
	execFileSync('strip', [copy]);
	return copy;
}

async function hung_up(phone, anna)
{
	await phone.must('hangup');
	await until('no call', async () => await phone.calls() === 0);
	await anna?.idle();
}

/* The phone answers by itself, and the server asks for no password */
async function calls_of_browser(lab)
{
	const phone = await lab.phone({ call: { auto_answer: 'yes' } });
	const anna = await lab.anna();
	const to_ok = [], to_dtls = [], to_audio = [];

	/* The first one warms the browser up */
	for (let i = 0; i <= CALLS; i++) {
		const from = anna.events.mark();
		await anna.call('board');
		await anna.wait('heard', { from });
		const at = (name, match = () => true) => anna.events.find((e) =>
			e.event === name && match(e), from).time;
		const up = (e) => e.state === 'connected';
		await anna.wait('connection', { from, match: up });
		if (i) {
			to_ok.push(at('accepted') - at('sending'));
			to_dtls.push(at('connection', up) - at('sending'));
			to_audio.push(at('heard') - at('sending'));
		}
		await hung_up(phone, anna);
	}
	row('INVITE to 200, at the browser', to_ok, TO_OK);
	row('INVITE to DTLS up, at the browser', to_dtls, TO_DTLS);
	row('INVITE to first audio, at the browser', to_audio, TO_AUDIO);
	await phone.stop();
}

async function calls_of_phone(lab, phone)
{
	const to_offer = [], to_audio = [];

	for (let i = 0; i <= CALLS; i++) {
		phone.events.list.length = 0;
		const start = performance.timeOrigin + performance.now();
		const { anna, from } = await phone_calls(lab, phone);
		const at = (name) => anna.events.find((e) =>
			e.event === name, from).time;
		if (i) {
			to_offer.push(at('incoming') - start);
			to_audio.push(at('heard') - at('answering'));
		}
		await hung_up(phone, anna);
	}
	row('command `call` to INVITE at the browser', to_offer,
	    { unit: 'ms' });
	row('browser answers to first audio there', to_audio, { unit: 'ms' });
}

function tell_memory(figures, pss, rss, limited)
{
	row('PSS', figures.pss / MB, pss);
	row('private', figures.private / MB, limited);
	row('RSS', figures.rss / MB, rss);
}

async function cost(phone)
{
	await never('settling', () => !phone.alive(), SETTLED * 1000);
	return alone(phone, () => spend(phone, SECONDS));
}

/* While the phone is in a call with Chromium */
async function call_of_browser(phone)
{
	const figures = await cost(phone);
	const stats = JSON.stringify(await phone.must('stats'));
	const delay = Number(stats.match(/"delay": ?([\d.]+)/)?.[1]);

	section(`in an Opus call with Chromium, ${SECONDS} s`);
	row('CPU, user and system', figures.cpu, CPU);
	tell_memory(figures, PSS, RSS, PRIVATE);
	row('descriptors', figures.fds);
	row('arrival of a packet to speaker', delay, { unit: 'ms' });
}

/* Memory is not told: the two share their code */
async function call_of_phones(lab, phone)
{
	const other = await lab.phone({ user: 'cora',
		call: { auto_answer: 'yes' } });

	phone.events.list.length = 0;
	await phone.must('call', 'cora', 'audio');
	await phone.call_event('connected');
	section(`in an Opus call with a second phone, ${SECONDS} s`);
	row('CPU, user and system', (await cost(phone)).cpu, CPU);
	await hung_up(phone);
	await other.stop();
}

async function idle(phone, size)
{
	const figures = await alone(phone, () => spend(phone, 10));
	const files = mapped(phone.child.pid);

	section('idle, registered');
	row('CPU, user and system', figures.cpu, CPU_IDLE);
	tell_memory(figures, PSS_IDLE, RSS_IDLE, { unit: 'MB', digits: 2 });
	section('size');
	row('binary, stripped', size / MB, { unit: 'kB' });
	row(`the same and the libraries it maps (${files.count} files)`,
	    files.octets / MB, { unit: 'kB' });
}

function starts(phone)
{
	const times = execFileSync(`${tools}/bench_start`, [String(STARTS),
		phone.program, 'run', '-c', `${phone.dir}/conf`],
		{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

	row('start to registered', times.trim().split('\n').map(Number),
	    START);
}

/* In virtual time: click at the microphone to click at the speaker */
function delays()
{
	const text = execFileSync(`${tools}/bench_delay`,
				  { encoding: 'utf8' });

	section('delay added one way, clean network (what the hardware adds ' +
		'apart)');
	for (const [, codec, mean, worst, packet] of text.matchAll(
		/(\w+) mean ([\d.]+) worst ([\d.]+) packet ([\d.]+)/g)) {
		row(`${codec}: microphone to packet`, Number(packet),
		    { unit: 'ms', digits: 1 });
		row(`${codec}: microphone to speaker, worst`, Number(worst),
		    DELAY);
	}
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	console.log(`Chromium ${lab.browser.version}, ${CALLS} calls, load ` +
		`${loadavg()[0].toFixed(1)}\n`);
	section('times: median (best, worst)');
	lab.program = strip(lab.dir);
	const first = await lab.phone();
	await first.stop();
	starts(first);
	await calls_of_browser(lab);
	const phone = await lab.phone();
	await idle(phone, statSync(lab.program).size);
	const { anna } = await phone_calls(lab, phone);
	await call_of_browser(phone);
	await hung_up(phone, anna);
	await call_of_phones(lab, phone);
	section('calls of the phone: median (best, worst)');
	await calls_of_phone(lab, phone);
	await phone.stop();
	delays();
} finally {
	await lab.stop();
}
process.exit(0);
