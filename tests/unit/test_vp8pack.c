/**
 * @file tests/unit/test_vp8pack.c  Tests of the VP8 packetizer
 */
#include "core/media/packet.h"
#include "core/media/vp8pack.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

enum {
	MAX = PACKET_PAYLOAD_MAX,
};

static struct spool spool;
static uint8_t frame[10000];

static int pack(struct vp8pack *v, size_t size, bool spare, size_t max)
{
	spool.max = max;
	return vp8pack_unit(v, frame, size, spare, max, spool_put, &spool);
}

/* RFC 7741 section 4.2 */
static void test_vp8pack_writes_the_descriptor(void **state)
{
	struct vp8pack v = { .picture = 0x1234 };
	(void)state;

	assert_int_equal(pack(&v, 3000, false, MAX), 0);
	assert_int_equal(pack(&v, 500, true, MAX), 0);
	assert_int_equal(spool.packetc, 4);
	assert_memory_equal(spool.packetv[0].data, "\x90\x80\x92\x34", 4);
	assert_memory_equal(spool.packetv[1].data, "\x80\x80\x92\x34", 4);
	assert_memory_equal(spool.packetv[2].data, "\x80\x80\x92\x34", 4);
	assert_memory_equal(spool.packetv[3].data, "\xb0\x80\x92\x35", 4);
	assert_int_equal(spool.packetv[0].size, 1004);
	assert_int_equal(spool.packetv[3].size, 504);
	assert_int_equal(v.stats.units, 2);
	assert_int_equal(v.stats.bytes, 3516);
	assert_int_equal(v.stats.overhead, 16);
	spool_clear(&spool);
}

static void test_vp8pack_wraps_the_picture(void **state)
{
	struct vp8pack v = { .picture = VP8PACK_PICTURE };
	(void)state;

	assert_int_equal(pack(&v, 10, false, MAX), 0);
	assert_int_equal(pack(&v, 10, false, MAX), 0);
	assert_memory_equal(spool.packetv[0].data, "\x90\x80\xff\xff", 4);
	assert_memory_equal(spool.packetv[1].data, "\x90\x80\x80\x00", 4);
	spool_clear(&spool);
}

static void test_vp8pack_refuses_what_is_no_frame(void **state)
{
	struct vp8pack v = { .picture = 7 };
	(void)state;

	assert_int_equal(pack(&v, 0, false, MAX), EBADMSG);
	assert_int_equal(pack(&v, 2, false, MAX), EBADMSG);
	assert_int_equal(spool.packetc, 0);
	assert_int_equal(v.picture, 7);
	assert_int_equal(v.stats.refused, 2);
}

/* Its number is used up: some of it may be under way */
static void test_vp8pack_stops_when_it_is_told_to(void **state)
{
	struct vp8pack v = { .picture = 7 };
	(void)state;

	spool.err = ENOBUFS;
	assert_int_equal(pack(&v, 3000, false, MAX), ENOBUFS);
	spool.err = 0;
	assert_int_equal(v.picture, 8);
	assert_int_equal(v.stats.units, 0);
	assert_int_equal(v.stats.payloads, 1);
}

static void test_vp8pack_keeps_to_the_limit(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 1000; seed++) {
		struct vp8pack v = { .picture = 0 };
		uint32_t rnd = seed;
		size_t max = PAYLOAD_MIN + spool_random(&rnd, 1400);
		size_t size = 3 + spool_random(&rnd, 9000), sum = 0;

		assert_int_equal(pack(&v, size, false, max), 0);
		for (size_t i = 0; i < spool.packetc; i++) {
			assert_int_equal(spool.packetv[i].marker,
					 i == spool.packetc - 1);
			assert_true(spool.packetv[i].size + 1 >=
				    spool.packetv[0].size);
			sum += spool.packetv[i].size - VP8PACK_HEAD;
		}
		assert_int_equal(sum, size);
		spool_clear(&spool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vp8pack_writes_the_descriptor),
		cmocka_unit_test(test_vp8pack_wraps_the_picture),
		cmocka_unit_test(test_vp8pack_refuses_what_is_no_frame),
		cmocka_unit_test(test_vp8pack_stops_when_it_is_told_to),
		cmocka_unit_test(test_vp8pack_keeps_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
