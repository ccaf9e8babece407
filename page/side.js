/**
 * @file page/side.js  The panel at the side: messages, and who rang
 *
 * Messages live as long as the page; the list of calls stays in the browser,
 * with times and how it went, nothing else.
 */
import { locale, t } from './words.js';

const $ = (id) => document.getElementById(id);
const KEY = 'boardphone.recent';
const RECENT = 12;    /* Calls that are remembered */
const MESSAGES = 200; /* Messages that are shown */
const WIDE = matchMedia('(min-width: 841px) and (min-height: 521px)');

function clock(time)
{
	return new Date(time).toLocaleTimeString(locale(),
		{ hour: 'numeric', minute: '2-digit' });
}

/** Time as one says it: with the day, unless it is today */
export function when(time)
{
	const day = new Date(time);

	if (day.toDateString() === new Date().toDateString())
		return clock(time);
	return day.toLocaleDateString(locale(),
		{ day: 'numeric', month: 'short' }) + ` ${clock(time)}`;
}

function stored()
{
	try {
		const list = JSON.parse(localStorage.getItem(KEY));
		return Array.isArray(list) ? list.slice(0, RECENT) : [];
	} catch {
		return [];
	}
}

export class Side {
	#say;
	#recent = stored();
	#unread = 0;

	/** @param say  text -> promise of { ok, reason } */
	constructor(say)
	{
		this.#say = say;
		$('messages-open').onclick = () => this.toggle();
		$('side-close').onclick = () => {
			this.toggle(false);
			$('messages-open').focus();
		};
		$('message-form').onsubmit = (event) => {
			event.preventDefault();
			this.#submit();
		};
		WIDE.addEventListener('change', () => this.toggle(this.open));
		this.toggle(WIDE.matches);
		this.renew();
	}

	get open()
	{
		return document.body.dataset.side === 'open';
	}

	/** Whether it covers the stage */
	get covers()
	{
		return this.open && !WIDE.matches;
	}

	toggle(open = !this.open)
	{
		document.body.dataset.side = open ? 'open' : 'closed';
		$('messages-open').setAttribute('aria-expanded', String(open));
		if (open)
			this.#count(0);
		if (open && !WIDE.matches)
			$('side-close').focus();
	}

	/** The words changed */
	renew()
	{
		$('recent').replaceChildren(...this.#recent.map((one) => {
			const row = document.createElement('li');
			const time = document.createElement('time');

			row.dataset.kind = one.kind;
			row.append(t(`recent.${one.kind}`), time);
			time.textContent = when(one.time);
			time.dateTime = new Date(one.time).toISOString();
			return row;
		}));
	}

	/** Remember a call: missed, answered, elsewhere, declined, called */
	note(kind)
	{
		this.#recent = [{ kind, time: Date.now() }, ...this.#recent]
			.slice(0, RECENT);
		localStorage.setItem(KEY, JSON.stringify(this.#recent));
		this.renew();
	}

	/** Forget what this browser knows */
	forget()
	{
		localStorage.removeItem(KEY);
		this.#recent = [];
		this.renew();
	}

	/** A message of the board's */
	hear(text)
	{
		this.#add(text, 'board');
		if (!this.open)
			this.#count(this.#unread + 1);
	}

	#count(unread)
	{
		this.#unread = unread;
		$('unread').hidden = !unread;
		$('unread').textContent = unread;
	}

	#add(text, from)
	{
		const row = document.createElement('li');

		row.className = 'message';
		row.dataset.from = from;
		row.append(text, document.createElement('small'));
		row.lastChild.textContent = clock(Date.now());
		$('messages').append(row);
		if ($('messages').children.length > MESSAGES)
			$('messages').firstChild.remove();
		$('messages').scrollTop = $('messages').scrollHeight;
		return row;
	}

	async #submit()
	{
		const text = $('message').value.trim();

		if (!text)
			return;
		$('message').value = '';
		const row = this.#add(text, 'me');
		const time = row.lastChild.textContent;
		row.dataset.sent = 'sending';
		row.lastChild.textContent = t('messages.sending');
		const { ok, reason } = await this.#say(text);
		row.dataset.sent = ok ? 'sent' : 'failed';
		row.lastChild.textContent = ok ? time : reason ?
			t('messages.failed.why', { reason }) :
			t('messages.failed');
	}
}
