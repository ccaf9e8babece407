/**
 * @file tests/interop/scenarios/compat.mjs  What some servers want to be told
 *
 *     phone <-> trace <-> kamailio <-> anna (Chromium, JsSIP)
 *
 * A real server and browser must not mind what only gateways of one maker,
 * and IMS servers, understand. What is secret stays so.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { REALM, password_of } from '../lab/kamailio.mjs';
import { header } from '../lab/scripted.mjs';
import { sequence } from '../lab/trace.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';
import { traced } from './flows.mjs';

const HA1 = createHash('md5').update(
	`board:${REALM}:${password_of('board')}`).digest('hex');
const GATEWAY = { rtcweb_breaker: 'yes', click2call: 'yes' };

/* Those with the hash, of what the phone sent; the password is in none */
function telling({ trace })
{
	const sent = trace.of((e) => e.from === 'phone');

	for (const { text, line } of sent)
		assert(!text.includes(password_of('board')), line);
	return sent.filter((e) => /;(ha1|impi)=/i.test(e.text) ||
			   e.text.includes(HA1));
}

async function hang_up(phone, anna, from)
{
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await phone.call_event('terminated');
}

async function breaker(lab)
{
	const both = await traced(lab, { compat: GATEWAY });
	const { trace, phone } = both;
	const contact = ({ text }) => header(text, 'Contact');
	const { anna, from } = await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone);

	await hang_up(phone, anna, from);
	const calls = trace.of((e) => e.from === 'phone' &&
			       e.event === 'INVITE');
	const binding = contact(trace.of((e) => e.event === 'REGISTER')[0]);
	const uri = /^<sip:[^>]*;rtcweb-breaker=yes;click2call=yes[;>]/;
	assert.match(binding, /^<sip:[^>]*;rtcweb-breaker=yes>;click2call=yes/);
	for (const invite of calls)
		assert.match(contact(invite), uri);

	/* And as the one who is called: the server knows it by that address */
	const start = trace.events.mark();
	const second = await anna_calls(lab, phone);
	await hang_up(phone, second.anna, second.from);
	const ok = trace.of((e) => e.from === 'phone' && e.code === 200 &&
			    / INVITE/.test(e.cseq), start)[0];
	assert.match(contact(ok), uri);
	const invite = trace.of((e) => e.from === 'server' &&
				e.event === 'INVITE', start)[0];
	assert.match(invite.line, /;rtcweb-breaker=yes/);
	assert.deepEqual(telling(both), []);
	return `${figures}; called by ${invite.line.split(' ')[1]}`;
}

/* `boardphone check` of its file */
const checked = (phone) => new Promise((done) => execFile(phone.program,
	['check', '-c', `${phone.dir}/conf`], (error, stdout, stderr) =>
		done(stdout + stderr)));

async function hash(lab)
{
	const both = await traced(lab, { compat: { ...GATEWAY,
						   contact_ha1: 'yes' } });
	const { phone } = both;
	const { anna, from } = await phone_calls(lab, phone);

	await phone.must('hold');
	await phone.call_event('m_local_hold_ok');
	await hang_up(phone, anna, from);
	const told = telling(both);
	assert(told.length > 0, 'it is not told');
	for (const { event, text, line } of told) {
		assert.equal(event, 'INVITE', line);
		assert(!/;tag=/.test(header(text, 'To')), 'in the call, too');
		assert(header(text, 'Contact').includes(
			`>;impi=board;ha1=${HA1}`), header(text, 'Contact'));
	}
	assert.match(phone.log(), /tells the hash of its password/);
	assert(!phone.log().includes(HA1), 'it is in the log');
	assert.match(await checked(phone), /contact_ha1: whoever reads/);
	return `in ${sequence(told)} alone, with two warnings`;
}

async function named(lab)
{
	const { trace } = await traced(lab, { user: 'flow1',
		account: { early_ims: 'no' } });
	const list = trace.of((e) => / REGISTER/.test(e.cseq));

	assert.equal(sequence(list), 'REGISTER 401 REGISTER 200');
	assert.equal(header(list[0].text, 'Authorization'),
		     `Digest username="flow1", realm="${REALM}", nonce="", ` +
		     `uri="sip:${REALM}", response=""`);
	assert.match(header(list[2].text, 'Authorization'),
		     /nonce="[^"]+".*response="\w+"/);
	return sequence(list);
}

export default [
	['compat: a gateway is asked in the address, without a secret',
	 breaker],
	['compat: the hash of the password, where told to', hash],
	['compat: the registrar knows who it is before it asks', named],
];
