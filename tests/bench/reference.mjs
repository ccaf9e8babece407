#!/usr/bin/env node
/**
 * @file tests/bench/reference.mjs  Chromium to Chromium on bad lines
 *
 *     anna (Chromium) -> relay -> carl (Chromium), signalled by kamailio
 *
 * What a browser makes of a line is what the phone is measured by: the share
 * of pictures that are shown, and the longest freeze. One way, 640x480 at 30;
 * sound both ways. BENCH_SECONDS says how long each line is looked at,
 * BENCH_CODECS which codecs, BENCH_SEED which chance.
 */
import { loadavg, tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { Relay } from '../interop/lab/relay.mjs';
import { LINES, heading, row, see } from './lines.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 12);
const CODECS = (process.env.BENCH_CODECS ?? 'H264,VP8').split(',');
const SEED = Number(process.env.BENCH_SEED ?? 1);

/* A call of its own for each line: none is helped by the one before */
async function cell(lab, anna, codec, what)
{
	const relay = await new Relay({ seed: SEED, delay: what.delay })
		.start();
	const carl = await lab.browser.user('carl', lab.kamailio.url());

	try {
		await anna.route(relay);
		await anna.call('carl',
			{ video: { source: 'pattern', codec } });
		await carl.wait('incoming');
		await carl.lab('answer', { tone: { frequency: 1000 },
			video: { source: null } });
		await carl.wait('seen', { limit: 20000 });
		return await see(carl, relay, 'far', what, SECONDS);
	} finally {
		await anna.idle();
		await carl.close();
		await relay.stop();
	}
}

const lab = new Laboratory(`${tmpdir()}/boardphone-reference-${process.pid}`,
			   '');
await lab.start();
try {
	const anna = await lab.anna();

	console.log(`Chromium ${lab.browser.version} to itself, ${SECONDS} s ` +
		`each, seed ${SEED}, load ${loadavg()[0].toFixed(1)}\n`);
	heading();
	for (const codec of CODECS)
		for (const [name, what] of LINES)
			row(name, await cell(lab, anna, codec, what));
} finally {
	await lab.stop();
}
process.exit(0);
