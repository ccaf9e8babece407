/**
 * @file page/attention.js  To be noticed by somebody who looks elsewhere
 *
 * Title, vibration, notification, badge of the icon, and a screen that stays
 * on. Each only where the browser has it; none is needed.
 */
import { get } from './settings.js';
import { t } from './words.js';

const SHAKE = [500, 200, 500, 1800]; /* On, off, ... [ms] */
const SHAKE_EVERY = SHAKE.reduce((sum, ms) => sum + ms);
const TITLE_EVERY = 1000; /* [ms] */
const TAG = 'boardphone-ring';

let title = 'Boardphone';
let timers = [];
let shown = null;
let lock = null;
let shaking = false;
let asking = false; /* For the lock */

/** The page's title when nothing happens */
export function name(text)
{
	title = text;
	document.title = text;
}

function shake()
{
	/* Chromium complains if nobody has touched the page yet */
	if (!(navigator.userActivation?.hasBeenActive ?? true))
		return;
	shaking = true;
	navigator.vibrate?.(SHAKE);
}

async function notify(heading, body, onclick)
{
	if (!get('notify') || globalThis.Notification?.permission !== 'granted')
		return;
	const options = { body, tag: TAG, icon: 'icon-192.png',
		renotify: true, requireInteraction: true };
	const worker = await navigator.serviceWorker?.getRegistration();

	/* Telephones know notifications of a service worker only */
	if (worker?.active) {
		await worker.showNotification(heading, options);
		shown = { close: async () =>
			(await worker.getNotifications({ tag: TAG }))
				.forEach((one) => one.close()) };
		return;
	}
	shown = new Notification(heading, options);
	shown.onclick = () => {
		window.focus();
		onclick();
	};
}

/** Somebody rings: until rest() */
export function ring(who, onclick)
{
	const bright = `● ${t('ringing.title')}`;

	rest();
	document.title = bright;
	shake();
	timers = [
		setInterval(shake, SHAKE_EVERY),
		setInterval(() => document.title =
			document.title === bright ? title : bright,
			TITLE_EVERY)];
	if (document.hidden)
		notify(t('notify.title'), who || t('notify.text'), onclick)
			.catch(() => {});
}

export function rest()
{
	timers.forEach(clearInterval);
	timers = [];
	document.title = title;
	if (shaking)
		navigator.vibrate?.(0);
	shaking = false;
	shown?.close();
	shown = null;
}

/** One that nobody answered, as long as nobody looks */
export function missed(time)
{
	if (document.hidden)
		notify(t('recent.missed'), t('notify.missed', { time }),
		       () => {}).catch(() => {});
}

/** Count at the icon of an installed page */
export function count(number)
{
	navigator.setAppBadge?.(number).catch(() => {});
}

/** Keep the screen on, or no more */
export async function awake(wanted)
{
	if (asking)
		return;
	asking = true;
	try {
		if (wanted && !lock && !document.hidden) {
			lock = await navigator.wakeLock?.request('screen');
			lock?.addEventListener('release', () => lock = null);
		} else if (!wanted) {
			await lock?.release();
		}
	} catch {
		/* Battery low: the device decides */
	}
	asking = false;
}
