/**
 * @file drivers/alsa_knobs.c  ALSA knobs
 */
#include "core/base/log.h"
#include "drivers/alsa_knobs.h"
#include "drivers/alsa_mixer.h"

/* One direction */
struct knob {
	char *control;
	char card[ALSA_MIXER_CARD]; /* "": none was there yet */
	struct sound_volume wish;
	bool warned;
};

struct alsa_knobs {
	struct knob knobv[SOUND_SIDES];
};

static void knobs_destructor(void *arg)
{
	struct alsa_knobs *k = arg;

	for (unsigned i = 0; i < SOUND_SIDES; i++)
		mem_deref(k->knobv[i].control);
}

int alsa_knobs_alloc(struct alsa_knobs **kp,
		     const char *const controlv[SOUND_SIDES])
{
	struct alsa_knobs *k = mem_zalloc(sizeof(*k), knobs_destructor);
	int err = k ? 0 : ENOMEM;

	for (unsigned i = 0; i < SOUND_SIDES && !err; i++) {
		struct knob *knob = &k->knobv[i];

		knob->wish.percent = knob->wish.muted = SOUND_KEEP;
		err = str_dup(&knob->control, controlv[i] ? controlv[i] : "");
	}
	if (err)
		mem_deref(k);
	else
		*kp = k;
	return err;
}

static bool wishes(const struct knob *k)
{
	return k->wish.percent != SOUND_KEEP || k->wish.muted != SOUND_KEEP;
}

/* What has no switch is unmuted by its volume, which is to be known then */
static int turn(const struct knob *k, enum sound_side side,
		struct sound_volume *wish)
{
	struct alsa_mixer *m;
	struct sound_volume is;
	int err;

	err = alsa_mixer_open(&m, k->card, side, k->control);
	if (err)
		return err;

	if (wish->muted == 1 && wish->percent == SOUND_KEEP &&
	    !alsa_mixer_switches(m) && !alsa_mixer_get(m, &is))
		wish->percent = is.percent;
	err = alsa_mixer_set(m, wish);
	mem_deref(m);
	return err;
}

static void here(struct knob *k, enum sound_side side, int number)
{
	int err;

	alsa_mixer_card(k->card, number);
	if (!wishes(k))
		return;

	err = turn(k, side, &k->wish);
	if (err && !k->warned)
		log_warning("sound: %s: the %s's volume cannot be set%s%s: "
			    "%m\n",
			    k->card, sound_side_name(side),
			    *k->control ? " by " : "", k->control, err);
	k->warned = err != 0;
}

void alsa_knobs_here(struct alsa_knobs *k, const int numberv[SOUND_SIDES])
{
	for (unsigned i = 0; i < SOUND_SIDES; i++)
		here(&k->knobv[i], (enum sound_side)i, numberv[i]);
}

int alsa_knobs_set(struct alsa_knobs *ks, enum sound_side side,
		   const struct sound_volume *v)
{
	struct knob *k = &ks->knobv[side];
	struct sound_volume wish = k->wish;
	int err;

	if (v->percent != SOUND_KEEP) {
		wish.percent = v->percent;
		wish.muted = 0;
	}
	if (v->muted != SOUND_KEEP)
		wish.muted = v->muted;

	err = *k->card ? turn(k, side, &wish) : ENODEV;
	if (!err || err == ENODEV) {
		k->wish = wish;
		k->warned = false;
	}
	return err;
}

int alsa_knobs_get(const struct alsa_knobs *ks, enum sound_side side,
		   struct sound_volume *v)
{
	const struct knob *k = &ks->knobv[side];
	struct alsa_mixer *m;
	int err;

	if (!*k->card)
		return ENODEV;

	err = alsa_mixer_open(&m, k->card, side, k->control);
	if (err)
		return err;

	err = alsa_mixer_get(m, v);
	if (!alsa_mixer_switches(m) && k->wish.muted == 1) {
		v->muted = 1;
		v->percent = k->wish.percent;
	}
	mem_deref(m);
	return err;
}
