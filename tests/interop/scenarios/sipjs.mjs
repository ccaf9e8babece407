/**
 * @file tests/interop/scenarios/sipjs.mjs  The same with SIP.js
 *
 *     phone <- kamailio -> anna (Chromium, SIP.js)
 *
 * The scenarios of others, while anna's page has another library.
 */
import calls from './calls.mjs';
import incall from './incall.mjs';
import kinds from './kinds.mjs';
import media from './media.mjs';
import slides from './slides.mjs';
import transfer from './transfer.mjs';

/* Which of the scenarios, by how they begin */
const WANTED = ['browser calls', 'phone calls, browser', 'phone rejects',
	'browser rejects', 'browser cancels', 'phone cancels while', 'hold: ',
	'transfer: ', 'digits from', 'kind: av', 'kind: a picture',
	'message: ', 'screen: '];
const NOT = ['20 s of tone'];

export default [...calls, ...incall, ...transfer, ...media, ...kinds,
	...slides]
	.filter(([name]) => WANTED.some((w) => name.startsWith(w)) &&
		!NOT.some((w) => name.includes(w)))
	.map(([name, run, options]) =>
		[`SIP.js: ${name}`, run, { ...options, library: 'sipjs' }]);
