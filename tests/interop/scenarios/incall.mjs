/**
 * @file tests/interop/scenarios/incall.mjs  Changes within a call
 *
 *     phone <- hold, resume -> anna (Chromium, JsSIP)
 */
import assert from 'node:assert/strict';
import { until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';

const CYCLES = 10;
const QUIET = 1000; /* Time in which nothing may be sent [ms] */

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const sent = async (phone) =>
	(await phone.ctl('stats')).json[0].media.audio.sent.packets;

/* While one side holds, the phone sends nothing */
async function silent(phone)
{
	const before = await sent(phone);

	await pause(QUIET);
	assert.equal(await sent(phone), before, 'something was sent');
}

async function phone_holds_once(phone, anna)
{
	const from = anna.events.mark();

	const heard = phone.events.mark();

	await phone.must('hold');
	await phone.wait('m_local_hold_ok', { from: heard });
	await anna.wait('hold', { from });
	await silent(phone);
	await phone.must('resume');
	await phone.wait('m_local_resume_ok', { from: heard });
	await anna.wait('unhold', { from });
}

async function anna_holds_once(phone, anna)
{
	const from = phone.events.mark();

	/* JsSIP says no until it has dealt with our last answer */
	await until('hold', () => anna.lab('hold'));
	await phone.wait('m_remote_hold', { from });
	await silent(phone);
	await until('unhold', () => anna.lab('unhold'));
	await phone.wait('m_remote_resume', { from });
}

const cycles = (establish, once) => async (lab) => {
	const phone = await lab.phone();
	const { anna } = await establish(lab, phone);
	let figures;

	for (let i = 0; i < CYCLES; i++)
		await once(phone, anna);
	await pause(QUIET);
	figures = await both_hear(anna, phone);
	await phone.must('hangup');
	await phone.call_event('terminated');
	return figures;
};

export default [
	['hold: the phone that called holds and resumes ten times',
	 cycles(phone_calls, phone_holds_once), { limit: 90000 }],
	['hold: the browser that called holds and resumes ten times',
	 cycles(anna_calls, anna_holds_once), { limit: 90000 }],
];
