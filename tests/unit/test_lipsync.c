/**
 * @file tests/unit/test_lipsync.c  Tests of pictures that wait for sound
 */
#include "core/media/lipsync.h"
#include "tests/unit/test.h"

static struct frame *picture(void)
{
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
	return f;
}

static void test_lipsync_shows_at_once_what_is_late(void **state)
{
	struct lipsync l = { .count = 0 };
	struct frame *f = picture();
	(void)state;

	assert_int_equal(lipsync_put(&l, f, 0, 1000), EALREADY);
	assert_int_equal(lipsync_put(&l, f, 1000 + LIPSYNC_LEAST - 1, 1000),
			 EALREADY);
	assert_true(lipsync_due(&l) == CLOCK_NEVER);
	mem_deref(f);
}

static void test_lipsync_keeps_the_order_and_the_time(void **state)
{
	struct lipsync l = { .count = 0 };
	struct frame *a = picture(), *b = picture(), *got;
	(void)state;

	assert_int_equal(lipsync_put(&l, a, 60000, 1000), 0);
	assert_int_equal(lipsync_put(&l, b, 50000, 1000), 0);
	assert_int_equal(lipsync_due(&l), 60000);
	assert_null(lipsync_get(&l, 59999));
	got = lipsync_get(&l, 60000);
	assert_ptr_equal(got, a);
	mem_deref(got);
	got = lipsync_get(&l, 60000);
	assert_ptr_equal(got, b);
	mem_deref(got);
	assert_null(lipsync_get(&l, CLOCK_NEVER));
	mem_deref(a);
	mem_deref(b);
}

static void test_lipsync_holds_nothing_for_long_nor_many(void **state)
{
	struct lipsync l = { .count = 0 };
	struct frame *f = picture();
	(void)state;

	for (unsigned i = 0; i < LIPSYNC_MAX; i++)
		assert_int_equal(lipsync_put(&l, f, CLOCK_NEVER / 2, 7), 0);
	assert_int_equal(lipsync_put(&l, f, CLOCK_NEVER / 2, 7), ENOBUFS);
	assert_int_equal(l.early, 1);
	assert_int_equal(lipsync_due(&l), 7 + LIPSYNC_HOLD);
	assert_int_equal(mem_nrefs(f), 1 + LIPSYNC_MAX);
	lipsync_clear(&l);
	assert_int_equal(mem_nrefs(f), 1);
	mem_deref(f);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_lipsync_shows_at_once_what_is_late),
		cmocka_unit_test(test_lipsync_keeps_the_order_and_the_time),
		cmocka_unit_test(test_lipsync_holds_nothing_for_long_nor_many),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
