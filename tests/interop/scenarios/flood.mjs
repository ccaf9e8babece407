/**
 * @file tests/interop/scenarios/flood.mjs  A server that floods, in a call
 *
 *     phone <- wss -> trace: a thousand requests at once
 *     phone <- kamailio, DTLS-SRTP -> another phone
 *
 * SECURITY row 14 over the real connection: each request is answered, with
 * the code that says why it is refused; memory and log have an end; the call
 * goes on without a gap, and can be ended. loop/test_flood has the same in
 * virtual time, and counts blocks.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PHONE_TONE, told } from '../lab/laboratory.mjs';
import { judge } from '../lab/sound.mjs';
import { Stall } from '../lab/stall.mjs';
import { Trace } from '../lab/trace.mjs';
import { now, until } from '../lab/wait.mjs';

const FLOOD = 1000;
const SECONDS = 2;    /* Of listening, around each flood [s] */
const GAP = 40;       /* Longest of sound, but for what the machine does [ms] */
const OFF = 0.01;     /* A tone may be, of its frequency */
const ANSWERED = 8000; /* All of them [ms] */
const GROWTH = 3072;  /* Of memory while flooded, over a call [kB] */
const LEFT = 1024;    /* Of that afterwards, which the heap keeps [kB] */
const LOOK = 50;      /* At memory, so often [ms] */
const LINES = 100;    /* Of the log, of one flood */
const CALLS = 4;      /* At most, one of them talks */

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n' +
	'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 127.0.0.1\r\na=mid:0\r\n' +
	'a=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:aaaa\r\n' +
	`a=ice-pwd:${'a'.repeat(24)}\r\na=fingerprint:sha-256 ` +
	`${Array(32).fill('4A').join(':')}\r\n`;

/* What is sent, and what may be the answer */
const FLOODS = [
	{ method: 'INVITE', more: 'Content-Type: application/sdp\r\n',
	  body: SDP, codes: [486, 503] },
	{ method: 'SUBSCRIBE', more: 'Event: presence\r\nExpires: 600\r\n',
	  codes: [489, 503] },
	{ method: 'MESSAGE', more: 'Content-Type: text/plain\r\n',
	  body: 'hello', codes: [200, 503] },
	{ method: 'OPTIONS', codes: [200, 486, 503] },
];

const request = ({ method, more = '', body = '' }, n) =>
	`${method} sip:board@phone.test SIP/2.0\r\n` +
	`Via: SIP/2.0/WSS flood.invalid;branch=z9hG4bK${method}${n}\r\n` +
	`From: <sip:flood@phone.test>;tag=${n}\r\n` +
	`To: <sip:board@phone.test>\r\nCall-ID: flood-${method}-${n}\r\n` +
	`CSeq: 1 ${method}\r\nMax-Forwards: 70\r\n` +
	'Contact: <sip:flood@flood.invalid;transport=ws>\r\n' +
	`${more}Content-Length: ${body.length}\r\n\r\n${body}`;

/* All at once; how often which code came back */
async function send(trace, flood, expected)
{
	const codes = {};
	let sum = 0;

	trace.to_server = (text, { id, code }) => {
		if (!id?.startsWith('flood-'))
			return text;
		if (code >= 200 && id.startsWith(`flood-${flood.method}-`)) {
			codes[code] = (codes[code] ?? 0) + 1;
			sum++;
		}
		return '';
	};
	const start = now();
	for (let n = 0; n < FLOOD; n++)
		trace.inject(request(flood, n));
	await until('an answer to each', () => sum >= expected, ANSWERED)
		.catch(({ message }) => {
			throw new Error(`${flood.method}: ${sum} of ` +
				`${expected} answers: ${message}`);
		});
	return { codes, sum, ms: now() - start };
}

async function hears(who, name)
{
	const { samples, rate } = await who.listen_for(SECONDS);
	const heard = judge(samples, rate);

	assert(Math.abs(heard.frequency / PHONE_TONE - 1) < OFF,
	       `${name} hears ${told(heard)}`);
	return heard.gap;
}

/* One kind, with what is heard meanwhile */
async function flooded(flood, { trace, phone, other, before })
{
	const lines = phone.lines.length, stall = new Stall();
	const rings = flood.method === 'INVITE' ? CALLS - 1 : 0;
	let most = 0;
	const timer = setInterval(() => {
		most = Math.max(most, phone.figures().pss);
	}, LOOK);
	const [{ codes, sum, ms }, ...gaps] = await Promise.all([
		send(trace, flood, FLOOD - rings),
		hears(phone, 'phone'), hears(other, 'other')])
		.finally(() => clearInterval(timer));
	const stalled = await stall.stop(), gap = Math.max(...gaps);
	const grown = most - before.pss;
	const said = phone.lines.length - lines;
	const text = `${flood.method} in ${ms.toFixed(0)} ms: ` +
		`${Object.entries(codes).map(([code, n]) => `${n} x ${code}`)
			.join(', ')}; gap ${gap.toFixed(0)} ms (machine ` +
		`stalled ${stalled.toFixed(0)} ms), +${grown} kB, ` +
		`${said} lines`;

	assert.equal(sum, FLOOD - rings, text);
	assert(Object.keys(codes).every((code) =>
		flood.codes.includes(Number(code))), text);
	assert(grown <= GROWTH, `${text}: memory grows`);
	assert(said <= LINES, `${text}: the log grows`);
	assert(gap - stalled <= GAP, `${text}: sound is disturbed`);
	for (let i = 0; i < rings; i++)
		await phone.must('reject');
	return text;
}

/* Somebody who wants all events and then reads none */
async function deaf_listener(lab, phone)
{
	const child = spawn(phone.program, ['ctl', '-s', phone.socket,
		'--json', 'events'], { stdio: 'ignore' });

	lab.later(() => child.kill('SIGKILL'));
	await until('somebody else listens', () =>
		readFileSync('/proc/net/unix', 'utf8')
			.split(`${phone.socket}\n`).length > 3);
	child.kill('SIGSTOP');
}

async function in_a_call(lab)
{
	const trace = await new Trace(lab.certs, lab.kamailio.ports.good)
		.start();
	lab.later(() => trace.stop());
	const call = { media: 'audio', max: CALLS };
	const phone = await lab.phone({ url: trace.url, call });
	const other = await lab.phone({ user: 'other',
		call: { ...call, auto_answer: 'yes' } });

	await phone.must('call', 'other');
	for (const one of [phone, other])
		await one.wait('media_added');
	for (const one of [phone, other])
		await one.listen_for(1); /* It begins, with gaps */
	await deaf_listener(lab, phone);
	const before = phone.figures(), figures = [];
	for (const flood of FLOODS)
		figures.push(await flooded(flood, { trace, phone, other,
						    before }));
	const after = phone.figures();
	assert(after.pss - before.pss <= LEFT,
	       `${after.pss - before.pss} kB are left: ${figures.join('; ')}`);
	assert(after.fds <= before.fds + 1, `${after.fds} descriptors`);
	await other.must('hangup');
	await until('the call is over', async () => !await phone.calls());
	return `${figures.join('; ')}; left +${after.pss - before.pss} kB ` +
		`PSS, +${after.rss - before.rss} kB RSS`;
}

export default [['flood: a thousand requests in a call', in_a_call]];
