/**
 * @file tests/interop/scenarios/registration.mjs  To be known to the server
 *
 *     phone -- wss, REGISTER, digest --> kamailio
 */
import assert from 'node:assert/strict';
import { never, until } from '../lab/wait.mjs';

const QUIET = 4000; /* In which nothing more may come [ms] */

async function registers(lab)
{
	const path = '/ws/phone?line=1';
	const phone = await lab.phone({ user: 'reg1',
		url: lab.kamailio.url('good', 'localhost', path) });
	const ms = phone.started && await phone.ready();
	const { text } = { text: await phone.status_text() };

	assert.match(text, /registered/);
	assert.equal(lab.kamailio.requests('REGISTER', 'reg1').length, 2);
	assert(lab.kamailio.log().includes(`upgrade path=${path}`),
	       'path and query of the URL did not arrive');
	const { code, signal, ms: end } = await phone.stop();
	assert.equal(code, 0, `exit status ${code} ${signal} after SIGTERM`);
	assert(end < 3000, `end took ${end.toFixed(0)} ms`);
	const list = lab.kamailio.requests('REGISTER', 'reg1');
	assert.equal(list.at(-1).expires, '0', 'no REGISTER that ends it');
	return `known after ${ms.toFixed(0)} ms, ended in ` +
		`${end.toFixed(0)} ms, ${list.length} REGISTERs`;
}

async function by_command(lab)
{
	const phone = await lab.phone({ user: 'reg2' });

	await phone.must('unregister');
	await until('unregistered', async () => !await phone.registered());
	await until('REGISTER with expires=0', () => lab.kamailio
		.requests('REGISTER', 'reg2').at(-1).expires === '0');
	await phone.must('register');
	await until('registered again', () => phone.registered());
}

async function refreshes(lab)
{
	const phone = await lab.phone({ user: 'reg3',
		account: { expires: 60 } });
	const from = phone.events.mark();
	const count = () => lab.kamailio.requests('REGISTER', 'reg3').length;
	const before = count();

	/* A refresh at half of 60 s */
	await until('refresh', () => count() > before, 40000);
	await never('the nonce was refused',
		    () => count() > before + 1, 1000);
	assert(await phone.registered());
	const seen = phone.events.find((e) =>
		e.event === 'registration_refreshed', from);
	assert(seen, 'no event registration_refreshed');
}

async function wrong_password(lab)
{
	const phone = await lab.phone({ user: 'reg4',
		account: { password: 'wrong', register: 'no' } },
		{ ready: false });
	const list = () => lab.kamailio.requests('REGISTER', 'reg4');

	await phone.register();
	await until('two REGISTERs', () => list().length >= 2);
	const event = await phone.wait('terminated', { match: (e) =>
		e.session === 'register' });
	await never('a third REGISTER', () => list().length > 2, QUIET);
	const text = await phone.status_text();
	assert(!await phone.registered());
	assert.match(text, /401|password|credential|refused/i,
		     `status does not say why: ${text}`);
	return `2 REGISTERs, event ${event.code ?? ''} ` +
		`"${event.reason ?? ''}"`;
}

async function sha256(lab)
{
	await lab.kamailio.kill();
	await lab.kamailio.start({ algorithm: 'SHA-256' });
	try {
		await lab.phone({ user: 'reg5' });
		assert.equal(lab.kamailio.requests('REGISTER', 'reg5').length,
			     2);
	} finally {
		await lab.kamailio.kill();
		await lab.kamailio.start();
	}
}

async function over(lab)
{
	const phone = await lab.phone({ user: 'reg7', transport: {
		url: `wss://127.0.0.1:1/,${lab.kamailio.url()}` } });

	return `known after ${(await phone.ready()).toFixed(0)} ms`;
}

/* A certificate that must be refused, and what has to be said of it */
const refused = (kind, host, reason) => [
	`certificate refused: ${kind}`,
	async (lab) => {
		const phone = await lab.phone({ user: `cert-${kind}`,
			url: lab.kamailio.url(kind, host) },
			{ ready: false });
		const text = await phone.refusal(reason);

		assert.equal(lab.kamailio.requests('REGISTER', `cert-${kind}`)
			.length, 0);
		assert(!lab.kamailio.log().includes('upgrade path=/ port=' +
			lab.kamailio.ports[kind]), 'it went on to HTTP');
		return `"${text}"`;
	},
];

async function address(lab)
{
	await lab.phone({ user: 'reg8',
		url: lab.kamailio.url('good', '127.0.0.1') });
}

async function stranger_off(lab)
{
	const phone = await lab.phone({ user: 'reg9',
		transport: { ca_file: `${lab.certs}/stranger.pem` } },
		{ ready: false });

	await phone.refusal();
	assert.equal(lab.kamailio.requests('REGISTER', 'reg9').length, 0);
}

export default [
	['registers over a path, ends in order', registers],
	['unregister and register by command', by_command],
	['registration is refreshed, its nonce used again', refreshes],
	['wrong password: two REGISTERs, no third', wrong_password],
	['digest with SHA-256', sha256],
	['first server of the list does not answer', over],
	['certificate accepted by IP address', address],
	refused('expired', 'localhost', /expired/i),
	refused('future', 'localhost', /not valid before/),
	refused('name', 'localhost', /name|localhost|elsewhere/i),
	refused('unknown', 'localhost', /trust|unknown|authority|CA/),
	refused('nosan', 'localhost', /name|subject/i),
	['certificate refused: another ca_file', stranger_off],
];
