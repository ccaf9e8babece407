/**
 * @file tests/fuzz/fuzz_pidf.c  Fuzz target: presence documents
 *
 * What is read is safe to keep, and can be written and read again.
 */
#include <stdlib.h>
#include "core/sip/pidf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl pl = { (const char *)data, size };
	struct mbuf *mb = NULL;
	struct pidf a, b;

	if (pidf_decode(&a, &pl))
		return 0;

	if (strlen(a.note) > PIDF_NOTE_MAX ||
	    strlen(a.entity) > PIDF_ENTITY_MAX)
		abort();
	if (a.basic == PIDF_UNKNOWN)
		a.basic = PIDF_CLOSED;
	if (pidf_encode(&mb, &a))
		abort();

	pl_set_mbuf(&pl, mb);
	if (pidf_decode(&b, &pl) || a.basic != b.basic ||
	    strcmp(a.entity, b.entity) || strcmp(a.note, b.note))
		abort();

	mem_deref(mb);
	return 0;
}
