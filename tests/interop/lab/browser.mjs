/**
 * @file tests/interop/lab/browser.mjs  Headless Chromium with SIP in a page
 *
 *     test -> [browser] -> page/page.js -> JsSIP or SIP.js -> kamailio
 *
 * A user is a page. What happens there arrives in `events`.
 */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { bundle } from './bundle.mjs';
import { REALM, password_of } from './kamailio.mjs';
import { reroute } from './reroute.mjs';
import { Events, until } from './wait.mjs';

const HERE = new URL('..', import.meta.url).pathname;
const RATE = 48000; /* Of the page's sound [Hz] */
const TYPES = { html: 'text/html', js: 'text/javascript' };

/* SIP.js is modules already, which a browser loads one by one */
const PACKAGE = '/sip.js/lib/';

/* The file of a name, which leads nowhere else */
const file_of = (url) => url.startsWith(PACKAGE) ?
	`${HERE}/node_modules${url.replace(/[^a-z0-9./-]|\.\./gi, '')}` :
	`${HERE}/page/${url.slice(1).replace(/[^a-z.]/g, '')}`;

/* Serve the page: a secure context, being on this machine */
function serve()
{
	const script = bundle('jssip', 'JsSIP');
	const server = createServer((request, response) => {
		const name = request.url === '/' ? '/index.html' : request.url;
		let text;

		try {
			text = name === '/jssip.js' ? script :
				readFileSync(file_of(name));
		} catch {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { 'Content-Type':
			TYPES[name.split('.').pop()] ?? 'text/plain' });
		response.end(text);
	});

	return new Promise((done) => server.listen(0, '127.0.0.1',
		() => done(server)));
}

class User {
	recording = false;

	constructor(name, page)
	{
		this.name = name;
		this.page = page;
		this.events = new Events(name);
	}

	/** Run a function of page.js: lab.NAME(...) */
	lab(name, ...args)
	{
		return this.page.evaluate(([n, a]) => window.lab[n](...a),
					  [name, args]);
	}

	wait(name, options)
	{
		return this.events.wait(name, options);
	}

	async call(target, options)
	{
		await this.lab('call', target.includes(':') ? target :
			`sip:${target}@${REALM}`, options);
	}

	/** What is heard from now on for so many seconds */
	async listen(seconds)
	{
		await this.lab('record');
		await until(`${this.name}: ${seconds} s of sound`, async () =>
			await this.lab('recorded') >= seconds,
			seconds * 2000 + 5000);
		return this.heard();
	}

	async heard()
	{
		const text = await this.lab('heard');
		const data = Buffer.from(text, 'base64');
		const samples = new Float32Array(data.length / 2);

		for (let i = 0; i < samples.length; i++)
			samples[i] = data.readInt16LE(i * 2) / 32768;
		return { samples, rate: RATE };
	}

	/**
	 * Let what JsSIP sends and gets pass a function, which must stand
	 * alone: (sdp, originator, type, argument) to another sdp. It runs in
	 * the page; the event `sdp` has what it was before.
	 */
	async rewrite(change, argument)
	{
		await this.page.evaluate(([text, more]) => {
			const call = text && window.eval(`(${text})`);
			window.lab.rewrite = call && ((...args) =>
				call(...args, more));
		}, [change ? String(change) : '', argument]);
	}

	/** The next calls' media go through a relay, to which this user is the
	    near side; null: no more */
	async route(relay)
	{
		this.relay = relay;
		await this.rewrite(relay && `(sdp, originator, type, doors) => {
			${reroute}
			return reroute(sdp, doors[originator]);
		}`, relay && { local: relay.address('near'),
			       remote: relay.address('far') });
	}

	/* What a page reports */
	put(event)
	{
		if (event.event === 'sdp')
			this.relay?.learn(event.originator === 'local' ?
				'near' : 'far', event.sdp);
		this.events.put(event);
	}

	/** What is seen from now on for so many seconds: see page/eye.js */
	async watch(seconds)
	{
		await this.page.evaluate(() => window.eye.record());
		await until(`${this.name}: ${seconds} s of picture`, () =>
			this.page.evaluate((least) =>
				performance.now() - window.eye.began >= least,
				seconds * 1000), seconds * 2000 + 5000);
		return this.page.evaluate(() => window.eye.seen());
	}

	/** End the call, if there is one, so that the next can begin */
	async idle()
	{
		await this.lab('idle');
	}

	async close()
	{
		await this.page.context().close();
	}
}

export class Browser {
	/**
	 * @param microphone WAV file that the browser takes for one
	 * @param pins       key_pin() of certificates that it may trust
	 */
	async start({ microphone, pins = [] } = {})
	{
		this.server = await serve();
		this.chromium = await chromium.launch({
			executablePath: process.env.CHROMIUM ??
				'/usr/bin/chromium',
			headless: true,
			args: ['--no-sandbox', '--disable-gpu',
				'--disable-quic', '--no-first-run',
				'--disable-background-networking',
				'--disable-component-update', '--disable-sync',
				'--use-fake-device-for-media-stream',
				'--use-fake-ui-for-media-stream',
				'--autoplay-policy=no-user-gesture-required',
				'--allow-loopback-in-peer-connection',
				'--ignore-certificate-errors-spki-list=' +
					pins.join(','),
				...microphone ?
				[`--use-file-for-fake-audio-capture=${
					microphone}`] : []],
		});
		this.version = this.chromium.version();
	}

	/** A page with a user who is registered when this returns; `library` is
	    what speaks SIP there, jssip or sipjs */
	async user(name, url, { password = password_of(name), register = true,
				user_agent, library = 'jssip' } = {})
	{
		const { port } = this.server.address();
		const origin = `http://127.0.0.1:${port}/${
			library === 'sipjs' ? 'sip.html' : ''}`;
		const context = await this.chromium.newContext({
			permissions: ['microphone', 'camera'] });
		const page = await context.newPage();
		const user = new User(name, page);

		page.on('pageerror', (error) => user.events.put(
			{ event: 'page error', text: String(error) }));
		await page.exposeFunction('report', (e) => user.put(e));
		await page.goto(origin);
		await page.waitForFunction(() => window.lab?.loaded);
		await user.lab('start', { url, uri: `sip:${name}@${REALM}`,
			password, user_agent });
		if (register)
			await user.wait('registered');
		return user;
	}

	async stop()
	{
		await this.chromium?.close();
		this.server?.close();
	}
}
