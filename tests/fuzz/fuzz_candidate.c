/**
 * @file tests/fuzz/fuzz_candidate.c  Fuzz target: a=candidate lines
 *
 * What is parsed is printed, and parses to the same again.
 */
#include <stdlib.h>
#include "core/net/candidate.h"
#include "core/net/icehost.h"

enum {
	TEXT = 1024,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct candidate_filter f = { .loopback = false };
	struct pl pl = { (const char *)data, size };
	struct candidate a, b;
	struct icehost s;
	char text[TEXT];
	int n;

	(void)icehost_parse(&s, &pl);
	if (candidate_parse(&a, &pl))
		return 0;

	(void)candidate_allowed(&a.addr, &f);
	n = re_snprintf(text, sizeof(text), "%H", candidate_print, &a);
	if (n < 0)
		abort();

	pl.p = text;
	pl.l = (size_t)n;
	if (candidate_parse(&b, &pl) || !sa_cmp(&a.addr, &b.addr, SA_ALL) ||
	    a.priority != b.priority || a.type != b.type ||
	    strcmp(a.foundation, b.foundation))
		abort();

	return 0;
}
