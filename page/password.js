/**
 * @file page/password.js  What is kept of the password, and where
 *
 *     #PASSWORD of the address, or typed -> [password] -> HA1 -> phone.js
 *
 * Never the password itself: HA1 of both algorithms (digest.js), in
 * localStorage if the browser is to remember it, else in sessionStorage,
 * where it survives a reload and ends with the tab.
 */
import { ha1_pair } from './digest.js';

export const USER = 'home';
export const REALM = 'boardphone';
const KEY = 'boardphone.ha1';
const PAIR = /^[0-9a-f]{32}:[0-9a-f]{64}$/;

/** As people type it: a generated one with blanks is one with lines */
export function tidy(text)
{
	const plain = text.trim();

	return /^\w{4} +\w{4} +\w{4}$/.test(plain) ?
		plain.toLowerCase().replace(/ +/g, '-') : plain;
}

/** Keep what ha1() made; `remember` it beyond this tab */
export function keep(pair, remember)
{
	forget();
	(remember ? localStorage : sessionStorage).setItem(KEY, pair);
	return pair;
}

/** From the password of a person */
export function ha1(text)
{
	return ha1_pair(USER, REALM, tidy(text));
}

/** Whether it outlives this tab */
export function remembered()
{
	return localStorage.getItem(KEY) !== null;
}

/** What was kept, or null */
export function kept()
{
	const pair = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);

	return pair && PAIR.test(pair) ? pair : null;
}

export function forget()
{
	sessionStorage.removeItem(KEY);
	localStorage.removeItem(KEY);
}

/** The password in the address, which it then leaves; or null */
export function from_address()
{
	let text = '';

	try {
		text = decodeURIComponent(location.hash.slice(1));
	} catch {
		/* A stray % is no password */
	}
	if (location.hash)
		history.replaceState(null, '', location.pathname);
	return text || null;
}
