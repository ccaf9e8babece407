/**
 * @file core/media/capture.c  Capture
 */
#include <assert.h>
#include "core/media/capture.h"
#include "core/base/resampler.h"

enum {
	MS_PER_S = 1000
};

struct capture {
	struct resampler *resampler; /* NULL when the rates are equal  */
	unsigned frame;		     /* A packet time [samples]        */
	unsigned have;		     /* Samples in `pcm`               */
	int16_t *pcm;		     /* A frame and a period           */
	capture_frame_h *h;
	void *arg;
};

static void capture_destructor(void *arg)
{
	struct capture *c = arg;

	mem_deref(c->resampler);
	mem_deref(c->pcm);
}

int capture_alloc(struct capture **cp, const struct sound_format *sound,
		  uint32_t rate, unsigned ptime, capture_frame_h *h, void *arg)
{
	unsigned room = sound->period;
	struct capture *c;
	int err = 0;

	c = mem_zalloc(sizeof(*c), capture_destructor);
	if (!c)
		return ENOMEM;

	c->frame = (unsigned)((uint64_t)rate * ptime / MS_PER_S);
	c->h = h;
	c->arg = arg;
	if (rate != sound->rate) {
		err = resampler_alloc(&c->resampler, sound->rate, rate,
				      sound->period, false);
		if (err)
			goto out;
		room = resampler_room(c->resampler, sound->period);
	}

	c->pcm = mem_alloc((c->frame + room) * sizeof(*c->pcm), NULL);
	err = c->pcm ? 0 : ENOMEM;

out:
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

/* To the samples that are there; returns how many it made of them */
static unsigned take(struct capture *c, const int16_t *pcm, unsigned n)
{
	int16_t *end = c->pcm + c->have;

	if (c->resampler)
		n = resampler_put(c->resampler, pcm, n, end);
	else
		memcpy(end, pcm, n * sizeof(*pcm));

	c->have += n;
	return n;
}

static void drop(struct capture *c, unsigned n)
{
	c->have -= n;
	memmove(c->pcm, c->pcm + n, c->have * sizeof(*c->pcm));
}

void capture_put(struct capture *c, const int16_t *pcm, unsigned n,
		 uint64_t now)
{
	(void)take(c, pcm, n);

	while (c->have >= c->frame) {
		c->h(c->pcm, c->frame, now, c->arg);
		drop(c, c->frame);
	}
}

void capture_hold(struct capture *c, const int16_t *pcm, unsigned n)
{
	const unsigned got = take(c, pcm, n);
	const unsigned keep = c->frame > got ? c->frame - got : 0;

	if (c->have > keep)
		drop(c, c->have - keep);
}

void capture_silence(struct capture *c)
{
	memset(c->pcm, 0, c->have * sizeof(*c->pcm));
}

void capture_reset(struct capture *c)
{
	c->have = 0;
}
