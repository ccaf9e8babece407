/**
 * @file tests/unit/test_report.c  Tests of RTCP: accounting and bytes
 */
#include "tests/unit/test.h"
#include "core/media/report.h"

enum {
	CLOCK = 8000,
	TICKS = 160,
	US = 20000,
	SSRC_A = 1,
	SSRC_B = 2
};

static void receive(struct report *r, uint16_t seq, uint32_t ts, uint64_t now)
{
	struct packet p = { .seq = seq, .ts = ts, .ssrc = SSRC_B };

	report_received(r, &p, 160, CLOCK, now);
}

/* Both sides of a call exchange what they built */
static void exchange(struct report *from, struct report *to, uint64_t out,
		     uint64_t in)
{
	struct mbuf *mb = mbuf_alloc(REPORT_SIZE);

	assert_int_equal(report_build(from, mb, false, out), 0);
	assert_true(mb->end % 4 == 0);
	mb->pos = 0;
	assert_int_equal(report_recv(to, mb, in, NULL, NULL), 0);
	mem_deref(mb);
}

static void test_report_counts_losses_across_the_wrap(void **state)
{
	struct report *r;
	struct report_stats st;
	uint32_t expect = 0;
	(void)state;

	assert_int_equal(report_alloc(&r, SSRC_A, "c", CLOCK, 0), 0);
	for (uint32_t i = 0; i < 200000; i++) {
		if (i % 10 == 9) {
			++expect;
			continue;
		}
		receive(r, (uint16_t)(i + 60000), i * TICKS,
			(uint64_t)i * US + 1);
	}
	report_stats(r, &st);
	assert_int_equal(st.rx_lost, expect - 1); /* The last is not missed */
	assert_int_equal(st.rx_restarts, 0);
	assert_int_equal(st.rx_late, 0);
	assert_true(st.rx_jitter < 1000);
	mem_deref(r);
}

static void test_report_starts_anew_on_a_jump_only_when_confirmed(void **state)
{
	struct report *r;
	struct report_stats st;
	(void)state;

	assert_int_equal(report_alloc(&r, SSRC_A, "c", CLOCK, 0), 0);
	receive(r, 1, 0, 1);
	receive(r, 30000, TICKS, US);
	receive(r, 2, TICKS, 2 * US);
	report_stats(r, &st);
	assert_int_equal(st.rx_restarts, 0);
	receive(r, 40000, 3 * TICKS, 3 * US);
	receive(r, 40001, 4 * TICKS, 4 * US);
	report_stats(r, &st);
	assert_int_equal(st.rx_restarts, 1);
	assert_int_equal(st.rx_lost, 0);
	mem_deref(r);
}

static void test_report_measures_round_trip_and_loss(void **state)
{
	struct report *a, *b;
	struct report_stats st;
	uint64_t now = 3000ULL * CLOCK_S;
	(void)state;

	assert_int_equal(report_alloc(&a, SSRC_A, "a", CLOCK, now), 0);
	assert_int_equal(report_alloc(&b, SSRC_B, "b", CLOCK, now), 0);
	for (uint32_t i = 0; i < 100; i++) {
		now += US;
		report_sent(b, i * TICKS, 160, now);
		if (i % 4)
			receive(a, (uint16_t)i, i * TICKS, now);
	}
	exchange(b, a, now, now + 30 * CLOCK_MS);
	now += 500 * CLOCK_MS;
	exchange(a, b, now, now + 40 * CLOCK_MS);
	report_stats(b, &st);
	assert_in_range(st.round_trip, 69900, 70100);
	assert_int_equal(st.tx_lost, 24);
	assert_in_range(st.tx_fraction, 60, 66);
	assert_false(st.bye);
	mem_deref(a);
	mem_deref(b);
}

static void test_report_measures_jitter(void **state)
{
	struct report *r;
	struct report_stats st;
	(void)state;

	assert_int_equal(report_alloc(&r, SSRC_A, "c", CLOCK, 0), 0);
	for (uint32_t i = 0; i < 500; i++)
		receive(r, (uint16_t)i, i * TICKS,
			(uint64_t)i * US + (i % 2 ? 0 : 10 * CLOCK_MS));
	report_stats(r, &st);
	assert_in_range(st.rx_jitter, 9500, 10500); /* |D| is 10 ms always */
	mem_deref(r);
}

struct seen {
	unsigned n;
	struct compound_packet lastv[8];
};

static void see(const struct compound_packet *p, void *arg)
{
	struct seen *s = arg;

	if (s->n < ARRAY_SIZE(s->lastv))
		s->lastv[s->n] = *p;
	++s->n;
}

static void test_report_says_bye_once_and_last(void **state)
{
	struct report *r;
	struct seen s = { .n = 0 };
	struct mbuf *mb = mbuf_alloc(REPORT_SIZE);
	(void)state;

	assert_int_equal(report_alloc(&r, SSRC_A, "name", CLOCK, 0), 0);
	assert_true(report_due(r) == REPORT_FIRST);
	assert_int_equal(report_build(r, mb, true, CLOCK_S), 0);
	assert_true(report_due(r) == CLOCK_NEVER);
	assert_int_equal(compound_decode(mb->buf, mb->end, see, &s), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.lastv[0].type, COMPOUND_RR);
	assert_int_equal(s.lastv[1].type, COMPOUND_SDES);
	assert_int_equal(pl_strcmp(&s.lastv[1].text, "name"), 0);
	assert_int_equal(s.lastv[2].type, COMPOUND_BYE);
	assert_int_equal(s.lastv[2].ssrc, SSRC_A);
	mem_deref(mb);
	mem_deref(r);
}

static void test_report_spreads_its_times(void **state)
{
	struct report *r;
	uint64_t now = CLOCK_S;
	(void)state;

	assert_int_equal(report_alloc(&r, SSRC_A, "name", CLOCK, now), 0);
	for (unsigned i = 0; i < 200; i++) {
		struct mbuf *mb = mbuf_alloc(REPORT_SIZE);
		uint64_t wait;

		assert_int_equal(report_build(r, mb, false, now), 0);
		wait = report_due(r) - now;
		assert_in_range(wait, REPORT_INTERVAL / 2,
				REPORT_INTERVAL / 2 * 3);
		now = report_due(r);
		mem_deref(mb);
	}
	mem_deref(r);
}

/* RFC 3550 section 6, RFC 4585 section 6.1, RFC 5506 */
static const struct {
	const char *name;
	uint8_t bytes[64];
	size_t size;
	int err;
	unsigned packets;
} tablev[] = {
	{ "nothing", { 0 }, 0, EBADMSG, 0 },
	{ "four bytes", { 0x80, 201, 0, 0 }, 4, EBADMSG, 0 },
	{ "empty RR", { 0x80, 201, 0, 1, 0, 0, 0, 1 }, 8, 0, 1 },
	{ "RR cut", { 0x81, 201, 0, 7 }, 28, EBADMSG, 0 },
	{ "RR of one", { 0x81, 201, 0, 7 }, 32, 0, 1 },
	{ "RR count", { 0x82, 201, 0, 7 }, 32, EBADMSG, 0 },
	{ "SR", { 0x80, 200, 0, 6 }, 28, 0, 1 },
	{ "SR short", { 0x80, 200, 0, 5 }, 24, EBADMSG, 0 },
	{ "version", { 0x40, 201, 0, 1 }, 8, EBADMSG, 0 },
	{ "RTP", { 0x80, 111, 0, 1 }, 8, EBADMSG, 0 },
	{ "PLI alone", { 0x81, 206, 0, 2 }, 12, 0, 1 },
	{ "PLI short", { 0x81, 206, 0, 1 }, 8, EBADMSG, 0 },
	{ "NACK", { 0x81, 205, 0, 3 }, 16, 0, 1 },
	{ "XR", { 0x80, 207, 0, 1 }, 8, 0, 1 },
	{ "BYE of nobody", { 0x80, 203, 0, 0 }, 4, 0, 1 },
	{ "BYE of one", { 0x81, 203, 0, 1 }, 8, 0, 1 },
	{ "BYE of two", { 0x82, 203, 0, 1 }, 8, EBADMSG, 0 },
	{ "BYE, reason",
	  { 0x81, 203, 0, 2, 0, 0, 0, 1, 3, 'x', 'y', 'z' },
	  12,
	  0,
	  1 },
	{ "BYE, long reason",
	  { 0x81, 203, 0, 2, 0, 0, 0, 1, 4, 'x', 'y', 'z' },
	  12,
	  EBADMSG,
	  0 },
	{ "SDES", { 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 1, 'x', 0 }, 12, 0, 1 },
	{ "SDES no end",
	  { 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 'x', 'y' },
	  12,
	  EBADMSG,
	  0 },
	{ "SDES long",
	  { 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'x', 'y' },
	  12,
	  EBADMSG,
	  0 },
	{ "RR, garbage", { 0x80, 201, 0, 1, 0, 0, 0, 1, 9 }, 9, EBADMSG, 1 },
	{ "two", { 0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 206, 0, 2 }, 20, 0, 2 },
	{ "padding", { 0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4 }, 12, 0, 1 },
	{ "padding 0",
	  { 0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0 },
	  12,
	  EBADMSG,
	  0 },
	{ "padding long",
	  { 0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9 },
	  12,
	  EBADMSG,
	  0 },
};

static void test_report_decodes_or_refuses(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct seen s = { .n = 0 };
		int err = compound_decode(tablev[i].bytes, tablev[i].size, see,
					  &s);

		if (err != tablev[i].err || s.n != tablev[i].packets)
			fail_msg("%s: %d, %u packets", tablev[i].name, err,
				 s.n);
	}
}

static void test_report_reads_negative_losses(void **state)
{
	const uint8_t rr[32] = { 0x81, 201, 0, 7, 0, 0,	  0,   2,
				 0,    0,   0, 1, 0, 255, 255, 254 };
	struct seen s = { .n = 0 };
	(void)state;

	assert_int_equal(compound_decode(rr, sizeof(rr), see, &s), 0);
	assert_int_equal(s.lastv[0].blockv[0].lost, -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_counts_losses_across_the_wrap),
		cmocka_unit_test(
			test_report_starts_anew_on_a_jump_only_when_confirmed),
		cmocka_unit_test(test_report_measures_round_trip_and_loss),
		cmocka_unit_test(test_report_measures_jitter),
		cmocka_unit_test(test_report_says_bye_once_and_last),
		cmocka_unit_test(test_report_spreads_its_times),
		cmocka_unit_test(test_report_decodes_or_refuses),
		cmocka_unit_test(test_report_reads_negative_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
