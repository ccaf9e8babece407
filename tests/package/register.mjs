#!/usr/bin/env node
/**
 * @file tests/package/register.mjs  A phone in a root registers with a server
 *
 *     node register.mjs ROOT
 *
 *     ROOT's boardphone, as its unit runs it <- wss -> kamailio of this machine
 *
 * Its configuration is changed meanwhile. ROOT/tmp/ms says how long that took,
 * from ExecStartPre on, and how much of a processor [ms]. Exit status 0 when it
 * did, and ended in order.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
	from 'node:fs';
import { tmpdir } from 'node:os';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio, REALM, password_of } from '../interop/lab/kamailio.mjs';
import { ini } from '../interop/lab/phone.mjs';
import { until } from '../interop/lab/wait.mjs';

const LIMIT = 40000; /* Emulated, on a busy machine [ms] */
const root = process.argv[2];
const dir = mkdtempSync(`${tmpdir()}/boardphone-package-`);
const conf = `${root}/etc/boardphone.conf`;
const before = readFileSync(conf);
const unit = readFileSync(`${root}/lib/systemd/system/boardphone.service`,
			  'utf8');
const kamailio = new Kamailio(`${dir}/kamailio`, `${dir}/certificates`);
/* Of a processor [ms]: the kernel's scheduler/sched-stats.rst */
const used = (pid) => Math.ceil(readFileSync(`/proc/${pid}/schedstat`, 'utf8')
	.split(' ')[0] / 1e6);
/* What systemd would run */
const line = (name) => unit.match(new RegExp(`^${name}=(.*)`, 'm'))[1];
let phone, log = '', status = null;

try {
	make_certificates(`${dir}/certificates`);
	await kamailio.start();
	copyFileSync(`${dir}/certificates/authority.pem`,
		     `${root}/tmp/authority.pem`);
	writeFileSync(conf, ini({
		account: { realm: REALM, user: 'board',
			   password: password_of('board') },
		transport: { url: kamailio.url(),
			     ca_file: '/tmp/authority.pem' },
		audio: { device: 'sim:tone' },
		ice: { loopback: 'yes', servers: 'none' },
	}));
	const begun = performance.now();
	phone = spawn('chroot', [root, '/bin/sh', '-c',
		'for d in /run/boardphone /var/lib/boardphone; do ' +
		'install -d -m 700 -o boardphone -g boardphone $d; done; ' +
		'chmod 644 /tmp/authority.pem; as="setpriv ' +
		'--reuid boardphone --regid boardphone --init-groups ' +
		'--no-new-privs --bounding-set -all"; ' +
		`$as ${line('ExecStartPre')} && exec $as ${line('ExecStart')}`],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [phone.stdout, phone.stderr])
		stream.on('data', (data) => { log += data; });
	phone.on('exit', (code) => { status = code; });
	await until('registered', () => {
		if (status !== null)
			throw new Error(`ended with ${status}`);
		return /is registered/.test(log);
	}, LIMIT);
	writeFileSync(`${root}/tmp/ms`,
		      `${Math.round(performance.now() - begun)} ` +
		      `${used(phone.pid)}\n`);
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
	writeFileSync(conf, before);
	rmSync(dir, { recursive: true, force: true });
}
process.exit();
