/**
 * @file tests/bench/lines.mjs  What is seen of a call on a bad line
 *
 *     near -> relay (bad) -> [lines] far: what it sees
 *
 * The lines on which calls are compared, and how. A browser is the one that
 * sees; who sends may be a browser, or the phone.
 */
import { never } from '../interop/lab/wait.mjs';

/** Of both directions; 20 ms of delay each, as to a server nearby */
export const LINES = [
	['clean', {}],
	['5 % lost', { loss: 5 }],
	['10 % lost', { loss: 10 }],
	['20 % lost', { loss: 20 }],
	['bursts, 8 of 58 lost', { burst: { p: 2, length: 8 } }],
].map(([name, what]) => [name, { delay: 20, ...what }]);

export const SETTLED = 3; /* After the first picture [s] */

const COUNTED = ['nackCount', 'pliCount', 'keyFramesDecoded'];

/**
 * What a user sees for so many seconds, after the line was made bad.
 *
 * @param user  Of browser.mjs, in a call with video
 * @param relay Relay of that call; the user may be on either side
 * @param side  On which: 'near' or 'far'
 */
export async function see(user, relay, side, what, seconds)
{
	relay.set(what);
	await never('settling', () => false, SETTLED * 1000);
	const stats = async () => (await user.lab('stats'))
		['video inbound-rtp'];
	const before = await stats();
	relay.reset();
	const seen = await user.watch(seconds);
	const after = await stats();
	const line = relay.figures()[side === 'far' ? 'up' : 'down'];

	return { ...seen, codec: after.codec?.split('/')[1],
		kbit: Math.round(line.bytes * 8 / 1000 / seen.seconds),
		...Object.fromEntries(COUNTED.map((name) =>
			[name, after[name] - before[name]])) };
}

const COLUMNS = [
	['line', 22, (c) => c.name],
	['codec', 6, (c) => c.codec],
	['shown %', 8, (c) => c.share.toFixed(1)],
	['fps', 6, (c) => c.fps.toFixed(1)],
	['freeze ms', 10, (c) => c.freeze],
	['delay ms', 9, (c) => c.delay.median ?? '-'],
	['worst', 7, (c) => c.delay.worst ?? '-'],
	['kbit/s', 7, (c) => c.kbit],
	['size', 9, (c) => `${c.width}x${c.height}`],
	['colours %', 10, (c) => c.colour_error.toFixed(1)],
	['NACK', 5, (c) => c.nackCount],
	['PLI', 4, (c) => c.pliCount],
	['key', 4, (c) => c.keyFramesDecoded],
];

const print = (cell) => console.log(`  ${COLUMNS.map(([name, width, of]) =>
	String(cell ? of(cell) : name).padEnd(width)).join(' ')}`.trimEnd());

/** The heading of a table of cells; then one of them, with its line's name */
export const heading = () => print(null);
export const row = (name, cell) => print({ name, ...cell });
