/**
 * @file tests/interop/lab/board.mjs  The board with its own page
 *
 *     test -> [board] -> boardphone run -c FILE;  browser -> https -> page
 *
 * The simulated board with a bell button and a door relay, and no account,
 * unless the test gives one.
 */
import { request } from 'node:https';
import { connect } from 'node:tls';
import { writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { free_port } from './kamailio.mjs';
import { Phone, ini } from './phone.mjs';
import { until } from './wait.mjs';

export const PASSWORD = 'k7mq-x3rt-9pwd';
export const DOOR_CODE = '1234';
export const REALM = 'boardphone'; /* Of every board's own page */
export const USER = 'home';

const HOST = '127.0.0.1';
const START = 15000; /* The first start makes a certificate [ms] */

/* What a reply says */
function plain({ headers }, pieces)
{
	const data = Buffer.concat(pieces);
	const gzip = data.length && headers['content-encoding'] === 'gzip';

	return (gzip ? gunzipSync(data) : data).toString();
}

export class Board extends Phone {
	/** As Phone's; sections that are null are left out */
	configure({ microphone, cert, key, ...changes })
	{
		const config = {
			page: { listen: `${HOST}:${this.port}`, cert, key,
				state: this.dir, password: PASSWORD },
			buttons: { bell: 'sim:1 press=ring:browsers/20s' },
			relays: { door: `sim:2 time=1s code=${DOOR_CODE}` },
			ice: { loopback: 'yes', servers: 'none' },
			audio: { device: `sim:file=${microphone},${this.out}` },
			control: { socket: this.socket },
		};

		for (const [section, keys] of Object.entries(changes))
			config[section] = { ...config[section], ...keys };
		writeFileSync(`${this.dir}/conf`, ini(config),
			      { mode: 0o600 });
	}

	async start(configuration)
	{
		this.port ??= await free_port();
		await super.start(configuration);
	}

	/** Where the page is */
	url(host = HOST)
	{
		return `https://${host}:${this.port}/`;
	}

	/** The WebSocket for SIP on it */
	flow(host = HOST)
	{
		return `wss://${host}:${this.port}/sip`;
	}

	/** Await that the page is there */
	async ready(limit = START)
	{
		await until('board: its page is there', async () =>
			this.alive() && await this.get('/board.json')
				.then(({ status }) => status === 200)
				.catch(() => false), limit);
	}

	/** A request: { status, headers, text } */
	get(path, { method = 'GET', headers = {} } = {})
	{
		return new Promise((done, fail) => request({ host: HOST,
			port: this.port, path, method, agent: false,
			headers: { 'Accept-Encoding': 'gzip', ...headers },
			rejectUnauthorized: false }, (response) => {
			const pieces = [];
			response.on('data', (data) => pieces.push(data));
			response.on('error', fail);
			response.on('end', () => done({
				status: response.statusCode,
				headers: response.headers,
				text: plain(response, pieces) }));
		}).on('upgrade', (response, socket) => {
			socket.destroy();
			done({ status: response.statusCode,
			       headers: response.headers, text: '' });
		}).on('error', fail).end());
	}

	/** The certificate that it shows: { pem, fingerprint } */
	certificate()
	{
		return new Promise((done, fail) => {
			const socket = connect({ host: HOST, port: this.port,
				rejectUnauthorized: false }, () => {
				const shown = socket.getPeerX509Certificate();
				socket.destroy();
				done({ pem: shown.toString(),
				       fingerprint: shown.fingerprint256 });
			}).on('error', fail);
		});
	}

	/** Press the bell button; how long the command took [ms] */
	async press(button = 'bell')
	{
		const start = performance.now();

		await this.must('button', button);
		return performance.now() - start;
	}
}
