/**
 * @file core/media/stretch.h  Stretch: shorten sound without a click
 *
 *     codec -> [stretch] -> resampler
 *
 * Takes one pitch period (or what is most like one) out of a piece and fades
 * over the seam. Used when the delay is far over the target; the resampler
 * does the small corrections.
 */
#ifndef CORE_MEDIA_STRETCH_H
#define CORE_MEDIA_STRETCH_H

#include "core/base/re.h"

/**
 * Shorten a piece in place.
 *
 * @param pcm   Mono
 * @param n     Its length [samples]
 * @param rate  [Hz]
 *
 * @return Its new length; n when it is too short, or nowhere like itself
 */
unsigned stretch_cut(int16_t *pcm, unsigned n, uint32_t rate);

#endif
