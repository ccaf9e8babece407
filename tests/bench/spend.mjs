/**
 * @file tests/bench/spend.mjs  What a phone takes while it is looked at
 *
 *     phone -> /proc -> [spend] -> figures
 */
import { never } from '../interop/lab/wait.mjs';

export const MB = 1024; /* kB */

/** What it takes, while nothing else runs that maps the same files */
export async function alone(phone, measure)
{
	phone.listener.kill();
	await new Promise((done) => phone.listener.on('exit', done));
	const result = await measure();
	await phone.listen();
	return result;
}

/** CPU time [s/min], and figures at the end */
export async function spend(phone, seconds)
{
	const start = performance.now();
	const before = phone.figures();

	await never('it ended', () => !phone.alive(), seconds * 1000);
	const figures = phone.figures();
	const past = (performance.now() - start) / 1000;
	return { ...figures, seconds: past,
		 cpu: (figures.cpu - before.cpu) / past * 60 };
}
