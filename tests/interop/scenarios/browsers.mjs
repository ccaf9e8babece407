/**
 * @file tests/interop/scenarios/browsers.mjs  The laboratory tries itself
 *
 *     anna (Chromium) <-> kamailio <-> carl (Chromium)
 *
 * What fails here is a fault of the laboratory, not of the phone.
 */
import assert from 'node:assert/strict';
import { BROWSER_TONE, LEVEL, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { digits_in } from '../lab/sound.mjs';

const SECONDS = 5;

async function two_pages(lab)
{
	const anna = await lab.anna();
	const carl = await lab.browser.user('carl', lab.kamailio.url());

	await anna.call('carl');
	await carl.wait('incoming');
	await carl.lab('answer', { tone: { frequency: PHONE_TONE,
					   level: LEVEL } });
	await Promise.all([anna.wait('heard'), carl.wait('heard')]);
	const [a, c] = await Promise.all([anna.listen(SECONDS),
					  carl.listen(SECONDS)]);
	const at_anna = assert_tone('anna', a, PHONE_TONE);
	const at_carl = assert_tone('carl', c, BROWSER_TONE);

	await anna.lab('dtmf', '12#', 'RFC2833');
	const digits = await carl.listen(3);
	assert.equal(digits_in(digits.samples, digits.rate), '12#');

	await anna.lab('hangup');
	await carl.wait('ended');
	await carl.close();
	return `${told(at_anna)}; ${told(at_carl)}`;
}

export default [
	['laboratory: two browsers call each other', two_pages,
	 { phone: false }],
];
