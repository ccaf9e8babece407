/**
 * @file page/stage.js  A call on the screen: picture, sound, time, quality
 *
 *     call.js -> stream -> [stage] -> <video>, levels, bars
 *
 * The browser may refuse to play sound before the page was touched: then
 * there is a button to touch.
 */
import { duration } from './duration.js';
import { Level } from './level.js';
import { Quality, bars } from './quality.js';
import { t } from './words.js';
import * as view from './view.js';

const $ = (id) => document.getElementById(id);

export class Stage {
	#call = null;
	#quality = null;
	#levels = [];

	constructor()
	{
		for (const event of ['resize', 'loadeddata', 'emptied'])
			$('picture').addEventListener(event,
				() => this.#picture());
		$('unmute').onclick = () => this.#play();
	}

	/** Whether the far end is silenced here */
	get silent()
	{
		return $('picture').muted;
	}

	set silent(on)
	{
		$('picture').muted = on;
	}

	/** A call's stream came, or is another; null: the call is over */
	show(call)
	{
		const media = call?.stream ?? null;

		if (this.#call !== call)
			this.#quality = null;
		this.#call = call;
		this.#level();
		if ($('picture').srcObject !== media)
			$('picture').srcObject = media;
		if (media)
			this.#play();
		else
			this.#clear();
	}

	/** Once a second */
	async tick()
	{
		const call = this.#call;

		if (!call?.since || !call.connection)
			return;
		$('timer').textContent = duration(Date.now() - call.since);
		this.#quality ??= new Quality();
		const figures = await this.#quality.measure(call.connection);
		if (figures && this.#call === call)
			view.quality(bars(figures), figures);
	}

	/** The figures behind the bars, or no more */
	figures(on = $('quality-details').hidden)
	{
		$('quality-details').hidden = !on;
		$('quality').setAttribute('aria-expanded', String(on));
	}

	/** The whole screen, or no more */
	full()
	{
		if (document.fullscreenElement)
			document.exitFullscreen();
		else
			$('stage').requestFullscreen?.().catch(() => {});
	}

	#level()
	{
		const call = this.#call;
		const show = (track, where) =>
			new Level(track, document.querySelector(where));

		this.#levels.forEach((one) => one.stop());
		this.#levels = call ? [
			show(call.stream.getAudioTracks()[0], '.emblem'),
			show(call.track, '.level')] : [];
	}

	async #play()
	{
		try {
			await $('picture').play();
			$('unmute').hidden = true;
		} catch (error) {
			$('unmute').hidden = error.name !== 'NotAllowedError';
		}
	}

	#picture()
	{
		document.body.dataset.picture = String(Boolean(
			$('picture').srcObject && $('picture').videoWidth));
	}

	#clear()
	{
		this.silent = false;
		this.figures(false);
		this.#picture();
		$('unmute').hidden = true;
		$('timer').textContent = duration(0);
		$('quality').removeAttribute('data-bars');
		$('quality-text').textContent = t('quality');
		if (document.fullscreenElement)
			document.exitFullscreen();
	}
}
