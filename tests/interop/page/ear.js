/*
 * tests/interop/page/ear.js  Watches a page that knows nothing of tests
 *
 *     test <- report() <- [ear] <- states, clicks, microphone, sound
 *
 * Runs before the page's own scripts. What happens goes to window.report(),
 * with the time; window.ear has the sound that is heard and connections.
 */
'use strict';

{
const LOUD = 0.003; /* RMS of a piece that is heard, about -50 dB */
const RATE = 48000; /* [Hz] */

const tell = (event, more = {}) => window.report?.({ event,
	time: performance.timeOrigin + performance.now(), ...more });

const ear = window.ear = {
	asked: 0,         /* How often for the microphone */
	pieces: null,     /* What is being recorded, or null */
	connections: [],
	hearing: 0,       /* Tracks */
	tone: 0,          /* Said instead of the microphone [Hz] */
	deny: false,      /* As who does not allow the microphone */
	pattern: false,   /* Shown instead of the camera (pattern.js) */

	record()
	{
		this.pieces = [];
	},

	/** Seconds recorded so far */
	recorded()
	{
		return (this.pieces ?? []).reduce((sum, p) =>
			sum + p.length, 0) / RATE;
	},

	/** End of recording: samples of 16 bit as base64 */
	heard()
	{
		const count = this.pieces.reduce((n, p) => n + p.length, 0);
		const all = new Int16Array(count);
		let at = 0, text = '';

		for (const piece of this.pieces)
			for (const x of piece)
				all[at++] = Math.max(-1, Math.min(1, x)) *
					32767;
		this.pieces = null;
		const octets = new Uint8Array(all.buffer);
		for (let i = 0; i < octets.length; i += 0x8000)
			text += String.fromCharCode(
				...octets.subarray(i, i + 0x8000));
		return btoa(text);
	},
};

/* --- Sound: each track of the far side, read beside the page */
function take(samples, since)
{
	const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) /
			      samples.length);

	if (rms > LOUD && !since.loud) {
		since.loud = true;
		tell('heard', { rms });
	}
	ear.pieces?.push(samples);
}

async function listen(track)
{
	const since = { loud: false };
	const { readable } = new MediaStreamTrackProcessor(
		{ track: track.clone() });
	const reader = readable.getReader();

	for (ear.hearing++;;) {
		const { value, done } = await reader.read();
		if (done)
			break;
		const samples = new Float32Array(value.numberOfFrames);
		value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
		value.close();
		take(samples, since);
	}
	ear.hearing--;
}

window.RTCPeerConnection = class extends window.RTCPeerConnection {
	constructor(...args)
	{
		super(...args);
		ear.connections.push(this);
		tell('peer connection');
		this.addEventListener('connectionstatechange', () =>
			tell('connection', { state: this.connectionState }));
		this.addEventListener('track', ({ track }) => {
			if (track.kind === 'audio')
				listen(track);
		});
	}
};

/* --- The microphone: who asked, and a tone instead if the test wants one */
const devices = window.MediaDevices?.prototype ?? {}; /* None on http */
const ask = devices.getUserMedia;

function tone_of(frequency)
{
	const context = new AudioContext({ sampleRate: RATE });
	const tone = context.createOscillator();
	const gain = context.createGain();
	const out = context.createMediaStreamDestination();

	tone.frequency.value = frequency;
	gain.gain.value = 10 ** (-15 / 20) * Math.SQRT2;
	tone.connect(gain).connect(out);
	out.channelCount = 1;
	tone.start();
	return out.stream;
}

devices.getUserMedia = async function (constraints) {
	ear.asked++;
	tell('microphone', { constraints });
	if (ear.deny)
		throw new DOMException('Permission denied', 'NotAllowedError');
	/* The fake microphone as it is, so that tones can be measured */
	const plain = { ...constraints, audio: constraints.audio && {
		echoCancellation: false, noiseSuppression: false,
		autoGainControl: false, channelCount: 1 } };
	const stream = await ask.call(this, plain);
	const sound = ear.tone && plain.audio ? tone_of(ear.tone) : stream;
	const [seen] = stream.getVideoTracks();
	if (!seen || (!ear.tone && !ear.pattern))
		return sound;
	/* Kept: what the camera showed, unless the pattern replaces it */
	if (ear.pattern)
		seen.stop();
	return new MediaStream([...sound.getAudioTracks(),
		ear.pattern ? window.pattern_track() : seen]);
};

/* --- The page: its states, and what is clicked */
let last;

function look()
{
	const state = document.body?.dataset.state;

	if (state && state !== last)
		tell('state', { state, before: last });
	last = state;
}

new MutationObserver(look).observe(document, { subtree: true,
	childList: true, attributes: true,
	attributeFilter: ['data-state'] });
document.addEventListener('DOMContentLoaded', look);
document.addEventListener('click', ({ target }) => tell('click',
	{ id: target.closest?.('[id]')?.id }), true);
document.addEventListener('securitypolicyviolation', (e) =>
	tell('policy', { what: `${e.violatedDirective} ${e.blockedURI}` }));
}
