#!/usr/bin/env node
/**
 * @file tests/package/register.mjs  A phone in a root registers with a server
 *
 *     node register.mjs ROOT
 *
 *     ROOT's boardphone, as its user <- wss -> kamailio of this machine
 *
 * Exit status 0 when it did, and ended in order.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync }
	from 'node:fs';
import { tmpdir } from 'node:os';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio, REALM, password_of } from '../interop/lab/kamailio.mjs';
import { ini } from '../interop/lab/phone.mjs';
import { until } from '../interop/lab/wait.mjs';

const LIMIT = 40000; /* Emulated, on a busy machine [ms] */
const root = process.argv[2];
const dir = mkdtempSync(`${tmpdir()}/boardphone-package-`);
const kamailio = new Kamailio(`${dir}/kamailio`, `${dir}/certificates`);
let phone, log = '', status = null;

try {
	make_certificates(`${dir}/certificates`);
	await kamailio.start();
	copyFileSync(`${dir}/certificates/authority.pem`,
		     `${root}/tmp/authority.pem`);
	writeFileSync(`${root}/tmp/conf`, ini({
		account: { realm: REALM, user: 'board',
			   password: password_of('board') },
		transport: { url: kamailio.url(),
			     ca_file: '/tmp/authority.pem' },
		audio: { device: 'sim:tone' },
		ice: { loopback: 'yes', servers: 'none' },
		control: { socket: '/tmp/phone/control' },
	}));
	mkdirSync(`${root}/tmp/phone`, { recursive: true });
	phone = spawn('chroot', [root, '/bin/sh', '-c',
		'chown -R boardphone /tmp/conf /tmp/phone /tmp/authority.pem;' +
		'chmod 600 /tmp/conf; exec setpriv --reuid boardphone ' +
		'--regid boardphone --init-groups --no-new-privs ' +
		'--bounding-set -all boardphone run -v -c /tmp/conf'],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [phone.stdout, phone.stderr])
		stream.on('data', (data) => { log += data; });
	phone.on('exit', (code) => { status = code; });
	await until('registered', () => {
		if (status !== null)
			throw new Error(`ended with ${status}`);
		return /is registered/.test(log);
	}, LIMIT);
	phone.kill('SIGTERM');
	await until('its end', () => status !== null, LIMIT);
	if (status !== 0)
		throw new Error(`ended with ${status}`);
} catch (error) {
	console.error(`${error.message}\n${log.slice(-1500)}`);
	process.exitCode = 1;
} finally {
	phone?.kill('SIGKILL');
	await kamailio.kill();
	rmSync(dir, { recursive: true, force: true });
}
process.exit();
