/**
 * @file tests/loop/support/dice.c  Dice
 */
#include "core/base/entropy.h"
#include "tests/loop/support/dice.h"

/* Weyl's sequence, and what mixes it: Steele, Lea and Flood, "Fast splittable
   pseudorandom number generators", 2014 */
static const uint64_t step = 0x9e3779b97f4a7c15;
static const uint64_t mixv[] = { 0xbf58476d1ce4e5b9, 0x94d049bb133111eb };

enum {
	SHIFT_FIRST = 30,
	SHIFT_SECOND = 27,
	BYTE_SHIFT = 56, /* The uppermost of 64 bits */
};

static uint64_t state;

static uint8_t next(void)
{
	uint64_t x = state += step;

	x = (x ^ x >> SHIFT_FIRST) * mixv[0];
	x = (x ^ x >> SHIFT_SECOND) * mixv[1];
	return (uint8_t)(x >> BYTE_SHIFT);
}

static void bytes(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	while (n--)
		*p++ = next();
}

void dice_throw(uint32_t seed)
{
	state = seed;
	entropy_set_source(bytes, NULL);
}

void dice_put_away(void)
{
	entropy_set_source(NULL, NULL);
}
