/**
 * @file tests/interop/scenarios/simplest.mjs  The simplest telephone there is
 *
 *     phone <- wss -> scripted server <- far end by hand
 *     phone <- RTP, G.711 -> plain media
 *
 * Odd, but legal, from telephones that know nothing but RFC 3264 and G.711:
 * early media, another port in the call, an offer only in our 200.
 */
import assert from 'node:assert/strict';
import { FarEnd, body_of, over, scripted } from '../lab/farend.mjs';
import { LEVEL, PHONE_TONE, assert_tone, told } from '../lab/laboratory.mjs';
import { PlainMedia } from '../lab/plainmedia.mjs';
import { comes } from './plain.mjs';

const TONE = 400; /* [Hz] */
const PLAIN = { call: { media: 'audio', insecure_media: 'yes', offer: 'rtp' } };

const simply = (run) => scripted(async (server, phone, lab) => {
	const media = new PlainMedia({ tone: TONE, level: LEVEL });

	lab.later(() => media.close());
	const figures = await run(server, phone, media);
	assert.equal(phone.events.list.filter((e) =>
		e.event === 'insecure_media').length, 1);
	return figures;
}, PLAIN);

async function hears(phone)
{
	await comes(phone);
	return told(assert_tone('phone', await phone.listen_for(1), TONE));
}

const is_heard = async (media) => told(assert_tone('plain media',
	await media.listen_for(1), PHONE_TONE));

/* Sound before anybody answers, from there only */
async function early(server, phone, media)
{
	const far = await new FarEnd(server).called(phone);
	const port = await media.open();

	media.say(body_of(far.invite.text));
	far.reply(far.invite, '183 Session Progress',
		  { body: media.sdp(port) });
	await phone.call_event('m_early_media');
	const before = await hears(phone);
	assert.equal(media.received.length, 0, 'it sends before an answer');
	far.reply(far.invite, '200 OK', { body: media.sdp(port) });
	await far.wait('ACK');
	await phone.call_event('connected');
	const after = `${await hears(phone)}; it ${await is_heard(media)}`;
	await far.bye();
	await over(phone, { why: 'bye' });
	return `early ${before}; answered ${after}`;
}

/* What the phone asks for then: RTCP has a port of its own */
async function agree(far, media, port)
{
	const again = await far.wait('INVITE', { match: (e) =>
		e !== far.invite });

	assert.match(body_of(again.text), /^a=rtcp:\d+/m);
	far.reply(again, '200 OK', { body: media.sdp(port, 2) });
	await far.wait('ACK', { match: (e) =>
		parseInt(e.cseq) === parseInt(again.cseq) });
}

/* Another port, by re-INVITE and then by UPDATE */
async function moves(server, phone, media)
{
	const far = await new FarEnd(server).called(phone);

	const first = await media.open();
	media.say(body_of(far.invite.text));
	far.reply(far.invite, '200 OK', { body: media.sdp(first) });
	await far.wait('ACK');
	await phone.call_event('connected');
	await agree(far, media, first);
	const figures = [`${await hears(phone)}; ${await is_heard(media)}`];
	for (const [i, method] of ['INVITE', 'UPDATE'].entries()) {
		const port = await media.open();
		const moved = far.request(method, {
			body: media.sdp(port, i + 3) });
		media.say(body_of((await far.response(moved, 200)).text));
		if (method === 'INVITE')
			far.ack(moved);
		figures.push(`${method} ${await is_heard(media)}; ` +
			     `${await hears(phone)}`);
	}
	await far.bye();
	await over(phone, { why: 'bye' });
	return figures.join('; ');
}

/* An INVITE without an offer: it is in our 200, the answer in the ACK */
async function offers_late(server, phone, media)
{
	const far = new FarEnd(server).call({ body: null });

	await far.response(far.invite, 180);
	await phone.must('answer');
	const { text } = await far.response(far.invite, 200);
	assert.match(body_of(text), /^m=audio \d+ RTP\/AVP /m);
	const port = await media.open();
	media.say(body_of(text));
	far.ack(far.invite, media.sdp(port));
	await phone.call_event('connected');
	const figures = `${await hears(phone)}; ${await is_heard(media)}`;
	await far.bye();
	await over(phone, { why: 'bye' });
	return figures;
}

export default [
	['simplest: early media', simply(early)],
	['simplest: another port, by re-INVITE and UPDATE', simply(moves)],
	['simplest: the offer in our 200', simply(offers_late)],
];
