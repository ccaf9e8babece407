/**
 * @file tests/fuzz/fuzz_acks.c  Fuzz target: feedback on what arrived
 *
 * The input is RTCP of both formats; its first octet says how many packets
 * were sent before, by 32. What comes out must have been sent, each at most
 * once. SECURITY row 30.
 */
#include <stdlib.h>
#include "core/media/acks.h"

enum {
	STEP = 32,
	SIZE = 1000,
	SSRC = 77,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	struct acks *acks;
	uint64_t sent;
	uint64_t told;
};

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct state *s = arg;
	const struct acks_packet *v;
	uint64_t last = 0;
	unsigned n;

	if (acks_decode(s->acks, p, &v, &n) && n)
		abort();
	for (unsigned i = 0; i < n; i++) {
		if (!v[i].sent || v[i].sent > s->sent || v[i].size != SIZE)
			abort();
		if (!v[i].lost && v[i].sent <= last)
			abort();
		last = v[i].lost ? last : v[i].sent;
	}
	s->told += n;
	if (s->told > s->sent || acks_flight(s->acks) > s->sent * SIZE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = { .sent = 0 };

	if (!size || acks_alloc(&s.acks))
		return 0;

	for (unsigned n = data[0] * STEP; n; n--) {
		++s.sent;
		acks_sent(s.acks, SSRC, (uint16_t)s.sent, SIZE, s.sent);
	}
	(void)compound_decode(data + 1, size - 1, on_packet, &s);
	mem_deref(s.acks);
	return 0;
}
