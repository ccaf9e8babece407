/**
 * @file tests/unit/test_pacer.c  Tests of the pacer
 */
#include "tests/unit/test.h"
#include "core/media/pacer.h"

enum {
	RATE = 1000000,
	SIZE = 1200,
	PACKET_US = (SIZE + PACER_OVERHEAD) * 8 * 10 / PACER_SPEED,
	SLACK = 5 * CLOCK_MS,
};

static const uint64_t START = 5000ULL * CLOCK_S;

static struct pacer *begin(uint32_t rate)
{
	struct pacer *p;

	assert_int_equal(pacer_alloc(&p, rate), 0);
	assert_true(pacer_due(p) == CLOCK_NEVER);
	return p;
}

static int put(struct pacer *p, enum pacer_class c, size_t size, uint16_t tag,
	       uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(size);
	int err;

	mb->end = size;
	err = pacer_put(p, c, mb, tag, now);
	mem_deref(mb);
	return err;
}

static int get(struct pacer *p, uint16_t *tag, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = pacer_get(p, &mb, tag, now);

	mem_deref(mb);
	return err;
}

static struct pacer_stats stats_of(const struct pacer *p)
{
	struct pacer_stats st;

	pacer_stats(p, &st);
	return st;
}

static void test_pacer_spaces_a_burst(void **state)
{
	struct pacer *p = begin(RATE);
	uint64_t now = START;
	uint16_t tag;
	(void)state;

	for (uint16_t i = 0; i < 40; i++)
		assert_int_equal(put(p, PACER_PICTURE, SIZE, i, now), 0);

	for (uint16_t i = 0; i < 40; i++) {
		now = pacer_due(p) > now ? pacer_due(p) : now;
		assert_int_equal(get(p, &tag, now), 0);
		assert_int_equal(tag, i);
		/* Not faster than the line, but for what a timer may be late */
		assert_true(now - START + SLACK >= (uint64_t)i * PACKET_US);
		assert_true(now - START <= (uint64_t)i * PACKET_US);
	}
	assert_int_equal(get(p, &tag, now), ENOENT);
	assert_true(pacer_due(p) == CLOCK_NEVER);
	assert_int_equal(stats_of(p).raised, 0);
	mem_deref(p);
}

static void test_pacer_catches_up_with_a_late_timer(void **state)
{
	struct pacer *p = begin(RATE);
	uint64_t now = START;
	unsigned n = 0;
	(void)state;

	for (uint16_t i = 0; i < 50; i++)
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	for (; stats_of(p).held; now += 4 * CLOCK_MS) {
		unsigned before = n;

		while (!get(p, NULL, now))
			++n;
		assert_true(n - before <= 3);
	}
	assert_in_range(now - START, 45 * PACKET_US, 50 * PACKET_US + 8000);
	mem_deref(p);
}

static void test_pacer_lets_a_large_frame_go_in_time(void **state)
{
	struct pacer *p = begin(100000);
	uint64_t now = START;
	unsigned n = 0, half = 0;
	(void)state;

	for (uint16_t i = 0; i < 300; i++) /* 12 s of that rate */
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	while (stats_of(p).held) {
		now = pacer_due(p) > now ? pacer_due(p) : now;
		assert_int_equal(get(p, NULL, now), 0);
		++n;
		if (now - START <= PACER_HOLD / 2)
			half = n;
	}
	assert_true(stats_of(p).wait_max <= PACER_HOLD);
	assert_true(stats_of(p).wait_max > PACER_HOLD / 10 * 9);
	assert_in_range(half, 145, 160); /* Evenly */
	assert_int_equal(stats_of(p).raised, 1);

	/* The next frame is slow again */
	(void)put(p, PACER_PICTURE, SIZE, 0, now);
	(void)put(p, PACER_PICTURE, SIZE, 0, now);
	assert_int_equal(get(p, NULL, now + SLACK), 0);
	assert_int_equal(get(p, NULL, now + SLACK), EAGAIN);
	mem_deref(p);
}

static void test_pacer_follows_the_rate(void **state)
{
	struct pacer *p = begin(8000000);
	uint64_t now = START;
	(void)state;

	for (uint16_t i = 0; i < 200; i++)
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	assert_int_equal(get(p, NULL, now), 0);
	pacer_set_rate(p, 30000, PACER_WIDE);
	while (stats_of(p).held) {
		now = pacer_due(p) > now ? pacer_due(p) : now;
		assert_int_equal(get(p, NULL, now), 0);
	}
	assert_true(stats_of(p).wait_max <= PACER_HOLD);
	assert_true(stats_of(p).wait_max > PACER_HOLD / 2);
	mem_deref(p);
}

static void test_pacer_knows_what_is_urgent(void **state)
{
	struct pacer *p = begin(RATE);
	uint64_t now = START;
	uint16_t tag;
	(void)state;

	for (uint16_t i = 0; i < 10; i++)
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	while (!get(p, &tag, now))
		;
	(void)put(p, PACER_REPAIR, SIZE, 100, now);
	assert_true(pacer_due(p) > now);
	(void)put(p, PACER_SOUND, 100, 200, now);
	assert_true(pacer_due(p) <= now);
	assert_int_equal(get(p, &tag, now), 0);
	assert_int_equal(tag, 200);
	assert_int_equal(get(p, &tag, now), EAGAIN);

	now = pacer_due(p);
	assert_int_equal(get(p, &tag, now), 0);
	assert_int_equal(tag, 100);
	now = pacer_due(p);
	assert_int_equal(get(p, &tag, now), 0);
	assert_in_range(tag, 1, 9);
	mem_deref(p);
}

static void test_pacer_refuses_when_full_and_forgets(void **state)
{
	size_t before = test_blocks();
	struct pacer *p = begin(RATE);
	(void)state;

	for (unsigned i = 0; i < PACER_MAX; i++)
		assert_int_equal(put(p, PACER_PICTURE, 20, 0, START), 0);
	assert_int_equal(put(p, PACER_PICTURE, 20, 0, START), ENOBUFS);
	assert_int_equal(put(p, PACER_REPAIR, 20, 0, START), 0);
	assert_int_equal(stats_of(p).refused, 1);
	assert_int_equal(stats_of(p).held, PACER_MAX + 1);
	pacer_clear(p);
	assert_int_equal(get(p, NULL, START), ENOENT);
	assert_true(pacer_due(p) == CLOCK_NEVER);
	assert_int_equal(put(p, PACER_PICTURE, 20, 0, START), 0);
	mem_deref(p);
	assert_int_equal(test_blocks(), before);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Frames of any size, repairs and sound, a timer that is late */
static void test_pacer_holds_nothing_too_long(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 100; seed++) {
		uint32_t rnd = seed;
		struct pacer *p = begin(30000 + next(&rnd) % 3000000);
		uint16_t putv[PACER_CLASSES] = { 0 };
		uint16_t gotv[PACER_CLASSES] = { 0 };
		uint64_t now = START;

		for (unsigned i = 0; i < 1000 || stats_of(p).held; i++) {
			uint32_t what = next(&rnd) % 30;
			unsigned n = what ? what < 9 : next(&rnd) % 300;
			unsigned c = what ? what % PACER_CLASSES
					  : PACER_PICTURE;
			uint16_t tag;

			for (; n && i < 1000; n--)
				if (!put(p, c, next(&rnd) % SIZE,
					 (uint16_t)(c << 14 | putv[c]), now))
					++putv[c];
			while (!get(p, &tag, now)) {
				c = tag >> 14;
				assert_int_equal(tag & 0x3fff, gotv[c]++);
			}
			if (pacer_due(p) != CLOCK_NEVER) {
				assert_true(pacer_due(p) > now);
				now = pacer_due(p) + next(&rnd) % 3000;
			} else {
				now += next(&rnd) % 40000;
			}
		}
		for (unsigned c = 0; c < PACER_CLASSES; c++)
			assert_int_equal(putv[c], gotv[c]);
		assert_true(stats_of(p).wait_max <= PACER_HOLD + 3000);
		mem_deref(p);
	}
}

/* Held, it lets one go when nothing else tells that the peer is there */
static void test_pacer_holds_but_for_a_probe(void **state)
{
	struct pacer *p = begin(RATE);
	uint64_t now = START;
	uint16_t tag;
	uint32_t n;
	(void)state;

	for (uint16_t i = 0; i < 3; i++)
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	assert_int_equal(get(p, NULL, now), 0);
	pacer_set_held(p, true, now, now);
	assert_int_equal(pacer_due(p), now + PACER_PROBE);
	pacer_set_held(p, true, now + CLOCK_MS, now + CLOCK_MS);
	assert_int_equal(get(p, NULL, now + PACER_PROBE), EAGAIN);
	assert_int_equal(get(p, NULL, now + PACER_PROBE + CLOCK_MS), 0);
	(void)put(p, PACER_SOUND, SIZE, 9, now);
	assert_int_equal(get(p, &tag, now + PACER_PROBE + CLOCK_MS), 0);
	assert_int_equal(tag, 9);

	/* What was held does not leave at once then */
	now += 10 * PACER_HOLD;
	for (uint16_t i = 0; i < 10; i++)
		(void)put(p, PACER_PICTURE, SIZE, i, now);
	now += 2 * PACER_HOLD;
	pacer_set_held(p, false, now, now);
	while (!get(p, NULL, now))
		;
	n = stats_of(p).held;
	assert_true(n >= 7);
	assert_int_equal(pacer_drop(p, PACER_PICTURE), n);
	assert_int_equal(stats_of(p).held, 0);
	mem_deref(p);
}

static void test_pacer_is_slower_where_a_burst_would_queue(void **state)
{
	static const struct {
		uint32_t rate, tenths;
		enum pacer_way way;
	} casev[] = {
		{ 100000, PACER_SPEED, PACER_WIDE },
		{ 100000, PACER_SPEED_WARY, PACER_WARY },
		{ 100000, PACER_SPEED_TIGHT, PACER_TIGHT },
		{ 2000000, 20, PACER_WIDE }, /* PACER_BURST */
		{ 8000000, PACER_SPEED_WARY, PACER_WIDE },
		{ 8000000, PACER_SPEED_WARY, PACER_WARY },
		{ 8000000, PACER_SPEED_TIGHT, PACER_TIGHT },
	};
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		struct pacer *p = begin(casev[i].rate);
		uint64_t bits;

		pacer_set_rate(p, casev[i].rate, casev[i].way);
		(void)put(p, PACER_PICTURE, SIZE, 0, START);
		bits = pacer_backlog(p) * casev[i].rate / CLOCK_S *
		       casev[i].tenths / 10;
		assert_in_range(bits, SIZE * 8, (SIZE + PACER_OVERHEAD) * 8);
		pacer_clear(p);
		assert_int_equal(pacer_backlog(p), 0);
		mem_deref(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pacer_spaces_a_burst),
		cmocka_unit_test(test_pacer_catches_up_with_a_late_timer),
		cmocka_unit_test(test_pacer_lets_a_large_frame_go_in_time),
		cmocka_unit_test(test_pacer_follows_the_rate),
		cmocka_unit_test(test_pacer_knows_what_is_urgent),
		cmocka_unit_test(test_pacer_refuses_when_full_and_forgets),
		cmocka_unit_test(test_pacer_holds_nothing_too_long),
		cmocka_unit_test(test_pacer_holds_but_for_a_probe),
		cmocka_unit_test(
			test_pacer_is_slower_where_a_burst_would_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
