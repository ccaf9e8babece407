/**
 * @file tests/interop/scenarios/soak.mjs  Many calls, many ended badly
 */
import assert from 'node:assert/strict';
import { until } from '../lab/wait.mjs';
import { anna_calls, phone_calls } from './calls.mjs';

const CALLS = Number(process.env.SOAK_CALLS ??
	(process.argv.includes('--soak') ? 2000 : 200));
const SANITIZED_CALLS = 40;
const GROWTH = 300; /* Of private memory over all calls [kB] */

/* How a call ends; three of ten abnormally */
const ENDS = [
	async (lab, phone) => {
		const { anna } = await anna_calls(lab, phone);
		await anna.lab('hangup');
	},
	async (lab, phone) => {
		await phone_calls(lab, phone);
		await phone.must('hangup');
	},
	async (lab, phone) => {
		const anna = await lab.anna();
		await anna.call('board');
		await phone.call_event('i_new_call');
		await anna.lab('hangup');
	},
	async (lab, phone) => {
		const { anna } = await phone_calls(lab, phone);
		await anna.lab('hangup');
	},
	async (lab, phone) => {
		await anna_calls(lab, phone);
		await phone.must('hangup');
	},
	async (lab, phone) => {
		const anna = await lab.anna();
		await anna.call('board');
		await phone.call_event('i_new_call');
		await phone.must('reject');
	},
	async (lab, phone) => {
		const { anna } = await anna_calls(lab, phone);
		await anna.lab('hangup');
	},
	async (lab, phone) => {
		await phone_calls(lab, phone);
		await phone.must('hangup');
	},
	async (lab, phone) => {
		const anna = await lab.anna();
		const from = anna.events.mark();
		await phone.must('call', 'anna', 'audio');
		await anna.wait('incoming', { from });
		await phone.must('hangup');
	},
	async (lab, phone) => {
		const { anna } = await anna_calls(lab, phone);
		await anna.lab('hangup');
	},
];

/* So many calls; figures after the first round, and at the end */
async function calls(lab, count)
{
	const phone = await lab.phone();
	let before;

	for (let i = 0; i < count; i++) {
		/* Each call waits for events of its own only */
		phone.events.list.length = 0;
		await ENDS[i % ENDS.length](lab, phone);
		await until(`call ${i}: no call left`, async () =>
			await phone.calls() === 0, 40000);
		if (i + 1 === ENDS.length)
			before = phone.figures();
	}
	return { phone, before, after: phone.figures() };
}

async function many(lab)
{
	const { before, after } = await calls(lab, CALLS);
	const growth = after.private - before.private;
	assert.equal(after.fds, before.fds, 'descriptors were left open');
	assert(growth <= GROWTH, `private memory grew by ${growth} kB`);
	return `${CALLS} calls, ${after.fds} descriptors, private memory ` +
		`${growth >= 0 ? '+' : ''}${growth} kB`;
}

async function sanitized(lab)
{
	const { before, after } = await calls(lab, SANITIZED_CALLS);

	assert.equal(after.fds, before.fds, 'descriptors were left open');
	return `${SANITIZED_CALLS} calls`;
}

export default [
	['many calls in a row, a third ended badly', many, { limit: 3600000 }],
	['calls under sanitizers leave nothing', sanitized,
	 { sanitized: true, limit: 600000 }],
];
