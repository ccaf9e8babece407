/**
 * @file tests/unit/test_shelf.c  Tests of packets that wait
 */
#include "tests/unit/test.h"
#include "core/media/shelf.h"

static struct shelf shelf;

static void put(int64_t seq, size_t size, uint64_t now)
{
	const struct packet p = { .ts = (uint32_t)seq, .marker = true };
	uint8_t data[SHELF_PAYLOAD];

	memset(data, (uint8_t)seq, sizeof(data));
	shelf_put(&shelf, shelf_at(&shelf, seq), &p, data, size, now);
}

static void test_shelf_holds_what_was_put(void **state)
{
	size_t before = test_blocks();
	(void)state;

	assert_int_equal(shelf_init(&shelf), 0);
	/* Twice around, each in its turn */
	for (int64_t seq = 70000; seq < 70000 + 2 * SHELF_SLOTS; seq++) {
		struct shelf_slot *s = shelf_at(&shelf, seq);

		shelf_drop(&shelf, s);
		shelf_miss(&shelf, seq, 5);
		assert_false(s->used);
		assert_true(s->since == 5);
		put(seq, seq % 2 ? 0 : SHELF_PAYLOAD, 6);
		assert_true(s->used && s->marker && !s->key);
		assert_int_equal(s->ts, seq);
		assert_true(s->arrival == 6);
	}
	assert_int_equal(shelf.held, SHELF_SLOTS);
	for (int64_t seq = 70000; seq < 70000 + SHELF_SLOTS; seq += 2) {
		const uint8_t *d = shelf_data(&shelf, shelf_at(&shelf, seq));

		/* The one that took its place has the same low bits */
		assert_int_equal(d[0], (uint8_t)seq);
		assert_int_equal(d[SHELF_PAYLOAD - 1], (uint8_t)seq);
	}
	shelf_reset(&shelf);
	assert_int_equal(shelf.held, 0);
	shelf_close(&shelf);
	assert_int_equal(test_blocks(), before);
}

static void test_shelf_uses_the_last_block_first(void **state)
{
	const uint8_t *first;
	(void)state;

	assert_int_equal(shelf_init(&shelf), 0);
	put(1, 10, 0);
	first = shelf_data(&shelf, shelf_at(&shelf, 1));
	for (int64_t seq = 2; seq < 100; seq++) {
		shelf_drop(&shelf, shelf_at(&shelf, seq - 1));
		shelf_drop(&shelf, shelf_at(&shelf, seq - 1));
		put(seq, 10, 0);
		assert_ptr_equal(shelf_data(&shelf, shelf_at(&shelf, seq)),
				 first);
	}
	assert_int_equal(shelf.held, 1);
	shelf_close(&shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shelf_holds_what_was_put),
		cmocka_unit_test(test_shelf_uses_the_last_block_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
