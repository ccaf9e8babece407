#!/usr/bin/env node
/**
 * @file tests/package/server.mjs  A command with a server beside it
 *
 *     node server.mjs COMMAND [ARGUMENT...]
 *
 * Kamailio of this machine runs as long as the command does, which finds its
 * PORT of loopback, the CERTIFICATE of its authority (a file; its own is for
 * names in phone.test, too), REALM, and USER's PASSWORD in the environment.
 * The exit status is the command's.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { make_certificates } from '../interop/lab/certificates.mjs';
import { Kamailio, REALM, password_of } from '../interop/lab/kamailio.mjs';

const dir = mkdtempSync(`${tmpdir()}/boardphone-server-`);
const certificates = `${dir}/certificates`;
const kamailio = new Kamailio(`${dir}/kamailio`, certificates);

try {
	make_certificates(certificates);
	await kamailio.start();
	const child = spawn(process.argv[2], process.argv.slice(3), {
		stdio: 'inherit',
		env: { ...process.env, PORT: kamailio.ports.good, REALM,
		       CERTIFICATE: `${certificates}/authority.pem`,
		       USER: 'board', PASSWORD: password_of('board') },
	});
	process.exitCode = await new Promise((done, fail) =>
		child.on('exit', (code) => done(code ?? 1)).on('error', fail));
} finally {
	await kamailio.kill();
	rmSync(dir, { recursive: true, force: true });
}
process.exit();
