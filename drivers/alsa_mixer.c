/**
 * @file drivers/alsa_mixer.c  ALSA mixer
 */
#include <limits.h>
#include "drivers/alsa_mixer.h"
#include "drivers/alsa_volume.h"

/* alsa-lib has each function twice, for playback and for capture */
struct ways {
	int (*has_volume)(snd_mixer_elem_t *elem);
	int (*has_switch)(snd_mixer_elem_t *elem);
	int (*range)(snd_mixer_elem_t *elem, long *min, long *max);
	int (*db_range)(snd_mixer_elem_t *elem, long *min, long *max);
	int (*get)(snd_mixer_elem_t *elem, snd_mixer_selem_channel_id_t channel,
		   long *step);
	int (*set)(snd_mixer_elem_t *elem, long step);
	int (*to_db)(snd_mixer_elem_t *elem, long step, long *db);
	int (*from_db)(snd_mixer_elem_t *elem, long db, int dir, long *step);
	int (*is_on)(snd_mixer_elem_t *elem,
		     snd_mixer_selem_channel_id_t channel, int *on);
	int (*turn)(snd_mixer_elem_t *elem, int on);
};

struct alsa_mixer {
	snd_mixer_t *mixer;
	snd_mixer_elem_t *elem;
	struct ways way;
	struct alsa_volume_range range;
	bool steps, decibels, switches;
};

static void mixer_destructor(void *arg)
{
	struct alsa_mixer *m = arg;

	if (m->mixer)
		(void)alsa.mixer_close(m->mixer);
}

static struct ways ways_of(enum sound_side side)
{
#define WAYS(x)                                                                \
	(struct ways)                                                          \
	{                                                                      \
		.has_volume = alsa.mixer_selem_has_##x##_volume,               \
		.has_switch = alsa.mixer_selem_has_##x##_switch,               \
		.range = alsa.mixer_selem_get_##x##_volume_range,              \
		.db_range = alsa.mixer_selem_get_##x##_dB_range,               \
		.get = alsa.mixer_selem_get_##x##_volume,                      \
		.set = alsa.mixer_selem_set_##x##_volume_all,                  \
		.to_db = alsa.mixer_selem_ask_##x##_vol_dB,                    \
		.from_db = alsa.mixer_selem_ask_##x##_dB_vol,                  \
		.is_on = alsa.mixer_selem_get_##x##_switch,                    \
		.turn = alsa.mixer_selem_set_##x##_switch_all,                 \
	}
	return side == SOUND_SPEAKER ? WAYS(playback) : WAYS(capture);
#undef WAYS
}

void alsa_mixer_card(char card[ALSA_MIXER_CARD], int number)
{
	snd_ctl_card_info_t *info;
	snd_ctl_t *ctl = NULL;

	if (number < 0) {
		str_ncpy(card, "default", ALSA_MIXER_CARD);
		return;
	}

	(void)re_snprintf(card, ALSA_MIXER_CARD, "hw:%d", number);
	info = memset(alloca(alsa.ctl_card_info_sizeof()), 0,
		      alsa.ctl_card_info_sizeof());
	if (alsa.ctl_open(&ctl, card, SND_CTL_NONBLOCK) < 0)
		return;
	if (alsa.ctl_card_info(ctl, info) >= 0)
		(void)re_snprintf(card, ALSA_MIXER_CARD, "hw:%s",
				  alsa.ctl_card_info_get_id(info));
	(void)alsa.ctl_close(ctl);
}

static bool usable(const struct ways *w, snd_mixer_elem_t *elem)
{
	return alsa.mixer_selem_is_active(elem) &&
	       (w->has_volume(elem) || w->has_switch(elem));
}

static void find(struct alsa_mixer *m, enum sound_side side, const char *asked)
{
	snd_mixer_elem_t *elem = alsa.mixer_first_elem(m->mixer);
	unsigned best = UINT_MAX;

	for (; elem; elem = alsa.mixer_elem_next(elem)) {
		const char *name = alsa.mixer_selem_get_name(elem);
		const unsigned rank = alsa_volume_rank(side, name);

		if (!usable(&m->way, elem))
			continue;
		if (asked && *asked) {
			if (alsa_volume_is(asked, name,
					   alsa.mixer_selem_get_index(elem)))
				m->elem = elem;
		} else if (rank < best && m->way.has_volume(elem)) {
			best = rank;
			m->elem = elem;
		}
	}
}

static void look(struct alsa_mixer *m)
{
	struct alsa_volume_range *r = &m->range;

	m->switches = m->way.has_switch(m->elem);
	m->steps = m->way.has_volume(m->elem) &&
		   m->way.range(m->elem, &r->min, &r->max) >= 0;
	m->decibels = m->steps &&
		      m->way.db_range(m->elem, &r->db_min, &r->db_max) >= 0 &&
		      r->db_min < r->db_max;
}

static int open_card(struct alsa_mixer *m, const char *card)
{
	int n;

	n = alsa.mixer_open(&m->mixer, 0);
	if (n >= 0)
		n = alsa.mixer_attach(m->mixer, card);
	if (n >= 0)
		n = alsa.mixer_selem_register(m->mixer, NULL, NULL);
	if (n >= 0)
		n = alsa.mixer_load(m->mixer);
	if (n == -ENOENT || n == -ENXIO)
		return ENODEV;
	return n < 0 ? -n : 0;
}

int alsa_mixer_open(struct alsa_mixer **mp, const char *card,
		    enum sound_side side, const char *asked)
{
	struct alsa_mixer *m;
	int err;

	m = mem_zalloc(sizeof(*m), mixer_destructor);
	if (!m)
		return ENOMEM;

	m->way = ways_of(side);
	err = open_card(m, card);
	if (!err)
		find(m, side, asked);
	if (!err && !m->elem)
		err = ENOTSUP;
	if (err) {
		mem_deref(m);
		return err;
	}

	look(m);
	*mp = m;
	return 0;
}

bool alsa_mixer_switches(const struct alsa_mixer *m)
{
	return m->switches;
}

/* @return SOUND_KEEP: the card does not say */
static int percent_of(struct alsa_mixer *m, long step)
{
	long db;

	if (!m->decibels)
		return (int)alsa_volume_of_step(&m->range, step);
	if (m->way.to_db(m->elem, step, &db) < 0)
		return SOUND_KEEP;

	return (int)alsa_volume_percent(&m->range, db);
}

int alsa_mixer_get(struct alsa_mixer *m, struct sound_volume *v)
{
	const unsigned index = alsa.mixer_selem_get_index(m->elem);
	const char *name = alsa.mixer_selem_get_name(m->elem);
	long step;
	int on;

	v->percent = v->muted = SOUND_KEEP;
	if (m->steps && m->way.get(m->elem, SND_MIXER_SCHN_MONO, &step) >= 0)
		v->percent = percent_of(m, step);
	if (m->switches && m->way.is_on(m->elem, SND_MIXER_SCHN_MONO, &on) >= 0)
		v->muted = !on;
	(void)re_snprintf(v->control, sizeof(v->control),
			  index ? "%s,%u" : "%s", name, index);
	return 0;
}

/* The nearest step; alsa-lib knows the one below */
static long step_of(struct alsa_mixer *m, int percent)
{
	long step;

	if (!m->decibels ||
	    m->way.from_db(m->elem,
			   alsa_volume_db(&m->range, (unsigned)percent), 0,
			   &step) < 0)
		return alsa_volume_step(&m->range, (unsigned)percent);

	if (step < m->range.max && abs(percent_of(m, step + 1) - percent) <
					   abs(percent_of(m, step) - percent))
		++step;
	return step;
}

int alsa_mixer_set(struct alsa_mixer *m, const struct sound_volume *v)
{
	const bool lowest = v->muted == 1 && !m->switches;
	int n = 0;

	if (!m->steps && (lowest || v->percent != SOUND_KEEP))
		return ENOTSUP;

	/* Never loud for a moment */
	if (v->muted == 1 && m->switches)
		n = m->way.turn(m->elem, 0);
	if (n >= 0 && lowest)
		n = m->way.set(m->elem, m->range.min);
	else if (n >= 0 && v->percent != SOUND_KEEP)
		n = m->way.set(m->elem, step_of(m, v->percent));
	if (n >= 0 && v->muted == 0 && m->switches)
		n = m->way.turn(m->elem, 1);
	return n < 0 ? -n : 0;
}

static int list_side(struct re_printf *pf, const char *card,
		     enum sound_side side)
{
	static const char *const namev[] = {
		[SOUND_MICROPHONE] = "microphone",
		[SOUND_SPEAKER] = "speaker",
	};
	const struct ways w = ways_of(side);
	struct alsa_mixer *m;
	struct sound_volume v;
	int err = 0;

	if (alsa_mixer_open(&m, card, side, NULL))
		return 0;

	m->elem = alsa.mixer_first_elem(m->mixer);
	for (; m->elem && !err; m->elem = alsa.mixer_elem_next(m->elem)) {
		if (usable(&w, m->elem) && !alsa_mixer_get(m, &v))
			err = re_hprintf(pf, "mixer %s: %s_control = %s\n",
					 card, namev[side], v.control);
	}
	mem_deref(m);
	return err;
}

int alsa_mixer_list(struct re_printf *pf, void *unused)
{
	char card[ALSA_MIXER_CARD];
	int number = -1, err = 0;
	(void)unused;

	if (alsa_lib_load())
		return 0;

	while (!err && alsa.card_next(&number) >= 0 && number >= 0) {
		alsa_mixer_card(card, number);
		err = list_side(pf, card, SOUND_SPEAKER);
		if (!err)
			err = list_side(pf, card, SOUND_MICROPHONE);
	}
	return err;
}
