/**
 * @file tests/unit/test_gaps.c  Tests of which packets are asked for, and when
 */
#include "tests/unit/test.h"
#include "core/media/gaps.h"

enum {
	RTT = 80 * CLOCK_MS,
	AGAIN = RTT + RTT / 8,
	SPACE = 4 * CLOCK_MS, /* Between packets */
};

static const uint64_t START = 5000ULL * CLOCK_S;

static struct gaps *begin(uint16_t first)
{
	struct gaps *g;

	assert_int_equal(gaps_alloc(&g), 0);
	gaps_set_round_trip(g, RTT);
	assert_int_equal(gaps_put(g, first, START), 0);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	return g;
}

static struct gaps_stats stats_of(const struct gaps *g)
{
	struct gaps_stats st;

	gaps_stats(g, &st);
	return st;
}

/* How many are asked for, the first of which is this one */
static unsigned get(struct gaps *g, uint16_t first, uint64_t now)
{
	uint16_t seqv[GAPS_MAX];
	unsigned n = gaps_get(g, seqv, GAPS_MAX, now);

	if (n)
		assert_int_equal(seqv[0], first);
	return n;
}

static void test_gaps_asks_after_a_while(void **state)
{
	struct gaps *g = begin(65534);
	(void)state;

	assert_int_equal(gaps_put(g, 0, START), 0);
	assert_true(gaps_due(g) == START + GAPS_WAIT);
	assert_int_equal(get(g, 65535, START + GAPS_WAIT - 1), 0);
	assert_int_equal(get(g, 65535, START + GAPS_WAIT), 1);
	assert_true(gaps_due(g) == START + GAPS_WAIT + AGAIN);
	assert_int_equal(get(g, 65535, START + GAPS_WAIT + AGAIN - 1), 0);
	assert_int_equal(get(g, 65535, START + GAPS_WAIT + AGAIN), 1);
	assert_int_equal(gaps_put(g, 65535, START + 2 * RTT), 0);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	assert_int_equal(stats_of(g).found, 1);
	assert_int_equal(stats_of(g).asked, 2);
	mem_deref(g);
}

static void test_gaps_asks_when_others_have_come(void **state)
{
	struct gaps *g = begin(10);
	(void)state;

	(void)gaps_put(g, 12, START + 1);
	(void)gaps_put(g, 13, START + 2);
	assert_int_equal(get(g, 11, START + 2), 0);
	(void)gaps_put(g, 14, START + 3);
	assert_true(gaps_due(g) == START + 3);
	assert_int_equal(get(g, 11, START + 3), 1);
	mem_deref(g);
}

static void test_gaps_lets_packets_be_late(void **state)
{
	struct gaps *g = begin(10);
	(void)state;

	(void)gaps_put(g, 13, START);
	(void)gaps_put(g, 11, START + 1);
	(void)gaps_put(g, 12, START + 2);
	(void)gaps_put(g, 12, START + 2);
	(void)gaps_put(g, 13, START + 2);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	assert_int_equal(stats_of(g).late, 2);
	assert_int_equal(stats_of(g).missed, 2);
	mem_deref(g);
}

static void test_gaps_gives_up_in_the_end(void **state)
{
	struct gaps *g = begin(10);
	uint64_t now = START;
	unsigned n = 0;
	(void)state;

	gaps_set_round_trip(g, CLOCK_MS);
	(void)gaps_put(g, 12, now);
	while ((now = gaps_due(g)) != CLOCK_NEVER)
		n += get(g, 11, now);
	assert_int_equal(n, GAPS_TRIES);
	assert_int_equal(stats_of(g).lost, 1);
	assert_true(gaps_take_lost(g));
	assert_false(gaps_take_lost(g));

	gaps_set_round_trip(g, 300 * CLOCK_MS); /* Now age is what counts */
	(void)gaps_put(g, 14, START);
	n = 0;
	while (gaps_due(g) != CLOCK_NEVER) {
		now = gaps_due(g);
		n += get(g, 13, now);
	}
	assert_int_equal(n, 3);
	assert_true(now == START + GAPS_AGE);
	assert_true(gaps_take_lost(g));
	mem_deref(g);
}

static void test_gaps_gives_up_when_too_many_are_missing(void **state)
{
	struct gaps *g = begin(0);
	(void)state;

	assert_int_equal(gaps_put(g, GAPS_MAX + 1, START), 0);
	assert_int_equal(stats_of(g).missing, GAPS_MAX);
	assert_int_equal(gaps_put(g, GAPS_MAX + 3, START), EOVERFLOW);
	assert_int_equal(stats_of(g).missing, 0);
	assert_int_equal(stats_of(g).lost, GAPS_MAX + 1);
	assert_true(gaps_take_lost(g));
	assert_int_equal(gaps_put(g, GAPS_MAX + 4, START), 0);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	mem_deref(g);
}

static void test_gaps_forgets_what_is_not_wanted(void **state)
{
	uint16_t seqv[GAPS_MAX];
	struct gaps *g = begin(65530);
	(void)state;

	(void)gaps_put(g, 10, START);
	assert_int_equal(stats_of(g).missing, 15);
	gaps_forget(g, 5);
	assert_int_equal(gaps_get(g, seqv, 3, START + GAPS_WAIT), 3);
	assert_int_equal(seqv[0], 5);
	assert_int_equal(seqv[2], 7);
	assert_int_equal(get(g, 8, START + GAPS_WAIT), 2); /* The rest */
	gaps_forget(g, 10);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	mem_deref(g);
}

static void test_gaps_goes_with_a_jump(void **state)
{
	struct gaps *g = begin(0);
	(void)state;

	assert_int_equal(gaps_put(g, 20000, START), 0); /* An odd one */
	assert_int_equal(gaps_put(g, 1, START), 0);
	assert_int_equal(stats_of(g).resync, 0);
	assert_int_equal(gaps_put(g, 40000, START), 0);
	assert_int_equal(gaps_put(g, 40001, START), EOVERFLOW);
	assert_int_equal(stats_of(g).resync, 1);
	assert_int_equal(gaps_put(g, 40003, START), 0);
	assert_int_equal(get(g, 40002, START + GAPS_WAIT), 1);
	gaps_reset(g);
	assert_int_equal(gaps_put(g, 7, START), 0);
	assert_true(gaps_due(g) == CLOCK_NEVER);
	mem_deref(g);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

struct path {
	struct gaps *g;
	uint32_t rnd;
	unsigned loss;			/* [%]                              */
	uint64_t backv[UINT16_MAX + 1]; /* When it comes again, 0 for not */
	uint64_t askedv[UINT16_MAX + 1];
	uint64_t now;
};

static void ask(struct path *p)
{
	uint16_t seqv[GAPS_MAX];
	unsigned n = gaps_get(p->g, seqv, GAPS_MAX, p->now);

	for (unsigned i = 0; i < n; i++) {
		/* Not twice in a round trip */
		assert_true(!p->askedv[seqv[i]] ||
			    p->now - p->askedv[seqv[i]] >= RTT);
		p->askedv[seqv[i]] = p->now;
		if (next(&p->rnd) % 100 >= p->loss)
			p->backv[seqv[i]] = p->now + RTT;
	}
}

/* What is lost comes a round trip after it was asked for, or is lost again */
static void test_gaps_finds_what_was_lost(void **state)
{
	static const unsigned lossv[] = { 5, 10, 20 };
	static struct path p;
	(void)state;

	for (uint32_t seed = 1; seed < 60; seed++) {
		unsigned lost = 0;

		memset(&p, 0, sizeof(p));
		p.rnd = seed;
		p.loss = lossv[seed % ARRAY_SIZE(lossv)];
		p.g = begin(0);
		for (uint16_t s = 1; s < 20000; s++) {
			p.now = START + s * (uint64_t)SPACE;
			if (next(&p.rnd) % 100 >= p.loss || s == 19999)
				assert_int_equal(gaps_put(p.g, s, p.now), 0);
			else
				++lost;
			for (uint16_t b = s > 300 ? s - 300 : 1; b < s; b++) {
				if (p.backv[b] && p.backv[b] <= p.now) {
					(void)gaps_put(p.g, b, p.now);
					p.backv[b] = p.askedv[b] = 0;
				}
			}
			ask(&p);
		}
		assert_int_equal(stats_of(p.g).missed, lost);
		assert_true(stats_of(p.g).lost <= lost / 1000);
		assert_true(stats_of(p.g).missing <= 120);
		/* Of a loss p, 1 / (1 - p) and what is under way twice */
		assert_in_range(stats_of(p.g).asked, lost - 120,
				lost + lost * p.loss * 3 / 200 + 50);
		mem_deref(p.g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gaps_asks_after_a_while),
		cmocka_unit_test(test_gaps_asks_when_others_have_come),
		cmocka_unit_test(test_gaps_lets_packets_be_late),
		cmocka_unit_test(test_gaps_gives_up_in_the_end),
		cmocka_unit_test(test_gaps_gives_up_when_too_many_are_missing),
		cmocka_unit_test(test_gaps_forgets_what_is_not_wanted),
		cmocka_unit_test(test_gaps_goes_with_a_jump),
		cmocka_unit_test(test_gaps_finds_what_was_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
