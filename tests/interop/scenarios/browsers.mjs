/**
 * @file tests/interop/scenarios/browsers.mjs  The laboratory tries itself
 *
 *     anna (Chromium) <-> kamailio <-> carl (Chromium)
 *
 * What fails here is a fault of the laboratory, not of the phone. That holds
 * for the bad line between peers, too.
 */
import assert from 'node:assert/strict';
import { BROWSER_TONE, LEVEL, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { Impair } from '../lab/impair.mjs';
import { Relay } from '../lab/relay.mjs';
import { address_in, reroute } from '../lab/reroute.mjs';
import { digits_in } from '../lab/sound.mjs';

const SECONDS = 5;
const PICTURES = { width: 640, height: 480 };

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

/* What a picture must be on a line with nothing wrong */
function assert_picture(who, seen)
{
	const text = `${who} sees ${JSON.stringify(seen)}`;

	assert(seen.read >= seen.frames * 0.95, `${text}: pattern`);
	assert.deepEqual({ width: seen.width, height: seen.height }, PICTURES,
			 text);
	assert.equal(seen.backwards, 0, `${text}: older ones after newer`);
	assert(seen.fps >= 10, `${text}: fewer than 10 in a second`);
	assert(seen.colour_error < 2, `${text}: colours`);
	return `${seen.fps} fps, ${seen.delay.median} ms late`;
}

/* Through a relay, which then loses all, and is whole again */
async function two_cameras(lab)
{
	const anna = await lab.anna();
	const carl = await lab.browser.user('carl', lab.kamailio.url());
	const relay = await new Relay().start();
	const video = { source: 'pattern', codec: 'H264' };
	const from = anna.events.mark();

	await anna.route(relay);
	await anna.call('carl', { video });
	await carl.wait('incoming');
	await carl.lab('answer', { video, tone: { frequency: PHONE_TONE,
						  level: LEVEL } });
	await Promise.all([anna.wait('seen', { from }), carl.wait('seen')]);
	const [a, c] = await Promise.all([anna.watch(SECONDS),
					  carl.watch(SECONDS)]);
	const told_a = assert_picture('anna', a);
	const told_c = assert_picture('carl', c);
	const { up, down } = relay.figures();
	assert(up.sent_bytes > 50000 && down.sent_bytes > 50000,
	       `the relay carried ${up.sent_bytes}, ${down.sent_bytes} bytes`);

	relay.set({ up: { block: true } });
	const dark = await carl.watch(2);
	assert(dark.freeze > 1500, `blocked: ${JSON.stringify(dark)}`);
	relay.set({});
	const again = carl.events.mark();
	await carl.page.evaluate(() => window.eye.watch('#far'));
	await carl.wait('seen', { from: again });

	await anna.route(null);
	await anna.lab('hangup');
	await carl.wait('ended');
	await carl.close();
	await relay.stop();
	return `anna ${told_a}; carl ${told_c}`;
}

/* A thousand packets of 972 octets, one in 10 ms, in virtual time */
function send_all(what, seed = 7)
{
	const left = [];
	let time = 0, due = Infinity, handler;
	const clock = { now: () => time, cancel: () => { due = Infinity; },
		later: (h, ms) => { handler = h; due = time + ms; } };
	const line = new Impair(seed, what, clock);
	const run = (until) => {
		while (due <= until) {
			time = due;
			due = Infinity;
			handler();
		}
		time = until;
	};

	for (let i = 0; i < 1000; i++) {
		run(i * 10);
		const packet = Object.assign(Buffer.alloc(972), { i });
		line.put(packet, ({ i: n }) => left.push([n, time - n * 10]));
	}
	run(60000);
	return { left, count: line.figures() };
}

const runs = (left) => left.filter(([n], i) => n !== (left[i - 1]?.[0] ??
	-1) + 1).length;

async function bad_line()
{
	const clean = send_all({});
	assert.equal(clean.left.length, 1000);
	assert(clean.left.every(([, late]) => late === 0));

	const loss = send_all({ loss: 10 });
	assert(loss.count.lost > 70 && loss.count.lost < 130);
	assert.deepEqual(send_all({ loss: 10 }).left, loss.left);
	assert.notDeepEqual(send_all({ loss: 10 }, 8).left, loss.left);

	/* Fewer gaps, and longer */
	const burst = send_all({ burst: { p: 2, length: 8 } });
	const mean = burst.count.lost / runs(burst.left);
	assert(mean > 4 && mean < 16, `bursts of ${mean}`);

	const late = send_all({ delay: 40, jitter: 20 });
	assert(late.left.every(([n, ms], i) => n === i && ms >= 40 &&
			       ms <= 60.5));
	const mixed = send_all({ jitter: 50, reorder: true });
	assert(mixed.left.some(([n], i) => n !== i));

	/* 800 kbit/s come: half is too much, and waits 200 ms */
	const slow = send_all({ rate: 400, queue: 200 });
	const sent = slow.count.sent_bytes * 8 / 10000;
	assert(sent > 380 && sent < 410, `${sent} kbit/s`);
	assert(slow.count.queue_max >= 200 && slow.count.queue_max < 225);

	const sdp = ['v=0', 'c=IN IP4 9.9.9.9', 'm=audio 9 UDP/TLS/RTP/SAVPF 0',
		'c=IN IP4 9.9.9.9', 'b=AS:1', 'a=rtcp:9 IN IP4 9.9.9.9',
		'a=candidate:1 1 UDP 1 1.2.3.4 5 typ host',
		'a=candidate:2 1 udp 1 127.0.0.1 6 typ host',
		'm=video 0 UDP/TLS/RTP/SAVPF 0', 'a=inactive', ''].join('\r\n');
	assert.deepEqual(address_in(sdp), { address: '127.0.0.1', port: 6 });
	assert.equal(reroute(sdp, { address: '127.0.0.1', port: 7 }),
		['v=0', 'c=IN IP4 9.9.9.9', 'm=audio 7 UDP/TLS/RTP/SAVPF 0',
		'c=IN IP4 127.0.0.1', 'b=AS:1',
		'a=candidate:1 1 udp 2130706431 127.0.0.1 7 typ host',
		'a=rtcp:7 IN IP4 127.0.0.1', 'm=video 0 UDP/TLS/RTP/SAVPF 0',
		'a=inactive', ''].join('\r\n').replace('9.9.9.9',
			'127.0.0.1'));
}

export default [
	['laboratory: a line is as bad as told', bad_line, { phone: false }],
	['laboratory: two browsers call each other', two_pages,
	 { phone: false }],
	['laboratory: two browsers see each other', two_cameras,
	 { phone: false }],
];
