/**
 * @file app/answer.c  Answer
 */
#include <stdarg.h>
#include "app/answer.h"

enum {
	SIZE = 256, /* Usual size of a text [bytes] */
};

struct answer {
	struct answer_handlers h;
	answer_stop_h *stoph;
	void *arg;
	bool running, screen;
};

int answer_alloc(struct answer **ap, const struct answer_handlers *h)
{
	struct answer *a = mem_zalloc(sizeof(*a), NULL);

	if (!a)
		return ENOMEM;

	a->h = *h;
	*ap = a;
	return 0;
}

void answer_begin(struct answer *a, bool screen, answer_stop_h *stoph,
		  void *arg)
{
	a->stoph = stoph;
	a->arg = arg;
	a->screen = screen;
	a->running = true;
}

void answer_say(struct answer *a, const char *fmt, ...)
{
	struct mbuf *mb;
	va_list ap;
	int err;

	if (!a || !a->running)
		return;

	mb = mbuf_alloc(SIZE);
	if (!mb)
		return;

	va_start(ap, fmt);
	err = mbuf_vprintf(mb, fmt, ap);
	va_end(ap);
	if (!err)
		a->h.texth((const char *)mb->buf, mb->end, a->h.arg);
	mem_deref(mb);
}

bool answer_room(const struct answer *a)
{
	return a->running && (!a->h.roomh || a->h.roomh(a->h.arg));
}

void answer_end(struct answer *a, int err)
{
	if (!a || !a->running)
		return;

	a->running = false;
	a->h.endh(err, a->h.arg);
}

void answer_stop(struct answer *a)
{
	if (!a || !a->running)
		return;

	a->running = false;
	a->stoph(a->arg);
}

bool answer_running(const struct answer *a)
{
	return a && a->running;
}

bool answer_screen(const struct answer *a)
{
	return answer_running(a) && a->screen;
}
