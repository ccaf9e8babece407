/**
 * @file tests/interop/scenarios/looks.mjs  The page on many screens
 *
 *     button <- board <-> its page in Chromium, as a telephone or a desktop
 */
import assert from 'node:assert/strict';
import { PASSWORD } from '../lab/board.mjs';
import { TELEPHONE } from '../lab/visitor.mjs';
import { until } from '../lab/wait.mjs';
import { answered, hangs_up, no_call, over, rung } from './page.mjs';

/* Each kind of screen and language, at rest, rung and in a call */
async function looks(lab)
{
	const board = await lab.board();
	const kinds = {
		'telephone': { screen: TELEPHONE },
		'telephone-dark': { screen: TELEPHONE, colorScheme: 'dark' },
		'desktop-dark': { colorScheme: 'dark' },
		'desktop-german': { locale: 'de-DE' },
		'small': { screen: { ...TELEPHONE,
			viewport: { width: 320, height: 568 } } },
		'sideways': { screen: { ...TELEPHONE,
			viewport: { width: 844, height: 390 } } },
	};

	for (const [kind, options] of Object.entries(kinds)) {
		const visitor = await lab.visitor(board, { name: kind,
			...options });
		await visitor.shows('login');
		await visitor.shot(`${kind}-login`);
		await visitor.log_in();
		await visitor.shows('ready');
		await visitor.shot(`${kind}-ready`);
		await rung(board, visitor);
		await visitor.shot(`${kind}-ringing`);
		await answered(visitor);
		await fits(visitor);
		await visitor.shot(`${kind}-call`);
		await visitor.open_door();
		await visitor.door('open');
		await legible(visitor, '#doors button'); /* With mouse on it */
		await visitor.shot(`${kind}-door`);
		await visitor.click('keypad-open');
		await visitor.shot(`${kind}-keypad`);
		await fits(visitor);
		await hangs_up(visitor);
		await visitor.click('settings-open');
		await visitor.shot(`${kind}-settings`);
		await no_call(board);
		await visitor.close();
	}
	lab.visitors = [];
	return `${Object.keys(kinds).length} kinds`;
}

/* It installs; and what is installed opens when the board is away */
async function installs(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const { page } = visitor;
	const session = await page.context().newCDPSession(page);
	const { installabilityErrors } =
		await session.send('Page.getInstallabilityErrors');
	const wrong = installabilityErrors.map((e) => e.errorId)
		.filter((id) => id !== 'in-incognito');

	assert.deepEqual(wrong, [], 'what keeps it from being installed');
	await page.evaluate(() => navigator.serviceWorker.ready);
	await page.reload();
	await visitor.shows('ready');
	await board.stop();
	await visitor.shows('offline');
	await page.reload();
	await visitor.shows('offline');
	await visitor.shot('opened-without-board');
	await board.start();
	await visitor.shows('ready', 30000);
}

/* Nothing is wider than the screen, no button outside of it or cut off by
   what it stands on, none under another; but for what can be scrolled */
async function fits({ name, page })
{
	const outside = await page.evaluate(() => {
		const list = [...document.querySelectorAll('button')]
			.filter((b) => b.checkVisibility() &&
				!b.closest('dialog, .card, .side'))
			.filter((b) => {
				const r = b.getBoundingClientRect();
				const on = (b.closest('.stage') ??
					document.documentElement)
					.getBoundingClientRect();
				const top = document.elementFromPoint(
					(r.left + r.right) / 2,
					(r.top + r.bottom) / 2);
				return r.left < on.left || r.top < on.top ||
					r.right > on.right + 1 ||
					r.bottom > on.bottom + 1 ||
					!b.contains(top);
			}).map((b) => b.id || b.textContent);
		if (document.documentElement.scrollWidth > innerWidth)
			list.push('the page itself');
		return list;
	});

	assert.deepEqual(outside, [], `${name}: cut off, or covered`);
}

/* Text stands out of what is behind it (WCAG 2, 1.4.3 for large text) */
async function legible(visitor, selector)
{
	const ratio = await visitor.page.locator(selector).first().evaluate(
		async (element) => {
		const light = (color) => color.match(/[\d.]+/g).slice(0, 3)
			.map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 :
			     ((c + 0.055) / 1.055) ** 2.4)
			.reduce((sum, c, i) =>
				sum + c * [0.2126, 0.7152, 0.0722][i], 0);
		await Promise.all(element.getAnimations()
			.map((a) => a.finished.catch(() => {})));
		const { color, backgroundColor } = getComputedStyle(element);
		const [a, b] = [light(color), light(backgroundColor)];
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	});

	assert(ratio >= 3, `${visitor.name}: ${selector}: contrast is only ` +
	       ratio.toFixed(1));
}

/* Without a mouse: Tab and Enter; and every control has a name */
async function keyboard(lab)
{
	const board = await lab.board();
	const visitor = await lab.visitor(board);
	const { page } = visitor;
	const focused = () => page.evaluate(() =>
		document.activeElement?.id);
	const go_to = (id) => until(`Tab reaches ${id}`, async () => {
		if (await focused() === id)
			return true;
		await page.keyboard.press('Tab');
		return false;
	});

	await visitor.shows('login');
	await go_to('password');
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await visitor.shows('ready');
	await rung(board, visitor);
	await go_to('answer');
	await visitor.shot('keyboard-focus');
	const from = visitor.events.mark();
	await page.keyboard.press('Enter');
	await visitor.shows('call');
	await visitor.wait('heard', { from }); /* The call is up */
	const nameless = await page.evaluate(() => [...document
		.querySelectorAll('button, input, select, a')]
		.filter((e) => e.checkVisibility() && !(e.innerText.trim() ||
			e.ariaLabel || e.labels?.length || e.title))
		.map((e) => e.outerHTML.slice(0, 80)));
	assert.deepEqual(nameless, [], 'controls without a name');
	await go_to('hangup');
	await page.keyboard.press('Enter');
	await over(visitor, 'hangup');
	await no_call(board);
}

export default [
	['page: telephone and desktop, dark, German', looks],
	['page: by keyboard alone', keyboard],
	['page: installs, and opens without the board', installs],
];
