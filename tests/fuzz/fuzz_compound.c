/**
 * @file tests/fuzz/fuzz_compound.c  Fuzz target: the bytes of RTCP
 *
 * What comes out must lie within what went in. SECURITY row 30.
 */
#include <stdlib.h>
#include "core/media/compound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static void within(const struct input *in, const void *p, size_t n)
{
	const uint8_t *b = p;

	if (n && (b < in->data || b + n > in->data + in->size))
		abort();
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	const struct input *in = arg;

	within(in, p->data, p->size);
	within(in, p->text.p, p->text.l);
	if (p->blockc > COMPOUND_BLOCKS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	(void)compound_decode(data, size, on_packet, &in);
	return 0;
}
