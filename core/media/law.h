/**
 * @file core/media/law.h  Law: the two of G.711
 *
 *     codec -> [law] -> codec
 *
 * ITU-T G.711: 8 bits a sample, a sign, three bits of segment and four of
 * mantissa; u-law all inverted, A-law every other bit.
 */
#ifndef CORE_MEDIA_LAW_H
#define CORE_MEDIA_LAW_H

#include "core/base/re.h"

/** Linear sample to u-law */
uint8_t law_to_u(int16_t sample);

/** u-law to linear */
int16_t law_from_u(uint8_t code);

/** Linear sample to A-law */
uint8_t law_to_a(int16_t sample);

/** A-law to linear */
int16_t law_from_a(uint8_t code);

#endif
