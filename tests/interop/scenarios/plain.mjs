/**
 * @file tests/interop/scenarios/plain.mjs  A plain telephone, by a gateway
 *
 *     phone <- wss, DTLS-SRTP -> kamailio, rtpengine <- UDP, RTP -> baresip
 *
 * The peer knows neither ICE nor a second codec nor encryption, and sends
 * back what it hears: the phone hears its own tone.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { Plain, Rtpengine, missing } from '../lab/gateway.mjs';
import { LEVEL, PHONE_TONE, assert_tone, told } from '../lab/laboratory.mjs';
import { REALM } from '../lab/kamailio.mjs';
import { until } from '../lab/wait.mjs';

export const PLAIN_TONE = 400; /* [Hz] */
const QUIET = -30;  /* [dB] */
const SETTLE = 0.5; /* Of an echo that just began [s] */

export const SAME = 'replace-origin replace-session-connection';
export const TO_PLAIN = `${SAME} RTP/AVP ICE=remove rtcp-mux-demux`;
const TO_WEB = `${SAME} UDP/TLS/RTP/SAVPF ICE=force SDES-off ` +
	'rtcp-mux-offer rtcp-mux-accept generate-mid';

/**
 * A scenario with a gateway: run(lab, phone, plain, before's).
 *
 * @param before  Before the phone starts: (lab) to what changes its
 *                configuration, and whatever else
 */
export const with_gateway = (run, { to_web = TO_WEB, to_plain = TO_PLAIN,
				    phone = {}, before = () => ({}),
				    ...peer } = {}) =>
async (lab) => {
	assert.equal(missing(), '');
	const dir = `${lab.dir}/gateway-${++lab.count}`;
	mkdirSync(dir, { recursive: true });
	const rtpengine = new Rtpengine(), plain = new Plain(dir);
	const { kamailio } = lab;

	lab.later(async () => {
		await plain.stop();
		await rtpengine.stop();
		await kamailio.kill();
		await kamailio.start();
	});
	await rtpengine.start(dir);
	await kamailio.kill();
	await plain.start({ proxy: kamailio.udp, ...peer });
	await kamailio.start({ gateway: { rtpengine: rtpengine.port,
		plain: plain.port, to_web, to_plain } });
	const more = await before(lab);
	return run(lab, await lab.phone({ call: { media: 'audio' }, ...phone,
		...more.phone }), plain, more);
};

/* Await that the phone hears something */
export async function comes(phone)
{
	await until('the phone hears it', async () =>
		(await phone.must('stats')).some((one) =>
			one.media.audio?.received.level > QUIET));
	await phone.listen_for(SETTLE);
}

/* Each hears the phone's tone, once it has come back */
export async function both_hear(phone, plain, seconds = 2)
{
	await comes(phone);
	const [p, b] = await Promise.all([phone.listen_for(seconds),
					  plain.listen_for(seconds)]);

	return `phone ${told(assert_tone('phone', p, PHONE_TONE))}; ` +
		`baresip ${told(assert_tone('baresip', b, PHONE_TONE))}`;
}

export const alone = (phone) => until('no call left',
			       async () => await phone.calls() === 0);

export async function phone_calls(phone, plain)
{
	await phone.must('call', 'plain');
	await plain.wait('CALL_ESTABLISHED');
	await phone.call_event('connected');
	await phone.wait('media_added');
}

export async function plain_calls(phone, plain)
{
	await plain.command('dial', `sip:board@${REALM}`);
	await phone.call_event('i_new_call');
	await phone.must('answer');
	await plain.wait('CALL_ESTABLISHED');
	await phone.wait('media_added');
}

/** One of both hangs up, the other hears of it */
export async function hang_up_by(who, phone, plain)
{
	if (who === 'phone') {
		await phone.must('hangup');
		await plain.wait('CALL_CLOSED');
	} else {
		await plain.command('hangup');
		const { why } = await phone.call_event('terminated');
		assert.equal(why, 'bye');
	}
	await alone(phone);
}

export const call = (establish, hang_up) => async (lab, phone, plain) => {
	await establish(phone, plain);
	const figures = await both_hear(phone, plain);

	await hang_up_by(hang_up, phone, plain);
	return figures;
};

/* It rings there first, as 180 says; then somebody answers */
async function rings(lab, phone, plain)
{
	await phone.must('call', 'plain');
	await plain.wait('CALL_INCOMING');
	await phone.call_event('i_ao_request', { match: (e) =>
		e.code === 180 });
	await plain.command('accept');
	await phone.call_event('connected');
	await phone.wait('media_added');
	const figures = await both_hear(phone, plain);
	await phone.must('hangup');
	await alone(phone);
	return figures;
}

/* With a tone of its own: the echo of baresip 1.0 does not come back */
export const hold = (establish) => async (lab, phone, plain) => {
	const heard = async () => told(assert_tone('phone',
		await phone.listen_for(1), PLAIN_TONE));
	const came = async () =>
		(await phone.must('stats'))[0].media.audio.received.packets;

	await establish(phone, plain);
	await comes(phone);
	const before = await heard();
	await phone.must('hold');
	await phone.wait('m_local_hold_ok');
	await until('silence of the held', async () => {
		const packets = await came();
		await phone.listen_for(SETTLE);
		return await came() === packets;
	});
	await phone.must('resume');
	await phone.wait('m_local_resume_ok');
	const held = await came();
	await until('packets', async () => await came() > held + 25);
	const after = await heard();
	await phone.must('hangup');
	await plain.wait('CALL_CLOSED');
	await alone(phone);
	return `${before}, nothing, ${after}`;
};

export const holds = hold(phone_calls);

/* What baresip was told by keys */
export const dialled = (plain, from) => plain.events.list.slice(from)
	.filter((e) => e.event === 'CALL_DTMF_START').map((e) => e.param)
	.join('');

export async function dials(lab, phone, plain)
{
	await phone_calls(phone, plain);
	await both_hear(phone, plain, 1);
	const from = plain.events.mark();
	await phone.must('dtmf', '159#0*');
	await until('six digits', () => dialled(plain, from).length >= 6)
		.catch(() => {});
	assert.equal(dialled(plain, from), '159#0*');
	await phone.must('hangup');
	await alone(phone);
	return dialled(plain, from);
}

export default [
	['plain: the phone calls, and hangs up',
	 with_gateway(call(phone_calls, 'phone'))],
	['plain: the phone calls, and is hung up',
	 with_gateway(call(phone_calls, 'plain'))],
	['plain: the phone is called, and hangs up',
	 with_gateway(call(plain_calls, 'phone'))],
	['plain: the phone is called, and hung up',
	 with_gateway(call(plain_calls, 'plain'))],
	['plain: it rings, with 180', with_gateway(rings, { auto: false })],
	['plain: hold and resume', with_gateway(holds,
		{ tone: PLAIN_TONE, level: LEVEL })],
	['plain: digits', with_gateway(dials)],
];
