/**
 * @file core/call/mouth.h  Mouth: what the far end hears
 *
 *     microphone, music, tones -> [mouth] -> audio path
 *
 * The microphone; instead of it music, while we hold the call; beside it, or
 * without it when it is muted, a tone.
 */
#ifndef CORE_CALL_MOUTH_H
#define CORE_CALL_MOUTH_H

#include "core/call/music.h"
#include "core/call/tones.h"

/** Of one session; embed it and zero it */
struct mouth {
	struct music_player *player; /**< NULL: no music          */
	struct sound_format fmt;
	int16_t *pcm; /**< A period, all channels  */
	bool sings;
	enum tones_kind tone;
	uint64_t at;   /**< Of the tone [samples] */
	uint64_t left; /**< The same              */
};

/**
 * Open it.
 *
 * @param m    NULL: no music
 * @param fmt  What the device runs at
 *
 * @return 0, EINVAL, ENOMEM: mouth_close()
 */
int mouth_open(struct mouth *mo, struct music *m,
	       const struct sound_format *fmt);

/** Free what is in it; harmless when it was not opened */
void mouth_close(struct mouth *mo);

/** Whether music is heard instead of the microphone, from now on */
void mouth_sing(struct mouth *mo, bool on);

/** Let a tone be heard for that time [ms] */
void mouth_tone(struct mouth *mo, enum tones_kind tone, unsigned ms);

/** Whether there is anything beside the microphone */
bool mouth_busy(const struct mouth *mo);

/**
 * What is heard in a period.
 *
 * @param mic    The microphone; NULL: muted
 *
 * @return mic itself, or a period that lasts until the next call
 */
const int16_t *mouth_speak(struct mouth *mo, const int16_t *mic,
			   unsigned frames);

#endif
