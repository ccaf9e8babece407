/**
 * @file drivers/alsa_pace.c  ALSA pace
 */
#include "core/base/drift.h"
#include "core/base/resampler.h"
#include "drivers/alsa_pace.h"

static const double smooth = 0.02; /* Of each measure: half a second */

struct alsa_pace {
	struct sound_format fmt;
	struct resampler *chv[SOUND_CHANNELS_MAX];
	int16_t *in, *out; /* A period of one channel      */
	unsigned room;

	struct drift drift;
	double target, mean; /* What waits [us]             */
	uint64_t since;	     /* Of the mean; 0 none is [us] */
	bool settled;	     /* The target is known         */
	bool following;
};

static void pace_destructor(void *arg)
{
	struct alsa_pace *p = arg;

	for (unsigned ch = 0; ch < SOUND_CHANNELS_MAX; ch++)
		mem_deref(p->chv[ch]);
	mem_deref(p->in);
	mem_deref(p->out);
}

int alsa_pace_alloc(struct alsa_pace **pp, const struct sound_format *fmt,
		    uint32_t rate, uint32_t target)
{
	struct alsa_pace *p;
	int err = 0;

	p = mem_zalloc(sizeof(*p), pace_destructor);
	if (!p)
		return ENOMEM;

	p->fmt = *fmt;
	p->target = target;
	for (unsigned ch = 0; ch < fmt->channels && !err; ch++)
		err = resampler_alloc(&p->chv[ch], fmt->rate, rate, fmt->period,
				      true);
	if (err)
		goto out;

	p->room = resampler_room(p->chv[0], fmt->period);
	p->in = mem_alloc(fmt->period * sizeof(*p->in), NULL);
	p->out = mem_alloc(p->room * sizeof(*p->out), NULL);
	if (!p->in || !p->out)
		err = ENOMEM;

out:
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

unsigned alsa_pace_room(const struct alsa_pace *p)
{
	return p->room;
}

void alsa_pace_restart(struct alsa_pace *p)
{
	p->since = 0;
	p->drift.last = 0;
}

void alsa_pace_measure(struct alsa_pace *p, int64_t waiting, uint64_t now)
{
	double error;

	if (!p->since) {
		p->since = now;
		p->mean = (double)waiting;
	}
	p->mean += ((double)waiting - p->mean) * smooth;
	if (now - p->since < ALSA_PACE_SETTLE)
		return;

	if (!p->settled && p->mean > p->target)
		p->target = p->mean;
	p->settled = true;

	error = p->mean - p->target;
	if (!p->following && error < ALSA_PACE_START &&
	    error > -ALSA_PACE_START)
		return;

	p->following = true;
	(void)drift_put(&p->drift, (int64_t)error, now);
	for (unsigned ch = 0; ch < p->fmt.channels; ch++)
		resampler_set_speed(p->chv[ch], p->drift.speed);
}

unsigned alsa_pace_put(struct alsa_pace *p, const int16_t *spk, int16_t *out)
{
	const unsigned channels = p->fmt.channels;
	unsigned n = 0;

	for (unsigned ch = 0; ch < channels; ch++) {
		for (unsigned i = 0; i < p->fmt.period; i++)
			p->in[i] = spk[i * channels + ch];
		n = resampler_put(p->chv[ch], p->in, p->fmt.period, p->out);
		for (unsigned i = 0; i < n; i++)
			out[i * channels + ch] = p->out[i];
	}
	return n;
}

int alsa_pace_print(struct re_printf *pf, const struct alsa_pace *p)
{
	return re_hprintf(pf, "waiting=%d us%s clocks=%d ppm speed=%d ppm",
			  (int)p->mean, p->following ? " following" : "",
			  (int)p->drift.clocks, p->drift.speed);
}
