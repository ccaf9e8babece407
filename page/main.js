/**
 * @file page/main.js  The page: joins password, telephone, call and screen
 *
 *     phone.js ──┐
 *     buttons ───┼→ [main] → model() → view.js
 *     board.json ┘
 *
 * States and ids, on which tests rely, are listed in README.md beside this.
 */
import * as attention from './attention.js';
import { Conversation } from './conversation.js';
import { Doors } from './doors.js';
import { duration } from './duration.js';
import { Keypad } from './keypad.js';
import { Panel } from './panel.js';
import { forget, from_address, ha1, keep, kept } from './password.js';
import { Phone } from './phone.js';
import { Side, when } from './side.js';
import * as sound from './sound.js';
import { Stage } from './stage.js';
import { t } from './words.js';
import * as view from './view.js';

const $ = (id) => document.getElementById(id);
const REDIAL = 'boardphone.redial';
const REDIAL_WITHIN = 20000; /* A reload, not a return tomorrow [ms] */
const ENDED = 20000;         /* How long the end of a call is told [ms] */
const TICK = 1000;           /* Timer and quality [ms] */

const self = {
	phone: null,
	link: 'connecting',  /* login, connecting, ready, offline */
	why: 'text',         /* Of offline */
	info: {},            /* board.json */
	login: { reason: '', until: 0 },
};

const stage = new Stage();
const talk = new Conversation({ changed, stream, over, tell: rung });
const keypad = new Keypad((digit) => talk.call?.digits(digit),
	() => stage.figures(false));
const doors = new Doors((object) => self.phone.order(object), keypad);
const side = new Side((text) => self.phone.say(text));
const panel = new Panel({ renew, logout, stay });

function state()
{
	if (self.link === 'login')
		return 'login';
	if (talk.ring)
		return 'ringing';
	if (talk.call)
		return talk.call.since || talk.call.incoming ? 'call' :
			'calling';
	if (self.link === 'ready' && talk.ended)
		return 'ended';
	return self.link;
}

/* What is said below the reason of an end */
function after({ reason, phrase, ms, at })
{
	if (ms && reason !== 'lost')
		return t('end.text.duration', { duration: duration(ms) });
	if (reason === 'missed')
		return t('end.text.missed', { time: when(at) });
	if (['elsewhere', 'lost'].includes(reason))
		return t(`end.text.${reason}`);
	return phrase && ['failed', 'refused', 'media'].includes(reason) ?
		t('end.text.code', { phrase }) : '';
}

/* A host's name as one writes a name: front-door is Front door */
function pretty(name)
{
	return name.charAt(0).toUpperCase() +
		name.slice(1).replace(/[-_]+/g, ' ');
}

function title()
{
	return pretty(self.info.name || 'Boardphone');
}

function model()
{
	return {
		state: state(),
		registered: self.link === 'ready',
		why: self.why,
		name: title(),
		video: Boolean(self.info.video),
		talk: talk.talk,
		link: talk.link,
		second: Boolean(talk.call),
		who: pretty(talk.ring?.from ?? ''),
		silent: stage.silent,
		reason: talk.ended?.reason ?? '',
		after: talk.ended ? after(talk.ended) : '',
	};
}

function changed()
{
	const now = model();

	view.show(now);
	$('sound-hint').hidden = !sound.blocked() ||
		!['ready', 'ended', 'ringing'].includes(now.state);
	panel.awake(now.state);
}

function renew()
{
	doors.renew();
	side.renew();
	login_error();
	view.renew(model());
}

function stream(call)
{
	stage.show(call);
	if (call)
		return;
	keypad.close();
	doors.reset();
}

function tick()
{
	if (talk.ended && Date.now() - talk.ended.at > ENDED) {
		talk.ended = null;
		changed();
	}
	stage.tick();
}

/* --- What calls come to */

function rung(call)
{
	view.announce(t('ringing.title') + (call.from ? `, ${call.from}` : ''));
	$('settings').close();
	if (side.covers)
		side.toggle(false);
}

function over(kind)
{
	side.note(kind);
	if (kind === 'missed')
		attention.missed(when(Date.now()));
}

/* --- The telephone */

async function board()
{
	try {
		const answer = await fetch('board.json', { cache: 'no-store' });
		self.info = answer.ok ? await answer.json() : self.info;
	} catch {
		return false;
	}
	attention.name(title());
	panel.board(self.info);
	doors.show(self.info.relays);
	changed();
	return true;
}

/* Why there is no connection; asked, since WebSocket does not tell */
async function offline(code)
{
	const again = self.link === 'offline' && self.why === 'gone';

	self.link = 'offline';
	self.why = navigator.onLine ? code === 1001 || again ? 'gone' :
		'text' : 'device';
	changed();
	if (code !== 1001 && await board() && self.link === 'offline') {
		self.why = 'full';
		changed();
	}
}

function redial()
{
	const wanted = JSON.parse(sessionStorage.getItem(REDIAL));

	sessionStorage.removeItem(REDIAL);
	if (wanted && Date.now() - wanted.at < REDIAL_WITHIN)
		talk.dial(wanted.talk);
}

function tell(event, detail)
{
	switch (event) {
	case 'connecting':
		if (!detail.again)
			self.link = 'connecting';
		break;
	case 'ready':
		self.link = 'ready';
		board();
		talk.revive();
		redial();
		break;
	case 'offline':
		offline(detail.code);
		return;
	case 'refused':
		refused(detail);
		return;
	case 'ring':
		talk.come(detail.call);
		return;
	case 'text':
		side.hear(detail.text);
		view.announce(t('messages.new', { text: detail.text }));
		return;
	case 'news':
		if (detail.data.event !== 'door')
			return;
		doors.moved(detail.data);
		if (detail.data.open)
			keypad.clear();
		return;
	}
	changed();
}

function start(pair)
{
	self.phone?.stop();
	self.link = 'connecting';
	self.login.reason = '';
	self.phone = talk.phone = new Phone(pair, tell);
	self.phone.start();
	changed();
}

/* --- Logging in */

function login_error()
{
	const { reason, until } = self.login;
	const seconds = Math.ceil((until - Date.now()) / 1000);

	if (reason === 'locked' && seconds <= 0) {
		self.login.reason = '';
		/* What was kept was not what was wrong: try it again */
		if (kept() && self.link === 'login')
			start(kept());
	}
	$('login-error').dataset.reason = self.login.reason;
	$('login-error').textContent = self.login.reason &&
		t(`login.${reason}`, { seconds });
	$('login-go').disabled = self.login.reason === 'locked';
	if (self.login.reason === 'locked')
		setTimeout(login_error, TICK);
}

function log_out()
{
	talk.stop();
	self.phone?.stop();
	self.phone = null;
	talk.ended = null;
	self.link = 'login';
	changed();
}

function refused({ reason, seconds = 0 })
{
	self.login = { reason, until: Date.now() + seconds * 1000 };
	/* Too many tries of others do not make ours wrong */
	if (reason === 'wrong')
		forget();
	log_out();
	login_error();
	$('password').select();
}

function logout()
{
	forget();
	side.forget();
	$('password').value = '';
	log_out();
}

/* Whether the password outlives this tab */
function stay(on)
{
	const pair = kept();

	if (pair)
		keep(pair, on);
	return Boolean(pair);
}

/* --- Buttons */

const KEYS = {
	ringing: { a: () => talk.answer(true), d: () => talk.decline() },
	call: { m: () => talk.mic(), f: () => stage.full() },
	ready: { t: () => talk.dial(true) },
};

function keyboard(event)
{
	const { key, target, ctrlKey, metaKey, altKey } = event;
	const now = state();

	if (key === 'Escape' && (keypad.shown || side.covers)) {
		keypad.close();
		if (side.covers)
			side.toggle(false);
	}
	if (ctrlKey || metaKey || altKey || $('settings').open ||
	    target.closest?.('input, select, textarea'))
		return;
	if (now === 'call' && /^[0-9*#]$/.test(key))
		keypad.press(key);
	else
		KEYS[now]?.[key.toLowerCase()]?.();
}

function connect_buttons()
{
	const click = {
		talk: () => talk.dial(true), watch: () => talk.dial(false),
		answer: () => talk.answer(true), full: () => stage.full(),
		'answer-watch': () => talk.answer(false),
		decline: () => talk.decline(), hangup: () => talk.hangup(),
		mic: () => talk.mic(),
		retry: () => self.phone.hurry(),
		quality: () => {
			stage.figures();
			keypad.close();
		},
		speaker: () => {
			stage.silent = !stage.silent;
			changed();
		},
		reveal: () => {
			const shown = $('password').type === 'text';
			$('password').type = shown ? 'password' : 'text';
			$('reveal').setAttribute('aria-pressed',
				String(!shown));
		},
	};

	for (const [id, handler] of Object.entries(click))
		$(id).addEventListener('click', handler);
	$('login').addEventListener('submit', (event) => {
		event.preventDefault();
		start(keep(ha1($('password').value),
			$('remember').checked));
	});
	document.addEventListener('keydown', keyboard);
	document.addEventListener('fullscreenchange', changed);
}

/* --- The page comes and goes */

/* A reload in a call: BYE now, and the same call again after it */
function leave()
{
	if (talk.call)
		sessionStorage.setItem(REDIAL, JSON.stringify({
			at: Date.now(),
			talk: !['off', 'denied'].includes(talk.talk) }));
	talk.stop();
	self.phone?.stop();
}

function arrive()
{
	const typed = from_address();
	const pair = typed ? keep(ha1(typed), false) : kept();

	if (pair) {
		start(pair);
		return true;
	}
	return false;
}

function watch_page()
{
	window.addEventListener('pagehide', leave);
	window.addEventListener('pageshow', ({ persisted }) =>
		persisted && location.reload());
	window.addEventListener('hashchange', arrive);
	window.addEventListener('online', () => self.phone?.hurry());
	document.addEventListener('visibilitychange', () => {
		if (!document.hidden && self.phone)
			self.phone.hurry();
		changed();
	});
	for (const event of ['pointerdown', 'keydown'])
		document.addEventListener(event, () => {
			if (sound.blocked())
				sound.wake();
		});
	sound.on_change(changed);
	sound.wake();
	setInterval(tick, TICK);
	navigator.serviceWorker?.register('worker.js').catch(() => {
		/* A browser that does not trust the certificate yet */
	});
}

window.boardphone = {
	get call() { return talk.call; },
	get ringing() { return sound.sounding(); },
};
panel.start();
connect_buttons();
watch_page();
board();
if (!arrive()) {
	self.link = 'login';
	changed();
}
renew();
