/**
 * @file tests/interop/lab/impair.mjs  A bad line, in one direction
 *
 *     packet -> block, loss, burst -> rate and queue -> delay, jitter -> out
 *
 * The same seed loses the same packets. What it does may change at any time;
 * packets under way are not touched by that.
 */
import { now as real_now } from './wait.mjs';

const HEADERS = 28; /* IPv4 and UDP, on the line [bytes] */
const HELD_MAX = 20000; /* Packets under way */

/** Chance that can be repeated: numbers from 0 to 1 (mulberry32) */
export function chance(seed)
{
	let state = seed >>> 0;

	return () => {
		state = state + 0x6d2b79f5 >>> 0;
		let t = Math.imul(state ^ state >>> 15, state | 1);
		t ^= t + Math.imul(t ^ t >>> 7, t | 61);
		return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
	};
}

/** A line on which nothing is wrong */
export const CLEAN = Object.freeze({
	loss: 0,       /* Packets lost [percent] */
	burst: null,   /* { p, length }: p percent of packets begin a burst, in
			  which `length` are lost, in the mean (Gilbert) */
	delay: 0,      /* [ms] */
	jitter: 0,     /* And up to so much more [ms] */
	reorder: false, /* With jitter, packets may overtake each other */
	rate: 0,       /* [kbit/s], 0: without limit */
	queue: 200,    /* With rate: of the queue, then packets are lost [ms] */
	block: false,  /* Lose all */
});

export class Impair {
	held = [];
	free = 0;      /* When the line is free [ms] */
	last = 0;      /* Latest that anything leaves [ms] */
	bad = false;   /* In a burst */
	seconds = [];  /* { offered, sent [bytes], lost, queue [ms] } each */

	/**
	 * @param seed  Of chance
	 * @param what  As CLEAN, what is left out is as there
	 * @param clock For tests: { now, later(handler, ms), cancel }
	 */
	constructor(seed = 1, what = {}, clock = { now: real_now,
		later: setTimeout, cancel: clearTimeout })
	{
		this.random = chance(seed);
		this.clock = clock;
		this.begin = clock.now();
		this.count = { packets: 0, bytes: 0, sent: 0, sent_bytes: 0,
			lost: 0, overflown: 0, blocked: 0, queue: 0,
			queue_max: 0 };
		this.set(what);
	}

	/** Replace what the line does; anything left out is clean */
	set(what = {})
	{
		for (const key of Object.keys(what))
			if (!(key in CLEAN))
				throw new Error(`impair: no '${key}'`);
		this.what = { ...CLEAN, ...what };
		this.bad = false;
	}

	/** Change some of it */
	change(what)
	{
		this.set({ ...this.what, ...what });
	}

	/** A packet comes; out(packet) is called when it leaves, if it does */
	put(packet, out)
	{
		const now = this.clock.now();
		const second = this.second(now);

		this.count.packets++;
		this.count.bytes += packet.length;
		second.offered += packet.length;
		if (this.swallow()) {
			second.lost++;
			return;
		}
		const leave = this.pass(packet.length, now, second);
		if (leave === null) {
			second.lost++;
			return;
		}
		if (leave <= now && !this.held.length)
			this.leave(packet, out);
		else
			this.hold({ packet, out, leave });
	}

	/* Whether the packet is lost on the way; chance is asked for each one,
	   so that what was lost before changes nothing after */
	swallow()
	{
		const { block, loss, burst } = this.what;
		const one = this.random() * 100, two = this.random() * 100;

		if (burst)
			this.bad = this.bad ? two >= 100 / burst.length :
				two < burst.p;
		if (block) {
			this.count.blocked++;
			return true;
		}
		if (one >= loss && !(burst && this.bad))
			return false;
		this.count.lost++;
		return true;
	}

	/* When it is through queue and delay; null: the queue is full */
	pass(length, now, second)
	{
		const { rate, queue, delay, jitter, reorder } = this.what;
		let at = now;

		if (rate) {
			const wait = Math.max(0, this.free - now);
			this.count.queue = wait;
			this.count.queue_max = Math.max(wait,
				this.count.queue_max);
			second.queue = Math.max(wait, second.queue);
			if (wait > queue) {
				this.count.overflown++;
				return null;
			}
			this.free = now + wait +
				(length + HEADERS) * 8 / rate;
			at = this.free;
		} else {
			this.count.queue = 0;
		}
		at += delay + (jitter ? this.random() * jitter : 0);
		if (!reorder)
			at = Math.max(at, this.last);
		this.last = Math.max(at, this.last);
		return at;
	}

	hold(one)
	{
		let at = this.held.length;

		if (at === HELD_MAX) {
			this.count.overflown++;
			return;
		}
		while (at && this.held[at - 1].leave > one.leave)
			at--;
		this.held.splice(at, 0, one);
		if (at === 0)
			this.arm();
	}

	arm()
	{
		this.clock.cancel(this.timer);
		this.timer = null;
		if (this.held.length)
			this.timer = this.clock.later(() => this.run(),
				Math.max(0, this.held[0].leave -
					this.clock.now()));
	}

	run()
	{
		/* A timer of node's may be early by a part of a millisecond */
		const now = this.clock.now() + 0.5;

		while (this.held.length && this.held[0].leave <= now) {
			const { packet, out } = this.held.shift();
			this.leave(packet, out);
		}
		this.arm();
	}

	leave(packet, out)
	{
		this.count.sent++;
		this.count.sent_bytes += packet.length;
		this.second(this.clock.now()).sent += packet.length;
		out(packet);
	}

	second(now)
	{
		const at = Math.floor((now - this.begin) / 1000);

		while (this.seconds.length <= at)
			this.seconds.push({ offered: 0, sent: 0, lost: 0,
				queue: 0 });
		return this.seconds[at];
	}

	/**
	 * Figures since the last reset(): counters, per second offered and
	 * sent [kbit/s], lost [packets] and the queue's worst [ms]
	 */
	figures()
	{
		this.second(this.clock.now());
		return { ...this.count, seconds: this.seconds.map((s) => ({
			offered: s.offered * 8 / 1000, sent: s.sent * 8 / 1000,
			lost: s.lost, queue: Math.round(s.queue) })) };
	}

	/** Count from 0; what the line does stays */
	reset()
	{
		for (const key of Object.keys(this.count))
			this.count[key] = 0;
		this.seconds = [];
		this.begin = this.clock.now();
	}

	stop()
	{
		this.held = [];
		this.arm();
	}
}
