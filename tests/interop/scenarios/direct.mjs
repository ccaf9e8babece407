/**
 * @file tests/interop/scenarios/direct.mjs  A plain telephone, and no gateway
 *
 *     phone <- wss -> kamailio <- UDP -> baresip
 *     phone <- RTP, or SRTP with keys in the SDP -> baresip
 *
 * What `[call] insecure_media` is for: the server passes signalling on, and
 * the two sides hear and see each other directly. baresip knows no ICE, no
 * rtcp-mux, no BUNDLE. Each says a tone of its own; each call warns.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { Plain, missing } from '../lab/gateway.mjs';
import { LEVEL, PHONE_TONE, assert_tone, told } from '../lab/laboratory.mjs';
import { pattern_in, read_png } from '../lab/png.mjs';
import { shown } from '../lab/status.mjs';
import { until } from '../lab/wait.mjs';
import { PLAIN_TONE, alone, comes, dialled, hang_up_by, hold, phone_calls,
	 plain_calls } from './plain.mjs';

const G711 = 64000; /* [bit/s] */
const BARELY = 1000; /* [bit/s] */
const WHOLE = 2000; /* Until a picture is in a file [ms] */
const SEEN = 15000; /* Until something is to be seen [ms] */
const ENOUGH = 20;  /* Pictures */
const COLOUR = 8;   /* Of a small picture, at a low rate [percent] */
const TONE = { tone: PLAIN_TONE, level: LEVEL };

/** A scenario without a gateway: run(lab, phone, plain) */
const directly = (run, { call = {}, phone = {}, ...peer } = {}) =>
async (lab) => {
	assert.equal(missing(), '');
	const dir = `${lab.dir}/direct-${++lab.count}`;
	mkdirSync(dir, { recursive: true });
	const plain = new Plain(dir);
	const { kamailio } = lab;

	lab.later(async () => {
		await plain.stop();
		await kamailio.kill();
		await kamailio.start();
	});
	await kamailio.kill();
	await plain.start({ proxy: kamailio.udp, ...TONE, ...peer });
	await kamailio.start({ gateway: { plain: plain.port } });
	if (phone.video)
		phone.video.display = `file=${dir}`;
	try {
		return await run(lab, await lab.phone({ call: {
			media: 'audio', insecure_media: 'yes', ...call },
			...phone }), plain);
	} catch (error) {
		error.message += `; baresip said:\n${plain.log()}`;
		throw error;
	}
};

/* The one event that others could listen */
function assert_warned(phone, kind)
{
	const all = phone.events.list.filter((e) =>
		e.event === 'insecure_media');

	assert.deepEqual(all.map((e) => e.kind), [kind]);
}

/* Each hears the other's tone */
async function talk(phone, plain, seconds = 2)
{
	await comes(phone);
	const [p, b] = await Promise.all([phone.listen_for(seconds),
					  plain.listen_for(seconds)]);

	return `phone ${told(assert_tone('phone', p, PLAIN_TONE))}; ` +
		`baresip ${told(assert_tone('baresip', b, PHONE_TONE))}`;
}

const calls = (establish, hang_up, kind, codec) =>
async (lab, phone, plain) => {
	await establish(phone, plain);
	const figures = await talk(phone, plain);
	const [{ media }] = await phone.must('stats');

	assert.equal(media.keying, kind);
	if (codec)
		assert.equal(media.audio.codec, codec);
	assert_warned(phone, kind);
	await hang_up_by(hang_up, phone, plain);
	return figures;
};

/* Each says a digit after the other (RFC 4733) */
async function digits(lab, phone, plain)
{
	await phone_calls(phone, plain);
	await talk(phone, plain, 1);
	const from = plain.events.mark();
	await phone.must('dtmf', '159#0*');
	await until('six digits', () => dialled(plain, from).length >= 6)
		.catch(() => {});
	assert.equal(dialled(plain, from), '159#0*');
	let heard = '';
	for (const digit of '48D') {
		const from = phone.events.mark();
		await plain.command('sndcode', digit);
		heard += (await phone.call_event('dtmf_received', { from }))
			.digit;
	}
	await phone.must('hangup');
	await alone(phone);
	return `${dialled(plain, from)} there, ${heard} here`;
}

/* The other side holds. After that baresip 1.0 does not play what it hears,
 * but measures it */
async function held(lab, phone, plain)
{
	await plain_calls(phone, plain);
	const before = await talk(phone, plain, 1);
	await plain.command('hold');
	await phone.wait('m_remote_hold');
	await until('no sound while held', () => plain.receives() < BARELY);
	await plain.command('resume');
	await phone.wait('m_remote_resume');
	await until('sound as before', () => plain.receives() > G711 * 0.95);
	await phone.listen_for(1);
	const after = told(assert_tone('phone', await phone.listen_for(1),
				       PLAIN_TONE));
	await phone.must('hangup');
	await plain.wait('CALL_CLOSED');
	await alone(phone);
	assert_warned(phone, 'rtp');
	return `${before}; then phone ${after}, baresip ` +
		`${plain.receives()} bit/s`;
}

/* ---- Pictures ---- */

/* What baresip sees now, in a file of its own */
async function baresip_sees(plain, after = -1)
{
	const file = `${plain.dir}/seen.png`;
	let picture = null, found = null;

	await until('a picture of the phone', async () => {
		rmSync(file, { force: true });
		await plain.command('snapshot_recv', file);
		await until('a picture', () => {
			try {
				picture = read_png(file);
			} catch {
				return false; /* Not whole */
			}
			return true;
		}, WHOLE).catch(() => {});
		found = picture && pattern_in(picture);
		return found?.number > after;
	}, SEEN);
	assert(found.error <= COLOUR, `colours are ${found.error} % wrong`);
	return { number: found.number, text: `${picture.width}x` +
		`${picture.height}, number ${found.number}, ` +
		`colours ${found.error.toFixed(1)} %` };
}

async function phone_sees(phone)
{
	const { shown: before } = shown(phone);

	await until('pictures of baresip', () =>
		shown(phone).shown > before + ENOUGH, SEEN);
	return shown(phone).text.match(/shown=\d+/)[0];
}

const pictures = (establish, kind) => async (lab, phone, plain) => {
	await establish(phone, plain);
	const { number } = await baresip_sees(plain);
	const { text } = await baresip_sees(plain, number);
	const back = await phone_sees(phone);
	const figures = await talk(phone, plain, 1);

	assert_warned(phone, kind);
	await phone.must('hangup');
	await plain.wait('CALL_CLOSED');
	await alone(phone);
	return `baresip sees ${text}; phone ${back}; ${figures}`;
};

/* A picture with it, of this codec */
const picture = (video, { phone, call, ...more } = {}) => ({ video, ...more,
	phone: { ...phone,
		 call: { media: 'av', insecure_media: 'yes', ...call },
		 video: { camera: 'sim:pattern', size: '320x240', fps: 15,
			  codecs: video } } });

const RTP = { call: { offer: 'rtp' } };
const SDES = { call: { offer: 'sdes' }, mediaenc: 'srtp-mand' };

/* With another codec than G.711 */
const codec = (name) => ({ codec: name, phone: { audio: { codecs:
	name.split('/')[0].toLowerCase() } } });

export default [
	['direct: RTP, the phone calls',
	 directly(calls(phone_calls, 'phone', 'rtp'), RTP)],
	['direct: RTP, the phone is called',
	 directly(calls(plain_calls, 'plain', 'rtp'))],
	['direct: RTP, G.722, the phone calls',
	 directly(calls(phone_calls, 'plain', 'rtp', 'G722'),
		  { ...RTP, ...codec('G722/16000/1') })],
	['direct: RTP, opus, the phone is called',
	 directly(calls(plain_calls, 'phone', 'rtp', 'opus'),
		  codec('opus/48000/2'))],
	['direct: RTP, VP8, the phone calls',
	 directly(pictures(phone_calls, 'rtp'), picture('vp8', RTP))],
	['direct: RTP, VP8, the phone is called',
	 directly(pictures(plain_calls, 'rtp'), picture('vp8'))],
	['direct: RTP, H.264, the phone calls',
	 directly(pictures(phone_calls, 'rtp'), picture('h264', RTP))],
	['direct: RTP, H.264, the phone is called',
	 directly(pictures(plain_calls, 'rtp'), picture('h264'))],
	['direct: SDES, VP8, the phone calls',
	 directly(pictures(phone_calls, 'sdes'), picture('vp8', SDES))],
	['direct: SDES, H.264, the phone is called',
	 directly(pictures(plain_calls, 'sdes'), picture('h264', SDES))],
	['direct: RTP, hold and resume', directly(hold(phone_calls), RTP)],
	['direct: RTP, held by the other side', directly(held)],
	['direct: RTP, digits', directly(digits, RTP)],
	['direct: SDES, the phone calls',
	 directly(calls(phone_calls, 'phone', 'sdes'), SDES)],
	['direct: SDES, the phone is called',
	 directly(calls(plain_calls, 'plain', 'sdes'), SDES)],
	['direct: SDES, G.722, the phone is called',
	 directly(calls(plain_calls, 'plain', 'sdes', 'G722'),
		  { ...SDES, ...codec('G722/16000/1') })],
	['direct: SDES, opus, the phone calls',
	 directly(calls(phone_calls, 'phone', 'sdes', 'opus'),
		  { ...SDES, ...codec('opus/48000/2') })],
	['direct: SDES, hold and resume', directly(hold(phone_calls), SDES)],
	['direct: SDES, digits', directly(digits, SDES)],
	['direct: SDES with RTP/SAVPF, the phone is called',
	 directly(calls(plain_calls, 'plain', 'sdes'),
		  { mediaenc: 'srtp-mandf' })],
	['direct: SDES with RTP/AVP, the phone is called',
	 directly(calls(plain_calls, 'plain', 'sdes'), { mediaenc: 'srtp' })],
	['direct: SDES with RTP/AVP, hold and resume',
	 directly(hold(plain_calls), { mediaenc: 'srtp' })],
];
