/**
 * @file core/net/linkwatch.c  Linkwatch
 */
#include "core/base/loop.h"
#include "core/net/homes.h"
#include "core/net/linkwatch.h"

struct linkwatch {
	const struct network *net;
	void *watch;
	struct loop_timer timer;
	uint32_t hash; /* Of the addresses that were seen last */
	bool routed;   /* The default route has changed since  */
	linkwatch_h *h;
	void *arg;
};

static void linkwatch_destructor(void *arg)
{
	struct linkwatch *l = arg;

	loop_timer_cancel(&l->timer);
	mem_deref(l->watch);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct linkwatch *l = arg;
	uint32_t hash = homes_hash(l->net);
	bool changed = l->routed || hash != l->hash;

	l->hash = hash;
	l->routed = false;
	if (changed)
		l->h(now, l->arg);
}

static void changed_handler(bool routed, uint64_t now, void *arg)
{
	struct linkwatch *l = arg;

	l->routed |= routed;
	if (!loop_timer_armed(&l->timer))
		loop_timer_arm(&l->timer, now + LINKWATCH_WAIT);
}

int linkwatch_alloc(struct linkwatch **lp, const struct network *n,
		    linkwatch_h *h, void *arg)
{
	struct linkwatch *l;
	int err;

	l = mem_zalloc(sizeof(*l), linkwatch_destructor);
	if (!l)
		return ENOMEM;

	l->net = n;
	l->h = h;
	l->arg = arg;
	loop_timer_init(&l->timer, "linkwatch", timer_handler, l);
	err = network_watch(&l->watch, n, changed_handler, l);
	if (err) {
		mem_deref(l);
		return err;
	}

	l->hash = homes_hash(n);
	*lp = l;
	return 0;
}
