/**
 * @file tests/interop/lab/status.mjs  What a phone says of its pictures
 *
 *     phone -> `ctl status` -> [status] -> figures
 */
import { execFileSync } from 'node:child_process';

/** What `status` says to people */
export const status_of = (phone) => execFileSync(phone.program,
	['ctl', '-s', phone.socket, 'status'], { encoding: 'utf8' });

/** What a phone's display showed, out of its print */
export function shown(phone)
{
	const text = status_of(phone);
	const figure = (name) => Number(text.match(
		new RegExp(`${name}=([\\d.]+)`))?.[1] ?? NaN);

	return { shown: figure('shown'), pattern: figure('pattern'),
		 freeze: figure('freeze'), text };
}
