/**
 * @file tests/interop/scenarios/faults.mjs  Faults of others, not to come back
 *
 *     phone <- wss -> scripted server <- far end by hand
 *
 * What sipML5 got wrong, and no other scenario looks at. Names end with the
 * row of the acceptance table.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { FarEnd, SOUND, body_of, header, over, phone_called, scripted,
	 sections, with_server } from '../lab/farend.mjs';
import { reply_to } from '../lab/scripted.mjs';
import { never, until } from '../lab/wait.mjs';

const SANITIZED = { sanitized: true };
const QUIET = 3500; /* Timer A would have fired at 0.5, 1.5 and 3.5 s [ms] */

const DIGEST = 'Digest realm="phone.test", nonce="n1", qop="auth"\r\n';

/* INFO and REFER within a call are challenged, and answer */
async function challenged(server, phone)
{
	const far = await phone_called(server, phone);

	for (const [method, ...command] of [
		['INFO', 'dtmf', '1'],
		['REFER', 'transfer', 'nearer'],
	]) {
		await phone.must(...command);
		const first = await far.wait(method);
		assert.equal(header(first.text, 'Proxy-Authorization'),
			     undefined);
		far.reply(first, '407 Proxy Authentication Required',
			  { more: `Proxy-Authenticate: ${DIGEST}` });
		const again = await far.wait(method, { match: (e) =>
			e.cseq !== first.cseq });
		assert.match(header(again.text, 'Proxy-Authorization'),
			     /username="board".*response="\w+"/);
		far.reply(again, method === 'INFO' ? '200 OK' :
			  '603 Decline');
	}
	await phone.call_event('o_ect_failed');
	await far.bye();
	await over(phone, { why: 'bye' });
}

/* It is a Route in what follows, and no header of ours; RFC 3608 */
async function service_route(server, phone)
{
	const { register } = server;

	server.register = (text) => register(text).replace('Contact:',
		'Service-Route: <sip:one.test;lr>, <sip:two.test;lr>\r\n' +
		'Contact:');
	await phone.must('register');
	await phone.wait('registration_refreshed');
	const far = await phone_called(server, phone);
	const routes = far.invite.text.match(/^Route:.*$/mg).join(',');
	assert.match(routes, /one\.test;lr>.*two\.test;lr>/);
	await far.bye();
	await over(phone, { why: 'bye' });
	for (const { text } of server.events.list.filter((e) => e.text)) {
		assert.equal(header(text, 'Service-Route'), undefined);
		const contact = header(text, 'Contact') ?? '';
		assert(!/transport=wss/i.test(contact), contact);
		assert(/transport=ws[;>]/.test(contact) ||
		       !/^(REGISTER|INVITE)/.test(text), contact);
	}
	return routes;
}

/* A WebSocket is reliable, whatever the Via says: nothing is said twice */
async function said_once(server, phone)
{
	await phone.must('call', 'far', 'audio');
	const invite = await server.events.wait('INVITE');
	assert.match(header(invite.text, 'Via'), /^SIP\/2\.0\/WSS /);
	await phone.must('msg', 'far', 'hello');
	await server.events.wait('MESSAGE');
	const seen = () => server.events.list.filter((e) =>
		['INVITE', 'MESSAGE'].includes(e.event)).length;
	await never('a request repeated', () => seen() > 2, QUIET);
	const far = new FarEnd(server).take(invite);
	far.reply(invite, '486 Busy Here');
	await over(phone, { code: 486 });
}

/* What a description says of rates and sizes, and which media it has */
const shape = (text) => sections(body_of(text)).map((part) =>
	part.match(/^(m=\w+|b=.*|a=imageattr.*|a=(send|recv)\w+)/mg).join(' '));

/* Headers, tags, kind and direction of a call end with it */
async function call_by_call(server, phone)
{
	const list = [];

	for (const args of [[], ['audio', 'recvonly', 'header=X-Pin:1234',
				 'caps=+sip.ice'], []]) {
		const from = server.events.mark();
		const since = phone.events.mark();
		await phone.must('call', 'far', ...args);
		const far = new FarEnd(server).take(
			await server.events.wait('INVITE', { from }));
		list.push(far.invite.text);
		far.reply(far.invite, '486 Busy Here');
		await phone.call_event('terminated', { from: since });
	}
	const [first, other, last] = list;
	assert.equal(header(other, 'X-Pin'), '1234');
	assert.match(header(other, 'Contact'), /\+sip\.ice/);
	assert.equal(shape(other).length, 1);
	assert.match(shape(other)[0], /a=recvonly/);
	for (const text of [first, last]) {
		assert.equal(header(text, 'X-Pin'), undefined);
		assert.doesNotMatch(header(text, 'Contact'), /\+sip\.ice/);
	}
	assert.deepEqual(shape(last), shape(first));
	assert.equal(shape(last).length, 2);
	assert.match(shape(last)[1], /b=(AS|TIAS):/);
	return shape(last).join('; ');
}

/* Each listener hears all, and one that leaves takes nothing with it */
async function two_listen(server, phone)
{
	const listen = async () => {
		const child = spawn(phone.program, ['ctl', '-s', phone.socket,
			'--json', 'events'],
			{ stdio: ['ignore', 'pipe', 'ignore'] });
		const one = { child, text: '' };
		child.stdout.on('data', (data) => { one.text += data; });
		return one;
	};
	const [a, b] = [await listen(), await listen()];
	const told = async (n) => {
		const from = server.events.mark();
		await phone.must('msg', 'far', 'hello');
		const ask = await server.events.wait('MESSAGE', { from });
		server.send(reply_to(ask.text, '200 OK'));
		await phone.wait('connected', { match: (e) =>
			e.session === 'message' && e.id === n });
	};
	const of_messages = ({ text }) => text.split('\n').filter((line) =>
		line.includes('"session":"message"') ||
		line.includes('"session": "message"'));

	let n = 0;
	await until('both listen', async () => {
		await told(++n);
		return of_messages(a).length && of_messages(b).length;
	});
	const mark = [a, b].map((one) => of_messages(one).length);
	await told(++n);
	await until('both have heard', () => [a, b].every((one, i) =>
		of_messages(one).length > mark[i]));
	const last = [a, b].map((one) => of_messages(one).at(-1));
	assert.equal(last[0], last[1]);
	a.child.kill();
	const before = of_messages(b).length;
	await told(++n);
	await until('the other still hears', () =>
		of_messages(b).length > before);
	b.child.kill();
}

/* A message is accepted, or refused with a code; sipML5 says nothing */
async function messages(server, phone)
{
	const far = new FarEnd(server);
	const said = [];

	far.mine = `<sip:far@phone.test>;tag=${far.tag}`;
	far.theirs = '<sip:board@phone.test>';
	far.target = 'sip:board@phone.test';
	for (const [type, code] of [['text/plain;charset=utf-8', 200],
				    ['application/octet-stream', 415],
				    ['text/html', 415]]) {
		far.id = `message-${type.replace(/\W/g, '-')}@phone.test`;
		const request = far.request('MESSAGE', { body: 'hello', type });
		await far.response(request, code);
		said.push(`${type} ${code}`);
	}
	assert.equal(phone.events.list.filter((e) =>
		e.event === 'i_new_message').length, 1);
	return said.join(', ');
}

/* Whom a process talks to, as the kernel has it: local and remote, in hex */
function peers_of(pid)
{
	const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => {
		try {
			return readlinkSync(`/proc/${pid}/fd/${fd}`);
		} catch {
			return ''; /* Closed meanwhile */
		}
	}).map((link) => link.match(/^socket:\[(\d+)\]/)?.[1]));

	return ['tcp', 'udp', 'tcp6', 'udp6'].flatMap((kind) =>
		readFileSync(`/proc/net/${kind}`, 'utf8').trim().split('\n')
			.slice(1).map((line) => line.trim().split(/\s+/)))
		.filter((field) => inodes.has(field[9]))
		.map((field) => field[2].split(':')[0]);
}

/* No ICE server in the file is none at all: what is offered is the host's own,
 * and nobody is talked to but the server that is configured */
async function nobody_else(server, phone)
{
	const seen = new Set();
	const look = () => peers_of(phone.child.pid).forEach((a) =>
		seen.add(a));

	look();
	await phone.must('call', 'far', 'audio');
	look();
	const far = new FarEnd(server).take(
		await server.events.wait('INVITE'));
	far.answer();
	await far.wait('ACK');
	await phone.call_event('connected');
	for (let i = 0; i < 5; i++) {
		look();
		await phone.must('status');
	}
	const candidates = body_of(far.invite.text).match(
		/^a=candidate:.*$/mg);
	assert(candidates.length > 0);
	for (const line of candidates)
		assert.match(line, / typ host/);
	for (const address of seen)
		assert(['00000000', '0100007F', '0'.repeat(32)]
			.includes(address), `it talks to ${address}`);
	await far.bye();
	await over(phone, { why: 'bye' });
	return `${candidates.length} host candidates, no one but the server`;
}

/* A device that cannot be had refuses nothing until it is used; then the call
 * ends, and says why */
async function no_microphone(server, phone)
{
	const refused = () => phone.events.find((e) =>
		e.event === 'm_permission_refused');
	const far = new FarEnd(server).call();

	await far.response(far.invite, 180);
	assert(!refused(), 'nobody wanted the microphone');
	await phone.ctl('answer');
	const { text } = await far.response(far.invite, 603);
	assert.match(text, /^SIP\/2\.0 603 Media stream permission denied\r/);
	await phone.call_event('m_permission_refused');
	await over(phone, { code: 603 });
	return text.split('\r')[0];
}

const deaf = (lab) => with_server(lab, no_microphone, { ...SOUND, audio: {
	device: `sim:file=${lab.microphone},${lab.dir}/nowhere/out.wav` } });
const ALONE = { ...SOUND, ice: { servers: undefined } };
const IN_CALL = { ...SOUND, account: { auth_in_call: 'yes' },
		  audio: { dtmf: 'info' } };
const PICTURE = { call: { media: 'av' },
		  video: { camera: 'sim:pattern', bitrate: '500k' } };

export default [
	['far end: no microphone, when it is needed (A-4.2)',
	 deaf, SANITIZED],
	['far end: no server of others by default (A-EX.3)',
	 scripted(nobody_else, ALONE), SANITIZED],
	['far end: INFO, REFER are challenged, and answer (A-EX.8)',
	 scripted(challenged, IN_CALL), SANITIZED],
	['far end: Service-Route becomes Route, transport is ws (A-EX.5)',
	 scripted(service_route), SANITIZED],
	['far end: MESSAGE gets 200, 415 (A-EX.7)', scripted(messages),
	 SANITIZED],
	['far end: nothing is said twice on a WebSocket (A-EX.14)',
	 scripted(said_once), SANITIZED],
	['far end: what one call asks for is not the next one\'s (A-EX.15)',
	 scripted(call_by_call, PICTURE), SANITIZED],
	['far end: two listen to events, both hear all (A-EX.16)',
	 scripted(two_listen), SANITIZED],
];
