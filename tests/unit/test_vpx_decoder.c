/**
 * @file tests/unit/test_vpx_decoder.c  Tests of the VP8 decoder
 */
#include "tests/unit/test.h"
#include "drivers/vpx_decoder.h"
#include "drivers/vpx_encoder.h"
#include "tests/unit/support/reel.h"

static void test_vpx_decoder_is_lost_until_a_key(void **state)
{
	(void)state;
	reel_check_damage(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_decoder_frames_can_be_kept(void **state)
{
	(void)state;
	reel_check_kept(vpx_encoder_alloc, vpx_decoder_alloc);
}

static void test_vpx_decoder_keeps_the_order(void **state)
{
	(void)state;
	reel_check_queue(vpx_encoder_alloc, vpx_decoder_alloc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vpx_decoder_is_lost_until_a_key),
		cmocka_unit_test(test_vpx_decoder_frames_can_be_kept),
		cmocka_unit_test(test_vpx_decoder_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, reel_setup, reel_teardown);
}
