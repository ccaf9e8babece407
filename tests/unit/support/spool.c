/**
 * @file tests/unit/support/spool.c  Spool
 */
#include <stdio.h>
#include "core/media/avc.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

int spool_put(const struct payload *p, void *arg)
{
	struct spool *r = arg;
	struct spool_packet *packet = &r->packetv[r->packetc];
	struct mbuf *mb;

	if (r->err)
		return r->err;

	assert_true(r->packetc < SPOOL_MAX);
	assert_true(!r->max || p->size <= r->max);
	mb = mbuf_alloc(p->size);
	assert_int_equal(payload_write(mb, p), 0);
	assert_int_equal(mb->end, p->size);

	packet->data = mem_ref(mb->buf);
	packet->size = mb->end;
	packet->seq = r->seq++;
	packet->ts = r->ts;
	packet->marker = p->last;
	++r->packetc;
	mem_deref(mb);
	return 0;
}

void spool_clear(struct spool *r)
{
	while (r->packetc)
		mem_deref(r->packetv[--r->packetc].data);
}

void spool_harm(struct spool *r, uint32_t *seed, uint32_t odds)
{
	static struct spool_packet newv[SPOOL_MAX];
	size_t n = 0;

	for (size_t i = 0; i < r->packetc; i++) {
		if (!spool_random(seed, odds)) {
			mem_deref(r->packetv[i].data);
			continue;
		}
		newv[n++] = r->packetv[i];
		if (!spool_random(seed, odds)) {
			assert_true(n < SPOOL_MAX);
			newv[n] = newv[n - 1];
			(void)mem_ref(newv[n++].data);
		}
	}
	for (size_t i = 1; i < n; i++) {
		if (!spool_random(seed, odds)) {
			size_t other = i - 1 - spool_random(seed, 8) % i;
			struct spool_packet tmp = newv[i];

			newv[i] = newv[other];
			newv[other] = tmp;
		}
	}
	memcpy(r->packetv, newv, n * sizeof(newv[0]));
	r->packetc = n;
}

uint32_t spool_random(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

struct mbuf *spool_vector(const char *name)
{
	struct mbuf *mb = mbuf_alloc(1024);
	uint8_t buf[1024];
	char path[512];
	size_t n;
	FILE *f;

	(void)re_snprintf(path, sizeof(path), "%s/tests/vectors/video/%s",
			  SOURCE_DIR, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		assert_int_equal(mbuf_write_mem(mb, buf, n), 0);
	(void)fclose(f);
	mb->pos = 0;
	return mb;
}

void spool_nal(struct mbuf *mb, uint8_t first, size_t size, uint32_t *seed)
{
	unsigned zeros = 0;

	if (spool_random(seed, 2))
		(void)mbuf_write_u8(mb, 0);
	(void)mbuf_write_mem(mb, (const uint8_t *)"\0\0\1", 3);
	(void)mbuf_write_u8(mb, first);

	for (size_t i = 1; i < size; i++) {
		uint8_t b = (uint8_t)spool_random(seed, 256);

		if (spool_random(seed, 4) == 0)
			b = (uint8_t)spool_random(seed, 4);
		if (zeros >= 2 && b < 3)
			b = 3;
		if (i == size - 1 && !b)
			b = 0x80;
		zeros = b ? 0 : zeros + 1;
		(void)mbuf_write_u8(mb, b);
	}
}

void spool_slices(struct mbuf *mb, const uint8_t *data, size_t size)
{
	struct avc_walk walk;
	struct avc_nal nal;

	avc_walk(&walk, data, size);
	while (avc_next(&walk, &nal)) {
		if (avc_is_slice(avc_type(&nal)))
			(void)mbuf_write_mem(mb, nal.data, nal.size);
	}
}
