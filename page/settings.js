/**
 * @file page/settings.js  What the reader chose, kept in this browser
 *
 * One object under one key; a value of another type than the default's is
 * not taken.
 */
const KEY = 'boardphone.settings';

const DEFAULTS = {
	language: '',   /* As the browser */
	theme: 'auto',  /* auto, light, dark */
	volume: 70,     /* Of the bell, 0 .. 100 */
	notify: false,  /* Notifications, if the browser allows them */
	awake: false,   /* The screen stays on */
	clean: true,    /* Echo cancellation, noise suppression, gain */
};

function read()
{
	const all = { ...DEFAULTS };

	try {
		const kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
		for (const name of Object.keys(DEFAULTS))
			if (typeof kept[name] === typeof DEFAULTS[name])
				all[name] = kept[name];
	} catch {
		/* What somebody else left there */
	}
	return all;
}

const values = read();

export function get(name)
{
	return values[name];
}

export function set(name, value)
{
	values[name] = value;
	localStorage.setItem(KEY, JSON.stringify(values));
}
