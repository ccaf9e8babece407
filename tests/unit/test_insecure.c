/**
 * @file tests/unit/test_insecure.c  Tests of media without DTLS
 *
 * Two transports in virtual time, with keys of the SDP or with none. A third
 * host sends what somebody does who knows the port.
 */
#include "tests/unit/test.h"
#include "tests/support/duo.h"

enum {
	TRIES = 100,
	MOVED = 7, /* Added to a port */
};

static void call(struct duo *d, enum transport_keying keying, bool ice,
		 uint16_t moved)
{
	struct duo_words w;

	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(transport_gather(d->v[i].t, clock_now()), 0);
	for (unsigned from = 0; from < 2; from++) {
		if (ice)
			duo_words(d, from, &w);
		else
			duo_plain_words(d, from, &w);
		w.r.fingerprintc = 0;
		w.r.keying = keying;
		w.r.rx = &transport_local(d->v[from].t)->keyv[SDES_CM_80];
		if (from && moved)
			sa_set_port(&w.r.address,
				    (uint16_t)(sa_port(&w.r.address) + moved));
		assert_int_equal(duo_tell_words(d, !from, &w), 0);
	}
}

static void test_insecure_media_pass_with_and_without_ice(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 4; seed++) {
		struct duo d;

		duo_open(&d, seed);
		call(&d, seed % 2 ? TRANSPORT_SDES : TRANSPORT_BARE, seed < 2,
		     0);
		duo_media(&d, 0);
		duo_media(&d, 1);
		duo_run(20 * CLOCK_S);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(d.v[i].up, 1);
			assert_int_equal(d.v[i].down, 0);
			assert_in_range(d.v[i].packets, d.v[!i].sent - 8,
					d.v[!i].sent);
			assert_true(d.v[i].reports > 0);
		}
		duo_close(&d);
	}
}

static void ignore(const struct sa *src, struct mbuf *mb, uint64_t now,
		   void *arg)
{
	unsigned *received = arg;
	(void)src;
	(void)mb;
	(void)now;

	++*received;
}

static void forge(struct duo *d, struct dgram *stranger, unsigned seq)
{
	static const uint8_t head[] = { 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
	struct mbuf *mb = mbuf_alloc(NETWORK_HEADROOM + 200);
	struct sa dst;

	transport_default(d->v[0].t, &dst);
	mb->pos = mb->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(mb, head, sizeof(head));
	(void)mbuf_fill(mb, 0, 160);
	mb->pos = NETWORK_HEADROOM;
	mb->buf[mb->pos + 3] = (uint8_t)seq;
	(void)dgram_send(stranger, &dst, mb);
	mem_deref(mb);
}

/* Nor is it sent anything */
static void test_insecure_media_of_a_stranger_are_not_heard(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 4; seed++) {
		struct simnet_host host;
		struct dgram *stranger;
		unsigned received = 0;
		struct duo d;
		struct sa any;

		duo_open(&d, seed);
		simnet_host_init(&host, &d.net);
		sa_set_str(&any, "10.0.0.3", 0);
		assert_int_equal(network_open(&stranger, &host.network, &any,
					      ignore, &received),
				 0);
		call(&d, seed % 2 ? TRANSPORT_SDES : TRANSPORT_BARE, seed < 2,
		     0);
		duo_run(2 * CLOCK_S);
		for (unsigned i = 0; i < TRIES; i++)
			forge(&d, stranger, i);
		duo_run(CLOCK_S);
		assert_int_equal(d.v[0].packets, 0);
		duo_media(&d, 0);
		duo_run(CLOCK_S);
		assert_int_equal(received, 0);
		assert_true(d.v[1].packets > 0);
		mem_deref(stranger);
		duo_close(&d);
	}
}

/* From another port of the same host: authentic ones move the path, bare ones
 * are nobody's */
static void test_insecure_media_latch_only_when_authentic(void **state)
{
	(void)state;

	for (uint32_t i = 0; i < 2; i++) {
		struct duo d;

		duo_open(&d, i);
		call(&d, i ? TRANSPORT_SDES : TRANSPORT_BARE, false, MOVED);
		duo_media(&d, 0);
		duo_media(&d, 1);
		duo_run(5 * CLOCK_S);
		if (i)
			assert_true(d.v[0].packets > 200);
		else
			assert_int_equal(d.v[0].packets, 0);
		assert_true((d.v[1].packets > 200) == (i != 0));
		duo_close(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_insecure_media_pass_with_and_without_ice),
		cmocka_unit_test(
			test_insecure_media_of_a_stranger_are_not_heard),
		cmocka_unit_test(test_insecure_media_latch_only_when_authentic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
