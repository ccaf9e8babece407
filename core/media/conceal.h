/**
 * @file core/media/conceal.h  Conceal: invent what was lost
 *
 *     codec -> [conceal] -> resampler
 *
 * After the idea of ITU-T G.711 Appendix I, without its delay: the last pitch
 * period is repeated and dies away; what comes next is faded in. For G.711 and
 * G.722: Opus has its own.
 */
#ifndef CORE_MEDIA_CONCEAL_H
#define CORE_MEDIA_CONCEAL_H

#include "core/base/re.h"

struct conceal;

enum {
	CONCEAL_RATE_MAX = 16000, /**< [Hz] */
};

/**
 * Allocate. Free with mem_deref().
 *
 * @param rate  Of the samples [Hz], at most CONCEAL_RATE_MAX
 *
 * @return 0, ENOMEM
 */
int conceal_alloc(struct conceal **cp, uint32_t rate);

/** Good samples, mono; the first few are changed after a loss */
void conceal_good(struct conceal *c, int16_t *pcm, unsigned n);

/** Fill in n samples for lost ones */
void conceal_bad(struct conceal *c, int16_t *pcm, unsigned n);

#endif
