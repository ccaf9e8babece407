/**
 * @file tests/interop/lab/doors.mjs  Doors: what passes a NAT, and a stranger
 *
 *     nat -> orders -> [doors: a thread] -> what was seen -> nat
 *
 * Orders are messages: { what: 'forget' | 'spoof', or 'phone' | 'gateway' with
 * its port }. The first two are answered; the first message is the port that
 * the phone's packets leave by.
 */
import { createSocket } from 'node:dgram';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

const HOST = '127.0.0.1';
const RTP = 0x80;   /* First octet */
const DTLS = [20, 63];
const KEPT_MAX = 50; /* Packets that the stranger knows */
const DOORS = 64;

/* What asks for an answer of anybody: STUN, Binding (RFC 8489) */
const BINDING = Buffer.from('000100002112a442' + '61'.repeat(12), 'hex');

/* The same clock in both threads [ms] */
const clock = () => performance.timeOrigin + performance.now();

/** Numbers that both threads see */
export class Seen {
	constructor(numbers = new Float64Array(
		new SharedArrayBuffer(2 * (DOORS + 1) * 8)))
	{
		this.numbers = numbers;
	}

	get lost() { return this.numbers[0]; }
	set lost(n) { this.numbers[0] = n; }

	get received() { return this.numbers[1]; }
	set received(n) { this.numbers[1] = n; }

	/** Packets that came to a door */
	count(door) { return this.numbers[2 * (door + 1)]; }

	/** When the first one did, 0: not yet */
	first(door) { return this.numbers[2 * (door + 1) + 1]; }

	came(door)
	{
		this.numbers[2 * (door + 1) + 1] ||= clock();
		this.numbers[2 * (door + 1)]++;
	}
}

function open(handler = () => {})
{
	const socket = createSocket('udp4', handler).on('error', () => {});

	return new Promise((done) =>
		socket.bind(0, HOST, () => done(socket)));
}

class Doors {
	kept = [];   /* Of the gateway: the latest RTP */
	hellos = []; /* And of its handshake */
	number = -1; /* Of the door of now */

	constructor(seen)
	{
		this.seen = seen;
	}

	async start()
	{
		this.back = await open((packet) => this.leave(packet));
		this.stranger = await open(() => this.seen.received++);
		return { port: this.back.address().port };
	}

	async forget()
	{
		const number = this.number + 1;

		this.door = await open((packet) => this.enter(number, packet));
		this.number = number;
		return { port: this.door.address().port, left: clock() };
	}

	/* From the phone */
	enter(number, packet)
	{
		if (number !== this.number) {
			this.seen.lost++;
			return;
		}
		this.seen.came(number);
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
			this.door.send(packet, this.phone, HOST);
	}

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
		return { said: list.length };
	}
}

if (!isMainThread) {
	const doors = new Doors(new Seen(workerData));

	parentPort.postMessage(await doors.start());
	parentPort.on('message', async ({ what, port }) => {
		if (port)
			doors[what] = port;
		else
			parentPort.postMessage(await doors[what]());
	});
}
