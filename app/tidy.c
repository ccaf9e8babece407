/**
 * @file app/tidy.c  Tidy
 */
#include <malloc.h>
#include "app/tidy.h"
#include "core/base/loop.h"

enum {
	DELAY = 40 * CLOCK_S, /* After the call; 32 s and a margin, ours */
	ARENAS = 1,	      /* The codecs' threads seldom allocate */
	LARGE = 131072,	      /* From here on a block is not in the heap, where
			   glibc would have it when the first such block
			   was freed, and is the kernel's again once it is
			   freed: a codec's pictures, a camera's [bytes] */
};

struct tidy {
	struct event_listener *listener;
	struct loop_timer timer;
};

static void tidy_destructor(void *arg)
{
	struct tidy *t = arg;

	loop_timer_cancel(&t->timer);
	mem_deref(t->listener);
}

static void timer_handler(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	(void)malloc_trim(0);
}

/* The first call starts the time, lest calls in a row put it off forever */
static void event_handler(const struct event *ev, void *arg)
{
	struct tidy *t = arg;

	if (ev->type != EVENT_TERMINATED || str_cmp(ev->session, "call") ||
	    loop_timer_armed(&t->timer))
		return;

	loop_timer_arm(&t->timer, clock_now() + DELAY);
}

int tidy_alloc(struct tidy **tp, struct event_bus *events)
{
	struct tidy *t;
	int err;

	t = mem_zalloc(sizeof(*t), tidy_destructor);
	if (!t)
		return ENOMEM;

	(void)mallopt(M_ARENA_MAX, ARENAS);
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	loop_timer_init(&t->timer, "tidy", timer_handler, t);
	err = event_listen(&t->listener, events, event_handler, t);
	if (err)
		mem_deref(t);
	else
		*tp = t;
	return err;
}
