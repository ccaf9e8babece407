/**
 * @file tests/interop/lab/phone.mjs  The phone, as a script sees it
 *
 *     test -> [phone] -> boardphone run -c FILE
 *                     -> boardphone ctl -s SOCKET --json COMMAND
 *                     <- boardphone ctl -s SOCKET --json events
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync,
	 writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { REALM, password_of } from './kamailio.mjs';
import { read_wav } from './sound.mjs';
import { Events, now, until, within } from './wait.mjs';

const STOP = 3000;   /* The contract: orderly end within [ms] */
const HEADER = 44;   /* Octets of a plain WAV header */
const SAMPLE = 2;    /* Octets of one, the loudspeaker being mono */
const QUIET = -40;   /* Less is nobody's voice [dB] */
const SETTLE = 0.5;  /* Of a voice that begins [s] */

const LISTENS = '00010000'; /* __SO_ACCEPTCON, in /proc/net/unix */

/** Flags of each of the sockets of a name that the kernel knows */
function sockets(path)
{
	return readFileSync('/proc/net/unix', 'utf8').split('\n')
		.map((line) => line.split(' '))
		.filter((fields) => fields.at(-1) === path)
		.map((fields) => fields[3]);
}

/** INI text of { section: { key: value } } */
export function ini(sections)
{
	return Object.entries(sections).map(([name, keys]) =>
		`[${name}]\n` + Object.entries(keys)
			.filter(([, value]) => value !== undefined)
			.map(([key, value]) => `${key} = ${value}\n`)
			.join('')).join('\n');
}

export class Phone {
	/**
	 * @param dir     Directory of its own for files and log
	 * @param program The binary
	 * @param schema  Judges what it says (schema.mjs), or nothing
	 */
	constructor(dir, program, schema)
	{
		this.schema = schema;
		this.dir = dir;
		this.program = program;
		this.socket = `${dir}/ctl`;
		this.out = `${dir}/out.wav`;
		this.lines = []; /* Of its log */
		this.events = new Events('phone');
		this.faults = []; /* What it said unlike docs/schema */
		mkdirSync(dir, { recursive: true });
	}

	/** Its configuration file, from the usual one and changes to it */
	configure({ url, authority, microphone, user = 'board', ...changes })
	{
		const config = {
			account: { realm: REALM, user,
				   password: password_of(user) },
			transport: { url, ca_file: authority },
			ice: { loopback: 'yes', servers: 'none' },
			audio: { device: `sim:file=${microphone},${this.out}` },
			control: { socket: this.socket },
		};

		for (const [section, keys] of Object.entries(changes))
			config[section] = { ...config[section], ...keys };
		writeFileSync(`${this.dir}/conf`, ini(config),
			      { mode: 0o600 });
	}

	/** Start it and listen to its events */
	async start(configuration)
	{
		if (configuration)
			this.configure(configuration);
		this.started = now();
		this.child = spawn(this.program,
				   ['run', '-v', '-c', `${this.dir}/conf`],
				   { stdio: ['ignore', 'pipe', 'pipe'] });
		for (const stream of [this.child.stdout, this.child.stderr])
			createInterface({ input: stream }).on('line', (line) =>
				this.lines.push({ at: now(), line }));
		this.status = null;
		this.gone = new Promise((done) => {
			this.child.on('error', (error) => {
				this.status = { error };
				done(this.status);
			});
			this.child.on('exit', (code, signal) => {
				this.status = { code, signal };
				done(this.status);
			});
		});
		/* That there is a file is not enough: bind(2) makes it */
		await until('phone: control socket', () =>
			this.alive() && sockets(this.socket).includes(LISTENS));
		await this.listen();
	}

	alive()
	{
		if (this.status)
			throw new Error('phone ended: ' +
				`${JSON.stringify(this.status)}\n` +
				this.log().slice(-1500));
		return true;
	}

	async listen()
	{
		this.listener = spawn(this.program,
			['ctl', '-s', this.socket, '--json', 'events'],
			{ stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '', left = null;
		this.listener.stderr.on('data', (text) => said += text);
		this.listener.on('exit', (code) => left = `${code}: ${said}`);
		createInterface({ input: this.listener.stdout })
			.on('line', (line) => {
				let event = { event: 'no JSON', line };
				try {
					event = JSON.parse(line);
				} catch { /* Which is a fault */ }
				this.note(this.schema?.event_fault(event));
				this.events.put(event);
			});
		/* Nothing is missed once the kernel knows the connection,
		   the second socket of that name */
		await until('phone: somebody listens to events', () => {
			assert.equal(left, null, 'who listens to events left');
			return this.alive() && sockets(this.socket).length > 1;
		});
	}

	/** Keep what is not as in docs/schema, if it is anything */
	note(fault)
	{
		if (fault)
			this.faults.push(fault);
	}

	/** Await that it says why it is not connected, in such words */
	async refusal(like = /./, limit = 10000)
	{
		let said = '';

		await until('phone: says what is wrong', async () => {
			const event = this.events.find((e) =>
				e.event === 'failed_to_start');
			const { json } = await this.ctl('status');
			const account = json?.accounts?.[0];
			said = event?.reason ?? (account?.connected ?
				'' : account?.reason) ?? '';
			return like.test(said);
		}, limit).catch((error) => {
			throw new Error(`${error.message}, but: "${said}"`);
		});
		return said;
	}

	/** One command: { code, text, json } */
	ctl(...command)
	{
		return new Promise((done) => execFile(this.program,
			['ctl', '-s', this.socket, '--json', ...command],
			{ timeout: 10000 }, (error, stdout, stderr) => {
				let json = null;
				try {
					json = JSON.parse(stdout);
				} catch { /* Not every command answers */ }
				const answer = {
					code: error ? error.code ?? 1 : 0,
					text: stdout + stderr, json };
				this.note(this.schema?.answer_fault(
					command[0], answer));
				done(answer);
			}));
	}

	/** One command that has to work; its object */
	async must(...command)
	{
		const { code, text, json } = await this.ctl(...command);

		if (code)
			throw new Error(`ctl ${command.join(' ')}: ` +
					`status ${code}: ${text.trim()}`);
		return json;
	}

	wait(name, options)
	{
		return this.events.wait(name, options);
	}

	/** An event of a call */
	call_event(name, options = {})
	{
		const { match = () => true } = options;

		return this.wait(name, { ...options, match: (e) =>
			e.session === 'call' && match(e) });
	}

	async status_text()
	{
		const { text } = await this.ctl('status');
		return text;
	}

	/** Whether `status` says that the account is registered */
	async registered()
	{
		const { code, json, text } = await this.ctl('status');
		const accounts = json?.accounts;

		if (code)
			return false;
		return Array.isArray(accounts) ?
			accounts.length > 0 && accounts.every((a) =>
				a.registered === true ||
				a.state === 'registered') :
			/"registered": *(true|"yes")/.test(text) ||
			json?.registered === true;
	}

	/** Await registration; the time since the start [ms] */
	async ready(limit = 10000)
	{
		await until('phone: registered', async () =>
			this.alive() && await this.registered(), limit)
			.catch(async (error) => {
				error.message += `: ${await this.status_text()
					.catch(() => 'no status')}`;
				throw error;
			});
		return now() - this.started;
	}

	/** Tell it to register: once, as it does later what it cannot now */
	async register()
	{
		await until('phone: connected', async () =>
			(await this.ctl('status')).json?.accounts
				?.every((a) => a.connected));
		await this.must('register');
	}

	/** How many calls it knows */
	async calls()
	{
		const { json } = await this.ctl('calls');
		const list = Array.isArray(json) ? json : json?.calls;

		return list?.length ?? 0;
	}

	/** Await that somebody is heard, whose microphone has settled */
	async hears()
	{
		await until('phone: hears something', async () =>
			(await this.must('stats')).some((one) =>
				one.media.audio?.received.level > QUIET));
		await this.listen_for(SETTLE);
	}

	/** What its loudspeaker gets from now on for so many seconds */
	async listen_for(seconds)
	{
		const size = () => existsSync(this.out) ?
			statSync(this.out).size : 0;
		const { rate } = await until('phone: sound in its file', () => {
			const wav = size() > HEADER && read_wav(this.out);
			return wav && wav.rate && wav.samples.length && wav;
		});
		const from = read_wav(this.out).samples.length;
		const enough = size() + seconds * rate * SAMPLE;

		await until(`phone: ${seconds} s of sound`, () =>
			size() >= enough, seconds * 2000 + 5000);
		const { samples } = read_wav(this.out);
		return { samples: samples.subarray(from), rate };
	}

	log()
	{
		return this.lines.map(({ line }) => line).join('\n');
	}

	/** Time from the start to the first line of the log like it [ms] */
	logged_after(like)
	{
		const found = this.lines.find(({ line }) => like.test(line));

		return found ? found.at - this.started : NaN;
	}

	/** What the kernel says of it: descriptors, memory [kB], CPU [s] */
	figures()
	{
		const dir = `/proc/${this.child.pid}`;
		const rollup = readFileSync(`${dir}/smaps_rollup`, 'utf8');
		const kb = (name) => Number(rollup.match(
			new RegExp(`^${name}: +(\\d+)`, 'm'))?.[1] ?? 0);
		const stat = readFileSync(`${dir}/stat`, 'utf8')
			.replace(/^.*\) /, '').split(' ');

		return {
			fds: readdirSync(`${dir}/fd`).length,
			rss: kb('Rss'), pss: kb('Pss'),
			private: kb('Private_Clean') + kb('Private_Dirty'),
			dirty: kb('Private_Dirty'),
			cpu: (Number(stat[11]) + Number(stat[12])) / 100,
		};
	}

	/** SIGTERM; how it ended and after which time [ms] */
	async stop(limit = STOP + 2000)
	{
		if (!this.child)
			return null;
		const start = now();
		if (!this.status)
			this.child.kill('SIGTERM');
		const status = await within('phone: end after SIGTERM',
					    this.gone, limit);
		this.listener?.kill();
		this.child = null;
		return { ...status, ms: now() - start };
	}

	/** End it whatever it takes */
	async end()
	{
		this.listener?.kill();
		if (this.child && !this.status)
			this.child.kill('SIGKILL');
		await this.gone;
		this.child = null;
	}
}
