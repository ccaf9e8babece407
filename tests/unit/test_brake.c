/**
 * @file tests/unit/test_brake.c  Tests of the brake
 */
#include "tests/unit/test.h"
#include "core/media/brake.h"

enum {
	TRIP = 40 * CLOCK_MS,
	EVERY = 50 * CLOCK_MS,
	USUAL = TRIP + EVERY,
};

/* Feedbacks for a while, each of a packet of a round trip before */
static uint64_t settle(struct brake *b, uint64_t now, unsigned n, uint64_t trip)
{
	for (; n; n--, now += EVERY)
		brake_heard(b, now - trip, 0, now);
	return now - EVERY;
}

static bool on(struct brake *b, uint64_t sent, uint64_t now)
{
	brake_update(b, sent, now);
	return b->on;
}

static void test_brake_is_off_while_nothing_is_known(void **state)
{
	struct brake b = { .on = false };
	(void)state;

	assert_false(on(&b, 0, CLOCK_S));
	assert_false(on(&b, CLOCK_S, 3 * CLOCK_S));
	assert_int_equal(b.pulled, 0);
}

static void test_brake_is_on_when_an_answer_is_late(void **state)
{
	struct brake b = { .on = false };
	uint64_t sent;
	(void)state;

	sent = settle(&b, CLOCK_S, 100, TRIP);
	assert_false(on(&b, sent, sent + USUAL + BRAKE_MARGIN - CLOCK_MS));
	assert_true(on(&b, sent, sent + USUAL + BRAKE_MARGIN + CLOCK_MS));
	assert_true(on(&b, sent, sent + USUAL + CLOCK_MS));
	assert_false(on(&b, sent, sent + USUAL - CLOCK_MS));
	assert_false(on(&b, sent, sent + USUAL + CLOCK_MS));
	assert_int_equal(b.pulled, 1);
}

static void test_brake_is_off_when_all_was_heard_of(void **state)
{
	struct brake b = { .on = false };
	uint64_t sent;
	(void)state;

	sent = settle(&b, CLOCK_S, 100, TRIP);
	assert_true(on(&b, sent, sent + CLOCK_S));
	assert_false(on(&b, 0, sent + CLOCK_S));
}

static void test_brake_does_not_last_when_no_answer_comes(void **state)
{
	struct brake b = { .on = false };
	uint64_t sent;
	(void)state;

	sent = settle(&b, CLOCK_S, 100, TRIP);
	assert_true(on(&b, sent, sent + BRAKE_SILENCE - CLOCK_MS));
	assert_false(b.silent);
	assert_int_equal(brake_due(&b), b.heard + BRAKE_SILENCE);
	assert_true(on(&b, sent, brake_due(&b)));
	assert_int_equal(brake_due(&b), CLOCK_NEVER);
	assert_true(on(&b, sent, sent + BRAKE_SILENCE + CLOCK_MS));
	assert_true(b.silent);
	assert_true(on(&b, sent, sent + BRAKE_MAX - CLOCK_MS));
	assert_false(on(&b, sent, sent + BRAKE_MAX));
}

static void test_brake_gets_used_to_a_longer_way(void **state)
{
	struct brake b = { .on = false };
	uint64_t now;
	(void)state;

	now = settle(&b, CLOCK_S, 100, TRIP);
	now = settle(&b, now + EVERY, 10, 10 * TRIP);
	assert_true(on(&b, now - 10 * TRIP, now));
	now = settle(&b, now + EVERY, 2 * BRAKE_HALF / EVERY + 2, 10 * TRIP);
	assert_false(on(&b, now - 10 * TRIP, now));
}

/* A feedback that was lost is not a queue, once it is known that they are */
static void test_brake_allows_for_lost_feedbacks(void **state)
{
	struct brake b = { .on = false };
	uint64_t now;
	(void)state;

	now = settle(&b, CLOCK_S, 20, TRIP);
	assert_true(on(&b, now, now + USUAL + EVERY));
	now = settle(&b, now + 2 * EVERY, 20, TRIP);
	assert_false(on(&b, 0, now));
	now = settle(&b, now + 2 * EVERY, 20, TRIP);
	assert_false(on(&b, now, now + USUAL + EVERY));
	now = settle(&b, now, 2 * BRAKE_HALF / EVERY + 2, TRIP);
	assert_true(on(&b, now, now + USUAL + EVERY));
}

/* A burst: what was under way is lost, what comes behind is not late */
static void test_brake_learns_that_it_was_a_burst(void **state)
{
	struct brake b = { .on = false };
	uint64_t now;
	(void)state;

	now = settle(&b, CLOCK_S, 100, TRIP);
	assert_true(on(&b, now, now + 5 * EVERY));
	now += 5 * EVERY;
	brake_heard(&b, now - TRIP, 0.5, now);
	assert_false(on(&b, 0, now));
	assert_int_equal(b.wrong, 1);
	assert_false(on(&b, now, now + 5 * EVERY));
	assert_true(on(&b, now, now + 7 * EVERY));
}

/* A queue loses some, too, but what comes behind is late */
static void test_brake_does_not_learn_from_a_queue(void **state)
{
	struct brake b = { .on = false };
	uint64_t now;
	(void)state;

	now = settle(&b, CLOCK_S, 100, TRIP);
	assert_true(on(&b, now, now + 5 * EVERY));
	now += 5 * EVERY;
	brake_heard(&b, now - 5 * EVERY, 0.5, now);
	assert_int_equal(b.wrong, 0);
	assert_true(on(&b, now, now + 4 * EVERY));
}

static void test_brake_is_off_where_much_is_lost(void **state)
{
	struct brake b = { .on = false };
	uint64_t now = settle(&b, CLOCK_S, 100, TRIP);
	(void)state;

	assert_true(on(&b, now, now + CLOCK_S));
	for (unsigned i = 0; i < 40; i++) {
		now += EVERY;
		brake_heard(&b, now - TRIP, 0.2, now);
	}
	assert_false(on(&b, now, now + CLOCK_S));
	now = settle(&b, now + EVERY, 40, TRIP);
	assert_true(on(&b, now, now + CLOCK_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brake_is_off_while_nothing_is_known),
		cmocka_unit_test(test_brake_is_on_when_an_answer_is_late),
		cmocka_unit_test(test_brake_is_off_when_all_was_heard_of),
		cmocka_unit_test(test_brake_does_not_last_when_no_answer_comes),
		cmocka_unit_test(test_brake_gets_used_to_a_longer_way),
		cmocka_unit_test(test_brake_allows_for_lost_feedbacks),
		cmocka_unit_test(test_brake_learns_that_it_was_a_burst),
		cmocka_unit_test(test_brake_does_not_learn_from_a_queue),
		cmocka_unit_test(test_brake_is_off_where_much_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
