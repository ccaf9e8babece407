/**
 * @file tests/lab/judge.mjs  What a script of the laboratory found, and lines
 *
 * Each finding is a line `pass|FAIL|skip  NAME: FIGURES` on standard output.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { now, until } from '../interop/lab/wait.mjs';

const DRIVER = '/sys/bus/platform/drivers/gpio-sim';
const DEVICE = 'gpio-sim.0';

/** Run a case; what it throws is a failure, what it returns are figures */
export async function judge(name, test)
{
	try {
		console.log(`pass  ${name}: ${await test()}`);
	} catch (error) {
		console.log(`FAIL  ${name}: ${error.message}`);
	}
}

/* The folder of a line of the simulated chip, whatever the chip is called */
function line_at(line)
{
	const dir = `/sys/devices/platform/${DEVICE}`;
	const chip = readdirSync(dir).find((n) => /^gpiochip\d/.test(n));

	return `${dir}/${chip}/sim_gpio${line}`;
}

/** Draw an input up or down */
export function pull(line, up)
{
	writeFileSync(`${line_at(line)}/pull`, up ? 'pull-up' : 'pull-down');
}

/** Whether a line is high */
export function high(line)
{
	return readFileSync(`${line_at(line)}/value`, 'utf8').trim() === '1';
}

/**
 * Await that an output is so.
 *
 * @return { least, most }: how long it took, as far as can be told by looking
 *         at times, which may be rare on an emulated machine [ms]
 */
export async function becomes(line, up, limit)
{
	const start = now();
	let last = start, seen = start;

	await until(`line ${line} is ${up ? 'high' : 'low'}`, () => {
		last = seen;
		seen = now();
		return high(line) === up;
	}, limit);
	return { least: last - start, most: seen - start };
}

/** Await that an output goes on and off; { least, most } of being on [ms] */
export async function pulse(line, limit)
{
	const on = await becomes(line, true, limit);
	const off = await becomes(line, false, limit);

	return { least: off.least, most: off.most + on.most - on.least };
}

/** Take the chip away, as a plug that is pulled; or bring it back */
export function plug(there)
{
	writeFileSync(`${DRIVER}/${there ? 'bind' : 'unbind'}`, DEVICE);
}
