/**
 * @file tests/interop/scenarios/latch.mjs  A gateway without ICE
 *
 *     phone <- wss -> trace <- wss -> kamailio, rtpengine <- RTP -> baresip
 *     phone <- DTLS-SRTP, no ICE -> nat <-> rtpengine
 *
 * What rtpengine says to the phone has no ICE, and in part no rtcp-mux: the
 * phone sends to where its description says, and then to where what is
 * authentic comes from. baresip sends back what it hears.
 */
import assert from 'node:assert/strict';
import { LEVEL } from '../lab/laboratory.mjs';
import { Nat } from '../lab/nat.mjs';
import { Trace } from '../lab/trace.mjs';
import { until } from '../lab/wait.mjs';
import { PLAIN_TONE, SAME, TO_PLAIN, alone, both_hear, call, dials, holds,
	 phone_calls, plain_calls, with_gateway } from './plain.mjs';

const FOLLOWS = 1000; /* Media, a port that is another [ms] */
const MOVES = 3;
const ATTACKS = 10;

const NO_ICE = `${SAME} UDP/TLS/RTP/SAVPF ICE=remove SDES-off generate-mid`;
const TO_WEB = `${NO_ICE} rtcp-mux-offer rtcp-mux-accept`;
/* RTCP comes apart, from a port of its own */
const APART = {
	to_web: `${NO_ICE} rtcp-mux-demux`,
	to_plain: TO_PLAIN.replace('rtcp-mux-demux', 'rtcp-mux-reject'),
};

/* Behind a trace, and behind a NAT if there is one */
const behind = (make = () => null) => async (lab) => {
	const nat = await make();
	const trace = await new Trace(lab.certs, lab.kamailio.ports.good)
		.start();

	lab.later(() => {
		trace.stop();
		nat?.stop();
	});
	if (nat) {
		trace.to_phone = (text) => nat.to_phone(text);
		trace.to_server = (text) => nat.to_server(text);
	}
	return { trace, nat, phone: { url: trace.url } };
};

/* What the phone was told has no ICE, and rtcp-mux or not */
function assert_plain({ events }, mux)
{
	const list = events.list.filter((e) => e.from === 'server' &&
		/^m=audio/m.test(e.text));

	assert(list.length, 'the phone was told nothing');
	for (const { text } of list) {
		assert(!/^a=(candidate|ice-)/m.test(text), text);
		assert.equal(/^a=rtcp-mux/m.test(text), mux, text);
	}
}

const plainly = (run, { mux = true, ...options } = {}) => with_gateway(
	async (lab, phone, plain, { trace }) => {
		const figures = await run(lab, phone, plain);

		assert_plain(trace, mux);
		return figures;
	}, { to_web: TO_WEB, ...mux ? {} : APART, before: behind(),
	     ...options });

/* Another port, and how long until the phone sends there [ms] */
async function follows(nat)
{
	const door = await nat.forget();

	await until('the phone follows', () => door.first, FOLLOWS);
	return door.first - door.left;
}

/* The stranger says all that he knows; the phone goes on as before */
async function attacked(nat, phone)
{
	const door = nat.doors.at(-1);
	let said = 0;

	for (let i = 0; i < ATTACKS; i++) {
		const { count } = door;
		said += await nat.spoof();
		await until('the phone goes on', () => door.count > count + 5,
			    FOLLOWS);
	}
	assert.equal(nat.received, 0, 'the stranger got packets');
	assert(await phone.calls() === 1);
	return said;
}

/* The port changes in the call, while a stranger tries to be it */
const moves = (establish) => with_gateway(
	async (lab, phone, plain, { trace, nat }) => {
		await establish(phone, plain);
		let figures = await both_hear(phone, plain, 1);
		const all = [];

		for (let i = 0; i < MOVES; i++) {
			all.push(await follows(nat));
			await both_hear(phone, plain, 1);
		}
		const said = await attacked(nat, phone);
		all.push(await follows(nat));
		figures = await both_hear(phone, plain);
		assert.equal(nat.received, 0, 'the stranger got packets');
		await phone.must('hangup');
		await plain.wait('CALL_CLOSED');
		await alone(phone);
		assert_plain(trace, true);
		return `followed within ${Math.max(...all).toFixed(0)} ms ` +
			`(${all.length} times, ${nat.lost} packets to old ` +
			`ports); a stranger said ${said} packets and got ` +
			`${nat.received}; ${figures}`;
	}, { to_web: TO_WEB, before: behind(() => new Nat().start()) });

const TONE = { tone: PLAIN_TONE, level: LEVEL };

export default [
	['latch: no ICE, the phone calls', plainly(call(phone_calls, 'phone'))],
	['latch: no ICE, the phone is called',
	 plainly(call(plain_calls, 'plain'))],
	['latch: no ICE, hold and resume', plainly(holds, TONE)],
	['latch: no ICE, digits', plainly(dials)],
	['latch: no ICE, no rtcp-mux, the phone calls',
	 plainly(call(phone_calls, 'plain'), { mux: false })],
	['latch: no ICE, no rtcp-mux, the phone is called',
	 plainly(call(plain_calls, 'phone'), { mux: false })],
	['latch: no ICE, no rtcp-mux, hold and resume',
	 plainly(holds, { mux: false, ...TONE })],
	['latch: another port in the call, the phone called',
	 moves(phone_calls)],
	['latch: another port in the call, the phone was called',
	 moves(plain_calls)],
];
