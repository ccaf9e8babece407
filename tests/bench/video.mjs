#!/usr/bin/env node
/**
 * @file tests/bench/video.mjs  What a call with pictures costs
 *
 *     phone <- wss -> kamailio <- wss -> second phone, pictures both ways
 *
 * Prints, does not judge: CPU time and memory of one of the phones, with a
 * picture that stands still and with one that moves, beside the limit and
 * what baresip 4.10 needed with one that stands still. The second phone runs
 * from a file of its own, so that its code is not counted in halves.
 * BOARDPHONE names the binary, BENCH_SECONDS says how long is measured.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { Laboratory } from '../interop/lab/laboratory.mjs';
import { shown } from '../interop/lab/status.mjs';
import { until } from '../interop/lab/wait.mjs';
import { MB, alone, spend } from './spend.mjs';
import { row, section } from './table.mjs';

const LONG = !!process.env.BOARDPHONE_LONG;
const SECONDS = Number(process.env.BENCH_SECONDS ?? (LONG ? 30 : 10));
const SETTLED = 3; /* After the first pictures [s] */
const SIZE = { size: '640x480', fps: 30 };
const program = process.env.BOARDPHONE ?? 'build/release/boardphone';

/* From the issue: baresip's, and half of it */
const PEER = {
	h264: { cpu: 6.8, pss: 28.6 },
	vp8: { cpu: 6.4, pss: 20.2 },
};
const SCENES = { still: 'sim:pattern=still', moving: 'sim:pattern' };

/* One picture a second goes into a file, as on a board without a screen */
function video(lab, camera, codecs, name)
{
	const dir = `${lab.dir}/${name}`;

	mkdirSync(dir, { recursive: true });
	return { ...SIZE, camera, codecs, display: `file=${dir}` };
}

async function call(lab, codec, scene)
{
	const camera = SCENES[scene];
	const phone = await lab.phone({ video: video(lab, camera, codec,
						     'near') });
	lab.program = lab.copy;
	const other = await lab.phone({ user: 'cora',
		call: { auto_answer: 'yes' },
		video: video(lab, camera, codec, 'far') });
	lab.program = program;

	await phone.must('call', 'cora', 'av');
	await phone.call_event('connected');
	await until('pictures', async () => shown(phone).shown > SETTLED *
		SIZE.fps, 20000);
	const before = shown(phone);
	const figures = await alone(phone, () => spend(phone, SECONDS));
	const after = shown(phone);

	section(`${codec}, ${scene}, ${SECONDS} s, both ways`);
	row('CPU, user and system', figures.cpu, { unit: 's/min', digits: 2,
		limit: PEER[codec].cpu / 2, peer: PEER[codec].cpu });
	row('PSS', figures.pss / MB, { unit: 'MB', digits: 1,
		limit: PEER[codec].pss / 2, peer: PEER[codec].pss });
	row('pictures shown a second', (after.shown - before.shown) /
		figures.seconds, { digits: 1, limit: SIZE.fps });
	await phone.must('hangup');
	await phone.stop();
	await other.stop();
}

const lab = new Laboratory(`${tmpdir()}/boardphone-bench-${process.pid}`,
			   program);
await lab.start({ open: 1 });
try {
	lab.copy = `${lab.dir}/second`;
	copyFileSync(program, lab.copy);
	console.log(`\n  calls with pictures, 640x480 at 30, load ` +
		`${loadavg()[0].toFixed(1)}`);
	for (const codec of Object.keys(PEER))
		for (const scene of Object.keys(SCENES))
			await call(lab, codec, scene);
} finally {
	await lab.stop();
}
process.exit(0);
