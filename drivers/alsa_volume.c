/**
 * @file drivers/alsa_volume.c  ALSA volume
 *
 * Of a card with a wide range 60 dB less are a tenth, and its least step is 0.
 */
#include <math.h>
#include <stdlib.h>
#include "drivers/alsa_volume.h"

enum {
	TENTH = 6000,  /* [dB/100] alsamixer(1), alsa-utils 1.2 */
	NARROW = 2400, /* As much is proportional [dB/100], the same */
	BASE = 10,
};

static bool is_narrow(const struct alsa_volume_range *r)
{
	return r->db_max - r->db_min <= NARROW;
}

/* How loud the least is, of 1 */
static double floor_of(const struct alsa_volume_range *r)
{
	if (r->db_min <= ALSA_VOLUME_SILENT)
		return 0;

	return pow(BASE, (double)(r->db_min - r->db_max) / TENTH);
}

long alsa_volume_db(const struct alsa_volume_range *r, unsigned percent)
{
	const double part = (double)MIN(percent, (unsigned)ALSA_VOLUME_MAX) /
			    ALSA_VOLUME_MAX;
	const double least = floor_of(r);

	if (is_narrow(r))
		return r->db_min +
		       lround(part * (double)(r->db_max - r->db_min));
	if (!percent)
		return r->db_min;

	return r->db_max + lround(TENTH * log10(least + part * (1 - least)));
}

static unsigned clip(double percent)
{
	return (unsigned)lround(fmin(fmax(percent, 0), ALSA_VOLUME_MAX));
}

unsigned alsa_volume_percent(const struct alsa_volume_range *r, long db)
{
	const double least = floor_of(r);

	if (r->db_min == r->db_max)
		return ALSA_VOLUME_MAX;
	if (is_narrow(r))
		return clip((double)(db - r->db_min) * ALSA_VOLUME_MAX /
			    (double)(r->db_max - r->db_min));

	return clip((pow(BASE, (double)(db - r->db_max) / TENTH) - least) /
		    (1 - least) * ALSA_VOLUME_MAX);
}

long alsa_volume_step(const struct alsa_volume_range *r, unsigned percent)
{
	return r->min + lround((double)(r->max - r->min) *
			       MIN(percent, (unsigned)ALSA_VOLUME_MAX) /
			       ALSA_VOLUME_MAX);
}

unsigned alsa_volume_of_step(const struct alsa_volume_range *r, long step)
{
	if (r->min == r->max)
		return ALSA_VOLUME_MAX;

	return clip((double)(step - r->min) * ALSA_VOLUME_MAX /
		    (double)(r->max - r->min));
}

unsigned alsa_volume_rank(enum sound_side side, const char *name)
{
	/* As HDA, USB cards, HATs and the Raspberry Pi's own have them */
	static const char *const namev[SOUND_SIDES][8] = {
		[SOUND_MICROPHONE] = { "Capture", "Mic", "Headset", "ADC",
				       "Digital", "Front Mic", "Internal Mic",
				       "Line" },
		[SOUND_SPEAKER] = { "Master", "Speaker", "PCM", "Headset",
				    "Headphone", "Playback", "Digital", "DAC" },
	};
	unsigned i = 0;

	while (i < ARRAY_SIZE(namev[side]) && strcmp(namev[side][i], name))
		++i;
	return i;
}

bool alsa_volume_is(const char *asked, const char *name, unsigned index)
{
	const size_t n = strlen(name);

	if (strncmp(asked, name, n))
		return false;
	if (!asked[n])
		return index == 0;

	return asked[n] == ',' && asked[n + 1] &&
	       !asked[n + 1 + strspn(asked + n + 1, "0123456789")] &&
	       strtoul(asked + n + 1, NULL, BASE) == index;
}
