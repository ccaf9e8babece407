/**
 * @file tests/unit/test_ladder.c  Tests of the ladder: size by bit rate
 */
#include "tests/unit/test.h"
#include "core/call/ladder.h"

enum {
	THOUSAND = 1000,
	RATE_MIN = 30000,
	SEEDS = 200,
	STEPS = 200,
};

static const struct encoder_prefs vga = { 640, 480, 30, 1000000, 0 };

static void test_ladder_makes_the_picture_small_for_a_low_rate(void **state)
{
	static const struct {
		struct encoder_prefs full;
		uint32_t bitrate;
		unsigned width, height, fps;
	} casev[] = {
		{ { 640, 480, 30, 0, 0 }, 1000000, 640, 480, 30 },
		{ { 640, 480, 30, 0, 0 }, 185000, 640, 480, 30 },
		{ { 640, 480, 30, 0, 0 }, 184000, 640, 480, 20 },
		{ { 640, 480, 30, 0, 0 }, 100000, 640, 480, 15 },
		{ { 640, 480, 30, 0, 0 }, 65000, 640, 480, 10 },
		{ { 640, 480, 30, 0, 0 }, 60000, 320, 240, 30 },
		{ { 640, 480, 30, 0, 0 }, 30000, 320, 240, 15 },
		{ { 1920, 1080, 30, 0, 0 }, 30000, 480, 270, 10 },
		{ { 1280, 720, 60, 0, 0 }, 100000, 640, 360, 20 },
		{ { 1280, 720, 10, 0, 0 }, 30000, 320, 180, 10 },
		{ { 1280, 720, 1, 0, 0 }, 30000, 1280, 720, 1 },
		{ { 64, 64, 60, 0, 0 }, 30000, 64, 64, 60 },
		/* There is no more to take away */
		{ { 140, 140, 60, 0, 0 }, 300, 140, 140, 20 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct ladder l = { .rung = 0 };
		struct encoder_prefs to;

		(void)ladder_step(&l, &casev[i].full, casev[i].bitrate, 1, &to);
		assert_int_equal(to.width, casev[i].width);
		assert_int_equal(to.height, casev[i].height);
		assert_int_equal(to.fps, casev[i].fps);
		assert_int_equal(to.bitrate, casev[i].bitrate);
	}
}

static void test_ladder_is_climbed_slowly(void **state)
{
	struct ladder l = { .rung = 0 };
	struct encoder_prefs to;
	uint64_t now = CLOCK_S;
	(void)state;

	assert_false(ladder_step(&l, &vga, 1000000, now, &to));
	assert_true(ladder_step(&l, &vga, 60000, now, &to));
	assert_int_equal(to.width, 320);

	/* Not at once, and not for a little more */
	assert_false(ladder_step(&l, &vga, 1000000, now, &to));
	now += LADDER_HOLD;
	assert_false(ladder_step(&l, &vga, 65000, now, &to));
	assert_true(ladder_step(&l, &vga, 1000000, now, &to));
	assert_int_equal(to.width, 640);
	assert_int_equal(to.fps, 30);

	/* Down at once */
	assert_true(ladder_step(&l, &vga, 30000, now, &to));
	assert_int_equal(l.steps, 3);
}

static void test_ladder_leaves_enough_for_each_pixel(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct ladder l = { .rung = 0 };
		struct encoder_prefs to;
		uint32_t n = seed, size = 0;
		uint64_t now = 1, up = 0;

		for (unsigned i = 0; i < STEPS; i++) {
			uint32_t rate;

			n = n * 1103515245 + 12345; /* C11 7.22.2.2 */
			rate = RATE_MIN + (n >> 8) % 500000;
			now += (n >> 4) % CLOCK_S;
			(void)ladder_step(&l, &vga, rate, now, &to);
			assert_true((uint64_t)rate * THOUSAND >=
				    (uint64_t)to.width * to.height * to.fps *
					    LADDER_LOW);
			assert_true(to.fps >= LADDER_FPS);
			if (size && to.width * to.height * to.fps > size) {
				assert_true(now - up >= LADDER_HOLD);
				up = now;
			}
			size = to.width * to.height * to.fps;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_ladder_makes_the_picture_small_for_a_low_rate),
		cmocka_unit_test(test_ladder_is_climbed_slowly),
		cmocka_unit_test(test_ladder_leaves_enough_for_each_pixel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
