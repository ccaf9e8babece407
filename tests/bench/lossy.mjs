#!/usr/bin/env node
/**
 * @file tests/bench/lossy.mjs  What is seen on bad lines, beside Chromium
 *
 *     anna (Chromium) <-> relay <-> phone, or carl (Chromium)
 *
 * The share of pictures that are shown and the longest freeze: phone to
 * Chromium, Chromium to phone, and what a browser makes of the same line,
 * which is what the phone is measured by. 640x480 at 30; sound both ways.
 * Prints, does not judge. BOARDPHONE names the binary. BENCH_SECONDS says how
 * long each line is looked at, BENCH_CODECS which codecs, BENCH_LINES which
 * lines (parts of their names, or `all`), BENCH_SEEDS which chance, each in
 * turn, and BENCH_ROWS which of phone, Chromium.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { Relay } from '../interop/lab/relay.mjs';
import { LINES, heading, row, see, sent, shown } from './lines.mjs';

const { env } = process;
const SECONDS = Number(env.BENCH_SECONDS ?? 10);
const CODECS = (env.BENCH_CODECS ?? 'H264,VP8').split(',');
const SEEDS = (env.BENCH_SEEDS ?? '1').split(',').map(Number);
const ROWS = (env.BENCH_ROWS ?? 'phone,Chromium').split(',');
const NAMED = (env.BENCH_LINES ?? '5 %,20 %').split(',');
const LIMIT = 20000; /* Until the first picture [ms] */
const program = env.BOARDPHONE ?? 'build/release/boardphone';
const lines = LINES.filter(([name]) => NAMED.includes('all') ||
	NAMED.some((part) => name.includes(part)));

/* A call of its own for each line: none is helped by the one before */
async function with_call(lab, delay, seed, call)
{
	const relay = await new Relay({ seed, delay }).start();
	const anna = await lab.fresh_anna();

	try {
		await anna.route(relay);
		return await call(anna, relay);
	} finally {
		await anna.idle();
		await relay.stop();
	}
}

/* anna calls carl, who sends no picture */
const of_browsers = (lab, codec, what, seed) => with_call(lab, what.delay,
	seed, async (anna, relay) => {
		const carl = await lab.browser.user('carl',
						    lab.kamailio.url());
		try {
			await anna.call('carl',
				{ video: { source: 'pattern', codec } });
			await carl.wait('incoming');
			await carl.lab('answer', { tone: { frequency: 1000 },
				video: { source: null } });
			await carl.wait('seen', { limit: LIMIT });
			return { 'Chromium -> Chromium': await see(carl, relay,
				'far', what, SECONDS) };
		} finally {
			await carl.close();
		}
	});

/* anna calls the phone: both directions at once, as in any call of it */
const of_phone = (lab, codec, what, seed) => with_call(lab, what.delay, seed,
	async (anna, relay) => {
		const pictures = `${lab.dir}/pictures`;
		mkdirSync(pictures, { recursive: true });
		const phone = await lab.phone({ call: { auto_answer: 'yes' },
			video: { camera: 'sim:pattern', size: '640x480',
				 fps: 30, codecs: codec.toLowerCase(),
				 display: `file=${pictures}` } });
		const look = async () => ({
			...shown(execFileSync(program, ['ctl', '-s',
				phone.socket, 'status'], { encoding: 'utf8' })),
			...await sent(anna),
		});
		try {
			await anna.call('board',
				{ video: { source: 'pattern', codec } });
			await anna.wait('seen', { limit: LIMIT });
			const there = await see(anna, relay, 'near', what,
						SECONDS, look);
			if (env.BENCH_STATS)
				console.log(execFileSync(program, ['ctl', '-s',
					phone.socket, 'stats'],
					{ encoding: 'utf8' }));
			await phone.must('hangup');
			return { 'phone -> Chromium': there,
				 'Chromium -> phone': there.other };
		} finally {
			await phone.stop();
		}
	});

async function line(lab, codec, [name, what], seed)
{
	const cells = {
		...ROWS.includes('phone') &&
			await of_phone(lab, codec, what, seed),
		...ROWS.includes('Chromium') &&
			await of_browsers(lab, codec, what, seed),
	};

	for (const [who, cell] of Object.entries(cells))
		row(name, who, cell);
}

const lab = new Laboratory(`${tmpdir()}/boardphone-lossy-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	console.log(`  pictures on bad lines: Chromium ${lab.browser.version
		}, ${SECONDS} s each, chance ${SEEDS}, load ${
		loadavg()[0].toFixed(1)}`);
	heading();
	for (const codec of CODECS)
		for (const one of lines)
			for (const seed of SEEDS)
				await line(lab, codec, one, seed);
} finally {
	await lab.stop();
}
process.exit(0);
