/**
 * @file tests/interop/scenarios/calls.mjs  Calls from each side, and ends
 *
 *     phone <-> kamailio <-> anna (Chromium, JsSIP)
 *
 * Each call of these carries a tone both ways, if it comes to that.
 */
import assert from 'node:assert/strict';
import { BROWSER_TONE, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { now, until } from '../lab/wait.mjs';

const STEADY = 20; /* Of a tone, for gaps to be found [s] */
const BRIEF = 1;

/** anna calls; the phone has answered and both hear each other */
export async function anna_calls(lab, phone, options)
{
	const anna = await lab.anna();
	const from = anna.events.mark();

	await anna.call('board', options);
	const call = await phone.call_event('i_new_call');
	await anna.wait('progress', { from });
	await phone.must('answer', ...call.id ? [String(call.id)] : []);
	await phone.call_event('connected');
	await anna.wait('confirmed', { from });
	await anna.wait('heard', { from });
	return { anna, from, call };
}

/** The phone calls anna, who has answered and hears it */
export async function phone_calls(lab, phone)
{
	const anna = await lab.anna();
	const from = anna.events.mark();

	await phone.must('call', 'anna', 'audio');
	await anna.wait('incoming', { from });
	await anna.lab('answer');
	await phone.call_event('connected');
	await anna.wait('confirmed', { from });
	await anna.wait('heard', { from });
	return { anna, from };
}

/** Both listen, once the phone hears her: anna's page waits for that itself.
    Each must hear the other's tone. Figures of both */
export async function both_hear(anna, phone, seconds = BRIEF)
{
	await phone.hears();
	const [a, p] = await Promise.all([anna.listen(seconds),
					  phone.listen_for(seconds)]);

	return `browser ${told(assert_tone('browser', a, PHONE_TONE))}; ` +
		`phone ${told(assert_tone('phone', p, BROWSER_TONE))}`;
}

const ended = async (phone, options) => {
	const event = await phone.call_event('terminated', options);
	await until('no call left', async () => await phone.calls() === 0);
	return event;
};

async function called_hears(lab)
{
	const phone = await lab.phone();
	const { anna, from } = await anna_calls(lab, phone);
	const figures = await both_hear(anna, phone, STEADY);

	await anna.lab('hangup');
	await ended(phone);
	await anna.wait('ended', { from });
	return figures;
}

async function calling_hears(lab)
{
	const phone = await lab.phone();
	const { anna, from } = await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone, STEADY);

	await phone.must('hangup');
	await anna.wait('ended', { from });
	await ended(phone);
	return figures;
}

async function called_hangs_up(lab)
{
	const phone = await lab.phone();
	const { anna, from } = await anna_calls(lab, phone);
	const figures = await both_hear(anna, phone);
	const start = now();

	await phone.must('hangup');
	await anna.wait('ended', { from });
	const ms = now() - start;
	await ended(phone);
	return `${figures}; ended in ${ms.toFixed(0)} ms`;
}

async function calling_is_hung_up(lab)
{
	const phone = await lab.phone();
	const { anna, from } = await phone_calls(lab, phone);
	const figures = await both_hear(anna, phone);

	await anna.lab('hangup');
	await anna.wait('ended', { from });
	await ended(phone);
	return figures;
}

async function phone_rejects(lab)
{
	const anna = await lab.anna();
	const phone = await lab.phone();
	const from = anna.events.mark();

	await anna.call('board');
	await phone.call_event('i_new_call');
	await phone.must('reject');
	const { code } = await anna.wait('failed', { from });
	assert.equal(code, 603);
	await ended(phone);
}

async function browser_rejects(lab)
{
	const anna = await lab.anna();
	const phone = await lab.phone();
	const from = anna.events.mark();

	await phone.must('call', 'anna', 'audio');
	await anna.wait('incoming', { from });
	await anna.lab('hangup', { status_code: 486 });
	const event = await ended(phone);
	assert.equal(event.code, 486);
	return `"${event.code} ${event.reason}"`;
}

async function browser_cancels(lab)
{
	const anna = await lab.anna();
	const phone = await lab.phone();
	const from = anna.events.mark();

	await anna.call('board');
	await phone.call_event('i_new_call');
	await anna.wait('progress', { from });
	await anna.lab('hangup');
	const { cause } = await anna.wait('failed', { from });
	assert.equal(cause, 'Canceled');
	const event = await ended(phone);
	return `"${event.code} ${event.reason}"`;
}

async function phone_cancels(lab)
{
	const anna = await lab.anna();
	const phone = await lab.phone();
	const from = anna.events.mark();

	await phone.must('call', 'anna', 'audio');
	await anna.wait('incoming', { from });
	await phone.must('hangup');
	const { cause } = await anna.wait('failed', { from });
	assert.equal(cause, 'Canceled');
	const event = await ended(phone);
	return `"${event.code} ${event.reason}"`;
}

async function cancels_at_once(lab)
{
	const phone = await lab.phone();

	await phone.must('call', 'anna', 'audio');
	await phone.must('hangup');
	await ended(phone);
	const anna = await lab.anna();
	await until('anna is free', async () => anna.page.evaluate(() =>
		!window.lab.session || window.lab.session.isEnded()));
}

async function nobody(lab)
{
	const phone = await lab.phone();

	await phone.must('call', 'nobody', 'audio');
	const event = await ended(phone);
	assert.equal(event.code, 480);
	return `"${event.code} ${event.reason}"`;
}

async function video_offer(lab)
{
	const anna = await lab.anna();
	const phone = await lab.phone();
	const from = anna.events.mark();

	await anna.call('board', { mediaConstraints: {
		audio: true, video: true } });
	await phone.call_event('i_new_call');
	await phone.must('answer');
	await anna.wait('confirmed', { from });
	await anna.wait('heard', { from });
	const { sdp } = await anna.wait('sdp', { from, match: (e) =>
		e.originator === 'remote' && e.type === 'answer' });
	assert.deepEqual(sdp.match(/^m=(\w+ \d+)/mg).map((m) =>
		m.replace(/ [1-9]\d*$/, ' N')), ['m=audio N', 'm=video 0']);
	await anna.lab('hangup');
	await ended(phone);
}

async function stops_in_a_call(lab)
{
	const phone = await lab.phone();
	const { anna, from } = await anna_calls(lab, phone);
	const { code, ms } = await phone.stop();

	assert.equal(code, 0);
	assert(ms < 3000, `end took ${ms.toFixed(0)} ms`);
	await anna.wait('ended', { from });
	assert.equal(lab.kamailio.requests('REGISTER', 'board').at(-1)
		.expires, '0', 'it did not unregister');
	return `ended in ${ms.toFixed(0)} ms`;
}

async function second_call(lab)
{
	const phone = await lab.phone();
	const { anna } = await anna_calls(lab, phone);
	const carl = await lab.browser.user('carl', lab.kamailio.url());
	const from = phone.events.mark();

	await carl.call('board', { tone: { frequency: 500 } });
	const call = await phone.call_event('i_new_call', { from });
	await phone.must('reject', String(call.id), '486');
	const { code } = await carl.wait('failed');
	assert.equal(code, 486);
	await both_hear(anna, phone);
	await anna.lab('hangup');
	await carl.close();
	await ended(phone);
}

export default [
	['browser calls, 20 s of tone, browser hangs up', called_hears],
	['phone calls, 20 s of tone, phone hangs up', calling_hears],
	['browser calls, phone hangs up', called_hangs_up],
	['phone calls, browser hangs up', calling_is_hung_up],
	['phone rejects: 603', phone_rejects],
	['browser rejects: 486', browser_rejects],
	['browser cancels while the phone rings', browser_cancels],
	['phone cancels while the browser rings', phone_cancels],
	['phone cancels before any answer', cancels_at_once],
	['phone calls somebody who is not there: 480', nobody],
	['offer with video: its line is refused, not dropped', video_offer],
	['second call is rejected, the first goes on', second_call],
	['SIGTERM in a call: BYE, unregister, 0', stops_in_a_call],
];
