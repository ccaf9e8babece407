/**
 * @file tests/fuzz/fuzz_vp8unpack.c  Fuzz target: packets of VP8
 *
 * The input is a row of packets, two bytes before each: the length, and in
 * the highest bits the marker, a gap before it, and that a frame begins.
 * SECURITY row 29.
 */
#include <stdlib.h>
#include "core/base/frame.h"
#include "core/media/vp8unpack.h"

enum {
	MARKER = 0x8000,
	GAP = 0x4000,
	BEGIN = 0x2000,
	SIZE_MASK = 0x7ff,
	TAG = 3,
	PICTURE_MAX = 0x7fff,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct payload_unit *unit, struct payload_unit *before)
{
	if (unit->size < TAG || unit->size > PAYLOAD_UNIT_MAX ||
	    unit->width > FRAME_SIDE_MAX || unit->height > FRAME_SIDE_MAX ||
	    (unit->key && (!unit->width || !unit->height)) ||
	    unit->picture < -1 || unit->picture > PICTURE_MAX ||
	    (unit->picture >= 0) != (unit->picture_bits > 0))
		abort();
	if (payload_unit_gap(before, unit) > PICTURE_MAX)
		abort();
	*before = *unit;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload_unit unit, before = { .picture = -1 };
	struct vp8unpack *v;
	uint16_t seq = 0;

	if (vp8unpack_alloc(&v))
		abort();
	vp8unpack_begin(v);

	while (size >= 2) {
		unsigned head = (unsigned)(data[0] << 8 | data[1]);
		size_t len = head & SIZE_MASK;
		bool marker = head & MARKER;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		if (head & BEGIN) {
			if (!vp8unpack_end(v, true, &unit))
				check(&unit, &before);
			vp8unpack_begin(v);
		}
		seq = (uint16_t)(seq + (head & GAP ? 2 : 1));
		if (vp8unpack_key(data, len) && !vp8unpack_starts(data, len))
			abort();
		(void)vp8unpack_put(v, seq, data, len, marker);
		if (marker && !vp8unpack_end(v, false, &unit))
			check(&unit, &before);
		if (marker)
			vp8unpack_begin(v);
		data += len;
		size -= len;
	}

	mem_deref(v);
	return 0;
}
