/**
 * @file tests/interop/lab/abuse.mjs  Those who mean harm to the page
 *
 *     [abuse] -> TCP, TLS, HTTP, WebSocket -> board
 *
 * Each is a function (board, until) that goes on until the time is over and
 * tells what came of it. They come from an address of their own, as somebody
 * on the same network would.
 */
import { connect as connect_tcp } from 'node:net';
import { connect as connect_tls } from 'node:tls';
import { BINARY, CLOSE, PING, TEXT, fragments, frame } from './frames.mjs';
import { now } from './wait.mjs';

const HOST = '127.0.0.1', FROM = '127.0.0.2';
const MANY = 200;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const OURS = 'Host: localhost\r\n';
const BEAT = 50; /* Between two acts [ms] */

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* One connection of an attacker; `open`, `closed`, `text` say how it is */
class Guest {
	constructor(board, { plain = false } = {})
	{
		const options = { host: HOST, port: board.port,
			localAddress: FROM, rejectUnauthorized: false };
		const opened = () => { this.open = true; };

		this.text = '';
		this.octets = 0;
		this.socket = plain ? connect_tcp(options, opened) :
			connect_tls(options, opened);
		this.socket.on('error', () => {});
		this.socket.on('close', () => { this.closed = true; });
		this.socket.on('data', (data) => {
			this.octets += data.length;
			if (this.text.length < 1000)
				this.text += data.toString('latin1');
		});
	}

	/** Whether it was answered with this status */
	status()
	{
		return Number(this.text.match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 0);
	}

	write(data)
	{
		if (!this.closed && !this.socket.destroyed)
			this.socket.write(data);
	}

	/** Whether the other side lets more in */
	hungry()
	{
		return !this.closed && this.socket.writableLength < 65536;
	}

	upgrade()
	{
		this.write('GET /sip HTTP/1.1\r\nHost: localhost\r\n' +
			'Upgrade: websocket\r\nConnection: Upgrade\r\n' +
			`Sec-WebSocket-Key: ${KEY}\r\n` +
			'Sec-WebSocket-Version: 13\r\n' +
			'Sec-WebSocket-Protocol: sip\r\n\r\n');
	}

	end()
	{
		this.socket.destroy();
	}
}

/* Keep so many busy: act() with each again and again, a new one for each that
   was closed. How many there were, and how many of them were let in */
async function crowd(count, until, make, act)
{
	const list = Array.from({ length: count }, make);
	let came = count;

	while (now() < until) {
		for (const [i, guest] of list.entries()) {
			if (guest.open)
				act(guest);
			if (guest.closed) {
				list[i] = make();
				came++;
			}
		}
		await pause(BEAT);
	}
	list.forEach((guest) => guest.end());
	return `${came} came`;
}

/** An octet of a request now and then, forever; and nothing at all */
export function slow(board, until)
{
	let turn = 0;

	return crowd(40, until, () =>
		new Guest(board, { plain: turn++ % 4 > 2 }),
		(guest) => guest.write('G'));
}

/** 200 at once, each wants the page */
export async function many(board, until)
{
	const answered = { yes: 0 };
	const said = await crowd(MANY, until, () => new Guest(board),
		(guest) => {
		if (!guest.asked)
			guest.write(`GET / HTTP/1.1\r\n${OURS}\r\n`);
		guest.asked = true;
		if (guest.status() !== 200 || guest.told)
			return;
		guest.told = true;
		answered.yes++;
		guest.end();
	});

	return `${said}, ${answered.yes} got the page`;
}

/** Heads and bodies without end */
export function huge(board, until)
{
	const junk = Buffer.alloc(65536, 'x');
	const beginnings = ['GET /', 'GET / HTTP/1.1\r\nX: ', '',
		`POST / HTTP/1.1\r\n${OURS}Content-Length: 99999999\r\n\r\n`];
	let turn = 0;

	return crowd(12, until, () => {
		const guest = new Guest(board, { plain: turn % 5 === 4 });
		guest.write(beginnings[turn++ % beginnings.length]);
		return guest;
	}, (guest) => {
		while (guest.hungry() && !guest.socket.writableNeedDrain)
			guest.write(junk);
	});
}

/* What must be refused: request, status */
const MALFORMED = [
	['GET / HTTP/1.1\r\n\r\n', 400],
	['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
	['GET / HTTP/1.1\r\nHost : localhost\r\n\r\n', 400],
	[`GET / HTTP/1.1\r\n${OURS} folded\r\n\r\n`, 400],
	['GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n', 400],
	['GET / HTTP/1.1\nHost: localhost\n\n\r\n\r\n', 400],
	[`GET http://localhost/ HTTP/1.1\r\n${OURS}\r\n`, 400],
	[`GET / HTTP/1.1\r\n${OURS}Content-Length: 5\r\n\r\nabcde`, 413],
	[`GET / HTTP/1.1\r\n${OURS}Transfer-Encoding: chunked\r\n\r\n0\r\n`,
		413],
	[`DELETE / HTTP/1.1\r\n${OURS}\r\n`, 405],
	[`GET / HTTP/3.0\r\n${OURS}\r\n`, 505],
	['GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
	[`GET /${'a'.repeat(3000)} HTTP/1.1\r\n${OURS}\r\n`, 414],
	[`GET / HTTP/1.1\r\n${OURS}${'X: y\r\n'.repeat(100)}\r\n`, 431],
];

/** All of MALFORMED, and octets of chance */
export async function malformed(board, until)
{
	const wrong = [];
	let turn = 0, answered = 0;

	const said = await crowd(6, until, () => {
		const guest = new Guest(board);
		const [text, status] = MALFORMED[turn++ % MALFORMED.length];
		guest.write(text);
		guest.wants = status;
		return guest;
	}, (guest) => {
		if (!guest.status() || guest.told)
			return;
		guest.told = true;
		answered++;
		if (guest.status() !== guest.wants)
			wrong.push(`${guest.status()} not ${guest.wants}`);
		guest.end();
	});
	if (wrong.length)
		throw new Error(`malformed requests: ${wrong.join(', ')}`);
	return `${said}, ${answered} answered`;
}

const sip = (method, more = '', n = 0) => Buffer.from(
	`${method} sip:home@boardphone SIP/2.0\r\n` +
	`Via: SIP/2.0/WSS a.invalid;branch=z9hG4bK${n}\r\n` +
	`From: <sip:home@boardphone>;tag=${n}\r\n` +
	'To: <sip:home@boardphone>\r\n' +
	`Call-ID: ${n}@a.invalid\r\nCSeq: 1 ${method}\r\nMax-Forwards: 70\r\n` +
	`Contact: <sip:a@a.invalid;transport=ws>\r\n${more}` +
	'Content-Length: 0\r\n\r\n');

const masked = (opcode, data, more) =>
	frame(opcode, Buffer.from(data), { masked: true, ...more });

/* What floods are made of; a function gets a number of its own */
const FLOODS = [
	() => masked(TEXT, 'x'),
	() => masked(PING, 'ping'),
	(n) => masked(TEXT, sip('OPTIONS', '', n)),
	(n) => masked(TEXT, sip('REGISTER', '', n)),
	(n) => masked(TEXT, sip('INVITE', '', n)),
	(n) => masked(TEXT, sip('MESSAGE', '', n)),
	(n) => masked(TEXT, sip('REGISTER', `Authorization: Digest username=` +
		'"home", realm="boardphone", nonce="x", uri="sip:boardphone"' +
		`, response="${'0'.repeat(32)}"\r\n`, n)),
	() => masked(BINARY, Buffer.alloc(60000, 0xff)),
	() => masked(TEXT, '\r\n\r\n'),
];

/** Frames as many as go, on eight WebSockets */
export function flood(board, until)
{
	let turn = 0, n = 0;

	return crowd(FLOODS.length, until, () => {
		const guest = new Guest(board);
		guest.upgrade();
		guest.flood = FLOODS[turn++ % FLOODS.length];
		return guest;
	}, (guest) => {
		if (guest.status() !== 101)
			return;
		for (let i = 0; i < 500 && guest.hungry(); i++)
			guest.write(guest.flood(n++));
	});
}

/** The same, and nothing that comes back is read */
export function deaf(board, until)
{
	let n = 0;

	return crowd(8, until, () => {
		const guest = new Guest(board);
		guest.upgrade();
		return guest;
	}, (guest) => {
		if (guest.status() !== 101)
			return;
		guest.socket.pause();
		for (let i = 0; i < 200 && guest.hungry(); i++)
			guest.write(masked(TEXT, sip('OPTIONS', '', n++)));
	});
}

/* Frames that break RFC 6455, or a limit: each ends its WebSocket */
const BROKEN = [
	() => frame(TEXT, Buffer.from('not masked')),
	() => masked(TEXT, 'reserved bits', { rsv: 4 }),
	() => masked(3, 'no such opcode'),
	() => masked(TEXT, Buffer.from([0xc0, 0x80])),
	() => masked(CLOSE, Buffer.from([0])),
	() => Buffer.from([0x81, 0xff, 0x7f, ...Array(7).fill(255)]),
	() => masked(TEXT, Buffer.alloc(200000, 'x')),
	() => Buffer.concat([...Array(2000).keys()].map((i) =>
		masked(i ? 0 : TEXT, 'x', { fin: false }))),
	() => fragments(TEXT, Buffer.alloc(10, 'x'), 1),
];

/** One after the other */
export async function broken(board, until)
{
	let turn = 0, ended = 0;

	const said = await crowd(4, until, () => {
		const guest = new Guest(board);
		guest.upgrade();
		guest.say = BROKEN[turn++ % BROKEN.length];
		guest.socket.on('close', () => { ended += !!guest.told; });
		return guest;
	}, (guest) => {
		if (guest.status() !== 101 || guest.told)
			return;
		guest.told = true;
		guest.write(guest.say());
	});
	return `${said}, ${ended} ended by the board`;
}

/** All, in their order */
export const ATTACKS = { slow, many, huge, malformed, flood, deaf, broken };
