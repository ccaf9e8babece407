/**
 * @file tests/interop/criteria.mjs  What the phone must show, and what does
 *
 *     scenarios, as run -> [criteria] -> a table
 *
 * A row is a criterion of the acceptance list: its subject in short, the
 * scenarios that show it against real parts (names, or how names begin), and
 * the tests that show what only virtual time or no device can. A row holds
 * when each scenario of it passed, and there is one, and its tests exist; or,
 * without scenarios, when its tests exist. A-EX has a row for each fault of
 * sipML5, in the order in which they are written down.
 */
import { existsSync } from 'node:fs';

const TESTS = new URL('..', import.meta.url).pathname;

const row = (id, subject, shown, tests = '') => ({ id, subject, shown,
	tests: tests.split(' ').filter(Boolean) });

export const CRITERIA = [
	row('A-3.0', 'three modules, each with tests of its own',
	    ['RFC 4475 and 5118 messages on the wire'],
	    'unit/test_message unit/test_description unit/test_vectors ' +
	    'unit/test_ua unit/test_audio unit/test_videoout unit/test_voice'),
	row('A-3.1.1', 'WebSocket: upgrade, masks, subprotocol',
	    ['flow: registration, refresh',
	     'wrong answers to the upgrade are refused'],
	    'unit/test_upgrade unit/test_wsock loop/test_flow'),
	row('A-3.1.2', 'headers of each request, those configured too',
	    ['flow: configured headers, once in each request',
	     'far end: what one call asks for']),
	row('A-3.1.3', 'what is sent: Via, branch, ACK, CANCEL, replies',
	    ['flow: the phone calls', 'flow: the phone is called, and hung up',
	     'variant: refused calls',
	     'variant: CANCEL waits for the first reply']),
	row('A-3.1.4', 'what is received: frames of every shape, ping',
	    ['messages in every shape of frames', 'flood of pings',
	     'wrong frames end the flow with their code',
	     'RFC 4475 and 5118 messages on the wire']),
	row('A-3.2.1', 'offer, answer, ICE, with and without STUN',
	    ['browser calls, 20 s', 'phone calls, 20 s',
	     'STUN servers that do not answer', 'all media over a relay',
	     'far end: no server of others'],
	    'unit/test_gather unit/test_agent'),
	row('A-3.2.1b', 'device, descriptions and streams, in order',
	    ['kind: events of a call, in order'], 'loop/test_events'),
	row('A-3.2.2', 'both ways by default: audio, video, both',
	    ['kind: audio', 'kind: av', 'kind: video']),
	row('A-3.2.3', 'one way: watch only, be watched only',
	    ['kind: recvonly', 'kind: sendonly', 'page: three watch']),
	row('A-4.2', 'ready without a camera, too',
	    ['kind: ready without a camera', 'far end: no microphone']),
	row('A-4.3', 'stack: what is missing or wrong is named',
	    ['wrong configurations are named by line',
	     'missing files are one clear sentence',
	     'message: Pêche à la moule', 'browser calls, phone hangs up'],
	    'unit/test_config loop/test_events'),
	row('A-4.4', 'registered: on 200, refreshed',
	    ['registers over a path', 'registration is refreshed',
	     '423 Interval Too Brief', 'wrong password: two REGISTERs'],
	    'unit/test_registration unit/test_lapse'),
	row('A-4.5', 'call by name, accept, reject',
	    ['variant: refused calls', 'phone rejects: 603',
	     'browser rejects: 486', 'browser calls, phone hangs up']),
	row('A-4.6', 'screen share with sound',
	    ['screen: the phone calls with it',
	     'screen: in place of the camera', 'SIP.js: screen: '],
	    'unit/test_screen unit/test_sim_slides loop/test_slides'),
	row('A-4.7', 'MESSAGE: octets as they are, both ways',
	    ['message: Pêche à la moule', 'far end: MESSAGE gets'],
	    'unit/test_pager loop/test_letters'),
	row('A-4.8', 'PUBLISH: entity tag, refresh, 412, end',
	    ['presence: one phone tells', 'presence: is refreshed',
	     'presence: server forgets all', 'presence: on the wire',
	     'far end: PUBLISH gets 412', 'far end: SUBSCRIBE, PUBLISH, '],
	    'unit/test_publication loop/test_presence'),
	row('A-4.9', 'SUBSCRIBE, NOTIFY: documents of any maker, 481',
	    ['presence: as configured', 'presence: not allowed yet',
	     'presence: on the wire', 'far end: NOTIFY before the 200',
	     'far end: subscriptions that end', 'far end: SUBSCRIBE gets',
	     'far end: SUBSCRIBE, PUBLISH, '], 'unit/test_subscription ' +
	    'unit/test_subscription_end unit/test_pidf loop/test_presence'),
	row('A-5.1', 'registration, step by step',
	    ['flow: registration, refresh', 'wrong password: two REGISTERs',
	     'variant: 100 before each', 'variant: 401', 'variant: 407',
	     'digest with SHA-256']),
	row('A-5.2', 'the caller, step by step',
	    ['flow: the phone calls', 'variant: refused calls',
	     'variant: CANCEL waits', 'variant: nobody answers',
	     'variant: early media', 'phone cancels',
	     'gateway: no 100, no 180', 'far end: 302 ',
	     'far end: 200 repeated', 'far end: CANCEL ',
	     'far end: early media'],
	    'unit/test_redirect unit/test_calling loop/test_call'),
	row('A-5.3', 'the callee, step by step',
	    ['flow: the phone is called', 'variant: 200 is repeated',
	     'browser cancels', 'second call is rejected',
	     'far end: 200 of ours', 'far end: CANCEL of what'],
	    'unit/test_called loop/test_switching'),
	row('A-5.4', 'hang-up from here', ['flow: the phone hangs up',
	     'variant: BYE', 'far end: BYE gets'], 'loop/test_edges'),
	row('A-5.5', 'hang-up from there',
	    ['flow: the phone is called, and hung up',
	     'requests that are refused, and how',
	     'far end: BYE during', 'far end: BYE instead'],
	    'unit/test_reoffer loop/test_picture'),
	row('A-5.6', 'un-registration, in a call too',
	    ['flow: the phone ends in a call', 'flow: un-registration',
	     'variant: no reply to the last REGISTER',
	     'unregister and register by command'], 'unit/test_ua'),
	row('A-6.1', 'security: certificates, secrets',
	    ['certificate refused', 'certificate accepted',
	     'first server of the list', 'flow: no secret is told',
	     'compat: ', 'wrong configurations are named by line'],
	    'unit/test_trust unit/test_compat'),
	row('A-6.1b', 'security: floods by the server, in a call',
	    ['flood: '], 'loop/test_flood unit/test_transactions'),
	row('A-6.2a', 'm-lines: one to one',
	    ['variant: every m-line', 'variant: answers that do not fit',
	     'offer with video: its line is refused', 'far end: m-lines'],
	    'unit/test_offer_walk'),
	row('A-6.2b', 'SIP as gateways write it, and a real gateway',
	    ['gateway: ', 'plain: ', 'far end: no 180']),
	row('A-6.2c', 'ports of media that are others than said',
	    ['latch: no ICE', 'latch: no ICE, no rtcp-mux',
	     'latch: another port in the call'],
	    'unit/test_plain loop/test_gateway'),
	row('A-6.2c2', 'plain peers without a gateway: RTP, SDES, a warning',
	    ['direct: RTP', 'direct: SDES', 'simplest: '],
	    'unit/test_offer_keying unit/test_insecure ' +
	    'unit/test_openh264_encoder unit/test_encoding ' +
	    'loop/test_insecure_calls'),
	row('A-6.2d', 'sound at every rate',
	    ['sound: ', 'G.722, browser calls', 'G.722, phone calls',
	     'PCMU, browser calls', 'PCMA, phone calls'],
	    'unit/test_resampler loop/test_hour'),
	row('A-6.2e', 'picture within 2 s, after a loss too',
	    ['picture: both ways', 'picture: five seconds of nothing'],
	    'unit/test_keyrule unit/test_plea loop/test_picture'),
	row('A-EX.1', 'no hash of the password in the Contact',
	    ['compat: a gateway is asked', 'compat: the hash',
	     'flow: no secret is told'],
	    'unit/test_compat unit/test_config_compat'),
	row('A-EX.2', 'ICE servers are data, never run',
	    ['wrong configurations are named by line'],
	    'unit/test_config unit/test_servers'),
	row('A-EX.3', 'no proxy and no STUN server of others by default',
	    ['far end: no server of others'], 'unit/test_config'),
	row('A-EX.4', 'CANCEL waits for the first 1xx',
	    ['variant: CANCEL waits', 'far end: CANCEL waits'],
	    'unit/test_client'),
	row('A-EX.5', 'Service-Route becomes Route',
	    ['far end: Service-Route becomes Route'],
	    'unit/test_registration'),
	row('A-EX.6', 'transport=ws in the Contact, and never wss',
	    ['far end: Service-Route becomes Route, transport is ws']),
	row('A-EX.7', 'MESSAGE is answered, or refused with a code',
	    ['far end: MESSAGE gets', 'message: Pêche à la moule'],
	    'unit/test_pager'),
	row('A-EX.8', 'BYE, INFO, REFER answer a challenge',
	    ['variant: BYE is challenged', 'far end: BYE gets 401, 407',
	     'far end: INFO, REFER are challenged'],
	    'unit/test_credentials'),
	row('A-EX.9', 'it reconnects, and keeps the connection alive',
	    ['server killed in a call', 'page: the board goes and comes'],
	    'unit/test_retry loop/test_flow loop/test_link'),
	row('A-EX.10', 'it never waits for ICE without limit',
	    ['STUN servers that do not answer'],
	    'unit/test_gather loop/test_events'),
	row('A-EX.11', 'glare: 491, and again later', ['far end: glare'],
	    'unit/test_reoffer loop/test_hold'),
	row('A-EX.12', 'SHA-256', ['digest with SHA-256'],
	    'unit/test_credentials'),
	row('A-EX.13', 'devices are opened anew, no dead stream is kept',
	    ['kind: a picture is added and dropped',
	     'page: forty calls leave nothing behind'],
	    'loop/test_picture unit/test_studio_life unit/test_voice'),
	row('A-EX.14', 'nothing is repeated on a reliable transport',
	    ['far end: nothing is said twice'], 'unit/test_client'),
	row('A-EX.15', 'rates and sizes outlive what one call asks for',
	    ['far end: what one call asks for']),
	row('A-EX.16', 'several listen to events', ['far end: two listen'],
	    'unit/test_event'),
	row('A-EX.17', 'every event is emitted, those that it never does too',
	    ['kind: events of a call, in order'],
	    'loop/test_events loop/test_traffic loop/test_transfer ' +
	    'loop/test_presence'),
	row('extra', 'what users of such telephones ask for',
	    ['server killed in a call', 'hold: ', 'digits from', 'transfer: ',
	     'page: forty calls', 'kind: a picture is added and dropped',
	     'kind: session refresh', 'SIP.js: ',
	     'STUN servers that do not answer',
	     'far end: glare', 'far end: no server of others',
	     'two servers at once, one of which dies', 'accounts: '],
	    'loop/test_calls_many loop/test_events ' +
	    'loop/test_session_timer loop/test_hold loop/test_call ' +
	    'loop/test_switching loop/test_limits loop/test_accounts ' +
	    'unit/test_music unit/test_answermode'),
];

const PART = 60; /* Of what one scenario said [characters] */

/* One scenario for the table */
const brief = ({ name, text }) => text ? `${name}: ${text.split('\n')[0]
	.slice(0, PART)}` : name;

function judge({ shown, tests }, results)
{
	const of = shown.map((start) => results.filter((r) =>
		r.name.startsWith(start)));
	const missing = shown.filter((_, i) => !of[i].length)
		.concat(tests.filter((t) => !existsSync(`${TESTS}${t}.c`)));
	const all = [...new Set(of.flat())];
	const passed = all.filter((r) => r.verdict === 'pass');
	const failed = all.filter((r) => r.verdict === 'FAIL');

	return { passed, failed, missing, holds: !missing.length &&
		!failed.length && passed.length > 0 };
}

/**
 * Print the table.
 *
 * @param results { name, verdict, text } of each scenario
 *
 * @return How many rows do not hold
 */
export function tell(results)
{
	let open = 0;

	console.log('\nWhat it must show');
	for (const one of CRITERIA) {
		const { passed, failed, missing, holds } =
			judge(one, results);
		open += !holds;
		console.log(`  ${holds ? 'pass' : 'FAIL'}  ` +
			`${one.id.padEnd(9)}${one.subject}`);
		for (const name of missing)
			console.log(`          nothing shows it: ${name}`);
		for (const r of failed)
			console.log(`          FAILED ${r.name}`);
		for (const r of passed)
			console.log(`          ${brief(r)}`);
		if (one.tests.length)
			console.log(`          and ${one.tests.join(', ')}`);
	}
	return open;
}
