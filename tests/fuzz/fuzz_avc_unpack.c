/**
 * @file tests/fuzz/fuzz_avc_unpack.c  Fuzz target: packets of H.264
 *
 * The input is a row of packets, two bytes before each: the length, and in
 * the highest bits the marker, a gap before it, and that a unit begins. What
 * comes out must be what a byte stream can carry, and survive being packed
 * and unpacked again. SECURITY row 29.
 */
#include <stdlib.h>
#include "core/base/frame.h"
#include "core/media/avc.h"
#include "core/media/avc_pack.h"
#include "core/media/avc_unpack.h"

enum {
	MARKER = 0x8000,
	GAP = 0x4000,
	BEGIN = 0x2000,
	SIZE_MASK = 0x7ff,
	LONGEST = 100, /* Payload, packed again [bytes] */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A unit that is unpacked for the second time */
struct again {
	struct avc_unpack *u;
	uint16_t seq;
};

static int on_payload(const struct payload *p, void *arg)
{
	struct again *a = arg;
	struct mbuf *mb = mbuf_alloc(p->size);

	if (payload_write(mb, p) ||
	    avc_unpack_put(a->u, a->seq++, mb->buf, mb->end, p->last))
		abort();
	mem_deref(mb);
	return 0;
}

static void check_again(const struct payload_unit *unit)
{
	struct avc_pack pack = { .mode = 1 };
	struct payload_unit out;
	struct again a = { .seq = 0 };

	if (avc_unpack_alloc(&a.u))
		abort();
	avc_unpack_begin(a.u);
	if (avc_pack_unit(&pack, unit->data, unit->size, LONGEST, on_payload,
			  &a) ||
	    avc_unpack_end(a.u, false, &out) || out.size != unit->size ||
	    memcmp(out.data, unit->data, out.size) != 0)
		abort();
	mem_deref(a.u);
}

static void check(const struct payload_unit *unit)
{
	struct avc_walk walk;
	struct avc_nal nal;
	size_t size = 0;

	avc_walk(&walk, unit->data, unit->size);
	while (avc_next(&walk, &nal)) {
		unsigned type = avc_type(&nal);
		struct avc_sps sps;

		if (!type || type > AVC_PPS || !avc_is_clean(&nal) ||
		    (type == AVC_SPS && avc_sps_decode(&sps, &nal)))
			abort();
		size += AVC_START + nal.size;
	}
	if (size != unit->size || size > PAYLOAD_UNIT_MAX ||
	    unit->width > FRAME_SIDE_MAX || unit->height > FRAME_SIDE_MAX ||
	    (unit->key && !unit->width))
		abort();
	check_again(unit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload_unit unit;
	struct avc_unpack *u;
	uint16_t seq = 0;

	if (avc_unpack_alloc(&u))
		abort();
	avc_unpack_begin(u);

	while (size >= 2) {
		unsigned head = (unsigned)(data[0] << 8 | data[1]);
		size_t len = head & SIZE_MASK;
		bool marker = head & MARKER;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		if (head & BEGIN) {
			if (!avc_unpack_end(u, true, &unit))
				check(&unit);
			avc_unpack_begin(u);
		}
		seq = (uint16_t)(seq + (head & GAP ? 2 : 1));
		(void)avc_unpack_starts(data, len);
		(void)avc_unpack_key(data, len);
		(void)avc_unpack_put(u, seq, data, len, marker);
		if (marker && !avc_unpack_end(u, false, &unit))
			check(&unit);
		if (marker)
			avc_unpack_begin(u);
		data += len;
		size -= len;
	}

	mem_deref(u);
	return 0;
}
