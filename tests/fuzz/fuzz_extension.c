/**
 * @file tests/fuzz/fuzz_extension.c  Fuzz target: RTP header extensions
 *
 * The input is a packet. What is read must lie within it, and a stamp must
 * change nothing but the bytes that it may.
 */
#include <stdlib.h>
#include "core/media/extension.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct extension_ids ids = { 2, 3, 4 };
	struct mbuf *mb = mbuf_alloc(size ? size : 1);
	struct extension x = { .timed = false };
	struct packet p;

	(void)mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	(void)extension_stamp(mb, &ids, 0, 0);
	if (mb->pos || mb->end != size)
		abort();

	if (!packet_decode(&p, mb)) {
		extension_decode(&x, &p, mb, &ids);
		if (x.mid.l && (x.mid.p < (char *)mb->buf ||
				x.mid.p + x.mid.l > (char *)mb->buf + size))
			abort();
	}
	mem_deref(mb);
	return 0;
}
