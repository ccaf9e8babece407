/**
 * @file page/keypad.js  Digits of a call, by finger or by keyboard
 */
import { key as sound_key } from './sound.js';

const $ = (id) => document.getElementById(id);
const KEYS = '123456789*0#';
const SHOWN = 16; /* Digits that are shown, the last ones */

export class Keypad {
	#send;
	#opened;

	/**
	 * @param send    takes a digit
	 * @param opened  called when it covers what was there
	 */
	constructor(send, opened)
	{
		this.#send = send;
		this.#opened = opened;
		document.querySelector('#keypad .keys').replaceChildren(
			...[...KEYS].map((digit) => {
				const button =
					document.createElement('button');

				button.type = 'button';
				button.dataset.key = digit;
				button.textContent = digit;
				button.onclick = () => this.press(digit);
				return button;
			}));
		$('keypad-open').onclick = () =>
			$('keypad').hidden ? this.open() : this.close();
	}

	open()
	{
		this.#opened();
		$('keypad').hidden = false;
		$('keypad-open').setAttribute('aria-expanded', 'true');
		$('keypad').querySelector('[data-key="5"]').focus();
	}

	close()
	{
		$('keypad').hidden = true;
		$('keypad-open').setAttribute('aria-expanded', 'false');
		this.clear();
	}

	/** What was typed is not shown any more */
	clear()
	{
		$('keypad-typed').textContent = '';
	}

	get shown()
	{
		return !$('keypad').hidden;
	}

	press(digit)
	{
		if (!KEYS.includes(digit))
			return;
		sound_key(digit);
		$('keypad-typed').textContent =
			($('keypad-typed').textContent + digit).slice(-SHOWN);
		this.#send(digit);
	}
}
