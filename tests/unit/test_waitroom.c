/**
 * @file tests/unit/test_waitroom.c  Who is let in, and in which order
 */
#include "tests/unit/test.h"
#include "core/net/waitroom.h"

enum {
	START = 1000 * CLOCK_S,
};

static struct waitroom w;
static int next_fd;

static int come(const char *addr, uint64_t now)
{
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, addr, 1234), 0);
	return waitroom_enter(&w, next_fd++, &sa, now);
}

static void begin(void)
{
	memset(&w, 0, sizeof(w));
	next_fd = 100;
}

/* Let in all that may. @return how many */
static unsigned serve(uint64_t now)
{
	struct sa peer;
	unsigned n = 0;

	while (waitroom_next(&w, &peer, now) >= 0)
		++n;
	return n;
}

static void test_waitroom_lets_in_a_burst_and_then_a_trickle(void **state)
{
	uint64_t now = START;
	(void)state;

	begin();
	assert_true(waitroom_due(&w, false) == CLOCK_NEVER);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(come("192.0.2.1", now), -1);
	assert_true(waitroom_due(&w, false) <= now);
	assert_int_equal(serve(now), WAITROOM_BURST);
	assert_true(waitroom_due(&w, false) == now + WAITROOM_EVERY);
	assert_int_equal(serve(now + WAITROOM_EVERY - 1), 0);
	for (unsigned i = 0; i < 8; i++) {
		now = waitroom_due(&w, false);
		assert_int_equal(serve(now), 1);
	}
	assert_true(waitroom_due(&w, false) == CLOCK_NEVER);

	/* After a rest the burst is whole again, and not more */
	now += 100 * CLOCK_S;
	for (unsigned i = 0; i < 20; i++)
		(void)come("192.0.2.1", now);
	assert_int_equal(serve(now), WAITROOM_BURST);
}

static void test_waitroom_prefers_who_came_least(void **state)
{
	uint64_t now = START;
	struct sa peer;
	(void)state;

	begin();
	for (unsigned i = 0; i < 25; i++)
		(void)come("192.0.2.1", now);
	assert_int_equal(serve(now), WAITROOM_BURST);
	(void)come("192.0.2.2", now + 1);
	now = waitroom_due(&w, false);
	assert_int_equal(waitroom_next(&w, &peer, now), 125);
	assert_int_equal(sa_port(&peer), 1234);
	now = waitroom_due(&w, false);
	assert_int_equal(waitroom_next(&w, &peer, now), 112);
}

static void test_waitroom_takes_a_seat_of_the_greedy(void **state)
{
	struct sa peer;
	int gone;
	(void)state;

	begin();
	for (unsigned i = 0; i < WAITROOM_SEATS; i++)
		assert_int_equal(come("2001:db8::1", START + i), -1);

	/* All of one network of 64 bits are one; he loses the newest */
	gone = come("2001:db8::2", START + 100);
	assert_int_equal(gone, next_fd - 1);
	gone = come("192.0.2.9", START + 101);
	assert_int_equal(gone, 100 + WAITROOM_SEATS - 1);
	gone = come("2001:db8:0:1::1", START + 102);
	assert_int_equal(gone, 100 + WAITROOM_SEATS - 2);
	assert_int_equal(w.refused, 3);
	assert_int_equal(waitroom_next(&w, &peer, START + 103), 100);
	assert_int_equal(waitroom_next(&w, &peer, START + 103), next_fd - 2);
}

static void test_waitroom_loses_patience(void **state)
{
	uint64_t now = START;
	(void)state;

	begin();
	(void)come("192.0.2.1", now);
	(void)come("192.0.2.1", now + CLOCK_S);
	assert_true(waitroom_due(&w, true) == now + WAITROOM_PATIENCE);
	assert_int_equal(waitroom_late(&w, now + WAITROOM_PATIENCE - 1), -1);
	assert_int_equal(waitroom_late(&w, now + WAITROOM_PATIENCE), 100);
	assert_int_equal(waitroom_late(&w, now + WAITROOM_PATIENCE), -1);
	assert_int_equal(waitroom_clear(&w), 101);
	assert_int_equal(waitroom_clear(&w), -1);
	assert_true(waitroom_due(&w, true) == CLOCK_NEVER);
}

/* Whatever happens: each descriptor comes out once, nobody comes too soon */
static void test_waitroom_loses_nobody(void **state)
{
	static uint8_t seen[4096];
	uint64_t now = START, passed = 0;
	uint32_t seed = 1;
	struct sa sa;
	int fd = 0;
	(void)state;

	begin();
	for (unsigned i = 0; i < 20000; i++) {
		int out = -1;

		seed = seed * 1664525 + 1013904223;
		now += seed >> 18;
		if (seed >> 31 && fd < (int)sizeof(seen)) {
			sa_set_in(&sa, 0x0a000000 + (seed >> 8 & 31), 1);
			out = waitroom_enter(&w, fd++, &sa, now);
		} else if (seed >> 28 & 1) {
			out = waitroom_next(&w, &sa, now);
			passed += out >= 0;
		} else if (!(seed >> 20 & 15)) {
			out = waitroom_late(&w, now);
		}
		if (out >= 0)
			assert_int_equal(seen[out]++, 0);
		assert_true(passed * WAITROOM_EVERY <=
			    now - START +
				    WAITROOM_BURST * (uint64_t)WAITROOM_EVERY);
	}
	for (int out; (out = waitroom_clear(&w)) >= 0;)
		assert_int_equal(seen[out]++, 0);
	for (int i = 0; i < fd; i++)
		assert_int_equal(seen[i], 1);
	assert_true(fd > 1000 && passed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_waitroom_lets_in_a_burst_and_then_a_trickle),
		cmocka_unit_test(test_waitroom_prefers_who_came_least),
		cmocka_unit_test(test_waitroom_takes_a_seat_of_the_greedy),
		cmocka_unit_test(test_waitroom_loses_patience),
		cmocka_unit_test(test_waitroom_loses_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
