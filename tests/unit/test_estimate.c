/**
 * @file tests/unit/test_estimate.c  Tests of the estimate, over a narrow way
 *
 *     camera 30/s -> pacer -> queue, rate, delay, loss -> arrivals
 *     estimate <- acks <- delay <- feedback <-----------+
 *
 * Virtual time in steps of a millisecond. The figures come from libwebrtc's
 * unit tests of its congestion control, and from what a call needs: within 3 s
 * down and 15 s up, and no queue of over 300 ms for more than a second.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/media/arrivals.h"
#include "core/media/estimate.h"

enum {
	SSRC = 7,
	MTU = 1200,
	FLIGHT = 8192,
	BACK = 64,
	QUEUE_BAD = 300 * CLOCK_MS,
};

struct packet_sim {
	uint64_t at;
	uint32_t size;
	uint16_t number;
	bool alien;
};

struct sim {
	struct estimate *est;
	struct acks *acks;
	struct arrivals *arr;
	uint32_t seed;
	uint64_t now;

	/* The way */
	uint32_t rate;	 /* [bit/s]                    */
	uint64_t delay;	 /* Each way [us]              */
	uint32_t loss;	 /* [1/1000]                   */
	uint64_t jitter; /* [us]                       */
	size_t room;	 /* Of the queue [bytes]       */
	bool deaf;	 /* No feedback gets through   */
	bool reports;	 /* RR only                    */
	uint32_t cross;	 /* Of others [bit/s]          */

	/* The camera */
	uint32_t limit; /* Of the encoder [bit/s], 0: none */

	double credit, backlog, served, alien; /* [bytes] */
	uint64_t frame;
	struct packet_sim queuev[FLIGHT], flightv[FLIGHT];
	unsigned qh, qt, fh, ft;
	size_t queued;
	struct {
		struct mbuf *mb;
		uint64_t at;
	} backv[BACK];
	unsigned bh, bt;
	uint64_t last;

	/* Measured */
	uint64_t sent_bytes;
	uint64_t bad, bad_max; /* Queue too long for [us]   */
	unsigned sentc, dropc;
	uint64_t report_due;
	unsigned rr_sent, rr_got;
};

static uint32_t dice(struct sim *s, uint32_t n)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 8) % n;
}

static struct sim *setup(uint32_t rate, uint64_t delay)
{
	struct sim *s = calloc(1, sizeof(*s));

	s->now = s->frame = CLOCK_S;
	s->rate = rate;
	s->delay = delay;
	s->room = 64 * 1024;
	s->seed = 1;
	assert_int_equal(estimate_alloc(&s->est, ESTIMATE_START, s->now), 0);
	assert_int_equal(acks_alloc(&s->acks), 0);
	assert_int_equal(arrivals_alloc(&s->arr, ARRIVALS_TRANSPORT), 0);
	return s;
}

static void teardown(struct sim *s)
{
	for (; s->bh != s->bt; s->bh++)
		mem_deref(s->backv[s->bh % BACK].mb);
	mem_deref(s->est);
	mem_deref(s->acks);
	mem_deref(s->arr);
	free(s);
}

static void enqueue(struct sim *s, uint32_t size, uint16_t number, bool alien)
{
	if (s->queued + size > s->room) {
		++s->dropc;
		return;
	}
	s->queuev[s->qt++ % FLIGHT] = (struct packet_sim){ s->now, size, number,
							   alien };
	s->queued += size;
}

static void send_packet(struct sim *s, uint32_t size)
{
	uint16_t number = acks_next(s->acks);

	++s->sentc;
	++s->rr_sent;
	s->sent_bytes += size;
	acks_sent(s->acks, SSRC, number, size, s->now);
	estimate_sent(s->est, size, s->now);
	if (!s->loss || dice(s, 1000) >= s->loss)
		enqueue(s, size, number, false);
}

/* A frame of the target's size, more or less, and a pacer of 1.5 times */
static void camera(struct sim *s)
{
	uint32_t target = estimate_target(s->est);
	uint32_t coded = s->limit && s->limit < target ? s->limit : target;

	if (s->now >= s->frame) {
		s->frame += CLOCK_S / 30;
		s->backlog += coded / 8.0 / 30 * (0.7 + dice(s, 600) / 1000.0);
	}
	s->credit += target * 1.5 / 8 / 1000;
	if (s->credit > 2 * MTU)
		s->credit = 2 * MTU;
	while (s->backlog >= 100 && s->credit > 0) {
		uint32_t size = s->backlog < MTU ? (uint32_t)s->backlog : MTU;

		s->backlog -= size;
		s->credit -= size;
		send_packet(s, size);
	}
	s->alien += s->cross / 8.0 / 1000;
	for (; s->alien >= MTU; s->alien -= MTU)
		enqueue(s, MTU, 0, true);
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
		if (p->alien)
			continue;
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
		++s->rr_got;
	}
	if (!s->reports && arrivals_due(s->arr) <= s->now) {
		struct mbuf *mb = mbuf_alloc(256);

		assert_int_equal(arrivals_build(s->arr, mb, 1, s->now), 0);
		if (s->deaf || s->bt - s->bh == BACK) {
			mem_deref(mb);
			return;
		}
		s->backv[s->bt % BACK].mb = mb;
		s->backv[s->bt++ % BACK].at = s->now + s->delay;
	}
	if (s->reports && s->now >= s->report_due) {
		unsigned lost = s->rr_sent > s->rr_got ? s->rr_sent - s->rr_got
						       : 0;

		s->report_due = s->now + CLOCK_S;
		if (s->rr_sent)
			estimate_loss(s->est,
				      (uint8_t)(lost * 255 / s->rr_sent),
				      s->now);
		s->rr_sent = s->rr_got = 0;
	}
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct sim *s = arg;
	const struct acks_packet *v;
	unsigned n;

	assert_int_equal(acks_decode(s->acks, p, &v, &n), 0);
	estimate_acks(s->est, v, n, s->now);
}

static void near_end(struct sim *s)
{
	while (s->bh != s->bt && s->backv[s->bh % BACK].at <= s->now) {
		struct mbuf *mb = s->backv[s->bh++ % BACK].mb;

		assert_int_equal(
			compound_decode(mb->buf, mb->end, on_packet, s), 0);
		mem_deref(mb);
	}
	if (estimate_due(s->est) <= s->now)
		estimate_tick(s->est, s->now);
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
		assert_in_range(estimate_target(s->est), ESTIMATE_MIN,
				ESTIMATE_MAX);
	}
	return (uint32_t)((s->sent_bytes - before) * 8 * 1000 / ms);
}

static uint32_t run_for(struct sim *s, unsigned seconds)
{
	return run_ms(s, seconds * 1000);
}

/* Seconds until what is sent is in a range, two in a row */
static unsigned settle(struct sim *s, uint32_t lo, uint32_t hi, unsigned max)
{
	unsigned good = 0;

	for (unsigned i = 1; i <= max; i++) {
		uint32_t rate = run_for(s, 1);

		good = rate >= lo && rate <= hi ? good + 1 : 0;
		if (good == 2)
			return i - 1;
	}
	return max + 1;
}

/* 2 Mbit/s, 300 kbit/s, and back: within 3 s and 15 s. What is on the way
 * when it narrows makes a queue of 4.7 times the round trip and the interval
 * of the feedback; the best that can be done is to send nothing then */
static void test_estimate_follows_a_way_that_narrows(void **state)
{
	enum {
		RUNS = 32
	};
	unsigned long_ones = 0;
	(void)state;

	for (unsigned i = 0; i < RUNS; i++) {
		struct sim *s = setup(2000000, (5 + i % 4 * 10) * CLOCK_MS);

		s->seed = i;
		s->jitter = i % 8 * CLOCK_MS;
		run_for(s, 30);
		run_ms(s, i * 77 + 1);
		s->bad_max = 0;
		s->rate = 300000;
		assert_in_range(settle(s, 150000, 310000, 10), 1, 3);
		if (s->bad_max > CLOCK_S)
			++long_ones;
		assert_in_range(s->bad_max, 0, 1600 * CLOCK_MS);
		run_for(s, 20);
		s->bad_max = 0;
		s->rate = 2000000;
		assert_in_range(settle(s, 1400000, 2200000, 30), 1, 15);
		assert_int_equal(s->bad_max, 0);
		teardown(s);
	}
	assert_in_range(long_ones, 0, RUNS / 2);
}

/* libwebrtc, goog_cc_network_control_unittest */
static void test_estimate_reaches_libwebrtcs_figures(void **state)
{
	struct sim *s = setup(500000, 100 * CLOCK_MS);
	(void)state;

	run_for(s, 25);
	assert_in_range(estimate_target(s->est), 350000, 550000);
	s->rate = 800000;
	run_for(s, 20);
	assert_in_range(estimate_target(s->est), 600000, 900000);
	s->rate = 100000;
	s->delay = 200 * CLOCK_MS;
	run_for(s, 50);
	assert_in_range(estimate_target(s->est), 65000, 115000);
	teardown(s);
}

/* The same: > 100 kbit/s of 2 Mbit/s after two minutes with 10 % */
static void test_estimate_does_not_mind_random_losses(void **state)
{
	(void)state;

	for (uint32_t loss = 20; loss <= 150; loss += 26) {
		struct sim *s = setup(2000000, 50 * CLOCK_MS);

		s->loss = loss; /* From the start */
		run_for(s, 60);
		assert_in_range(run_for(s, 30), 1200000, 2100000);
		s->loss = 0;
		run_for(s, 30);
		s->loss = loss; /* In between */
		run_for(s, 30);
		assert_in_range(run_for(s, 30), 1200000, 2100000);
		teardown(s);
	}
}

/* No queue to speak of: what is too much is lost */
static void test_estimate_minds_losses_of_a_policer(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 8; seed++) {
		struct sim *s = setup(1000000, 50 * CLOCK_MS);
		unsigned dropped, sent;

		s->seed = seed;
		s->room = 8 * MTU;
		run_for(s, 30);
		dropped = s->dropc;
		sent = s->sentc;
		assert_in_range(run_for(s, 60), 700000, 1100000);
		assert_in_range((s->dropc - dropped) * 100 / (s->sentc - sent),
				0, 10);
		teardown(s);
	}
}

static void test_estimate_stays_sane_when_little_is_sent(void **state)
{
	struct sim *s = setup(2000000, 50 * CLOCK_MS);
	(void)state;

	s->limit = 100000;
	run_for(s, 60);
	assert_in_range(estimate_target(s->est), 100000, 600000);
	s->limit = 0;
	assert_in_range(settle(s, 1400000, 2200000, 30), 1, 10);
	run_for(s, 20);
	s->limit = 100000;
	run_for(s, 60);
	assert_in_range(estimate_target(s->est), 1000000, 2500000);
	teardown(s);
}

/* Nor does the picture get worse for losses that it does not make */
static void test_estimate_leaves_alone_what_is_not_all_used(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 8; seed++) {
		struct sim *s = setup(4000000, 20 * CLOCK_MS);

		s->seed = seed;
		s->limit = 1000000;
		run_for(s, 20);
		s->loss = 50;
		for (unsigned i = 0; i < 60; i++) {
			run_for(s, 1);
			assert_true(estimate_target(s->est) >= s->limit);
		}
		teardown(s);
	}
}

static void test_estimate_makes_room_for_others(void **state)
{
	struct sim *s = setup(2000000, 50 * CLOCK_MS);
	(void)state;

	run_for(s, 30);
	s->cross = 1500000;
	run_for(s, 10);
	assert_in_range(run_for(s, 10), 300000, 550000);
	s->cross = 0;
	assert_in_range(settle(s, 1400000, 2200000, 30), 1, 15);
	teardown(s);
}

/* The gap of 299 s is libwebrtc's as well */
static void test_estimate_goes_down_when_feedback_stops(void **state)
{
	struct sim *s = setup(2000000, 50 * CLOCK_MS);
	struct estimate_stats st;
	(void)state;

	run_for(s, 30);
	s->deaf = true;
	run_for(s, 5);
	assert_in_range(estimate_target(s->est), ESTIMATE_MIN, 800000);
	run_for(s, 294);
	assert_int_equal(estimate_target(s->est), ESTIMATE_MIN);
	assert_true(estimate_due(s->est) == CLOCK_NEVER);
	estimate_stats(s->est, &st);
	assert_in_range(st.silences, 5, 20);
	s->deaf = false;
	assert_in_range(settle(s, 1400000, 2200000, 30), 1, 20);
	teardown(s);
}

static void test_estimate_lives_on_reports_alone(void **state)
{
	struct sim *s = setup(1000000, 50 * CLOCK_MS);
	(void)state;

	s->reports = true;
	run_for(s, 60);
	assert_in_range(run_for(s, 60), 700000, 1100000);
	s->loss = 80;
	run_for(s, 30);
	assert_in_range(run_for(s, 60), 500000, 1100000);
	teardown(s);
}

static void test_estimate_uses_what_is_there(void **state)
{
	(void)state;

	for (uint32_t rate = 100000; rate < 8000000; rate *= 2) {
		for (uint64_t jitter = 0; jitter <= 40; jitter += 20) {
			struct sim *s = setup(rate, 30 * CLOCK_MS);
			uint32_t used;

			s->jitter = jitter * CLOCK_MS;
			run_for(s, 20);
			s->bad_max = 0;
			used = run_for(s, 60) / (rate / 100);
			assert_in_range(used, 75, 102);
			assert_in_range(s->bad_max, 0, CLOCK_S);
			teardown(s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimate_follows_a_way_that_narrows),
		cmocka_unit_test(test_estimate_reaches_libwebrtcs_figures),
		cmocka_unit_test(test_estimate_does_not_mind_random_losses),
		cmocka_unit_test(test_estimate_minds_losses_of_a_policer),
		cmocka_unit_test(test_estimate_stays_sane_when_little_is_sent),
		cmocka_unit_test(
			test_estimate_leaves_alone_what_is_not_all_used),
		cmocka_unit_test(test_estimate_makes_room_for_others),
		cmocka_unit_test(test_estimate_goes_down_when_feedback_stops),
		cmocka_unit_test(test_estimate_lives_on_reports_alone),
		cmocka_unit_test(test_estimate_uses_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
