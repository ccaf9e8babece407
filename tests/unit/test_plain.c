/**
 * @file tests/unit/test_plain.c  Tests of a peer that does no ICE
 *
 * The board has a public address; the gateway is behind a NAT in most of
 * them, so that its packets come from a port that its SDP does not name. A
 * third host tries what somebody does who knows the board's port.
 */
#include "tests/unit/test.h"
#include "tests/support/duo.h"

enum {
	BOARD,
	GATEWAY,
	WRONG_PORT = 9999,
	RTP = 0x80,  /* First octet */
	TRIES = 20,  /* Of the third host */
	SECOND = 50, /* Packets in one      */
};

#define OUTSIDE "203.0.113.7"

/* What the third host saw, and says in its own name */
struct stranger {
	struct simnet_host host;
	struct dgram *d;
	struct mbuf *media, *report, *hello;
	unsigned received;
};

static struct stranger stranger;

static void keep(struct mbuf **slot, const struct mbuf *mb)
{
	if (*slot)
		return;

	*slot = mbuf_alloc(NETWORK_HEADROOM + mbuf_get_left(mb));
	(*slot)->pos = (*slot)->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(*slot, mbuf_buf(mb), mbuf_get_left(mb));
	(*slot)->pos = NETWORK_HEADROOM;
}

/* Everything that the gateway sends */
static bool tap(const struct sa *src, const struct sa *dst,
		const struct mbuf *mb, void *arg)
{
	const uint8_t *p = mbuf_buf(mb);
	const struct duo *d = arg;
	(void)dst;

	if (!sa_cmp(src, &d->v[GATEWAY].host.addrv[0], SA_ADDR))
		return true;
	if (p[0] == RTP)
		keep(p[1] == 201 ? &stranger.report : &stranger.media, mb);
	else if (p[0] == 22)
		keep(&stranger.hello, mb);
	return true;
}

static void on_stranger(const struct sa *src, struct mbuf *mb, uint64_t now,
			void *arg)
{
	(void)src;
	(void)mb;
	(void)now;
	(void)arg;
	++stranger.received;
}

static void open_world(struct duo *d, uint32_t seed, bool nat)
{
	struct sa any;

	duo_open(d, seed);
	sa_set_str(&d->v[BOARD].host.addrv[0], "198.51.100.1", 0);
	sa_set_str(&d->v[GATEWAY].host.addrv[0], nat ? "10.1.0.2" : OUTSIDE, 0);
	if (nat)
		simnet_host_nat(&d->v[GATEWAY].host, SIMNET_CONE, OUTSIDE);

	memset(&stranger, 0, sizeof(stranger));
	simnet_host_init(&stranger.host, &d->net);
	sa_set_str(&any, "192.0.2.66", 0);
	assert_int_equal(network_open(&stranger.d, &stranger.host.network, &any,
				      on_stranger, NULL),
			 0);
	d->net.filterh = tap;
	d->net.arg = d;
}

static void close_world(struct duo *d)
{
	mem_deref(stranger.d);
	mem_deref(stranger.media);
	mem_deref(stranger.report);
	mem_deref(stranger.hello);
	duo_close(d);
}

/* As call/session does it: the side that offers hears of the other last */
static void call(struct duo *d, unsigned offerer, uint16_t port,
		 enum transport_setup setup)
{
	struct duo_words w;

	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(transport_gather(d->v[i].t, clock_now()), 0);
	for (unsigned n = 0; n < 2; n++) {
		const unsigned from = n ? !offerer : offerer;

		duo_plain_words(d, from, &w);
		if (from == GATEWAY && port) {
			sa_set_str(&w.r.address, OUTSIDE, port);
			w.r.setup = setup;
		} else if (from == BOARD && port) {
			w.r.setup = setup == TRANSPORT_ACTIVE
					    ? TRANSPORT_PASSIVE
					    : TRANSPORT_ACTIVE;
		}
		assert_int_equal(duo_tell_words(d, !from, &w), 0);
	}
}

static void assert_says(const struct duo *d, unsigned i, const char *what)
{
	char text[2048];

	re_snprintf(text, sizeof(text), "%H", transport_print, d->v[i].t);
	if (!strstr(text, what))
		fail_msg("not in: %s", text);
}

static void test_plain_goes_to_the_address_of_the_description(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 4; seed++) {
		struct duo d;

		open_world(&d, seed, false);
		if (seed > 1)
			duo_fix(&d, BOARD);
		call(&d, seed % 2, 0, TRANSPORT_ACTPASS);
		duo_media(&d, BOARD);
		duo_media(&d, GATEWAY);
		duo_run(60 * CLOCK_S);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(d.v[i].up, 1);
			assert_int_equal(d.v[i].down, 0);
			assert_in_range(d.v[i].packets, d.v[!i].sent - 2,
					d.v[!i].sent);
			assert_true(d.v[i].reports > 0);
			assert_says(&d, i, "no ice host");
		}
		close_world(&d);
	}
}

/* Begins at a port that the description does not name, and goes on to
   another: each packet of the board after the first second arrives */
static void test_plain_follows_what_is_authentic(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 10; seed++) {
		unsigned before;
		struct duo d;

		open_world(&d, seed, true);
		call(&d, seed % 2, WRONG_PORT, TRANSPORT_ACTIVE);
		duo_media(&d, BOARD);
		duo_media(&d, GATEWAY);
		duo_run(5 * CLOCK_S);
		assert_int_equal(d.v[BOARD].up, 1);
		assert_int_equal(d.v[GATEWAY].up, 1);
		assert_in_range(d.v[GATEWAY].packets, d.v[BOARD].sent - 2,
				d.v[BOARD].sent);

		before = d.v[GATEWAY].packets;
		simnet_remap(&d.net);
		duo_run(CLOCK_S);
		assert_in_range(d.v[GATEWAY].packets - before, SECOND - 5,
				SECOND);
		simnet_remap(&d.net);
		before = d.v[GATEWAY].packets;
		duo_run(CLOCK_S);
		assert_in_range(d.v[GATEWAY].packets - before, SECOND - 5,
				SECOND);
		assert_int_equal(d.v[BOARD].down + d.v[GATEWAY].down, 0);
		close_world(&d);
	}
}

static void say(const struct duo *d, const struct mbuf *mb, bool bent)
{
	struct mbuf *copy = NULL;
	struct sa dst;

	assert_non_null(mb);
	transport_default(d->v[BOARD].t, &dst);
	keep(&copy, mb);
	if (bent) /* Another number: not a replay, but a forgery */
		copy->buf[copy->pos + 3] ^= 0xff;
	(void)dgram_send(stranger.d, &dst, copy);
	mem_deref(copy);
}

static void test_plain_is_not_bent_by_a_stranger(void **state)
{
	unsigned before, sent;
	struct duo d;
	(void)state;

	open_world(&d, 20, true);
	call(&d, GATEWAY, WRONG_PORT, TRANSPORT_ACTIVE);
	duo_media(&d, GATEWAY);
	duo_media(&d, BOARD);
	duo_run(2 * CLOCK_S);
	before = d.v[GATEWAY].packets;
	sent = d.v[BOARD].sent;
	for (unsigned i = 0; i < TRIES; i++) {
		say(&d, stranger.media, false);
		say(&d, stranger.media, true);
		say(&d, stranger.report, false);
		say(&d, stranger.report, true);
		say(&d, stranger.hello, false);
		duo_run(100 * CLOCK_MS);
	}
	assert_int_equal(stranger.received, 0);
	assert_in_range(d.v[GATEWAY].packets - before,
			d.v[BOARD].sent - sent - 2, d.v[BOARD].sent - sent + 2);
	assert_int_equal(d.v[BOARD].down + d.v[GATEWAY].down, 0);
	close_world(&d);
}

/* Who is faster than the peer with a hello gets no answer, and is no reason
   for the peer's handshake to fail */
static void test_plain_answers_no_handshake_of_a_stranger(void **state)
{
	struct mbuf *hello;
	struct duo d;
	(void)state;

	open_world(&d, 21, true);
	call(&d, BOARD, WRONG_PORT, TRANSPORT_ACTIVE);
	duo_run(CLOCK_S);
	hello = mem_ref(stranger.hello);
	close_world(&d);

	open_world(&d, 22, true);
	stranger.hello = hello;
	call(&d, BOARD, WRONG_PORT, TRANSPORT_ACTIVE);
	for (unsigned i = 0; i < TRIES; i++)
		say(&d, stranger.hello, false);
	duo_run(CLOCK_S);
	assert_int_equal(stranger.received, 0);
	assert_int_equal(d.v[BOARD].up, 1);
	assert_int_equal(d.v[GATEWAY].up, 1);
	close_world(&d);
}

static void test_plain_stays_when_it_is_to(void **state)
{
	unsigned before;
	uint16_t port;
	struct duo d;
	(void)state;

	open_world(&d, 23, true);
	duo_fix(&d, BOARD);
	/* Two sockets, then the mapping of the NAT */
	port = (uint16_t)(d.net.next_port + 2);
	call(&d, GATEWAY, port, TRANSPORT_ACTIVE);
	duo_media(&d, GATEWAY);
	duo_media(&d, BOARD);
	duo_run(2 * CLOCK_S);
	assert_int_equal(d.v[BOARD].up, 1);
	assert_true(d.v[GATEWAY].packets > SECOND);
	before = d.v[GATEWAY].packets;
	simnet_remap(&d.net);
	duo_run(2 * CLOCK_S);
	assert_in_range(d.v[GATEWAY].packets - before, 0, 2);
	assert_true(d.v[BOARD].packets > 3 * SECOND); /* Heard they are */
	close_world(&d);
}

/* A later description: no address (hold, as RFC 2543 had it), another one,
   and one with ICE */
static void test_plain_follows_a_later_description(void **state)
{
	unsigned before;
	struct duo_words w;
	struct duo d;
	(void)state;

	open_world(&d, 24, false);
	call(&d, GATEWAY, 0, TRANSPORT_ACTPASS);
	duo_media(&d, BOARD);
	duo_run(2 * CLOCK_S);
	duo_plain_words(&d, GATEWAY, &w);
	sa_set_str(&w.r.address, "0.0.0.0", 9);
	assert_int_equal(duo_tell_words(&d, BOARD, &w), 0);
	duo_run(CLOCK_S);
	assert_in_range(d.v[GATEWAY].packets, d.v[BOARD].sent - 2,
			d.v[BOARD].sent);

	sa_set_str(&w.r.address, "192.0.2.66",
		   sa_port(dgram_local(stranger.d)));
	assert_int_equal(duo_tell_words(&d, BOARD, &w), 0);
	before = d.v[GATEWAY].packets;
	duo_run(CLOCK_S);
	assert_in_range(stranger.received, SECOND - 2, 2 * SECOND);
	assert_in_range(d.v[GATEWAY].packets - before, 0, 2);

	for (unsigned i = 0; i < 2; i++)
		duo_tell(&d, i);
	duo_run(CLOCK_S);
	before = d.v[GATEWAY].packets;
	duo_run(CLOCK_S);
	assert_in_range(d.v[GATEWAY].packets - before, SECOND - 2, SECOND + 2);
	assert_says(&d, BOARD, "ice selected host");
	assert_int_equal(d.v[BOARD].down + d.v[GATEWAY].down, 0);
	assert_int_equal(d.v[BOARD].up, 1);
	close_world(&d);
}

static void test_plain_gives_up_where_nobody_is(void **state)
{
	struct duo_words w;
	struct duo d;
	(void)state;

	open_world(&d, 25, false);
	assert_int_equal(transport_gather(d.v[BOARD].t, clock_now()), 0);
	assert_int_equal(transport_gather(d.v[GATEWAY].t, clock_now()), 0);
	duo_plain_words(&d, GATEWAY, &w);
	sa_set_str(&w.r.address, "127.0.0.1", 5000);
	assert_int_equal(duo_tell_words(&d, BOARD, &w), 0);
	duo_run(CLOCK_S);
	assert_int_equal(d.net.sent, 0);
	sa_set_str(&w.r.address, "192.0.2.1", 5000);
	assert_int_equal(duo_tell_words(&d, BOARD, &w), 0);
	duo_run(DUO_PATIENCE);
	assert_int_equal(d.v[BOARD].down, 1);
	assert_int_equal(d.v[BOARD].err, ETIMEDOUT);
	close_world(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_plain_goes_to_the_address_of_the_description),
		cmocka_unit_test(test_plain_follows_what_is_authentic),
		cmocka_unit_test(test_plain_is_not_bent_by_a_stranger),
		cmocka_unit_test(test_plain_answers_no_handshake_of_a_stranger),
		cmocka_unit_test(test_plain_stays_when_it_is_to),
		cmocka_unit_test(test_plain_follows_a_later_description),
		cmocka_unit_test(test_plain_gives_up_where_nobody_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
