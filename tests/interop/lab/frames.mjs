/**
 * @file tests/interop/lab/frames.mjs  WebSocket frames, right and wrong
 *
 *     scripted server -> [frames] -> phone
 *
 * RFC 6455 section 5.2, as far as a test needs it: a server whose every bit
 * the test decides.
 */
export const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const FIN = 0x80, MASKED = 0x80;

/** One frame of a server; `rsv` and `masked` make wrong ones */
export function frame(opcode, payload, { fin = true, rsv = 0,
					 masked = false } = {})
{
	const size = payload.length;
	const head = [(fin ? FIN : 0) | rsv << 4 | opcode];
	const mask = masked ? MASKED : 0;

	if (size < 126)
		head.push(mask | size);
	else if (size < 65536)
		head.push(mask | 126, size >> 8, size & 255);
	else
		head.push(mask | 127, 0, 0, 0, 0, size >>> 24,
			  size >> 16 & 255, size >> 8 & 255, size & 255);
	if (masked)
		head.push(0, 0, 0, 0); /* A key that changes nothing */
	return Buffer.concat([Buffer.from(head), payload]);
}

/** A message in fragments of `size` octets, with pings between them */
export function fragments(opcode, payload, size, pings = false)
{
	const list = [];

	for (let at = 0; at < payload.length || !list.length; at += size) {
		const last = at + size >= payload.length;
		list.push(frame(at ? 0 : opcode,
				payload.subarray(at, at + size),
				{ fin: last }));
		if (pings && !last)
			list.push(frame(PING, Buffer.from('between')));
	}
	return Buffer.concat(list);
}

/** Takes octets of a client, whose frames are masked, or of a server apart
    into messages: { opcode, payload } */
export class Unframe {
	data = Buffer.alloc(0);
	pieces = [];

	constructor(handler, { masked = true } = {})
	{
		this.handler = handler;
		this.masked = masked;
	}

	put(data)
	{
		this.data = Buffer.concat([this.data, data]);
		while (this.one())
			;
	}

	one()
	{
		const { data } = this;
		if (data.length < 2)
			return false;
		let size = data[1] & 127, at = 2;
		if (size === 126 && data.length >= 4) {
			size = data.readUInt16BE(2);
			at = 4;
		} else if (size === 127 && data.length >= 10) {
			size = Number(data.readBigUInt64BE(2));
			at = 10;
		} else if (size > 125) {
			return false;
		}
		if (this.masked !== Boolean(data[1] & MASKED))
			throw new Error(this.masked ? 'a frame of the phone ' +
				'is not masked' : 'a frame of the server is');
		const from = at + (this.masked ? 4 : 0);
		if (data.length < from + size)
			return false;
		const key = data.subarray(at, from);
		const payload = Buffer.from(
			data.subarray(from, from + size));
		for (let i = 0; this.masked && i < size; i++)
			payload[i] ^= key[i & 3];
		this.data = data.subarray(from + size);
		this.take(data[0], payload);
		return true;
	}

	take(first, payload)
	{
		const opcode = first & 15;
		if (opcode >= CLOSE) {
			this.handler(opcode, payload);
			return;
		}
		if (opcode)
			this.opcode = opcode;
		this.pieces.push(payload);
		if (!(first & FIN))
			return;
		const whole = Buffer.concat(this.pieces);
		this.pieces = [];
		this.handler(this.opcode, whole);
	}
}
