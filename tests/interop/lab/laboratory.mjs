/**
 * @file tests/interop/lab/laboratory.mjs  All of it, for the scenarios
 *
 *     scenario -> [laboratory] -> kamailio, browser, phones
 *
 * One server and one browser serve all scenarios; each scenario has phones
 * of its own, which end with it.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Board } from './board.mjs';
import { Browser } from './browser.mjs';
import { make_certificates, key_pin } from './certificates.mjs';
import { Kamailio } from './kamailio.mjs';
import { Phone } from './phone.mjs';
import * as schema from './schema.mjs';
import { judge, write_tone } from './sound.mjs';
import { Stall } from './stall.mjs';
import { visit } from './visitor.mjs';
import { until } from './wait.mjs';

/* What the two sides say [Hz], and how loud [dB RMS of full scale] */
export const PHONE_TONE = 1000;
export const BROWSER_TONE = 700;
export const LEVEL = -15;

/* What must hold of a tone that was heard */
const FREQUENCY_LIMIT = 0.01; /* Of the frequency */
const LEVEL_LIMIT = 3;        /* [dB] */
const GAP_LIMIT = 60;         /* [ms] */

const LATE = 2; /* Of a recording, until it is judged [s] */
const BACK = 30000; /* To be registered again [ms] */
const SANITIZER = /ERROR: \w+Sanitizer|runtime error:/;

let machine = null; /* How long it lets one wait, while there is a laboratory */

/** Figures of a tone for the table */
export const told = (heard) => `${heard.frequency.toFixed(1)} Hz ` +
	`${heard.level.toFixed(1)} dB, gap ${heard.gap.toFixed(0)} ms` +
	(heard.stalled ? ` (machine stalled ${heard.stalled.toFixed(0)} ms)` :
		'');

/** Each gap with its place */
const all = (gaps) => gaps.map((g) => `${g.ms.toFixed(0)} ms at ` +
	`${g.at.toFixed(2)} s`).join(', ');

/** Whether sound is the tone that was sent; its figures. For a longer gap there
    is no other excuse than a machine that stood still as long meanwhile */
export function assert_tone(who, { samples, rate }, frequency)
{
	const heard = judge(samples, rate);
	if (heard.gap > GAP_LIMIT)
		heard.stalled = machine?.longest(heard.seconds + LATE);
	const text = `${who} hears ${told(heard)}`;

	assert(Math.abs(heard.frequency / frequency - 1) <= FREQUENCY_LIMIT,
	       `${text}: frequency, should be ${frequency} Hz within 1 %`);
	assert(Math.abs(heard.level - LEVEL) <= LEVEL_LIMIT,
	       `${text}: level, should be ${LEVEL} dB within 3 dB`);
	assert(heard.gap - (heard.stalled ?? 0) <= GAP_LIMIT,
	       `${text}: gap over 60 ms; all gaps: ${all(heard.gaps)}; ` +
	       `load of the machine ${loadavg()[0].toFixed(1)} on ` +
	       `${cpus().length} processors`);
	assert(heard.purity >= 10, `${text}: only ` +
	       `${heard.purity.toFixed(1)} dB above everything else`);
	return heard;
}

export class Laboratory {
	phones = [];
	visitors = [];
	library = 'jssip'; /* Of anna, what speaks SIP in her page */
	ends = []; /* What a scenario wants done after it */
	count = 0;

	/**
	 * @param dir     Directory for everything
	 * @param program The phone's binary
	 */
	constructor(dir, program)
	{
		this.dir = dir;
		this.program = program;
		this.certs = `${dir}/certificates`;
		this.microphone = `${dir}/phone.wav`;
	}

	/** Start server and browser; options are Kamailio.start()'s */
	async start(options)
	{
		machine ??= new Stall();
		const browser_tone = `${this.dir}/browser.wav`;

		rmSync(this.dir, { recursive: true, force: true });
		mkdirSync(this.dir, { recursive: true });
		make_certificates(this.certs);
		write_tone(this.microphone, { frequency: PHONE_TONE,
			level: LEVEL, seconds: 60 });
		write_tone(browser_tone, { frequency: BROWSER_TONE,
			level: LEVEL });
		this.kamailio = new Kamailio(`${this.dir}/kamailio`,
					     this.certs);
		await this.kamailio.start(options);
		this.browser = new Browser();
		await this.browser.start({ microphone: browser_tone,
			pins: [key_pin(`${this.certs}/good.pem`)] });
	}

	/** The usual user in the browser, registered, in no call */
	async anna()
	{
		this._anna ??= await this.browser.user('anna',
			this.kamailio.url(), { library: this.library });
		/* She comes back by herself when the server was away */
		await until('anna: registered', () => this._anna.page.evaluate(
			() => window.lab.registered()), BACK);
		return this._anna;
	}

	/** Anna has another library from now on: jssip or sipjs */
	async use(library)
	{
		if (this.library === library)
			return;
		this.library = library;
		await this._anna?.close();
		this._anna = null;
	}

	/** Anna anew, in a page of her own: Chromium tires of many calls */
	async fresh_anna()
	{
		await this._anna?.close();
		this._anna = null;
		return this.anna();
	}

	/** A phone; started and registered unless told otherwise */
	async phone(changes = {}, { ready = true } = {})
	{
		const phone = new Phone(`${this.dir}/phone-${++this.count}`,
					this.program, schema);

		this.phones.push(phone);
		await phone.start({ url: this.kamailio.url(),
			authority: `${this.certs}/authority.pem`,
			microphone: this.microphone, ...changes });
		if (ready)
			await phone.ready();
		return phone;
	}

	/** A board with its own page, which is there when this returns */
	async board(changes = {}, { ready = true } = {})
	{
		const board = new Board(`${this.dir}/board-${++this.count}`,
					this.program, schema);

		this.phones.push(board);
		await board.start({ microphone: this.microphone,
			cert: `${this.certs}/good.pem`,
			key: `${this.certs}/good.key`, ...changes });
		if (ready)
			await board.ready();
		return board;
	}

	/** Somebody who comes to its page: see visit() */
	async visitor(board, options)
	{
		const visitor = await visit(this.browser.chromium, board,
					    options);

		this.visitors.push(visitor);
		return visitor;
	}

	/** The same, logged in */
	async member(board, options)
	{
		const visitor = await this.visitor(board,
			{ fragment: true, ...options });

		await visitor.shows('ready');
		return visitor;
	}

	/** Call end() after the scenario, however it ends */
	later(end)
	{
		this.ends.push(end);
	}

	/**
	 * After a scenario: no phone, no call. Each phone has to end in
	 * order, and a sanitizer must have found nothing in it.
	 */
	async tidy()
	{
		for (const visitor of this.visitors)
			assert.deepEqual(await visitor.faults(), [],
				`faults of the page at ${visitor.name}`);
		for (const phone of this.phones) {
			const status = await phone.stop();
			assert(!SANITIZER.test(phone.log()),
			       'a sanitizer found something');
			assert.deepEqual(phone.faults, [],
				'what it said is not as in docs/schema');
			assert(!status || status.code === 0, 'after SIGTERM ' +
			       `it ended with ${JSON.stringify(status)}`);
		}
		await this.clear();
	}

	/** The same after a failure, whatever it takes */
	async clear()
	{
		for (const phone of this.phones)
			await phone.end();
		this.phones = [];
		for (const visitor of this.visitors)
			await visitor.close();
		this.visitors = [];
		for (const end of this.ends.splice(0).reverse())
			await end();
		await this._anna?.idle();
	}

	async stop()
	{
		await this.clear().catch(() => {});
		await this.browser?.stop();
		await this.kamailio?.kill();
	}
}
