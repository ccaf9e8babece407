/**
 * @file tests/interop/scenarios/habits.mjs  Behind a gateway with habits
 *
 *     phone <-> trace, changing <-> kamailio <-> anna (Chromium, JsSIP)
 *
 * The same calls as ever, while what the server says comes in other words.
 */
import assert from 'node:assert/strict';
import { Proxy, compact, folded, no_rport, odd_contact, silent }
	from '../lab/habits.mjs';
import { until } from '../lab/wait.mjs';
import { anna_calls, both_hear, phone_calls } from './calls.mjs';
import { traced } from './flows.mjs';

/* Calls both ways, each hung up from either side once */
async function calls_pass(lab, phone)
{
	const one = await phone_calls(lab, phone);
	const figures = await both_hear(one.anna, phone);
	await one.anna.lab('hangup');
	await phone.call_event('terminated');
	await until('no call left', async () => await phone.calls() === 0);

	const mark = phone.events.mark();
	const two = await anna_calls(lab, phone);
	await both_hear(two.anna, phone);
	await phone.must('hangup');
	await two.anna.wait('ended', { from: two.from });
	await phone.call_event('terminated', { from: mark });
	return figures;
}

const behind = (...changes) => async (lab) => {
	const { trace, phone } = await traced(lab, {}, (t) => {
		t.to_phone = (text) => changes.reduce((all, change) =>
			all && change(all), text);
	});
	const figures = await calls_pass(lab, phone);

	assert.equal(trace.connections, 1);
	return figures;
};

async function behind_proxies(lab)
{
	const proxy = new Proxy();
	const { trace, phone } = await traced(lab, {}, (t) => {
		t.to_phone = (text) => proxy.to_phone(text);
		t.to_server = (text) => proxy.to_server(text);
	});
	const figures = await calls_pass(lab, phone);
	const within = trace.of((e) => e.from === 'phone' &&
		/^Route: .*gateway\.test/m.test(e.text)).map((e) => e.event);

	/* ACK of the call made, BYE of the call taken */
	assert.equal(proxy.seen, within.length, 'the order of routes');
	for (const name of ['ACK', 'BYE'])
		assert(within.includes(name), `no ${name} by way of it`);
	return `${figures}; by way of two proxies: ${within.join(' ')}`;
}

export default [
	['gateway: compact forms', behind(compact)],
	['gateway: folded headers', behind(folded)],
	['gateway: no 100, no 180, no rport, odd Contact',
	 behind(silent, no_rport, odd_contact)],
	['gateway: one more proxy in the path', behind_proxies],
];
