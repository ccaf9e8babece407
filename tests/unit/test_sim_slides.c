/**
 * @file tests/unit/test_sim_slides.c  Tests of the screen that is simulated
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "drivers/pattern.h"
#include "drivers/sim_slides.h"

enum {
	FPS = 5,
	HELD = 8,
};

struct viewer {
	struct camera *c;
	struct camera_format fmt;
	unsigned frames, slides;
	uint32_t number, time;
	uint64_t last;
	struct frame *heldv[HELD];
	unsigned held, hold; /* Frames that are kept, and that are to be */
	bool stops;
};

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct viewer *v = arg;
	uint32_t number, time;

	assert_int_equal(pattern_read(f, &number, &time), 0);
	assert_true(number & PATTERN_SLIDE);
	assert_int_equal(f->time, now);
	if (v->frames++ && number == v->number)
		assert_int_equal(time, v->time);
	else
		++v->slides;
	v->number = number;
	v->time = time;
	v->last = now;
	if (v->held < v->hold)
		v->heldv[v->held++] = mem_ref(f);
	if (v->stops)
		camera_stop(v->c);
}

static void on_state(int err, void *arg)
{
	(void)arg;
	fail_msg("state %d", err);
}

static int start(struct viewer *v, unsigned width, unsigned height,
		 unsigned formats)
{
	const struct camera_prefs prefs = {
		.width = width,
		.height = height,
		.fps = FPS,
		.formats = formats,
	};

	return camera_start(v->c, &prefs, &v->fmt, on_frame, on_state, v);
}

static void pass(uint64_t time)
{
	loop_virtual_run(clock_now() + time, NULL, NULL);
}

static void test_sim_slides_change_every_two_seconds(void **state)
{
	struct viewer v = { .c = NULL };
	(void)state;

	assert_int_equal(sim_slides_alloc(&v.c, "slides"), 0);
	assert_int_equal(start(&v, 1280, 720, 0), 0);
	assert_int_equal(start(&v, 1280, 720, 0), EALREADY);
	assert_int_equal(v.fmt.format, FRAME_I420);
	assert_int_equal(v.fmt.width, 1280);
	assert_int_equal(v.fmt.height, 720);
	assert_int_equal(v.fmt.fps, FPS);
	pass(10 * CLOCK_S - CLOCK_MS);
	assert_int_equal(v.frames, 10 * FPS);
	assert_int_equal(v.slides, 5);
	assert_int_equal(v.number, PATTERN_SLIDE + 4);
	camera_stop(v.c);
	pass(CLOCK_S);
	assert_int_equal(v.frames, 10 * FPS);

	/* From the first one again, of another size */
	v.frames = v.slides = 0;
	assert_int_equal(start(&v, 321, 3, FRAME_BIT(FRAME_I420)), 0);
	assert_int_equal(v.fmt.width, 320);
	assert_int_equal(v.fmt.height, FRAME_SIDE_MIN);
	pass(CLOCK_S);
	assert_int_equal(v.number, PATTERN_SLIDE);
	v.stops = true;
	pass(CLOCK_S);
	assert_true(v.frames <= FPS + 2);
	mem_deref(v.c);
}

static void test_sim_slides_has_no_more_than_its_buffers(void **state)
{
	struct viewer v = { .hold = HELD };
	(void)state;

	assert_int_equal(sim_slides_alloc(&v.c, "slides"), 0);
	assert_int_equal(start(&v, 64, 48, 0), 0);
	pass(4 * CLOCK_S);
	assert_int_equal(v.held, SIM_SLIDES_FRAMES);
	assert_int_equal(v.frames, SIM_SLIDES_FRAMES);

	/* What is held outlives the driver */
	mem_deref(v.c);
	while (v.held)
		mem_deref(v.heldv[--v.held]);
}

static void test_sim_slides_refuses_what_it_is_not(void **state)
{
	struct viewer v = { .c = NULL };
	(void)state;

	assert_int_equal(sim_slides_alloc(&v.c, "slide"), EINVAL);
	assert_int_equal(sim_slides_alloc(&v.c, ""), EINVAL);
	assert_int_equal(sim_slides_alloc(&v.c, "slides"), 0);
	assert_int_equal(start(&v, 64, 48, FRAME_BIT(FRAME_H264)), EINVAL);
	assert_int_equal(v.frames, 0);
	mem_deref(v.c);
}

static int set_up(void **state)
{
	(void)state;
	loop_virtual_run(clock_now() + CLOCK_MS, NULL, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_sim_slides_change_every_two_seconds),
		cmocka_unit_test(test_sim_slides_has_no_more_than_its_buffers),
		cmocka_unit_test(test_sim_slides_refuses_what_it_is_not),
	};

	return cmocka_run_group_tests(testv, set_up, NULL);
}
