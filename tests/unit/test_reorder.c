/**
 * @file tests/unit/test_reorder.c  Tests of whole frames out of packets
 *
 * A payload says of which frame it is, which packet of how many.
 */
#include "tests/unit/test.h"
#include "core/media/reorder.h"

enum {
	FRAME = 33 * CLOCK_MS,
	TICKS = 3000,
	FIRST = 65000, /* Sequence number */
	LIMIT = 64,    /* Packets in a frame of the tests, at most */
};

enum flag {
	STARTS = 1,
	KEY = 2,
	MARKER = 4,
};

struct payload {
	uint32_t flags, frame, index, count;
};

static const uint64_t START = 5000ULL * CLOCK_S;

static bool starts(const uint8_t *data, size_t size)
{
	assert_true(size > 0);
	return data[0] & STARTS;
}

static bool key(const uint8_t *data, size_t size)
{
	assert_true(size > 0);
	return data[0] & KEY;
}

static const struct reorder_format format = { starts, key };

struct stream {
	struct reorder *r;
	struct packet p; /* The next one       */
	uint32_t frame;	 /* The next one       */
	uint64_t now;
	uint32_t given;	  /* Frames             */
	uint32_t last;	  /* The last one given */
	unsigned splices; /* Must stay 0        */
};

static void begin(struct stream *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(reorder_alloc(&s->r, &format), 0);
	s->now = START;
	s->p.seq = FIRST;
	s->p.ssrc = 1;
	s->p.pt = 96;
	s->p.ts = UINT32_MAX - 5 * TICKS;
}

static struct reorder_stats stats_of(const struct stream *s)
{
	struct reorder_stats st;

	reorder_stats(s->r, &st);
	return st;
}

static void check(struct stream *s, const struct reorder_frame *f)
{
	struct payload last = { .index = 0 };
	size_t size = 0;

	assert_true(f->piecec > 0);
	for (unsigned i = 0; i < f->piecec; i++) {
		struct payload pl;

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
static unsigned get(struct stream *s)
{
	struct reorder_frame f;
	unsigned n = 0;

	for (; !reorder_get(s->r, &f, s->now); n++)
		check(s, &f);
	assert_int_equal(s->splices, 0);
	assert_true(reorder_due(s->r) > s->now);
	return n;
}

static int put(struct stream *s, const struct packet *p, unsigned flags,
	       uint32_t frame, unsigned index, unsigned count)
{
	struct payload pl = { flags, frame, index, count };

	return reorder_put(s->r, p, (const uint8_t *)&pl, sizeof(pl), s->now);
}

/* A frame of so many packets; those whose bit is set in `lost` do not come */
static unsigned feed(struct stream *s, bool key_frame, unsigned count,
		     uint64_t lost)
{
	unsigned given = 0;

	for (unsigned i = 0; i < count; i++, s->p.seq++) {
		unsigned flags = i ? 0 : STARTS | (key_frame ? KEY : 0);

		s->p.marker = i + 1 == count;
		if (lost >> i & 1)
			continue;
		assert_int_equal(put(s, &s->p, flags, s->frame, i, count), 0);
		given += get(s);
	}
	s->p.marker = false;
	s->p.ts += TICKS;
	++s->frame;
	s->now += FRAME;
	return given;
}

static void test_reorder_gives_frames_at_once(void **state)
{
	size_t before = test_blocks();
	struct stream s;
	(void)state;

	begin(&s);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(feed(&s, i == 0, 1 + i % 5, 0), 1);
	assert_int_equal(stats_of(&s).held_max, 5);
	assert_int_equal(stats_of(&s).skipped, 0);
	assert_true(reorder_due(s.r) == CLOCK_NEVER);
	mem_deref(s.r);
	assert_int_equal(test_blocks(), before);
}

static void test_reorder_begins_with_a_key_frame(void **state)
{
	struct stream s;
	(void)state;

	begin(&s);
	assert_false(reorder_wants_key(s.r));
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(feed(&s, false, 3, 0), 0);
		/* The first ones may be out of order */
		assert_int_equal(reorder_wants_key(s.r), i > 0);
	}
	assert_int_equal(put(&s, &s.p, STARTS | KEY, s.frame, 0, 2), 0);
	assert_int_equal(get(&s), 0);
	assert_false(reorder_wants_key(s.r)); /* It is coming */
	assert_int_equal(feed(&s, true, 2, 1), 1);
	assert_int_equal(feed(&s, false, 2, 0), 1);
	assert_int_equal(stats_of(&s).skipped, 15);
	assert_int_equal(stats_of(&s).lost, 0);
	mem_deref(s.r);
}

static void test_reorder_takes_packets_in_any_order(void **state)
{
	static const unsigned orderv[][4] = {
		{ 3, 2, 1, 0 },
		{ 1, 0, 3, 2 },
		{ 2, 3, 0, 1 },
		{ 1, 2, 3, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(orderv); i++) {
		struct stream s;
		unsigned n = 0;

		begin(&s);
		for (unsigned k = 0; k < 400; k++) {
			unsigned o = k / 4 * 4 + orderv[i][k % 4];
			unsigned flags = o & 1 ? 0 : STARTS;
			struct packet p = s.p;

			p.seq = (uint16_t)(p.seq + o);
			p.ts += o / 2 * TICKS;
			p.marker = o & 1;
			assert_int_equal(put(&s, &p, flags | (o ? 0 : KEY),
					     o / 2, o & 1, 2),
					 0);
			n += get(&s);
		}
		assert_int_equal(n, 200);
		mem_deref(s.r);
	}
}

static void test_reorder_waits_for_a_gap_and_then_for_a_key_frame(void **state)
{
	static const struct {
		uint32_t rtt, wait;
	} v[] = {
		{ 0, REORDER_WAIT_MIN },
		{ 10 * CLOCK_MS, REORDER_WAIT_MIN },
		{ 50 * CLOCK_MS, 250 * CLOCK_MS },
		{ 99 * CLOCK_MS, 495 * CLOCK_MS },
		{ 5 * CLOCK_S, REORDER_WAIT_MAX },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct stream s;
		uint64_t due;

		begin(&s);
		reorder_set_round_trip(s.r, v[i].rtt);
		assert_int_equal(feed(&s, true, 3, 0), 1);
		due = s.now + v[i].wait;
		assert_int_equal(feed(&s, false, 3, 2), 0);
		assert_int_equal(feed(&s, false, 3, 0), 0);
		assert_true(reorder_due(s.r) == due);
		assert_false(reorder_wants_key(s.r));
		s.now = due - 1;
		assert_int_equal(get(&s), 0);
		assert_false(reorder_wants_key(s.r));
		s.now = due;
		assert_int_equal(get(&s), 0);
		assert_true(reorder_wants_key(s.r));
		assert_int_equal(reorder_next(s.r), s.p.seq);
		assert_int_equal(feed(&s, false, 3, 0), 0);
		assert_int_equal(feed(&s, true, 3, 0), 1);
		assert_int_equal(feed(&s, false, 3, 0), 1);
		assert_int_equal(stats_of(&s).lost, 1);
		mem_deref(s.r);
	}
}

static void test_reorder_goes_on_when_a_gap_is_filled(void **state)
{
	struct stream s;
	struct packet lost;
	(void)state;

	begin(&s);
	(void)feed(&s, true, 3, 0);
	lost = s.p;
	++lost.seq;
	assert_int_equal(feed(&s, false, 3, 2), 0);
	assert_int_equal(feed(&s, false, 3, 0), 0);
	assert_int_equal(put(&s, &lost, 0, 1, 1, 3), 0);
	assert_int_equal(get(&s), 2);
	assert_int_equal(put(&s, &lost, 0, 1, 1, 3), ETIME);
	mem_deref(s.r);
}

/* A key frame that is there already is not asked for again */
static void test_reorder_skips_to_a_key_frame_it_holds(void **state)
{
	struct stream s;
	(void)state;

	begin(&s);
	(void)feed(&s, true, 3, 0);
	assert_int_equal(feed(&s, false, 3, 2), 0);
	assert_int_equal(feed(&s, true, 10, 0), 0);
	assert_int_equal(feed(&s, false, 3, 0), 0);
	s.now += REORDER_WAIT_MIN;
	assert_int_equal(get(&s), 2);
	assert_false(reorder_wants_key(s.r));
	assert_int_equal(stats_of(&s).skipped, 2);

	/* One with a gap of its own is given up, too */
	assert_int_equal(feed(&s, false, 3, 2), 0);
	assert_int_equal(feed(&s, true, 10, 4), 0);
	s.now += REORDER_WAIT_MIN;
	assert_int_equal(get(&s), 0);
	assert_true(reorder_wants_key(s.r));
	assert_int_equal(feed(&s, true, 10, 0), 1);
	mem_deref(s.r);
}

static void test_reorder_waits_for_what_was_before_a_key_frame(void **state)
{
	struct stream s;
	struct packet lost;
	(void)state;

	begin(&s);
	assert_int_equal(feed(&s, false, 3, 0), 0);
	lost = s.p; /* Parameter sets; the IDR behind them is a start, too */
	++s.p.seq;
	assert_int_equal(put(&s, &s.p, STARTS | KEY, 1, 1, 3), 0);
	++s.p.seq;
	s.p.marker = true;
	assert_int_equal(put(&s, &s.p, 0, 1, 2, 3), 0);
	assert_int_equal(get(&s), 0);
	assert_false(reorder_wants_key(s.r));
	lost.marker = false;
	assert_int_equal(put(&s, &lost, STARTS | KEY, 1, 0, 3), 0);
	assert_int_equal(get(&s), 1);
	mem_deref(s.r);
}

static void test_reorder_ends_a_frame_without_a_marker(void **state)
{
	struct stream s;
	(void)state;

	begin(&s);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(
			put(&s, &s.p, i ? STARTS : STARTS | KEY, i, 0, 1), 0);
		assert_int_equal(get(&s), i > 0);
		++s.p.seq;
		s.p.ts += TICKS;
	}
	mem_deref(s.r);
}

static void test_reorder_passes_over_padding(void **state)
{
	struct stream s;
	(void)state;

	begin(&s);
	(void)feed(&s, true, 3, 0);
	for (unsigned i = 0; i < 5 * REORDER_SLOTS; i++, s.p.seq++) {
		assert_int_equal(reorder_put(s.r, &s.p, NULL, 0, s.now), 0);
		assert_int_equal(get(&s), 0);
	}
	assert_int_equal(feed(&s, false, 3, 0), 1);
	assert_int_equal(stats_of(&s).skipped + stats_of(&s).lost, 0);
	mem_deref(s.r);
}

static void test_reorder_refuses_repeats_and_the_long(void **state)
{
	uint8_t data[REORDER_PAYLOAD + 1] = { STARTS | KEY };
	struct stream s;
	(void)state;

	begin(&s);
	assert_int_equal(reorder_put(s.r, &s.p, data, sizeof(data), 1),
			 EMSGSIZE);
	assert_int_equal(reorder_put(s.r, &s.p, data, REORDER_PAYLOAD, 1), 0);
	assert_int_equal(reorder_put(s.r, &s.p, data, 5, 1), EALREADY);
	assert_int_equal(stats_of(&s).held, 1);
	mem_deref(s.r);
}

static void test_reorder_holds_so_much_and_no_more(void **state)
{
	struct stream s;
	unsigned n = 0;
	(void)state;

	begin(&s);
	(void)feed(&s, true, 3, 0);
	++s.p.seq; /* Lost; and time stands still */
	for (unsigned i = 0; i < 3 * REORDER_SLOTS / 8; i++) {
		n += feed(&s, false, 8, 0);
		s.now = START;
		assert_true(stats_of(&s).held <= REORDER_SLOTS);
	}
	assert_int_equal(n, 0);
	s.now += 20 * CLOCK_MS;
	assert_int_equal(get(&s), 0);
	assert_true(reorder_wants_key(s.r));
	assert_int_equal(stats_of(&s).overflow, 1);
	assert_int_equal(feed(&s, true, LIMIT, 0), 1);
	mem_deref(s.r);
}

static void test_reorder_goes_with_jumps(void **state)
{
	static const struct {
		uint16_t seq;
		uint32_t ssrc;
		unsigned odd; /* Packets that are given for it */
	} v[] = {
		{ 20000, 0, 1 }, { (uint16_t)-20000, 0, 1 }, { 0, 1, 0 },
		{ 5, 1, 0 },	 { (uint16_t)-200, 0, 32 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct stream s;
		int err = 0;

		begin(&s);
		(void)feed(&s, true, 3, 0);
		for (unsigned k = 0; k < 100; k++)
			assert_int_equal(feed(&s, false, 3, 0), 1);
		s.p.seq = (uint16_t)(s.p.seq + v[i].seq);
		s.p.ssrc += v[i].ssrc;
		for (unsigned k = 0; k < v[i].odd; k++, s.p.seq++) {
			err = put(&s, &s.p, STARTS, s.frame, 0, 1);
			assert_true(err == EAGAIN || err == ETIME);
			(void)get(&s);
		}
		assert_int_equal(feed(&s, true, 3, 0), 1);
		assert_int_equal(feed(&s, false, 3, 0), 1);
		assert_int_equal(stats_of(&s).resync, 1);
		mem_deref(s.r);
	}
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Whatever is lost for good: never over a gap, and key frames begin anew */
static void test_reorder_never_goes_over_a_gap(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 100; seed++) {
		uint32_t rnd = seed;
		unsigned n = 0, keys = 0;
		struct stream s;

		begin(&s);
		for (unsigned i = 0; i < 2000; i++) {
			unsigned count = 1 + next(&rnd) % 10;
			uint64_t lost = 0;

			for (unsigned k = 0; k < count; k++)
				lost |= (uint64_t)(next(&rnd) % 100 < seed / 4)
					<< k;
			keys += i % 10 == 0;
			n += feed(&s, i % 10 == 0, count, lost);
			if (next(&rnd) % 100 == 0)
				s.p.seq = (uint16_t)(s.p.seq + 1400);
		}
		assert_true(n > 0 && n <= 2000);
		assert_true(stats_of(&s).keys <= keys);
		assert_true(stats_of(&s).held <= REORDER_SLOTS);
		mem_deref(s.r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reorder_gives_frames_at_once),
		cmocka_unit_test(test_reorder_begins_with_a_key_frame),
		cmocka_unit_test(test_reorder_takes_packets_in_any_order),
		cmocka_unit_test(
			test_reorder_waits_for_a_gap_and_then_for_a_key_frame),
		cmocka_unit_test(test_reorder_goes_on_when_a_gap_is_filled),
		cmocka_unit_test(test_reorder_skips_to_a_key_frame_it_holds),
		cmocka_unit_test(
			test_reorder_waits_for_what_was_before_a_key_frame),
		cmocka_unit_test(test_reorder_ends_a_frame_without_a_marker),
		cmocka_unit_test(test_reorder_passes_over_padding),
		cmocka_unit_test(test_reorder_refuses_repeats_and_the_long),
		cmocka_unit_test(test_reorder_holds_so_much_and_no_more),
		cmocka_unit_test(test_reorder_goes_with_jumps),
		cmocka_unit_test(test_reorder_never_goes_over_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
