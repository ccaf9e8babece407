/**
 * @file page/doors.js  Buttons of the board's relays
 *
 *     button -> MESSAGE {"command":"door"} -> board -> 200
 *     board -> MESSAGE {"event":"door"} -> [doors]: open, closed
 *
 * A relay whose way is "dtmf" is opened by its code on the keypad.
 */
import { t } from './words.js';

const $ = (id) => document.getElementById(id);
const FAILED = 4000; /* How long a failure is shown [ms] */
const NOTE = 6000;   /* And what is said of it [ms] */
const STUCK = 60000; /* Open, and no word of it any more [ms] */

/* What the board says (core/call/order.c), in words that lead on */
const WHY = { 'Not In A Call': 'door.nocall', 'No Such Relay': 'door.unknown',
	'Not From The Page': 'door.notpage',
	'Relay Does Not Work': 'door.broken' };

function why({ code, reason })
{
	return code ? WHY[reason] ? t(WHY[reason]) : reason || String(code) :
		t('door.silent');
}

export class Doors {
	#order;
	#keypad;
	#timers = new Map();
	#note = null;

	/**
	 * @param order   object -> promise of { ok, code, reason }
	 * @param keypad  to be opened for a code
	 */
	constructor(order, keypad)
	{
		this.#order = order;
		this.#keypad = keypad;
	}

	/** The board's relays, of board.json */
	show(relays = [])
	{
		$('doors').replaceChildren(...relays.map(({ name, way }) => {
			const button = document.createElement('button');

			button.type = 'button';
			button.dataset.relay = name;
			button.innerHTML = '<svg><use/></svg><span></span>';
			button.onclick = () => way === 'dtmf' ?
				this.#code(name) : this.#open(name);
			return button;
		}));
		for (const { name } of relays)
			this.#state(name, 'idle');
	}

	/** The words changed */
	renew()
	{
		for (const { dataset } of $('doors').children)
			this.#state(dataset.relay, dataset.door);
	}

	/** News of the board: a relay moved, or no code counts any more */
	moved({ relay, open, locked })
	{
		if (locked)
			this.say(t('door.locked'), 'failed');
		if (!this.#button(relay))
			return;
		this.#state(relay, open ? 'open' : 'idle');
		this.say(t(open ? 'door.ok' : 'door.closed', { name: relay }),
			 open ? 'open' : 'closed');
	}

	/** A call is over: nothing is open or under way for us any more */
	reset()
	{
		for (const { dataset } of $('doors').children)
			this.#state(dataset.relay, 'idle');
		this.say('', '');
	}

	say(text, kind)
	{
		clearTimeout(this.#note);
		$('door-note').textContent = text;
		$('door-note').dataset.kind = kind;
		this.#note = setTimeout(() =>
			$('door-note').textContent = '', NOTE);
	}

	#button(name)
	{
		return [...$('doors').children].find((one) =>
			one.dataset.relay === name);
	}

	#state(name, state)
	{
		const button = this.#button(name);
		const words = { idle: 'door.open', failed: 'door.open',
			sending: 'door.sending', open: 'door.opened' };

		button.dataset.door = state;
		button.querySelector('use').setAttribute('href',
			state === 'open' ? '#i-door-open' : '#i-door');
		button.querySelector('span').textContent =
			t(words[state], { name });
		clearTimeout(this.#timers.get(name));
		if (state === 'failed' || state === 'open')
			this.#timers.set(name, setTimeout(() =>
				this.#state(name, 'idle'),
				state === 'open' ? STUCK : FAILED));
	}

	async #open(name)
	{
		if (this.#button(name).dataset.door === 'sending')
			return;
		this.#state(name, 'sending');
		const answer = await this.#order({ command: 'door',
			relay: name });

		if (answer.ok) {
			/* The event may have come first; open it is */
			this.#state(name, 'open');
			this.say(t('door.ok', { name }), 'open');
			return;
		}
		this.#state(name, 'failed');
		this.say(t('door.failed', { name, reason: why(answer) }),
			 'failed');
	}

	#code(name)
	{
		this.#keypad.open();
		this.say(t('door.code', { name }), 'code');
	}
}
