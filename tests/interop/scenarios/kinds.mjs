/**
 * @file tests/interop/scenarios/kinds.mjs  Kinds of calls, and of sound
 *
 *     phone <-> trace <-> kamailio <-> anna (Chromium, JsSIP)
 *
 * Audio, picture, both, one way only; at each rate of the phone's devices;
 * and a message.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { lines_of } from '../lab/answer.mjs';
import { BROWSER_TONE, LEVEL, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { REALM } from '../lab/kamailio.mjs';
import { Relay } from '../lab/relay.mjs';
import { header } from '../lab/scripted.mjs';
import { write_tone } from '../lab/sound.mjs';
import { status_of } from '../lab/status.mjs';
import { now, until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';
import { traced } from './flows.mjs';

const FIRST = 2000; /* Until packets of each kind came [ms] */
const REFRESH = 60000; /* Half of 90 s, and more [ms] */
const NOTHING = 5000; /* What the line loses [ms] */
const CAMERA = { camera: 'sim:pattern', size: '640x480', fps: 15 };
const PATTERN = { source: 'pattern', codec: 'VP8', fps: 15 };

const body_of = (text) => text.slice(text.indexOf('\r\n\r\n') + 4);

const direction_of = (sdp) => sdp.split(/^(?=m=)/m).slice(1).map((part) =>
	part.match(/^a=(sendrecv|sendonly|recvonly|inactive)/m)?.[1] ??
		'sendrecv');

/* Packets that each side has of each kind, as the browser counts */
async function packets(anna)
{
	const stats = await anna.lab('stats');
	const of = (kind) => stats[kind] ?? {};

	return { audio: of('inbound-rtp').packetsReceived ?? 0,
		 video: of('video inbound-rtp').packetsReceived ?? 0,
		 sent_audio: of('outbound-rtp').packetsSent ?? 0,
		 sent_video: of('video outbound-rtp').packetsSent ?? 0 };
}

/* A call of the phone's as said; its offer and what flows */
async function of_kind(lab, words, wanted, { video = null, display } = {})
{
	const dir = `${lab.dir}/kind-${words.join('-')}`;
	mkdirSync(dir, { recursive: true });
	const { trace, phone } = await traced(lab, { video: { ...CAMERA,
		display: display ? `file=${dir}` : 'none' } });
	const anna = await lab.fresh_anna();
	const from = anna.events.mark();

	await phone.must('call', 'anna', ...words);
	const { sdp } = await anna.wait('incoming', { from });
	assert.deepEqual(lines_of(sdp).map((m) => m.split(' ')[0]),
			 wanted.kinds);
	assert.deepEqual(direction_of(sdp), wanted.directions);
	await anna.lab('answer', { video });
	await phone.call_event('connected');
	await anna.wait('connection', { from, match: (e) =>
		e.state === 'connected' });
	const start = now();
	const got = await until('packets of each kind', async () => {
		const one = await packets(anna);
		return wanted.flows.every((name) => one[name] > 0) && one;
	});
	const ms = now() - start;
	assert(ms < FIRST, `packets after ${ms.toFixed(0)} ms`);
	const invite = trace.events.find((e) => e.event === 'INVITE');
	assert.equal(Number(header(invite.text, 'Content-Length')),
		     Buffer.byteLength(body_of(invite.text)));
	return { anna, phone, from, got, ms };
}

const said = ({ got, ms }) => `${JSON.stringify(got).replace(/"/g, '')} ` +
	`within ${ms.toFixed(0)} ms`;

async function ends({ anna, phone, from })
{
	await phone.must('hangup');
	await anna.wait('ended', { from });
	await phone.call_event('terminated');
}

const kind = (words, wanted, options) => async (lab) => {
	const call = await of_kind(lab, words, wanted, options);

	await ends(call);
	return said(call);
};

const BOTH = ['audio', 'sent_audio', 'video', 'sent_video'];

/* One way only: nothing at all comes the other way */
const one_way = (direction, flows, silent) => async (lab) => {
	const call = await of_kind(lab, ['av', direction], {
		kinds: ['audio', 'video'], directions: [direction, direction],
		flows }, { video: PATTERN, display: true });
	const { anna } = call;

	await until('some time', () => now() > call.from + FIRST);
	await anna.page.evaluate((ms) => new Promise((done) =>
		setTimeout(done, ms)), FIRST);
	const after = await packets(anna);
	for (const name of silent)
		assert.equal(after[name], 0, `${name}: ${after[name]}`);
	const reports = await until('reports of the phone', async () =>
		(await anna.lab('stats'))[direction === 'recvonly' ?
			'remote-inbound-rtp' : 'inbound-rtp']);
	assert(reports);
	await ends(call);
	return said({ got: after, ms: call.ms });
};

/* What a call tells, and in which order */
async function in_order(lab)
{
	const dir = `${lab.dir}/in-order`;
	mkdirSync(dir, { recursive: true });
	const phone = await lab.phone({ video: { ...CAMERA,
		display: `file=${dir}` } });
	const anna = await lab.fresh_anna();
	const from = anna.events.mark();

	await phone.must('call', 'anna', 'av');
	await anna.wait('incoming', { from });
	await anna.lab('answer', { video: PATTERN });
	await phone.wait('m_stream_video_remote_added');
	await ends({ anna, phone, from });
	const list = phone.events.list.filter((e) => e.session === 'call')
		.map((e) => e.event);
	const order = [['m_permission_requested', 'm_permission_accepted'],
		['connecting', 'i_ao_request'], ['i_ao_request', 'connected'],
		['connected', 'media_added'],
		['media_added', 'terminating'], ['terminating', 'terminated'],
		...['audio_local', 'audio_remote', 'video_local',
		    'video_remote'].flatMap((name) => [
			['connecting', `m_stream_${name}_added`],
			[`m_stream_${name}_added`,
			 `m_stream_${name}_removed`]])];
	for (const [first, second] of order)
		assert(list.includes(first) && list.indexOf(first) <
		       list.lastIndexOf(second),
		       `${first}, then ${second}: ${list.join(' ')}`);
	return list.join(' ');
}

/* No camera: ready all the same, and calls go without */
async function without_camera(lab)
{
	const phone = await lab.phone({ video: { camera: 'v4l2:/dev/none' } });
	const refused = () => phone.events.find((e) =>
		e.event === 'm_permission_refused');

	await phone.must('register');
	assert(!refused(), 'nobody wanted the camera');
	const { anna, from } = await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone);
	await ends({ anna, phone, from });
	assert.match(phone.log(), /camera: .* yet; it is looked for/);
	return figures;
}

/* A picture is added to a call that had none, and dropped */
async function added(lab)
{
	const phone = await lab.phone({ video: CAMERA,
		call: { media: 'audio' } });
	await lab.fresh_anna();
	const { anna, from } = await phone_calls(lab, phone);

	await phone.must('video', 'on');
	await anna.wait('seen', { from });
	const more = await packets(anna);
	assert(more.video > 0);
	await phone.must('video', 'off');
	await until('no more pictures', async () => {
		const before = (await packets(anna)).video;
		await anna.page.evaluate(() => new Promise((done) =>
			setTimeout(done, 500)));
		return (await packets(anna)).video === before;
	});
	const figures = await both_hear(anna, phone);
	await ends({ anna, phone, from });
	return `${more.video} packets of it; then ${figures}`;
}

/* A call of 90 s is refreshed at half of it, and goes on. SIP.js knows no
   session timer: then there is none */
async function refreshed(lab)
{
	const { trace, phone } = await traced(lab,
		{ call: { media: 'audio', session_timer: '90s' } });
	const carl = await lab.browser.user('carl', lab.kamailio.url(),
		{ user_agent: { session_timers: true } });

	lab.later(() => carl.close());
	await phone.must('call', 'carl');
	await carl.wait('incoming');
	await carl.lab('answer');
	await carl.wait('confirmed');
	const mark = trace.events.mark();
	const start = now();
	const again = await until('refresh', () => trace.events.find((e) =>
		e.from && !e.code && header(e.text, 'Session-Expires'), mark),
		REFRESH);
	const ms = again.at - start;
	await until('200 to it', () => trace.of(again.id, mark).find((e) =>
		e.code === 200 && e.cseq === again.cseq));
	assert_tone('carl', await carl.listen(1), PHONE_TONE);
	await phone.must('hangup');
	await carl.wait('ended');
	return `${again.event} of the ${again.from} after ` +
		`${(ms / 1000).toFixed(0)} s`;
}

const RATES = [8000, 16000, 32000, 44100, 48000];

/* A tone both ways at each rate of the device, one channel or two: those of
   the file that is its microphone */
const at_rates = (codec, channels) => async (lab) => {
	const list = [];

	await lab.fresh_anna();
	for (const rate of RATES) {
		const microphone = `${lab.dir}/tone-${rate}-${channels}.wav`;
		write_tone(microphone, { frequency: PHONE_TONE, level: LEVEL,
			rate, channels, seconds: 30 });
		const phone = await lab.phone({ microphone,
			audio: { codecs: codec } });
		const { anna, from } = await anna_calls(lab, phone);
		await phone.hears(); /* Until then it begins, with gaps */
		const [a, p] = await Promise.all([anna.listen(1),
						  phone.listen_for(channels)]);
		const here = assert_tone(`browser, ${rate}`, a, PHONE_TONE);
		const there = assert_tone(`phone, ${rate}`, p, BROWSER_TONE);
		assert.equal(p.rate, rate);
		list.push(`${rate}: ${told(here)} | ${told(there)}`);
		await phone.must('hangup');
		await anna.wait('ended', { from });
		await phone.stop();
	}
	return list.join('; ');
};

/* The line carries nothing for five seconds */
async function dark(lab)
{
	const dir = `${lab.dir}/dark`;
	mkdirSync(dir, { recursive: true });
	const phone = await lab.phone({ call: { auto_answer: 'yes' },
		video: { ...CAMERA, display: `file=${dir}` } });
	const anna = await lab.fresh_anna();
	const relay = await new Relay().start();
	const from = anna.events.mark();
	const shown = () => Number(status_of(phone).match(/shown=(\d+)/)?.[1]);

	lab.later(() => relay.stop());
	await anna.route(relay);
	await anna.call('board', { video: PATTERN });
	const up = await anna.wait('connection', { from, match: (e) =>
		e.state === 'connected' });
	const first = (await anna.wait('seen', { from })).at - up.at;
	await until('the phone sees', () => shown() > 0);
	relay.set({ loss: 0, block: true });
	await anna.page.evaluate((ms) => new Promise((done) =>
		setTimeout(done, ms)), NOTHING);
	const mark = anna.events.mark(), before = shown();
	await anna.page.evaluate(() => window.eye.watch('#far'));
	relay.set({});
	const start = now();
	const back = (await anna.wait('seen', { from: mark })).at - start;
	await until('the phone sees again', () => shown() > before);
	const here = now() - start;
	await anna.route(null);
	assert(first <= FIRST, `first picture after ${first} ms`);
	assert(back <= FIRST && here <= FIRST,
	       `again after ${back}, ${here} ms`);
	await anna.lab('hangup');
	await phone.call_event('terminated');
	return `first after ${first.toFixed(0)} ms; after the loss ` +
		`${back.toFixed(0)} ms in the browser, ${here.toFixed(0)} ms ` +
		'at the phone';
}

const FISH = 'Pêche à la moule';

/* To JsSIP, and from it */
async function message(lab)
{
	const { trace, phone } = await traced(lab);
	const anna = await lab.anna();
	const from = anna.events.mark();

	await phone.must('msg', 'anna', FISH);
	const { text, type } = await anna.wait('message', { from });
	const sent = trace.events.find((e) => e.event === 'MESSAGE');
	assert.equal(text, FISH);
	assert.match(type, /^text\/plain; ?charset=utf-8$/i);
	assert.equal(header(sent.text, 'Content-Length'), '18');
	assert.equal(body_of(sent.text), FISH);
	await until('200 to it', () => trace.of(sent.id).find((e) =>
		e.code === 200));

	const mark = phone.events.mark();
	await anna.lab('message', `sip:board@${REALM}`, FISH);
	const news = await phone.wait('i_new_message', { from: mark });
	assert.equal(news.content, FISH);
	await anna.wait('message sent', { from });
	await anna.lab('message', `sip:board@${REALM}`, '{}',
		       'application/unknown');
	const { code } = await anna.wait('message failed', { from });
	assert.equal(code, 415);
	return `${sent.text.length} characters, Content-Length 18; ` +
		'another type: 415';
}

export default [
	['kind: audio', kind(['audio'], { kinds: ['audio'],
		directions: ['sendrecv'], flows: BOTH.slice(0, 2) })],
	['kind: av', kind(['av'], { kinds: ['audio', 'video'],
		directions: ['sendrecv', 'sendrecv'], flows: BOTH },
		{ video: PATTERN, display: true })],
	['kind: video', kind(['video'], { kinds: ['video'],
		directions: ['sendrecv'], flows: BOTH.slice(2) },
		{ video: PATTERN, display: true })],
	['kind: recvonly', one_way('recvonly', ['sent_audio', 'sent_video'],
				   ['audio', 'video'])],
	['kind: sendonly', one_way('sendonly', ['audio', 'video'],
				   ['sent_audio', 'sent_video'])],
	['kind: events of a call, in order', in_order],
	['kind: ready without a camera', without_camera],
	['kind: a picture is added and dropped', added],
	['kind: session refresh', refreshed, { patient: true }],
	['sound: each rate, Opus, mono', at_rates('opus', 1)],
	['sound: each rate, PCMA, stereo', at_rates('pcma', 2)],
	['picture: five seconds of nothing', dark],
	['message: Pêche à la moule', message],
];
