#!/usr/bin/env node
/**
 * @file tests/bench/call.mjs  What a call costs, and how long it takes
 *
 *     phone <- wss -> kamailio <- wss -> Chromium
 *
 * Prints, does not judge. BOARDPHONE names the binary, CALLS says how often
 * the times are taken, SECONDS_IN_CALL how long CPU time is measured.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { anna_calls, phone_calls } from '../interop/scenarios/calls.mjs';
import { until } from '../interop/lab/wait.mjs';

const CALLS = Number(process.env.CALLS ?? 10);
const SECONDS = Number(process.env.SECONDS_IN_CALL ?? 30);
const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const row = (name, value, target) => console.log(
	`  ${name.padEnd(46)}${value.padEnd(28)}${target ?? ''}`);
const spread = (list) => `${middle(list).toFixed(0)} ms (best ` +
	`${Math.min(...list).toFixed(0)}, worst ` +
	`${Math.max(...list).toFixed(0)})`;

/* Octets of files that a process maps, each once */
function mapped(pid)
{
	const files = new Set(readFileSync(`/proc/${pid}/maps`, 'utf8')
		.split('\n').map((line) => line.split(/ +/)[5])
		.filter((name) => name?.startsWith('/') &&
			/\.so|boardphone/.test(name)));

	return { count: files.size, octets: [...files].reduce((sum, file) =>
		sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
		0) };
}

function stripped(dir)
{
	const copy = `${dir}/stripped`;

	copyFileSync(program, copy);
	execFileSync('strip', [copy]);
	return statSync(copy).size;
}

async function hung_up(phone, anna)
{
	await phone.must('hangup');
	await until('no call', async () => await phone.calls() === 0);
	await anna.idle();
}

const time_of = (user, from, name) => user.events.find((e) =>
	e.event === name, from).time;

/* The phone answers by itself, and the server asks for no password */
async function calls_of_browser(lab)
{
	const phone = await lab.phone({ call: { auto_answer: 'yes' } });
	const anna = await lab.anna();
	const to_ok = [], to_audio = [];

	for (let i = 0; i < CALLS; i++) {
		const from = anna.events.mark();
		await anna.call('board');
		await anna.wait('heard', { from });
		const at = (name) => time_of(anna, from, name);
		to_ok.push(at('accepted') - at('sending'));
		to_audio.push(at('heard') - at('sending'));
		await hung_up(phone, anna);
	}
	row('browser: INVITE to 200', spread(to_ok), 'target 20 ms');
	row('browser: INVITE to first audio', spread(to_audio),
	    'target 70 ms');
	await phone.stop();
}

async function calls_of_phone(lab, phone)
{
	const to_offer = [], to_audio = [];

	for (let i = 0; i < CALLS; i++) {
		phone.events.list.length = 0;
		const start = performance.timeOrigin + performance.now();
		const { anna, from } = await phone_calls(lab, phone);
		const at = (name) => time_of(anna, from, name);
		to_offer.push(at('incoming') - start);
		to_audio.push(at('heard') - at('answering'));
		await hung_up(phone, anna);
	}
	row('phone calls: command to INVITE at browser', spread(to_offer));
	row('phone calls: browser answers to first audio',
	    spread(to_audio));
}

async function cost(lab, phone)
{
	const { anna } = await anna_calls(lab, phone);
	await anna.listen(2);
	const before = phone.figures();
	const start = performance.now();
	await anna.listen(SECONDS);
	const after = phone.figures();
	const minutes = (performance.now() - start) / 60000;

	row('CPU in a call',
	    `${((after.cpu - before.cpu) / minutes).toFixed(2)} s/min`,
	    'target 1.2');
	row('in a call: PSS, private, RSS', `${after.pss} ${after.private} ` +
	    `${after.rss} kB`, 'target 4000 2500');
	row('descriptors in a call', String(after.fds));
	await hung_up(phone, anna);
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	console.log(`  ${lab.browser.version ? `Chromium ${lab.browser
		.version}` : ''}, ${CALLS} calls, ${SECONDS} s\n`);
	const starts = [];
	for (let i = 0; i < CALLS; i++) {
		const phone = await lab.phone();
		const after = phone.logged_after(/registered/i);
		starts.push(after || await phone.ready());
		await phone.stop();
	}
	row('start to registered', spread(starts), 'target 40 ms');

	const phone = await lab.phone();
	const idle = phone.figures();
	row('idle: PSS, private, RSS',
	    `${idle.pss} ${idle.private} ${idle.rss} kB`);
	const files = mapped(phone.child.pid);
	row('binary, stripped', `${stripped(lab.dir) >> 10} kB`);
	row('binary and libraries that it maps', `${files.octets >> 10} kB ` +
	    `in ${files.count} files`);
	await calls_of_phone(lab, phone);
	await cost(lab, phone);
	await phone.stop();
	await calls_of_browser(lab);
} finally {
	await lab.stop();
}
process.exit(0);
