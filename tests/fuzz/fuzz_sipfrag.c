/**
 * @file tests/fuzz/fuzz_sipfrag.c  Fuzz target: how far a transfer is
 *
 * A body that is taken says the same when only its status line is left. The
 * same bytes as Replaces: both tags are tokens then, and inside of it.
 */
#include <stdlib.h>
#include "core/sip/grammar.h"
#include "core/sip/replaces.h"
#include "core/sip/sipfrag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_replaces(const struct pl *pl)
{
	struct replaces r;

	if (replaces_decode(&r, pl))
		return;
	if (!r.callid.l || !grammar_is_token(&r.to_tag) ||
	    !grammar_is_token(&r.from_tag) || r.to_tag.p < pl->p ||
	    r.from_tag.p + r.from_tag.l > pl->p + pl->l)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pl pl = { (const char *)data, size };
	struct sipfrag f, g;
	struct pl line = pl;

	check_replaces(&pl);
	if (sipfrag_decode(&f, &pl))
		return 0;

	if (f.code < 100 || f.code > 699)
		abort();
	line.l = 0;
	while (line.l < pl.l && line.p[line.l] != '\n')
		++line.l;
	if (sipfrag_decode(&g, &line) || g.code != f.code ||
	    g.reason.l != f.reason.l)
		abort();

	return 0;
}
