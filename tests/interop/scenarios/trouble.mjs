/**
 * @file tests/interop/scenarios/trouble.mjs  The server dies; wrong files
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { now, until } from '../lab/wait.mjs';
import { anna_calls, both_hear } from './calls.mjs';

const BACK = 30000; /* Registration after the server is back [ms] */

async function server_killed(lab)
{
	const phone = await lab.phone();
	const { anna } = await anna_calls(lab, phone);
	const { kamailio } = lab;

	await both_hear(anna, phone);
	await kamailio.kill();
	const listening = both_hear(anna, phone, 20);
	await until('phone: knows that the flow is gone', async () =>
		!await phone.registered());
	const from = anna.events.mark();
	await kamailio.start();
	const start = now();
	await until('phone: registered again', () => phone.registered(),
		    BACK);
	const ms = now() - start;
	const figures = await listening;

	await anna.wait('registered', { from, limit: BACK });
	/* The re-INVITE of the phone tells where its new connection is */
	const next = phone.events.mark();
	await anna.lab('hangup');
	const { why } = await phone.call_event('terminated', { from: next,
							       limit: 5000 });
	assert.equal(why, 'bye');
	await until('no call left', async () => await phone.calls() === 0);
	await anna.idle();
	await anna.call('board');
	await phone.call_event('i_new_call', { from: next });
	await anna.idle();
	return `${figures}; registered ${(ms / 1000).toFixed(1)} s after ` +
		'the server was back';
}

async function no_server(lab)
{
	const phone = await lab.phone({ url: 'wss://localhost:1/' },
				      { ready: false });
	const text = await phone.refusal(/refused/i);
	const { code, ms } = await phone.stop();

	assert.equal(code, 0);
	return `"${text}", ended in ${ms.toFixed(0)} ms`;
}

/* Run the program on a file: { code, text } */
function on_file(lab, text, ...args)
{
	const dir = `${lab.dir}/files`;

	mkdirSync(dir, { recursive: true });
	writeFileSync(`${dir}/conf`, text, { mode: 0o600 });
	return new Promise((done) => execFile(lab.program,
		[...args, '-c', `${dir}/conf`], { timeout: 10000 },
		(error, stdout, stderr) => done({
			code: error ? error.code ?? error.signal : 0,
			text: stdout + stderr })));
}

/* Wrong lines: each is named with its line, and the phone does not start */
const WRONG = [
	['[account]\nrealm=x.test\nusr=a\n', 3, /user/],
	['[account]\nrealm=x.test\nuser=a\n[acount]\n', 4, /account/],
	['[account]\nexpires=soon\n', 2, /expires/],
	['[account]\nrealm=x.test\nuser=a b\n', 3, /sip:|user/],
	['[ice]\npolicy=some\n', 2, /all|relay/],
	['[ice]\nservers=process.exit(0)\n', 2, /stun:/],
	['[ice]\nservers=[{ url: \'stun:x\' }]\n', 2, /stun:/],
	['[transport]\nurl=http://x.test/\n', 2, /wss/],
	['[transport]\nurl=ws://x.test/\n', 2, /insecure/],
	['[audio]\ndevice=tin:can\n', 2, /device|alsa|sim/],
	['[account\nrealm=x\n', 1, /./],
];

async function wrong_files(lab)
{
	for (const [text, line, reason] of WRONG) {
		for (const command of ['check', 'run']) {
			const { code, text: said } =
				await on_file(lab, text, command);
			const what = `${command} on ${JSON.stringify(text)} ` +
				`(status ${code}): ${said}`;
			assert.equal(code, 1, what);
			assert(said.includes(`conf:${line}:`), what);
			assert.match(said, reason, what);
		}
	}
	return `${WRONG.length} wrong files`;
}

async function clear_words(lab)
{
	const { code, text } = await new Promise((done) => execFile(
		lab.program, ['run', '-c', '/nonexistent/conf'],
		(error, stdout, stderr) => done({ code: error?.code ?? 0,
			text: stdout + stderr })));
	assert.equal(code, 1, text);
	assert.match(text, /\/nonexistent\/conf.*[Nn]o such file/);
	assert.equal(text.trim().split('\n').length, 1,
		     `not one sentence: ${text}`);

	const asked = await new Promise((done) => execFile(
		lab.program, ['ctl', '-s', '/nonexistent/ctl', 'status'],
		(error, stdout, stderr) => done({ code: error?.code ?? 0,
			text: stdout + stderr })));
	assert.equal(asked.code, 1, asked.text);
	assert.match(asked.text, /\/nonexistent\/ctl/);
}

async function selftest(lab)
{
	const { code, text } = await new Promise((done) => execFile(
		lab.program, ['selftest'], { timeout: 30000 },
		(error, stdout, stderr) => done({ code: error?.code ?? 0,
			text: stdout + stderr })));
	assert.equal(code, 0, text);
}

export default [
	['server killed in a call and started again', server_killed],
	['no server: said once, and it ends in order', no_server],
	['wrong configurations are named by line', wrong_files],
	['missing files are one clear sentence', clear_words],
	['selftest', selftest],
];
