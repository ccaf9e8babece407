/**
 * @file tests/interop/lab/scripted.mjs  A server that does what a test says
 *
 *     test -> [scripted] <- wss -> phone
 *
 * Knows enough of SIP to accept a registration; everything else that the
 * phone sends is left to the test, in `events`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { CLOSE, PING, PONG, TEXT, Unframe, frame } from './frames.mjs';
import { Events } from './wait.mjs';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; /* RFC 6455, 1.3 */

export const header = (text, name) => text.match(
	new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, 'mi'))?.[1];

/** A reply to a request, with its headers that have to be the same */
export function reply_to(request, line, more = '')
{
	const same = request.split('\r\n').filter((h) =>
		/^(via|from|to|call-id|cseq):/i.test(h)).map((h) =>
		/^to:/i.test(h) && !/;tag=/.test(h) ? `${h};tag=lab` : h);

	return `SIP/2.0 ${line}\r\n${same.join('\r\n')}\r\n${more}` +
		'Content-Length: 0\r\n\r\n';
}

export const accept_of = (key) => createHash('sha1').update(key + GUID)
	.digest('base64');

/** The answer of a server that is in order; a test may send another */
export const good_upgrade = (accept) => 'HTTP/1.1 101 Switching Protocols' +
	'\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
	`Sec-WebSocket-Accept: ${accept}\r\n` +
	'Sec-WebSocket-Protocol: sip\r\n\r\n';

/** A registrar's reply when all is well */
function registered(text)
{
	const contact = header(text, 'Contact').replace(/;expires=\d+/, '');
	const expires = header(text, 'Expires') ?? '60';

	return reply_to(text, '200 OK',
			`Contact: ${contact};expires=${expires}\r\n`);
}

export class Scripted {
	register = registered; /* A test may put another */
	events = new Events('server');
	connections = 0;

	/**
	 * @param certs   Directory of make_certificates()
	 * @param upgrade Makes the HTTP answer of the Accept value
	 */
	constructor(certs, upgrade = good_upgrade)
	{
		this.certs = certs;
		this.upgrade = upgrade;
	}

	async start()
	{
		this.server = createServer({
			key: readFileSync(`${this.certs}/good.key`),
			cert: readFileSync(`${this.certs}/good.pem`),
		}, (socket) => this.connection(socket));
		await new Promise((done) =>
			this.server.listen(0, '127.0.0.1', done));
		this.url = `wss://localhost:${this.server.address().port}/`;
	}

	connection(socket)
	{
		let head = '';
		const frames = new Unframe((opcode, payload) =>
			this.message(opcode, payload));
		const more = (data) => {
			head += data.toString('latin1');
			if (!head.includes('\r\n\r\n'))
				return;
			socket.off('data', more);
			const key = header(head, 'Sec-WebSocket-Key');
			this.events.put({ event: 'upgrade', head });
			socket.write(this.upgrade(accept_of(key ?? '')));
			socket.on('data', (d) => frames.put(d));
			this.socket = socket;
		};

		this.connections++;
		socket.on('error', () => {});
		socket.on('close', () => this.events.put({ event: 'closed' }));
		socket.on('data', more);
	}

	message(opcode, payload)
	{
		const text = payload.toString('utf8');

		if (opcode === PING)
			this.socket.write(frame(PONG, payload));
		if (opcode === PONG)
			this.events.put({ event: 'pong', payload });
		if (opcode === CLOSE)
			this.events.put({ event: 'close', code: payload.length
				>= 2 ? payload.readUInt16BE(0) : 0 });
		if (opcode >= CLOSE)
			return;
		if (text.startsWith('REGISTER')) {
			this.send(this.register(text));
			this.events.put({ event: 'REGISTER', text });
			return;
		}
		this.events.put({ event: text.split(/[ \r]/)[0], text,
			code: Number(text.match(/^SIP\/2.0 (\d+)/)?.[1]),
			id: header(text, 'Call-ID'),
			cseq: header(text, 'CSeq') });
	}

	/** Send a message, as text unless told otherwise */
	send(message, opcode = TEXT)
	{
		this.socket.write(frame(opcode, Buffer.from(message)));
	}

	stop()
	{
		this.socket?.destroy();
		this.server.close();
	}
}
