/**
 * @file tests/fuzz/fuzz_sdes.c  Fuzz target: a=crypto lines
 *
 * What is taken is printed, and is the same again; what is not taken leaves
 * no key and says why.
 */
#include <stdlib.h>
#include "core/net/sdes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[SDES_KEY];
	struct pl pl = { (const char *)data, size };
	const char *why = NULL;
	struct sdes a, b;
	char text[SDES_LINE];
	int n;

	if (sdes_decode(&a, &pl, &why)) {
		if (!why || !*why || memcmp(a.key, none, sizeof(none)) != 0)
			abort();
		return 0;
	}

	n = re_snprintf(text, sizeof(text), "%H", sdes_print, &a);
	if (n < 0)
		abort();

	pl.p = text;
	pl.l = (size_t)n;
	if (sdes_decode(&b, &pl, &why) || a.tag != b.tag || !sdes_same(&a, &b))
		abort();

	return 0;
}
