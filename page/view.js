/**
 * @file page/view.js  The screen: shows what the model says, decides nothing
 *
 *     main.js, conversation.js -> model -> [view] -> elements
 *
 * An element with data-in="STATE ..." is there in these states only, one with
 * data-not="STATE ..." in all but these.
 */
import { fill, t } from './words.js';

const $ = (id) => document.getElementById(id);

/* What gets the focus when a state begins and what had it is gone */
const FIRST = { login: 'password', ready: 'talk', ringing: 'answer',
	calling: 'hangup', call: 'mic', ended: 'talk', offline: 'retry' };
const MIC = { off: ['i-mic-off', 'mic.off'], on: ['i-mic', 'mic.on'],
	asking: ['i-mic-off', 'mic.off'], denied: ['i-mic-off', 'mic.off'],
	muted: ['i-mic-off', 'mic.muted'] };
const TALK = { off: 'call.listening', on: 'call.talking',
	muted: 'call.muted', asking: 'call.asking', denied: 'call.denied' };

/* Heading and sentence of each state */
const TEXTS = {
	loading: () => ['', ''],
	login: () => ['', ''],
	connecting: () => [t('connecting.title'), ''],
	ready: (m) => [m.name, t('ready.text')],
	ringing: (m) => [t('ringing.title'),
		m.talk === 'asking' ? t('call.asking') :
		m.who && m.who !== m.name ? m.who :
		t(m.second ? 'second.text' : 'ringing.text')],
	calling: (m) => [t('calling.title'),
		m.talk === 'asking' ? t('call.asking') : ''],
	call: (m) => [t('call.title'), t(m.link === 'broken' ? 'call.broken' :
		!m.registered ? 'call.alone' : TALK[m.talk])],
	ended: (m) => [t(`end.${m.reason}`), m.after],
	offline: (m) => [t('offline.title'), t(`offline.${m.why}`)],
};

let last = null;

/* A text that did not change is not written: live regions would speak */
function text(id, words)
{
	if ($(id).textContent !== words)
		$(id).textContent = words;
}

function icon(id, name)
{
	$(id).setAttribute('href', `#${name}`);
}

function visible(state)
{
	for (const one of document.querySelectorAll('[data-in]'))
		one.hidden = !one.dataset.in.split(' ').includes(state);
	for (const one of document.querySelectorAll('[data-not]'))
		one.hidden = one.dataset.not.split(' ').includes(state);
}

function buttons(m)
{
	const [mic_icon, mic_words] = MIC[m.talk];
	const see = m.video ? 'watch' : 'listen';

	icon('mic-icon', mic_icon);
	text('mic-text', t(mic_words));
	$('mic').dataset.on = String(m.talk === 'muted');
	$('mic').disabled = m.talk === 'asking';
	icon('speaker-icon', m.silent ? 'i-sound-off' : 'i-sound');
	text('speaker-text', t(m.silent ? 'speaker.off' : 'speaker.on'));
	$('speaker').dataset.on = String(m.silent);
	text('watch-text', t(see));
	text('answer-text', t(`answer.${see}`));
	for (const id of ['watch-icon', 'answer-icon'])
		icon(id, m.video ? 'i-eye' : 'i-ear');
	text('full-text', t(document.fullscreenElement ? 'full.end' : 'full'));
	for (const id of ['talk', 'watch'])
		$(id).disabled = !m.registered;
}

/* Whoever writes goes on writing; else the focus is where one acts next */
function focus(state)
{
	const now = document.activeElement;
	const typing = now?.matches?.('input, select') && !now.hidden;
	const touch = !matchMedia('(hover: hover)').matches;

	if ($('settings').open || typing && state !== 'login')
		return;
	if (state === 'login' && touch)
		return;
	if (state === 'ringing' || state === 'login' || now === document.body ||
	    now?.closest('[hidden]'))
		$(FIRST[state])?.focus({ preventScroll: true });
}

/** Show it */
export function show(m)
{
	const { body } = document;
	const [title, subtitle] = TEXTS[m.state](m);

	body.dataset.registered = String(m.registered);
	body.dataset.talk = m.talk;
	body.dataset.link = m.link;
	body.dataset.reason = m.state === 'ended' ? m.reason : '';
	body.toggleAttribute('data-second', m.state === 'ringing' && m.second);
	if (last !== m.state) {
		visible(m.state);
		$('full').hidden ||= !document.fullscreenEnabled;
	}
	text('name', m.name);
	text('status-text', t(`state.${m.state}`));
	text('title', title);
	text('subtitle', subtitle);
	buttons(m);
	if (last !== m.state) {
		last = m.state;
		body.dataset.state = m.state;
		focus(m.state);
	}
}

/** The words changed: write all of them again */
export function renew(m)
{
	fill();
	show(m);
}

/** Say something at once to who cannot see it */
export function announce(words)
{
	$('announce').textContent = '';
	$('announce').textContent = words;
}

/** Bars, word and figures of quality.js */
export function quality(count, figures)
{
	const rows = [
		['quality.loss', `${figures.loss.toFixed(1)} %`],
		['quality.jitter', `${figures.jitter.toFixed(0)} ms`],
		['quality.round', `${figures.way.toFixed(0)} ms`],
		['quality.delay', `${figures.delay.toFixed(0)} ms`],
		['quality.rate', `${figures.rate.toFixed(0)} kbit/s`],
		['quality.codec', figures.codec]];

	$('quality').dataset.bars = count;
	text('quality-text', t(`quality.${count}`));
	$('quality-details').replaceChildren(...rows.flatMap(([name, value]) =>
		['dt', 'dd'].map((tag) => {
			const one = document.createElement(tag);
			one.textContent = tag === 'dt' ? t(name) : value;
			return one;
		})));
}
