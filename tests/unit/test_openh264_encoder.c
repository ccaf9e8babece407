/**
 * @file tests/unit/test_openh264_encoder.c  Tests of the H.264 encoder
 */
#include "tests/unit/test.h"
#include "drivers/openh264_decoder.h"
#include "drivers/openh264_encoder.h"
#include "tests/unit/support/reel.h"

static void test_openh264_encoder_pictures_come_back(void **state)
{
	(void)state;
	reel_check_likeness(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_encoder_takes_any_format_and_size(void **state)
{
	(void)state;
	reel_check_formats(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_encoder_has_keys_on_demand_only(void **state)
{
	(void)state;
	reel_check_keys(openh264_encoder_alloc);
}

static void test_openh264_encoder_obeys_a_bit_rate(void **state)
{
	(void)state;
	reel_check_rate(openh264_encoder_alloc);
}

static void test_openh264_encoder_does_not_catch_up_after_a_pause(void **state)
{
	(void)state;
	reel_check_pause(openh264_encoder_alloc);
}

static void test_openh264_encoder_fills_a_line(void **state)
{
	(void)state;
	reel_check_line(openh264_encoder_alloc);
}

static void test_openh264_encoder_changes_its_size_with_a_key(void **state)
{
	(void)state;
	reel_check_size(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_encoder_keeps_a_wish_that_it_refuses(void **state)
{
	(void)state;
	reel_check_busy(openh264_encoder_alloc);
}

static void test_openh264_encoder_ends_with_frames_under_way(void **state)
{
	(void)state;
	reel_check_end(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_encoder_refuses_what_it_cannot_do(void **state)
{
	const struct encoder_prefs p = { 320, 240, 30, 500000, 0 };
	struct encoder *e;
	(void)state;

	reel_check_prefs(openh264_encoder_alloc);
	assert_int_equal(openh264_encoder_alloc(&e, "/dev/video11", &p, NULL,
						NULL, NULL),
			 EINVAL);
}

/* What the NAL units of an access unit are (ITU-T H.264 table 7-1) */
static unsigned types_of(const struct reel_unit *u, unsigned typev[8])
{
	unsigned n = 0;

	for (size_t i = 3; i < u->size && n < 8; i++) {
		if (!u->data[i - 3] && !u->data[i - 2] && u->data[i - 1] == 1)
			typev[n++] = u->data[i] & 0x1f;
	}
	return n;
}

static void test_openh264_encoder_has_parameters_before_each_idr(void **state)
{
	/* Constrained baseline, level 3.1: 42c01f */
	static const uint8_t sps[] = "\0\0\0\1\x67\x42\xc0\x1f";
	const struct encoder_prefs p = { 640, 480, 30, 1000000, 0 };
	struct reel r;
	(void)state;

	reel_open(&r, openh264_encoder_alloc, NULL, &p);
	for (unsigned i = 0; i < 9; i++) {
		struct frame *f = reel_picture(FRAME_I420, 640, 480, i);
		const struct reel_unit *u = reel_encode(&r, f, i % 3 == 0);
		unsigned typev[8];
		unsigned n = types_of(u, typev);

		assert_int_equal(n, i % 3 ? 1 : 3);
		assert_int_equal(typev[0], i % 3 ? 1 : 7);
		if (i % 3 == 0) {
			assert_memory_equal(u->data, sps, sizeof(sps) - 1);
			assert_int_equal(typev[1], 8);
			assert_int_equal(typev[2], 5);
		}
		mem_deref(f);
	}
	reel_close(&r);
}

/* Longest of a unit, start codes aside [bytes] */
static size_t longest_nal(const struct reel_unit *u, unsigned *n)
{
	size_t from = 0, longest = 0;

	*n = 0;
	for (size_t i = 3; i <= u->size; i++) {
		const bool begins = i < u->size && !u->data[i - 3] &&
				    !u->data[i - 2] && u->data[i - 1] == 1;

		if (!begins && i < u->size)
			continue;
		if (from) {
			longest = i - from > longest ? i - from : longest;
			++*n;
		}
		from = i;
	}
	return longest;
}

/* For packetization-mode 0, and back again while it runs */
static void test_openh264_encoder_makes_slices_that_fit(void **state)
{
	enum {
		MAX = 1150
	};
	struct encoder_prefs p = { .width = 640,
				   .height = 480,
				   .fps = 30,
				   .bitrate = 2000000,
				   .nal_max = MAX };
	struct reel r;
	unsigned n;
	(void)state;

	reel_open(&r, openh264_encoder_alloc, openh264_decoder_alloc, &p);
	for (unsigned i = 0; i < 20; i++) {
		struct frame *f = reel_picture(FRAME_I420, 640, 480, i);
		const struct reel_unit *u;

		if (i == 10) {
			p.nal_max = 0;
			assert_int_equal(encoder_set(r.e, &p), 0);
		}
		u = reel_encode(&r, f, i % 5 == 0);
		assert_int_equal(u->key, i % 5 == 0);
		if (i < 10) {
			assert_true(longest_nal(u, &n) <= MAX);
			assert_true(!u->key || n > 10);
		} else {
			assert_true(!u->key || longest_nal(u, &n) > MAX);
		}
		assert_int_equal(reel_decode(&r, u->data, u->size, u->time), 0);
		assert_true(reel_psnr(f, r.frame) > 30);
		mem_deref(f);
	}
	reel_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openh264_encoder_pictures_come_back),
		cmocka_unit_test(
			test_openh264_encoder_takes_any_format_and_size),
		cmocka_unit_test(test_openh264_encoder_has_keys_on_demand_only),
		cmocka_unit_test(test_openh264_encoder_obeys_a_bit_rate),
		cmocka_unit_test(
			test_openh264_encoder_does_not_catch_up_after_a_pause),
		cmocka_unit_test(test_openh264_encoder_fills_a_line),
		cmocka_unit_test(
			test_openh264_encoder_changes_its_size_with_a_key),
		cmocka_unit_test(
			test_openh264_encoder_keeps_a_wish_that_it_refuses),
		cmocka_unit_test(
			test_openh264_encoder_ends_with_frames_under_way),
		cmocka_unit_test(
			test_openh264_encoder_refuses_what_it_cannot_do),
		cmocka_unit_test(
			test_openh264_encoder_has_parameters_before_each_idr),
		cmocka_unit_test(test_openh264_encoder_makes_slices_that_fit),
	};

	return cmocka_run_group_tests(tests, reel_setup, reel_teardown);
}
