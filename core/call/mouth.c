/**
 * @file core/call/mouth.c  Mouth
 */
#include "core/call/mouth.h"

enum {
	MS_OF_S = 1000, /* [ms] */
};

int mouth_open(struct mouth *mo, struct music *m,
	       const struct sound_format *fmt)
{
	mo->fmt = *fmt;
	mo->pcm = mem_zalloc(
		(size_t)fmt->period * fmt->channels * sizeof(*mo->pcm), NULL);
	if (!mo->pcm)
		return ENOMEM;

	return m ? music_play(&mo->player, m, fmt->rate) : 0;
}

void mouth_close(struct mouth *mo)
{
	mo->player = mem_deref(mo->player);
	mo->pcm = mem_deref(mo->pcm);
	mo->sings = false;
	mo->left = 0;
}

void mouth_sing(struct mouth *mo, bool on)
{
	mo->sings = on && mo->player;
}

void mouth_tone(struct mouth *mo, enum tones_kind tone, unsigned ms)
{
	mo->tone = tone;
	mo->at = 0;
	mo->left = mo->pcm ? (uint64_t)mo->fmt.rate * ms / MS_OF_S : 0;
}

bool mouth_busy(const struct mouth *mo)
{
	return mo->sings || mo->left;
}

/* From the end on, as frames are longer than samples */
static void spread(int16_t *pcm, unsigned frames, unsigned channels)
{
	for (unsigned i = frames; channels > 1 && i--;) {
		for (unsigned c = channels; c--;)
			pcm[i * channels + c] = pcm[i];
	}
}

static void add_tone(struct mouth *mo, unsigned frames)
{
	const unsigned channels = mo->fmt.channels;

	for (unsigned i = 0; i < frames && mo->left; i++, mo->left--) {
		const int s = tones_sample(mo->tone, mo->fmt.rate, mo->at++);

		for (unsigned c = 0; c < channels; c++) {
			int16_t *p = &mo->pcm[i * channels + c];

			*p = (int16_t)MAX(INT16_MIN, MIN(INT16_MAX, *p + s));
		}
	}
}

const int16_t *mouth_speak(struct mouth *mo, const int16_t *mic,
			   unsigned frames)
{
	const size_t size = (size_t)frames * mo->fmt.channels * sizeof(*mic);

	if (mic && !mouth_busy(mo))
		return mic;

	if (mo->sings) {
		music_get(mo->player, mo->pcm, frames);
		spread(mo->pcm, frames, mo->fmt.channels);
	} else if (mic) {
		memcpy(mo->pcm, mic, size);
	} else {
		memset(mo->pcm, 0, size);
	}
	add_tone(mo, frames);
	return mo->pcm;
}
