/**
 * @file core/media/delay.c  Delay
 */
#include "core/media/delay.h"
#include "core/media/window.h"

enum {
	MARGIN = 3 * CLOCK_MS,	/* A handler is late [us], ours             */
	START = 10 * CLOCK_MS,	/* Until enough transits are known [us]     */
	KNOWN = 50,		/* Transits that are enough, ours           */
	MEAN = 32,		/* Means are over so many pieces, ours      */
	LEAP = 15 * CLOCK_MS,	/* The mean follows at once [us], ours      */
	LOSS_SHIFT = 8,		/* The loss is over 256 packets             */
	LOSS_ONE = 1 << 16,	/* All lost                                 */
	LOSSY = LOSS_ONE / 100, /* Wait for FEC from here on, ours         */
	CLEAN = LOSS_ONE / 300, /* ... and no more from here on            */
	FEC_ROW = 256,		/* Packets without FEC: there is none, ours */
};

struct delay {
	struct window *window;
	uint32_t beat;
	bool following; /* offset and wait are valid         */
	int64_t offset, wait;
	int64_t target;
	uint32_t loss; /* Of LOSS_ONE                       */
	bool lossy;
	unsigned fec_row; /* Packets until FEC is not hoped for */
	int64_t piece;	  /* [us]                              */
};

static void delay_destructor(void *arg)
{
	struct delay *d = arg;

	mem_deref(d->window);
}

int delay_alloc(struct delay **dp, uint32_t beat)
{
	struct delay *d;
	int err;

	d = mem_zalloc(sizeof(*d), delay_destructor);
	if (!d)
		return ENOMEM;

	d->beat = beat;
	err = window_alloc(&d->window, DELAY_WINDOW);
	if (err)
		mem_deref(d);
	else
		*dp = d;
	return err;
}

void delay_reset(struct delay *d)
{
	window_reset(d->window);
	d->following = false;
	d->loss = 0;
	d->lossy = false;
	d->fec_row = 0;
}

static void set_target(struct delay *d)
{
	int64_t least = window_quantile(d->window, 0);
	int64_t most = window_quantile(d->window, DELAY_QUANTILE);

	if (most > least + DELAY_TARGET_MAX)
		most = least + DELAY_TARGET_MAX;

	d->target = most + d->beat + MARGIN;
	if (window_count(d->window) < KNOWN)
		d->target += START;
	if (d->lossy)
		d->target += d->piece;
}

void delay_put_transit(struct delay *d, int64_t transit)
{
	window_put(d->window, transit);
	set_target(d);
}

bool delay_known(const struct delay *d)
{
	return window_count(d->window) > 0;
}

void delay_put_loss(struct delay *d, bool missed, bool fec, int64_t piece)
{
	bool lossy = d->lossy;

	if (missed)
		d->loss += (LOSS_ONE - d->loss) >> LOSS_SHIFT;
	else
		d->loss -= d->loss >> LOSS_SHIFT;

	if (fec)
		d->fec_row = FEC_ROW;
	else if (d->fec_row)
		--d->fec_row;

	d->piece = piece;
	d->lossy = d->fec_row && d->loss > (lossy ? CLEAN : LOSSY);
	if (d->lossy != lossy)
		set_target(d);
}

static void follow(int64_t *mean, int64_t value, int64_t leap)
{
	int64_t off = value - *mean;

	if (off > leap || off < -leap)
		*mean = value;
	else
		*mean += off / MEAN;
}

void delay_follow(struct delay *d, int64_t offset, int64_t wait)
{
	follow(&d->offset, offset, d->following ? LEAP : 0);
	follow(&d->wait, wait, d->following ? DELAY_TARGET_MAX : 0);
	d->following = true;
}

void delay_shift(struct delay *d, int64_t us)
{
	d->offset += us;
}

void delay_jump(struct delay *d)
{
	d->following = false;
}

int64_t delay_target(const struct delay *d)
{
	return d->target;
}

int64_t delay_error(const struct delay *d)
{
	return d->following ? d->offset - d->target : 0;
}

uint32_t delay_mean(const struct delay *d)
{
	return d->wait > 0 ? (uint32_t)d->wait : 0;
}

uint32_t delay_wanted(const struct delay *d)
{
	int64_t us = d->target - window_quantile(d->window, 0);

	return us > 0 ? (uint32_t)us : 0;
}
