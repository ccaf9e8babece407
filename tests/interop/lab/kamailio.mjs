/**
 * @file tests/interop/lab/kamailio.mjs  The server: start, kill, count
 *
 *     certificates -> [kamailio] <- wss -> phone, browser
 *
 * One process group on ports of loopback that were free: one port for each
 * kind of certificate. Its log is where the requests are counted.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { cpSync, existsSync, mkdirSync, openSync, closeSync, readFileSync,
	 writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { KINDS } from './certificates.mjs';
import { until } from './wait.mjs';

const HERE = new URL('..', import.meta.url).pathname;
const PROGRAM = ['/usr/sbin/kamailio', '/usr/local/sbin/kamailio']
	.find(existsSync) ?? 'kamailio';
/* Empty tables, which it wants to have for presence */
const TABLES = ['/usr/share', '/usr/local/share'].map((dir) =>
	`${dir}/kamailio/dbtext/kamailio`).find(existsSync);

export const REALM = 'phone.test';
export const password_of = (user) => `pw-${user}`;

/* Below what Linux gives to connections, which may take a port between the
   moment it is looked for and that it is listened at */
const PORTS = [20000, 30000]; /* baresip has those below for media */

const is_free = (make, bind, port) => new Promise((done, fail) => {
	const socket = make().on('error', (error) => {
		if (error.code === 'EADDRINUSE')
			done(false);
		else
			fail(error);
	});

	bind(socket, port, () => socket.close(() => done(true)));
});

const is_free_tcp = (port, address = '127.0.0.1') => is_free(createServer,
	(server, at, then) => server.listen(at, address, then), port);
const is_free_udp = (port) => is_free(() => createSocket('udp4'),
	(socket, at, then) => socket.bind(at, '127.0.0.1', then), port);

async function find(is_free_here)
{
	for (;;) {
		const port = randomInt(...PORTS);
		if (await is_free_here(port))
			return port;
	}
}

/** A TCP port of loopback that nobody has */
export const free_port = () => find(is_free_tcp);

/** The same for UDP */
export const free_udp = () => find(is_free_udp);

/** For who listens for SIP by UDP, TCP, and TLS on the next port, as baresip */
export const free_sip = () => find(async (port) => await is_free_udp(port) &&
	await is_free_tcp(port) && await is_free_tcp(port + 1));

function accepts(port, address)
{
	return new Promise((done) => {
		const socket = connect(port, address)
			.on('connect', () => { socket.destroy(); done(true); })
			.on('error', () => done(false));
	});
}

export class Kamailio {
	ports = {};

	/**
	 * @param dir     Directory for files and log
	 * @param certs   Directory of make_certificates()
	 * @param address Where it listens, and what url() has for a name
	 */
	constructor(dir, certs, address)
	{
		this.dir = dir;
		this.certs = certs;
		this.address = address ?? '127.0.0.1';
		this.host = address ?? 'localhost';
		this.log_file = `${dir}/kamailio.log`;
		mkdirSync(dir, { recursive: true });
	}

	/** wss URL of a kind of certificate */
	url(kind = 'good', host = this.host, path = '/')
	{
		return `wss://${host}:${this.ports[kind]}${path}`;
	}

	write({ algorithm = 'MD5', nonce_expire = 300, min_expires = 10,
		open = 0, max_expires = 3600, active = 1, gateway = {},
		realm = REALM })
	{
		const kinds = Object.entries(this.ports);
		const words = {
			LISTEN: kinds.map(([, port]) =>
				`listen=tls:${this.address}:${port}`)
				.join('\n'),
			TLS: `${this.dir}/tls.cfg`,
			REALM: realm, ALGORITHM: algorithm, OPEN: open,
			NONCE_EXPIRE: nonce_expire, MIN_EXPIRES: min_expires,
			MAX_EXPIRES: max_expires, ACTIVE: active,
			UDP: this.udp, DB: `${this.dir}/db`,
			RTPENGINE: gateway.rtpengine, PLAIN: gateway.plain,
			TO_WEB: gateway.to_web, TO_PLAIN: gateway.to_plain,
		};
		const text = readFileSync(`${HERE}/kamailio.cfg`, 'utf8')
			.replace(/@([A-Z_]+)@/g, (all, word) =>
				word in words ? words[word] : all);
		const tls = kinds.map(([kind, port]) =>
			`[server:${this.address}:${port}]\n` +
			'method = TLSv1.2+\n' +
			`certificate = ${this.certs}/${kind}.pem\n` +
			`private_key = ${this.certs}/${kind}.key\n` +
			'verify_certificate = no\nrequire_certificate = no\n');

		writeFileSync(`${this.dir}/kamailio.cfg`, text);
		writeFileSync(`${this.dir}/tls.cfg`,
			      '[server:default]\nmethod = TLSv1.2+\n' +
			      `certificate = ${this.certs}/good.pem\n` +
			      `private_key = ${this.certs}/good.key\n` +
			      tls.join(''));
	}

	/** Start it; on the same ports as before, if there was a before. With
	    `presence` it knows PUBLISH and SUBSCRIBE, and listens to UDP; with
	    `gateway` { plain: port; and, if any, rtpengine: port; to_web,
	    to_plain: its flags } it leads to a plain telephone, too */
	async start(options = {})
	{
		for (const kind of Object.keys(KINDS))
			this.ports[kind] ??= await free_port();
		this.udp ??= await free_udp();
		this.write(options);
		if (options.presence)
			cpSync(TABLES, `${this.dir}/db`, { recursive: true });

		const log = openSync(this.log_file, 'a');
		this.child = spawn(PROGRAM,
			['-DD', '-E', '-f', `${this.dir}/kamailio.cfg`,
			 '-Y', this.dir, '-w', this.dir, '-m', '32', '-M', '8',
			 ...options.presence ? ['-A', 'WITH_PRESENCE'] : [],
			 ...options.gateway ? ['-A', 'WITH_GATEWAY'] : [],
			 ...options.gateway?.rtpengine ?
				 ['-A', 'WITH_RTPENGINE'] : []],
			{ stdio: ['ignore', log, log], detached: true });
		closeSync(log);
		this.gone = new Promise((done) =>
			this.child.on('exit', done).on('error', done));
		let ended = false;
		this.gone.then(() => { ended = true; });

		await until('kamailio: start', async () => {
			if (ended)
				throw new Error('kamailio ended: ' +
						this.log().slice(-2000));
			return accepts(this.ports.good, this.address);
		});
	}

	/** SIGKILL to all of it: what a power cut does. The process that was
	    started need not be the last to end, and while one has the sockets
	    still, whoever connects gets through: to nobody */
	async kill()
	{
		if (!this.child?.pid)
			return;
		try {
			process.kill(-this.child.pid, 'SIGKILL');
		} catch { /* Gone already */ }
		await this.gone;
		this.child = null;
		await until('kamailio: end of all of it', () =>
			is_free_tcp(this.ports.good, this.address));
	}

	log()
	{
		return existsSync(this.log_file) ?
			readFileSync(this.log_file, 'utf8') : '';
	}

	/** Lines that it logged for requests, as objects */
	requests(method, user)
	{
		return [...this.log().matchAll(/LAB ([A-Z]+) from=(.*)/g)]
			.map(([, name, rest]) => ({
				method: name,
				...Object.fromEntries(`from=${rest}`.split(' ')
					.map((pair) => pair.split('='))),
			}))
			.filter((r) => (!method || r.method === method) &&
				(!user || r.from === user));
	}
}
