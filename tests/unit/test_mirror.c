/**
 * @file tests/unit/test_mirror.c  Tests of our own picture
 */
#include "tests/unit/test.h"
#include "core/call/mirror.h"
#include "tests/unit/support/optics.h"

enum {
	FPS = 30,
	SECONDS = 2,
};

static unsigned seen, states;

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	(void)f;
	(void)now;
	assert_ptr_equal(arg, &seen);
	++seen;
}

static void on_state(int err, void *arg)
{
	(void)err;
	(void)arg;
	++states;
}

static const struct camera_prefs prefs = { 640, 480, FPS, 0 };

static void test_mirror_is_a_camera_and_keeps_a_small_picture(void **state)
{
	struct optics_camera *c = optics_camera();
	struct frame *last = NULL, *held;
	struct camera_format fmt;
	unsigned others = 0;
	struct mirror *m;
	(void)state;

	assert_int_equal(mirror_alloc(&m, &c->camera), 0);
	assert_null(mirror_picture(m));
	assert_int_equal(camera_start(mirror_camera(m), &prefs, &fmt, on_frame,
				      on_state, &seen),
			 0);
	for (unsigned i = 0; i < SECONDS * FPS; i++) {
		assert_true(optics_shoot(c, (i + 1) * (CLOCK_S / FPS)));
		others += mirror_picture(m) != last;
		last = mirror_picture(m);
	}
	assert_int_equal(seen, SECONDS * FPS);
	assert_in_range(others, SECONDS * MIRROR_FPS - 5,
			SECONDS * MIRROR_FPS + 1);
	assert_int_equal(last->width, MIRROR_WIDTH);
	assert_int_equal(last->height, MIRROR_WIDTH * 3 / 4);

	c->sh(ENODEV, c->arg);
	assert_int_equal(states, 1);
	assert_null(mirror_picture(m));
	assert_true(optics_shoot(c, 10 * CLOCK_S));
	held = mem_ref(mirror_picture(m));
	assert_non_null(held);
	camera_stop(mirror_camera(m));
	assert_false(c->open);
	assert_null(mirror_picture(m));
	mem_deref(held);
	mem_deref(m);
	mem_deref(c);
}

static void fill(struct frame *f, uint8_t y, uint8_t u, uint8_t v)
{
	const size_t half = f->height / 2;

	memset(f->planev[0], y, f->stridev[0] * f->height);
	if (f->format == FRAME_I420) {
		memset(f->planev[1], u, f->stridev[1] * half);
		memset(f->planev[2], v, f->stridev[2] * half);
	}
	for (size_t i = 0; f->format == FRAME_NV12 && i < f->stridev[1] * half;
	     i++)
		f->planev[1][i] = i % 2 ? v : u;
	for (size_t i = 0;
	     f->format == FRAME_YUYV && i < f->stridev[0] * f->height; i++)
		f->planev[0][i] = i % 4 == 1 ? u : i % 4 == 3 ? v : y;
}

static void test_mirror_draws_what_a_camera_has(void **state)
{
	static const struct {
		unsigned width, height;
	} sizev[] = { { 640, 480 }, { 160, 120 }, { 16, 18 }, { 1920, 1080 } };
	struct frame *dst, *src;
	(void)state;

	assert_int_equal(frame_alloc(&dst, FRAME_I420, 160, 120), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(sizev); i++) {
		for (unsigned k = FRAME_I420; k <= FRAME_YUYV; k++) {
			assert_int_equal(frame_alloc(&src, (enum frame_format)k,
						     sizev[i].width,
						     sizev[i].height),
					 0);
			fill(src, 81, 90, 240);
			frame_black(dst);
			assert_true(mirror_draw(dst, src));
			assert_int_equal(dst->planev[0][160 * 120 - 1], 81);
			assert_int_equal(dst->planev[1][80 * 60 - 1], 90);
			assert_int_equal(dst->planev[2][80 * 60 - 1], 240);
			assert_int_equal(dst->planev[2][0], 240);
			mem_deref(src);
		}
	}
	assert_int_equal(frame_wrap(&src, FRAME_MJPEG, 64, 48, NULL, NULL), 0);
	assert_false(mirror_draw(dst, src));
	mem_deref(src);
	mem_deref(dst);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_mirror_is_a_camera_and_keeps_a_small_picture),
		cmocka_unit_test(test_mirror_draws_what_a_camera_has),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
