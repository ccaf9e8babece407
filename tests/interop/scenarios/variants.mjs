/**
 * @file tests/interop/scenarios/variants.mjs  Variants of the flows
 *
 *     phone <- wss -> scripted server
 *
 * What the description of the system allows a server to do otherwise than
 * the one at hand does: each step is the test's.
 */
import assert from 'node:assert/strict';
import { answer_to, description, line, lines_of } from '../lab/answer.mjs';
import { Scripted, header, reply_to } from '../lab/scripted.mjs';
import { branch_of } from '../lab/trace.mjs';
import { never, now, until } from '../lab/wait.mjs';

const REALM = 'phone.test';
const QUIET = 1500; /* In which nothing more may come [ms] */
const STOP = 3000;  /* The contract: orderly end within [ms] */
const SDP = 'Content-Type: application/sdp\r\n';

const SANITIZED = { sanitized: true };

let serial = 0;

/** A phone on a scripted server */
async function scripted(lab, changes = {}, { ready = true, before } = {})
{
	const server = new Scripted(lab.certs);

	await server.start();
	lab.later(() => server.stop());
	before?.(server);
	return { server, phone: await lab.phone({ url: server.url,
		call: { media: 'audio' }, ...changes }, { ready }) };
}

const challenge = (nonce, more = '', name = 'WWW') =>
	`${name}-Authenticate: Digest realm="${REALM}", nonce="${nonce}", ` +
	`opaque="o", qop="auth", algorithm=MD5${more}\r\n`;

const nonce_in = (text) => text.match(/nonce="([^"]*)"/)?.[1];

/* A reply with a body and a Contact */
const with_sdp = (request, first, sdp) => reply_to(request, first,
	`Contact: <sip:lab@127.0.0.1;transport=ws>\r\n${SDP}`)
	.replace(/Content-Length: 0\r\n\r\n$/,
		 `Content-Length: ${Buffer.byteLength(sdp)}\r\n\r\n${sdp}`);

const body_of = (text) => text.slice(text.indexOf('\r\n\r\n') + 4);

/* The registrar says these in turn, then always the last */
function registrar(server, ...replies)
{
	const good = server.register;
	const asked = [];

	server.register = (text) => {
		asked.push(text);
		const one = replies[asked.length - 1] ?? replies.at(-1);
		return one ? reply_to(text, ...one) : good(text);
	};
	return asked;
}

const REFUSED = '401 Unauthorized';

async function registers(lab, replies, check, changes = {})
{
	let asked;
	const { server, phone } = await scripted(lab, changes,
		{ ready: false, before: (s) => {
			asked = registrar(s, ...replies);
		} });

	return check({ server, phone, asked });
}

/* 100 comes, too, before each */
const trying = (lab) => registers(lab, [[REFUSED, challenge('n1')], null],
	async ({ server, phone, asked }) => {
		const { register } = server;
		server.register = (text) => {
			server.send(reply_to(text, '100 Trying'));
			return register(text);
		};
		await phone.ready();
		assert(asked.length >= 2);
	});

/* The nonce is too old: not the password */
const stale = (lab) => registers(lab, [[REFUSED, challenge('n1')],
	[REFUSED, challenge('n2', ', stale=true')], null],
	async ({ phone, asked }) => {
		await phone.ready();
		assert.deepEqual(asked.map(nonce_in), [undefined, 'n1', 'n2']);
		assert.match(asked[2], /nc=00000001/);
		return `${asked.length} REGISTERs, the last with the new one`;
	});

/* Refused again: nothing more comes */
const refused = (code, name) => (lab) => registers(lab,
	[[code, challenge('n1', '', name)], [code, challenge('n2', '', name)]],
	async ({ phone, asked }) => {
		/* Now that somebody listens, and there is a connection */
		await phone.register();
		const gone = await phone.wait('terminated', { match: (e) =>
			e.session === 'register' });
		await never('a third try', () => asked.length > 2, QUIET);
		assert.equal(gone.code, Number(code.slice(0, 3)));
		assert.equal(await phone.registered(), false);
		const field = name === 'Proxy' ? 'Proxy-Authorization' :
			'Authorization';
		assert(header(asked[1], field), `no ${field}`);
		return `2 REGISTERs, ${gone.code} ${gone.reason}`;
	}, { account: { register: 'no' } });

/* The server says nothing to the last REGISTER */
async function silent_end(lab)
{
	const { server, phone } = await scripted(lab);

	server.register = () => '\r\n';
	const { code, ms } = await phone.stop();
	assert.equal(code, 0);
	assert(ms < STOP + 500, `${ms} ms`);
	assert.equal(header(server.events.list.findLast((e) =>
		e.event === 'REGISTER').text, 'Expires'), '0');
	return `ended after ${ms.toFixed(0)} ms`;
}

/* The phone's INVITE to somebody */
async function calls(server, phone, to = 'johndoe')
{
	const from = server.events.mark();

	await phone.must('call', to);
	return server.events.wait('INVITE', { from });
}

const over = async (phone, from = 0) => {
	const gone = await phone.call_event('terminated', { from });

	await until('no call left', async () => await phone.calls() === 0);
	return gone;
};

async function refusals(lab)
{
	const { server, phone } = await scripted(lab);
	const said = [];

	for (const status of ['486 Busy Here', '603 Decline', '404 Not Found',
			      '480 Temporarily Unavailable']) {
		const from = phone.events.mark();
		const mark = server.events.mark();
		const invite = await calls(server, phone);
		assert.equal(invite.text.split(' ')[1], `sip:johndoe@${REALM}`);
		server.send(reply_to(invite.text, status));
		const ack = await server.events.wait('ACK', { from: mark });
		assert.equal(branch_of(ack.text), branch_of(invite.text));
		const { code } = await over(phone, from);
		assert.equal(code, Number(status.slice(0, 3)));
		said.push(code);
	}
	return `${said.join(', ')}, each acknowledged`;
}

/* It hangs up before anything was heard: CANCEL waits for that */
async function cancels(lab)
{
	const { server, phone } = await scripted(lab);
	const invite = await calls(server, phone);
	const mark = server.events.mark();
	const has = () => server.events.find((e) => e.event === 'CANCEL', mark);

	await phone.must('hangup');
	await never('a CANCEL before any reply', has, QUIET);
	server.send(reply_to(invite.text, '100 Trying'));
	const cancel = await server.events.wait('CANCEL', { from: mark });
	assert.equal(branch_of(cancel.text), branch_of(invite.text));
	server.send(reply_to(cancel.text, '200 OK'));
	server.send(reply_to(invite.text, '487 Request Terminated'));
	await server.events.wait('ACK', { from: mark });
	const { code, reason } = await over(phone);
	return `"${code} ${reason}"`;
}

async function no_answer(lab)
{
	const { server, phone } = await scripted(lab,
		{ call: { media: 'audio', no_answer: '5s' } });
	const invite = await calls(server, phone);
	const start = now();

	server.send(reply_to(invite.text, '180 Ringing'));
	const cancel = await server.events.wait('CANCEL');
	const ms = now() - start;
	server.send(reply_to(cancel.text, '200 OK'));
	server.send(reply_to(invite.text, '487 Request Terminated'));
	await over(phone);
	assert(ms > 4000 && ms < 6500, `CANCEL after ${ms} ms`);
	return `CANCEL after ${ms.toFixed(0)} ms of 5 s`;
}

/* The phone's call is up; nobody is where its media go */
async function up(server, phone, first = [])
{
	const mark = server.events.mark();
	const invite = await calls(server, phone);
	const sdp = answer_to(body_of(invite.text));

	for (const status of first)
		server.send(with_sdp(invite.text, status, sdp));
	if (first.length)
		await phone.call_event('m_early_media');
	const ok = with_sdp(invite.text, '200 OK', sdp);
	server.send(ok);
	const ack = await server.events.wait('ACK', { from: mark });
	assert.notEqual(branch_of(ack.text), branch_of(invite.text));
	return { invite, ok, ack };
}

async function early(lab)
{
	const { server, phone } = await scripted(lab);

	await up(server, phone, ['183 Session Progress']);
	const code = await hangs_up(server, phone, ['200 OK']);
	return `183, m_early_media, 200, ACK, BYE ${code}`;
}

/* Its BYE gets these in turn; the last code */
async function hangs_up(server, phone, replies)
{
	let mark = server.events.mark();
	const heard = phone.events.mark();

	await phone.must('hangup');
	for (const [i, status] of replies.entries()) {
		const bye = await server.events.wait('BYE', { from: mark });
		mark = server.events.mark();
		if (i)
			assert(header(bye.text, 'Proxy-Authorization'),
			       'no credentials');
		server.send(reply_to(bye.text, status, /^407/.test(status) ?
			challenge('b1', '', 'Proxy') : ''));
	}
	await over(phone, heard);
	assert.equal(phone.events.list.slice(heard).filter((e) =>
		e.event === 'terminated').length, 1);
	return replies.at(-1).slice(0, 3);
}

const bye = (...replies) => async (lab) => {
	const { server, phone } = await scripted(lab,
		{ account: { auth_in_call: 'yes' } });

	await up(server, phone);
	await hangs_up(server, phone, replies);
	return replies.join(', ');
};

/* An INVITE of the server's */
function invite_of(sdp = '', more = '')
{
	const id = `variant-${++serial}@${REALM}`;

	return { id, text: `INVITE sip:board@${REALM} SIP/2.0\r\n` +
		`Via: SIP/2.0/WSS 127.0.0.1:1;branch=z9hG4bK-v${serial}\r\n` +
		'Max-Forwards: 70\r\nFrom: <sip:lab@phone.test>;' +
		`tag=v${serial}\r\nTo: <sip:board@${REALM}>\r\n` +
		`Call-ID: ${id}\r\nCSeq: 1 INVITE\r\nContact: ` +
		`<sip:lab@127.0.0.1;transport=ws>\r\n${more}${sdp ? SDP : ''}` +
		`Content-Length: ${Buffer.byteLength(sdp)}\r\n\r\n${sdp}` };
}

const replies_to = (server, id, code) => server.events.list.filter((e) =>
	e.id === id && e.code === code);

const next_of = (text, method, ok) => text
	.replace(/^INVITE/, method).replace('1 INVITE',
		`${method === 'ACK' ? 1 : 2} ${method}`)
	.replace(/^To:.*$/m, ok.match(/^To:.*$/m)[0])
	.replace(/branch=[^;\r]*/, `branch=z9hG4bK-n${++serial}`)
	.replace(/^Content-Type.*\r\n/m, '')
	.replace(/Content-Length[^]*$/, 'Content-Length: 0\r\n\r\n');

async function repeats(lab)
{
	const { server, phone } = await scripted(lab,
		{ call: { media: 'audio', auto_answer: 'yes' } });
	const { id, text } = invite_of(description(['0'], line('audio', '0')));

	server.send(text);
	await until('200 three times', () =>
		replies_to(server, id, 200).length >= 3);
	const [a, b, c] = replies_to(server, id, 200);
	const gaps = [b.at - a.at, c.at - b.at];
	server.send(next_of(text, 'ACK', a.text));
	const before = replies_to(server, id, 200).length;
	await never('a 200 after the ACK', () =>
		replies_to(server, id, 200).length > before, QUIET);
	assert(gaps[0] > 400 && gaps[1] > 800, `gaps of ${gaps} ms`);
	const second = next_of(text, 'BYE', a.text);
	server.send(second);
	await over(phone);
	return `200 again after ${gaps.map((g) => g.toFixed(0)).join(', ')} ` +
		'ms, no more after ACK';
}

/* Offers of one to four lines, and what has to be answered */
const OFFERS = [
	[[['audio', '0']], /^audio [1-9]/],
	[[['audio', '0'], ['video', '96']], /^audio [1-9]/, /^video 0 /],
	[[['audio', '0'], ['application', 'webrtc-datachannel', {
		proto: 'UDP/DTLS/SCTP', more: ['a=sctp-port:5000'] }]],
		/^audio [1-9]/,
		/^application 0 UDP\/DTLS\/SCTP webrtc-datachannel$/],
	[[['video', '96', { port: 0 }], ['text', '98'], ['audio', '0'],
		['video', '97']], /^video 0 /, /^text 0 .* 98$/,
		/^audio [1-9]/, /^video 0 /],
];

async function offers(lab)
{
	const { server, phone } = await scripted(lab,
		{ call: { media: 'audio', auto_answer: 'yes' } });
	const said = [];

	for (const [lines, ...wanted] of OFFERS) {
		const from = phone.events.mark();
		const { id, text } = invite_of(description(
			lines.map((_, i) => String(i)),
			...lines.map(([kind, formats, more], i) => line(kind,
				String(i), { formats, ...more }))));
		server.send(text);
		const ok = await server.events.wait('SIP/2.0', { match: (e) =>
			e.id === id && e.code >= 200 });
		const got = lines_of(body_of(ok.text));
		assert.equal(got.length, wanted.length, got.join('; '));
		wanted.forEach((like, i) => assert.match(got[i], like));
		server.send(next_of(text, 'ACK', ok.text));
		server.send(next_of(text, 'BYE', ok.text));
		await over(phone, from);
		said.push(got.map((m) => m.replace(/ ([1-9]\d*) .*/, ' N')
			.replace(/ 0 .*/, ' 0')).join(' '));
	}
	return said.join('; ');
}

/* Answers that do not fit the offer: an error and a BYE, never a call */
const ANSWERS = {
	'no line': (sdp) => sdp.split(/^m=/m)[0],
	'one line more': (sdp) => sdp + line('video', '7',
		{ setup: 'active', formats: '96' }),
	'another kind': (sdp) => sdp.replace(/^m=audio/m, 'm=video'),
	'no fingerprint': (sdp) => sdp.replace(/^a=fingerprint.*\r\n/mg, ''),
};

async function answers(lab)
{
	const { server, phone } = await scripted(lab);
	const said = [];

	for (const [name, change] of Object.entries(ANSWERS)) {
		const from = phone.events.mark();
		const mark = server.events.mark();
		const invite = await calls(server, phone);
		server.send(with_sdp(invite.text, '200 OK',
			change(answer_to(body_of(invite.text)))));
		await server.events.wait('ACK', { from: mark });
		const end = await server.events.wait('BYE', { from: mark });
		server.send(reply_to(end.text, '200 OK'));
		const { reason } = await over(phone, from);
		assert(!phone.events.find((e) => e.event === 'connected' &&
			e.session === 'call', from), `${name}: connected`);
		said.push(`${name}: "${reason}"`);
	}
	return said.join(', ');
}

export default [
	['variant: 100 before each reply to REGISTER', trying, SANITIZED],
	['variant: 401 with stale=true', stale, SANITIZED],
	['variant: 401 twice', refused(REFUSED, 'WWW'), SANITIZED],
	['variant: 407 twice', refused('407 Proxy Authentication Required',
				       'Proxy'), SANITIZED],
	['variant: no reply to the last REGISTER', silent_end, SANITIZED],
	['variant: refused calls', refusals, SANITIZED],
	['variant: CANCEL waits for the first reply', cancels, SANITIZED],
	['variant: nobody answers', no_answer, SANITIZED],
	['variant: early media', early, SANITIZED],
	['variant: BYE without 100', bye('200 OK'), SANITIZED],
	['variant: BYE is challenged', bye('407 Proxy Authentication Required',
					   '200 OK'), SANITIZED],
	['variant: BYE to a call that is gone',
	 bye('481 Call Does Not Exist'), SANITIZED],
	['variant: 200 is repeated until ACK', repeats, SANITIZED],
	['variant: every m-line of an offer is answered', offers, SANITIZED],
	['variant: answers that do not fit', answers, SANITIZED],
];
