/**
 * @file tests/unit/support/duet.h  Duet: two paths of sound and a network
 *
 *     side a: mic -> audio -> [network: delay, jitter, loss] -> audio -> ear
 *
 * Each side has a sound card with its own clock and plays a tone; all of it in
 * virtual time, the same in each run.
 */
#ifndef TESTS_UNIT_SUPPORT_DUET_H
#define TESTS_UNIT_SUPPORT_DUET_H

#include "core/media/audio.h"
#include "core/media/digits.h"
#include "drivers/ear.h"

enum {
	DUET_FLIGHTS = 512,
	DUET_PT = 96,
	DUET_DIGIT_PT = 101,
	DUET_HZ = 1000,	       /**< Of the tone                  */
	DUET_AMPLITUDE = 4634, /**< Of the tone: -20 dBFS RMS    */
};

struct duet_flight {
	struct mbuf *mb;
	struct duet_side *to;
	uint64_t due;
	bool report;
};

struct duet_side {
	struct audio *a;
	struct duet_side *peer;
	struct duet *net;
	struct sound_format fmt;
	double ppm, phase, slow;
	uint64_t beats;
	struct ear *ear;
	bool speech; /* Syllables: Opus has FEC for them only */
	char digits[DIGITS_MAX + 1];
	unsigned digitc;
	unsigned packets;
	uint16_t seq;
	uint32_t ts;
};

struct duet {
	struct duet_flight v[DUET_FLIGHTS];
	uint32_t seed;
	unsigned loss;	 /* [percent] */
	uint32_t delay;	 /* [us]      */
	uint32_t jitter; /* [us]     */
	bool cut;
	uint64_t now;
	struct duet_side a, b;
};

/** Media of one codec, both ways */
struct audio_media duet_media(const char *codec);

/**
 * Allocate, asserting that all goes well. Free with duet_free().
 *
 * @param rate_a, rate_b  Of the sound cards [Hz]
 * @param ch_a, ch_b      Their channels
 * @param ppm             How fast a's clock is
 */
struct duet *duet_alloc(const char *codec, uint32_t rate_a, unsigned ch_a,
			uint32_t rate_b, unsigned ch_b, double ppm);

/** Free it, and what is on the way */
void duet_free(struct duet *n);

/** Let time pass, in order of what is due */
void duet_run(struct duet *n, uint64_t seconds);

/** One heartbeat of a side */
void duet_beat(struct duet_side *s);

/** Its ear forgets */
void duet_forget(struct duet_side *s);

/** What its ear heard */
struct sound_heard duet_heard(const struct duet_side *s);

#endif
