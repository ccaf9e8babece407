/**
 * @file tests/unit/test_plea.c  Tests of when a key frame is asked for
 */
#include "tests/unit/test.h"
#include "core/media/plea.h"

static const uint64_t START = 5000ULL * CLOCK_S;

static void test_plea_asks_after_half_a_second_without_picture(void **state)
{
	struct plea p;
	(void)state;

	plea_init(&p);
	assert_true(plea_due(&p) == CLOCK_NEVER);
	assert_false(plea_take(&p, START));
	plea_start(&p, START);
	assert_true(plea_due(&p) == START + PLEA_WAIT);
	assert_false(plea_take(&p, START + PLEA_WAIT - 1));
	assert_true(plea_take(&p, START + PLEA_WAIT));
	assert_false(plea_take(&p, START + PLEA_WAIT));
	assert_true(plea_due(&p) == START + 2 * PLEA_WAIT);
	assert_true(plea_take(&p, START + 2 * PLEA_WAIT));
	plea_stop(&p);
	assert_true(plea_due(&p) == CLOCK_NEVER);
}

static void test_plea_is_content_with_pictures(void **state)
{
	uint64_t now = START;
	struct plea p;
	(void)state;

	plea_init(&p);
	plea_start(&p, now);
	for (unsigned i = 0; i < 1000; i++, now += 40 * CLOCK_MS) {
		plea_packet(&p, now);
		assert_false(plea_take(&p, now));
		plea_picture(&p, now);
		assert_false(plea_take(&p, now));
	}
	assert_true(plea_due(&p) == CLOCK_NEVER); /* A still screen */
	now += 60ULL * CLOCK_S;
	plea_packet(&p, now); /* It moves, but cannot be decoded */
	assert_true(plea_due(&p) == now + PLEA_WAIT);
	plea_packet(&p, now + 10);
	assert_true(plea_due(&p) == now + PLEA_WAIT);
	assert_true(plea_take(&p, now + PLEA_WAIT));
	plea_picture(&p, now + PLEA_WAIT + 1);
	assert_true(plea_due(&p) == CLOCK_NEVER);
	assert_int_equal(p.pleas, 1);
}

static void test_plea_asks_at_once_when_lost(void **state)
{
	uint64_t now = START;
	struct plea p;
	(void)state;

	plea_init(&p);
	plea_start(&p, now);
	plea_packet(&p, now);
	plea_picture(&p, now);
	plea_lost(&p);
	assert_true(plea_due(&p) <= now);
	assert_true(plea_take(&p, now));
	for (unsigned i = 0; i < 100; i++, now += 5 * CLOCK_MS) {
		plea_lost(&p);
		assert_false(plea_take(&p, now));
	}
	assert_true(plea_take(&p, now)); /* Half a second is over */
	plea_picture(&p, now + 1);
	assert_true(plea_due(&p) == CLOCK_NEVER);
	plea_lost(&p); /* Lost again, too soon */
	assert_true(plea_due(&p) == now + PLEA_WAIT);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_plea_asks_once_in_half_a_second(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 200; seed++) {
		uint64_t now = START, last = 0;
		uint32_t rnd = seed;
		struct plea p;

		plea_init(&p);
		plea_start(&p, now);
		for (unsigned i = 0; i < 5000; i++) {
			now += next(&rnd) % 50000;
			switch (next(&rnd) % 8) {
			case 0:
				plea_picture(&p, now);
				break;
			case 1:
				plea_lost(&p);
				break;
			case 2:
				plea_start(&p, now);
				break;
			default:
				plea_packet(&p, now);
				break;
			}
			if (plea_take(&p, now)) {
				assert_true(now - last >= PLEA_WAIT);
				last = now;
			}
			assert_true(plea_due(&p) > now);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_plea_asks_after_half_a_second_without_picture),
		cmocka_unit_test(test_plea_is_content_with_pictures),
		cmocka_unit_test(test_plea_asks_at_once_when_lost),
		cmocka_unit_test(test_plea_asks_once_in_half_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
