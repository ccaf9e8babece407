/**
 * @file core/call/music.h  Music: what those hear whom we hold
 *
 *     [call] hold_music -> FILE.wav -> [music] -> mouth -> audio path
 *
 * Read once, mixed down and made as soft as speech is; then each call has a
 * player of its own, which begins at the beginning, brings it to the rate of
 * the sound device, and begins anew at the end.
 */
#ifndef CORE_CALL_MUSIC_H
#define CORE_CALL_MUSIC_H

#include "core/base/config.h"

enum {
	MUSIC_MAX = 60, /**< Of a file no more is read [s], ours */
};

struct music;
struct music_player;

/**
 * Read what the configuration says. Free with mem_deref().
 *
 * @param mp  Set to the music; NULL: silence is wanted, or the file cannot be
 *            used, which is logged
 *
 * @return 0, ENOMEM
 */
int music_alloc(struct music **mp, const struct config *cfg);

/**
 * Begin to play it. Free with mem_deref().
 *
 * @param m     A reference is kept
 * @param rate  Wanted [Hz], 8000 to 48000
 *
 * @return 0, EINVAL, ENOMEM
 */
int music_play(struct music_player **pp, struct music *m, uint32_t rate);

/** The next samples, mono */
void music_get(struct music_player *p, int16_t *pcm, unsigned n);

#endif
