/**
 * @file page/words.js  The page's words, in the reader's language
 *
 * A language is a table in words/; what it lacks is told in English. Elements
 * name their words: data-t (text), data-t-label (name for a screen reader,
 * and tip), data-t-hint (placeholder).
 */
import { de } from './words/de.js';
import { en } from './words/en.js';
import { es } from './words/es.js';
import { fr } from './words/fr.js';

export const LANGUAGES = { en, de, fr, es };
let words = en;

/** The language wished for, or the browser's first that there is */
export function choose(wish)
{
	const wanted = [wish, ...navigator.languages ?? []]
		.map((tag) => tag?.toLowerCase().split('-')[0]);
	const name = wanted.find((tag) => tag in LANGUAGES) ?? 'en';

	words = LANGUAGES[name];
	document.documentElement.lang = name;
	return name;
}

/** How dates are written: the browser's way, if it speaks that language */
export function locale()
{
	const { lang } = document.documentElement;

	return navigator.languages?.find((tag) =>
		tag.toLowerCase().startsWith(lang)) ?? lang;
}

/** Words by name; {field} in them is filled in */
export function t(name, fields = {})
{
	return (words[name] ?? en[name] ?? name).replace(/\{(\w+)\}/g,
		(all, field) => fields[field] ?? all);
}

/** Put the words into all elements that name theirs */
export function fill(root = document)
{
	for (const one of root.querySelectorAll('[data-t]'))
		one.textContent = t(one.dataset.t);
	for (const one of root.querySelectorAll('[data-t-label]')) {
		one.setAttribute('aria-label', t(one.dataset.tLabel));
		one.title = t(one.dataset.tLabel);
	}
	for (const one of root.querySelectorAll('[data-t-hint]'))
		one.placeholder = t(one.dataset.tHint);
}
