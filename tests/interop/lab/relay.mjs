/**
 * @file tests/interop/lab/relay.mjs  A bad line between two peers
 *
 *     near <-> [relay: up, down] <-> far
 *
 * Two doors on loopback: each side is told that the other one is behind its
 * door. A packet that comes to a door leaves to the other side from a socket
 * of its sender's own, as from a NAT, so that ICE may try as many paths as it
 * likes. `up` is what goes from near to far. Where the sides are is taken from
 * their session descriptions.
 */
import { createSocket } from 'node:dgram';
import { Impair } from './impair.mjs';
import { address_in, reroute } from './reroute.mjs';

const HOST = '127.0.0.1';
const SENDERS_MAX = 64; /* Of a door */
const BUFFER = 1 << 20; /* Of a socket [bytes] */

function open(handler)
{
	const socket = createSocket('udp4', handler).on('error', () => {});

	return new Promise((done) => socket.bind(0, HOST, () => {
		socket.setRecvBufferSize(BUFFER);
		socket.setSendBufferSize(BUFFER);
		done(socket);
	}));
}

/* Stands for one side, to the other one */
class Door {
	senders = new Map();
	target = null; /* The side that it stands for */
	closed = false;

	/** @param there, back  Impair: to the target, and from it */
	constructor(there, back)
	{
		this.there = there;
		this.back = back;
	}

	async start()
	{
		this.socket = await open((packet, from) =>
			this.take(packet, from));
		this.port = this.socket.address().port;
	}

	take(packet, from)
	{
		const key = `${from.address}:${from.port}`;

		if (!this.senders.has(key) && this.senders.size < SENDERS_MAX)
			this.senders.set(key, open((answer) =>
				this.back.put(answer, (data) =>
					this.send(this.socket, data, from))));
		const opened = this.senders.get(key);
		if (opened)
			this.there.put(packet, async (data) =>
				this.send(await opened, data, this.target));
	}

	send(socket, data, to)
	{
		if (!this.closed && to)
			socket.send(data, to.port, to.address, () => {});
	}

	async stop()
	{
		this.closed = true;
		this.socket.close();
		for (const opened of this.senders.values())
			(await opened).close();
	}
}

export class Relay {
	/** @param what { up, down }, or one for both, as impair's CLEAN */
	constructor({ seed = 1, ...what } = {})
	{
		this.up = new Impair(seed);
		this.down = new Impair(seed + 1);
		this.set(what);
	}

	/** Change what the line does, from now on; see CLEAN of impair.mjs */
	set(what)
	{
		this.up.set(what.up ?? (what.down ? {} : what));
		this.down.set(what.down ?? (what.up ? {} : what));
	}

	async start()
	{
		/* Of the far side, to which the near one sends; and back */
		this.far = new Door(this.up, this.down);
		this.near = new Door(this.down, this.up);
		await Promise.all([this.far.start(), this.near.start()]);
		return this;
	}

	/** Where a side is said to be: 'near' or 'far' */
	address(side)
	{
		return { address: HOST, port: this[side].port };
	}

	/** A side's session description says where it is */
	learn(side, sdp)
	{
		this[side].target = address_in(sdp) ?? this[side].target;
	}

	/** A side's session description, as the other side shall see it */
	reroute(side, sdp)
	{
		this.learn(side, sdp);
		return reroute(sdp, this.address(side));
	}

	reset()
	{
		this.up.reset();
		this.down.reset();
	}

	figures()
	{
		return { up: this.up.figures(), down: this.down.figures() };
	}

	async stop()
	{
		this.up.stop();
		this.down.stop();
		await Promise.all([this.far.stop(), this.near.stop()]);
	}
}
