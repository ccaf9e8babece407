/**
 * @file tests/interop/scenarios/wire.mjs  Against a server of our own making
 *
 *     phone <- wss, frame by frame -> scripted server
 *
 * What no real server sends: torture messages, frames and handshakes that are
 * wrong, calls without an offer.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BINARY, PING, TEXT, fragments, frame } from '../lab/frames.mjs';
import { with_server } from '../lab/farend.mjs';
import { good_upgrade, header, reply_to } from '../lab/scripted.mjs';
import { until } from '../lab/wait.mjs';

const VECTORS = new URL('../../vectors', import.meta.url).pathname;
const PINGS = 3000; /* A flood of them */
const PADDING = 20; /* Of octets in a message that is too large [64 kB] */

const SANITIZED = { sanitized: true };

/* What an INVITE that is in order may be answered with */
const AS_ANY_INVITE = [100, 180, 200, 404, 480, 486, 488, 603, 606];

let serial = 0;

/* A request of the server to the phone */
function request(method, { more = '', body = '', to_tag = '', uri } = {})
{
	const id = `lab-${++serial}@phone.test`;

	return { id, text: `${method} ${uri ?? 'sip:board@phone.test'} ` +
		'SIP/2.0\r\nVia: SIP/2.0/WSS 127.0.0.1:1;branch=z9hG4bK-lab' +
		`${serial}\r\nMax-Forwards: 70\r\nFrom: <sip:lab@phone.test>` +
		`;tag=lab${serial}\r\nTo: <sip:board@phone.test>${to_tag}` +
		`\r\nCall-ID: ${id}\r\nCSeq: 1 ${method}\r\n` +
		'Contact: <sip:lab@127.0.0.1;transport=ws>\r\n' +
		`${more}Content-Length: ${body.length}\r\n\r\n${body}` };
}

/* The final reply to a request, sent as `send` does */
async function answered(server, { id, text }, send)
{
	(send ?? ((t) => server.send(t)))(text);
	return server.events.wait('SIP/2.0', { match: (e) =>
		e.id === id && e.code >= 200 });
}

/* The phone is alive and answers in order */
async function responds(server)
{
	const { code } = await answered(server, request('OPTIONS'));

	assert.equal(code, 200);
}

/* Replies that a verdict allows, 0 being none */
function codes_allowed(text)
{
	const good = text.split(/never|NEVER/)[0];
	const list = [...good.matchAll(/\b([1-6]\d\d)\b/g)]
		.map((m) => Number(m[1]));

	if (/^accept/.test(text))
		list.push(...AS_ANY_INVITE);
	if (!list.length || /discard|silent/i.test(good))
		list.push(0);
	return list;
}

async function torture_one(server, file, verdict)
{
	const from = server.events.mark();
	const closed = () => server.events.find((e) => e.event === 'closed',
						from);

	server.send(readFileSync(file), BINARY);
	const { id, text } = request('OPTIONS');
	server.send(text);
	await until(`${file}: answer to what came after it`, () => closed() ||
		server.events.find((e) => e.id === id, from));
	if (closed()) {
		await server.events.wait('REGISTER', { from });
		return /close/.test(verdict) ? [] : ['the flow was closed'];
	}
	const replies = server.events.list.slice(from).filter((e) =>
		e.event === 'SIP/2.0' && e.id !== id).map((e) => e.code);
	const final = replies.filter((code) => code >= 200);
	return final.length ? final : replies.length ? replies : [0];
}

async function torture(lab)
{
	const wrong = [];
	let count = 0;

	await with_server(lab, async (server, phone) => {
		for (const set of ['rfc4475', 'rfc5118']) {
			const table = readFileSync(
				`${VECTORS}/${set}/VERDICTS.tsv`, 'utf8');
			const rows = table.trim().split('\n').slice(1)
				.map((row) => row.split('\t'));
			for (const row of rows) {
				const codes = await torture_one(server,
					`${VECTORS}/${set}/${row[0]}`, row[6]);
				const allowed = codes_allowed(row[6]);
				if (!codes.every((c) => allowed.includes(c)))
					wrong.push(`${row[0]}: ${codes} ` +
						   `(${row[6]})`);
				count++;
				phone.alive();
			}
		}
	});
	assert.equal(wrong.length, 0, `\n${wrong.join('\n')}`);
	return `${count} messages`;
}

async function shapes(lab)
{
	await with_server(lab, async (server) => {
		const raw = (make) => (text) => server.socket.write(
			make(Buffer.from(text)));
		const ways = {
			text: raw((b) => frame(TEXT, b)),
			binary: raw((b) => frame(BINARY, b)),
			'one octet each': raw((b) => fragments(TEXT, b, 1)),
			'with pings between':
				raw((b) => fragments(BINARY, b, 100, true)),
		};
		for (const [name, send] of Object.entries(ways)) {
			const { code } = await answered(server,
				request('OPTIONS'), send);
			assert.equal(code, 200, name);
		}
		/* In pieces of TCP */
		const { id, text } = request('OPTIONS');
		for (const octet of frame(TEXT, Buffer.from(text)))
			server.socket.write(Buffer.from([octet]));
		await server.events.wait('SIP/2.0', { match: (e) =>
			e.id === id });
		/* Several in one segment */
		const list = [1, 2, 3].map(() => request('OPTIONS'));
		server.socket.write(Buffer.concat(list.map((r) =>
			frame(TEXT, Buffer.from(r.text)))));
		for (const one of list)
			await server.events.wait('SIP/2.0', { match: (e) =>
				e.id === one.id });
		server.send('\r\n\r\n');
		server.send('nonsense\r\n\r\n');
		server.send('');
		await responds(server);
		assert.equal(server.connections, 1, 'the flow was lost');
	});
}

/* Frames that end the flow, and with which code */
const WRONG = {
	'masked frame': [frame(TEXT, Buffer.from('x'), { masked: true }), 1002],
	'reserved bit': [frame(TEXT, Buffer.from('x'), { rsv: 4 }), 1002],
	'unknown opcode': [frame(3, Buffer.from('x')), 1002],
	'ping of 126 octets': [frame(PING, Buffer.alloc(126)), 1002],
	'continuation of nothing': [frame(0, Buffer.from('x')), 1002],
	'too large': [frame(TEXT, Buffer.alloc(PADDING * 65536, 'x')), 1009],
	'too many fragments': [fragments(TEXT, Buffer.alloc(2000, 'x'), 1),
			       1002],
};

async function wrong_frames(lab)
{
	for (const [name, [octets, code]] of Object.entries(WRONG))
		await with_server(lab, async (server, phone) => {
			server.socket.write(octets);
			const close = await server.events.wait('close');
			assert.equal(close.code, code, name);
			phone.alive();
			/* And it comes back by itself */
			await until(`${name}: back`, () =>
				server.connections > 1);
		});
	return Object.keys(WRONG).join(', ');
}

async function ping_flood(lab)
{
	return with_server(lab, async (server, phone) => {
		const one = frame(PING, Buffer.from('flood'));
		const before = phone.figures();
		server.socket.write(Buffer.concat(Array(PINGS).fill(one)));
		await responds(server);
		const after = phone.figures();
		const pongs = server.events.list.filter((e) =>
			e.event === 'pong').length;
		assert(pongs >= 1, 'no pong at all');
		return `${PINGS} pings, ${pongs} pongs, memory ` +
			`+${after.private - before.private} kB`;
	});
}

const changed = (from, to) => (accept) => good_upgrade(accept)
	.replace(from, to);

/* Answers to the upgrade that must be refused */
const ANSWERS = {
	'404': () => 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
	'redirect': () => 'HTTP/1.1 302 Found\r\nLocation: ' +
		'ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
	'no subprotocol': changed('Sec-WebSocket-Protocol: sip\r\n', ''),
	'another subprotocol': changed('Protocol: sip', 'Protocol: xmpp'),
	'wrong Accept': () => good_upgrade('AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
	'extension nobody asked for': changed('Upgrade: websocket\r\n',
		'Upgrade: websocket\r\nSec-WebSocket-Extensions: ' +
		'permessage-deflate\r\n'),
	'endless header': () => `HTTP/1.1 101 Switching Protocols\r\nX: ${
		'x'.repeat(100000)}`,
	'no HTTP': () => '220 mail.test ESMTP\r\n\r\n',
};

async function wrong_answers(lab)
{
	const said = [];

	for (const [name, upgrade] of Object.entries(ANSWERS))
		await with_server(lab, async (server, phone) => {
			await server.events.wait('upgrade');
			said.push(`${name}: "${await phone.refusal()}"`);
			assert(!server.events.find((e) =>
				e.event === 'REGISTER'), `${name}: it went on`);
			phone.alive();
		}, { upgrade, ready: false });
	return said.join('\n        ');
}

async function offerless(lab)
{
	await with_server(lab, async (server, phone) => {
		const invite = request('INVITE');

		server.send(invite.text);
		const call = await phone.call_event('i_new_call');
		await phone.must('answer', String(call.id));
		const ok = await server.events.wait('SIP/2.0', { match: (e) =>
			e.id === invite.id && e.code === 200 });
		assert.match(ok.text, /^m=audio [1-9]/m);
		assert.match(ok.text, /^a=setup:actpass/m);
		assert.match(ok.text, /^a=fingerprint:/m);
	});
}

async function interval_too_brief(lab)
{
	await with_server(lab, async (server, phone) => {
		const { register } = server;
		server.register = (text) => Number(header(text, 'Expires')) <
			900 ? reply_to(text, '423 Interval Too Brief',
				       'Min-Expires: 900\r\n') :
			register(text);
		await phone.ctl('register');
		await server.events.wait('REGISTER', { match: ({ text }) =>
			header(text, 'Expires') === '900' });
		await until('registered', () => phone.registered());
	}, { ready: false, account: { register: 'no' } });
}

async function refusals(lab)
{
	await with_server(lab, async (server) => {
		const cases = [
			['INVITE', { more: 'Require: nothing-known\r\n' }, 420],
			['FLY', {}, 501],
			['BYE', { to_tag: ';tag=nobody' }, 481],
			['INVITE', { to_tag: ';tag=nobody' }, 481],
			['CANCEL', {}, 481],
			['INVITE', { more: 'Content-Type: text/plain\r\n',
				     body: 'hello' }, 415],
		];
		for (const [method, options, expected] of cases) {
			const got = await answered(server,
				request(method, options));
			assert.equal(got.code, expected,
				`${method} ${JSON.stringify(options)}`);
			if (expected === 420)
				assert.match(header(got.text, 'Unsupported'),
					     /nothing-known/);
		}
	});
}

export default [
	['RFC 4475 and 5118 messages on the wire', torture, SANITIZED],
	['messages in every shape of frames', shapes, SANITIZED],
	['wrong frames end the flow with their code', wrong_frames, SANITIZED],
	['flood of pings', ping_flood, SANITIZED],
	['wrong answers to the upgrade are refused', wrong_answers, SANITIZED],
	['INVITE without an offer is answered with one', offerless, SANITIZED],
	['423 Interval Too Brief', interval_too_brief, SANITIZED],
	['requests that are refused, and how', refusals, SANITIZED],
];
