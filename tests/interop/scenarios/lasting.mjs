/**
 * @file tests/interop/scenarios/lasting.mjs  Calls kept alive, in real time
 *
 *     phone <- SIP -> far end by hand;  phone <- RTP -> Chromium
 *
 * RFC 4028 with the shortest interval that it allows, 90 s. Only with --soak;
 * other lengths are in tests/loop/test_session_timer.c, in virtual time.
 */
import assert from 'node:assert/strict';
import { FarEnd, SOUND, body_of, header, over, scripted }
	from '../lab/farend.mjs';
import { FarMedia } from '../lab/farmedia.mjs';

const HALF = 45000;  /* Of the interval [ms] */
const MARGIN = 30000; /* RFC 4028 section 10: a third of it, at most 32 s */
const SLACK = 1500;
const ABLE = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n' +
	'Supported: timer\r\n';
const TIMER = { call: { ...SOUND.call, session_timer: '90s' } };

const near = (took, wanted) => assert(took >= wanted - SLACK &&
	took <= wanted + SLACK, `after ${took} ms, not ${wanted}`);

const expires = (who) => `Session-Expires: 90;refresher=${who}\r\n`;

/* The phone refreshes `times` times, from a moment on */
async function refreshes(far, since, times)
{
	let from = 0;

	for (let n = 0; n < times; n++) {
		const update = await far.wait('UPDATE', { from,
			limit: HALF + 10000 });
		near(update.at - since, HALF);
		assert.equal(header(update.text, 'Session-Expires'),
			     '90;refresher=uac');
		assert.equal(body_of(update.text), '');
		from = far.server.events.mark();
		far.reply(update, '200 OK', { more: ABLE + expires('uac') +
			'Require: timer\r\n' });
		since = update.at;
	}
}

const with_media = (run) => scripted(async (server, phone, lab) => {
	const media = new FarMedia(await lab.fresh_anna());

	try {
		await run(server, phone, media);
	} finally {
		await media.close();
	}
}, TIMER);

/* The phone calls; `who` is to refresh, as the far end's 2xx says */
async function called(server, phone, media, who)
{
	const far = await new FarEnd(server).called(phone);
	const body = await media.answer(body_of(far.invite.text));

	far.reply(far.invite, '200 OK', { body, more: ABLE + expires(who) +
		(who === 'uac' ? 'Require: timer\r\n' : '') });
	const { at } = await far.wait('ACK');
	await media.connected();
	return { far, at };
}

async function by_the_caller(server, phone, media)
{
	const { far, at } = await called(server, phone, media, 'uac');

	await refreshes(far, at, 2);
	await far.bye();
	await over(phone, { why: 'bye' });
}

async function by_the_called(server, phone, media)
{
	const far = new FarEnd(server).call({ body: await media.offer(),
		more: ABLE + expires('uas') });

	await far.response(far.invite, 180);
	await phone.must('answer');
	const ok = await far.response(far.invite, 200);
	await media.take(body_of(ok.text));
	far.ack();
	await refreshes(far, ok.at, 1);
	await far.bye();
	await over(phone, { why: 'bye' });
}

/* The far end refreshes once, then no more: the phone hangs up in good time */
async function by_nobody(server, phone, media)
{
	const { far, at } = await called(server, phone, media, 'uas');
	const update = far.request('UPDATE', { more: ABLE + expires('uac') });
	const ok = await far.response(update, 200);

	assert.equal(header(ok.text, 'Session-Expires'), '90;refresher=uac');
	const bye = await far.ended({ limit: 100000 });
	near(bye.at - at, 2 * HALF - MARGIN);
	await over(phone, { why: 'expired' });
}

export default [
	['far end: the phone refreshes what it called (A-5.2)',
	 with_media(by_the_caller), { limit: 200000 }],
	['far end: the phone refreshes what called it (A-5.3)',
	 with_media(by_the_called), { limit: 200000 }],
	['far end: a call that nobody refreshes ends (A-5.4)',
	 with_media(by_nobody), { limit: 200000 }],
];
