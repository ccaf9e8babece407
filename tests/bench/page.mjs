#!/usr/bin/env node
/**
 * @file tests/bench/page.mjs  How long the board's own page takes
 *
 *     button -> board -> page in Chromium rings -> answered -> heard
 *
 * Prints, does not judge. BOARDPHONE names the binary, BENCH_CALLS says how
 * often the times are taken.
 */
import { tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { until } from '../interop/lab/wait.mjs';
import { row, section } from './table.mjs';

const CALLS = Number(process.env.BENCH_CALLS ?? 20);
const MB = 1024; /* kB */

/* From the issue */
const TO_RING = { unit: 'ms', limit: 150 };
const TO_SOUND = { unit: 'ms', limit: 200 };

const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

const time_of = (visitor, from, name, match = () => true) =>
	visitor.events.find((e) => e.event === name && match(e), from).time;

async function one(board, visitor, times)
{
	const from = visitor.events.mark();
	const mark = board.events.mark();
	const start = performance.timeOrigin + performance.now();

	await board.press();
	await visitor.shows('ringing');
	await visitor.click('answer');
	await visitor.wait('heard', { from });
	const rings = (e) => e.state === 'ringing';
	times.ring.push(time_of(visitor, from, 'state', rings) - start);
	times.sound.push(time_of(visitor, from, 'heard') -
		time_of(visitor, from, 'click', (e) => e.id === 'answer'));
	const figures = board.figures();
	await board.must('hangup');
	await board.call_event('terminated', { from: mark });
	await until('no call', async () => await board.calls() === 0);
	await visitor.shows('ended');
	return figures;
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start();
try {
	const board = await lab.board();
	const visitor = await lab.member(board);
	const times = { ring: [], sound: [] };
	let figures;

	/* The first one warms the browser up */
	await one(board, visitor, { ring: [], sound: [] });
	for (let i = 0; i < CALLS; i++)
		figures = await one(board, visitor, times);
	section("the board's own page: median (best, worst)");
	row('command `button` to ringing page', times.ring, TO_RING);
	row('answer to first sound in the page', times.sound, TO_SOUND);
	row('PSS in such a call', figures.pss / MB, { unit: 'MB', digits: 2 });
} finally {
	await lab.stop();
}
process.exit(0);
