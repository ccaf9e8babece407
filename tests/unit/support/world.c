/**
 * @file tests/unit/support/world.c  World
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "tests/unit/support/world.h"

static uint32_t seed;

unsigned world_dice(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

void world_random(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	while (n--)
		*p++ = (uint8_t)world_dice();
}

static void put_on_link(struct world *w, unsigned to, struct mbuf *mb)
{
	uint64_t at = w->now + WORLD_DELAY;

	if (mbuf_get_left(mb) > w->longest)
		w->longest = mbuf_get_left(mb);
	if (w->sent++ < w->drop_first || world_dice() % 100 < w->loss)
		return;

	if (w->jitter)
		at += world_dice() % (w->jitter * CLOCK_MS);

	for (unsigned i = 0; i < WORLD_QUEUE; i++) {
		struct world_packet *p = &w->packetv[i];

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
	struct world_end *e = arg;

	assert_int_equal(mb->pos, KEYING_HEADROOM);
	if (!e->w->first)
		e->w->first = mem_ref(mb);
	put_on_link(e->w, !e->self, mb);
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	struct world_end *e = arg;

	++e->up;
	e->up_at = now;
	e->keys = *keys;
	if (e->free_it)
		e->k = mem_deref(e->k);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct world_end *e = arg;

	++e->down;
	e->down_at = now;
	e->err = err;
	str_ncpy(e->reason, reason, sizeof(e->reason));
	if (e->free_it)
		e->k = mem_deref(e->k);
}

static void open_end(struct world *w, unsigned i, enum keying_role role)
{
	struct world_end *e = &w->endv[i];

	e->w = w;
	e->self = i;
	assert_int_equal(keying_alloc(&e->k, role, w->idv[i], send_handler,
				      up_handler, down_handler, e),
			 0);
}

void world_open(struct world *w, uint32_t s)
{
	memset(w, 0, sizeof(*w));
	w->blocks = test_blocks();
	seed = s;
	entropy_set_source(world_random, NULL);
	w->now = WORLD_START;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(identity_alloc(&w->idv[i]), 0);

	open_end(w, 0, KEYING_CLIENT);
	open_end(w, 1, KEYING_SERVER);
}

void world_know(struct world *w, unsigned i)
{
	keying_set_peer(w->endv[i].k, identity_fingerprint(w->idv[!i]), 1,
			w->now);
}

void world_start(struct world *w)
{
	keying_start(w->endv[1].k, w->now);
	keying_start(w->endv[0].k, w->now);
}

void world_close(struct world *w)
{
	static bool warm; /* What libraries make once has been made */

	for (unsigned i = 0; i < 2; i++) {
		mem_deref(w->endv[i].k);
		mem_deref(w->idv[i]);
	}
	for (unsigned i = 0; i < WORLD_QUEUE; i++)
		mem_deref(w->packetv[i].mb);
	mem_deref(w->first);
	entropy_set_source(NULL, NULL);
	if (warm)
		assert_int_equal(test_blocks(), w->blocks);
	warm = true;
}

static struct world_packet *next_packet(struct world *w)
{
	struct world_packet *first = NULL;

	for (unsigned i = 0; i < WORLD_QUEUE; i++) {
		struct world_packet *p = &w->packetv[i];

		if (p->mb && (!first || p->at < first->at))
			first = p;
	}

	return first;
}

static void deliver(struct world *w, struct world_packet *p)
{
	struct mbuf *mb = p->mb;

	p->mb = NULL;
	if (w->endv[p->to].k)
		keying_recv(w->endv[p->to].k, mb, w->now);
	mem_deref(mb);
}

static uint64_t due(const struct world_end *e)
{
	return e->k ? keying_due(e->k) : CLOCK_NEVER;
}

void world_run(struct world *w, uint64_t time)
{
	uint64_t end = w->now + time;

	for (;;) {
		struct world_packet *p = next_packet(w);
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

void world_check_up(struct world *w)
{
	static const uint8_t zero[KEYING_KEY];
	struct world_end *c = &w->endv[0], *s = &w->endv[1];

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w->endv[i].up, 1);
		assert_int_equal(w->endv[i].down, 0);
	}

	assert_memory_equal(c->keys.tx, s->keys.rx, KEYING_KEY);
	assert_memory_equal(c->keys.rx, s->keys.tx, KEYING_KEY);
	assert_memory_not_equal(c->keys.rx, c->keys.tx, KEYING_KEY);
	assert_memory_not_equal(c->keys.rx, zero, KEYING_KEY);
}

void world_replace(struct world *w, unsigned i, enum keying_role role)
{
	mem_deref(w->endv[i].k);
	open_end(w, i, role);
}

void world_inject(struct world *w, unsigned to, const void *p, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);

	mbuf_write_mem(mb, p, len);
	mbuf_set_pos(mb, 0);
	keying_recv(w->endv[to].k, mb, w->now);
	mem_deref(mb);
}
