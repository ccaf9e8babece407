/**
 * @file tests/unit/test_vpx_encoder.c  Tests of the VP8 encoder
 */
#include "tests/unit/test.h"
#include "drivers/vpx_decoder.h"
#include "drivers/vpx_encoder.h"
#include "tests/unit/support/reel.h"

static void test_vpx_encoder_pictures_come_back(void **state)
{
	(void)state;
	reel_check_likeness(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_encoder_takes_any_format_and_size(void **state)
{
	(void)state;
	reel_check_formats(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_encoder_has_keys_on_demand_only(void **state)
{
	(void)state;
	reel_check_keys(vpx_encoder_alloc);
}

static void test_vpx_encoder_obeys_a_bit_rate(void **state)
{
	(void)state;
	reel_check_rate(vpx_encoder_alloc);
}

static void test_vpx_encoder_does_not_catch_up_after_a_pause(void **state)
{
	(void)state;
	reel_check_pause(vpx_encoder_alloc);
}

static void test_vpx_encoder_fills_a_line(void **state)
{
	(void)state;
	reel_check_line(vpx_encoder_alloc);
}

static void test_vpx_encoder_changes_its_size_with_a_key(void **state)
{
	(void)state;
	reel_check_size(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_encoder_keeps_a_wish_that_it_refuses(void **state)
{
	(void)state;
	reel_check_busy(vpx_encoder_alloc);
}

static void test_vpx_encoder_ends_with_frames_under_way(void **state)
{
	(void)state;
	reel_check_end(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_encoder_refuses_what_it_cannot_do(void **state)
{
	const struct encoder_prefs p = { 320, 240, 30, 500000, 0 };
	struct encoder *e;
	(void)state;

	reel_check_prefs(vpx_encoder_alloc);
	assert_int_equal(
		vpx_encoder_alloc(&e, "/dev/video11", &p, NULL, NULL, NULL),
		EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vpx_encoder_pictures_come_back),
		cmocka_unit_test(test_vpx_encoder_takes_any_format_and_size),
		cmocka_unit_test(test_vpx_encoder_has_keys_on_demand_only),
		cmocka_unit_test(test_vpx_encoder_obeys_a_bit_rate),
		cmocka_unit_test(
			test_vpx_encoder_does_not_catch_up_after_a_pause),
		cmocka_unit_test(test_vpx_encoder_fills_a_line),
		cmocka_unit_test(test_vpx_encoder_changes_its_size_with_a_key),
		cmocka_unit_test(test_vpx_encoder_keeps_a_wish_that_it_refuses),
		cmocka_unit_test(test_vpx_encoder_ends_with_frames_under_way),
		cmocka_unit_test(test_vpx_encoder_refuses_what_it_cannot_do),
	};

	return cmocka_run_group_tests(tests, reel_setup, reel_teardown);
}
