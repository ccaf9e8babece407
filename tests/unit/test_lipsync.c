/**
 * @file tests/unit/test_lipsync.c  Tests of pictures that wait for sound
 */
#include "core/media/lipsync.h"
#include "tests/unit/test.h"

static const uint8_t bits[] = { 1, 2, 3 };

static struct lipsync_picture picture(uint32_t ts)
{
	return (struct lipsync_picture){
		.unit = { .data = bits, .size = sizeof(bits), .key = true },
		.ts = ts,
	};
}

static void assert_next(struct lipsync *l, uint32_t ts, uint64_t now)
{
	struct lipsync_picture *p = lipsync_get(l, now);

	assert_non_null(p);
	assert_int_equal(p->ts, ts);
	assert_true(p->unit.key);
	assert_ptr_not_equal(p->unit.data, bits);
	assert_int_equal(p->unit.size, sizeof(bits));
	assert_memory_equal(p->unit.data, bits, sizeof(bits));
	mem_deref(p);
}

static void test_lipsync_shows_at_once_what_is_late(void **state)
{
	struct lipsync l = { .count = 0 };
	const struct lipsync_picture p = picture(1);
	(void)state;

	assert_int_equal(lipsync_put(&l, &p, 0, 1000), EALREADY);
	assert_int_equal(lipsync_put(&l, &p, 1000 + LIPSYNC_LEAST - 1, 1000),
			 EALREADY);
	assert_true(lipsync_due(&l) == CLOCK_NEVER);
}

static void test_lipsync_keeps_the_order_and_the_time(void **state)
{
	struct lipsync l = { .count = 0 };
	const struct lipsync_picture a = picture(1), b = picture(2);
	(void)state;

	assert_int_equal(lipsync_put(&l, &a, 60000, 1000), 0);
	assert_int_equal(lipsync_put(&l, &b, 1000, 1000), 0);
	assert_int_equal(lipsync_due(&l), 60000 - LIPSYNC_LEAD);
	assert_null(lipsync_get(&l, 60000 - LIPSYNC_LEAD - 1));
	assert_next(&l, 1, 60000 - LIPSYNC_LEAD);
	assert_next(&l, 2, 60000 - LIPSYNC_LEAD);
	assert_null(lipsync_get(&l, CLOCK_NEVER));
	assert_int_equal(l.bytes, 0);
}

static void test_lipsync_holds_nothing_for_long_nor_many(void **state)
{
	struct lipsync l = { .count = 0 };
	const struct lipsync_picture p = picture(1);
	(void)state;

	for (unsigned i = 0; i < LIPSYNC_MAX; i++)
		assert_int_equal(lipsync_put(&l, &p, CLOCK_NEVER / 2, 7), 0);
	assert_int_equal(lipsync_put(&l, &p, CLOCK_NEVER / 2, 7), ENOBUFS);
	assert_int_equal(l.early, 1);
	assert_int_equal(lipsync_due(&l), 7 + LIPSYNC_HOLD - LIPSYNC_LEAD);

	assert_next(&l, 1, CLOCK_NEVER);
	assert_int_equal(lipsync_put(&l, &p, CLOCK_NEVER / 2, 7), 0);
	lipsync_clear(&l);
	assert_int_equal(l.count, 0);
	assert_int_equal(l.bytes, 0);
}

static void test_lipsync_holds_no_more_than_its_bytes(void **state)
{
	struct lipsync l = { .count = 0 };
	uint8_t *data = mem_zalloc(LIPSYNC_BYTES + 1, NULL);
	struct lipsync_picture p = picture(1);
	(void)state;

	assert_non_null(data);
	p.unit.data = data;
	p.unit.size = LIPSYNC_BYTES + 1;
	assert_int_equal(lipsync_put(&l, &p, 60000, 0), EALREADY);

	p.unit.size = LIPSYNC_BYTES;
	assert_int_equal(lipsync_put(&l, &p, 60000, 0), 0);
	p.unit.size = 1;
	assert_int_equal(lipsync_put(&l, &p, 60000, 0), ENOBUFS);
	lipsync_clear(&l);
	assert_int_equal(lipsync_put(&l, &p, 60000, 0), 0);
	lipsync_clear(&l);
	mem_deref(data);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_lipsync_shows_at_once_what_is_late),
		cmocka_unit_test(test_lipsync_keeps_the_order_and_the_time),
		cmocka_unit_test(test_lipsync_holds_nothing_for_long_nor_many),
		cmocka_unit_test(test_lipsync_holds_no_more_than_its_bytes),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
