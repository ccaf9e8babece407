/**
 * @file app/soundloan.c  Sound loan
 */
#include "app/soundloan.h"

struct loan {
	struct sound sound; /* First, for struct sound * */
	struct sound *inner;
	sound_period_h *ph;
	sound_state_h *sh;
	void *arg;
	soundloan_recall_h *recallh; /* While it is lent */
	uint64_t last, gap, beats;
	bool open;
};

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct loan *l = arg;
	const uint64_t at = clock_now();

	if (at - l->last > l->gap)
		l->gap = at - l->last;
	l->last = at;
	++l->beats;
	l->ph(mic, spk, frames, now, l->arg);
}

static void state_handler(int err, void *arg)
{
	struct loan *l = arg;

	if (l->sh)
		l->sh(err, l->arg);
}

static int open_inner(struct loan *l, struct sound_format *fmt,
		      sound_period_h *ph, sound_state_h *sh, void *arg)
{
	l->ph = ph;
	l->sh = sh;
	l->arg = arg;
	l->last = clock_now();
	l->gap = l->beats = 0;
	return sound_start(l->inner, fmt, period_handler, state_handler, l);
}

static void recall(struct loan *l)
{
	soundloan_recall_h *h = l->recallh;

	if (!h)
		return;

	soundloan_return(&l->sound);
	h(l->arg);
}

static int start(struct sound *s, struct sound_format *fmt, sound_period_h *ph,
		 sound_state_h *sh, void *arg)
{
	struct loan *l = (struct loan *)s;
	int err;

	if (l->open)
		return EALREADY;

	recall(l);
	err = open_inner(l, fmt, ph, sh, arg);
	l->open = !err;
	return err;
}

static void stop(struct sound *s)
{
	struct loan *l = (struct loan *)s;

	if (l->open)
		sound_stop(l->inner);
	l->open = false;
}

static void heard(const struct sound *s, struct sound_heard *h)
{
	const struct loan *l = (const struct loan *)s;

	(void)sound_heard(l->inner, h);
}

static int print(struct re_printf *pf, const struct sound *s)
{
	return sound_print(pf, ((const struct loan *)s)->inner);
}

static int set_volume(struct sound *s, enum sound_side side,
		      const struct sound_volume *v)
{
	return sound_set_volume(((struct loan *)s)->inner, side, v);
}

static int get_volume(const struct sound *s, enum sound_side side,
		      struct sound_volume *v)
{
	return sound_get_volume(((const struct loan *)s)->inner, side, v);
}

static const struct sound_table table = {
	.start = start,
	.stop = stop,
	.print = print,
	.set_volume = set_volume,
	.get_volume = get_volume,
};

/* Of those that know what was heard */
static const struct sound_table hearing_table = {
	.start = start,
	.stop = stop,
	.heard = heard,
	.print = print,
	.set_volume = set_volume,
	.get_volume = get_volume,
};

static void loan_destructor(void *arg)
{
	struct loan *l = arg;

	recall(l);
	stop(&l->sound);
	mem_deref(l->inner);
}

int soundloan_alloc(struct sound **sp, struct sound *inner)
{
	struct loan *l = mem_zalloc(sizeof(*l), loan_destructor);

	if (!l)
		return ENOMEM;

	l->sound.table = inner->table->heard ? &hearing_table : &table;
	l->inner = mem_ref(inner);
	*sp = &l->sound;
	return 0;
}

int soundloan_borrow(struct sound *s, struct sound_format *fmt,
		     sound_period_h *ph, soundloan_recall_h *recallh, void *arg)
{
	struct loan *l = (struct loan *)s;
	int err;

	if (l->open)
		return EBUSY;
	if (l->recallh)
		return EALREADY;

	err = open_inner(l, fmt, ph, NULL, arg);
	l->recallh = err ? NULL : recallh;
	return err;
}

void soundloan_return(struct sound *s)
{
	struct loan *l = (struct loan *)s;

	if (!l->recallh)
		return;

	l->recallh = NULL;
	sound_stop(l->inner);
}

void soundloan_figures_peek(const struct sound *s, struct soundloan_figures *f)
{
	const struct loan *l = (const struct loan *)s;

	f->open = l->open;
	f->gap = l->gap;
	f->last = l->last;
	f->beats = l->beats;
}

void soundloan_figures(struct sound *s, struct soundloan_figures *f)
{
	struct loan *l = (struct loan *)s;

	soundloan_figures_peek(s, f);
	l->gap = 0;
}
