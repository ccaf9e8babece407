/**
 * @file core/media/vp8pack.c  VP8 packetizer
 */
#include <assert.h>
#include "core/media/vp8pack.h"

enum {
	TAG = 3, /* Shortest frame: its tag [bytes], RFC 6386 9.1 */

	/* The descriptor, RFC 7741 section 4.2 */
	EXTENDED = 0x80,
	SPARE = 0x20,
	START = 0x10,
	HAS_PICTURE = 0x80,
	LONG_PICTURE = 0x80,
};

int vp8pack_unit(struct vp8pack *v, const uint8_t *data, size_t size,
		 bool spare, size_t max, payload_h *h, void *arg)
{
	uint16_t picture = v->picture;
	size_t n = (size + max - VP8PACK_HEAD - 1) / (max - VP8PACK_HEAD);
	int err = 0;
	uint8_t head[VP8PACK_HEAD] = {
		(uint8_t)(EXTENDED | START | (spare ? SPARE : 0)),
		HAS_PICTURE,
		(uint8_t)(LONG_PICTURE | picture >> 8),
		(uint8_t)picture,
	};

	assert(max >= PAYLOAD_MIN && max <= PAYLOAD_MAX);
	assert(picture <= VP8PACK_PICTURE);

	if (size < TAG) {
		++v->stats.refused;
		return EBADMSG;
	}

	v->picture = (picture + 1) & VP8PACK_PICTURE;
	for (; n && !err; n--) {
		struct payload p = { .last = n == 1 };
		size_t len = (size + n - 1) / n;

		(void)payload_add(&p, head, sizeof(head));
		(void)payload_add(&p, data, len);
		++v->stats.payloads;
		v->stats.bytes += p.size;
		v->stats.overhead += sizeof(head);
		err = h(&p, arg);

		head[0] &= (uint8_t)~START;
		data += len;
		size -= len;
	}
	if (!err)
		++v->stats.units;
	return err;
}
