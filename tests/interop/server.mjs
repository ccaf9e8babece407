/**
 * @file tests/interop/server.mjs  Kamailio and the phone, to be tried by hand
 *
 *     terminal <-> phone <- wss -> [kamailio]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { make_certificates } from './lab/certificates.mjs';
import { Kamailio, REALM, password_of } from './lab/kamailio.mjs';
import { ini } from './lab/phone.mjs';

const DIR = new URL('../../build/laboratory', import.meta.url).pathname;
const CERTS = `${DIR}/certificates`;
const USERS = ['board', 'anna'];

const [program, ...args] = process.argv.slice(2);

const config_of = (user) => `${DIR}/${user}.conf`;

/* The board is answered by hand; anna answers by herself, to have somebody */
function configure(kamailio, user)
{
	writeFileSync(config_of(user), ini({
		account: { realm: REALM, user, password: password_of(user) },
		transport: { url: kamailio.url(),
			     ca_file: `${CERTS}/authority.pem` },
		ice: { loopback: 'yes', servers: 'none' },
		audio: { device: 'sim:tone' },
		call: { auto_answer: user === 'board' ? 'no' : 'yes' },
		control: { socket: `${DIR}/${user}.ctl` },
	}), { mode: 0o600 });
}

function tell(kamailio)
{
	console.log(`
server: ${kamailio.url()}, realm ${REALM}, CA ${CERTS}/authority.pem
users:  ${USERS.map((u) => `${u} (${password_of(u)})`).join(', ')}, ` +
`and any other NAME (${password_of('NAME')})
phone:  ${config_of('board')}
ctl:    ${program} ctl -s ${DIR}/board.ctl status
somebody to call, in another terminal:
        ${program} run -c ${config_of('anna')}
`);
}

mkdirSync(DIR, { recursive: true });
if (!existsSync(`${CERTS}/good.pem`))
	make_certificates(CERTS);
const kamailio = new Kamailio(DIR, CERTS);
await kamailio.start();
USERS.forEach((user) => configure(kamailio, user));
tell(kamailio);

/* The terminal's signals reach the phone by themselves */
process.on('SIGINT', () => {});
const phone = spawn(program, ['run', '-c', config_of('board'), ...args],
		    { stdio: 'inherit' });
process.on('SIGTERM', () => phone.kill('SIGTERM'));
const status = await new Promise((done) => phone
	.on('exit', (code) => done(code ?? 1))
	.on('error', (error) => {
		console.error(`server: ${program}: ${error.message}`);
		done(1);
	}));
await kamailio.kill();
process.exit(status);
