/**
 * @file tests/unit/support/sequel.c  Sequel
 */
#include "tests/unit/support/sequel.h"
#include "tests/unit/test.h"

static bool starts(const uint8_t *data, size_t size)
{
	assert_true(size > 0);
	return data[0] & SEQUEL_STARTS;
}

static bool key(const uint8_t *data, size_t size)
{
	assert_true(size > 0);
	return data[0] & SEQUEL_KEY;
}

const struct reorder_format sequel_format = { starts, key };

void sequel_begin(struct sequel *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(reorder_alloc(&s->r, &sequel_format), 0);
	s->now = SEQUEL_START;
	s->p.seq = SEQUEL_FIRST;
	s->p.ssrc = 1;
	s->p.pt = 96;
	s->p.ts = UINT32_MAX - 5 * SEQUEL_TICKS;
}

struct reorder_stats sequel_stats(const struct sequel *s)
{
	struct reorder_stats st;

	reorder_stats(s->r, &st);
	return st;
}

static void check(struct sequel *s, const struct reorder_frame *f)
{
	struct sequel_payload last = { .index = 0 };
	size_t size = 0;

	assert_true(f->piecec > 0);
	for (unsigned i = 0; i < f->piecec; i++) {
		struct sequel_payload pl;

		assert_true(f->piecev[i].size >= sizeof(pl));
		memcpy(&pl, f->piecev[i].data, sizeof(pl));
		size += f->piecev[i].size;
		assert_int_equal(pl.index, i);
		assert_int_equal(pl.count, f->piecec);
		assert_true(!i || pl.frame == last.frame);
		last = pl;
	}
	assert_int_equal(size, f->size);
	if (!f->key && (!s->given || last.frame != s->last + 1))
		++s->splices;
	s->last = last.frame;
	++s->given;
}

/* How many frames come out now */
unsigned sequel_get(struct sequel *s)
{
	struct reorder_frame f;
	unsigned n = 0;

	for (; !reorder_get(s->r, &f, s->now); n++)
		check(s, &f);
	assert_int_equal(s->splices, 0);
	assert_true(reorder_due(s->r) > s->now);
	return n;
}

int sequel_put(struct sequel *s, const struct packet *p, unsigned flags,
	       uint32_t frame, unsigned index, unsigned count)
{
	struct sequel_payload pl = { flags, frame, index, count };

	return reorder_put(s->r, p, (const uint8_t *)&pl, sizeof(pl), s->now);
}

/* A frame of so many packets; those whose bit is set in `lost` do not come */
unsigned sequel_feed(struct sequel *s, bool key_frame, unsigned count,
		     uint64_t lost)
{
	unsigned given = 0;

	for (unsigned i = 0; i < count; i++, s->p.seq++) {
		unsigned flags =
			i ? 0 : SEQUEL_STARTS | (key_frame ? SEQUEL_KEY : 0);

		s->p.marker = i + 1 == count;
		if (lost >> i & 1)
			continue;
		assert_int_equal(
			sequel_put(s, &s->p, flags, s->frame, i, count), 0);
		given += sequel_get(s);
	}
	s->p.marker = false;
	s->p.ts += SEQUEL_TICKS;
	++s->frame;
	s->now += SEQUEL_FRAME;
	return given;
}
