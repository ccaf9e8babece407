/**
 * @file tests/interop/scenarios/flows.mjs  The flows, message by message
 *
 *     phone <-> trace <-> kamailio <-> anna (Chromium, JsSIP)
 *
 * The order of messages that the description of the system asks for, and what
 * has to be in each, as they pass between the phone and a real server.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { REALM, password_of } from '../lab/kamailio.mjs';
import { header } from '../lab/scripted.mjs';
import { Trace, branch_of, sequence, tag_of } from '../lab/trace.mjs';
import { now, until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';

const STOP = 3000;   /* The contract: orderly end within [ms] */
const RING = 500;    /* INVITE to 180 [ms] */
const ANSWER = 500;  /* BYE to its 200 [ms] */
const SILENT = 200;  /* Hang-up to the last packet [ms] */
const LINGER = 1000; /* In which nothing more may be sent [ms] */

const MAGIC = 'z9hG4bK'; /* RFC 3261 section 8.1.1.7 */

/** A phone behind a trace, registered */
export async function traced(lab, changes = {}, before = () => {})
{
	const trace = await new Trace(lab.certs, lab.kamailio.ports.good)
		.start();

	lab.later(() => trace.stop());
	before(trace);
	const phone = await lab.phone({ url: trace.url, ...changes });
	return { trace, phone };
}

const md5 = (text) => createHash('md5').update(text).digest('hex');

/* The parameters of a challenge, or of what answers it */
const fields = (text) => Object.fromEntries([...text.matchAll(
	/(\w+)=(?:"([^"]*)"|([^,\s]+))/g)].map(([, k, a, b]) => [k, a ?? b]));

/* Whether the answer to a challenge is right: RFC 7616 section 3.4.1 */
function assert_digest(request, name, user, count)
{
	const f = fields(header(request.text, name));
	const ha1 = md5(`${user}:${REALM}:${password_of(user)}`);
	const ha2 = md5(`${request.event}:${f.uri}`);

	assert.equal(f.realm, REALM);
	assert.equal(f.username, user);
	assert.equal(f.qop, 'auth');
	assert.equal(f.nc, count.toString(16).padStart(8, '0'));
	assert(f.cnonce.length >= 8, `cnonce ${f.cnonce}`);
	assert.equal(f.response, md5([ha1, f.nonce, f.nc, f.cnonce, f.qop, ha2]
		.join(':')), 'digest');
	return f;
}

/* The same dialog-to-be: another attempt with the next CSeq */
function assert_again(first, second)
{
	const number = (e) => Number(e.cseq.split(' ')[0]);

	assert.equal(second.id, first.id);
	assert.equal(number(second), number(first) + 1);
	assert.equal(tag_of(second.text, 'From'), tag_of(first.text, 'From'));
	assert.notEqual(branch_of(second.text), branch_of(first.text));
	assert.equal(header(second.text, 'Contact'),
		     header(first.text, 'Contact'));
}

async function registration(lab)
{
	const { trace, phone } = await traced(lab, { user: 'flow1' });
	const head = trace.events.find((e) => e.event === 'upgrade').text;
	const list = trace.of((e) => / REGISTER/.test(e.cseq));

	assert.match(head, /^GET \/ HTTP\/1\.1\r\n/);
	assert.equal(header(head, 'Sec-WebSocket-Version'), '13');
	assert.equal(header(head, 'Sec-WebSocket-Protocol'), 'sip');
	assert.equal(header(head, 'Upgrade').toLowerCase(), 'websocket');
	assert.equal(Buffer.from(header(head, 'Sec-WebSocket-Key'), 'base64')
		.length, 16);
	assert.equal(sequence(list), 'REGISTER 401 REGISTER 200');
	const [first, refusal, second] = list;
	assert_again(first, second);
	assert.equal(header(first.text, 'Authorization'), undefined);
	const { nonce } = assert_digest(second, 'Authorization', 'flow1', 1);
	assert.equal(nonce, fields(header(refusal.text, 'WWW-Authenticate'))
		.nonce);

	/* Once more: the nonce is used again */
	const from = trace.events.mark();
	await phone.must('register');
	const third = await trace.wait('REGISTER', { from });
	const again = assert_digest(third, 'Authorization', 'flow1', 2);
	assert.equal(again.nonce, nonce);
	await trace.wait('200', { from });
	return `GET 101 ${sequence(list)} REGISTER (nc=${again.nc}) 200`;
}

async function headers(lab)
{
	const { trace, phone } = await traced(lab, { user: 'flow2',
		account: { display_name: 'Porte d’entrée' },
		headers: { Organization: 'The house', 'X-Door': 'front' } });

	await phone.must('msg', 'nobody', 'x');
	await trace.wait('MESSAGE');
	const sent = trace.of((e) => e.from === 'phone' && !e.code && e.cseq);
	for (const { text, line } of sent)
		for (const [name, value] of [['Organization', 'The house'],
			['X-Door', 'front'], ['User-Agent', /^Boardphone/]]) {
			const all = text.match(new RegExp(`^${name}:`, 'mg'));
			assert.equal(all?.length, 1, `${name} in ${line}`);
			assert.match(header(text, name), new RegExp(value));
		}
	const [{ text, line }] = sent;
	assert.equal(line, `REGISTER sip:${REALM} SIP/2.0`);
	assert.match(header(text, 'From'), new RegExp(
		`^"Porte d’entrée" *<sip:flow2@${REALM}>;tag=`));
	return `${sent.length} requests, each with Organization, X-Door, ` +
		'User-Agent once';
}

/* What every request has to have on a WebSocket: RFC 7118 section 5.2 */
function assert_sent(trace)
{
	const sent = trace.of((e) => e.from === 'phone' && !e.code && e.cseq);
	const seen = new Map();

	for (const { event, text, line } of sent) {
		const via = header(text, 'Via');
		const branch = branch_of(text);
		assert.match(via, /^SIP\/2\.0\/WSS [\w-]+\.invalid;/,
			     `${line}: ${via}`);
		assert.match(via, /;rport(;|$)/, line);
		assert(branch.startsWith(MAGIC), line);
		const before = seen.get(branch);
		if (before && before.text !== text) /* Not sent again */
			assert(['ACK', 'CANCEL'].includes(event) &&
			       before.event === 'INVITE',
			       `${event} has the branch of ${before.line}`);
		seen.set(branch, before ?? { event, text, line });
		assert.equal(header(text, 'Max-Forwards'), '70', line);
	}
	return sent.length;
}

/* Every reply has the Vias of its request, all of them */
function assert_echoed(trace)
{
	const vias = (text) => text.match(/^Via:.*$/mg).join('\n');
	const asked = trace.of((e) => e.from === 'server' && !e.code && e.cseq);
	const replies = trace.of((e) => e.from === 'phone' && e.code);

	for (const reply of replies) {
		const request = asked.find((e) => e.cseq === reply.cseq &&
			e.id === reply.id &&
			branch_of(e.text) === branch_of(reply.text));
		assert(request, `to what is this? ${reply.line}`);
		assert.equal(vias(reply.text), vias(request.text), reply.line);
	}
	return replies.length;
}

async function caller(lab)
{
	const { trace, phone } = await traced(lab);
	const start = trace.events.mark();
	const { anna, from } = await phone_calls(lab, phone);
	const invite = trace.events.find((e) => e.event === 'INVITE', start);
	const list = () => trace.of(invite.id, start);

	await until('ACK', () => sequence(list()).endsWith('200 ACK'));
	const [first, , refused, second] = list().filter((e) =>
		e.code !== 100);
	assert.match(sequence(list()),
		     /^INVITE (100 )?407 ACK INVITE (100 )?180 200 ACK$/);
	assert.equal(refused.event, 'ACK');
	assert.equal(branch_of(refused.text), branch_of(first.text));
	assert_again(first, second);
	assert_digest(second, 'Proxy-Authorization', 'board', 1);
	const ack = list().at(-1);
	assert.equal(ack.cseq.split(' ')[0], second.cseq.split(' ')[0]);
	assert.notEqual(branch_of(ack.text), branch_of(second.text));
	assert.equal(tag_of(ack.text, 'To'),
		     tag_of(list().at(-2).text, 'To'));
	const said = phone.events.find((e) => e.event === 'i_ao_request' &&
				       e.code === 180);
	assert(said, 'no event for 180');

	/* The 200 comes once more: it was lost, they think */
	const before = list().length;
	trace.inject(list().at(-2).text);
	await until('ACK again', () => list().length > before);
	assert.equal(list().at(-1).event, 'ACK');
	const flow = sequence(list());
	const figures = await both_hear(anna, phone);
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await phone.call_event('terminated');
	return `${flow} (200 repeated); ${figures}; ` +
		`${assert_sent(trace)} requests with Via in order`;
}

async function callee(lab)
{
	const { trace, phone } = await traced(lab);
	const start = trace.events.mark();
	const { anna, from } = await anna_calls(lab, phone);
	const invite = trace.events.find((e) => e.event === 'INVITE', start);
	const list = () => trace.of(invite.id, start);
	const at = (name) => list().find((e) => e.event === name).at;

	await until('ACK', () => sequence(list()).endsWith('200 ACK'));
	const flow = sequence(list());
	assert.match(flow, /^INVITE (100 )?180 200 ACK$/);
	const rang = at('180') - invite.at;
	assert(rang <= RING, `180 after ${rang.toFixed(0)} ms`);
	const ok = list().at(-2);
	assert.match(ok.text, /^m=audio [1-9]/m);
	assert.match(header(ok.text, 'Contact'), /^<sip:/);
	const figures = await both_hear(anna, phone);
	const end = await bye_comes(trace, phone, anna, from);
	return `${flow}, 180 after ${rang.toFixed(0)} ms; ${figures}; ` +
		`${end}; ${assert_echoed(trace)} replies with their Vias`;
}

/* Terminated from outside: A-5.5; the event comes once */
async function bye_comes(trace, phone, anna, from)
{
	const start = trace.events.mark();

	await anna.lab('hangup');
	await anna.wait('ended', { from });
	const bye = await trace.wait('BYE', { from: start });
	const ok = await trace.wait('200', { from: start, match: (e) =>
		e.from === 'phone' });
	const ms = ok.at - bye.at;
	assert(ms <= ANSWER, `200 to BYE after ${ms.toFixed(0)} ms`);
	await phone.call_event('terminated');
	await until('no call left', async () => await phone.calls() === 0);

	/* The same BYE once more, and one of nobody's */
	const next = trace.events.mark();
	trace.inject(bye.text);
	const again = await until('reply to the same BYE', () => trace.events
		.find((e) => e.from === 'phone' && e.code, next));
	assert([200, 481].includes(again.code), again.line);
	const other = bye.text
		.replace(/^(From:.*;tag=)[^;\r]+/m, '$1nobody')
		.replace(/(branch=)[^;\r]+/, `$1${MAGIC}-nobody`);
	trace.inject(other);
	await trace.wait('481', { from: next });
	assert.equal(phone.events.list.filter((e) => e.session === 'call' &&
		e.event === 'terminated').length, 1);
	return `BYE, 200 after ${ms.toFixed(1)} ms, repeated ${again.code}, ` +
		'with an unknown tag 481';
}

/* Terminated from here: A-5.4 */
async function hang_up(lab)
{
	const { trace, phone } = await traced(lab);
	const { anna, from } = await anna_calls(lab, phone);
	const packets = () => anna.lab('stats').then((s) =>
		s['inbound-rtp'].packetsReceived);
	const mark = trace.events.mark();
	const start = now();

	/* The connection's figures go with it: keep it a while */
	await anna.page.evaluate(() => {
		window.lab.connection.close = () => {};
	});
	await phone.must('hangup');
	await anna.wait('ended', { from });
	const first = await packets();
	const asked = now() - start;
	await until('a while', () => now() > start + LINGER);
	assert((await packets()) - first <= SILENT / 20,
	       'media went on after the hang-up');
	const ok = await trace.wait('200', { from: mark });
	assert.match(sequence(trace.of((e) => / BYE/.test(e.cseq), mark)),
		     /^BYE (100 )?200$/);
	await phone.call_event('terminated');
	assert.equal(phone.events.list.filter((e) => e.session === 'call' &&
		e.event === 'terminated').length, 1);
	return `BYE 200 in ${(ok.at - start).toFixed(0)} ms, at ` +
		`${asked.toFixed(0)} ms no more packets`;
}

/* The end of all, in a call: A-5.6 */
async function leaves(lab)
{
	const { trace, phone } = await traced(lab);
	const { anna, from } = await anna_calls(lab, phone);
	const first = trace.events.find((e) => e.event === 'REGISTER');
	const mark = trace.events.mark();
	const { code, ms } = await phone.stop();
	const list = trace.of((e) => e.cseq, mark);

	assert.equal(code, 0);
	assert(ms < STOP, `end took ${ms.toFixed(0)} ms`);
	await anna.wait('ended', { from });
	await trace.closed();
	const flow = sequence(list);
	assert.match(flow, /^BYE (REGISTER |\d+ )*REGISTER (200 )*200$/);
	const last = list.findLast((e) => e.event === 'REGISTER');
	assert.equal(last.id, first.id);
	assert.equal(header(last.text, 'Contact').replace(/;expires=\d+/, ''),
		     header(first.text, 'Contact').replace(/;expires=\d+/, ''));
	assert.match(last.text, /^Expires: 0\r|^Contact:.*;expires=0\b/m);
	assert.equal(trace.connections, 1, 'it came back');
	const end = trace.events.list.at(-1);
	assert.equal(end.event, 'closed', 'not the last: ' + end.event);
	return `${flow} closed, in ${ms.toFixed(0)} ms`;
}

/* By command: it stays so, and the connection ends after it */
async function unregisters(lab)
{
	const { trace, phone } = await traced(lab, { user: 'flow3',
		account: { expires: 60 } });
	const mark = trace.events.mark();

	await phone.must('unregister');
	await phone.wait('terminated', { match: (e) =>
		e.session === 'register' });
	const list = trace.of((e) => / REGISTER/.test(e.cseq), mark);
	assert.match(sequence(list), /^REGISTER (401 REGISTER )?200$/);
	assert.match(list.at(-2).text, /^Expires: 0\r|;expires=0\b/m);
	assert.equal(await phone.registered(), false);
	return sequence(list);
}

/* The secret, and what is made of it, stay where they are */
async function secrets(lab)
{
	const { trace, phone } = await traced(lab, { user: 'flow4' });
	const { response } = fields(header(trace.of((e) =>
		e.event === 'REGISTER')[1].text, 'Authorization'));
	const said = [phone.log(), await phone.status_text(),
		JSON.stringify(phone.events.list)].join('\n');
	const ha1 = md5(`flow4:${REALM}:${password_of('flow4')}`);

	for (const secret of [password_of('flow4'), ha1, response])
		assert(!said.includes(secret), 'a secret was told');
	for (const { text, line } of trace.of((e) => e.from === 'phone'))
		assert(!text.includes(ha1) &&
		       !text.includes(password_of('flow4')), line);
	return `${phone.log().split('\n').length} lines of log with debug`;
}

export default [
	['flow: registration, refresh', registration],
	['flow: configured headers, once in each request', headers],
	['flow: the phone calls', caller],
	['flow: the phone is called, and hung up', callee],
	['flow: the phone hangs up', hang_up],
	['flow: the phone ends in a call', leaves],
	['flow: un-registration by command', unregisters],
	['flow: no secret is told', secrets],
];
