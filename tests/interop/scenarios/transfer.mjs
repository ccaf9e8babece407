/**
 * @file tests/interop/scenarios/transfer.mjs  Transfer, blind and attended
 *
 *     phone, bell (both ours) and anna (Chromium, JsSIP), by kamailio
 *
 * The phone in each of the three parts: it transfers anna to bell, anna
 * transfers it to bell, and it is whom anna is transferred to. Who talks to
 * whom in the end is told by the tones.
 */
import assert from 'node:assert/strict';
import { BROWSER_TONE, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { REALM } from '../lab/kamailio.mjs';
import { until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';

const audio = (keys = {}) => ({ call: { media: 'audio', ...keys } });

const bell_of = (lab, keys) => lab.phone({ user: 'bell',
	...audio({ auto_answer: 'yes', ...keys }) });

const alone = (phone) => until('no call left',
			       async () => await phone.calls() === 0);

const id_of = async (phone, peer) => {
	const { json } = await phone.ctl('calls');

	return String(json.find((c) => c.peer.includes(peer)).id);
};

/* anna and bell talk, the phone has gone */
async function sent_on(phone, bell, anna, from)
{
	await phone.call_event('o_ect_accepted');
	const { code } = await phone.call_event('o_ect_completed');
	assert.equal(code, 200);
	await alone(phone);
	await anna.wait('ended', { from });
	await until('bell has one call', async () =>
		await bell.calls() === 1);
	await bell.hears();
	return both_hear(anna, bell);
}

async function phone_transfers(lab)
{
	const bell = await bell_of(lab);
	const phone = await lab.phone(audio());
	const { anna, from } = await phone_calls(lab, phone);

	await phone.must('transfer', 'bell');
	return sent_on(phone, bell, anna, from);
}

/* bell is the phone that is the target: it takes anna for the phone */
async function phone_transfers_after_asking(lab)
{
	const bell = await bell_of(lab, { replace: 'yes' });
	const phone = await lab.phone(audio());
	const { anna, from } = await phone_calls(lab, phone);

	await phone.must('hold');
	await phone.wait('m_local_hold_ok');
	await phone.must('call', 'bell');
	await phone.call_event('connected', { match: (e) => e.id === 2 });
	await bell.call_event('connected');
	await phone.must('transfer', await id_of(phone, 'anna'),
			 await id_of(phone, 'bell'));
	const figures = await sent_on(phone, bell, anna, from);
	const { replaces } = await bell.call_event('i_new_call',
		{ match: (e) => e.replaces });
	assert.equal(replaces, 1);
	return figures;
}

/* The phone and bell talk, anna has heard that it is so */
async function was_sent_on(phone, bell, anna, from)
{
	await anna.wait('refer accepted', { from });
	await phone.call_event('i_ect_completed');
	await anna.lab('hangup');
	await until('one call each', async () =>
		await phone.calls() === 1 && await bell.calls() === 1);
	await Promise.all([phone.hears(), bell.hears()]);
	const [p, b] = await Promise.all([phone.listen_for(1),
					  bell.listen_for(1)]);

	return `phone ${told(assert_tone('phone', p, PHONE_TONE))}; ` +
		`bell ${told(assert_tone('bell', b, PHONE_TONE))}`;
}

async function anna_transfers(lab)
{
	const bell = await bell_of(lab);
	const phone = await lab.phone(audio({ transfer: 'ask' }));
	const { anna, from } = await anna_calls(lab, phone);

	await anna.lab('refer', `sip:bell@${REALM}`);
	const { to, attended } = await phone.call_event('i_ect_requested');
	assert.equal(to, `sip:bell@${REALM}`);
	assert.equal(attended, false);
	await phone.must('xfer', 'yes');
	return was_sent_on(phone, bell, anna, from);
}

async function anna_transfers_after_asking(lab)
{
	const bell = await bell_of(lab, { replace: 'referred' });
	const phone = await lab.phone(audio({ transfer: 'yes' }));
	const { anna } = await anna_calls(lab, phone);
	const from = anna.events.mark();

	await anna.call('bell');
	await anna.wait('confirmed', { from });
	await bell.call_event('connected');
	await anna.lab('refer', `sip:bell@${REALM}`, true);
	await phone.call_event('i_ect_new_call');
	await anna.wait('ended', { from }); /* bell hung up */
	return was_sent_on(phone, bell, anna, from);
}

/* The default: whoever calls cannot send the board anywhere */
async function phone_refuses(lab)
{
	const phone = await lab.phone(audio());
	const { anna, from } = await anna_calls(lab, phone);

	await anna.lab('refer', `sip:bell@${REALM}`);
	const { code } = await anna.wait('refer requestFailed', { from });
	assert.equal(code, 405);
	assert.equal(await phone.calls(), 1);
	assert_tone('phone', await phone.listen_for(1), BROWSER_TONE);
	await phone.must('hangup');
	await alone(phone);
}

export default [
	['transfer: the phone sends the browser on', phone_transfers],
	['transfer: the same to who was asked before, and takes it',
	 phone_transfers_after_asking],
	['transfer: the browser sends the phone on', anna_transfers],
	['transfer: the same to who was asked before',
	 anna_transfers_after_asking],
	['transfer: by default the phone is not sent anywhere', phone_refuses],
];
