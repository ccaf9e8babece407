/**
 * @file page/test/conversation.test.mjs  Calls, and what becomes of them
 *
 * The browser around them is a few words: no sound, no screen.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

globalThis.localStorage = { getItem: () => null, setItem() {} };
globalThis.document = { hidden: false, title: '' };
globalThis.MediaStream = class {};
globalThis.AudioContext = class {
	state = 'suspended';
	addEventListener() {}
	createMediaStreamDestination()
	{
		return { stream: { getAudioTracks: () => ['silence'] } };
	}
};

/* What the browser says to the question for the microphone, later */
let asked;
Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices: {
	getUserMedia: () => new Promise((yes, no) => asked = { yes, no }),
} } });

const { Conversation } = await import('../conversation.js');
const { REASONS, failure } = await import('../call.js');

class Track {
	stopped = false;
	stop() { this.stopped = true; }
}

/* A call that notes what it is told */
class Call {
	on = () => {};
	track = null;
	since = 0;
	told = [];
	talks = true;
	answer(silence) { this.told.push(['answer', silence]); }
	mute(on) { this.told.push(['mute', on]); }
	async voice(track) { this.track = track; }
	async talk(track)
	{
		this.track = this.talks ? track : null;
		return this.talks;
	}
	end(why, code)
	{
		this.told.push(['end', why, code]);
		this.on('end', { reason: why });
	}
	up()
	{
		this.since = 1;
		this.on('up');
	}
}

let kinds, streams, all, dialled;

beforeEach(() => {
	kinds = [];
	streams = [];
	asked = null;
	all = new Conversation({ changed() {}, tell() {},
		stream: (call) => streams.push(call),
		over: (kind) => kinds.push(kind) });
	dialled = [];
	all.phone = { call(silence)
	{
		dialled.push(silence);
		return new Call();
	} };
});

const settle = () => new Promise(setImmediate);

/** The browser gives a microphone */
async function give()
{
	const track = new Track();

	asked.yes({ getAudioTracks: () => [track] });
	await settle();
	return track;
}

async function refuse()
{
	asked.no(new Error('NotAllowedError'));
	await settle();
}

/** Somebody rings */
function ring()
{
	const call = new Call();

	all.come(call);
	return call;
}

test('an answer waits for no microphone, which takes its place', async () => {
	const call = ring();

	all.answer(true);
	assert.deepEqual(call.told, [['answer', 'silence']]);
	assert.equal(all.talk, 'asking');
	const track = await give();
	assert.equal(call.track, track);
	assert.equal(all.talk, 'on');
	assert.deepEqual(kinds, ['answered']);
});

test('who only listens is not asked for a microphone', async () => {
	all.dial(false);
	assert.deepEqual(dialled, [null]);
	ring().end('missed');
	all.answer(false);
	await settle();
	assert.equal(asked, null);
	assert.equal(all.talk, 'off');
});

test('without a microphone one listens, and may try again', async () => {
	all.dial(true);
	await refuse();
	assert.equal(all.talk, 'denied');
	all.mic();
	const track = await give();
	assert.equal(all.call.track, track);
	assert.equal(all.talk, 'on');
});

test('a microphone that comes too late is given back', async () => {
	all.dial(true);
	all.hangup();
	assert.equal(all.talk, 'off');
	assert.ok((await give()).stopped);
	assert.equal(all.call, null);
	assert.equal(all.ended.reason, 'cancelled');
});

test('a microphone that the call cannot take is given back', async () => {
	all.dial(false);
	all.call.talks = false;
	all.mic();
	assert.ok((await give()).stopped);
	assert.equal(all.talk, 'off');
});

test('the microphone ends with the call', async () => {
	const call = ring();

	all.answer(true);
	const track = await give();
	call.up();
	call.on('end', { reason: 'remote' });
	assert.ok(track.stopped);
	assert.equal(all.talk, 'off');
	assert.equal(all.ended.reason, 'remote');
	assert.ok(all.ended.ms > 0);
	assert.equal(streams.at(-1), null);
});

test('the button mutes, and talks again', async () => {
	const call = ring();

	all.answer(true);
	await give();
	await all.mic();
	assert.equal(all.talk, 'muted');
	await all.mic();
	assert.equal(all.talk, 'on');
	assert.deepEqual(call.told.slice(1), [['mute', true], ['mute', false]]);
});

test('who talks is busy; who listens may answer another call', async () => {
	all.dial(true);
	const talking = all.call;
	await give();
	assert.deepEqual(ring().told, [['end', 'busy', 486]]);
	assert.equal(all.ring, null);
	talking.end('hangup');

	all.dial(false);
	const listening = all.call;
	const second = ring();
	assert.equal(all.ring, second);
	all.answer(true);
	assert.deepEqual(listening.told, [['end', 'hangup', undefined]]);
	assert.equal(all.call, second);
});

test('one that answers while it is asked for a call, answers', async () => {
	all.dial(true);
	const first = asked;
	all.call.on('end', { reason: 'failed' });
	const call = ring();
	all.answer(true);
	const late = new Track();
	first.yes({ getAudioTracks: () => [late] });
	await settle();
	assert.ok(late.stopped);
	assert.equal(all.talk, 'asking');
	assert.equal(await give(), call.track);
});

test('two calls at once: the second hears that one is busy', () => {
	const first = ring();

	assert.deepEqual(ring().told, [['end', 'busy', 486]]);
	assert.equal(all.ring, first);
});

test('a call that nobody answered here is remembered as what it was', () => {
	for (const reason of ['missed', 'elsewhere', 'offline']) {
		ring().on('end', { reason });
		assert.equal(all.ended.reason, reason);
	}
	ring();
	all.decline();
	assert.deepEqual(kinds, ['missed', 'elsewhere', 'missed', 'declined']);
});

test('a page that goes has not refused', () => {
	const call = ring();

	all.stop();
	assert.deepEqual(call.told, [['end', 'declined', 480]]);
});

/* A message of SIP, of which the page reads a code and a Reason */
const sip = (status_code, reason) => ({ status_code,
	getHeader: (name) => name === 'reason' ? reason : undefined });

test('why a call failed is told by what the board said', () => {
	const elsewhere = 'SIP;cause=200;text="answered elsewhere"';

	for (const [expected, incoming, e] of [
		['elsewhere', true, { originator: 'remote', cause: 'Canceled',
			message: sip(undefined, elsewhere) }],
		['missed', true, { originator: 'remote', cause: 'Canceled',
			message: sip() }],
		['declined', true, { originator: 'local' }],
		['cancelled', false, { originator: 'local' }],
		['busy', false, { originator: 'remote', message: sip(486) }],
		['refused', false, { originator: 'remote', message: sip(603) }],
		['unreachable', false, { originator: 'remote',
			message: sip(480) }],
		['media', false, { originator: 'remote', message: sip(488) }],
		['offline', false, { originator: 'system',
			cause: 'Connection Error' }],
		['media', false, { originator: 'system',
			cause: 'WebRTC Error' }],
		['failed', false, { originator: 'remote',
			message: sip(500), cause: 'SIP Failure Code' }]]) {
		assert.equal(failure(e, incoming), expected);
		assert.ok(REASONS.includes(expected));
	}
});
