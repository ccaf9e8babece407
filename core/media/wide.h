/**
 * @file core/media/wide.h  Wide: G.722
 *
 *     codec -> [wide] -> codec
 *
 * ITU-T G.722 at 64 kbit/s: two samples of 16 kHz are an octet. Its RTP clock
 * is 8 kHz all the same (RFC 3551 section 4.5.2), so an octet is a tick.
 */
#ifndef CORE_MEDIA_WIDE_H
#define CORE_MEDIA_WIDE_H

#include "core/base/re.h"

enum {
	WIDE_RATE = 16000, /**< Of its PCM [Hz]                      */
	WIDE_PAIR = 2,	   /**< Samples that are one octet           */
};

struct wide;

/** Allocate encoder and decoder. Free with mem_deref(). @return 0, ENOMEM */
int wide_alloc(struct wide **wp);

/**
 * Encode.
 *
 * @param p        Room for samples / WIDE_PAIR bytes
 * @param samples  A multiple of WIDE_PAIR
 */
void wide_encode(struct wide *w, uint8_t *p, const int16_t *pcm,
		 unsigned samples);

/**
 * Decode any bytes.
 *
 * @param pcm  Room for size * WIDE_PAIR samples
 */
void wide_decode(struct wide *w, int16_t *pcm, const uint8_t *p, size_t size);

#endif
