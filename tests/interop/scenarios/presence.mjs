/**
 * @file tests/interop/scenarios/presence.mjs  Who is there, what waits
 *
 *     phone -- wss, PUBLISH, SUBSCRIBE --> kamailio -- NOTIFY --> phone
 *
 * Kamailio with its modules presence, presence_xml and presence_mwi.
 */
import assert from 'node:assert/strict';
import { REALM } from '../lab/kamailio.mjs';
import { publish } from '../lab/publisher.mjs';
import { header } from '../lab/scripted.mjs';
import { sequence } from '../lab/trace.mjs';
import { never, until } from '../lab/wait.mjs';
import { traced } from './flows.mjs';

const QUIET = 2000; /* In which nothing more may come [ms] */
const BACK = 40000; /* RFC 5626 section 4.5: a flow's pause, and more [ms] */
const ANSWER = 1000; /* NOTIFY to its 200 [ms] */
const PIDF = 'application/pidf+xml';
const SUMMARY = 'application/simple-message-summary';

/* Another maker's document: prefixes, and what we do not know */
const document = (uri, basic) => '<?xml version="1.0" encoding="UTF-8"?>' +
	'<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" ' +
	'xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" ' +
	`entity="${uri}"><p:tuple id="t1"><p:status><p:basic>${basic}` +
	'</p:basic></p:status><p:note xml:lang="fr">Pêche à la moule</p:note>' +
	'</p:tuple><dm:person id="p1"/></p:presence>';

const uri_of = (user) => `sip:${user}@${REALM}`;

/** Whatever a scenario needs, with a server that knows presence */
const served = (run, options = {}) => async (lab) => {
	await lab.kamailio.kill();
	await lab.kamailio.start({ presence: true, ...options });
	try {
		return await run(lab);
	} finally {
		await lab.clear();
		await lab.kamailio.kill();
		await lab.kamailio.start();
	}
};

const session = (name) => (event) => event.session === name;

/* The next i_notify whose news are like this */
function told(phone, wanted, from)
{
	return phone.wait('i_notify', { from, match: ({ news }) => news &&
		Object.entries(wanted).every(([key, value]) =>
			news[key] === value) });
}

/* Of one that watches from its start, what came before somebody listened to
 * its events counts, too */
function watches(phone, match)
{
	return until('the phone watches, and knows', async () =>
		(await phone.must('presence')).watches.some(match));
}

async function two_phones(lab)
{
	const board = await lab.phone({ user: 'pres1' });
	const house = await lab.phone({ user: 'pres2' });
	const { id } = await house.must('watch', 'pres1');

	const on = await house.wait('connected', { match: (e) =>
		e.session === 'subscribe' && e.id === id });
	assert.equal(on.uri, uri_of('pres1'));
	await board.must('presence', 'open', 'at', 'the', 'door');
	const { basic } = await board.wait('connected', { match:
		session('publish') });
	assert.equal(basic, 'open');
	const { news } = await told(house, { basic: 'open',
		note: 'at the door' });
	assert.equal(news.entity, uri_of('pres1'));

	await board.must('presence', 'closed');
	await told(house, { basic: 'closed' });
	const list = await house.must('presence');
	assert.equal(list.watches[0].news.basic, 'closed');
	assert.equal(list.watches[0].state, 'on');

	const from = house.events.mark();
	await house.must('unwatch', 'pres1');
	const end = await house.wait('terminated', { from, match:
		session('subscribe') });
	assert.equal(end.retry_ms, undefined, 'it wants to watch again');
	const after = house.events.mark();
	await board.must('presence', 'open');
	await never('a NOTIFY after the end', () => house.events.find((e) =>
		e.event === 'i_notify', after), QUIET);
	return `${lab.kamailio.requests('PUBLISH', 'pres1').length} PUBLISH, ` +
		`${lab.kamailio.requests('SUBSCRIBE', 'pres2').length} ` +
		'SUBSCRIBE';
}

/* Both ends of it: what is told, and who is watched */
async function changed(lab)
{
	const board = await lab.phone({ user: 'pres1',
		presence: { publish: 'open', note: 'here' } });
	const house = await lab.phone({ user: 'pres2',
		presence: { watch: 'nobody' } });
	const watched = async () => (await house.must('presence')).watches
		.map(({ uri }) => uri).join();

	await board.wait('connected', { match: session('publish') });
	assert.equal(await watched(), uri_of('nobody'));
	await house.must('config', 'set', 'presence.watch', 'pres1');
	await until('the other one is watched', async () =>
		await watched() === uri_of('pres1'));
	await watches(house, ({ news }) => news?.note === 'here');
	await board.must('config', 'set', 'presence.note', 'away');
	await watches(house, ({ news }) => news?.note === 'away');
	await board.must('config', 'set', 'presence.publish', 'no');
	await watches(house, ({ news }) => news?.basic !== 'open');
}

async function configured(lab)
{
	const house = await lab.phone({ user: 'pres4',
		presence: { watch: `pres3, ${uri_of('pres5')}` } });
	const board = await lab.phone({ user: 'pres3',
		presence: { publish: 'open', note: 'here' } });

	await told(house, { basic: 'open', note: 'here' });
	await publish(lab.kamailio.udp, uri_of('pres5'), 'presence', PIDF,
		      document(uri_of('pres5'), 'closed'));
	await told(house, { basic: 'closed', entity: uri_of('pres5'),
		note: 'Pêche à la moule' });

	/* Its last word, before it un-registers */
	await board.stop();
	const last = lab.kamailio.requests('PUBLISH', 'pres3').at(-1);
	assert.equal(last.expires, '0');
}

async function messages(lab)
{
	const phone = await lab.phone({ user: 'pres6',
		presence: { messages: 'yes' } });

	await watches(phone, ({ state }) => state === 'on');
	await publish(lab.kamailio.udp, uri_of('pres6'), 'message-summary',
		      SUMMARY, 'Messages-Waiting: yes\r\n' +
		      `Message-Account: ${uri_of('voicemail')}\r\n` +
		      'Voice-Message: 2/8 (0/2)\r\n');
	const { news } = await told(phone, { waiting: true });
	assert.equal(news.new, 2);
	assert.equal(news.old, 8);
	assert.equal(news.account, uri_of('voicemail'));
}

/* The server grants 20 s at most: both are refreshed within */
async function refreshed(lab)
{
	const board = await lab.phone({ user: 'pres7',
		presence: { publish: 'open' } });
	const house = await lab.phone({ user: 'pres8',
		presence: { watch: 'pres7' } });
	const count = (method, user) =>
		lab.kamailio.requests(method, user).length;

	await watches(house, ({ news }) => news?.basic === 'open');
	const before = [count('PUBLISH', 'pres7'), count('SUBSCRIBE', 'pres8')];
	await until('both are refreshed twice', () =>
		count('PUBLISH', 'pres7') >= before[0] + 2 &&
		count('SUBSCRIBE', 'pres8') >= before[1] + 2, 40000);
	for (const phone of [board, house])
		assert(!phone.events.find((e) => e.event === 'terminated'));
	assert.equal((await board.must('presence')).state, 'on');
}

/* Nobody has allowed it: nothing is told */
async function pending(lab)
{
	const house = await lab.phone({ user: 'pres13' });

	await publish(lab.kamailio.udp, uri_of('pres14'), 'presence', PIDF,
		      document(uri_of('pres14'), 'open'));
	await house.must('watch', 'pres14');
	const on = await house.wait('connected', { match:
		session('subscribe') });
	assert.equal(on.pending, true);
	await never('it is told all the same', () => house.events.find((e) =>
		e.news?.basic === 'open'), QUIET);
	assert.equal((await house.must('presence')).watches[0].state,
		     'pending');
}

/* It knows neither entity tag nor dialog any more: 412, 481 */
async function forgotten(lab)
{
	const board = await lab.phone({ user: 'pres9',
		presence: { publish: 'open' } });
	const house = await lab.phone({ user: 'pres10',
		presence: { watch: 'pres9' } });

	await watches(house, ({ news }) => news?.basic === 'open');
	const from = house.events.mark();
	const since = board.events.mark();
	const said = () => [['PUBLISH', 'pres9'], ['SUBSCRIBE', 'pres10']]
		.map(([method, user]) =>
			lab.kamailio.requests(method, user).length);
	const before = said();
	await lab.kamailio.kill();
	await lab.kamailio.start({ presence: true });
	await board.wait('connected', { from: since, limit: BACK,
		match: session('register') });
	await house.wait('connected', { from, limit: BACK,
		match: session('subscribe') });
	await board.must('presence', 'closed', 'back');
	await told(house, { basic: 'closed', note: 'back' }, from);
	const [publishes, subscribes] = said().map((n, i) => n - before[i]);
	return `${publishes} PUBLISH, ${subscribes} SUBSCRIBE after it`;
}

/* Without a presence server the SUBSCRIBE comes to the other phone */
async function refused(lab)
{
	await lab.phone({ user: 'pres11' });
	const house = await lab.phone({ user: 'pres12' });

	await house.must('watch', 'pres11');
	const end = await house.wait('terminated', { match:
		session('subscribe') });
	assert.equal(end.code, 489);
	assert.equal(end.retry_ms, undefined);
	assert.deepEqual((await house.must('presence')).watches, []);
	return `${end.code} ${end.reason}`;
}

/* What is asked, and with which words; its own presence is watched */
async function on_the_wire(lab)
{
	const { trace, phone } = await traced(lab, { user: 'pres15',
		headers: { Organization: 'The house' } });
	const of = (method) => trace.of((e) =>
		new RegExp(` ${method}$`).test(e.cseq ?? ''));
	const asked = (method) => of(method).findLast((e) =>
		e.event === method).text;

	await phone.must('presence', 'open', 'Pêche');
	await phone.wait('connected', { match: session('publish') });
	const first = asked('PUBLISH');
	assert.equal(header(first, 'Event'), 'presence');
	assert.equal(header(first, 'Content-Type'), PIDF);
	assert.equal(header(first, 'Organization'), 'The house');
	assert(Number(header(first, 'Expires')) > 0);
	assert.equal(header(first, 'SIP-If-Match'), undefined);
	const body = first.slice(first.indexOf('\r\n\r\n') + 4);
	assert.equal(Number(header(first, 'Content-Length')),
		     Buffer.byteLength(body));
	const tag = header(of('PUBLISH').at(-1).text, 'SIP-ETag');
	await phone.must('presence', 'closed');
	await until('the next', () => header(asked('PUBLISH'),
					     'SIP-If-Match') === tag);

	await phone.must('watch', 'pres15');
	await told(phone, { basic: 'closed' });
	const ask = asked('SUBSCRIBE');
	assert.equal(header(ask, 'Event'), 'presence');
	assert.equal(header(ask, 'Accept'), PIDF);
	assert(Number(header(ask, 'Expires')) > 0);
	const notify = of('NOTIFY').find((e) => e.from === 'server');
	const ok = of('NOTIFY').find((e) => e.code && e.cseq === notify.cseq);
	assert.equal(ok.code, 200);
	assert(ok.at - notify.at < ANSWER);
	const mark = trace.events.mark();
	trace.inject(notify.text.replace(/^(Call-ID: ).*\r$/mi,
					 '$1nobody@phone.test\r')
		.replace(/branch=[^;\r]*/, 'branch=z9hG4bK-nobody'));
	await trace.wait('481', { from: mark });

	const list = [of('PUBLISH'), of('SUBSCRIBE'), of('NOTIFY')]
		.map(sequence).join('; ');
	await phone.stop();
	const last = asked('PUBLISH');
	assert.equal(header(last, 'Expires'), '0');
	assert(header(last, 'SIP-If-Match'));
	assert.equal(last.slice(last.indexOf('\r\n\r\n') + 4), '');
	return list;
}

export default [
	['presence: one phone tells, the other watches', served(two_phones)],
	['presence: as configured, and of other makers', served(configured)],
	['presence: another one by a reload', served(changed)],
	['presence: messages that wait', served(messages)],
	['presence: is refreshed', served(refreshed, { max_expires: 20 })],
	['presence: not allowed yet', served(pending, { active: 0 })],
	['presence: server forgets all', served(forgotten)],
	['presence: on the wire', served(on_the_wire)],
	['presence: a phone is no server of it', refused],
];
