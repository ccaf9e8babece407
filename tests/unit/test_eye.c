/**
 * @file tests/unit/test_eye.c  Tests of what a display saw
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "drivers/eye.h"
#include "drivers/pattern.h"

static const uint64_t period = 33333; /* [us] */

static struct frame *make(void)
{
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 160, 120), 0);
	return f;
}

static void show(struct eye *e, uint32_t number, uint64_t now, unsigned age)
{
	struct frame *f = make();
	struct pattern p = { .drawn = false };

	pattern_draw(&p, f, number, clock_wall() / CLOCK_MS - age);
	eye_put(e, f, now);
	mem_deref(f);
}

static void test_eye_counts_what_came_and_what_did_not(void **state)
{
	/* Numbers, also over the end of 16 bits */
	static const struct {
		uint32_t number, missed, backwards;
	} v[] = {
		{ 65533, 0, 0 }, { 65534, 0, 0 }, { 1, 2, 0 }, { 2, 2, 0 },
		{ 2, 2, 1 },	 { 1, 2, 2 },	  { 5, 5, 2 },
	};
	struct eye e = { .shown = 0 };
	uint64_t now = CLOCK_S;
	(void)state;

	loop_virtual_run(CLOCK_S, NULL, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++, now += period) {
		show(&e, v[i].number, now, 0);
		assert_int_equal(e.shown, i + 1);
		assert_int_equal(e.read, i + 1);
		assert_int_equal(e.missed, v[i].missed);
		assert_int_equal(e.backwards, v[i].backwards);
	}
	assert_int_equal(e.freeze, period);
	loop_virtual_end();
}

static void test_eye_measures_freezes_and_delays(void **state)
{
	struct eye e = { .shown = 0 };
	char text[200];
	(void)state;

	loop_virtual_run(CLOCK_S, NULL, NULL);
	show(&e, 1, CLOCK_S, 40);
	show(&e, 2, CLOCK_S + 700000, 250);
	show(&e, 3, CLOCK_S + 800000, 60);
	assert_int_equal(e.freeze, 700000);
	assert_int_equal(e.delay, 60);
	assert_int_equal(e.delay_max, 250);
	(void)re_snprintf(text, sizeof(text), "%H", eye_print, &e);
	assert_string_equal(text, "160x120 shown=3 freeze=700 ms pattern=3 "
				  "number=3 missed=0 backwards=0 delay=60 ms "
				  "worst=250 ms colours=0.0 %");

	/* What was before is no freeze */
	eye_clear(&e);
	show(&e, 9, 60 * CLOCK_S, 10);
	assert_int_equal(e.freeze, 0);
	assert_int_equal(e.missed, 0);
	loop_virtual_end();
}

static void test_eye_takes_other_pictures_too(void **state)
{
	struct eye e = { .shown = 0 };
	struct frame *f = make();
	char text[200];
	(void)state;

	frame_black(f);
	eye_put(&e, f, CLOCK_S);
	eye_put(&e, f, CLOCK_S + period);
	assert_int_equal(e.shown, 2);
	assert_int_equal(e.read, 0);
	(void)re_snprintf(text, sizeof(text), "%H", eye_print, &e);
	assert_string_equal(text, "160x120 shown=2 freeze=33 ms");
	mem_deref(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eye_counts_what_came_and_what_did_not),
		cmocka_unit_test(test_eye_measures_freezes_and_delays),
		cmocka_unit_test(test_eye_takes_other_pictures_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
