/**
 * @file tests/unit/test_openh264_decoder.c  Tests of the H.264 decoder
 */
#include "tests/unit/test.h"
#include "drivers/openh264_decoder.h"
#include "drivers/openh264_encoder.h"
#include "tests/unit/support/reel.h"

static void test_openh264_decoder_is_lost_until_a_key(void **state)
{
	(void)state;
	reel_check_damage(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_decoder_frames_can_be_kept(void **state)
{
	(void)state;
	reel_check_kept(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_decoder_keeps_the_order(void **state)
{
	(void)state;
	reel_check_queue(openh264_encoder_alloc, openh264_decoder_alloc);
}

static void test_openh264_decoder_tells_a_missing_unit(void **state)
{
	const struct encoder_prefs p = { 320, 240, 30, 600000, 0 };
	struct reel r;
	(void)state;

	reel_open(&r, openh264_encoder_alloc, openh264_decoder_alloc, &p);
	for (unsigned i = 0; i < 12; i++) {
		struct frame *f = reel_picture(FRAME_I420, 320, 240, i);
		const struct reel_unit *u = reel_encode(&r, f, i == 8);
		const bool lost = i > 4 && i < 8;

		mem_deref(f);
		if (i == 4)
			continue;
		assert_int_equal(reel_decode(&r, u->data, u->size, 0),
				 lost ? EBADMSG : 0);
		assert_true(!r.frame == lost);
	}
	reel_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openh264_decoder_is_lost_until_a_key),
		cmocka_unit_test(test_openh264_decoder_frames_can_be_kept),
		cmocka_unit_test(test_openh264_decoder_keeps_the_order),
		cmocka_unit_test(test_openh264_decoder_tells_a_missing_unit),
	};

	return cmocka_run_group_tests(tests, reel_setup, reel_teardown);
}
