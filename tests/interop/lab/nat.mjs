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
 */
import { createSocket } from 'node:dgram';
import { address_in } from './reroute.mjs';
import { now } from './wait.mjs';

const HOST = '127.0.0.1';
const AUDIO = /^m=audio (\d+)/m;
const RTP = 0x80;   /* First octet */
const DTLS = [20, 63];
const KEPT_MAX = 50; /* Packets that the stranger knows */

/* What asks for an answer of anybody: STUN, Binding (RFC 8489) */
const BINDING = Buffer.from('000100002112a442' + '61'.repeat(12), 'hex');

function open(handler = () => {})
{
	const socket = createSocket('udp4', handler).on('error', () => {});

	return new Promise((done) =>
		socket.bind(0, HOST, () => done(socket)));
}

export class Nat {
	doors = [];   /* { socket, port, count, first: when it got one } */
	kept = [];    /* Of the gateway: the latest RTP */
	hellos = [];  /* And of its handshake */
	lost = 0;     /* Went to a door that was forgotten */
	received = 0; /* By the stranger */

	async start()
	{
		this.back = await open((packet) => this.leave(packet));
		this.stranger = await open(() => this.received++);
		await this.forget();
		return this;
	}

	/** Nothing is known of the phone's packets any more: another door */
	async forget()
	{
		const door = { count: 0, first: null };

		door.socket = await open((packet) => this.enter(door, packet));
		door.port = door.socket.address().port;
		this.doors.push(door);
		this.left = now();
		return door;
	}

	/* From the phone */
	enter(door, packet)
	{
		if (door !== this.doors.at(-1)) {
			this.lost++;
			return;
		}
		door.first ??= now();
		door.count++;
		if (this.gateway)
			this.back.send(packet, this.gateway, HOST);
	}

	/* From the gateway */
	leave(packet)
	{
		const [first] = packet;
		const list = first === RTP ? this.kept :
			first >= DTLS[0] && first <= DTLS[1] ? this.hellos : [];

		list.push(Buffer.from(packet));
		if (list.length > KEPT_MAX)
			list.shift();
		if (this.phone)
			this.doors.at(-1).socket.send(packet, this.phone, HOST);
	}

	/** A message to the phone: it finds the gateway at the door */
	to_phone(text)
	{
		const media = text.match(AUDIO);

		if (!media || media[1] === '0')
			return text;
		this.gateway = Number(media[1]);
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
			this.phone = address_in(sdp)?.port ??
				Number(sdp.match(AUDIO)[1]);
			return sdp.replace(AUDIO, `m=audio ${
				this.back.address().port}`)
				.replace(/^c=[^\r]*/mg, `c=IN IP4 ${HOST}`)
				.replace(/^a=(rtcp|candidate):.*\r\n/mg, '');
		});
	}

	/** The stranger sends the phone all that he knows, and some that he
	    has made up. How many packets that was */
	spoof()
	{
		const forged = this.kept.map((packet) => {
			const copy = Buffer.from(packet);
			copy[3] ^= 0x40; /* Of the sequence number */
			return copy;
		});
		const list = [...this.kept, ...forged, ...this.hellos, BINDING];

		for (const packet of list)
			this.stranger.send(packet, this.phone, HOST);
		return list.length;
	}

	stop()
	{
		for (const socket of [this.back, this.stranger,
				      ...this.doors.map((d) => d.socket)])
			socket.close();
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
