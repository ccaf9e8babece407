/**
 * @file page/sha256.js  SHA-256 (FIPS 180-4), at once
 *
 * The browser's own is asynchronous, and JsSIP wants its answer to a challenge
 * within the call. A password's length is no matter of speed.
 */
const BLOCK = 64; /* Octets of a block */
const ROUNDS = 64;
const LENGTH = 8; /* Octets of the length at the end */

/* The first 32 bits of the fractional part of a root of a small prime */
function fraction(x)
{
	return (x - Math.floor(x)) * 2 ** 32 >>> 0;
}

function primes(count)
{
	const found = [];

	for (let n = 2; found.length < count; n++)
		if (found.every((p) => n % p))
			found.push(n);
	return found;
}

const K = primes(ROUNDS).map((p) => fraction(Math.cbrt(p)));
const START = primes(8).map((p) => fraction(Math.sqrt(p)));

function rotate(x, n)
{
	return x >>> n | x << 32 - n;
}

/* FIPS 180-4 section 6.2.2 */
function block(h, view, at)
{
	const w = [];

	for (let t = 0; t < 16; t++)
		w[t] = view.getUint32(at + t * 4);
	for (let t = 16; t < ROUNDS; t++) {
		const a = w[t - 15], b = w[t - 2];
		w[t] = w[t - 16] + w[t - 7] +
			(rotate(a, 7) ^ rotate(a, 18) ^ a >>> 3) +
			(rotate(b, 17) ^ rotate(b, 19) ^ b >>> 10) | 0;
	}
	let [a, b, c, d, e, f, g, i] = h;
	for (let t = 0; t < ROUNDS; t++) {
		const t1 = i + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			(e & f ^ ~e & g) + K[t] + w[t] | 0;
		const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			(a & b ^ a & c ^ b & c) | 0;
		[a, b, c, d, e, f, g, i] =
			[t1 + t2 | 0, a, b, c, d + t1 | 0, e, f, g];
	}
	return [a, b, c, d, e, f, g, i].map((x, n) => x + h[n] | 0);
}

/** Of a text as UTF-8; as hexadecimal digits */
export function sha256(text)
{
	const octets = new TextEncoder().encode(text);
	const size = Math.ceil((octets.length + 1 + LENGTH) / BLOCK) * BLOCK;
	const padded = new Uint8Array(size);
	const view = new DataView(padded.buffer);
	let h = START;

	padded.set(octets);
	padded[octets.length] = 0x80;
	view.setUint32(size - 4, octets.length * 8);
	for (let at = 0; at < size; at += BLOCK)
		h = block(h, view, at);
	return h.map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
}
