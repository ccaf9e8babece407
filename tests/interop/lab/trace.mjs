/**
 * @file tests/interop/lab/trace.mjs  What phone and server say to each other
 *
 *     phone <- wss -> [trace: keep, change] <- wss -> kamailio
 *
 * A server to the one, a client to the other. Every message is kept, and may
 * be changed or dropped on its way: so a gateway's habits come to a real call.
 */
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
import { CLOSE, PING, PONG, TEXT, Unframe, frame } from './frames.mjs';
import { header } from './scripted.mjs';
import { Events, now, until } from './wait.mjs';

const END = '\r\n\r\n';

/* An event of the trace: from 'phone' or 'server' */
function described(from, text)
{
	const line = text.slice(0, text.indexOf('\r\n'));
	const code = Number(line.match(/^SIP\/2.0 (\d+)/)?.[1] ?? 0);

	return { event: code ? String(code) : line.split(' ')[0], from, code,
		 line, text, id: header(text, '(?:Call-ID|i)'),
		 cseq: header(text, 'CSeq') };
}

/** Branch of the topmost Via */
export const branch_of = (text) =>
	header(text, '(?:Via|v)')?.match(/branch=([^;,\s]+)/)?.[1];

/** Tag of From or To */
export const tag_of = (text, name) =>
	header(text, name)?.match(/;tag=([^;\s]+)/)?.[1];

export class Trace {
	events = new Events('trace');
	connections = 0;
	open = 0;
	/** A test's: (text, event) to another text, or '' to drop it */
	to_phone = (text) => text;
	to_server = (text) => text;

	/** @param port  Of loopback, where the real server is */
	constructor(certs, port)
	{
		this.certs = certs;
		this.port = port;
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
		return this;
	}

	connection(near)
	{
		const far = connect({ port: this.port, host: '127.0.0.1',
				      rejectUnauthorized: false });

		this.connections++;
		this.open++;
		this.near = near;
		this.far = far;
		this.relay(near, far, 'phone');
		this.relay(far, near, 'server');
		near.on('close', () => {
			this.open--;
			this.events.put({ event: 'closed' });
		});
		for (const [one, other] of [[near, far], [far, near]])
			one.on('error', () => {}).on('close',
				() => other.destroy());
	}

	/* HTTP as it is, then frame by frame */
	relay(from, to, who)
	{
		const masked = who === 'phone';
		const frames = new Unframe((opcode, payload) =>
			this.message(to, who, opcode, payload), { masked });
		let head = Buffer.alloc(0);
		const more = (data) => {
			head = Buffer.concat([head, data]);
			const at = head.indexOf(END);
			if (at < 0)
				return;
			from.off('data', more);
			from.on('data', (d) => frames.put(d));
			const rest = head.subarray(at + END.length);
			to.write(head.subarray(0, at + END.length));
			this.events.put({ event: masked ? 'upgrade' : '101',
				from: who, text: head.toString('latin1',
					0, at + END.length) });
			frames.put(rest);
		};

		from.on('data', more);
	}

	message(to, who, opcode, payload)
	{
		const masked = who === 'phone';
		const change = masked ? this.to_server : this.to_phone;
		const text = payload.toString('utf8');

		if (opcode === PING || opcode === PONG || opcode === CLOSE ||
		    !text.trim()) {
			to.write(frame(opcode, payload, { masked }));
			return;
		}
		const event = described(who, text);
		const other = change(text, event);
		this.events.put(event);
		if (other)
			to.write(frame(TEXT, Buffer.from(other), { masked }));
	}

	/** Messages of one call, or all that match, in order */
	of(match, from = 0)
	{
		return this.events.list.slice(from).filter((e) => e.from &&
			(typeof match === 'string' ? e.id === match :
				match(e)));
	}

	wait(name, options)
	{
		return this.events.wait(name, options);
	}

	/** Send to the phone what the server did not say */
	inject(text)
	{
		this.near.write(frame(TEXT, Buffer.from(text)));
	}

	/** Await that the phone has closed its connection; when [ms] */
	async closed()
	{
		await until('the connection is closed', () => !this.open);
		return this.events.list.at(-1).at ?? now();
	}

	stop()
	{
		this.near?.destroy();
		this.far?.destroy();
		this.server.close();
	}
}

/** "REGISTER 401 REGISTER 200" */
export const sequence = (list) => list.map((e) => e.event).join(' ');
