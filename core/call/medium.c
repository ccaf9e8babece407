/**
 * @file core/call/medium.c  Medium
 */
#include "core/call/medium.h"

enum {
	PT_FIRST = 111,	    /* First dynamic type, as browsers have it    */
	PT_EVENT_48K = 110, /* telephone-event: wishes, as browsers do it */
	PT_EVENT_8K = 126,
	CLOCK_48K = 48000,
	CLOCK_8K = 8000,
	PTIME_MIN = 10, /* [ms] */
};

/* Events 0 to 15: the keys of a telephone (RFC 4733 section 7.1.1) */
static const char event_fmtp[] = "0-15";

static void add(struct medium *m, const char *name, uint32_t clock,
		unsigned channels, uint8_t pt, const char *fmtp)
{
	struct offer_codec *c;

	if (m->codecc == ARRAY_SIZE(m->codecv))
		return;

	c = &m->codecv[m->codecc++];
	c->name = name;
	c->rate = clock;
	c->channels = (uint8_t)channels;
	c->pt = pt;
	c->fmtp = fmtp;
}

int medium_audio(struct medium *m, const struct config *cfg)
{
	uint8_t dynamic = PT_FIRST;
	bool wide = false, narrow = false;
	struct pl name;

	memset(m, 0, sizeof(*m));

	for (unsigned i = 0; config_item(cfg, "audio", "codecs", i, &name);
	     i++) {
		const struct codec_type *t = codec_find(&name, 0, 0);

		if (!t)
			continue;
		add(m, t->name, t->clock, t->channels,
		    t->pt == CODEC_NO_PT ? dynamic++ : t->pt, t->fmtp);
		wide |= t->clock == CLOCK_48K;
		narrow |= t->clock == CLOCK_8K;
	}

	if (!m->codecc)
		return ENOENT;
	if (wide)
		add(m, "telephone-event", CLOCK_48K, 1, PT_EVENT_48K,
		    event_fmtp);
	if (narrow)
		add(m, "telephone-event", CLOCK_8K, 1, PT_EVENT_8K, event_fmtp);

	return 0;
}

/* All that were agreed; first the one with the clock of the codec sent */
static void agree_digits(struct audio_media *am, const struct offer_media *om)
{
	for (size_t i = 0; i < om->eventc && am->eventc < AUDIO_EVENTS; i++) {
		const struct offer_agreed *ev = &om->eventv[i];
		struct audio_event *e = &am->eventv[am->eventc];

		if (str_casecmp(ev->codec->name, "telephone-event"))
			continue;
		++am->eventc;
		e->pt = ev->pt_send;
		e->pt_recv = ev->pt_recv;
		e->clock = ev->codec->rate;
		if (e->clock == am->codecv[0].type->clock) {
			const struct audio_event first = am->eventv[0];

			am->eventv[0] = *e;
			*e = first;
		}
	}
}

int medium_agreed(struct audio_media *am, const struct offer_media *om,
		  const struct config *cfg)
{
	const uint32_t bitrate = (uint32_t)config_number(cfg, "audio",
							 "bitrate");

	memset(am, 0, sizeof(*am));

	for (size_t i = 0; i < om->agreedc && am->codecc < AUDIO_CODECS; i++) {
		const struct offer_agreed *ag = &om->agreedv[i];
		struct audio_codec *ac = &am->codecv[am->codecc];
		struct pl name, fmtp;

		pl_set_str(&name, ag->codec->name);
		pl_set_str(&fmtp, ag->fmtp);
		ac->type = codec_find(&name, ag->codec->rate,
				      ag->codec->channels);
		if (!ac->type)
			continue;
		ac->pt = ag->pt_send;
		ac->pt_recv = ag->pt_recv;
		ac->prm.bitrate = bitrate;
		ac->prm.no_fec = !config_bool(cfg, "audio", "fec");
		codec_params_decode(&ac->prm, ac->type, &fmtp);
		++am->codecc;
	}

	if (!am->codecc)
		return ENOENT;

	agree_digits(am, om);

	am->ptime = (unsigned)(config_number(cfg, "audio", "ptime") / CLOCK_MS);
	if (om->remote && om->remote->ptime >= PTIME_MIN)
		am->ptime = MIN(om->remote->ptime, (uint32_t)CODEC_PTIME_MAX);
	return 0;
}
