/**
 * @file tests/unit/test_keyrule.c  Tests of when an IDR is made
 */
#include "tests/unit/test.h"
#include "core/media/keyrule.h"

enum {
	FRAME = 33333, /* 30 in a second [us] */
};

static const uint64_t START = 5000ULL * CLOCK_S;

/* Frames for so long; how many of them are key frames */
static unsigned run(struct keyrule *k, uint64_t *now, uint64_t time)
{
	unsigned n = 0;

	for (uint64_t end = *now + time; *now < end; *now += FRAME)
		n += keyrule_take(k, *now);
	return n;
}

static void test_keyrule_begins_with_one(void **state)
{
	uint64_t now = START;
	struct keyrule k;
	(void)state;

	keyrule_init(&k, 0);
	assert_true(keyrule_take(&k, now));
	assert_false(keyrule_take(&k, now));
	assert_int_equal(run(&k, &now, 3600ULL * CLOCK_S), 0);
	keyrule_start(&k);
	assert_true(keyrule_take(&k, now));
	keyrule_start(&k);
	assert_true(keyrule_take(&k, now));
	assert_int_equal(k.made, 3);
}

static void test_keyrule_keeps_the_interval(void **state)
{
	uint64_t now = START;
	struct keyrule k;
	(void)state;

	keyrule_init(&k, 2 * CLOCK_S);
	assert_in_range(run(&k, &now, 60ULL * CLOCK_S), 29, 31);
	keyrule_wish(&k); /* One on request begins it anew */
	assert_int_equal(run(&k, &now, FRAME * 15), 1);
	assert_int_equal(run(&k, &now, 1900 * CLOCK_MS - FRAME * 15), 0);
}

static void test_keyrule_takes_wishes_together(void **state)
{
	uint64_t now = START;
	struct keyrule k;
	(void)state;

	keyrule_init(&k, 0);
	assert_true(keyrule_take(&k, now));
	keyrule_wish(&k); /* Too soon: it is kept */
	keyrule_wish(&k);
	assert_false(keyrule_take(&k, now + KEYRULE_SPACE - 1));
	assert_true(keyrule_take(&k, now + KEYRULE_SPACE));
	now += 10 * CLOCK_S;
	assert_int_equal(run(&k, &now, CLOCK_S), 0);
	keyrule_wish(&k);
	assert_true(keyrule_take(&k, now));
	assert_int_equal(k.wishes, 3);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* SECURITY row 30: whatever is asked, no two within 500 ms; and none is
 * forgotten */
static void test_keyrule_grants_one_in_half_a_second(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 100; seed++) {
		uint64_t now = START, last = 0, wished = 0;
		uint32_t rnd = seed;
		struct keyrule k;

		keyrule_init(&k, 0);
		for (unsigned i = 0; i < 5000; i++, now += FRAME) {
			if (next(&rnd) % (1 + seed) == 0) {
				keyrule_wish(&k);
				wished = wished ? wished : now;
			}
			if (keyrule_take(&k, now)) {
				assert_true(now - last >= KEYRULE_SPACE);
				last = now;
				wished = 0;
			}
			assert_true(!wished || now - wished < KEYRULE_SPACE);
		}
		assert_true(k.made > 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyrule_begins_with_one),
		cmocka_unit_test(test_keyrule_keeps_the_interval),
		cmocka_unit_test(test_keyrule_takes_wishes_together),
		cmocka_unit_test(test_keyrule_grants_one_in_half_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
