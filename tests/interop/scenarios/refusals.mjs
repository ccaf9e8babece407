/**
 * @file tests/interop/scenarios/refusals.mjs  A far end that disagrees
 *
 *     phone <- wss -> scripted server <- far end
 *
 * Answers that do not fit their offer, and requests that are refused: how the
 * phone gets over it. Names end with the row of the acceptance table.
 */
import assert from 'node:assert/strict';
import { FarEnd, SOUND, answer, body_of, count, header, headers, offer, over,
	 phone_called, scripted, sections } from '../lab/farend.mjs';
import { reply_to } from '../lab/scripted.mjs';
import { never, now } from '../lab/wait.mjs';

const SANITIZED = { sanitized: true };
const SLACK = 300; /* Of a busy machine [ms] */
const QUIET = 500; /* In which nothing may come [ms] */

/* ---- Offers and answers ---- */

async function offerless(server, phone)
{
	const far = new FarEnd(server).call({ body: null });

	await far.response(far.invite, 180);
	await phone.must('answer');
	const { text } = await far.response(far.invite, 200);
	far.ack(far.invite, answer(body_of(text)));
	await phone.call_event('connected');
	assert.equal(count(phone, 'webrtc_error'), 0);
	await far.bye();
	await over(phone, { why: 'bye' });
}

async function offerless_unanswered(server, phone)
{
	const far = new FarEnd(server).call({ body: null });

	await far.response(far.invite, 180);
	await phone.must('answer');
	await far.response(far.invite, 200);
	far.ack();
	const bye = await far.ended();
	assert.match(header(bye.text, 'Reason'), /cause=488/);
	await over(phone);
}

/* Answers that do not fit an offer of sound and picture */
const MISFITS = {
	swapped: ([a, b]) => [b, a],
	missing: ([a]) => [a],
	extra: (list) => [...list, list[1].replace(/^a=mid:.*$/m,
						   'a=mid:9')],
	'of another kind': ([a, b]) => [a.replace('m=audio', 'm=text'), b],
	none: () => [],
};

async function misfit(server, phone, change)
{
	const from = server.events.mark();
	await phone.must('call', 'far', 'av');
	const far = new FarEnd(server).take(await server.events.wait('INVITE',
		{ from }));
	const before = phone.events.mark();

	assert.equal(sections(body_of(far.invite.text)).length, 2);
	far.answer(far.invite, { kinds: ['audio', 'video'], change });
	await far.wait('ACK');
	const bye = await far.ended();
	assert.match(header(bye.text, 'Reason'), /cause=488/);
	const { reason } = await phone.call_event('webrtc_error',
						  { from: before });
	const end = await phone.call_event('terminated', { from: before });
	assert.match(end.reason, /not acceptable/i);
	assert(!phone.events.find((e) => /^m_(stream|permission)/
		.test(e.event), before), 'media in spite of it');
	return reason;
}

async function misfits(server, phone)
{
	const said = [];

	for (const [name, change] of Object.entries(MISFITS))
		said.push(`${name}: "${await misfit(server, phone, change)}"`);
	const far = await new FarEnd(server).called(phone);
	far.reply(far.invite, '200 OK'); /* Without any body */
	await far.wait('ACK');
	await far.ended();
	return said.join('\n        ');
}

/* The same of a re-INVITE: all stays as it was */
async function misfit_later(server, phone)
{
	const far = await phone_called(server, phone);

	await phone.must('hold');
	const hold = await far.wait('INVITE', { match: (e) =>
		/;tag=/.test(header(e.text, 'To')) });
	far.answer(hold, { change: () => [] });
	await far.wait('ACK', { match: (e) =>
		parseInt(e.cseq) === parseInt(hold.cseq) });
	await phone.call_event('m_local_hold_nok');
	assert.equal(count(phone, 'terminated'), 0);
	await far.bye();
	await over(phone, { why: 'bye' });
}

/* ---- Refusals ---- */

const DIGEST = 'Digest realm="phone.test",nonce="abcd",algorithm=MD5,' +
	'qop="auth"\r\n';
const CHALLENGES = {
	'401 Unauthorized': ['WWW-Authenticate', 'Authorization'],
	'407 Proxy Authentication Required':
		['Proxy-Authenticate', 'Proxy-Authorization'],
};

async function challenged_bye(server, phone)
{
	for (const [line, [asks, says]] of Object.entries(CHALLENGES)) {
		const from = phone.events.mark();
		const far = await new FarEnd(server).called(phone);
		far.answer();
		await phone.call_event('connected', { from });
		await phone.must('hangup');
		const first = await far.wait('BYE');
		far.reply(first, line, { more: `${asks}: ${DIGEST}` });
		const again = await far.wait('BYE', { match: (e) =>
			e.cseq !== first.cseq });
		assert.match(header(again.text, says), /username="board"/);
		assert.equal(parseInt(again.cseq), parseInt(first.cseq) + 1);
		assert(!phone.events.find((e) => e.event === 'terminated',
					  from), 'over already');
		far.reply(again, '200 OK');
		await phone.call_event('terminated', { from });
	}

	/* Refused once more, it is over all the same */
	const from = phone.events.mark();
	const far = await new FarEnd(server).called(phone);
	far.answer();
	await phone.call_event('connected', { from });
	await phone.must('hangup');
	for (let n = 1; n <= 2; n++) {
		await server.events.wait('BYE', { match: () =>
			far.all('BYE').length === n });
		far.reply(far.all('BYE').at(-1), '401 Unauthorized',
			  { more: `WWW-Authenticate: ${DIGEST}` });
	}
	await phone.call_event('terminated', { from });
	assert.equal(far.all('BYE').length, 2);
}

/* By default the far end, which can ask for it, gets no digest, but the call is
 * over: SECURITY row 5 */
async function challenged_by_a_stranger(server, phone)
{
	const far = await phone_called(server, phone);

	await phone.must('hangup');
	far.reply(await far.wait('BYE'), '401 Unauthorized',
		  { more: `WWW-Authenticate: ${DIGEST}` });
	await over(phone, { why: 'hangup' });
	assert.equal(far.all('BYE').length, 1);
}

async function ended_by_whatever(server, phone)
{
	for (const line of ['481 Call/Transaction Does Not Exist',
			    '408 Request Timeout', '500 Server Error']) {
		const from = phone.events.mark();
		const far = await new FarEnd(server).called(phone);
		far.answer();
		await phone.call_event('connected', { from });
		await phone.must('hangup');
		far.reply(await far.wait('BYE'), line);
		await phone.call_event('terminated', { from });
	}
}

async function refused_for_a_while(server, phone)
{
	const far = await phone_called(server, phone);
	const from = server.events.mark();

	await phone.must('hold');
	const first = await far.wait('INVITE', { from });
	far.reply(first, '500 Server Internal Error',
		  { more: 'Retry-After: 1\r\n' });
	const begun = now();
	const again = await far.wait('INVITE', { from, match: (e) =>
		e.cseq !== first.cseq });
	const pause = again.at - begun;
	assert(pause >= 980 && pause < 1000 + SLACK, `${pause} ms`);
	far.answer(again, { version: 2 });
	await phone.call_event('m_local_hold_ok');
	await far.bye();
	await over(phone, { why: 'bye' });
	return `asked again after ${pause.toFixed(0)} ms`;
}

/* RFC 3311 section 5.2: an offer before ours is answered gets 500 */
async function offered_too_early(server, phone)
{
	const far = new FarEnd(server).call();

	await far.response(far.invite, 180);
	const { text } = await far.response(far.request('UPDATE',
		{ body: offer(2) }), 500);
	const after = Number(header(text, 'Retry-After'));
	assert(after >= 0 && after <= 10, header(text, 'Retry-After'));
	await phone.must('reject');
	await far.response(far.invite, 603);
	await over(phone, { why: 'hangup', code: 603 });
}

async function refused_calls(server, phone)
{
	for (const line of ['486 Busy Here', '603 Decline', '404 Not Found',
			    '480 Temporarily Unavailable', '500 Error',
			    '503 Service Unavailable', '699 Whatever']) {
		const from = phone.events.mark();
		const far = await new FarEnd(server).called(phone);
		far.reply(far.invite, line);
		await far.wait('ACK');
		const end = await phone.call_event('terminated', { from });
		assert.equal(end.code, parseInt(line));
		assert.equal(end.why, 'refused');
	}
}

/* ---- Redirection (RFC 3261 section 8.1.3.4) ---- */

/* Reply that he is elsewhere, and await the ACK; where the events were */
async function sent_on(server, far, user)
{
	const from = server.events.mark();

	server.send(reply_to(far.invite.text, '302 Moved Temporarily',
			     `Contact: <sip:${user}@phone.test>\r\n`));
	await server.events.wait('ACK', { from });
	return from;
}

const goes_on = async (server, far) => server.events.wait('INVITE',
	{ from: await sent_on(server, far, 'nearer') });

/* One step is made, and the call is up */
async function moves_on(server, phone)
{
	const far = await new FarEnd(server).called(phone);
	const again = await goes_on(server, far);

	assert.match(again.text, /^INVITE sip:nearer@phone\.test /);
	far.take(again);
	far.answer(again);
	await phone.call_event('connected');
	await far.bye();
	await over(phone, { why: 'bye' });
}

/* Only when the user says so; else it ends with that code */
const asks = (yes) => async (server, phone) => {
	const far = await new FarEnd(server).called(phone);
	const from = await sent_on(server, far, 'nearer');
	const asked = await phone.call_event('redirect_requested');

	assert.equal(asked.code, 302);
	assert.equal(asked.to, 'sip:nearer@phone.test');
	const [call] = await phone.must('calls');
	assert.equal(call.asks, true);
	await never('INVITE before it is asked', () => server.events.find((e) =>
		e.event === 'INVITE', from), QUIET);
	await phone.must('xfer', yes ? 'yes' : 'no');
	if (!yes) {
		await over(phone, { code: 302 });
		return;
	}
	const again = await server.events.wait('INVITE', { from });
	assert.match(again.text, /^INVITE sip:nearer@phone\.test /);
	far.take(again);
	far.answer(again);
	await phone.call_event('connected');
	await far.bye();
	await over(phone, { why: 'bye' });
};

const ASK = { call: { media: 'audio', redirect: 'ask' } };

/* From there it goes nowhere, and not back */
const goes_round = (user) => async (server, phone) => {
	const far = await new FarEnd(server).called(phone);

	far.take(await goes_on(server, far));
	const from = await sent_on(server, far, user);
	await over(phone, { code: 302 });
	assert(!server.events.find((e) => e.event === 'INVITE', from),
	       'it goes on and on');
};

/* ---- Session timers (RFC 4028): headers ---- */

const TIMER = { call: { media: 'audio', session_timer: '90s' } };

async function interval_too_small(server, phone)
{
	const far = await new FarEnd(server).called(phone);

	assert.equal(header(far.invite.text, 'Session-Expires'), '90');
	assert(headers(far.invite.text, 'Supported').join(',')
		.includes('timer'));
	far.reply(far.invite, '422 Session Interval Too Small',
		  { more: 'Min-SE: 300\r\n' });
	await far.wait('ACK');
	const again = await server.events.wait('INVITE', { match: (e) =>
		e.id === far.id && e.cseq !== far.invite.cseq });
	assert.equal(header(again.text, 'Session-Expires'), '300');
	assert.equal(header(again.text, 'Min-SE'), '300');
	assert.equal(header(again.text, 'From'),
		     header(far.invite.text, 'From'));
	far.take(again);
	far.answer(again, { more: 'Session-Expires: 300;refresher=uac\r\n' +
		'Require: timer\r\n' });
	await phone.call_event('connected');
	await far.bye();
	await over(phone, { why: 'bye' });
}

async function interval_of_the_peer(server, phone)
{
	const small = new FarEnd(server).call({ more:
		'Session-Expires: 60\r\nSupported: timer\r\n' });
	const refusal = await small.response(small.invite, 422);
	assert.equal(header(refusal.text, 'Min-SE'), '90');

	for (const [refresher, require] of [['uac', true], ['uas', false]]) {
		const from = phone.events.mark();
		const far = new FarEnd(server).call({ more: 'Supported: timer' +
			`\r\nSession-Expires: 120;refresher=${refresher}\r\n`
		});
		await far.response(far.invite, 180);
		await phone.must('answer');
		const { text } = await far.response(far.invite, 200);
		assert.equal(header(text, 'Session-Expires'),
			     `120;refresher=${refresher}`);
		assert.equal(headers(text, 'Require').includes('timer'),
			     require);
		far.ack();
		await phone.call_event('connected', { from });
		await far.bye();
		await phone.call_event('terminated', { from });
	}
}

export default [
	['far end: INVITE without offer, answer in the ACK (A-5.3)',
	 scripted(offerless), SANITIZED],
	['far end: INVITE without offer, no answer either (A-5.3)',
	 scripted(offerless_unanswered), SANITIZED],
	['far end: m-lines swapped, missing, extra (A-6.2a)',
	 scripted(misfits, { call: { media: 'av' },
			     video: { camera: 'sim:pattern' } }), SANITIZED],
	['far end: m-lines missing in a later answer (A-6.2a)',
	 scripted(misfit_later), SANITIZED],
	['far end: BYE gets 401, 407, and is to answer (A-5.4)',
	 scripted(challenged_bye, { ...SOUND,
		 account: { auth_in_call: 'yes' } }), SANITIZED],
	['far end: BYE gets 401 (A-5.4)', scripted(challenged_by_a_stranger),
	 SANITIZED],
	['far end: BYE gets 481, 408, 500 (A-5.4)',
	 scripted(ended_by_whatever), SANITIZED],
	['far end: re-INVITE gets 500 with Retry-After (A-5.2)',
	 scripted(refused_for_a_while), SANITIZED],
	['far end: UPDATE before the answer gets 500 (A-5.3)',
	 scripted(offered_too_early), SANITIZED],
	['far end: calls refused with their codes (A-5.2)',
	 scripted(refused_calls), SANITIZED],
	['far end: 302 is followed once (A-5.2)', scripted(moves_on),
	 SANITIZED],
	['far end: 302 is followed when told to (A-5.2)',
	 scripted(asks(true), ASK), SANITIZED],
	['far end: 302 is not followed when told so (A-5.2)',
	 scripted(asks(false), ASK), SANITIZED],
	['far end: 302 to where it came from (A-5.2)',
	 scripted(goes_round('far')), SANITIZED],
	['far end: 302 to a further place (A-5.2)',
	 scripted(goes_round('farther')), SANITIZED],
	['far end: 422 to our session interval (A-5.2)',
	 scripted(interval_too_small, TIMER), SANITIZED],
	['far end: session intervals of a caller (A-5.3)',
	 scripted(interval_of_the_peer), SANITIZED],
];
