/**
 * @file core/call/tones.h  Tones: what is heard of the progress of calls
 *
 *     call -> voice -> [tones] -> loudspeaker
 *     limit -> hearing -> [tones] -> the far end
 *
 * Each has owners, the calls that it tells of, and sounds until the last of
 * them has ended it. Holds no clock: a tone is as old as it was played.
 */
#ifndef CORE_CALL_TONES_H
#define CORE_CALL_TONES_H

#include "core/device/sound.h"

enum {
	TONES_OWNERS = 16, /**< Who may want a tone at once, ours */
};

/** All of 425 Hz, as ITU-T E.180, supplement 2 has them, but the last */
enum tones_kind {
	TONES_NONE = 0,
	TONES_RINGBACK, /**< The far end rings: 1 s on, 4 s off       */
	TONES_WAITING,	/**< Another call rings: twice, softly, in 5 s,
			     beside what is said                     */
	TONES_LIMIT,	/**< The call will soon be over: three times,
			     beside what is said; ours               */
	TONES_KINDS,
};

/** All tones; embed it and zero it */
struct tones {
	struct {
		const void *ownerv[TONES_OWNERS]; /**< Never looked into */
		unsigned ownerc;
		uint64_t played; /**< [samples] */
	} kindv[TONES_KINDS];
};

/**
 * Begin a tone, instead of another one of the same owner.
 *
 * @return 0, ENOSPC TONES_OWNERS have begun it
 */
int tones_begin(struct tones *t, const void *owner, enum tones_kind kind);

/** End the tone of an owner; harmless without */
void tones_end(struct tones *t, const void *owner);

/** Whether there is any */
bool tones_any(const struct tones *t);

/**
 * Add them to what is played.
 *
 * @param sum    Of what else is played, all channels
 * @param alone  Whether nobody talks: some are heard only then
 */
void tones_play(struct tones *t, int32_t *sum, unsigned frames,
		const struct sound_format *fmt, bool alone);

/**
 * One sample of a tone.
 *
 * @param rate  [Hz]
 * @param at    Since it began [samples]
 */
int16_t tones_sample(enum tones_kind kind, uint32_t rate, uint64_t at);

#endif
