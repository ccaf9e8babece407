/**
 * @file core/media/law.c  Law
 *
 * Computed, not looked up: the segment is where the highest bit is.
 */
#include "core/media/law.h"

enum {
	SIGN = 0x80,
	MANTISSA = 0x0f,
	SEGMENT_SHIFT = 4,
	SEGMENT_MASK = 0x07,
	U_BIAS = 0x84,	   /* 33 of 14 bits, in 16               */
	U_CLIP = 32635,	   /* Largest that the bias leaves in    */
	U_FIRST = 7,	   /* Highest bit of segment 0           */
	A_FIRST = 8,	   /* Highest bit of segment 1           */
	A_SHIFT = 4,	   /* Step of segments 0 and 1, in 16    */
	A_HALF = 8,	   /* Half of that step                  */
	A_INVERT = 0x55,   /* G.711 section 2: even bits         */
	A_IMPLIED = 0x100, /* The leading one of segments 1..7  */
};

static unsigned highest_bit(unsigned n)
{
	return 31U - (unsigned)__builtin_clz(n);
}

uint8_t law_to_u(int16_t sample)
{
	unsigned sign = sample < 0 ? SIGN : 0;
	unsigned n = (unsigned)(sample < 0 ? -sample : sample);
	unsigned seg;

	n = (n < U_CLIP ? n : U_CLIP) + U_BIAS;
	seg = highest_bit(n) - U_FIRST;
	n = n >> (seg + U_FIRST - SEGMENT_SHIFT) & MANTISSA;
	return (uint8_t) ~(sign | seg << SEGMENT_SHIFT | n);
}

int16_t law_from_u(uint8_t code)
{
	unsigned c = (uint8_t)~code;
	unsigned seg = c >> SEGMENT_SHIFT & SEGMENT_MASK;
	int n = (int)(((c & MANTISSA) << (U_FIRST - SEGMENT_SHIFT)) + U_BIAS)
		<< seg;

	n -= U_BIAS;
	return (int16_t)(c & SIGN ? -n : n);
}

uint8_t law_to_a(int16_t sample)
{
	/* Negative ones are counted from -1 on, so that none overflows */
	unsigned sign = sample < 0 ? 0 : SIGN;
	unsigned n = (unsigned)(sample < 0 ? -(sample + 1) : sample);
	unsigned seg = 0;

	if (n >= A_IMPLIED) {
		seg = highest_bit(n) - A_FIRST + 1;
		n >>= seg - 1;
	}
	n = n >> A_SHIFT & MANTISSA;
	return (uint8_t)((sign | seg << SEGMENT_SHIFT | n) ^ A_INVERT);
}

int16_t law_from_a(uint8_t code)
{
	unsigned c = code ^ A_INVERT;
	unsigned seg = c >> SEGMENT_SHIFT & SEGMENT_MASK;
	int n = (int)((c & MANTISSA) << A_SHIFT) + A_HALF;

	if (seg)
		n = (n + A_IMPLIED) << (seg - 1);
	return (int16_t)(c & SIGN ? n : -n);
}
