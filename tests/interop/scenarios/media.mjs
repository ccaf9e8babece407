/**
 * @file tests/interop/scenarios/media.mjs  What is carried, and which way
 *
 *     phone <- digits, codecs, relay -> anna (Chromium, JsSIP)
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { digits_in } from '../lab/sound.mjs';
import { free_port } from '../lab/kamailio.mjs';
import { until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';

const DIALLED = 4; /* Time for digits to be sent [s] */

const digits_of = (phone, from) => phone.events.list.slice(from)
	.filter((e) => e.event === 'dtmf_received')
	.map((e) => e.digit ?? e.digits ?? e.tone).join('');

const browser_dials = (transport) => async (lab) => {
	const phone = await lab.phone();
	const { anna } = await anna_calls(lab, phone);
	const from = phone.events.mark();

	await anna.lab('dtmf', '159#0*', transport);
	await until('six digits', () => digits_of(phone, from).length >= 6)
		.catch(() => {});
	assert.equal(digits_of(phone, from), '159#0*');
	await both_hear(anna, phone);
	await anna.lab('hangup');
	await phone.call_event('terminated');
};

async function phone_dials(lab)
{
	const phone = await lab.phone();
	const { anna } = await phone_calls(lab, phone);

	await anna.lab('record');
	await phone.must('dtmf', '74#1');
	await phone.wait('dtmf_sent');
	await until('digits in the sound', async () =>
		await anna.lab('recorded') >= DIALLED);
	const { samples, rate } = await anna.heard();
	assert.equal(digits_in(samples, rate), '74#1');
	await both_hear(anna, phone);
	await phone.must('hangup');
}

const codec = (name, answerer) => async (lab) => {
	const phone = await lab.phone({ audio: { codecs: name } });
	const { anna } = answerer ? await anna_calls(lab, phone) :
		await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone, 3);
	const stats = await anna.page.evaluate(async () => {
		const list = [];
		(await window.lab.connection.getStats()).forEach((one) =>
			one.type === 'codec' && list.push(one.mimeType));
		return list.join(' ');
	});

	assert.match(stats, new RegExp(name, 'i'));
	await phone.must('hangup');
	return figures;
};

async function figures_agree(lab)
{
	const phone = await lab.phone();
	const { anna } = await anna_calls(lab, phone);

	await both_hear(anna, phone, 3);
	const stats = await anna.lab('stats');
	const inbound = stats['inbound-rtp'];
	assert.equal(inbound.packetsLost, 0);
	const round_trip = await until('round trip from reports', async () =>
		(await anna.lab('stats'))['remote-inbound-rtp']?.roundTripTime,
		20000);
	assert(round_trip < 0.1, `round trip ${round_trip} s`);
	const { json } = await phone.ctl('stats');
	assert(json, 'ctl stats is no JSON');
	await phone.must('hangup');
	const concealed = inbound.concealedSamples /
		inbound.totalSamplesReceived * 100;
	return `concealed ${concealed.toFixed(2)} %, round trip ` +
		`${(round_trip * 1000).toFixed(1)} ms, delay in ` +
		`the browser ${(inbound.jitterBufferDelay /
			inbound.jitterBufferEmittedCount * 1000)
			.toFixed(0)} ms, ${stats.transport.srtpCipher}`;
}

/* A relay on loopback */
async function with_relay(run)
{
	const program = ['/usr/bin/turnserver', '/usr/local/bin/turnserver']
		.find(existsSync);
	if (!program)
		throw new Error('no turnserver here');
	const port = await free_port();
	const child = spawn(program, ['-n', '--listening-port', String(port),
		'--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1',
		'--allow-loopback-peers', '--lt-cred-mech', '--user',
		'phone:secret', '--realm', 'relay.test', '--no-cli',
		'--no-tls', '--no-dtls', '--pidfile', '/dev/null',
		'--log-file', 'stdout', '--simple-log'],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	let log = '', ended = false;

	child.stdout.on('data', (data) => { log += data; });
	child.on('exit', () => { ended = true; });
	try {
		await until('turnserver: start', () => ended ||
			listening(port));
		if (ended)
			throw new Error(`turnserver ended: ${log}`);
		return await run(port);
	} finally {
		child.kill('SIGKILL');
	}
}

function listening(port)
{
	return execFileSync('ss', ['-Hlun', `sport = :${port}`]).length > 0;
}

const relayed = (transport) => (lab) => with_relay(async (port) => {
	const phone = await lab.phone({ ice: { policy: 'relay', servers:
		`turn:phone:secret@127.0.0.1:${port}?transport=${transport}`,
	} });
	const { anna } = await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone, 3);
	const { sdp } = anna.events.find((e) => e.event === 'incoming' &&
		e.sdp?.includes('typ relay')) ?? {};

	assert(sdp, 'no relay candidate in the offer');
	assert(!/typ host/.test(sdp), 'a host candidate in the offer');
	await phone.must('hangup');
	return figures;
});

async function silent_stun(lab)
{
	const silent = createSocket('udp4');
	await new Promise((done) => silent.bind(0, '127.0.0.1', done));
	const { port } = silent.address();
	const phone = await lab.phone({ ice: {
		servers: `stun:127.0.0.1:${port}, stun:127.0.0.1:9` } });
	const start = performance.now();
	const { anna } = await phone_calls(lab, phone);
	const ms = performance.now() - start;

	silent.close();
	await both_hear(anna, phone);
	assert(ms < 4000, `call took ${ms.toFixed(0)} ms`);
	await phone.must('hangup');
	return `connected in ${ms.toFixed(0)} ms`;
}

export default [
	['digits from the browser, RFC 4733', browser_dials('RFC2833')],
	['digits from the browser, INFO', browser_dials('INFO')],
	['digits from the phone are heard', phone_dials],
	['G.722, browser calls', codec('g722', true)],
	['G.722, phone calls', codec('g722', false)],
	['PCMU, browser calls', codec('pcmu', true)],
	['PCMA, phone calls', codec('pcma', false)],
	['statistics of both sides', figures_agree],
	['all media over a relay, UDP', relayed('udp')],
	['all media over a relay, TCP', relayed('tcp')],
	['STUN servers that do not answer', silent_stun],
];
