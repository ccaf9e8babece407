/**
 * @file tests/interop/lab/farend.mjs  The other side of a call, by hand
 *
 *     test -> [far end] -> scripted server <- wss -> phone
 *
 * Says in a call what a test wants, at the time that it wants; nothing goes
 * by itself. Media there are none: its address takes nothing.
 */
import assert from 'node:assert/strict';
import { Scripted, header, reply_to } from './scripted.mjs';

const CONTACT = 'Contact: <sip:far@127.0.0.1;transport=ws>\r\n';
const FINGERPRINT = Array(32).fill('4A').join(':');

let serial = 0;

const headers = (text, name) => [...text.matchAll(
	new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, 'gmi'))]
	.map(([, value]) => value);

export const body_of = (text) => text.slice(text.indexOf('\r\n\r\n') + 4);

/** A message with another body */
const with_body = (text, body, type = 'application/sdp') => text.replace(
	/Content-Length: 0\r\n\r\n$/, `${body ? `Content-Type: ${type}\r\n` :
		''}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

/* What every m-line of ours has */
const section = (kind, mid, { setup, pt, port = 9, lines = '' }) =>
	`m=${kind} ${port} UDP/TLS/RTP/SAVPF ${pt}\r\n` +
	'c=IN IP4 127.0.0.1\r\n' + (port ? `a=mid:${mid}\r\n` +
	`a=setup:${setup}\r\na=ice-ufrag:farr\r\n` +
	`a=ice-pwd:farfarfarfarfarfarfarfar\r\na=fingerprint:sha-256 ${
		FINGERPRINT}\r\na=rtcp-mux\r\na=sendrecv\r\n` +
	'a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\n' +
	lines : `a=mid:${mid}\r\n`);

const head = (version, mids) => 'v=0\r\n' +
	`o=far 42 ${version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n` +
	`a=group:BUNDLE ${mids.join(' ')}\r\n`;

/** An offer of sound */
export const offer = (version = 1) => head(version, ['0']) +
	section('audio', '0', { setup: 'actpass', pt: '111',
		lines: 'a=rtpmap:111 opus/48000/2\r\n' });

/** The m-lines of a description, each with what belongs to it */
export const sections = (sdp) => sdp.split(/^(?=m=)/m).slice(1);

/**
 * An answer to an offer: its first format, of what is of a kind in `kinds`.
 *
 * @param change Of the list of sections, before they are joined
 */
export function answer(sdp, { kinds = ['audio'], version = 1,
			      change = (list) => list } = {})
{
	const mids = [];
	const list = sections(sdp).map((text) => {
		const [, kind, pt] = text.match(
			/^m=(\w+) \d+ \S+ (\d+)/);
		const mid = text.match(/^a=mid:(.*?)\r?$/m)[1];
		const lines = text.match(new RegExp(
			`^a=(rtpmap|fmtp):${pt} .*$`, 'gm'))
			.map((line) => `${line.trim()}\r\n`).join('');
		const taken = kinds.includes(kind);

		if (taken)
			mids.push(mid);
		return section(kind, mid, { setup: 'active', pt, lines,
					    port: taken ? 9 : 0 });
	});

	return head(version, mids) + change(list).join('');
}

/** One dialog as this side has it */
export class FarEnd {
	cseq = 0;

	/** @param tag Of this side: one of a fork has one of its own */
	constructor(server, tag = `far${++serial}`)
	{
		this.server = server;
		this.tag = tag;
	}

	/** Await the INVITE of the phone, which has called `to` */
	async called(phone, to = 'far')
	{
		const from = this.server.events.mark();

		if (phone)
			await phone.must('call', to, 'audio');
		return this.take(await this.server.events.wait('INVITE',
							       { from }));
	}

	/** This INVITE is for us, too */
	take(invite)
	{
		this.invite = invite;
		this.id = invite.id;
		this.mine = `${header(invite.text, 'To')};tag=${this.tag}`;
		this.theirs = header(invite.text, 'From');
		this.target = header(invite.text, 'Contact')
			.match(/<(.*?)>/)[1];
		return this;
	}

	/** Call the phone; `body` null for none */
	call({ more = '', body = offer() } = {})
	{
		this.id = `far-${++serial}@phone.test`;
		this.mine = `<sip:far@phone.test>;tag=${this.tag}`;
		this.theirs = '<sip:board@phone.test>';
		this.target = 'sip:board@phone.test';
		this.invite = this.request('INVITE', { more, body });
		return this;
	}

	/** Reply to a request of the phone */
	reply(request, line, { more = '', body = '' } = {})
	{
		const text = reply_to(request.text, line, CONTACT + more)
			.replace(';tag=lab', `;tag=${this.tag}`);

		this.server.send(with_body(text, body));
	}

	/** Answer its INVITE, or re-INVITE, with an answer */
	answer(invite = this.invite, options = {})
	{
		this.reply(invite, '200 OK', { ...options,
			body: options.body ?? answer(body_of(invite.text),
						     options) });
	}

	/** Send a request within the dialog, or to begin one */
	request(method, { more = '', body = '', type, cseq, branch } = {})
	{
		const number = cseq ?? ++this.cseq;
		const text = with_body(`${method} ${this.target} SIP/2.0\r\n` +
			'Via: SIP/2.0/WSS far.invalid;branch=' +
			`${branch ?? `z9hG4bK-far${++serial}`}\r\n` +
			`Max-Forwards: 70\r\nFrom: ${this.mine}\r\n` +
			`To: ${this.theirs}\r\nCall-ID: ${this.id}\r\n` +
			`CSeq: ${number} ${method}\r\n${CONTACT}${more}` +
			'Content-Length: 0\r\n\r\n', body ?? '', type);
		const sent = { text, id: this.id, number,
			       from: this.server.events.mark() };

		this.server.send(text);
		return sent;
	}

	/** The CANCEL of our INVITE */
	cancel()
	{
		return this.request('CANCEL', { cseq: this.invite.number,
			branch: this.invite.text.match(/branch=(\S+)/)[1] });
	}

	/** Await a response to a request of ours; learn the dialog from it */
	async response(request, code, { like = code >= 200 ?
		(e) => e.code >= 200 : () => true, ...options } = {})
	{
		const method = request.text.split(' ')[0];
		const got = await this.server.events.wait('SIP/2.0',
			{ from: request.from, ...options, match: (e) =>
				e.id === this.id && e.code !== 100 &&
				e.cseq === `${request.number} ${method}` &&
				like(e) });

		if (code !== undefined)
			assert.equal(got.code, code, `${method}: ${got.text}`);
		if (request === this.invite && /;tag=/.test(
			header(got.text, 'To'))) {
			this.theirs = header(got.text, 'To');
			this.target = header(got.text, 'Contact')
				?.match(/<(.*?)>/)[1] ?? this.target;
		}
		return got;
	}

	/** The ACK of a 2xx of the phone */
	ack(request = this.invite, body = '')
	{
		return this.request('ACK', { cseq: request.number, body });
	}

	/** Await a request of the phone to this side, in this dialog */
	wait(method, { from = 0, match = () => true, ...options } = {})
	{
		return this.server.events.wait(method, { from, ...options,
			match: (e) => e.id === this.id &&
				header(e.text, 'To').includes(
					`;tag=${this.tag}`) && match(e) });
	}

	/** Await the CANCEL of its INVITE */
	wait_cancel()
	{
		return this.server.events.wait('CANCEL', { match: (e) =>
			e.id === this.id });
	}

	/** Every message of the phone in this call of such a name */
	all(name)
	{
		return this.server.events.list.filter((e) =>
			e.event === name && e.id === this.id);
	}

	/** Await its BYE and confirm it */
	async ended(options)
	{
		const bye = await this.wait('BYE', options);

		this.reply(bye, '200 OK');
		return bye;
	}

	/** End the call ourselves */
	async bye()
	{
		await this.response(this.request('BYE'), 200);
	}
}

/** A phone on a scripted server, registered there */
export async function with_server(lab, run, { upgrade, ready = true,
					      ...changes } = {})
{
	const server = new Scripted(lab.certs, upgrade);

	await server.start();
	try {
		const phone = await lab.phone({ url: server.url, ...changes },
					      { ready });
		return await run(server, phone);
	} finally {
		server.stop();
	}
}

/** A phone's configuration */
export const SOUND = { call: { media: 'audio' } };

/** A scenario with both: run(server, phone, lab) */
export const scripted = (run, changes = SOUND) => (lab) =>
	with_server(lab, (server, phone) => run(server, phone, lab), changes);

/** How often an event of a call came */
export const count = (phone, name) => phone.events.list.filter((e) =>
	e.event === name && e.session === 'call').length;

/** A call of the phone that the far end has answered */
export async function phone_called(server, phone, options)
{
	const far = await new FarEnd(server).called(phone);

	far.answer(far.invite, options);
	await far.wait('ACK');
	await phone.call_event('connected');
	return far;
}

/** A call of the far end that the phone has answered */
export async function phone_answered(server, phone, options)
{
	const far = new FarEnd(server).call(options);

	await far.response(far.invite, 180);
	await phone.must('answer');
	await far.response(far.invite, 200);
	far.ack();
	await phone.call_event('connected');
	return far;
}

/** How the phone says that a call is over, which it must say once */
export async function over(phone, expected = {})
{
	const event = await phone.call_event('terminated', { limit: 40000 });

	for (const [key, value] of Object.entries(expected))
		assert.equal(event[key], value, JSON.stringify(event));
	assert.equal(count(phone, 'terminated'), 1);
	return event;
}

export { header, headers };
