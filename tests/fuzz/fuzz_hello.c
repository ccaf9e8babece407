/**
 * @file tests/fuzz/fuzz_hello.c  Fuzz target: datagrams into the reassembly
 *
 * The input is a row of datagrams, two bytes of length before each.
 */
#include <stdlib.h>
#include "core/net/hello.h"

enum {
	OUT_MAX = 65536, /* More cannot come out of one datagram [bytes] */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct hello *h, const uint8_t *p, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1), *out = NULL;

	if (!mb)
		return;

	mbuf_write_mem(mb, p, len);
	mbuf_set_pos(mb, 0);
	if (0 == hello_put(h, mb, &out) && mbuf_get_left(out) > OUT_MAX)
		abort();

	mem_deref(out);
	mem_deref(mb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hello *h;

	if (hello_alloc(&h))
		return 0;

	while (size >= 2) {
		size_t len = (size_t)(data[0] << 8 | data[1]);

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		put(h, data, len);
		data += len;
		size -= len;
	}

	mem_deref(h);
	return 0;
}
