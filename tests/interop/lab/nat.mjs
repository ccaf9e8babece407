/**
 * @file tests/interop/lab/nat.mjs  A NAT that forgets, and a stranger
 *
 *     phone <-> [nat: the door of now] <-> media gateway, without ICE
 *     phone <-- [stranger]
 *
 * The gateway is behind it: the phone is told of the first door, in the
 * gateway's description. When the NAT has forgotten, what the gateway sends
 * comes out of another door, and what goes to the old one is lost. A
 * stranger has seen all that went over the line, and says it in his name.
 *
 * Packets pass in a thread of their own (doors.mjs): this one is busy with
 * what was heard at times, for longer than sound can wait.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Seen } from './doors.mjs';
import { address_in } from './reroute.mjs';

const HOST = '127.0.0.1';
const AUDIO = /^m=audio (\d+)/m;

export class Nat {
	seen = new Seen();
	doors = []; /* { port, left; count, first: when it got one } */

	async start()
	{
		this.worker = new Worker(new URL('doors.mjs', import.meta.url),
					 { workerData: this.seen.numbers });
		[{ port: this.back }] = await once(this.worker, 'message');
		await this.forget();
		return this;
	}

	async ask(order)
	{
		this.worker.postMessage(order);
		return (await once(this.worker, 'message'))[0];
	}

	/** Nothing is known of the phone's packets any more: another door */
	async forget()
	{
		const door = { ...await this.ask({ what: 'forget' }),
			       number: this.doors.length };

		for (const name of ['count', 'first'])
			Object.defineProperty(door, name, { get: () =>
				this.seen[name](door.number) });
		this.doors.push(door);
		return door;
	}

	/** Packets that went to a door that was forgotten */
	get lost()
	{
		return this.seen.lost;
	}

	/** Packets that the stranger got */
	get received()
	{
		return this.seen.received;
	}

	/** A message to the phone: it finds the gateway at the door */
	to_phone(text)
	{
		const media = text.match(AUDIO);

		if (!media || media[1] === '0')
			return text;
		this.worker.postMessage({ what: 'gateway',
					  port: Number(media[1]) });
		return resized(text, (sdp) => sdp
			.replace(AUDIO, `m=audio ${this.doors.at(-1).port}`)
			.replace(/^a=rtcp:.*\r\n/mg, ''));
	}

	/** A message of the phone: it is found at the back */
	to_server(text)
	{
		if (!AUDIO.test(text))
			return text;
		return resized(text, (sdp) => {
			this.worker.postMessage({ what: 'phone',
				port: address_in(sdp)?.port ??
					Number(sdp.match(AUDIO)[1]) });
			return sdp.replace(AUDIO, `m=audio ${this.back}`)
				.replace(/^c=[^\r]*/mg, `c=IN IP4 ${HOST}`)
				.replace(/^a=(rtcp|candidate):.*\r\n/mg, '');
		});
	}

	/** The stranger sends the phone all that he knows, and some that he
	    has made up. How many packets that was */
	async spoof()
	{
		return (await this.ask({ what: 'spoof' })).said;
	}

	stop()
	{
		return this.worker.terminate();
	}
}

/* A message whose body is changed */
function resized(text, change)
{
	const at = text.indexOf('\r\n\r\n') + 4;
	const body = change(text.slice(at));

	return text.slice(0, at).replace(/^(Content-Length|l)( *):.*$/mi,
		`Content-Length: ${Buffer.byteLength(body)}`) + body;
}
