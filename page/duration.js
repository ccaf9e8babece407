/**
 * @file page/duration.js  Time of a call as one reads it
 */

/** 0:07, 12:34, 1:02:03 */
export function duration(ms)
{
	const s = Math.floor(ms / 1000);
	const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];

	return (parts[0] ? parts : parts.slice(1)).map((n, i) =>
		i ? String(n).padStart(2, '0') : n).join(':');
}
