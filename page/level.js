/**
 * @file page/level.js  How loud a track is, as a style of an element
 *
 *     MediaStreamTrack -> analyser -> [level] -> --level: 0 .. 1
 */
import { audio, blocked } from './sound.js';

const EVERY = 80;                 /* [ms] */
const FLOOR = -55, CEILING = -12; /* [dB] that are 0 and 1 */
const FALL = .75;                 /* How much is left a step later */

export class Level {
	#timer;
	#source;
	#level = 0;

	constructor(track, element)
	{
		if (!track || blocked())
			return;
		const analyser = audio().createAnalyser();
		const samples = new Float32Array(analyser.fftSize);

		this.element = element;
		this.#source = audio().createMediaStreamSource(
			new MediaStream([track]));
		this.#source.connect(analyser);
		this.#timer = setInterval(() => {
			analyser.getFloatTimeDomainData(samples);
			this.#show(samples);
		}, EVERY);
	}

	#show(samples)
	{
		const power = samples.reduce((sum, x) => sum + x * x, 0) /
			samples.length;
		const level = (10 * Math.log10(power + 1e-9) - FLOOR) /
			(CEILING - FLOOR);

		this.#level = Math.min(1, Math.max(level, 0,
			this.#level * FALL));
		this.element.style.setProperty('--level',
			this.#level.toFixed(2));
	}

	stop()
	{
		clearInterval(this.#timer);
		this.#source?.disconnect();
		this.element?.style.setProperty('--level', 0);
	}
}
