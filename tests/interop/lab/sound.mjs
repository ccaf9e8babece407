/**
 * @file tests/interop/lab/sound.mjs  Tones: made, read, and judged
 *
 *     WAV <-- [sound] --> frequency, level, gaps, digits
 *
 * Levels are RMS relative to full scale [dB]: a sine of amplitude 1 has -3.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const HEADER = 44;   /* Octets of a plain WAV header */
const FULL = 32768;
const WINDOW = 0.1;  /* Of a measurement of frequency [s] */
const BLOCK = 0.005; /* Of a measurement of level [s] */
const QUIET = 12;    /* A gap is this much below the usual level [dB] */

const db = (power) => 10 * Math.log10(power + 1e-12);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Write a WAV of 16 bit of a sine; whole periods, so it loops */
export function write_tone(file, { frequency, level = -15, rate = 48000,
				   seconds = 10, channels = 1 })
{
	const count = rate * seconds * channels;
	const amplitude = 10 ** (level / 20) * Math.SQRT2;
	const data = Buffer.alloc(HEADER + count * 2);

	data.write('RIFF', 0);
	data.writeUInt32LE(data.length - 8, 4);
	data.write('WAVEfmt ', 8);
	data.writeUInt32LE(16, 16);
	data.writeUInt16LE(1, 20);
	data.writeUInt16LE(channels, 22);
	data.writeUInt32LE(rate, 24);
	data.writeUInt32LE(rate * 2 * channels, 28);
	data.writeUInt16LE(2 * channels, 32);
	data.writeUInt16LE(16, 34);
	data.write('data', 36);
	data.writeUInt32LE(count * 2, 40);
	for (let i = 0; i < count; i++) {
		const x = amplitude * Math.sin(2 * Math.PI * frequency *
			Math.floor(i / channels) / rate);
		data.writeInt16LE(Math.round(x * (FULL - 1)), HEADER + i * 2);
	}
	writeFileSync(file, data);
}

/** The first channel of a WAV of 16 bit, finished or still being written */
export function read_wav(file)
{
	const data = readFileSync(file);
	let at = 12, channels = 1, rate = 0;

	while (at + 8 <= data.length) {
		const name = data.toString('latin1', at, at + 4);
		const size = data.readUInt32LE(at + 4);
		if (name === 'fmt ') {
			channels = data.readUInt16LE(at + 10);
			rate = data.readUInt32LE(at + 12);
		}
		if (name === 'data')
			break;
		at += 8 + size + size % 2;
	}
	const count = Math.floor((data.length - at - 8) / 2 / channels);
	const samples = new Float32Array(Math.max(count, 0));
	for (let i = 0; i < samples.length; i++)
		samples[i] = data.readInt16LE(at + 8 + i * 2 * channels) / FULL;
	return { samples, rate };
}

function mean_square(samples, from, to)
{
	let sum = 0;

	for (let i = from; i < to; i++)
		sum += samples[i] * samples[i];
	return sum / (to - from);
}

/** Power of one frequency in a piece, as of a sine's mean square */
export function power_at(samples, rate, frequency, from, to)
{
	const w = 2 * Math.PI * frequency / rate;
	let re = 0, im = 0;

	for (let i = from; i < to; i++) {
		re += samples[i] * Math.cos(w * i);
		im += samples[i] * Math.sin(w * i);
	}
	return 2 * (re * re + im * im) / (to - from) ** 2;
}

/* Frequency by the rising zero crossings, interpolated [Hz] */
function frequency_of(samples, rate, from, to)
{
	let first = -1, last = -1, count = 0;

	for (let i = from + 1; i < to; i++) {
		const a = samples[i - 1], b = samples[i];
		if (a >= 0 || b < 0)
			continue;
		last = i - 1 + a / (a - b);
		if (first < 0)
			first = last;
		else
			count++;
	}
	return count ? count * rate / (last - first) : 0;
}

function gaps_of(samples, rate, floor)
{
	const size = Math.round(BLOCK * rate);
	const gaps = [];
	let start = -1, at = 0;

	for (; at + size <= samples.length; at += size) {
		const quiet = mean_square(samples, at, at + size) < floor;
		if (quiet && start < 0)
			start = at;
		if (!quiet && start >= 0) {
			gaps.push({ at: start / rate,
				    ms: (at - start) / rate * 1000 });
			start = -1;
		}
	}
	if (start >= 0)
		gaps.push({ at: start / rate,
			    ms: (at - start) / rate * 1000 });
	return gaps;
}

/**
 * Judge a piece that should be one steady tone.
 *
 * @return { seconds, frequency [Hz], level [dB], purity [dB] (the tone over
 *         all else), gap (the longest [ms]), gaps [{ at [s], ms }] }
 */
export function judge(samples, rate)
{
	const size = Math.round(WINDOW * rate);
	const frequencies = [], powers = [], purities = [];

	for (let at = 0; at + size <= samples.length; at += size) {
		const all = mean_square(samples, at, at + size);
		const f = frequency_of(samples, rate, at, at + size);
		const tone = power_at(samples, rate, f, at, at + size);
		frequencies.push(f);
		powers.push(all);
		purities.push(db(tone) - db(Math.max(all - tone, 0)));
	}
	if (!powers.length)
		return { seconds: 0, frequency: 0, level: -120, purity: 0,
			 gap: 0, gaps: [] };
	const usual = median(powers);
	const gaps = gaps_of(samples, rate, usual / 10 ** (QUIET / 10));

	return {
		seconds: samples.length / rate,
		frequency: median(frequencies),
		level: db(usual),
		purity: median(purities),
		gaps,
		gap: Math.max(0, ...gaps.map((g) => g.ms)),
	};
}

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const STEADY_HOPS = 3; /* That a key must be heard, 30 ms in all */
const PAUSE_HOPS = 9; /* Quiet between two digits, 60 ms in all; a phone makes
			 100. Less is one digit torn by a busy browser (ITU-T
			 Q.24 has interruptions as well as pauses) */
const KEYS = ['123A', '456B', '789C', '*0#D'];

/* The key whose two tones make up most of a piece, or nothing */
function key_of(samples, rate, from, to)
{
	const all = mean_square(samples, from, to);
	const strongest = (list) => list
		.map((f, i) => [power_at(samples, rate, f, from, to), i])
		.sort((a, b) => b[0] - a[0])[0];
	const [row, r] = strongest(ROWS);
	const [column, c] = strongest(COLUMNS);

	return db(all) > -50 && row + column > all / 2 &&
		Math.abs(db(row) - db(column)) < 10 ? KEYS[r][c] : '';
}

/**
 * Digits that are heard as DTMF tones (ITU-T Q.23), in their order. A browser
 * plays a telephone-event for as little as 50 ms, whatever its duration.
 */
export function digits_in(samples, rate)
{
	const size = Math.round(0.02 * rate), hop = Math.round(0.005 * rate);
	let digits = '', last = '', same = 0, counted = '';

	for (let at = 0; at + size <= samples.length; at += hop) {
		const key = key_of(samples, rate, at, at + size);
		same = key === last ? same + 1 : 1;
		last = key;
		if (same < (key ? STEADY_HOPS : PAUSE_HOPS) ||
		    key === counted)
			continue;
		digits += key;
		counted = key;
	}
	return digits;
}
