/**
 * @file drivers/ear.h  Ear: what a simulated loudspeaker played
 *
 *     sim_sound -> [ear] -> struct sound_heard
 *
 * Listens in pieces of 5 ms (for gaps) and 100 ms (for frequency). The
 * frequency is that of upward crossings of zero with some hysteresis: exact
 * for a tone, a fair guess of the pitch for speech.
 */
#ifndef DRIVERS_EAR_H
#define DRIVERS_EAR_H

#include "core/device/sound.h"

struct ear;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int ear_alloc(struct ear **ep, uint32_t rate);

/** Hear samples, mono: every stride-th of `pcm` */
void ear_put(struct ear *e, const int16_t *pcm, unsigned n, unsigned stride);

/** What was heard so far */
void ear_heard(const struct ear *e, struct sound_heard *heard);

#endif
