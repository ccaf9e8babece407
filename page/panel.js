/**
 * @file page/panel.js  The dialog of settings, and what is said of the board
 */
import * as attention from './attention.js';
import { remembered } from './password.js';
import { get, set } from './settings.js';
import { try_bell, wake } from './sound.js';
import { LANGUAGES, choose } from './words.js';

const $ = (id) => document.getElementById(id);
const LINE = 8; /* Pairs of a fingerprint in a line */

export class Panel {
	#report;

	/** @param report  { renew, logout, stay(on) } */
	constructor(report)
	{
		this.#report = report;
	}

	start()
	{
		this.#languages();
		this.#theme();
		this.#bell();
		this.#notify();
		this.#install();
		this.#switch('awake');
		this.#switch('clean');
		$('stay').onchange = () => this.#report.stay($('stay').checked);
		$('settings-open').onclick = () => {
			$('stay').checked = remembered();
			$('settings').showModal();
		};
		$('settings-close').onclick = () => $('settings').close();
		$('settings').onclick = ({ target }) =>
			target === $('settings') && $('settings').close();
		$('logout').onclick = () => {
			$('settings').close();
			this.#report.logout();
		};
	}

	/** What board.json says */
	board({ version = '', fingerprint = '' })
	{
		const pairs = fingerprint.split(':');
		const lines = pairs.flatMap((_, i) => i % LINE ? [] :
			[pairs.slice(i, i + LINE).join(':')]).join('\n');

		$('version').textContent = version;
		for (const one of document.querySelectorAll('.print'))
			one.textContent = lines;
	}

	/** Whether the screen is to stay on in this state */
	awake(state)
	{
		attention.awake(get('awake') && state !== 'login' ||
			['call', 'ringing'].includes(state));
	}

	#languages()
	{
		const now = choose(get('language'));

		$('language').replaceChildren(...Object.entries(LANGUAGES)
			.map(([name, { language }]) => new Option(language,
				name, false, name === now)));
		$('language').onchange = () => {
			set('language', $('language').value);
			choose(get('language'));
			this.#report.renew();
		};
	}

	#theme()
	{
		const apply = () => {
			if (get('theme') === 'auto')
				delete document.documentElement.dataset.theme;
			else
				document.documentElement.dataset.theme =
					get('theme');
			document.querySelector('meta[name="theme-color"]')
				.content = getComputedStyle(document.body)
				.backgroundColor;
		};

		$('theme').value = get('theme');
		$('theme').onchange = () => {
			set('theme', $('theme').value);
			apply();
		};
		matchMedia('(prefers-color-scheme: dark)')
			.addEventListener('change', apply);
		apply();
	}

	#bell()
	{
		$('volume').value = get('volume');
		$('volume').onchange = () =>
			set('volume', Number($('volume').value));
		$('volume-try').onclick = try_bell;
		$('sound-allow').onclick = () => wake();
	}

	#notify()
	{
		const show = () => {
			const may = globalThis.Notification?.permission;

			$('notify').checked = get('notify') &&
				may === 'granted';
			$('notify').disabled = !may || may === 'denied';
			$('notify-note').hidden = !$('notify').disabled;
		};

		$('notify').onchange = async () => {
			set('notify', $('notify').checked);
			if ($('notify').checked)
				await Notification.requestPermission();
			show();
		};
		show();
	}

	/* To the home screen, where the browser offers it */
	#install()
	{
		let offer = null;
		const show = (event) => {
			event?.preventDefault();
			offer = event ?? null;
			$('install-row').hidden = !offer;
		};

		window.addEventListener('beforeinstallprompt', show);
		window.addEventListener('appinstalled', () => show());
		$('install').onclick = () => offer?.prompt();
	}

	#switch(name)
	{
		$(name).checked = get(name);
		$(name).onchange = () => set(name, $(name).checked);
	}
}
