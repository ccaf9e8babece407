/**
 * @file core/base/entropy.c  Entropy
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>
#include "core/base/entropy.h"

enum {
	CHUNK = 256,	    /* getrandom(2) gives these whole [bytes] */
	ALPHABET_MASK = 63, /* Six bits of a byte                     */
};

static struct {
	entropy_source_h *h;
	void *arg;
} source;

static void kernel_bytes(uint8_t *p, size_t n)
{
	while (n) {
		size_t want = n < CHUNK ? n : CHUNK;
		ssize_t got = getrandom(p, want, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort(); /* No keys rather than guessable ones */

		p += got;
		n -= (size_t)got;
	}
}

void entropy_bytes(void *p, size_t n)
{
	if (source.h)
		source.h(p, n, source.arg);
	else
		kernel_bytes(p, n);
}

void entropy_text(char *str, size_t size)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	assert(size);

	entropy_bytes(str, size - 1);
	for (size_t i = 0; i < size - 1; i++)
		str[i] = alphabet[(uint8_t)str[i] & ALPHABET_MASK];

	str[size - 1] = '\0';
}

uint32_t entropy_u32(void)
{
	uint32_t v;

	entropy_bytes(&v, sizeof(v));
	return v;
}

uint64_t entropy_between(uint64_t lo, uint64_t hi)
{
	uint64_t v;

	assert(lo <= hi);

	entropy_bytes(&v, sizeof(v));
	return hi - lo == UINT64_MAX ? v : lo + v % (hi - lo + 1);
}

void entropy_set_source(entropy_source_h *h, void *arg)
{
	source.h = h;
	source.arg = arg;
}
