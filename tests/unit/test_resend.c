/**
 * @file tests/unit/test_resend.c  Tests of the copies for who missed them
 */
#include "tests/unit/test.h"
#include "core/media/resend.h"
#include "core/media/rtx.h"

enum {
	SIZE = 1000, /* Of payload */
	RTT = 50 * CLOCK_MS,
};

static const uint64_t START = 5000ULL * CLOCK_S;

static struct resend *begin(void)
{
	struct resend *r;

	assert_int_equal(resend_alloc(&r), 0);
	return r;
}

static int put(struct resend *r, uint16_t seq, size_t size, uint64_t now)
{
	struct packet p = { .seq = seq, .pt = 96, .ssrc = 1 };
	struct mbuf *mb = packet_alloc(size);
	int err;

	assert_int_equal(packet_encode(mb, &p), 0);
	assert_int_equal(mbuf_fill(mb, (uint8_t)seq, size), 0);
	mb->pos = PACKET_HEADROOM;
	err = resend_put(r, mb, now);
	(void)mbuf_fill(mb, 0xff, size); /* SRTP */
	mem_deref(mb);
	return err;
}

static int get(struct resend *r, uint16_t seq, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = resend_get(r, seq, RTT, now, &mb);

	if (!err) {
		struct packet p;

		assert_int_equal(mb->pos, PACKET_HEADROOM + RTX_HEADER);
		assert_int_equal(mb->size - mb->end, PACKET_TAILROOM);
		assert_int_equal(packet_decode(&p, mb), 0);
		assert_int_equal(p.seq, seq);
		for (size_t i = 0; i < mbuf_get_left(mb); i++)
			assert_int_equal(mbuf_buf(mb)[i], (uint8_t)seq);
	}
	mem_deref(mb);
	return err;
}

static struct resend_stats stats_of(const struct resend *r)
{
	struct resend_stats st;

	resend_stats(r, &st);
	return st;
}

/* So many packets, one each 10 ms; returns the time of the last */
static uint64_t stream(struct resend *r, uint16_t first, unsigned n)
{
	uint64_t now = START;

	for (unsigned i = 0; i < n; i++) {
		now = START + i * 10ULL * CLOCK_MS;
		assert_int_equal(put(r, (uint16_t)(first + i), SIZE, now), 0);
	}
	return now;
}

static void test_resend_gives_what_was_put(void **state)
{
	size_t before = test_blocks();
	struct resend *r = begin();
	uint64_t now = stream(r, 65500, 100);
	(void)state;

	assert_int_equal(get(r, 65530, now), 0);
	assert_int_equal(get(r, 3, now), 0);
	assert_int_equal(get(r, 64, now), ENOENT);
	assert_int_equal(get(r, 65499, now), ENOENT);
	assert_int_equal(get(r, 65530 - RESEND_SLOTS, now), ENOENT);
	assert_int_equal(stats_of(r).given, 2);
	assert_int_equal(stats_of(r).gone, 3);
	resend_clear(r);
	assert_int_equal(get(r, 4, now), ENOENT);
	mem_deref(r);
	assert_int_equal(test_blocks(), before);
}

static void test_resend_gives_once_in_a_round_trip(void **state)
{
	struct resend *r = begin();
	uint64_t now = stream(r, 0, 100);
	struct mbuf *mb;
	(void)state;

	assert_int_equal(get(r, 90, now), 0);
	assert_int_equal(get(r, 90, now + RTT - 1), EALREADY);
	assert_int_equal(get(r, 90, now + RTT), 0);
	assert_int_equal(resend_get(r, 91, 0, now, &mb), 0);
	mem_deref(mb);
	assert_int_equal(resend_get(r, 91, 0, now + 9999, &mb), EALREADY);
	assert_int_equal(resend_get(r, 91, 0, now + 10000, &mb), 0);
	mem_deref(mb);
	assert_int_equal(stats_of(r).soon, 2);
	mem_deref(r);
}

static void test_resend_forgets_the_old(void **state)
{
	struct resend *r = begin();
	uint64_t now = stream(r, 0, 2000);
	(void)state;

	assert_int_equal(get(r, 1999, now + RESEND_AGE), 0);
	assert_int_equal(get(r, 1998, now + RESEND_AGE), ENOENT);
	assert_int_equal(get(r, 2000 - RESEND_SLOTS - 1, now), ENOENT);
	mem_deref(r);
}

static void test_resend_refuses_the_long_and_the_short(void **state)
{
	struct resend *r = begin();
	struct mbuf *mb = mbuf_alloc(8);
	(void)state;

	mb->end = 8;
	assert_int_equal(resend_put(r, mb, START), EMSGSIZE);
	assert_int_equal(put(r, 1, RESEND_SIZE - PACKET_HEADER, START), 0);
	assert_int_equal(put(r, 1, RESEND_SIZE - PACKET_HEADER + 1, START),
			 EMSGSIZE);
	mem_deref(mb);
	mem_deref(r);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Whoever asks for everything gets a fifth of all that is sent, a quarter of
 * what is sent first: SECURITY row 30 */
static void test_resend_keeps_to_its_budget(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 50; seed++) {
		static uint64_t sentv[10000], givenv[10000]; /* Each 10 ms */
		struct resend *r = begin();
		uint32_t rnd = seed;
		uint16_t seq = 0;
		uint64_t sent = 0, all = 0;

		for (unsigned t = 0; t < 10000; t++) {
			uint64_t now = START + t * 10ULL * CLOCK_MS;
			uint64_t before = stats_of(r).bytes, given, window;

			for (unsigned n = next(&rnd) % 4; n; n--) {
				size_t size = 1 + next(&rnd) % 1200;

				assert_int_equal(put(r, seq++, size, now), 0);
				sent += size + PACKET_HEADER;
			}
			for (unsigned n = next(&rnd) % 200; n; n--)
				(void)get(r, (uint16_t)(seq - n), now);
			given = stats_of(r).bytes - before;
			all += given;
			sentv[t] = sent;
			givenv[t] = all;
			/* Over the window, to a piece of it */
			if (t < 200 || !given)
				continue;
			window = (sentv[t] - sentv[t - 200]) / 4;
			assert_true(givenv[t] - givenv[t - 190] <= window);
		}
		assert_true(all <= sent / 4);
		assert_true(all > sent / 5);
		assert_true(stats_of(r).budget > 0);
		mem_deref(r);
	}
}

/* Within the bound in bits of a full rate, more than a fifth is given: a way
 * that loses much needs it; a sender that fills the rate gets a fifth */
static void test_resend_gives_more_where_there_is_room(void **state)
{
	static const struct {
		unsigned fill, least,
			most; /* Of the rate; of what is put [%] */
	} casev[] = { { 50, 95, 100 },
		      { 90, 33, 39 },
		      { 100, 24, 25 },
		      { 150, 24, 25 } };
	enum {
		RATE = 1000000,
		TICK = 10 * CLOCK_MS
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct resend *r = begin();
		const size_t size = RATE / 100 / 8 * casev[i].fill / 100 / 2;
		uint64_t put_bytes = 0, before = 0, now = START;
		uint16_t seq = 0;

		resend_set_rate(r, RATE);
		for (unsigned t = 0; t < 2000; t++, now += TICK) {
			if (t == 400) { /* The window is full */
				before = stats_of(r).bytes;
				put_bytes = 0;
			}
			for (unsigned n = 0; n < 2; n++) {
				assert_int_equal(put(r, seq++,
						     size - PACKET_HEADER, now),
						 0);
				put_bytes += size;
			}
			for (unsigned n = 1; n < 20; n++)
				(void)get(r, (uint16_t)(seq - n), now);
		}
		assert_in_range((stats_of(r).bytes - before) * 100 / put_bytes,
				casev[i].least, casev[i].most);
		assert_in_range(resend_rate(r),
				(uint64_t)RATE * casev[i].fill / 100 *
					casev[i].least / 100 * 98 / 100,
				(uint64_t)RATE * casev[i].fill / 100 *
					casev[i].most / 100 * 102 / 100);
		mem_deref(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resend_gives_what_was_put),
		cmocka_unit_test(test_resend_gives_once_in_a_round_trip),
		cmocka_unit_test(test_resend_forgets_the_old),
		cmocka_unit_test(test_resend_refuses_the_long_and_the_short),
		cmocka_unit_test(test_resend_keeps_to_its_budget),
		cmocka_unit_test(test_resend_gives_more_where_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
