/**
 * @file tests/interop/lab/plainmedia.mjs  RTP as it is, from a UDP port
 *
 *     phone <- RTP, G.711 -> [plain media] -> tone out, samples in
 *
 * No ICE, no encryption, no RTCP: the least that a telephone can do. Its port
 * may be another one from now on.
 */
import { createSocket } from 'node:dgram';
import { now, until } from './wait.mjs';

const RATE = 8000, PACKET = 160, TICK = 10; /* [Hz], [samples], [ms] */
const HEADER = 12; /* RFC 3550 section 5.1 */
const BIAS = 33, CLIP = 8159; /* ITU-T G.711, of 14 bit */

/* ITU-T G.711 table 2a */
function to_law(sample)
{
	const sign = sample < 0 ? 0 : 0x80;
	const x = Math.min(Math.abs(sample) * 8192, CLIP) + BIAS;
	const segment = Math.max(Math.floor(Math.log2(x)) - 5, 0);

	return (sign | (7 - segment) << 4 |
		0x0f - (x / 2 ** (segment + 1) & 0x0f)) & 0xff;
}

function from_law(law)
{
	const segment = 7 - (law >> 4 & 7), step = 0x0f - (law & 0x0f);
	const x = (2 * step + BIAS) * 2 ** segment - BIAS;

	return (law & 0x80 ? x : -x) / 8192;
}

export class PlainMedia {
	received = []; /* Sound of each packet */
	sequence = 0;

	/** @param tone  That it says [Hz], of a level [dB] */
	constructor({ tone, level })
	{
		this.tone = tone;
		this.amplitude = 10 ** (level / 20) * Math.SQRT2;
		this.ssrc = Math.floor(Math.random() * 2 ** 32);
	}

	/** Open a port, and close the one before */
	async open()
	{
		this.socket?.close();
		this.socket = createSocket('udp4');
		this.socket.on('message', (data) => this.take(data));
		await new Promise((done) =>
			this.socket.bind(0, '127.0.0.1', done));
		this.received = [];
		return this.socket.address().port;
	}

	take(data)
	{
		if (data.length <= HEADER || (data[1] & 0x7f) !== 0)
			return;
		this.received.push(Float32Array.from(data.subarray(HEADER),
						     from_law));
	}

	/** Say the tone to where an SDP says, from now on */
	say(sdp)
	{
		this.port = Number(sdp.match(/^m=audio (\d+)/m)[1]);
		this.host = sdp.match(/^c=IN IP4 (\S+)/m)[1];
		this.begun ??= now();
		this.timer ??= setInterval(() => this.tick(), TICK);
	}

	/* As many as it is time for */
	tick()
	{
		while ((now() - this.begun) * RATE / 1000 >=
		       this.sequence * PACKET)
			this.packet();
	}

	packet()
	{
		const data = Buffer.alloc(HEADER + PACKET);
		const time = this.sequence * PACKET;

		data[0] = 0x80;
		data.writeUInt16BE(this.sequence & 0xffff, 2);
		data.writeUInt32BE(time, 4);
		data.writeUInt32BE(this.ssrc, 8);
		for (let i = 0; i < PACKET; i++)
			data[HEADER + i] = to_law(this.amplitude * Math.sin(
				2 * Math.PI * this.tone * (time + i) / RATE));
		this.sequence++;
		this.socket.send(data, this.port, this.host);
	}

	/** What comes in for so many seconds from now on */
	async listen_for(seconds)
	{
		const from = this.received.length;
		const count = seconds * RATE / PACKET;

		await until('plain media: sound', () =>
			this.received.length >= from + count,
			seconds * 3000 + 5000);
		const samples = new Float32Array(count * PACKET);
		this.received.slice(from, from + count).forEach((one, i) =>
			samples.set(one.subarray(0, PACKET), i * PACKET));
		return { samples, rate: RATE };
	}

	close()
	{
		clearInterval(this.timer);
		this.socket?.close();
	}

	/** Its SDP */
	sdp(port, version = 1)
	{
		return `v=0\r\no=plain 7 ${version} IN IP4 127.0.0.1\r\n` +
			's=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
			`m=audio ${port} RTP/AVP 0\r\n`;
	}
}
