/**
 * @file tests/interop/scenarios/relations.mjs  Subscriptions and Replaces
 *
 *     phone <- wss -> scripted server <- far end by hand
 *
 * A presence server at its most awkward, and calls that want the place of
 * another one. Names end with the row of the acceptance table.
 */
import assert from 'node:assert/strict';
import { FarEnd, SOUND, body_of, header, over, phone_answered,
	 phone_called, scripted } from '../lab/farend.mjs';
import { reply_to } from '../lab/scripted.mjs';
import { never, until } from '../lab/wait.mjs';

const SANITIZED = { sanitized: true };
const QUIET = 1500; /* In which nothing more may come [ms] */
const SLACK = 500;  /* Of a busy machine [ms] */

const reply = (server, request, line, more) =>
	server.send(reply_to(request.text, line, more));

/* ---- Being told ---- */

const PIDF = '<?xml version="1.0" encoding="UTF-8"?><presence ' +
	'xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:house@phone.test">' +
	'<tuple id="t"><status><basic>open</basic></status></tuple></presence>';

/* The next SUBSCRIBE, as a dialog */
async function watched(server, from = 0)
{
	const far = new FarEnd(server);

	return far.take(await server.events.wait('SUBSCRIBE', { from }));
}

const accept = (far) => far.reply(far.invite, '200 OK',
				  { more: 'Expires: 200\r\n' });

const notify = (far, state) => far.request('NOTIFY', { more:
	`Event: presence\r\nSubscription-State: ${state}\r\n` });

/* NOTIFY with a document */
function tell(far, state)
{
	return far.request('NOTIFY', { more: 'Event: presence\r\n' +
		`Subscription-State: ${state}\r\n`, body: PIDF,
		type: 'application/pidf+xml' });
}

async function notify_before_200(server, phone)
{
	await phone.must('watch', 'house');
	const far = await watched(server);

	await far.response(tell(far, 'active;expires=200'), 200);
	const { news } = await phone.wait('i_notify');
	assert.equal(news.basic, 'open');
	accept(far);
	await phone.wait('connected', { match: (e) =>
		e.session === 'subscribe' });

	/* And what is in no dialog of ours */
	const other = new FarEnd(server);
	other.id = 'nobody';
	other.mine = far.mine;
	other.theirs = far.theirs;
	other.target = far.target;
	await other.response(notify(other, 'active'), 481);

	/* The dialog ends in order */
	const from = server.events.mark();
	await phone.must('unwatch', 'house');
	const last = await far.wait('SUBSCRIBE', { from });
	assert.equal(header(last.text, 'Expires'), '0');
	far.reply(last, '200 OK', { more: 'Expires: 0\r\n' });
	await far.response(notify(far, 'terminated;reason=timeout'), 200);
	await phone.wait('terminated', { match: (e) =>
		e.session === 'subscribe' });
}

/* RFC 6665 section 4.1.3: when it is begun anew [ms], or not */
const REASONS = {
	deactivated: 0,
	timeout: 0,
	'probation;retry-after=1': 1000,
	'giveup;retry-after=2': 2000,
	rejected: NaN,
	noresource: NaN,
	invariant: NaN,
};

async function terminated_because(server, phone)
{
	const said = [];

	for (const [reason, pause] of Object.entries(REASONS)) {
		const user = `u-${reason.split(';')[0]}`;
		const mark = server.events.mark();
		await phone.must('watch', user);
		const far = await watched(server, mark);
		accept(far);
		await far.response(tell(far, 'active;expires=200'), 200);
		const from = server.events.mark();
		const end = await far.response(notify(far,
			`terminated;reason=${reason}`), 200);
		const again = () => server.events.find((e) =>
			e.event === 'SUBSCRIBE' && e.text.includes(user), from);
		if (Number.isNaN(pause)) {
			await never(`${reason}: begun anew`, again, QUIET);
			continue;
		}
		const anew = await until(`${reason}: begun anew`, again);
		const took = anew.at - end.at;
		assert(took >= pause - 20 && took < pause + SLACK,
		       `${reason}: after ${took} ms`);
		assert.notEqual(anew.id, far.id, 'in the same dialog');
		assert(!/;tag=/.test(header(anew.text, 'To')));
		said.push(`${reason.split(';')[0]} ${took.toFixed(0)} ms`);
		reply(server, anew, '404 Not Found');
	}
	return said.join(', ');
}

async function subscribe_refused(server, phone)
{
	await phone.must('watch', 'house');
	const first = await watched(server);
	first.reply(first.invite, '423 Interval Too Brief',
		    { more: 'Min-Expires: 600\r\n' });
	const again = await server.events.wait('SUBSCRIBE', { match: (e) =>
		header(e.text, 'Expires') === '600' });
	const far = new FarEnd(server).take(again);
	accept(far);
	await far.response(tell(far, 'active;expires=600'), 200);
	await phone.wait('i_notify');

	const mark = server.events.mark();
	await phone.must('watch', 'hermit');
	const other = await watched(server, mark);
	other.reply(other.invite, '603 Decline');
	const { code } = await phone.wait('terminated', { match: (e) =>
		e.session === 'subscribe' });
	assert.equal(code, 603);
	await never('asked again after 603', () => server.events.find((e) =>
		e.event === 'SUBSCRIBE' && e.text.includes('hermit') &&
		e.id !== other.id), QUIET);
}

/* Commands whose requests get 302: each ends with a clear event, and nothing
   goes to the other address */
async function sent_elsewhere(server, phone)
{
	const mark = server.events.mark();
	const said = [];

	for (const [command, method, event, session] of [
		[['watch', 'house'], 'SUBSCRIBE', 'terminated', 'subscribe'],
		[['presence', 'open'], 'PUBLISH', 'terminated', 'publish'],
		[['msg', 'house', 'hello'], 'MESSAGE', 'message_error',
		 'message'],
	]) {
		const from = server.events.mark();
		await phone.must(...command);
		const asked = await server.events.wait(method, { from });
		reply(server, asked, '302 Moved Temporarily',
		      'Contact: <sip:eve@phone.test>\r\n');
		const end = await phone.wait(event, { match: (e) =>
			e.session === session });
		assert.equal(end.code, 302);
		assert.equal(end.reason, 'Moved Temporarily');
		assert.equal(end.retry_ms > QUIET, session !== 'message');
		said.push(`${method}: ${event}`);
	}
	await never('it went elsewhere', () => server.events.find((e) =>
		/^\w+ sip:eve/.test(e.text ?? ''), mark), QUIET);
	return said.join(', ');
}

async function forgotten_publication(server, phone)
{
	await phone.must('presence', 'open');
	const first = await server.events.wait('PUBLISH');
	assert.equal(header(first.text, 'SIP-If-Match'), undefined);
	reply(server, first, '200 OK',
			  'SIP-ETag: one\r\nExpires: 200\r\n');
	await phone.wait('connected', { match: (e) =>
		e.session === 'publish' });

	let from = server.events.mark();
	await phone.must('presence', 'closed');
	const change = await server.events.wait('PUBLISH', { from });
	assert.equal(header(change.text, 'SIP-If-Match'), 'one');
	reply(server, change, '412 Conditional Request Failed');
	const fresh = await server.events.wait('PUBLISH', { from,
		match: (e) => e !== change && e.cseq !== change.cseq });
	assert.equal(header(fresh.text, 'SIP-If-Match'), undefined);
	assert.match(fresh.text, /<basic>closed</);
	reply(server, fresh, '200 OK',
			  'SIP-ETag: two\r\nExpires: 200\r\n');
	await until('published again', async () =>
		(await phone.must('presence')).state === 'on');

	from = server.events.mark();
	await phone.must('presence', 'off');
	const last = await server.events.wait('PUBLISH', { from });
	assert.equal(header(last.text, 'SIP-If-Match'), 'two');
	assert.equal(header(last.text, 'Expires'), '0');
	reply(server, last, '200 OK', 'Expires: 0\r\n');
	await phone.wait('terminated', { match: (e) =>
		e.session === 'publish' });
}

/* ---- Replaces (RFC 3891 section 3) ---- */

const REPLACE = { call: { ...SOUND.call, replace: 'yes' } };

/* `other`, as a value of Replaces: the phone's tag is to-tag */
function place_of(other, more = '')
{
	const tag = other.theirs.match(/;tag=([^;\s]+)/)[1];

	return `Replaces: ${other.id};to-tag=${tag};from-tag=${other.tag}` +
		`${more}\r\n`;
}

const wants_place = async (server, more, code) => {
	const far = new FarEnd(server).call({ more });

	await far.response(far.invite, code);
	return far;
};

async function replaces_refused(server, phone)
{
	await wants_place(server,
		'Replaces: nobody;to-tag=a;from-tag=b\r\n', 481);
	await wants_place(server, 'Replaces: nobody;to-tag=a\r\n', 400);

	/* One that rings here */
	const rings = new FarEnd(server).call();
	await rings.response(rings.invite, 180);
	await wants_place(server, place_of(rings), 481);
	await phone.must('answer');
	await rings.response(rings.invite, 200);
	rings.ack();
	await phone.call_event('connected');

	/* Only while it was not answered; and not by half of its tags */
	await wants_place(server, place_of(rings, ';early-only'), 486);
	await wants_place(server, place_of(rings).replace('from-tag=',
							  'from-tag=x'), 481);
	await rings.bye();
	await over(phone, { why: 'bye' });
	await wants_place(server, place_of(rings), 603);
	await wants_place(server, place_of(rings, ';early-only'), 603);
}

async function replaces_not_configured(server, phone)
{
	const far = await phone_answered(server, phone);

	await wants_place(server, place_of(far), 403);
	await wants_place(server,
		'Replaces: nobody;to-tag=a;from-tag=b\r\n', 403);
	await far.bye();
	await over(phone, { why: 'bye' });
}

async function replaces_answered(server, phone)
{
	const old = await phone_called(server, phone);
	const heir = new FarEnd(server).call({ more: place_of(old) });
	const { text } = await heir.response(heir.invite, 200);

	assert.match(body_of(text), /^m=audio [1-9]/m);
	heir.ack();
	const bye = await old.ended();
	assert.match(header(bye.text, 'Reason'), /cause=200/);
	await phone.call_event('terminated', { match: (e) => e.id === 1 });
	await phone.call_event('connected', { match: (e) => e.id === 2 });
	await heir.bye();
	await phone.call_event('terminated', { match: (e) => e.id === 2 });
}

/* The phone calls, it rings there: who is called answers elsewhere */
async function replaces_what_rings(server, phone)
{
	const old = await new FarEnd(server).called(phone);

	old.reply(old.invite, '180 Ringing');
	await phone.call_event('i_ao_request');
	const heir = new FarEnd(server).call({ more:
		place_of(old, ';early-only') });
	await heir.response(heir.invite, 200);
	heir.ack();
	const cancel = await old.wait_cancel();
	old.reply(cancel, '200 OK');
	old.reply(old.invite, '487 Request Terminated');
	await phone.call_event('terminated', { match: (e) => e.id === 1 });
	await phone.call_event('connected', { match: (e) => e.id === 2 });
	await heir.bye();
	await phone.call_event('terminated', { match: (e) => e.id === 2 });
}

export default [
	['far end: NOTIFY before the 200 to SUBSCRIBE (A-4.9)',
	 scripted(notify_before_200), SANITIZED],
	['far end: subscriptions that end, by reason (A-4.9)',
	 scripted(terminated_because), SANITIZED],
	['far end: SUBSCRIBE gets 423, 603 (A-4.9)',
	 scripted(subscribe_refused), SANITIZED],
	['far end: SUBSCRIBE, PUBLISH, MESSAGE get 302 (A-4.8, A-4.9)',
	 scripted(sent_elsewhere), SANITIZED],
	['far end: PUBLISH gets 412 (A-4.8)',
	 scripted(forgotten_publication), SANITIZED],
	['far end: Replaces gets 481, 486, 603, 400 (A-5.3)',
	 scripted(replaces_refused, REPLACE), SANITIZED],
	['far end: Replaces gets 403 by default (A-5.3)',
	 scripted(replaces_not_configured), SANITIZED],
	['far end: Replaces of a call that is up (A-5.3)',
	 scripted(replaces_answered, REPLACE), SANITIZED],
	['far end: Replaces of a call that rings there (A-5.3)',
	 scripted(replaces_what_rings, REPLACE), SANITIZED],
];
