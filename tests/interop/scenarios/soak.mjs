/**
 * @file tests/interop/scenarios/soak.mjs  Many calls, many ended badly
 */
import assert from 'node:assert/strict';
import { until } from '../lab/wait.mjs';
import { anna_calls, phone_calls } from './calls.mjs';

const CALLS = Number(process.env.SOAK_CALLS ??
	(process.argv.includes('--soak') ? 2000 : 200));
const SANITIZED_CALLS = 40;
const PAGE_CALLS = 100; /* Before the browser's page is loaded again */
const GROWTH = 400; /* Of private memory in the second half [kB] */

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

/* So many calls; figures after half of them, and at the end */
async function calls(lab, count)
{
	const phone = await lab.phone();
	let before;

	for (let i = 0; i < count; i++) {
		if (i && i % PAGE_CALLS === 0)
			await lab.fresh_anna();
		/* Each call waits for events of its own only */
		phone.events.list.length = 0;
		await ENDS[i % ENDS.length](lab, phone);
		await until(`call ${i}: no call left`, async () =>
			await phone.calls() === 0, 40000);
		if (i + 1 === count / 2)
			before = phone.figures();
	}
	/* A command's connection may still be closing */
	await until('no more descriptors than half way', () =>
		phone.figures().fds <= before.fds);
	return { before, after: phone.figures() };
}

async function many(lab)
{
	const { before, after } = await calls(lab, CALLS);
	const growth = after.private - before.private;

	assert(growth <= GROWTH, `private memory grew by ${growth} kB`);
	return `${CALLS} calls, ${after.fds} descriptors, private memory ` +
		`${after.private} kB, ${growth} kB more than after half`;
}

async function sanitized(lab)
{
	await calls(lab, SANITIZED_CALLS);
	return `${SANITIZED_CALLS} calls`;
}

export default [
	['many calls in a row, a third ended badly', many, { limit: 3600000 }],
	['calls under sanitizers leave nothing', sanitized,
	 { sanitized: true, limit: 600000 }],
];
