/**
 * @file page/sound.js  What the page itself lets one hear: bell and tones
 *
 *     main.js -> [sound] -> WebAudio
 *
 * Nothing is loaded: tones are made here. Browsers keep a page silent until
 * it was touched once; blocked() says so, wake() is to be called by a touch.
 */
import { get } from './settings.js';

const BELL = [659.26, 523.25];       /* Ding, dong [Hz]: E5, C5 */
const PARTIALS = [[1, 1], [2.76, .28], [5.4, .1]]; /* Of a bar of metal */
const BELL_EVERY = 3200;             /* [ms] */
const CALLING = 425, CALLING_EVERY = 4000; /* ITU-T E.180: [Hz], [ms] */
const LOW = [697, 770, 852, 941], HIGH = [1209, 1336, 1477]; /* Q.23 [Hz] */
const KEYS = ['123', '456', '789', '*0#'];

let context = null;
let repeating = null;
let listener = () => {};

/** Whether a bell would not be heard */
export function blocked()
{
	return !context || context.state !== 'running';
}

/** The context for others, for levels; made at the first touch */
export function audio()
{
	return context;
}

/** To be called by a touch, or to see whether the browser is in a good mood */
export async function wake()
{
	if (!context) {
		context = new AudioContext();
		context.addEventListener('statechange', () => listener());
	}
	if (context.state !== 'running')
		await Promise.race([context.resume(),
			new Promise((done) => setTimeout(done, 200))]);
	listener();
}

/** A track that is silent: the microphone's place until that is there */
export function nothing()
{
	context ??= new AudioContext();
	return context.createMediaStreamDestination().stream
		.getAudioTracks()[0];
}

/** Tell when blocked() may have changed */
export function on_change(handler)
{
	listener = handler;
}

/* One tone that rises in `attack` and fades away [s] */
function tone(frequency, at, length, loud, attack = .006)
{
	const oscillator = context.createOscillator();
	const gain = context.createGain();

	oscillator.frequency.value = frequency;
	gain.gain.setValueAtTime(0, at);
	gain.gain.linearRampToValueAtTime(loud, at + attack);
	gain.gain.exponentialRampToValueAtTime(.0001, at + length);
	oscillator.connect(gain).connect(context.destination);
	oscillator.start(at);
	oscillator.stop(at + length + .05);
}

/* An even tone, as exchanges make them */
function beep(frequencies, length, loud)
{
	const at = context.currentTime;

	for (const frequency of frequencies) {
		const oscillator = context.createOscillator();
		const gain = context.createGain();

		oscillator.frequency.value = frequency;
		gain.gain.setValueAtTime(0, at);
		gain.gain.linearRampToValueAtTime(loud, at + .01);
		gain.gain.setValueAtTime(loud, at + length);
		gain.gain.linearRampToValueAtTime(0, at + length + .02);
		oscillator.connect(gain).connect(context.destination);
		oscillator.start(at);
		oscillator.stop(at + length + .05);
	}
}

function strike()
{
	const loud = (get('volume') / 100) ** 2 * .5;

	if (blocked() || !loud)
		return;
	BELL.forEach((frequency, i) => PARTIALS.forEach(([times, part]) =>
		tone(frequency * times, context.currentTime + i * .62,
		     1.9 / Math.sqrt(times), loud * part)));
}

function repeat(what, every)
{
	silence();
	what();
	repeating = setInterval(what, every);
}

/** The bell, until silence() */
export function bell()
{
	repeat(strike, BELL_EVERY);
}

/** The bell, once */
export function try_bell()
{
	wake().then(strike);
}

/** What one hears while the other end rings, until silence() */
export function calling()
{
	repeat(() => blocked() || beep([CALLING], 1, .05), CALLING_EVERY);
}

export function silence()
{
	clearInterval(repeating);
	repeating = null;
}

/** Whether bell() or calling() is on */
export function sounding()
{
	return repeating !== null;
}

/** A key of the keypad */
export function key(digit)
{
	const row = KEYS.findIndex((line) => line.includes(digit));

	if (!blocked() && row >= 0)
		beep([LOW[row], HIGH[KEYS[row].indexOf(digit)]], .09, .05);
}

/** Two short notes: up when something began, down when it ended */
export function note(up)
{
	if (blocked())
		return;
	[up ? 523.25 : 659.26, up ? 783.99 : 440].forEach((frequency, i) =>
		tone(frequency, context.currentTime + i * .11, .22, .09));
}
