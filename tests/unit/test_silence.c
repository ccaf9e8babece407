/**
 * @file tests/unit/test_silence.c  Tests of silence
 */
#include "tests/unit/test.h"
#include "core/call/silence.h"

enum {
	START = 1000 * CLOCK_S,
	PACKET = 20 * CLOCK_MS,
};

/* Time has come, and somebody is there to be asked */
static bool ask(struct silence *s, uint64_t now)
{
	const bool due = silence_tick(s, now);

	if (due)
		silence_asked(s, now);
	return due;
}

/* A packet each `every` until `end`; how often was asked */
static unsigned flow(struct silence *s, uint64_t *now, uint64_t every,
		     uint64_t end)
{
	unsigned asked = 0;

	for (; *now < end; *now += every) {
		while (silence_due(s) <= *now)
			asked += ask(s, silence_due(s));
		silence_heard(s, *now);
	}
	return asked;
}

/* Nothing until `end` */
static unsigned quiet(struct silence *s, uint64_t end)
{
	unsigned asked = 0;

	while (silence_due(s) <= end)
		asked += ask(s, silence_due(s));
	return asked;
}

static void test_silence_is_none_where_nothing_ever_came(void **state)
{
	struct silence s = { 0 };
	(void)state;

	assert_true(silence_due(&s) == CLOCK_NEVER);
	assert_false(silence_tick(&s, START));
}

static void test_silence_asks_soon_after_media_cease(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START;
	(void)state;

	assert_int_equal(flow(&s, &now, PACKET, START + 10 * CLOCK_S), 0);
	now -= PACKET; /* Of the last one */
	assert_true(silence_due(&s) == now + SILENCE_LONG);
	assert_false(silence_tick(&s, now + SILENCE_LONG - 1));
	assert_true(ask(&s, now + SILENCE_LONG));
	assert_false(ask(&s, now + SILENCE_LONG));
}

static void test_silence_leaves_pauses_of_dtx_alone(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START;
	(void)state;

	assert_int_equal(flow(&s, &now, 400 * CLOCK_MS,
			      START + 3600 * (uint64_t)CLOCK_S),
			 0);
}

static void test_silence_asks_ever_more_rarely(void **state)
{
	struct silence s = { 0 };
	uint64_t at, last = 0, wait = SILENCE_LEAST;
	(void)state;

	silence_heard(&s, START);
	for (unsigned i = 0; i < 20; i++) {
		at = silence_due(&s);
		assert_true(ask(&s, at));
		if (last) {
			assert_true(at - last == wait);
			wait = clock_min(wait * 2, SILENCE_MOST);
		}
		last = at;
	}
	assert_true(wait == SILENCE_MOST);
}

/* Now and then a packet, as comfort noise: each ends a silence */
static void test_silence_is_no_storm_with_rare_packets(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START;
	(void)state;

	assert_true(flow(&s, &now, CLOCK_S, START + 3600 * (uint64_t)CLOCK_S) <=
		    66);
}

static void test_silence_forgets_once_media_flow(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START;
	(void)state;

	(void)flow(&s, &now, PACKET, START + CLOCK_S);
	now += 600 * (uint64_t)CLOCK_S;
	assert_in_range(quiet(&s, now), 10, 20);
	assert_int_equal(
		flow(&s, &now, PACKET, now + SILENCE_STEADY + 2 * PACKET), 0);
	now -= PACKET;
	assert_true(silence_due(&s) == now + SILENCE_LONG);
	assert_true(ask(&s, silence_due(&s)));
	assert_true(silence_due(&s) == now + SILENCE_LONG + SILENCE_LEAST);
}

/* The connection was down, or the call held: the first question is still to
   come when there is somebody */
static void test_silence_counts_only_what_was_asked(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START + SILENCE_LONG;
	(void)state;

	silence_heard(&s, START);
	for (unsigned i = 0; i < 10; i++, now += SILENCE_LEAST) {
		assert_true(silence_due(&s) == now);
		assert_true(silence_tick(&s, now));
		assert_false(silence_tick(&s, now));
	}
	silence_heard(&s, now);
	assert_true(silence_due(&s) == now + SILENCE_LONG);
	assert_true(ask(&s, silence_due(&s)));
	assert_true(silence_due(&s) == now + SILENCE_LONG + SILENCE_LEAST);
}

static void test_silence_asks_anew_in_another_network(void **state)
{
	struct silence s = { 0 };
	uint64_t now = START + 600 * (uint64_t)CLOCK_S;
	(void)state;

	/* Before the first packet there is nothing to ask for */
	silence_forget(&s, START);
	assert_true(silence_due(&s) == CLOCK_NEVER);

	silence_heard(&s, START);
	(void)quiet(&s, now);
	silence_forget(&s, now);
	assert_true(silence_due(&s) == now + SILENCE_LONG);

	/* One packet is enough, no steady stream */
	silence_heard(&s, now + PACKET);
	now += PACKET + SILENCE_LONG;
	assert_true(ask(&s, now));
	assert_true(silence_due(&s) == now + SILENCE_LEAST);

	/* Nor does it put off what is due sooner */
	silence_heard(&s, now);
	silence_forget(&s, now);
	silence_forget(&s, now + CLOCK_S / 2);
	assert_true(silence_due(&s) == now + SILENCE_LONG);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_silence_is_none_where_nothing_ever_came),
		cmocka_unit_test(test_silence_asks_soon_after_media_cease),
		cmocka_unit_test(test_silence_leaves_pauses_of_dtx_alone),
		cmocka_unit_test(test_silence_asks_ever_more_rarely),
		cmocka_unit_test(test_silence_is_no_storm_with_rare_packets),
		cmocka_unit_test(test_silence_forgets_once_media_flow),
		cmocka_unit_test(test_silence_counts_only_what_was_asked),
		cmocka_unit_test(test_silence_asks_anew_in_another_network),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
