/**
 * @file tests/interop/scenarios/first.mjs  What who comes anew does first
 *
 *     toolchain/run -> the address that it prints -> Chromium
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { free_port } from '../lab/kamailio.mjs';
import { until, within } from '../lab/wait.mjs';

const ROOT = new URL('../../..', import.meta.url).pathname;
const BUILD = 600000; /* It builds the phone first [ms] */
const END = 5000;

async function toolchain_run(lab)
{
	const dir = `${lab.dir}/first`;
	const env = { ...process.env, BOARD: dir,
		      PORT: String(await free_port()) };
	const child = spawn(`${ROOT}/toolchain/run`, [], { env,
		stdio: ['ignore', 'pipe', 'pipe'] });
	const gone = new Promise((done) => child.on('exit', done));
	let said = '', ended = false;

	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data) => { said += data; });
	gone.then(() => { ended = true; });
	try {
		const [url] = await until('it prints an address', () => {
			assert(!ended, said.slice(-1000));
			return said.match(/https:\/\/localhost:\d+\/#\S+/);
		}, BUILD);
		await open(lab, url, dir);
		child.kill('SIGTERM');
		assert.equal(await within('its end', gone, END), 0, said);
		return new URL(url).origin;
	} finally {
		child.kill('SIGKILL');
	}
}

/* What is printed behind 'open' and behind 'press' */
async function open(lab, url, dir)
{
	const ctl = (...command) => execFileSync(
		`${ROOT}/build/run/boardphone`,
		['ctl', '-s', `${dir}/control`, ...command],
		{ encoding: 'utf8' });
	const up = () => {
		try {
			return ctl('status').includes('fingerprint');
		} catch {
			return false;
		}
	};

	await until('the board is up', up);
	const visitor = await lab.visitor(null, { url,
		ignoreHTTPSErrors: true });
	await visitor.shows('ready');
	/* The worker's script is refused for the certificate, not because the
	   board has ended by then: a browser just started takes its time */
	await visitor.wait('console', { match: ({ text }) =>
		text.includes('error occurred when fetching the script') });
	const from = visitor.events.mark();
	ctl('b');
	await visitor.shows('ringing');
	await visitor.click('answer');
	await visitor.wait('heard', { from });
	ctl('door');
	await visitor.door('open');
	await visitor.click('hangup');
	await visitor.shows('ended');
}

export default [
	['run: the address that it prints, and b', toolchain_run,
	 { limit: BUILD }],
];
