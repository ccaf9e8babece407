/**
 * @file drivers/eye.c  Eye
 *
 * Numbers of the pattern have 16 bits and are compared as signed distance.
 */
#include "drivers/eye.h"
#include "drivers/pattern.h"

enum {
	HALF = 0x8000, /* Of the numbers: from here on it is behind */
	MASK = 0xffff,
	DELAY_MAX = 60000, /* Else the clocks are not the same [ms], ours */
};

void eye_clear(struct eye *e)
{
	memset(e, 0, sizeof(*e));
}

static void read_number(struct eye *e, uint32_t number)
{
	const uint32_t step = (number - e->number) & MASK;

	if (e->read++) {
		if (!step || step >= HALF)
			++e->backwards;
		else
			e->missed += step - 1;
	}
	e->number = number;
}

static void read_pattern(struct eye *e, const struct frame *f)
{
	const uint32_t wall = (uint32_t)(clock_wall() / CLOCK_MS);
	uint32_t number, time;

	if (pattern_read(f, &number, &time))
		return;

	read_number(e, number);
	e->error = pattern_colour_error(f);
	e->delay = wall - time < DELAY_MAX ? wall - time : 0;
	if (e->delay > e->delay_max)
		e->delay_max = e->delay;
}

void eye_put(struct eye *e, const struct frame *f, uint64_t now)
{
	e->width = f->width;
	e->height = f->height;
	if (e->shown++ && now - e->since > e->freeze)
		e->freeze = now - e->since;
	e->since = now;
	read_pattern(e, f);
}

int eye_print(struct re_printf *pf, const struct eye *e)
{
	int err;

	err = re_hprintf(pf, "%ux%u shown=%u freeze=%llu ms", e->width,
			 e->height, e->shown,
			 (unsigned long long)(e->freeze / CLOCK_MS));
	if (!e->read)
		return err;

	err |= re_hprintf(pf,
			  " pattern=%u number=%u missed=%u backwards=%u "
			  "delay=%u ms worst=%u ms colours=%.1f %%",
			  e->read, e->number, e->missed, e->backwards, e->delay,
			  e->delay_max, e->error);
	return err;
}
