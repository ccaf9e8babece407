/**
 * @file tests/unit/test_drm_screen.c  Tests of showing the board's display
 */
#include <drm_fourcc.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/drm_screen.h"
#include "tests/unit/support/card.h"

enum {
	FPS = 60,
	PATIENCE = 20 * CLOCK_S,
	PATH = 64,
};

/* ---- Who looks ---- */

struct viewer {
	struct camera *c;
	struct camera_format fmt;
	unsigned frames, lost, back;
	int err;
	uint8_t y, u, v; /* In the middle of the last one */
	unsigned width, height;
	bool stops;
	struct frame *kept;
	bool keeps;
};

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct viewer *v = arg;
	const size_t x = f->width / 2, y = f->height / 2;

	assert_true(f->time && f->time <= now);
	assert_int_equal(f->format, FRAME_I420);
	++v->frames;
	v->width = f->width;
	v->height = f->height;
	v->y = f->planev[0][y * f->stridev[0] + x];
	v->u = f->planev[1][y / 2 * f->stridev[1] + x / 2];
	v->v = f->planev[2][y / 2 * f->stridev[2] + x / 2];
	if (v->keeps && !v->kept)
		v->kept = mem_ref(f);
	if (v->stops)
		camera_stop(v->c);
}

static void on_state(int err, void *arg)
{
	struct viewer *v = arg;

	v->err = err;
	v->lost += err != 0;
	v->back += !err;
}

static int start(struct viewer *v, unsigned width, unsigned height)
{
	const struct camera_prefs prefs = {
		.width = width,
		.height = height,
		.fps = FPS,
		.formats = FRAME_BIT(FRAME_I420),
	};

	return camera_start(v->c, &prefs, &v->fmt, on_frame, on_state, v);
}

/* ---- Until something has come true ---- */

static struct {
	const unsigned *counter;
	unsigned least;
	bool late;
	struct loop_timer timer, guard;
} want;

static void on_timer(uint64_t now, void *arg)
{
	(void)arg;
	if (*want.counter >= want.least)
		loop_stop();
	else
		loop_timer_arm(&want.timer, now + CLOCK_MS);
}

static void on_late(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	want.late = true;
	loop_stop();
}

static bool await_for(const unsigned *counter, unsigned least, uint64_t time)
{
	want.counter = counter;
	want.least = least;
	want.late = false;
	loop_timer_arm(&want.timer, 0);
	loop_timer_arm(&want.guard, clock_now() + time);
	assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&want.timer);
	loop_timer_cancel(&want.guard);
	return !want.late;
}

static void await(const unsigned *counter, unsigned more)
{
	assert_true(await_for(counter, *counter + more, PATIENCE));
}

/* ITU-R BT.601, limited range */
static void test_drm_screen_has_the_colours_of_the_display(void **state)
{
	static const struct {
		uint32_t fourcc, xrgb;
		uint16_t rgb;
		uint8_t y, u, v;
	} casev[] = {
		{ DRM_FORMAT_XRGB8888, 0xffffff, 0, 235, 128, 128 },
		{ DRM_FORMAT_XRGB8888, 0xff0000, 0, 81, 90, 240 },
		{ DRM_FORMAT_ARGB8888, 0x00ff00, 0, 145, 54, 34 },
		{ DRM_FORMAT_RGB565, 0, 0x001f, 41, 240, 110 },
		{ DRM_FORMAT_RGB565, 0, 0xf800, 81, 90, 240 },
		{ DRM_FORMAT_XRGB8888, 0, 0, 16, 128, 128 },
	};
	struct viewer v = { .c = NULL };
	(void)state;

	assert_int_equal(drm_screen_alloc(&v.c, ""), 0);
	mem_deref(v.c);
	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	assert_int_equal(start(&v, 1280, 720), 0);
	assert_int_equal(start(&v, 1280, 720), EALREADY);
	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		card.fourcc = casev[i].fourcc;
		card_paint(casev[i].xrgb, casev[i].rgb);
		await(&v.frames, 2);
		assert_int_equal(v.width, CARD_WIDTH);
		assert_int_equal(v.height, CARD_HEIGHT);
		assert_in_range(v.y + 3 - casev[i].y, 0, 6);
		assert_in_range(v.u + 3 - casev[i].u, 0, 6);
		assert_in_range(v.v + 3 - casev[i].v, 0, 6);
	}
	mem_deref(v.c);
	assert_int_equal(v.lost, 0);
}

static void test_drm_screen_shows_the_part_that_is_seen(void **state)
{
	struct viewer v = { .c = NULL };
	(void)state;

	card.x = 62;
	card.y = 11;
	card_paint(0xffffff, 0);
	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	assert_int_equal(start(&v, 32, 64), 0);
	await(&v.frames, 1);
	assert_int_equal(v.width, 32); /* Smaller, its shape kept */
	assert_int_equal(v.height, 24);
	assert_int_equal(v.y, 235);
	camera_stop(v.c);

	/* What the kernel says can be wrong: no further than its memory */
	card.x = CARD_STRIDE / 4 - 10;
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.frames, 1);
	assert_int_equal(v.width, FRAME_SIDE_MIN);
	card.x = CARD_STRIDE;
	await(&v.lost, 1);
	assert_int_equal(v.err, ENODEV);
	mem_deref(v.c);
}

static void test_drm_screen_looks_only_while_somebody_does(void **state)
{
	struct viewer v = { .c = NULL };
	unsigned exports;
	(void)state;

	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	assert_false(await_for(&card.exports, 1, CLOCK_S / 4));
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.frames, FPS / 4);
	assert_in_range(card.exports, v.frames, v.frames + 1);
	v.stops = true;
	await(&v.frames, 1);
	exports = card.exports;
	assert_false(await_for(&card.exports, exports + 1, CLOCK_S / 4));
	mem_deref(v.c);
}

static void test_drm_screen_is_away_while_nothing_is_shown(void **state)
{
	struct viewer v = { .c = NULL };
	(void)state;

	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	card.connected = false;
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.lost, 1);
	assert_int_equal(v.err, ENODEV);
	card.connected = true;
	await(&v.back, 1);
	await(&v.frames, 1);
	card.lit = false;
	await(&v.lost, 1);
	card.lit = true;
	await(&v.frames, 1);
	assert_int_equal(v.lost, 2);
	assert_int_equal(v.back, 2);
	mem_deref(v.c);
}

static void test_drm_screen_says_that_it_is_refused(void **state)
{
	struct viewer v = { .c = NULL };
	(void)state;

	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	card.hidden = true;
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.lost, 1);
	assert_int_equal(v.err, EACCES);

	/* Only the kernel draws: then it may */
	card.free = true;
	await(&v.frames, 1);
	assert_int_equal(v.back, 1);
	assert_false(card.owned);

	card.modifier = I915_FORMAT_MOD_X_TILED;
	await(&v.lost, 1);
	assert_int_equal(v.err, ENOTSUP);
	card.modifier = 0;
	await(&v.back, 1);
	card.fourcc = DRM_FORMAT_NV12;
	await(&v.lost, 1);
	assert_int_equal(v.err, ENOTSUP);
	mem_deref(v.c);
}

static void test_drm_screen_lets_pictures_outlive_it(void **state)
{
	struct viewer v = { .keeps = true };
	(void)state;

	card_paint(0xffffff, 0);
	assert_int_equal(drm_screen_alloc(&v.c, CARD_PATH), 0);
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.frames, DRM_SCREEN_FRAMES + 1);
	card_paint(0, 0);
	await(&v.frames, DRM_SCREEN_FRAMES + 1);
	mem_deref(v.c);
	assert_int_equal(v.kept->planev[0][0], 235);
	mem_deref(v.kept);
}

static void test_drm_screen_refuses_other_names(void **state)
{
	struct camera *c;
	(void)state;

	assert_int_equal(drm_screen_alloc(&c, "card0"), EINVAL);
}

static void test_drm_screen_waits_for_its_card(void **state)
{
	struct viewer v = { .c = NULL };
	char dir[] = "/tmp/card.XXXXXX", path[PATH];
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)re_snprintf(path, sizeof(path), "%s/card0", dir);
	assert_int_equal(drm_screen_alloc(&v.c, path), 0);
	assert_int_equal(start(&v, 640, 480), 0);
	await(&v.lost, 1);
	assert_int_equal(v.err, ENOENT);
	assert_int_equal(symlink(CARD_PATH, path), 0);
	await(&v.back, 1);
	await(&v.frames, 1);
	mem_deref(v.c);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static unsigned descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static unsigned before;

static int set_up(void **state)
{
	(void)state;
	card_reset();
	before = descriptors();
	return 0;
}

/* Nothing is left of it, whatever happened */
static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(card.handles, 0);
	assert_int_equal(card.things, 0);
	assert_int_equal(card.brackets, 0);
	assert_int_equal(descriptors(), before);
	return 0;
}

static int set_up_fake(void **state)
{
	(void)state;
	if (card_init())
		return -1;
	loop_timer_init(&want.timer, "test", on_timer, NULL);
	loop_timer_init(&want.guard, "guard", on_late, NULL);
	return loop_init();
}

static int tear_down_fake(void **state)
{
	(void)state;
	loop_close();
	card_close();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest testv[] = {
		TEST(test_drm_screen_has_the_colours_of_the_display),
		TEST(test_drm_screen_shows_the_part_that_is_seen),
		TEST(test_drm_screen_looks_only_while_somebody_does),
		TEST(test_drm_screen_is_away_while_nothing_is_shown),
		TEST(test_drm_screen_says_that_it_is_refused),
		TEST(test_drm_screen_lets_pictures_outlive_it),
		TEST(test_drm_screen_refuses_other_names),
		TEST(test_drm_screen_waits_for_its_card),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(testv, set_up_fake, tear_down_fake);
}
