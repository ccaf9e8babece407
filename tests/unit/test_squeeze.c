/**
 * @file tests/unit/test_squeeze.c  Tests of a way that narrows and widens
 *
 *     encoder 30/s -> videoout -> queue, rate, delay, jitter -> arrivals
 *     videoout <- compound <- delay <- feedback <--------------+
 *
 * The whole path out, in virtual time in steps of a millisecond: the pacer
 * and the encoder hold back what the estimate cannot know in time. What a call
 * needs: 2 Mbit/s to 300 kbit/s and back is followed within 3 s down and 15 s
 * up, and no queue is over 300 ms for more than a second.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/media/arrivals.h"
#include "core/media/extension.h"
#include "core/media/videoout.h"

enum {
	SSRC = 7,
	SEQUENCE = 5,	 /* Identifier of the transport-wide number */
	LIMIT = 2000000, /* Of the configuration [bit/s] */
	WIDE = 2000000,	 /* The way [bit/s] */
	NARROW = 300000,
	FPS = 30,
	KEYS = 2 * FPS, /* Frames between two IDRs */
	KEY = 8,	/* Of a mean frame's size */
	UNIT_MAX = 1 << 16,
	PIPE = 2,   /* Frames within the encoder */
	FOLLOW = 3, /* Of a step the encoder does a third with a frame */
	TAG = 10,   /* Of SRTP [bytes] */
	ROOM = 2 * WIDE / 8, /* Of the queue [bytes] */
	FLIGHT = 8192,
	BACK = 64,
	QUEUE_BAD = 300 * CLOCK_MS,
	RUNS = 32,
};

struct packet_sim {
	uint64_t at;
	uint32_t size;
	uint16_t number;
};

struct unit_sim {
	size_t size;
	bool key;
	uint64_t time;
};

struct sim {
	struct videoout *out;
	struct arrivals *arr;
	uint32_t seed;
	uint64_t now;
	uint32_t rate;	 /* Of the way [bit/s]         */
	uint64_t delay;	 /* Each way [us]              */
	uint64_t jitter; /* Both ways, at most [us]    */
	uint32_t loss;	 /* Both ways [percent]        */
	bool deaf;	 /* No feedback gets through   */

	/* The encoder */
	uint64_t frame;
	double coded; /* What it makes [bit/s] */
	unsigned count, skipped;
	bool wish; /* Of an IDR */
	struct unit_sim pipev[PIPE];
	uint8_t data[UNIT_MAX];

	double served; /* [bytes] */
	struct packet_sim queuev[FLIGHT], flightv[FLIGHT];
	unsigned qh, qt, fh, ft;
	size_t queued;
	struct {
		struct mbuf *mb;
		uint64_t at;
	} backv[BACK];
	unsigned bh, bt;
	uint64_t last, last_back;

	/* Measured */
	uint64_t sent_bytes;
	uint64_t bad, bad_max; /* Queue too long for [us]   */
	uint64_t late_max;     /* Capture to leaving [us]   */
};

static uint32_t dice(struct sim *s, uint32_t n)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 8) % n;
}

static bool is_lost(struct sim *s)
{
	return s->loss && dice(s, 100) < s->loss;
}

/* A packet leaves: onto the way */
static void packet_handler(struct mbuf *mb, uint32_t ts, size_t payload,
			   uint64_t captured, uint64_t now, void *arg)
{
	const struct extension_ids ids = { .transport = SEQUENCE };
	const uint32_t size = (uint32_t)mbuf_get_left(mb) + TAG +
			      PACER_OVERHEAD;
	const size_t pos = mb->pos;
	struct sim *s = arg;
	struct extension e;
	struct packet p;
	(void)ts;
	(void)payload;
	s->late_max = MAX(s->late_max, now - captured);

	assert_int_equal(packet_decode(&p, mb), 0);
	extension_decode(&e, &p, mb, &ids);
	assert_true(e.numbered);
	mb->pos = pos;
	s->sent_bytes += size;
	if (s->queued + size > ROOM || is_lost(s))
		return;
	s->queuev[s->qt++ % FLIGHT] = (struct packet_sim){ now, size,
							   e.transport };
	s->queued += size;
}

static struct sim *setup(uint64_t delay, uint64_t jitter, uint32_t seed)
{
	const struct video_media media = {
		.codecv = { { .name = "VP8",
			      .pt = 96,
			      .feedback = VIDEO_TWCC } },
		.codecc = 1,
		.exts = { .sequence = SEQUENCE },
		.bitrate = LIMIT,
		.send = true,
	};
	struct sim *s = calloc(1, sizeof(*s));

	s->now = s->frame = CLOCK_S;
	s->rate = WIDE;
	s->delay = delay;
	s->jitter = jitter;
	s->seed = seed;
	assert_int_equal(
		videoout_alloc(&s->out, SSRC, 0, packet_handler, s, s->now), 0);
	videoout_set_media(s->out, &media);
	assert_int_equal(arrivals_alloc(&s->arr, ARRIVALS_TRANSPORT), 0);
	s->coded = videoout_bitrate(s->out);
	return s;
}

static void teardown(struct sim *s)
{
	for (; s->bh != s->bt; s->bh++)
		mem_deref(s->backv[s->bh % BACK].mb);
	mem_deref(s->out);
	mem_deref(s->arr);
	free(s);
}

/* What the encoder makes of a frame comes when the next ones go in, and its
 * rate follows within a few */
static void camera(struct sim *s)
{
	struct encoder_unit u = { .data = s->data, .time = s->now };
	struct unit_sim in = { 0 }, out;
	double mean;

	if (s->now < s->frame)
		return;

	s->frame += CLOCK_S / FPS;
	if (videoout_full(s->out)) {
		++s->skipped;
	} else {
		s->coded += (videoout_bitrate(s->out) - s->coded) / FOLLOW;
		mean = s->coded / 8 / FPS * KEYS / (KEYS - 1 + KEY);
		in.key = s->count++ % KEYS == 0 || s->wish;
		in.time = s->now;
		s->wish = false;
		in.size = (size_t)(mean * (0.7 + dice(s, 600) / 1000.0) *
				   (in.key ? KEY : 1));
		in.size = MIN(in.size, UNIT_MAX);
	}
	out = s->pipev[0];
	memmove(s->pipev, s->pipev + 1, sizeof(s->pipev) - sizeof(out));
	s->pipev[PIPE - 1] = in;
	u.size = out.size;
	u.key = out.key;
	u.time = out.time;
	if (u.size && videoout_put(s->out, &u, s->now))
		s->wish = true;
}

static void way(struct sim *s)
{
	uint64_t wait;

	s->served += s->rate / 8.0 / 1000;
	while (s->qh != s->qt) {
		struct packet_sim *p = &s->queuev[s->qh % FLIGHT];

		if (s->served < p->size)
			break;
		s->served -= p->size;
		s->queued -= p->size;
		++s->qh;
		p->at = s->now + s->delay;
		if (s->jitter)
			p->at += dice(s, (uint32_t)s->jitter);
		if (p->at < s->last)
			p->at = s->last;
		s->last = p->at;
		s->flightv[s->ft++ % FLIGHT] = *p;
	}
	if (s->qh == s->qt)
		s->served = 0;

	wait = s->queued * 8ULL * CLOCK_S / s->rate;
	s->bad = wait > QUEUE_BAD ? s->bad + CLOCK_MS : 0;
	s->bad_max = s->bad > s->bad_max ? s->bad : s->bad_max;
}

static void far_end(struct sim *s)
{
	while (s->fh != s->ft && s->flightv[s->fh % FLIGHT].at <= s->now) {
		struct packet_sim *p = &s->flightv[s->fh++ % FLIGHT];

		arrivals_put(s->arr, SSRC, p->number, s->now);
	}
	if (arrivals_due(s->arr) <= s->now && s->bt - s->bh < BACK) {
		struct mbuf *mb = mbuf_alloc(256);
		uint64_t at = s->now + s->delay;

		at += s->jitter ? dice(s, (uint32_t)s->jitter) : 0;
		s->last_back = MAX(at, s->last_back);
		assert_int_equal(arrivals_build(s->arr, mb, 1, s->now), 0);
		if (s->deaf || is_lost(s)) {
			mem_deref(mb);
			return;
		}
		s->backv[s->bt % BACK].mb = mb;
		s->backv[s->bt++ % BACK].at = s->last_back;
	}
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct sim *s = arg;

	s->wish |= videoout_feedback(s->out, p, s->now);
}

static void near_end(struct sim *s)
{
	while (s->bh != s->bt && s->backv[s->bh % BACK].at <= s->now) {
		struct mbuf *mb = s->backv[s->bh++ % BACK].mb;

		assert_int_equal(
			compound_decode(mb->buf, mb->end, on_packet, s), 0);
		mem_deref(mb);
	}
	if (videoout_due(s->out) <= s->now)
		videoout_tick(s->out, s->now);
}

/* @return the mean of what was sent [bit/s] */
static uint32_t run_ms(struct sim *s, unsigned ms)
{
	uint64_t before = s->sent_bytes;

	for (unsigned i = 0; i < ms; i++) {
		s->now += CLOCK_MS;
		camera(s);
		way(s);
		far_end(s);
		near_end(s);
	}
	return (uint32_t)((s->sent_bytes - before) * 8 * 1000 / ms);
}

/* Seconds until what is sent is in a range, two in a row */
static unsigned settle(struct sim *s, uint32_t lo, uint32_t hi, unsigned max)
{
	unsigned good = 0;

	for (unsigned i = 1; i <= max; i++) {
		uint32_t rate = run_ms(s, 1000);

		good = rate >= lo && rate <= hi ? good + 1 : 0;
		if (good == 2)
			return i - 1;
	}
	return max + 1;
}

static void narrow_and_widen(struct sim *s, unsigned more)
{
	run_ms(s, 30000 + more);
	s->bad_max = s->late_max = 0;
	s->rate = NARROW;
	assert_in_range(settle(s, 150000, 330000, 10), 1, 3);
	assert_in_range(run_ms(s, 20000), 220000, 300000);
	assert_in_range(s->bad_max, 0, CLOCK_S);
	assert_in_range(s->late_max, 0, 1500 * CLOCK_MS);

	s->bad_max = 0;
	s->rate = WIDE;
	assert_in_range(settle(s, 1400000, 2200000, 30), 1, 15);
	assert_int_equal(s->bad_max, 0);
}

static void test_squeeze_is_followed_without_a_long_queue(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS; i++) {
		struct sim *s = setup((5 + i % 4 * 10) * CLOCK_MS,
				      i % 8 * CLOCK_MS, i);

		narrow_and_widen(s, i * 77);
		teardown(s);
	}
}

/* Nor is a way on which nothing is wrong held up, jitter or not */
static void test_squeeze_leaves_a_wide_way_alone(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS / 2; i++) {
		struct sim *s = setup((5 + i % 4 * 30) * CLOCK_MS,
				      i / 4 * 10 * CLOCK_MS, i);

		s->rate = 5 * WIDE;
		run_ms(s, 20000);
		s->skipped = 0;
		s->late_max = 0;
		assert_in_range(run_ms(s, 30000), 1700000, 2200000);
		assert_in_range(s->skipped, 0, 10);
		assert_in_range(s->late_max, 0, 350 * CLOCK_MS);
		teardown(s);
	}
}

/* An answer that is lost is late, too */
static void test_squeeze_lives_with_losses(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS / 2; i++) {
		struct sim *s = setup((5 + i % 4 * 30) * CLOCK_MS, 0, i);

		s->rate = 5 * WIDE;
		s->loss = 5;
		run_ms(s, 40000);
		s->skipped = 0;
		s->late_max = 0;
		assert_in_range(run_ms(s, 30000), 1900000, 2200000);
		assert_in_range(s->skipped, 0, 20);
		assert_in_range(s->late_max, 0, 500 * CLOCK_MS);
		teardown(s);
	}
}

/* Another route, and longer: what was usual before is forgotten in time */
static void test_squeeze_gets_used_to_another_way(void **state)
{
	struct sim *s = setup(10 * CLOCK_MS, 0, 1);
	(void)state;

	s->rate = 5 * WIDE;
	run_ms(s, 20000);
	s->delay = 110 * CLOCK_MS;
	run_ms(s, 20000);
	s->skipped = 0;
	assert_in_range(run_ms(s, 20000), 1800000, 2200000);
	assert_in_range(s->skipped, 0, 5);
	teardown(s);
}

/* Nothing is heard any more: what leaves is a probe now and then, and when
 * all is well again the picture begins anew */
static void test_squeeze_waits_out_a_gap(void **state)
{
	struct sim *s = setup(20 * CLOCK_MS, 0, 1);
	(void)state;

	run_ms(s, 20000);
	s->deaf = true;
	run_ms(s, 500);
	assert_in_range(run_ms(s, 2000), 30000, 100000);
	s->deaf = false;
	run_ms(s, 3000);
	s->late_max = 0;
	assert_in_range(run_ms(s, 5000), 300000, 2200000);
	assert_in_range(s->late_max, 0, 500 * CLOCK_MS);
	teardown(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_squeeze_is_followed_without_a_long_queue),
		cmocka_unit_test(test_squeeze_leaves_a_wide_way_alone),
		cmocka_unit_test(test_squeeze_lives_with_losses),
		cmocka_unit_test(test_squeeze_gets_used_to_another_way),
		cmocka_unit_test(test_squeeze_waits_out_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
