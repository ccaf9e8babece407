/**
 * @file tests/interop/scenarios/early.mjs  Media before the answer
 *
 *     phone <- SIP -> scripted server <- far end by hand
 *     phone <- RTP -> Chromium
 */
import assert from 'node:assert/strict';
import { FarEnd, SOUND, body_of, count, header, headers, over, scripted }
	from '../lab/farend.mjs';
import { FarMedia } from '../lab/farmedia.mjs';
import { BROWSER_TONE, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';

const BRIEF = 1; /* [s] */

const with_media = (run) => async (server, phone, lab) => {
	const media = new FarMedia(await lab.anna());

	try {
		return await run(server, phone, media);
	} finally {
		await media.close();
	}
};

const phone_hears = async (phone) => told(assert_tone('phone',
	await phone.listen_for(BRIEF), BROWSER_TONE));

/* Nothing of us before the answer */
function assert_closed(phone, media)
{
	assert.equal(count(phone, 'm_permission_requested'), 0);
	assert.equal(count(phone, 'connected'), 0);
	assert(media.silent(), 'the phone is heard before the answer');
}

/* 183 with SDP plays */
async function of_the_called(server, phone, media)
{
	const far = await new FarEnd(server).called(phone);
	const body = await media.answer(body_of(far.invite.text));

	far.reply(far.invite, '183 Session Progress', { body });
	await phone.call_event('m_early_media');
	await media.connected();
	const early = await phone_hears(phone);
	assert_closed(phone, media);

	far.reply(far.invite, '200 OK', { body });
	await far.wait('ACK');
	await phone.call_event('connected');
	await media.heard();
	assert_tone('browser', await media.user.listen(BRIEF), PHONE_TONE);
	assert.equal(far.all('INVITE').length, 1);
	await far.bye();
	await over(phone, { why: 'bye' });
	return `before the answer: ${early}`;
}

/* The same, and the call is refused after all */
async function announcement(server, phone, media)
{
	const far = await new FarEnd(server).called(phone);
	const body = await media.answer(body_of(far.invite.text));

	far.reply(far.invite, '183 Session Progress', { body });
	await media.connected();
	const early = await phone_hears(phone);
	far.reply(far.invite, '404 Not Found');
	await far.wait('ACK');
	await over(phone, { why: 'refused', code: 404 });
	assert_closed(phone, media);
	return early;
}

/* [call] reliable=media, the answer goes with the ringing */
async function of_the_phone(server, phone, media)
{
	const far = new FarEnd(server).call({ body: await media.offer(),
		more: 'Supported: 100rel\r\n' });
	const ringing = await far.response(far.invite, 180, { like: (e) =>
		header(e.text, 'RSeq') });

	assert(headers(ringing.text, 'Require').join(',').includes('100rel'));
	const prack = far.request('PRACK', { more: `RAck: ${
		header(ringing.text, 'RSeq')} ${far.invite.number} INVITE\r\n`
	});
	await far.response(prack, 200);
	await media.take(body_of(ringing.text));
	await media.connected();
	await phone.call_event('media_added');
	assert_closed(phone, media);

	await phone.must('answer');
	const ok = await far.response(far.invite, 200);
	assert.equal(body_of(ok.text), '', 'the answer once more');
	far.ack();
	await media.heard();
	assert_tone('browser', await media.user.listen(BRIEF), PHONE_TONE);
	const heard = await phone_hears(phone);
	await far.bye();
	await over(phone, { why: 'bye' });
	return `after the answer: ${heard}`;
}

export default [
	['far end: early media of 183 are heard (A-5.2)',
	 scripted(with_media(of_the_called))],
	['far end: early media, then a refusal (A-5.2)',
	 scripted(with_media(announcement))],
	['far end: our answer goes with the ringing (A-5.3)',
	 scripted(with_media(of_the_phone),
		  { call: { ...SOUND.call, reliable: 'media' } })],
];
