/**
 * @file tests/interop/scenarios/abuse.mjs  The page's server under abuse
 *
 *     attackers -> board <-> call with a browser on the page
 *
 * Slow, huge, malformed and many requests, floods of frames: memory stays
 * bounded, a call that goes on is not disturbed, and the page is still there
 * for others (SECURITY rows 14, 15 and 43).
 */
import assert from 'node:assert/strict';
import { ATTACKS } from '../lab/abuse.mjs';
import { BROWSER_TONE, PHONE_TONE } from '../lab/laboratory.mjs';
import { judge } from '../lab/sound.mjs';
import { Stall } from '../lab/stall.mjs';
import { now, until } from '../lab/wait.mjs';
import { answered, hangs_up, no_call, rung } from './page.mjs';

const SECONDS = 4;      /* Each attack goes on for [s] */
const GAP = 40;         /* Longest gap of sound, of the issue [ms] */
const OFF = 0.02;       /* A tone may be, of its frequency */
const GROWTH = 6144;    /* Of memory while attacked, over a call [kB] */
const LEFT = 2048;      /* Of that afterwards, which the heap keeps [kB] */
const ANSWER = 5000;    /* The page is there within [ms] */
const LOOK = 100;       /* At memory, so often [ms] */

/* The most memory [kB] that a board has until a promise is kept */
async function peak(board, promise)
{
	let most = 0;
	const timer = setInterval(() => {
		most = Math.max(most, board.figures().pss);
	}, LOOK);

	try {
		return [await promise, () => most];
	} finally {
		clearInterval(timer);
	}
}

/* Whether others get the page meanwhile; after which time [ms] */
async function is_served(board, from = 0)
{
	await until('an attack is under way', () => now() >= from);
	const start = now();

	await until('the page is there', () => board.get('/board.json')
		.then(({ status }) => status === 200, () => false), ANSWER);
	return now() - start;
}

/* One attack during the call: what came of it, and figures */
async function attack(name, board, visitor)
{
	const end = now() + SECONDS * 1000;
	const stall = new Stall();
	const hear = async (who, tone) => {
		const { samples, rate } = await who;
		const { frequency, gap } = judge(samples, rate);
		assert(Math.abs(frequency / tone - 1) < OFF,
		       `${name}: ${frequency} Hz are heard, not ${tone}`);
		return gap;
	};
	const [[said, served, ...gaps], most] = await peak(board,
		Promise.all([ATTACKS[name](board, end),
			is_served(board, end - SECONDS * 500),
			hear(visitor.listen(SECONDS), PHONE_TONE),
			hear(board.listen_for(SECONDS), BROWSER_TONE)]));

	return { said, served, gap: Math.max(...gaps), most: most(),
		 stalled: await stall.stop() };
}

async function attacked(name, board, visitor, before)
{
	const { said, served, gap, most, stalled } =
		await attack(name, board, visitor);
	const grown = most - before.pss;
	const text = `${name}: ${said}, gap ${gap.toFixed(0)} ms ` +
		`(machine stalled ${stalled.toFixed(0)} ms), ` +
		`+${grown} kB, page after ${served.toFixed(0)} ms`;

	assert(grown <= GROWTH, `${text}: memory grows`);
	await until('connections of attackers are gone', () =>
		board.figures().fds <= before.fds + 1, 15000);
	assert(gap - stalled <= GAP, `${text}: sound is disturbed`);
	return text;
}

async function during_a_call(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const lines = [];

	await rung(board, visitor);
	await answered(visitor);
	await board.listen_for(1); /* It begins, with gaps */
	const before = board.figures();
	for (const name of Object.keys(ATTACKS))
		lines.push(await attacked(name, board, visitor, before));

	const left = board.figures().pss - before.pss;
	assert(left <= LEFT, `${left} kB are left of the attacks`);
	await hangs_up(visitor);
	await no_call(board);
	await rung(board, visitor);
	return `${lines.join('; ')}; left +${left} kB`;
}

/* The same without a call and without a judgement of time */
async function under_sanitizers(lab)
{
	const board = await lab.board();

	for (const attack of Object.values(ATTACKS)) {
		await attack(board, now() + SECONDS * 1000);
		await is_served(board);
	}
	const visitor = await lab.member(board);
	await rung(board, visitor);
}

export default [
	['abuse: a call on the page goes on under attack', during_a_call,
		{ limit: 240000 }],
	['abuse: attacks under sanitizers', under_sanitizers,
		{ sanitized: true, limit: 240000 }],
];
