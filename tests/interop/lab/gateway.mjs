/**
 * @file tests/interop/lab/gateway.mjs  A plain telephone behind rtpengine
 *
 *     kamailio -- ng --> [rtpengine] <- RTP/AVP, UDP -> [baresip]
 *
 * What turns DTLS-SRTP, ICE and WebSocket into RTP and UDP, and a peer that
 * knows only those. The peer sends back what it hears, and keeps it.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync,
	 writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { free_port, free_sip, free_udp, REALM } from './kamailio.mjs';
import { read_wav, write_tone } from './sound.mjs';
import { Events, until, within } from './wait.mjs';

const MODULES = ['/usr/lib', '/usr/local/lib']
	.map((dir) => `${dir}/baresip/modules`).find(existsSync);
const RANGE = 200; /* Ports for media */
const RANGES = 13;  /* Below what Linux gives to connections, 32768 */
const LINES = 15; /* Of a log, when something went wrong */

/* What baresip wants for a codec: its module, and what sound has there */
const CODECS = {
	'PCMU/8000/1': { module: 'g711.so', rate: 8000, channels: 1 },
	'PCMA/8000/1': { module: 'g711.so', rate: 8000, channels: 1 },
	'G722/16000/1': { module: 'g722.so', rate: 16000, channels: 1 },
	'opus/48000/2': { module: 'opus.so', rate: 48000, channels: 2 },
	vp8: { module: 'vp8.so' },
	h264: { module: 'avcodec.so' },
};

/** Why this machine cannot have one, or nothing */
export const missing = () => !existsSync('/usr/bin/rtpengine') ?
	'no rtpengine here' : !MODULES ? 'no baresip here' :
	!existsSync(`${MODULES}/avcodec.so`) ? 'no baresip-ffmpeg here' : '';

function begin(program, args, log, options = {})
{
	const child = spawn(program, args,
			    { stdio: ['ignore', 'pipe', 'pipe'], ...options });
	const file = createWriteStream(log);

	for (const stream of [child.stdout, child.stderr])
		stream.pipe(file, { end: false });
	child.gone = new Promise((done) => child.on('exit', done)
		.on('error', done));
	return child;
}

async function end(child)
{
	child?.kill('SIGKILL');
	await child?.gone;
}

/** rtpengine in userspace */
export class Rtpengine {
	async start(dir)
	{
		this.port = await free_udp();
		const low = 30000 + process.pid % RANGES * RANGE;
		this.child = begin('/usr/bin/rtpengine', ['--foreground',
			'--log-stderr', '--table=-1', '--config-file=none',
			'--interface=127.0.0.1',
			`--listen-ng=127.0.0.1:${this.port}`,
			`--port-min=${low}`, `--port-max=${low + RANGE}`,
			'--log-level=6'], `${dir}/rtpengine.log`);
		await until('rtpengine: answers', () => this.ping(), 5000);
		return this;
	}

	/* Its protocol: a cookie and a dictionary */
	ping()
	{
		return new Promise((done) => {
			const socket = createSocket('udp4', () => {
				socket.close();
				done(true);
			});
			socket.send('1 d7:command4:pinge', this.port,
				    '127.0.0.1');
			setTimeout(() => {
				try {
					socket.close();
				} catch { /* Closed already */ }
				done(false);
			}, 200);
		});
	}

	stop()
	{
		return end(this.child);
	}
}

/** baresip over UDP, called `plain` */
export class Plain {
	events = new Events('plain');

	constructor(dir)
	{
		this.dir = dir;
		mkdirSync(dir, { recursive: true });
	}

	/**
	 * @param proxy UDP port of kamailio
	 * @param auto  Answers by itself
	 * @param tone  What it says [Hz] of a level [dB], instead of what it
	 *              hears
	 * @param codec Of sound
	 * @param video Of its picture, if it has any: vp8, h264
	 * @param mediaenc How it encrypts: srtp, srtp-mand, ... or not at all
	 */
	async start({ proxy, auto = true, tone, level, codec = 'PCMU/8000/1',
		      video, mediaenc = '' })
	{
		this.port = await free_sip();
		this.control = await free_port();
		const file = `${this.dir}/tone.wav`;
		const { rate, channels } = CODECS[codec];
		if (tone)
			write_tone(file, { frequency: tone, level, rate,
					   channels, seconds: 60 });
		const modules = [CODECS[codec].module, 'sndfile.so',
			'aubridge.so', 'aufile.so',
			...mediaenc ? ['srtp.so'] : [],
			...video ? [CODECS[video].module, 'fakevideo.so',
				    'snapshot.so'] : []];
		writeFileSync(`${this.dir}/config`, [
			`sip_listen 127.0.0.1:${this.port}`,
			'audio_player aubridge,echo',
			`audio_source ${tone ? `aufile,${file}` :
				'aubridge,echo'}`,
			'audio_alert aubridge,alert',
			'audio_level no', 'call_max_calls 4',
			'rtp_stats no', `snd_path ${this.dir}`,
			'audio_path /nonexistent', /* No ringing */
			...video ? ['video_source fakevideo,nil',
				    'video_display fakevideo,nil',
				    'video_size 320x240', 'video_fps 15',
				    'video_bitrate 300000'] : [],
			`ctrl_tcp_listen 127.0.0.1:${this.control}`,
			`module_path ${MODULES}`,
			...modules.map((name) => `module ${name}`),
			'module_app account.so', 'module_app contact.so',
			'module_app menu.so', 'module ctrl_tcp.so',
			''].join('\n'));
		writeFileSync(`${this.dir}/accounts`,
			`<sip:plain@${REALM}>;regint=0;mediaenc=${mediaenc};` +
			`outbound="sip:127.0.0.1:${proxy};transport=udp";` +
			`answermode=${auto ? 'auto' : 'manual'};` +
			`audio_codecs=${codec}` +
			`${video ? `;video_codecs=${video}` : ''}\n`);
		writeFileSync(`${this.dir}/contacts`, '');
		this.child = begin('/usr/bin/baresip', ['-f', this.dir],
				   `${this.dir}/log`);
		await until('baresip: control', () => {
			if (this.child.exitCode !== null)
				throw new Error(`baresip ended: ${this.log()}`);
			return this.attach();
		}, 5000);
		return this;
	}

	/* Netstrings with JSON: events, and answers to commands */
	attach()
	{
		return new Promise((done) => {
			const socket = connect(this.control, '127.0.0.1');
			let data = '';
			socket.on('error', () => done(false));
			socket.on('connect', () => {
				this.socket = socket;
				done(true);
			});
			socket.on('data', (more) => {
				data += more;
				data = this.take(data);
			});
		});
	}

	take(data)
	{
		for (;;) {
			const [head, size] = data.match(/^(\d+):/) ?? [];
			if (!head || data.length < head.length + +size + 1)
				return data;
			const one = JSON.parse(data.substr(head.length, size));
			data = data.slice(head.length + Number(size) + 1);
			this.events.put({ ...one, event: one.event ?
				one.type : 'answer' });
		}
	}

	/** A command, with what stands behind it */
	async command(command, params = '')
	{
		const text = JSON.stringify({ command, params });
		const from = this.events.mark();

		this.socket.write(`${text.length}:${text},`);
		return this.events.wait('answer', { from });
	}

	wait(name, options)
	{
		return this.events.wait(name, options);
	}

	/** What it heard in its latest call, for so many seconds from now on */
	async listen_for(seconds)
	{
		const file = await until('baresip: sound', () =>
			readdirSync(this.dir).filter((f) =>
				/-dec\.wav$/.test(f)).sort().at(-1));
		const path = `${this.dir}/${file}`;
		const from = read_wav(path).samples.length;
		let samples, rate;

		await until('baresip: more sound', () => {
			({ samples, rate } = read_wav(path));
			return samples.length > from + (seconds + 0.5) * rate;
		}, seconds * 3000 + 5000);
		return { samples: samples.slice(-seconds * rate), rate };
	}

	/** What comes in now, as it measures it [bit/s] */
	receives(kind = 'audio')
	{
		const all = readFileSync(`${this.dir}/log`, 'utf8')
			.match(new RegExp(`${kind}=\\d+/\\d+`, 'g'));

		return Number(all?.at(-1).match(/\d+$/)[0] ?? 0);
	}

	/** What it wrote last */
	log()
	{
		return readFileSync(`${this.dir}/log`, 'utf8')
			.split(/[\r\n]+/).filter((line) => !/audio=/.test(line))
			.slice(-LINES).join('\n');
	}

	async stop()
	{
		this.socket?.destroy();
		this.child?.kill('SIGTERM');
		await within('baresip: end', this.child?.gone ?? null, 3000)
			.catch(() => {});
		await end(this.child);
	}
}
