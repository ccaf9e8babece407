/**
 * @file tests/interop/lab/visitor.mjs  Somebody on the board's own page
 *
 *     test -> [visitor] -> Chromium -> https -> page of the board
 *
 * Sees the page as people do: by what it shows and by what can be clicked;
 * page/ear.js hears for it. What happens arrives in `events`.
 */
import { mkdirSync } from 'node:fs';
import { PASSWORD } from './board.mjs';
import { Events, until } from './wait.mjs';

const HERE = new URL('..', import.meta.url).pathname;
const RATE = 48000; /* Of what is heard [Hz] */

/** Where the pictures of the page are kept */
export const SCREENSHOTS = process.env.SCREENSHOTS ??
	new URL('../../../build/screenshots', import.meta.url).pathname;

/* Kinds of screens */
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const TELEPHONE = { viewport: { width: 390, height: 844 },
	deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/* What Chromium says by itself of a board that is away */
const HARMLESS = /WebSocket connection|net::ERR_|status of 4/;

/* A certificate that Chromium was told to take holds for the page, not for
   the script of a worker. That comes over a connection of the page's, and is
   then thrown away, with the first sentence; while those are all busy, it
   opens one of its own, and gives that up for the certificate. Then it says
   the second sentence, as of any failure: which, only the request knows */
const THROWN_AWAY =
	/^An SSL certificate error occurred when fetching the script/;
const NO_SCRIPT = /^An unknown error occurred when fetching the script/;
const UNTRUSTED = /^net::ERR_CERT_/;

export class Visitor {
	constructor(name, page)
	{
		this.name = name;
		this.page = page;
		this.events = new Events(name);
	}

	/** An element by its id */
	$(id)
	{
		return this.page.locator(`#${id}`);
	}

	async click(id)
	{
		await this.$(id).click();
	}

	/** The page's state, as its body says */
	state()
	{
		return this.page.evaluate(() => document.body.dataset.state);
	}

	/** Await one of the states; it */
	async shows(states, limit = 10000)
	{
		const list = [states].flat();
		let now;

		await until(`${this.name}: page shows ${list.join(' or ')}`,
			    async () => {
			now = await this.state().catch(() => 'nothing');
			return list.includes(now);
		}, limit).catch(async (error) => {
			error.message += `, but ${now}: ` +
				(await this.text('main').catch(() => ''))
					.replace(/\s+/g, ' ').slice(0, 300);
			throw error;
		});
		return now;
	}

	/** What is to be read somewhere */
	text(selector = 'body')
	{
		return this.page.locator(selector).first().innerText();
	}

	/** Log in with the password, by hand */
	async log_in(password = PASSWORD)
	{
		await this.shows('login');
		await this.$('password').fill(password);
		await this.click('login-go');
	}

	/** Await what a data- attribute says somewhere; by default of body */
	async says(key, values, { at = 'body', limit = 10000 } = {})
	{
		const list = [values].flat();
		let now;

		await until(`${this.name}: ${at} says ${key}=${values}`,
			    async () => {
			now = await this.page.locator(at).first()
				.getAttribute(`data-${key}`);
			return list.includes(now);
		}, limit).catch((error) => {
			error.message += `, but ${now}`;
			throw error;
		});
		return now;
	}

	/** Await a relay's button: idle, sending, open, failed */
	door(what, relay = 'door')
	{
		return this.says('door', what,
				 { at: `button[data-relay="${relay}"]` });
	}

	async open_door(relay = 'door')
	{
		await this.page.locator(`button[data-relay="${relay}"]`)
			.click();
	}

	/** Press keys of the keypad */
	async keys(digits)
	{
		if (!await this.$('keypad').isVisible())
			await this.click('keypad-open');
		for (const digit of digits)
			await this.page.locator(
				`#keypad [data-key="${digit}"]`).click();
	}

	/** The messages are to be seen */
	async opens_messages()
	{
		if (!await this.$('message').isVisible())
			await this.click('messages-open');
	}

	async writes(text)
	{
		await this.opens_messages();
		await this.$('message').fill(text);
		await this.click('message-send');
		await this.says('sent', 'sent', { at:
			'#messages .message[data-from="me"]:last-of-type' });
	}

	/** Await a message of the board's */
	async reads(text)
	{
		await this.opens_messages();
		await this.page.locator(
			'#messages .message[data-from="board"]',
			{ hasText: text }).waitFor({ timeout: 10000 });
	}

	/** Keep a picture of the page */
	async shot(name)
	{
		mkdirSync(SCREENSHOTS, { recursive: true });
		await this.page.evaluate(async () => {
			const ends = (a) => a.effect?.getComputedTiming()
				.endTime < Infinity;
			await Promise.all(document.getAnimations().filter(ends)
				.map((a) => a.finished.catch(() => {})));
		});
		await this.page.screenshot({
			path: `${SCREENSHOTS}/${name}.png` });
	}

	wait(name, options)
	{
		return this.events.wait(name, options);
	}

	/** What is heard from now on for so many seconds */
	async listen(seconds)
	{
		await this.page.evaluate(() => window.ear.record());
		await until(`${this.name}: ${seconds} s of sound`, () =>
			this.page.evaluate((least) =>
				window.ear.recorded() >= least, seconds),
			seconds * 2000 + 5000);
		const text = await this.page.evaluate(() =>
			window.ear.heard());
		const data = Buffer.from(text, 'base64');
		const samples = new Float32Array(data.length / 2);

		for (let i = 0; i < samples.length; i++)
			samples[i] = data.readInt16LE(i * 2) / 32768;
		return { samples, rate: RATE };
	}

	/** What a <video> shows from now on, for so many seconds: see
	    page/eye.js */
	async watch(seconds, selector = 'video')
	{
		await this.page.evaluate((which) => {
			window.eye.watch(which);
			window.eye.record();
		}, selector);
		await until(`${this.name}: ${seconds} s of picture`, () =>
			this.page.evaluate((least) =>
				performance.now() - window.eye.began >= least,
				seconds * 1000), seconds * 2000 + 5000);
		return this.page.evaluate(() => window.eye.seen());
	}

	/** How often the page asked for the microphone */
	asked()
	{
		return this.page.evaluate(() => window.ear.asked);
	}

	/* Why a worker's script did not come, as often as the console says
	   that it did not */
	async why_no_script(times)
	{
		const why = () => this.events.list.filter((e) =>
			e.event === 'no script').map((e) => e.text);

		await until(`${this.name}: why there is no script`,
			    () => why().length >= times);
		return times ? why() : [];
	}

	/** Nothing that a visitor must never cause */
	async faults()
	{
		const said = this.events.list.filter((e) =>
			e.event === 'page error' || e.event === 'policy' ||
			(e.event === 'console' && e.type === 'error' &&
			 !HARMLESS.test(e.text) &&
			 !(this.credulous && THROWN_AWAY.test(e.text))))
			.map((e) => e.text ?? e.what);
		const rest = said.filter((text) => !NO_SCRIPT.test(text));
		const why = await this.why_no_script(said.length - rest.length);

		return [...rest, ...why.filter((text) =>
			!(this.credulous && UNTRUSTED.test(text)))
			.map((text) => `no script of the worker: ${text}`)];
	}

	async close()
	{
		await this.page.context().close();
	}
}

/**
 * Come to a board's page.
 *
 * @param chromium The browser
 * @param board    Board
 * @param fragment What stands behind # of the address; the password if true
 * @param tone     What is said instead of the usual microphone [Hz]
 * @param deny     Does not allow the microphone
 * @param pattern  What is shown instead of the usual camera
 * @param more     Of playwright's newContext()
 */
export async function visit(chromium, board, { name = 'visitor', fragment,
	tone = 0, deny = false, pattern = false, url = board?.url(),
	screen = DESKTOP,
	...more } = {})
{
	const context = await chromium.newContext({ locale: 'en-GB',
		permissions: ['microphone', 'camera'], ...screen, ...more });
	const page = await context.newPage();
	const visitor = new Visitor(name, page);

	visitor.board = board;
	visitor.credulous = Boolean(more.ignoreHTTPSErrors);
	page.on('pageerror', (error) => visitor.events.put(
		{ event: 'page error', text: String(error) }));
	page.on('console', (message) => visitor.events.put({ event: 'console',
		type: message.type(), text: message.text() }));
	context.on('requestfailed', (request) => {
		if (request.serviceWorker()?.url() === request.url())
			visitor.events.put({ event: 'no script',
				text: request.failure().errorText });
	});
	await page.exposeFunction('report', (e) => visitor.events.put(e));
	for (const script of ['ear', 'eye', 'pattern'])
		await context.addInitScript(
			{ path: `${HERE}/page/${script}.js` });
	await context.addInitScript((options) =>
		Object.assign(window.ear, options), { tone, deny, pattern });
	await page.goto(url + (fragment === true ? `#${PASSWORD}` :
		fragment ? `#${fragment}` : ''));
	return visitor;
}
