/**
 * @file tests/unit/test_keying.c  Tests of DTLS: two keyings over a bad link
 *
 *     keying -> link (delay, loss, reordering; virtual time) -> keying
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/base/entropy.h"
#include "core/net/keying.h"

enum {
	QUEUE = 64, /* Datagrams under way */
	DELAY = 10 * CLOCK_MS,
	START = CLOCK_S,
};

struct packet {
	struct mbuf *mb;
	uint64_t at; /* [us] */
	unsigned to;
};

struct end {
	struct world *w;
	struct keying *k;
	unsigned self;
	int up, down, err;
	uint64_t up_at, down_at;
	char reason[128];
	struct keying_keys keys;
	bool free_it; /* In the handler */
};

struct world {
	struct end endv[2]; /* Client, server */
	struct identity *idv[2];
	struct packet packetv[QUEUE];
	uint64_t now;
	unsigned loss, jitter; /* [%], [ms]         */
	unsigned drop_first;   /* Datagrams         */
	unsigned sent;
	size_t longest;
	struct mbuf *first; /* The first datagram of the client */
};

static uint32_t seed;

static unsigned dice(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void random_source(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	while (n--)
		*p++ = (uint8_t)dice();
}

static void put_on_link(struct world *w, unsigned to, struct mbuf *mb)
{
	uint64_t at = w->now + DELAY;

	if (mbuf_get_left(mb) > w->longest)
		w->longest = mbuf_get_left(mb);
	if (w->sent++ < w->drop_first || dice() % 100 < w->loss)
		return;

	if (w->jitter)
		at += dice() % (w->jitter * CLOCK_MS);

	for (unsigned i = 0; i < QUEUE; i++) {
		struct packet *p = &w->packetv[i];

		if (p->mb)
			continue;

		p->mb = mbuf_alloc(mbuf_get_left(mb));
		mbuf_write_mem(p->mb, mbuf_buf(mb), mbuf_get_left(mb));
		mbuf_set_pos(p->mb, 0);
		p->at = at;
		p->to = to;
		return;
	}

	fail_msg("the link is full");
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct end *e = arg;

	assert_int_equal(mb->pos, KEYING_HEADROOM);
	if (!e->w->first)
		e->w->first = mem_ref(mb);
	put_on_link(e->w, !e->self, mb);
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	struct end *e = arg;

	++e->up;
	e->up_at = now;
	e->keys = *keys;
	if (e->free_it)
		e->k = mem_deref(e->k);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct end *e = arg;

	++e->down;
	e->down_at = now;
	e->err = err;
	str_ncpy(e->reason, reason, sizeof(e->reason));
	if (e->free_it)
		e->k = mem_deref(e->k);
}

static void open_end(struct world *w, unsigned i, enum keying_role role)
{
	struct end *e = &w->endv[i];

	e->w = w;
	e->self = i;
	assert_int_equal(keying_alloc(&e->k, role, w->idv[i], send_handler,
				      up_handler, down_handler, e),
			 0);
}

static void open_world(struct world *w, uint32_t s)
{
	memset(w, 0, sizeof(*w));
	seed = s;
	entropy_set_source(random_source, NULL);
	w->now = START;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(identity_alloc(&w->idv[i]), 0);

	open_end(w, 0, KEYING_CLIENT);
	open_end(w, 1, KEYING_SERVER);
}

static void know_peer(struct world *w, unsigned i)
{
	keying_set_peer(w->endv[i].k, identity_fingerprint(w->idv[!i]), 1,
			w->now);
}

static void start(struct world *w)
{
	keying_start(w->endv[1].k, w->now);
	keying_start(w->endv[0].k, w->now);
}

static void close_world(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		mem_deref(w->endv[i].k);
		mem_deref(w->idv[i]);
	}
	for (unsigned i = 0; i < QUEUE; i++)
		mem_deref(w->packetv[i].mb);
	mem_deref(w->first);
	entropy_set_source(NULL, NULL);
	assert_int_equal(test_blocks(), 0);
}

static struct packet *next_packet(struct world *w)
{
	struct packet *first = NULL;

	for (unsigned i = 0; i < QUEUE; i++) {
		struct packet *p = &w->packetv[i];

		if (p->mb && (!first || p->at < first->at))
			first = p;
	}

	return first;
}

static void deliver(struct world *w, struct packet *p)
{
	struct mbuf *mb = p->mb;

	p->mb = NULL;
	if (w->endv[p->to].k)
		keying_recv(w->endv[p->to].k, mb, w->now);
	mem_deref(mb);
}

static uint64_t due(const struct end *e)
{
	return e->k ? keying_due(e->k) : CLOCK_NEVER;
}

/* Run for a time [us] */
static void run(struct world *w, uint64_t time)
{
	uint64_t end = w->now + time;

	for (;;) {
		struct packet *p = next_packet(w);
		uint64_t d0 = due(&w->endv[0]), d1 = due(&w->endv[1]);
		uint64_t at = clock_min(d0, d1);

		if (p)
			at = clock_min(at, p->at);
		if (at > end)
			break;

		w->now = at > w->now ? at : w->now;
		if (p && p->at <= w->now)
			deliver(w, p);
		else if (d0 <= w->now)
			keying_tick(w->endv[0].k, w->now);
		else
			keying_tick(w->endv[1].k, w->now);
	}

	w->now = end;
}

static void check_up(struct world *w)
{
	static const uint8_t zero[KEYING_KEY];
	struct end *c = &w->endv[0], *s = &w->endv[1];

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w->endv[i].up, 1);
		assert_int_equal(w->endv[i].down, 0);
	}

	assert_memory_equal(c->keys.tx, s->keys.rx, KEYING_KEY);
	assert_memory_equal(c->keys.rx, s->keys.tx, KEYING_KEY);
	assert_memory_not_equal(c->keys.rx, c->keys.tx, KEYING_KEY);
	assert_memory_not_equal(c->keys.rx, zero, KEYING_KEY);
}

static void test_keying_agrees_on_keys_in_two_round_trips(void **state)
{
	struct world w;
	char text[512];
	(void)state;

	open_world(&w, 1);
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	run(&w, CLOCK_S);
	check_up(&w);
	assert_int_equal(w.endv[1].up_at, START + 3 * DELAY);
	assert_int_equal(w.endv[0].up_at, START + 4 * DELAY);
	assert_true(w.longest <= HANDSHAKE_MTU);

	re_snprintf(text, sizeof(text), "%H", keying_print, w.endv[1].k);
	assert_non_null(strstr(text, "server up"));
	assert_non_null(strstr(text, "ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"));
	assert_int_equal(keying_due(w.endv[0].k), CLOCK_NEVER);
	assert_int_equal(keying_due(w.endv[1].k), CLOCK_NEVER);
	close_world(&w);
}

static void test_keying_holds_keys_until_the_fingerprint_is_known(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 2);
	know_peer(&w, 0);
	start(&w);
	run(&w, 60 * CLOCK_S);
	assert_int_equal(w.endv[1].up, 0);
	assert_false(keying_is_up(w.endv[1].k));
	know_peer(&w, 1);
	check_up(&w);
	assert_true(keying_is_up(w.endv[1].k));
	close_world(&w);
}

static void test_keying_refuses_a_wrong_fingerprint(void **state)
{
	(void)state;

	/* Whoever is told the wrong one, and whenever, gives no keys out, and
	   tells the other */
	for (unsigned i = 0; i < 4; i++) {
		unsigned cheated = i & 1;
		struct fingerprint fp;
		struct world w;

		open_world(&w, 3 + i);
		fp = *identity_fingerprint(w.idv[!cheated]);
		fp.v[31] ^= 1;
		know_peer(&w, !cheated);
		if (i & 2) {
			start(&w);
			run(&w, CLOCK_S);
		}
		keying_set_peer(w.endv[cheated].k, &fp, 1, w.now);
		if (!(i & 2))
			start(&w);
		run(&w, CLOCK_S);

		assert_int_equal(w.endv[cheated].up, 0);
		assert_int_equal(w.endv[cheated].down, 1);
		assert_int_equal(w.endv[cheated].err, EACCES);
		assert_non_null(strstr(w.endv[cheated].reason, "fingerprint"));
		assert_int_equal(w.endv[!cheated].down, 1);
		assert_int_equal(w.endv[!cheated].err, EPROTO);
		close_world(&w);
	}
}

static void test_keying_refuses_when_no_fingerprint_counts(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 8);
	know_peer(&w, 0);
	keying_set_peer(w.endv[1].k, NULL, 0, w.now);
	start(&w);
	run(&w, CLOCK_S);
	assert_int_equal(w.endv[1].up, 0);
	assert_int_equal(w.endv[1].err, EACCES);
	close_world(&w);
}

static void test_keying_repeats_a_lost_first_flight_soon(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 9);
	w.drop_first = 3;
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	run(&w, 10 * CLOCK_S);
	check_up(&w);
	assert_in_range(w.endv[0].up_at, START,
			START + (80 + 160 + 320 + 40) * CLOCK_MS);
	close_world(&w);
}

static void test_keying_gets_through_loss_and_reordering(void **state)
{
	uint64_t worst = 0;
	(void)state;

	for (uint32_t s = 0; s < 60; s++) {
		struct world w;

		open_world(&w, 100 + s);
		w.loss = 30;
		w.jitter = 60;
		know_peer(&w, 0);
		know_peer(&w, 1);
		start(&w);
		run(&w, KEYING_LIMIT);
		check_up(&w);
		for (unsigned i = 0; i < 2; i++) {
			if (w.endv[i].up_at - START > worst)
				worst = w.endv[i].up_at - START;
		}
		close_world(&w);
	}

	assert_in_range(worst, 0, 10 * CLOCK_S);
}

static void test_keying_gives_up_in_time(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 10);
	w.loss = 100;
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	run(&w, 2 * KEYING_LIMIT);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w.endv[i].up, 0);
		assert_int_equal(w.endv[i].down, 1);
		assert_int_equal(w.endv[i].err, ETIMEDOUT);
		assert_int_equal(w.endv[i].down_at, START + KEYING_LIMIT);
	}
	assert_in_range(w.sent, 20, 40);
	close_world(&w);
}

static void inject(struct world *w, unsigned to, const void *p, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);

	mbuf_write_mem(mb, p, len);
	mbuf_set_pos(mb, 0);
	keying_recv(w->endv[to].k, mb, w->now);
	mem_deref(mb);
}

static const uint8_t plain_alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0,
				       0,  0,	 99,   0, 2, 2, 40 };

static void test_keying_ignores_alerts_that_anybody_can_send(void **state)
{
	static const uint8_t second[] = {
		20,   0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0,	98, 0, 1, 1,  21,
		0xfe, 0xfd, 0,	  0, 0, 0, 0, 0, 0, 99, 0,  2, 2, 40,
	};
	struct world w;
	(void)state;

	open_world(&w, 11);
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	for (unsigned i = 0; i < 6; i++) {
		inject(&w, 0, plain_alert, sizeof(plain_alert));
		inject(&w, 1, plain_alert, sizeof(plain_alert));
		inject(&w, 1, second, sizeof(second));
		run(&w, DELAY);
	}
	run(&w, CLOCK_S);
	check_up(&w);
	assert_int_equal(w.endv[0].up_at, START + 4 * DELAY);
	close_world(&w);
}

static void test_keying_survives_a_false_hello(void **state)
{
	/* A hello of nothing: the library gives up, we begin again */
	static const uint8_t hello[] = {
		22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 1,
		0,  0,	  2,	0, 0, 0, 0, 0, 0, 0, 2, 1, 2,
	};
	struct world w;
	(void)state;

	open_world(&w, 12);
	know_peer(&w, 0);
	know_peer(&w, 1);
	keying_start(w.endv[1].k, w.now);
	inject(&w, 1, hello, sizeof(hello));
	run(&w, 10 * CLOCK_MS);
	assert_int_equal(w.endv[1].down, 0);
	keying_start(w.endv[0].k, w.now);
	run(&w, CLOCK_S);
	check_up(&w);
	close_world(&w);
}

static void test_keying_is_not_disturbed_once_up(void **state)
{
	struct world w;
	uint8_t garbage[200];
	(void)state;

	open_world(&w, 13);
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	run(&w, CLOCK_S);
	check_up(&w);

	for (unsigned i = 0; i < 2000; i++) {
		size_t len = 1 + dice() % sizeof(garbage);

		random_source(garbage, len, NULL);
		garbage[0] = (uint8_t)(20 + dice() % 6);
		if (len > 13 && i & 1) { /* A plausible record */
			garbage[1] = 0xfe;
			garbage[2] = 0xfd;
			garbage[3] = 0;
			garbage[4] = i & 2 ? 1 : 0;
			garbage[11] = 0;
			garbage[12] = (uint8_t)(len - 13);
		}
		inject(&w, i & 4 ? 1 : 0, garbage, len);
	}
	inject(&w, 0, plain_alert, sizeof(plain_alert));
	inject(&w, 1, plain_alert, sizeof(plain_alert));
	inject(&w, 1, mbuf_buf(w.first), mbuf_get_left(w.first));
	run(&w, 60 * CLOCK_S);
	check_up(&w);

	/* And still the channel works */
	keying_close(w.endv[0].k, w.now);
	run(&w, CLOCK_S);
	assert_int_equal(w.endv[1].down, 1);
	assert_int_equal(w.endv[1].err, 0);
	assert_int_equal(w.endv[0].down, 0);
	close_world(&w);
}

static void test_keying_may_be_freed_by_its_handlers(void **state)
{
	struct fingerprint fp;
	struct world w;
	(void)state;

	open_world(&w, 14);
	w.endv[0].free_it = w.endv[1].free_it = true;
	know_peer(&w, 0);
	know_peer(&w, 1);
	start(&w);
	run(&w, CLOCK_S);
	assert_null(w.endv[0].k);
	assert_null(w.endv[1].k);
	assert_int_equal(w.endv[0].up, 1);
	assert_int_equal(w.endv[1].up, 1);
	close_world(&w);

	open_world(&w, 15);
	w.endv[0].free_it = w.endv[1].free_it = true;
	fp = *identity_fingerprint(w.idv[0]);
	keying_set_peer(w.endv[0].k, &fp, 1, w.now); /* Our own: wrong */
	know_peer(&w, 1);
	start(&w);
	run(&w, CLOCK_S);
	assert_null(w.endv[0].k);
	assert_int_equal(w.endv[0].err, EACCES);
	close_world(&w);
}

/* Two clients, or two servers, never agree, and end */
static void test_keying_ends_when_both_have_the_same_role(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		enum keying_role role = i ? KEYING_SERVER : KEYING_CLIENT;
		struct world w;

		open_world(&w, 16 + i);
		mem_deref(w.endv[!i].k);
		open_end(&w, !i, role);
		know_peer(&w, 0);
		know_peer(&w, 1);
		start(&w);
		run(&w, KEYING_LIMIT);
		assert_int_equal(w.endv[0].err, ETIMEDOUT);
		assert_int_equal(w.endv[1].err, ETIMEDOUT);
		assert_in_range(w.sent, 0, 400);
		close_world(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keying_agrees_on_keys_in_two_round_trips),
		cmocka_unit_test(
			test_keying_holds_keys_until_the_fingerprint_is_known),
		cmocka_unit_test(test_keying_refuses_a_wrong_fingerprint),
		cmocka_unit_test(
			test_keying_refuses_when_no_fingerprint_counts),
		cmocka_unit_test(test_keying_repeats_a_lost_first_flight_soon),
		cmocka_unit_test(test_keying_gets_through_loss_and_reordering),
		cmocka_unit_test(test_keying_gives_up_in_time),
		cmocka_unit_test(
			test_keying_ignores_alerts_that_anybody_can_send),
		cmocka_unit_test(test_keying_survives_a_false_hello),
		cmocka_unit_test(test_keying_is_not_disturbed_once_up),
		cmocka_unit_test(test_keying_may_be_freed_by_its_handlers),
		cmocka_unit_test(test_keying_ends_when_both_have_the_same_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
