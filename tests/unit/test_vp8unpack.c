/**
 * @file tests/unit/test_vp8unpack.c  Tests of the VP8 depacketizer
 */
#include "core/media/vp8pack.h"
#include "core/media/vp8unpack.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

enum {
	UNITS = 30,
	SEEDS = 150,
	ODDS = 12, /* One packet of so many is lost, another comes twice */
};

/* Frames, RFC 6386 section 9.1: partition 1 of 1 byte, then that byte */
#define INTER "\x31\0\0\x55"
#define KEY   "\x30\0\0\x9d\x01\x2a\x40\0\x30\0\x55"

#define P(text)                                                                \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1, 0                   \
	}
#define LAST(text)                                                             \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1, 1                   \
	}

static struct spool spool;

/* What is given and what comes, RFC 7741; SECURITY row 29 */
static const struct {
	const char *name;
	struct {
		const uint8_t *data;
		size_t size;
		bool marker;
	} packetv[5];
	int err;
	size_t size;
	int picture;
	unsigned bits;
	bool spare;
} tablev[] = {
	{ "bare", { LAST("\x10" INTER) }, 0, 4, -1, 0, 0 },
	{ "spare", { LAST("\x30" INTER) }, 0, 4, -1, 0, 1 },
	{ "reserved bits", { LAST("\xd8\x0f" INTER) }, 0, 4, -1, 0, 0 },
	{ "7 bits", { LAST("\x90\x80\x7f" INTER) }, 0, 4, 0x7f, 7, 0 },
	{ "15 bits", { LAST("\x90\x80\x92\x34" INTER) }, 0, 4, 0x1234, 15, 0 },
	{ "all there is",
	  { LAST("\x90\xf0\x80\x01\x22\x40" INTER) },
	  0,
	  4,
	  1,
	  15,
	  0 },
	{ "TID", { LAST("\x90\x20\x40" INTER) }, 0, 4, -1, 0, 0 },
	{ "KEYIDX", { LAST("\x90\x10\x05" INTER) }, 0, 4, -1, 0, 0 },
	{ "two packets",
	  { P("\x90\x80\x05\x51\0\0"), LAST("\x80\x80\x05\1\2") },
	  0,
	  5,
	  5,
	  7,
	  0 },
	{ "picture in the first only",
	  { P("\x90\x80\x05\x51\0\0"), LAST("\0\1\2") },
	  0,
	  5,
	  5,
	  7,
	  0 },
	{ "partitions",
	  { P("\x10\x31\0\0\1"), P("\x11\1"), P("\x01\1"), LAST("\x13\1") },
	  0,
	  7,
	  -1,
	  0,
	  0 },
	{ "padding", { LAST("\x10" INTER), P("") }, 0, 4, -1, 0, 0 },
	{ "behind the marker",
	  { LAST("\x10" INTER), P("\0\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "not from the start", { LAST("\0" INTER) }, EBADMSG, 0, 0, 0, 0 },
	{ "from partition 1", { LAST("\x11" INTER) }, EBADMSG, 0, 0, 0, 0 },
	{ "two starts",
	  { P("\x10" INTER), P("\x10" INTER) },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "partition starts twice",
	  { P("\x10" INTER), P("\x11\1"), P("\x11\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "partition goes back",
	  { P("\x10" INTER), P("\x11\1"), P("\0\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "another picture",
	  { P("\x90\x80\x05\x31\0\0"), P("\x80\x80\x06\1\2") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "another picture's length",
	  { P("\x90\x80\x05\x31\0\0"), P("\x80\x80\x80\x05\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "another TL0PICIDX",
	  { P("\x90\x60\x05\x40\x31\0\0"), P("\x80\x60\x06\x40\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "another layer",
	  { P("\x90\x20\x40\x31\0\0"), P("\x80\x20\x80\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "TL0PICIDX without TID",
	  { LAST("\x90\x40\x05" INTER) },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "descriptor alone", { LAST("\x10") }, EBADMSG, 0, 0, 0, 0 },
	{ "extension cut", { LAST("\x90") }, EBADMSG, 0, 0, 0, 0 },
	{ "picture cut", { LAST("\x90\x80\x80") }, EBADMSG, 0, 0, 0, 0 },
	{ "layer cut", { LAST("\x90\xe0\x80\x01\x05") }, EBADMSG, 0, 0, 0, 0 },
	{ "long descriptor alone",
	  { LAST("\x90\xf0\x80\x01\x22\x40") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
	{ "tag cut", { LAST("\x10\x31\0") }, EBADMSG, 0, 0, 0, 0 },
	{ "partition 1 over the end",
	  { LAST("\x10\x51\0\0\1") },
	  EBADMSG,
	  0,
	  0,
	  0,
	  0 },
};

static void test_vp8unpack_is_strict(void **state)
{
	struct vp8unpack *v;
	(void)state;

	assert_int_equal(vp8unpack_alloc(&v), 0);
	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct payload_unit unit;
		int err = 0;

		vp8unpack_begin(v);
		for (size_t k = 0; tablev[i].packetv[k].data && !err; k++)
			err = vp8unpack_put(v, (uint16_t)(0xfffe + k),
					    tablev[i].packetv[k].data,
					    tablev[i].packetv[k].size,
					    tablev[i].packetv[k].marker);
		if (err)
			assert_int_equal(vp8unpack_put(v, 3, NULL, 0, 1), err);
		if (!err || tablev[i].err)
			err = vp8unpack_end(v, true, &unit);
		if (err != tablev[i].err)
			fail_msg("%s: %d", tablev[i].name, err);
		if (err)
			continue;
		if (unit.size != tablev[i].size ||
		    unit.picture != tablev[i].picture ||
		    unit.picture_bits != tablev[i].bits ||
		    unit.spare != tablev[i].spare)
			fail_msg("%s", tablev[i].name);
		assert_false(unit.key);
	}
	mem_deref(v);
}

static int put_one(struct vp8unpack *v, const void *p, size_t size,
		   struct payload_unit *unit)
{
	int err;

	vp8unpack_begin(v);
	err = vp8unpack_put(v, 1, p, size, true);
	return err ? err : vp8unpack_end(v, false, unit);
}

static void test_vp8unpack_limits_the_size(void **state)
{
	/* Little-endian, two bits for scaling; FRAME_SIDE_MAX is 0x780 */
	static const struct {
		uint8_t sides[5];
		int err;
		unsigned width, height;
	} sidev[] = {
		{ { 0x40, 0, 0x30, 0 }, 0, 64, 48 },
		{ { 0x41, 0x40, 0x31, 0xc0 }, 0, 65, 49 },
		{ { 0x80, 7, 0x80, 7 }, 0, 1920, 1920 },
		{ { 0x81, 7, 0x30, 0 }, EMSGSIZE, 0, 0 },
		{ { 0x40, 0, 0x81, 7 }, EMSGSIZE, 0, 0 },
		{ { 0xff, 0x3f, 0xff, 0x3f }, EMSGSIZE, 0, 0 },
		{ { 0, 0, 0x30, 0 }, EBADMSG, 0, 0 },
		{ { 0x40, 0, 0, 0x40 }, EBADMSG, 0, 0 },
	};
	struct payload_unit unit;
	struct vp8unpack *v;
	uint8_t key[] = "\x10" KEY;
	(void)state;

	assert_int_equal(vp8unpack_alloc(&v), 0);
	for (size_t i = 0; i < ARRAY_SIZE(sidev); i++) {
		memcpy(key + 7, sidev[i].sides, 4);
		assert_int_equal(put_one(v, key, sizeof(key) - 1, &unit),
				 sidev[i].err);
		if (sidev[i].err)
			continue;
		assert_true(unit.key);
		assert_int_equal(unit.width, sidev[i].width);
		assert_int_equal(unit.height, sidev[i].height);
	}

	/* It holds until the next key frame */
	assert_int_equal(put_one(v, "\x10" INTER, 5, &unit), 0);
	assert_int_equal(unit.width, 1920);
	vp8unpack_reset(v);
	assert_int_equal(put_one(v, "\x10" INTER, 5, &unit), 0);
	assert_int_equal(unit.width, 0);

	key[4] = 0x9e;
	assert_int_equal(put_one(v, key, sizeof(key) - 1, &unit), EBADMSG);
	key[4] = 0x9d;
	for (size_t n = 0; n < sizeof(key) - 1; n++)
		assert_int_equal(put_one(v, key, n, &unit), EBADMSG);
	mem_deref(v);
}

static void test_vp8unpack_knows_how_a_frame_starts(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool starts, key;
	} startv[] = {
		{ "\x10" INTER, 5, true, false },
		{ "\x10" KEY, 12, true, true },
		{ "\x90\x80\x92\x34" KEY, 15, true, true },
		{ "\x00" KEY, 12, false, false },
		{ "\x11" KEY, 12, false, false },
		{ "\x10", 1, false, false },
		{ "", 0, false, false },
		{ "\x90\x80\x92\x34", 4, false, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(startv); i++) {
		const uint8_t *p = (const uint8_t *)startv[i].bytes;

		if (vp8unpack_starts(p, startv[i].size) != startv[i].starts ||
		    vp8unpack_key(p, startv[i].size) != startv[i].key)
			fail_msg("%zu", i);
	}
}

static void test_vp8unpack_limits_a_frame(void **state)
{
	static uint8_t packet[60001];
	struct payload_unit unit;
	struct vp8unpack *v;
	uint16_t seq = 0;
	int err = 0;
	(void)state;

	assert_int_equal(vp8unpack_alloc(&v), 0);
	vp8unpack_begin(v);
	while (!err && seq < 100) {
		packet[0] = seq ? 0 : 0x10;
		err = vp8unpack_put(v, seq++, packet, sizeof(packet), false);
	}
	assert_int_equal(err, EMSGSIZE);
	assert_int_equal(seq, PAYLOAD_UNIT_MAX / 60000 + 1);
	assert_int_equal(vp8unpack_end(v, true, &unit), EMSGSIZE);
	mem_deref(v);
}

static struct mbuf *sentv[UNITS];

static void send_frame(struct vp8pack *v, unsigned n, struct mbuf *mb,
		       size_t max)
{
	spool.ts = n;
	spool.max = max;
	sentv[n] = mb;
	assert_int_equal(vp8pack_unit(v, mb->buf, mb->end, false, max,
				      spool_put, &spool),
			 0);
}

static struct mbuf *random_frame(uint32_t *rnd)
{
	struct mbuf *mb = mbuf_alloc(4096);
	bool key = !spool_random(rnd, 4);
	size_t size = spool_random(rnd, 9000);

	(void)mbuf_write_mem(mb, (const uint8_t *)(key ? KEY : INTER),
			     key ? sizeof(KEY) - 1 : sizeof(INTER) - 1);
	while (size--)
		(void)mbuf_write_u8(mb, (uint8_t)spool_random(rnd, 256));
	return mb;
}

static void clear(void)
{
	spool_clear(&spool);
	for (unsigned i = 0; i < UNITS; i++)
		sentv[i] = mem_deref(sentv[i]);
}

/* A receiver without a reorder buffer */
struct receiver {
	struct vp8unpack *v;
	bool open;
	uint32_t ts;
	uint16_t seq;
	unsigned got;
	struct payload_unit last; /* data is gone */
};

static void finish(struct receiver *r, bool next)
{
	struct payload_unit unit;
	struct mbuf *sent = sentv[r->ts];

	r->open = false;
	if (vp8unpack_end(r->v, next, &unit))
		return;

	if (r->got && unit.picture > r->last.picture)
		assert_int_equal(payload_unit_gap(&r->last, &unit),
				 unit.picture - r->last.picture - 1);
	r->last = unit;
	++r->got;
	assert_int_equal(unit.size, sent->end);
	assert_memory_equal(unit.data, sent->buf, unit.size);
	assert_int_equal(unit.key, !(sent->buf[0] & 1));
}

static void receive(struct receiver *r, const struct spool_packet *p)
{
	bool next = p->seq == (uint16_t)(r->seq + 1);

	r->seq = p->seq;
	if (r->open && p->ts != r->ts)
		finish(r, next);
	r->ts = p->ts;
	if (!r->open) {
		if (!vp8unpack_starts(p->data, p->size))
			return;
		vp8unpack_begin(r->v);
		r->open = true;
	}
	if (vp8unpack_put(r->v, p->seq, p->data, p->size, p->marker))
		r->open = false;
	else if (p->marker)
		finish(r, false);
}

static unsigned receive_all(void)
{
	struct receiver r = { .open = false };

	assert_int_equal(vp8unpack_alloc(&r.v), 0);
	for (size_t i = 0; i < spool.packetc; i++)
		receive(&r, &spool.packetv[i]);
	mem_deref(r.v);
	return r.got;
}

static void test_vp8unpack_gives_what_was_packed_or_nothing(void **state)
{
	unsigned got = 0;
	(void)state;

	for (uint32_t seed = 1; seed < SEEDS; seed++) {
		struct vp8pack v = { .picture = 0 };
		uint32_t rnd = seed;
		size_t max = PAYLOAD_MIN + spool_random(&rnd, 1400);

		spool.seq = (uint16_t)(0 - seed);
		for (unsigned i = 0; i < UNITS; i++)
			send_frame(&v, i, random_frame(&rnd), max);
		assert_int_equal(receive_all(), UNITS);
		spool_harm(&spool, &rnd, ODDS);
		got += receive_all();
		clear();
	}
	assert_true(got > SEEDS * UNITS / 8);
	assert_true(got < SEEDS * UNITS);
}

static void test_vp8unpack_gives_real_frames(void **state)
{
	static const char *const namev[] = { "vp8-small-0.vp8",
					     "vp8-small-1.vp8",
					     "vp8-small-3.vp8",
					     "vp8-parts-0.vp8" };
	static const unsigned widthv[] = { 64, 64, 64, 176 };
	struct vp8pack v = { .picture = 0 };
	struct receiver r = { .open = false };
	(void)state;

	assert_int_equal(vp8unpack_alloc(&r.v), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(namev); i++) {
		send_frame(&v, i, spool_vector(namev[i]), 1000);
		for (size_t k = 0; k < spool.packetc; k++)
			receive(&r, &spool.packetv[k]);
		assert_int_equal(r.got, i + 1);
		assert_int_equal(r.last.width, widthv[i]);
		assert_int_equal(r.last.key, i != 1);
		spool_clear(&spool);
	}
	clear();
	mem_deref(r.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vp8unpack_is_strict),
		cmocka_unit_test(test_vp8unpack_limits_the_size),
		cmocka_unit_test(test_vp8unpack_knows_how_a_frame_starts),
		cmocka_unit_test(test_vp8unpack_limits_a_frame),
		cmocka_unit_test(
			test_vp8unpack_gives_what_was_packed_or_nothing),
		cmocka_unit_test(test_vp8unpack_gives_real_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
