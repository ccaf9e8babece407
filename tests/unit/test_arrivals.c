/**
 * @file tests/unit/test_arrivals.c  Tests of arrivals: what is told, and when
 *
 * That it can be read back is tested in test_acks.c.
 */
#include "tests/unit/test.h"
#include "core/media/arrivals.h"

enum {
	SSRC = 77,
	OURS = 9,
};

static struct arrivals *setup(enum arrivals_format format)
{
	struct arrivals *a;

	assert_int_equal(arrivals_alloc(&a, format), 0);
	return a;
}

/* draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1: a run, then
 * bits, then two bits for a large delta */
static void test_arrivals_choose_the_shortest_chunk(void **state)
{
	static const uint8_t want[] = {
		0x8f, 205, 0, 6, 0,  0, 0,    OURS, 0,	 0,    0,    SSRC, 0, 5,
		0,    3,   0, 0, 15, 0, 0xd2, 0,    160, 0x27, 0x10, 0,	   0, 0,
	};
	struct arrivals *a = setup(ARRIVALS_TRANSPORT);
	struct mbuf *mb = mbuf_alloc(16);
	(void)state;

	arrivals_put(a, SSRC, 5, CLOCK_S); /* 15 * 64 ms + 160 * 250 us */
	arrivals_put(a, SSRC, 7, CLOCK_S + 2500 * CLOCK_MS);
	assert_int_equal(arrivals_build(a, mb, OURS, 4 * CLOCK_S), 0);
	assert_int_equal(mb->end, sizeof(want));
	assert_memory_equal(mb->buf, want, sizeof(want));
	mem_deref(mb);
	mem_deref(a);
}

static void test_arrivals_start_anew_on_a_confirmed_jump(void **state)
{
	struct arrivals *a = setup(ARRIVALS_TRANSPORT);
	struct arrivals_stats st;
	(void)state;

	arrivals_put(a, SSRC, 10, CLOCK_S);
	arrivals_put(a, SSRC, 30000, CLOCK_S);
	arrivals_put(a, SSRC, 11, CLOCK_S);
	arrivals_put(a, SSRC, 40000, CLOCK_S);
	arrivals_stats(a, &st);
	assert_int_equal(st.refused, 2);
	assert_int_equal(st.restarts, 0);
	arrivals_put(a, SSRC, 40001, CLOCK_S);
	arrivals_stats(a, &st);
	assert_int_equal(st.restarts, 1);
	mem_deref(a);
}

static void test_arrivals_tell_nothing_when_nothing_came(void **state)
{
	struct arrivals *a = setup(ARRIVALS_TRANSPORT);
	struct mbuf *mb = mbuf_alloc(16);
	(void)state;

	assert_true(arrivals_due(a) == CLOCK_NEVER);
	assert_int_equal(arrivals_build(a, mb, OURS, 1), ENOENT);
	arrivals_put(a, SSRC, 1, CLOCK_S);
	assert_true(arrivals_due(a) == CLOCK_S + ARRIVALS_INTERVAL);
	for (uint16_t i = 2; i <= ARRIVALS_BUSY; i++)
		arrivals_put(a, SSRC, i, CLOCK_S);
	assert_true(arrivals_due(a) == CLOCK_S + ARRIVALS_INTERVAL_BUSY);
	mem_deref(mb);
	mem_deref(a);
}

static void test_arrivals_know_so_many_streams(void **state)
{
	struct arrivals *a = setup(ARRIVALS_CCFB);
	struct mbuf *mb = mbuf_alloc(16);
	struct arrivals_stats st;
	(void)state;

	for (uint32_t i = 0; i <= ARRIVALS_STREAMS; i++)
		arrivals_put(a, i, 1, CLOCK_S);
	arrivals_stats(a, &st);
	assert_int_equal(st.refused, 1);
	assert_int_equal(arrivals_build(a, mb, OURS, 2 * CLOCK_S), 0);
	assert_int_equal(mb->end, 8 + ARRIVALS_STREAMS * 12 + 4);
	arrivals_put(a, ARRIVALS_STREAMS, 1, 2 * CLOCK_S);
	arrivals_stats(a, &st);
	assert_int_equal(st.refused, 1);
	mem_deref(mb);
	mem_deref(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrivals_choose_the_shortest_chunk),
		cmocka_unit_test(test_arrivals_start_anew_on_a_confirmed_jump),
		cmocka_unit_test(test_arrivals_tell_nothing_when_nothing_came),
		cmocka_unit_test(test_arrivals_know_so_many_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
