/**
 * @file core/call/voice.c  Voice
 */
#include <math.h>
#include "core/base/log.h"
#include "core/call/voice.h"

enum {
	RINGBACK_HZ = 425,
	RINGBACK_ON = 1,    /* [s] */
	RINGBACK_CYCLE = 5, /* On and off [s] */
	TONE_PEAK = 2900,   /* -21 dBFS: clearly there, not loud, ours */
};

struct voice {
	struct sound *sound;
	struct sound_format fmt;
	struct list users; /* struct voice_user, the front one is the tail */
	struct event_bus *events;
	char *device;
	enum voice_tone tone;
	const void *owner; /* Of the tone, never looked into */
	uint64_t played;   /* Of the tone [samples] */
	bool open;
	bool lost;
	int16_t *silence; /* A period, for users that are not in front */
	int16_t *nowhere; /* The same, for what they play              */
};

static void voice_destructor(void *arg)
{
	struct voice *v = arg;

	list_clear(&v->users);
	if (v->open)
		sound_stop(v->sound);
	mem_deref(v->silence);
	mem_deref(v->nowhere);
	mem_deref(v->sound);
	mem_deref(v->device);
}

static void play_tone(struct voice *v, int16_t *spk, unsigned frames)
{
	const double w = 2.0 * M_PI * RINGBACK_HZ / v->fmt.rate;
	const uint64_t cycle = (uint64_t)v->fmt.rate * RINGBACK_CYCLE;
	const uint64_t on = (uint64_t)v->fmt.rate * RINGBACK_ON;

	for (unsigned i = 0; i < frames; i++) {
		uint64_t t = v->played++ % cycle;
		int16_t s = 0;

		if (t < on)
			s = (int16_t)(TONE_PEAK * sin(w * (double)t));
		for (unsigned c = 0; c < v->fmt.channels; c++)
			*spk++ = s;
	}
}

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct voice *v = arg;
	struct voice_user *front = list_ledata(list_tail(&v->users));
	struct le *le = v->users.head;

	if (!front && v->tone)
		play_tone(v, spk, frames);

	/* A heartbeat may detach its own user, never another one */
	while (le) {
		struct voice_user *u = le->data;

		le = le->next;
		if (u == front)
			u->h(mic, spk, frames, now, u->arg);
		else
			u->h(v->silence, v->nowhere, frames, now, u->arg);
	}
}

static void state_handler(int err, void *arg)
{
	struct voice *v = arg;

	v->lost = err != 0;
	if (err)
		log_warning("voice: %s is gone: %m; calls go on in silence\n",
			    v->device, err);
	else
		log_info("voice: %s is back\n", v->device);

	event_emit(v->events, err ? EVENT_DEVICE_LOST : EVENT_DEVICE_BACK, NULL,
		   0, "device:s", v->device);
}

int voice_alloc(struct voice **vp, struct sound *sound, const char *name,
		struct event_bus *events)
{
	struct voice *v;

	v = mem_zalloc(sizeof(*v), voice_destructor);
	if (!v)
		return ENOMEM;

	v->events = events;
	v->sound = mem_ref(sound);
	if (str_dup(&v->device, name)) {
		mem_deref(v);
		return ENOMEM;
	}

	*vp = v;
	return 0;
}

static int make_aside(struct voice *v)
{
	size_t size = sizeof(int16_t) * v->fmt.period * v->fmt.channels;

	mem_deref(v->silence);
	mem_deref(v->nowhere);
	v->silence = mem_zalloc(size, NULL);
	v->nowhere = mem_zalloc(size, NULL);
	return v->silence && v->nowhere ? 0 : ENOMEM;
}

static int device_open(struct voice *v)
{
	int err;

	if (v->open)
		return 0;

	err = sound_start(v->sound, &v->fmt, period_handler, state_handler, v);
	if (err) {
		log_warning("voice: cannot open %s: %m\n", v->device, err);
		return err;
	}

	err = make_aside(v);
	if (err) {
		sound_stop(v->sound);
		return err;
	}

	v->open = true;
	v->lost = false;
	return 0;
}

static void device_close_if_idle(struct voice *v)
{
	if (!v->open || v->tone || !list_isempty(&v->users))
		return;

	sound_stop(v->sound);
	v->open = false;
}

int voice_attach(struct voice *v, struct voice_user *u, sound_period_h *h,
		 void *arg, struct sound_format *fmt)
{
	int err;

	if (u->le.list)
		return EALREADY;

	err = device_open(v);
	if (err)
		return err;

	u->h = h;
	u->arg = arg;
	*fmt = v->fmt;
	list_append(&v->users, &u->le, u);
	return 0;
}

void voice_detach(struct voice *v, struct voice_user *u)
{
	if (!u->le.list)
		return;

	list_unlink(&u->le);
	device_close_if_idle(v);
}

void voice_front(struct voice *v, struct voice_user *u)
{
	if (!u->le.list)
		return;

	list_unlink(&u->le);
	list_append(&v->users, &u->le, u);
}

int voice_tone(struct voice *v, const void *owner, enum voice_tone tone)
{
	int err = 0;

	if (!tone && owner != v->owner)
		return 0;
	if (tone == v->tone) {
		v->owner = owner;
		return 0;
	}

	if (tone) {
		err = device_open(v);
		if (err)
			return err;
	}

	v->tone = tone;
	v->owner = tone ? owner : NULL;
	v->played = 0;
	device_close_if_idle(v);
	return 0;
}

int voice_heard(const struct voice *v, struct sound_heard *heard)
{
	return sound_heard(v->sound, heard);
}

int voice_print(struct re_printf *pf, const struct voice *v)
{
	return re_hprintf(pf, "sound %s %s%s %H", v->device,
			  v->open ? "open" : "closed", v->lost ? " (lost)" : "",
			  sound_print, v->sound);
}
