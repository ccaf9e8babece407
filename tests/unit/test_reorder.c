/**
 * @file tests/unit/test_reorder.c  Tests of whole frames out of packets
 */
#include "tests/unit/test.h"
#include "tests/unit/support/sequel.h"

static void test_reorder_gives_frames_at_once(void **state)
{
	size_t before = test_blocks();
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(sequel_feed(&s, i == 0, 1 + i % 5, 0), 1);
	assert_int_equal(sequel_stats(&s).held_max, 5);
	assert_int_equal(sequel_stats(&s).skipped, 0);
	assert_true(reorder_due(s.r) == CLOCK_NEVER);
	mem_deref(s.r);
	assert_int_equal(test_blocks(), before);
}

static void test_reorder_begins_with_a_key_frame(void **state)
{
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	assert_false(reorder_wants_key(s.r));
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
		/* The first ones may be out of order */
		assert_int_equal(reorder_wants_key(s.r), i > 0);
	}
	assert_int_equal(
		sequel_put(&s, &s.p, SEQUEL_STARTS | SEQUEL_KEY, s.frame, 0, 2),
		0);
	assert_int_equal(sequel_get(&s), 0);
	assert_false(reorder_wants_key(s.r)); /* It is coming */
	assert_int_equal(sequel_feed(&s, true, 2, 1), 1);
	assert_int_equal(sequel_feed(&s, false, 2, 0), 1);
	assert_int_equal(sequel_stats(&s).skipped, 15);
	assert_int_equal(sequel_stats(&s).lost, 0);
	mem_deref(s.r);
}

static void test_reorder_takes_packets_in_any_order(void **state)
{
	static const unsigned orderv[][4] = {
		{ 3, 2, 1, 0 },
		{ 1, 0, 3, 2 },
		{ 2, 3, 0, 1 },
		{ 1, 2, 3, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(orderv); i++) {
		struct sequel s;
		unsigned n = 0;

		sequel_begin(&s);
		for (unsigned k = 0; k < 400; k++) {
			unsigned o = k / 4 * 4 + orderv[i][k % 4];
			unsigned flags = o & 1 ? 0 : SEQUEL_STARTS;
			struct packet p = s.p;

			p.seq = (uint16_t)(p.seq + o);
			p.ts += o / 2 * SEQUEL_TICKS;
			p.marker = o & 1;
			assert_int_equal(
				sequel_put(&s, &p, flags | (o ? 0 : SEQUEL_KEY),
					   o / 2, o & 1, 2),
				0);
			n += sequel_get(&s);
		}
		assert_int_equal(n, 200);
		mem_deref(s.r);
	}
}

static void test_reorder_waits_for_a_gap_and_then_for_a_key_frame(void **state)
{
	static const struct {
		uint32_t rtt, wait;
	} v[] = {
		{ 0, REORDER_WAIT_MIN },
		{ 10 * CLOCK_MS, REORDER_WAIT_MIN },
		{ 60 * CLOCK_MS, 720 * CLOCK_MS },
		{ 80 * CLOCK_MS, 960 * CLOCK_MS },
		{ 5 * CLOCK_S, REORDER_WAIT_MAX },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct sequel s;
		uint64_t due;

		sequel_begin(&s);
		reorder_set_round_trip(s.r, v[i].rtt);
		assert_int_equal(sequel_feed(&s, true, 3, 0), 1);
		due = s.now + v[i].wait;
		assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
		assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
		assert_true(reorder_due(s.r) == due - v[i].wait / 2);
		s.now = due - v[i].wait / 2 - 1;
		assert_int_equal(sequel_get(&s), 0);
		assert_false(reorder_wants_key(s.r));
		s.now = due - 1;
		assert_int_equal(sequel_get(&s), 0);
		assert_true(reorder_wants_key(s.r));
		assert_int_not_equal(reorder_next(s.r), s.p.seq);
		assert_int_equal(sequel_stats(&s).lost, 0);
		assert_true(reorder_due(s.r) == due);
		s.now = due;
		assert_int_equal(sequel_get(&s), 0);
		assert_true(reorder_wants_key(s.r));
		assert_int_equal(reorder_next(s.r), s.p.seq);
		assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
		assert_int_equal(sequel_feed(&s, true, 3, 0), 1);
		assert_int_equal(sequel_feed(&s, false, 3, 0), 1);
		assert_int_equal(sequel_stats(&s).lost, 1);
		mem_deref(s.r);
	}
}

/* Half the time that a gap has, it is waited for alone */
static void test_reorder_goes_on_with_a_key_frame_or_the_gap(void **state)
{
	(void)state;

	for (unsigned filled = 0; filled < 2; filled++) {
		struct sequel s;
		struct packet lost;

		sequel_begin(&s);
		assert_int_equal(sequel_feed(&s, true, 3, 0), 1);
		lost = s.p;
		++lost.seq;
		assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
		assert_int_equal(sequel_feed(&s, true, 3, 0), 0);
		assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
		s.now = reorder_due(s.r);
		if (filled)
			assert_int_equal(sequel_put(&s, &lost, 0, 1, 1, 3), 0);
		assert_int_equal(sequel_get(&s), filled ? 3 : 2);
		assert_false(reorder_wants_key(s.r));
		assert_int_equal(sequel_stats(&s).lost, !filled);
		mem_deref(s.r);
	}
}

/* What was sent before a key frame was asked for is not asked for again */
static void test_reorder_wants_nothing_old_once_it_gave_up(void **state)
{
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	reorder_set_round_trip(s.r, 40 * CLOCK_MS);
	assert_int_equal(sequel_feed(&s, true, 3, 0), 1);
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	s.now += REORDER_WAIT_MIN - 30 * CLOCK_MS;
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	s.now += 30 * CLOCK_MS;
	assert_int_equal(sequel_get(&s), 0);
	assert_int_equal(reorder_next(s.r), s.p.seq);
	/* A key frame may be in this one */
	s.now += 41 * CLOCK_MS;
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	s.now += REORDER_WAIT_MIN / 2;
	assert_int_equal(sequel_get(&s), 0);
	assert_int_not_equal(reorder_next(s.r), s.p.seq);
	mem_deref(s.r);
}

static void test_reorder_goes_on_when_a_gap_is_filled(void **state)
{
	struct sequel s;
	struct packet lost;
	(void)state;

	sequel_begin(&s);
	(void)sequel_feed(&s, true, 3, 0);
	lost = s.p;
	++lost.seq;
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
	assert_int_equal(sequel_put(&s, &lost, 0, 1, 1, 3), 0);
	assert_int_equal(sequel_get(&s), 2);
	assert_int_equal(sequel_put(&s, &lost, 0, 1, 1, 3), ETIME);
	mem_deref(s.r);
}

/* A key frame that is there already is not asked for again */
static void test_reorder_skips_to_a_key_frame_it_holds(void **state)
{
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	(void)sequel_feed(&s, true, 3, 0);
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	assert_int_equal(sequel_feed(&s, true, 10, 0), 0);
	assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
	s.now += REORDER_WAIT_MIN;
	assert_int_equal(sequel_get(&s), 2);
	assert_false(reorder_wants_key(s.r));
	assert_int_equal(sequel_stats(&s).skipped, 2);

	/* One with a gap of its own is given up, too */
	assert_int_equal(sequel_feed(&s, false, 3, 2), 0);
	assert_int_equal(sequel_feed(&s, true, 10, 4), 0);
	s.now += REORDER_WAIT_MIN;
	assert_int_equal(sequel_get(&s), 0);
	assert_true(reorder_wants_key(s.r));
	assert_int_equal(sequel_feed(&s, true, 10, 0), 1);
	mem_deref(s.r);
}

static void test_reorder_waits_for_what_was_before_a_key_frame(void **state)
{
	struct sequel s;
	struct packet lost;
	(void)state;

	sequel_begin(&s);
	assert_int_equal(sequel_feed(&s, false, 3, 0), 0);
	lost = s.p; /* Parameter sets; the IDR behind them is a start, too */
	++s.p.seq;
	assert_int_equal(
		sequel_put(&s, &s.p, SEQUEL_STARTS | SEQUEL_KEY, 1, 1, 3), 0);
	++s.p.seq;
	s.p.marker = true;
	assert_int_equal(sequel_put(&s, &s.p, 0, 1, 2, 3), 0);
	assert_int_equal(sequel_get(&s), 0);
	assert_false(reorder_wants_key(s.r));
	lost.marker = false;
	assert_int_equal(
		sequel_put(&s, &lost, SEQUEL_STARTS | SEQUEL_KEY, 1, 0, 3), 0);
	assert_int_equal(sequel_get(&s), 1);
	mem_deref(s.r);
}

static void test_reorder_ends_a_frame_without_a_marker(void **state)
{
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(sequel_put(&s, &s.p,
					    i ? SEQUEL_STARTS
					      : SEQUEL_STARTS | SEQUEL_KEY,
					    i, 0, 1),
				 0);
		assert_int_equal(sequel_get(&s), i > 0);
		++s.p.seq;
		s.p.ts += SEQUEL_TICKS;
	}
	mem_deref(s.r);
}

static void test_reorder_passes_over_padding(void **state)
{
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	(void)sequel_feed(&s, true, 3, 0);
	for (unsigned i = 0; i < 5 * REORDER_SLOTS; i++, s.p.seq++) {
		assert_int_equal(reorder_put(s.r, &s.p, NULL, 0, s.now), 0);
		assert_int_equal(sequel_get(&s), 0);
	}
	assert_int_equal(sequel_feed(&s, false, 3, 0), 1);
	assert_int_equal(sequel_stats(&s).skipped + sequel_stats(&s).lost, 0);
	mem_deref(s.r);
}

static void test_reorder_refuses_repeats_and_the_long(void **state)
{
	uint8_t data[REORDER_PAYLOAD + 1] = { SEQUEL_STARTS | SEQUEL_KEY };
	struct sequel s;
	(void)state;

	sequel_begin(&s);
	assert_int_equal(reorder_put(s.r, &s.p, data, sizeof(data), 1),
			 EMSGSIZE);
	assert_int_equal(reorder_put(s.r, &s.p, data, REORDER_PAYLOAD, 1), 0);
	assert_int_equal(reorder_put(s.r, &s.p, data, 5, 1), EALREADY);
	assert_int_equal(sequel_stats(&s).held, 1);
	mem_deref(s.r);
}

static void test_reorder_holds_so_much_and_no_more(void **state)
{
	struct sequel s;
	unsigned n = 0;
	(void)state;

	sequel_begin(&s);
	(void)sequel_feed(&s, true, 3, 0);
	++s.p.seq; /* Lost; and time stands still */
	for (unsigned i = 0; i < 3 * REORDER_SLOTS / 8; i++) {
		n += sequel_feed(&s, false, 8, 0);
		s.now = SEQUEL_START;
		assert_true(sequel_stats(&s).held <= REORDER_SLOTS);
	}
	assert_int_equal(n, 0);
	s.now += 20 * CLOCK_MS;
	assert_int_equal(sequel_get(&s), 0);
	assert_true(reorder_wants_key(s.r));
	assert_int_equal(sequel_stats(&s).overflow, 1);
	assert_int_equal(sequel_feed(&s, true, SEQUEL_LIMIT, 0), 1);
	mem_deref(s.r);
}

static void test_reorder_goes_with_jumps(void **state)
{
	static const struct {
		uint16_t seq;
		uint32_t ssrc;
		unsigned odd; /* Packets that are given for it */
	} v[] = {
		{ 20000, 0, 1 }, { (uint16_t)-20000, 0, 1 }, { 0, 1, 0 },
		{ 5, 1, 0 },	 { (uint16_t)-200, 0, 32 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct sequel s;
		int err = 0;

		sequel_begin(&s);
		(void)sequel_feed(&s, true, 3, 0);
		for (unsigned k = 0; k < 100; k++)
			assert_int_equal(sequel_feed(&s, false, 3, 0), 1);
		s.p.seq = (uint16_t)(s.p.seq + v[i].seq);
		s.p.ssrc += v[i].ssrc;
		for (unsigned k = 0; k < v[i].odd; k++, s.p.seq++) {
			err = sequel_put(&s, &s.p, SEQUEL_STARTS, s.frame, 0,
					 1);
			assert_true(err == EAGAIN || err == ETIME);
			(void)sequel_get(&s);
		}
		assert_int_equal(sequel_feed(&s, true, 3, 0), 1);
		assert_int_equal(sequel_feed(&s, false, 3, 0), 1);
		assert_int_equal(sequel_stats(&s).resync, 1);
		mem_deref(s.r);
	}
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Whatever is lost for good: never over a gap, and key frames begin anew */
static void test_reorder_never_goes_over_a_gap(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 100; seed++) {
		uint32_t rnd = seed;
		unsigned n = 0, keys = 0;
		struct sequel s;

		sequel_begin(&s);
		for (unsigned i = 0; i < 2000; i++) {
			unsigned count = 1 + next(&rnd) % 10;
			uint64_t lost = 0;

			for (unsigned k = 0; k < count; k++)
				lost |= (uint64_t)(next(&rnd) % 100 < seed / 4)
					<< k;
			keys += i % 10 == 0;
			n += sequel_feed(&s, i % 10 == 0, count, lost);
			if (next(&rnd) % 100 == 0)
				s.p.seq = (uint16_t)(s.p.seq + 1400);
		}
		assert_true(n > 0 && n <= 2000);
		assert_true(sequel_stats(&s).keys <= keys);
		assert_true(sequel_stats(&s).held <= REORDER_SLOTS);
		mem_deref(s.r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reorder_gives_frames_at_once),
		cmocka_unit_test(test_reorder_begins_with_a_key_frame),
		cmocka_unit_test(test_reorder_takes_packets_in_any_order),
		cmocka_unit_test(
			test_reorder_waits_for_a_gap_and_then_for_a_key_frame),
		cmocka_unit_test(
			test_reorder_goes_on_with_a_key_frame_or_the_gap),
		cmocka_unit_test(
			test_reorder_wants_nothing_old_once_it_gave_up),
		cmocka_unit_test(test_reorder_goes_on_when_a_gap_is_filled),
		cmocka_unit_test(test_reorder_skips_to_a_key_frame_it_holds),
		cmocka_unit_test(
			test_reorder_waits_for_what_was_before_a_key_frame),
		cmocka_unit_test(test_reorder_ends_a_frame_without_a_marker),
		cmocka_unit_test(test_reorder_passes_over_padding),
		cmocka_unit_test(test_reorder_refuses_repeats_and_the_long),
		cmocka_unit_test(test_reorder_holds_so_much_and_no_more),
		cmocka_unit_test(test_reorder_goes_with_jumps),
		cmocka_unit_test(test_reorder_never_goes_over_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
