/**
 * @file core/media/window.c  Window
 *
 * The values twice: in order of time, and sorted.
 */
#include <assert.h>
#include "core/media/window.h"

enum {
	PERCENT = 100
};

struct window {
	unsigned size, count;
	unsigned oldest;
	int64_t *timev;	  /* Ring, when full from `oldest` on */
	int64_t *sortedv; /* Ascending                        */
};

static void window_destructor(void *arg)
{
	struct window *w = arg;

	mem_deref(w->timev);
	mem_deref(w->sortedv);
}

int window_alloc(struct window **wp, unsigned size)
{
	struct window *w;

	assert(size);

	w = mem_zalloc(sizeof(*w), window_destructor);
	if (!w)
		return ENOMEM;

	w->size = size;
	w->timev = mem_zalloc(size * sizeof(*w->timev), NULL);
	w->sortedv = mem_zalloc(size * sizeof(*w->sortedv), NULL);
	if (!w->timev || !w->sortedv) {
		mem_deref(w);
		return ENOMEM;
	}

	*wp = w;
	return 0;
}

void window_reset(struct window *w)
{
	w->count = 0;
	w->oldest = 0;
}

/* The first that is not less */
static unsigned place_of(const struct window *w, int64_t value)
{
	unsigned lo = 0, hi = w->count;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (w->sortedv[mid] < value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void forget(struct window *w, int64_t value)
{
	unsigned i = place_of(w, value);

	--w->count;
	memmove(&w->sortedv[i], &w->sortedv[i + 1],
		(w->count - i) * sizeof(*w->sortedv));
}

void window_put(struct window *w, int64_t value)
{
	unsigned i;

	if (w->count == w->size) {
		forget(w, w->timev[w->oldest]);
		w->timev[w->oldest] = value;
		w->oldest = (w->oldest + 1) % w->size;
	} else {
		w->timev[w->count] = value;
	}

	i = place_of(w, value);
	memmove(&w->sortedv[i + 1], &w->sortedv[i],
		(w->count - i) * sizeof(*w->sortedv));
	w->sortedv[i] = value;
	++w->count;
}

unsigned window_count(const struct window *w)
{
	return w->count;
}

int64_t window_quantile(const struct window *w, unsigned percent)
{
	unsigned i;

	assert(percent <= PERCENT);

	if (!w->count)
		return 0;

	i = (w->count * percent + PERCENT - 1) / PERCENT;
	return w->sortedv[i ? i - 1 : 0];
}
