/**
 * @file tests/interop/scenarios/farend.mjs  Calls with a far end by hand
 *
 *     phone <- wss -> scripted server <- far end
 *
 * Legal, but no server can be brought to do it on command: requests that cross,
 * forks, what is repeated. Names end with the row of the acceptance table.
 */
import assert from 'node:assert/strict';
import { FarEnd, answer, body_of, count, header, offer, over, phone_answered,
	 phone_called, scripted } from '../lab/farend.mjs';
import { never, now } from '../lab/wait.mjs';

const SANITIZED = { sanitized: true };
const T1 = 500;      /* RFC 3261 section 17.1.1.1 [ms] */
const SLACK = 300;   /* Of a busy machine [ms] */
const QUIET = 1500;  /* In which nothing more may come [ms] */

/* ---- Glare ---- */

/* Both offer at once; when the phone asks again, after our 491 [ms] */
async function crossing(phone, far)
{
	const from = far.server.events.mark();

	await phone.must('hold');
	const theirs = await far.wait('INVITE', { from });
	const ours = far.request('INVITE', { body: offer(2) });
	await far.response(ours, 491);
	far.request('ACK', { cseq: ours.number,
		branch: ours.text.match(/branch=(\S+)/)[1] });
	const begun = now();
	far.reply(theirs, '491 Request Pending');
	await far.wait('ACK', { from, match: (e) =>
		parseInt(e.cseq) === parseInt(theirs.cseq) });
	const again = await far.wait('INVITE', { from, match: (e) =>
		parseInt(e.cseq) > parseInt(theirs.cseq) });
	assert.match(body_of(again.text), /^a=(sendonly|inactive)/m);
	far.answer(again, { version: 2 });
	await phone.call_event('m_local_hold_ok');
	assert.equal(count(phone, 'm_local_hold_nok'), 0);
	const pause = again.at - begun;
	await far.bye();
	await over(phone, { why: 'bye' });
	return pause;
}

/* RFC 3261 section 14.1: who made the call waits 2.1 to 4 s, the other 0 to
 * 2 s */
async function glare_of_the_caller(server, phone)
{
	const pause = await crossing(phone, await phone_called(server, phone));

	assert(pause >= 2100 && pause <= 4000 + SLACK, `${pause} ms`);
	return `asked again after ${pause.toFixed(0)} ms`;
}

async function glare_of_the_called(server, phone)
{
	const pause = await crossing(phone,
				     await phone_answered(server, phone));

	assert(pause <= 2000 + SLACK, `${pause} ms`);
	return `asked again after ${pause.toFixed(0)} ms`;
}

/* ---- Forks ---- */

async function forks(server, phone)
{
	const one = await new FarEnd(server, 'one').called(phone);
	const two = new FarEnd(server, 'two').take(one.invite);
	const early = answer(body_of(one.invite.text));

	one.reply(one.invite, '183 Session Progress', { body: early });
	await phone.call_event('m_early_media');
	two.reply(one.invite, '183 Session Progress', { body: early });
	await phone.call_event('i_ao_request', { match: () =>
		count(phone, 'i_ao_request') === 2 });
	two.answer();
	const ack = await two.wait('ACK');
	assert.equal(header(ack.text, 'To').match(/tag=(\S+)/)[1], 'two');
	await phone.call_event('connected');

	/* The other one was not called off in time */
	one.answer();
	await one.wait('ACK');
	await one.ended();
	assert.equal(count(phone, 'm_early_media'), 1);
	assert.equal(count(phone, 'connected'), 1);
	assert.equal(count(phone, 'terminated'), 0);

	/* It asks who answered for a way of their own */
	two.answer(await two.wait('INVITE'), { version: 2 });
	await two.bye();
	await over(phone, { why: 'bye' });
}

async function more_forks_than_are_kept(server, phone)
{
	const first = await new FarEnd(server, 'f0').called(phone);
	const all = [first];

	for (let i = 1; i < 12; i++)
		all.push(new FarEnd(server, `f${i}`).take(first.invite));
	for (const far of all)
		far.reply(first.invite, '180 Ringing');
	await phone.call_event('i_ao_request');
	for (const far of [...all].reverse())
		far.answer(first.invite);
	await phone.call_event('connected');
	for (const far of all)
		await far.wait('ACK');
	for (const far of all.slice(0, -1))
		await far.ended();
	const talks = all.at(-1);
	assert.equal(talks.all('BYE').length, all.length - 1);
	await talks.bye();
	await over(phone, { why: 'bye' });
	return `${all.length} answered, one is talked to`;
}

/* ---- CANCEL, 200 and BYE that cross ---- */

async function cancel_crosses_200(server, phone)
{
	const far = await new FarEnd(server).called(phone);

	far.reply(far.invite, '180 Ringing');
	await phone.call_event('i_ao_request');
	await phone.must('hangup');
	const cancel = await far.wait_cancel();
	far.answer(); /* Was on its way */
	far.reply(cancel, '200 OK');
	await far.wait('ACK');
	await far.ended();
	await over(phone, { why: 'hangup' });
	assert.equal(count(phone, 'connected'), 0);
}

async function cancel_comes_late(server, phone)
{
	const far = new FarEnd(server).call();

	await far.response(far.invite, 180);
	await phone.must('answer');
	await far.response(far.invite, 200);
	await far.response(far.cancel(), 200); /* Without effect: 9.2 */
	far.ack();
	await phone.call_event('connected');
	assert.equal(count(phone, 'cancelled_request'), 0);
	await far.bye();
	await over(phone, { why: 'bye' });
}

async function hangup_before_any_response(server, phone)
{
	const far = await new FarEnd(server).called(phone);

	await phone.must('hangup');
	await never('CANCEL before any response', () =>
		far.all('CANCEL').length, QUIET);
	far.reply(far.invite, '100 Trying');
	const cancel = await far.wait_cancel();
	const branch = (e) => header(e.text, 'Via').match(/branch=([^;]+)/)[1];
	assert.equal(branch(cancel), branch(far.invite));
	far.reply(cancel, '200 OK');
	far.reply(far.invite, '487 Request Terminated');
	await far.wait('ACK');
	await over(phone, { why: 'hangup' });
}

async function two_hundred_again(server, phone)
{
	const far = await phone_called(server, phone);

	for (let n = 2; n < 5; n++) {
		far.answer();
		await server.events.wait('ACK', { match: () =>
			far.all('ACK').length === n });
	}
	assert.equal(new Set(far.all('ACK').map((e) => e.text)).size, 1);
	assert.equal(count(phone, 'connected'), 1);
	await far.bye();
	await over(phone, { why: 'bye' });
}

/* And without the ACK: repeated from T1 on, doubled */
async function two_hundred_of_the_phone(server, phone)
{
	const far = new FarEnd(server).call();

	await far.response(far.invite, 180);
	const start = now();
	await phone.must('answer');
	const times = () => far.all('SIP/2.0').filter((e) => e.code === 200)
		.map((e) => e.at);
	await server.events.wait('SIP/2.0', { match: () =>
		times().length === 3 });
	const [a, b, c] = times();
	/* What is seen late was not sent late: since the start, the least */
	for (const [gap, seen, least] of [[b - start, b - a, T1],
					  [c - start, c - a, 3 * T1]])
		assert(gap >= least && seen < least + SLACK, `${seen} ms`);
	await far.response(far.invite, 200);
	far.ack();
	await phone.call_event('connected');
	await never('200 after the ACK', () => times().length > 3,
		    3 * T1);
	await far.bye();
	await over(phone, { why: 'bye' });
	return `again after ${(b - a).toFixed(0)} and ${
		(c - b).toFixed(0)} ms`;
}

async function bye_during_reinvite(server, phone)
{
	const far = await phone_called(server, phone);

	await phone.must('hold');
	const pending = await far.wait('INVITE', { match: (e) =>
		/;tag=/.test(header(e.text, 'To')) });
	await far.bye();
	await over(phone, { why: 'bye' });
	far.reply(pending, '487 Request Terminated');
	await far.wait('ACK', { match: (e) =>
		parseInt(e.cseq) === parseInt(pending.cseq) });
}

/* The phone has answered the re-INVITE, and waits for the ACK */
async function bye_before_the_ack(server, phone)
{
	const far = await phone_answered(server, phone);

	await far.response(far.request('INVITE', { body: offer(2) }), 200);
	await far.bye();
	await over(phone, { why: 'bye' });
	const seen = far.all('SIP/2.0').length;
	await never('200 after the BYE', () =>
		far.all('SIP/2.0').length > seen, QUIET);
}

async function hangup_during_reinvite(server, phone)
{
	const far = await phone_answered(server, phone);

	await phone.must('hold');
	const pending = await far.wait('INVITE');
	await phone.must('hangup');
	const bye = await far.wait('BYE');
	far.reply(pending, '487 Request Terminated');
	await far.wait('ACK', { match: (e) =>
		parseInt(e.cseq) === parseInt(pending.cseq) });
	far.reply(bye, '200 OK');
	await over(phone, { why: 'hangup' });
}

async function no_ringing(server, phone)
{
	const far = await phone_called(server, phone);

	assert.equal(count(phone, 'i_ao_request'), 0);
	await far.bye();
	await over(phone, { why: 'bye' });
}

export default [
	['far end: glare, the phone called (A-5.2)',
	 scripted(glare_of_the_caller), SANITIZED],
	['far end: glare, the phone was called (A-5.3)',
	 scripted(glare_of_the_called), SANITIZED],
	['far end: early media of two branches, both answer (A-5.2)',
	 scripted(forks), SANITIZED],
	['far end: more branches than are kept (A-5.2)',
	 scripted(more_forks_than_are_kept), SANITIZED],
	['far end: CANCEL crosses 200 (A-5.2)', scripted(cancel_crosses_200),
	 SANITIZED],
	['far end: CANCEL of what is answered (A-5.3)',
	 scripted(cancel_comes_late), SANITIZED],
	['far end: CANCEL waits for a response (A-5.2)',
	 scripted(hangup_before_any_response), SANITIZED],
	['far end: 200 repeated (A-5.2)', scripted(two_hundred_again),
	 SANITIZED],
	['far end: 200 of ours repeated until the ACK (A-5.3)',
	 scripted(two_hundred_of_the_phone), SANITIZED],
	['far end: BYE during our re-INVITE (A-5.5)',
	 scripted(bye_during_reinvite), SANITIZED],
	['far end: BYE instead of the ACK (A-5.5)',
	 scripted(bye_before_the_ack), SANITIZED],
	['far end: hang-up during our re-INVITE (A-5.4)',
	 scripted(hangup_during_reinvite), SANITIZED],
	['far end: no 180 (A-5.2, A-6.2b)', scripted(no_ringing), SANITIZED],
];
