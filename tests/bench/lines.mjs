/**
 * @file tests/bench/lines.mjs  What is seen of a call on a bad line
 *
 *     near -> relay (bad) -> [lines] far: what it sees
 *
 * The lines on which calls are compared, and how. A browser is one end; the
 * other one is a browser too, or the phone.
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

const COUNTED = ['nackCount', 'pliCount'];
const NUMBERS = 0x10000; /* Of the pattern */

const less = (after, before, names) => Object.fromEntries(names.map((name) =>
	[name, after[name] - before[name]]));

const codec_of = (stats) => stats.codec?.split('/')[1];

/* What one direction carried [kbit/s] */
const rate = (line, seconds) => Math.round(line.bytes * 8 / 1000 / seconds);

/** What a phone's display showed, out of what `status` says to people */
export function shown(text)
{
	const of = (name) => Number(text.match(
		new RegExp(`\\b${name}=([\\d.]+)`))?.[1] ?? 0);

	return { read: of('pattern'), number: of('number'),
		 backwards: of('backwards'), freeze: of('freeze'),
		 worst: of('worst'), colour_error: of('colours'),
		 size: text.match(/(\d+x\d+) shown=/)?.[1] };
}

/** What a browser sent, and was asked for: figures that only grow */
export async function sent(user)
{
	const stats = (await user.lab('stats'))['video outbound-rtp'];

	return { codec: codec_of(stats), keys: stats.keyFramesEncoded,
		...Object.fromEntries(
			COUNTED.map((name) => [name, stats[name]])) };
}

/* The same as see() of a browser. The freeze is the call's longest: a phone
   has no other */
function seen_by_phone(before, after, line, seconds)
{
	const read = after.read - before.read -
		(after.backwards - before.backwards);
	const numbers = (after.number - before.number + NUMBERS) % NUMBERS;
	const { codec, freeze, worst, size, colour_error } = after;

	return { codec, freeze, size, colour_error, fps: read / seconds,
		share: numbers ? read / numbers * 100 : 0,
		delay: { worst }, kbit: rate(line, seconds),
		...less(after, before, ['keys', ...COUNTED]) };
}

/**
 * What is seen in so many seconds, after the line was made bad.
 *
 * @param user  Of browser.mjs, in a call with video
 * @param relay Relay of that call; the user may be on either side
 * @param side  On which: 'near' or 'far'
 * @param look  At the other end, if it is a phone: { ...shown(), ...sent() }
 *
 * @return Figures of the user; `other` has those of the phone
 */
export async function see(user, relay, side, what, seconds, look)
{
	relay.set(what);
	await never('settling', () => false, SETTLED * 1000);
	const stats = async () => (await user.lab('stats'))
		['video inbound-rtp'];
	const before = await stats(), other = await look?.();
	relay.reset();
	const seen = await user.watch(seconds);
	const after = await stats(), then = await look?.();
	const { up, down } = relay.figures();
	const [to, from] = side === 'far' ? [up, down] : [down, up];

	return { ...seen, codec: codec_of(after),
		size: `${seen.width}x${seen.height}`,
		kbit: rate(to, seen.seconds),
		keys: after.keyFramesDecoded - before.keyFramesDecoded,
		...less(after, before, COUNTED),
		other: look && seen_by_phone(other, then, from, seen.seconds) };
}

const COLUMNS = [
	['line', 20, (c) => c.name],
	['way', 20, (c) => c.who],
	['codec', 5, (c) => c.codec],
	['shown %', 7, (c) => c.share.toFixed(1)],
	['fps', 5, (c) => c.fps.toFixed(1)],
	['freeze ms', 9, (c) => c.freeze],
	['delay ms', 8, (c) => c.delay.median ?? '-'],
	['worst', 6, (c) => c.delay.worst ?? '-'],
	['kbit/s', 6, (c) => c.kbit],
	['size', 8, (c) => c.size],
	['colours %', 9, (c) => c.colour_error.toFixed(1)],
	['NACK', 4, (c) => c.nackCount],
	['PLI', 3, (c) => c.pliCount],
	['key', 3, (c) => c.keys],
];

const print = (cell) => console.log(`  ${COLUMNS.map(([name, width, of]) =>
	String(cell ? of(cell) : name).padEnd(width)).join(' ')}`.trimEnd());

/** The heading of a table of cells; then one of them, with its line's name
    and which way it went */
export const heading = () => print(null);
export const row = (name, who, cell) => print({ name, who, ...cell });
