/**
 * @file core/call/voice.c  Voice
 */
#include "core/base/log.h"
#include "core/call/voice.h"

struct voice {
	struct sound *sound;
	struct sound_format fmt;
	struct list users; /* struct voice_user, the front one is the tail */
	struct event_bus *events;
	char *device;
	struct tones tones;
	bool open;
	bool lost;
	int16_t *silence; /* A period, for users that are not in front   */
	int16_t *aside;	  /* The same, for what one of several plays     */
	int32_t *sum;	  /* Of those that share                         */
	size_t room;	  /* Of each of the three [samples]              */
};

static void voice_destructor(void *arg)
{
	struct voice *v = arg;

	list_clear(&v->users);
	if (v->open)
		sound_stop(v->sound);
	mem_deref(v->silence);
	mem_deref(v->aside);
	mem_deref(v->sum);
	mem_deref(v->sound);
	mem_deref(v->device);
}

static void add(int32_t *sum, const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] += pcm[i];
}

/* Clipped, not wrapped */
static void clip(int16_t *pcm, const int32_t *sum, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pcm[i] = (int16_t)MAX(INT16_MIN, MIN(INT16_MAX, sum[i]));
}

static struct voice_user *front_of(const struct voice *v)
{
	return list_ledata(list_tail(&v->users));
}

/* A heartbeat may detach its own user, never another one */
static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct voice *v = arg;
	const struct voice_user *front = front_of(v);
	const bool together = !front || front->shared;
	const bool alone = together || front->behind;
	const size_t n = (size_t)frames * v->fmt.channels;
	struct le *le = v->users.head;

	memset(v->sum, 0, n * sizeof(*v->sum));
	while (le) {
		struct voice_user *u = le->data;
		const bool heard = together ? u->shared : u == front;

		le = le->next;
		memset(v->aside, 0, n * sizeof(*v->aside));
		u->h(heard ? mic : v->silence, v->aside, frames, now, u->arg);
		if (heard)
			add(v->sum, v->aside, n);
	}

	tones_play(&v->tones, v->sum, frames, &v->fmt, alone);
	clip(spk, v->sum, n);
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

/* Kept when they fit: the device may be opened anew within a heartbeat */
static int make_aside(struct voice *v)
{
	size_t n = (size_t)v->fmt.period * v->fmt.channels;

	if (n <= v->room)
		return 0;

	mem_deref(v->silence);
	mem_deref(v->aside);
	mem_deref(v->sum);
	v->silence = mem_zalloc(n * sizeof(*v->silence), NULL);
	v->aside = mem_zalloc(n * sizeof(*v->aside), NULL);
	v->sum = mem_zalloc(n * sizeof(*v->sum), NULL);
	v->room = v->silence && v->aside && v->sum ? n : 0;
	return v->room ? 0 : ENOMEM;
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
	if (!v->open || tones_any(&v->tones) || !list_isempty(&v->users))
		return;

	sound_stop(v->sound);
	v->open = false;
}

static bool shared(const struct le *le)
{
	const struct voice_user *u = le->data;

	return u->shared;
}

/* Who shares does not push away who does not */
static void put(struct voice *v, struct voice_user *u)
{
	struct le *le = v->users.tail;

	if (!u->shared) {
		list_append(&v->users, &u->le, u);
		return;
	}

	while (le && !shared(le))
		le = le->prev;
	if (le)
		list_insert_after(&v->users, le, &u->le, u);
	else
		list_prepend(&v->users, &u->le, u);
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
	u->behind = false;
	*fmt = v->fmt;
	put(v, u);
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

	u->behind = false;
	list_unlink(&u->le);
	list_append(&v->users, &u->le, u);
}

void voice_back(struct voice *v, struct voice_user *u)
{
	if (!u->le.list)
		return;

	u->behind = true;
	list_unlink(&u->le);
	list_prepend(&v->users, &u->le, u);
}

int voice_tone(struct voice *v, const void *owner, enum tones_kind tone)
{
	int err = 0;

	if (!tone)
		tones_end(&v->tones, owner);
	else
		err = device_open(v);
	if (!err && tone)
		err = tones_begin(&v->tones, owner, tone);

	device_close_if_idle(v);
	return err;
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
