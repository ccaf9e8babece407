/**
 * @file core/media/wide.c  Wide
 *
 * spandsp's G.722, on a filter of ours. spandsp's own takes two things amiss:
 * on amd64 it reads beyond its arrays, by assembly that counts with half a
 * register, which ends the program; and what the decoder makes of a loud sound
 * it does not limit, so that a peak turns into a crack. Our function has the
 * name of spandsp's, whose archive's member then stays out.
 */
#include <stdint.h>
#include <spandsp/telephony.h>
#include <spandsp/g722.h>
#include "core/media/wide.h"

enum {
	BIT_RATE = 64000, /* [bit/s]                                     */
	GAIN_SHIFT = 11,  /* What the decoder divides by, G.722 3.6: a DC
			     gain of 4096, and 15 bits made 16           */
	PEAK = INT16_MAX,
};

struct wide {
	g722_encode_state_t *enc;
	g722_decode_state_t *dec;
};

/* Codecs run in the loop's thread, one at a time */
static bool decoding;

int32_t vec_circular_dot_prodi16(const int16_t x[], const int16_t y[], int n,
				 int pos);

/* Half of the synthesis filter, and of that for analysis: x is a ring of n
 * whose oldest is at pos */
int32_t vec_circular_dot_prodi16(const int16_t x[], const int16_t y[], int n,
				 int pos)
{
	const int32_t most = PEAK * (1 << GAIN_SHIFT);
	int32_t sum = 0;

	for (int i = 0; i < n; i++) {
		sum += x[pos] * y[i];
		pos = pos + 1 < n ? pos + 1 : 0;
	}

	if (!decoding)
		return sum;
	return sum > most ? most : sum < -most ? -most : sum;
}

static void wide_destructor(void *arg)
{
	struct wide *w = arg;

	if (w->enc)
		(void)g722_encode_free(w->enc);
	if (w->dec)
		(void)g722_decode_free(w->dec);
}

int wide_alloc(struct wide **wp)
{
	struct wide *w = mem_zalloc(sizeof(*w), wide_destructor);

	if (!w)
		return ENOMEM;

	w->enc = g722_encode_init(NULL, BIT_RATE, 0);
	w->dec = g722_decode_init(NULL, BIT_RATE, 0);
	if (!w->enc || !w->dec) {
		mem_deref(w);
		return ENOMEM;
	}

	*wp = w;
	return 0;
}

void wide_encode(struct wide *w, uint8_t *p, const int16_t *pcm,
		 unsigned samples)
{
	(void)g722_encode(w->enc, p, pcm, (int)samples);
}

void wide_decode(struct wide *w, int16_t *pcm, const uint8_t *p, size_t size)
{
	decoding = true;
	(void)g722_decode(w->dec, pcm, p, (int)size);
	decoding = false;
}
