/**
 * @file tests/unit/test_sim_camera.c  Tests of the simulated camera
 *
 * In virtual time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/jpeg.h"
#include "drivers/pattern.h"
#include "drivers/sim_camera.h"

enum {
	HELD = 8,
};

struct user {
	struct camera *camera;
	struct camera_format fmt;
	unsigned frames, unread;
	uint64_t first, last;	/* Times of capture [us]  */
	uint32_t number, jumps; /* Of the pattern         */
	struct frame *heldv[HELD];
	unsigned hold; /* So many are kept       */
	unsigned stop; /* After so many          */
	int states, err;
	uint8_t lumav[HELD]; /* First bytes of the last frames */
};

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct user *u = arg;
	uint32_t number, time;

	assert_true(f->time <= now);
	assert_int_equal(f->format, u->fmt.format);
	assert_int_equal(f->width, u->fmt.width);
	assert_int_equal(f->height, u->fmt.height);
	if (!u->frames)
		u->first = f->time;
	u->last = f->time;
	u->lumav[u->frames % HELD] = f->planev[0][0];

	if (f->format != FRAME_I420 || pattern_read(f, &number, &time)) {
		++u->unread;
	} else {
		u->jumps += number != ((u->number + 1) & 0xffff);
		u->number = number;
	}
	++u->frames;
	for (unsigned i = 0; i < u->hold; i++)
		if (!u->heldv[i]) {
			u->heldv[i] = mem_ref(f);
			break;
		}
	if (u->frames == u->stop)
		camera_stop(u->camera);
}

static void on_state(int err, void *arg)
{
	struct user *u = arg;

	++u->states;
	u->err = err;
}

static void let_go(struct user *u)
{
	for (unsigned i = 0; i < HELD; i++)
		u->heldv[i] = mem_deref(u->heldv[i]);
}

static void make(struct user *u, const char *device)
{
	memset(u, 0, sizeof(*u));
	assert_int_equal(sim_camera_alloc(&u->camera, device), 0);
	loop_virtual_run(0, NULL, NULL);
}

static void end(struct user *u)
{
	let_go(u);
	u->camera = mem_deref(u->camera);
	loop_virtual_end();
}

static int begin(struct user *u, const struct camera_prefs *prefs)
{
	return camera_start(u->camera, prefs, &u->fmt, on_frame, on_state, u);
}

static void run(struct user *u, const struct camera_prefs *prefs, uint64_t us)
{
	assert_int_equal(begin(u, prefs), 0);
	loop_virtual_run(clock_now() + us, NULL, NULL);
}

static bool prints(const struct user *u, const char *want)
{
	char text[200];

	(void)re_snprintf(text, sizeof(text), "%H", camera_print, u->camera);
	return strstr(text, want) != NULL;
}

static void no_log(enum log_level level, const char *line, void *arg)
{
	unsigned *lines = arg;
	(void)level;

	assert_true(strlen(line) > 10);
	++*lines;
}

static void test_sim_camera_refuses_what_it_does_not_understand(void **state)
{
	static const char *v[] = {
		"",
		"pattern=",
		"pattern=moving",
		"pattern,",
		"file",
		"file=",
		"file=/tmp",
		"x",
		"file=/dev/null",
		"file=/nonexistent.y4m",
	};
	unsigned lines = 0;
	struct camera *c;
	(void)state;

	log_set_handler(no_log, &lines);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (!sim_camera_alloc(&c, v[i]))
			fail_msg("%s", v[i]);
		assert_int_equal(lines, i + 1);
	}
	log_set_handler(NULL, NULL);
}

static void test_sim_camera_takes_the_nearest(void **state)
{
	static const struct {
		struct camera_prefs prefs;
		unsigned width, height, fps;
	} v[] = {
		{ { .width = 0 }, 640, 480, 30 },
		{ { 321, 241, 15, 0 }, 320, 240, 15 },
		{ { 2, 9999, 1000, FRAME_BIT(FRAME_I420) }, 16, 1920, 60 },
	};
	const struct camera_prefs wrong = { .formats = FRAME_BIT(FRAME_H264) };
	unsigned lines = 0;
	struct user u;
	(void)state;

	make(&u, "pattern");
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(begin(&u, &v[i].prefs), 0);
		assert_int_equal(begin(&u, &v[i].prefs), EALREADY);
		assert_int_equal(u.fmt.format, FRAME_I420);
		assert_int_equal(u.fmt.width, v[i].width);
		assert_int_equal(u.fmt.height, v[i].height);
		assert_int_equal(u.fmt.fps, v[i].fps);
		camera_stop(u.camera);
		camera_stop(u.camera);
	}
	log_set_handler(no_log, &lines);
	assert_int_equal(begin(&u, &wrong), EINVAL);
	log_set_handler(NULL, NULL);
	end(&u);
}

static void test_sim_camera_keeps_its_rate_for_an_hour(void **state)
{
	static const unsigned fpsv[] = { 1, 7, 30, 60 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(fpsv); i++) {
		const struct camera_prefs prefs = { 16, 16, fpsv[i], 0 };
		struct user u;

		make(&u, "pattern");
		run(&u, &prefs, 3600ULL * CLOCK_S);
		assert_int_equal(u.frames, 3600 * fpsv[i]);
		assert_int_equal(u.unread, 0);
		assert_int_equal(u.jumps, 1); /* The first one */
		assert_int_equal(u.last - u.first,
				 3600ULL * CLOCK_S - CLOCK_S / fpsv[i]);
		assert_true(prints(&u, "dropped=0 late=0"));
		end(&u);
	}
}

static void test_sim_camera_drops_while_all_buffers_are_held(void **state)
{
	const struct camera_prefs prefs = { 64, 48, 10, 0 };
	struct user u;
	(void)state;

	make(&u, "pattern");
	u.hold = HELD;
	run(&u, &prefs, CLOCK_S);
	assert_int_equal(u.frames, SIM_CAMERA_FRAMES);
	assert_true(prints(&u, "frames=4 dropped=6 late=0"));

	/* What was dropped is seen in the number */
	u.hold = 0;
	let_go(&u);
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_int_equal(u.frames, SIM_CAMERA_FRAMES + 10);
	assert_int_equal(u.number, 19);
	assert_int_equal(u.jumps, 2);
	end(&u);
}

static void test_sim_camera_stands_still(void **state)
{
	const struct camera_prefs prefs = { 64, 48, 10, 0 };
	struct frame *f;
	struct user u;
	(void)state;

	make(&u, "pattern=still");
	u.hold = 1;
	run(&u, &prefs, CLOCK_S);
	f = mem_ref(u.heldv[0]);
	let_go(&u);
	assert_int_equal(u.frames, 10);
	assert_int_equal(u.unread, 0);
	assert_int_equal(u.number, 0);

	/* All buffers are the same, also another one */
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_memory_equal(f->planev[0], u.heldv[0]->planev[0], 64 * 48);
	assert_ptr_not_equal(f, u.heldv[0]);
	mem_deref(f);
	end(&u);
}

static void test_sim_camera_frames_outlive_it(void **state)
{
	const struct camera_prefs prefs = { 64, 48, 10, 0 };
	uint32_t number, time;
	struct user u;
	(void)state;

	make(&u, "pattern");
	u.hold = 1;
	u.stop = 3;
	run(&u, &prefs, CLOCK_S);
	assert_int_equal(u.frames, 3);
	assert_true(prints(&u, "stopped"));
	u.camera = mem_deref(u.camera);
	assert_int_equal(pattern_read(u.heldv[0], &number, &time), 0);
	assert_int_equal(number, 0);
	end(&u);
}

static uint64_t slow_clock(void)
{
	return CLOCK_S;
}

/* The loop was away for two seconds: the newest is what is seen */
static void test_sim_camera_skips_what_the_loop_missed(void **state)
{
	const struct camera_prefs prefs = { 64, 48, 10, 0 };
	struct user u;
	(void)state;

	make(&u, "pattern");
	loop_virtual_run(3 * CLOCK_S, NULL, NULL);
	assert_true(clock_now() >= 3 * CLOCK_S);
	clock_set_source(slow_clock);
	assert_int_equal(begin(&u, &prefs), 0);
	loop_virtual_run(3 * CLOCK_S + CLOCK_MS, NULL, NULL);
	assert_int_equal(u.frames, 1);
	assert_int_equal(u.last, 3 * CLOCK_S);
	assert_int_equal(u.number, 19);
	assert_true(prints(&u, "frames=1 dropped=0 late=19"));
	end(&u);
}

static void write_y4m(const char *path, const char *rate)
{
	FILE *f = fopen(path, "wb");
	uint8_t v[384];

	assert_non_null(f);
	(void)fprintf(f, "YUV4MPEG2 W16 H16 F%s\n", rate);
	for (int i = 0; i < 100; i++) {
		memset(v, i, sizeof(v));
		(void)fprintf(f, "FRAME\n");
		(void)fwrite(v, sizeof(v), 1, f);
	}
	(void)fclose(f);
}

static void test_sim_camera_plays_a_file_at_its_rate(void **state)
{
	static const struct {
		const char *rate;
		unsigned fps, told, frames;
		uint8_t last;
	} v[] = {
		{ "30:1", 30, 30, 60, 59 },
		{ "25:1", 30, 25, 50, 49 },
		{ "30000:1001", 60, 30, 59, 58 },
		{ "30:1", 10, 10, 20, 57 },  /* Every third frame  */
		{ "60:1", 60, 60, 120, 19 }, /* From the beginning */
	};
	char path[] = "/tmp/boardphone-y4m-XXXXXX", device[64];
	(void)state;

	close(mkstemp(path));
	(void)re_snprintf(device, sizeof(device), "file=%s", path);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		const struct camera_prefs prefs = { 640, 480, v[i].fps, 0 };
		struct user u;

		write_y4m(path, v[i].rate);
		make(&u, device);
		run(&u, &prefs, 2 * CLOCK_S);
		assert_int_equal(u.fmt.width, 16);
		assert_int_equal(u.fmt.fps, v[i].told);
		assert_int_equal(u.frames, v[i].frames);
		assert_int_equal(u.lumav[(u.frames - 1) % HELD], v[i].last);
		assert_int_equal(u.states, 0);
		end(&u);
	}
	(void)unlink(path);
}

static void test_sim_camera_tells_when_the_file_breaks(void **state)
{
	const struct camera_prefs prefs = { 640, 480, 30, 0 };
	char path[] = "/tmp/boardphone-y4m-XXXXXX", device[64];
	unsigned lines = 0, frames;
	struct user u;
	(void)state;

	close(mkstemp(path));
	write_y4m(path, "30:1");
	(void)re_snprintf(device, sizeof(device), "file=%s", path);
	make(&u, device);
	run(&u, &prefs, CLOCK_S);
	frames = u.frames;

	log_set_handler(no_log, &lines);
	assert_int_equal(truncate(path, 100), 0);
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_int_equal(u.frames, frames);
	assert_int_equal(u.states, 1);
	assert_int_equal(u.err, EBADMSG);

	write_y4m(path, "30:1");
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_int_equal(u.frames, frames + 30);
	assert_int_equal(u.states, 2);
	assert_int_equal(u.err, 0);
	assert_int_equal(lines, 2);
	log_set_handler(NULL, NULL);
	end(&u);
	(void)unlink(path);
}

static void write_jpeg(const char *path)
{
	struct pattern p = { .drawn = false };
	FILE *file = fopen(path, "wb");
	struct frame *f;
	uint8_t *data;
	size_t size;

	assert_non_null(file);
	assert_int_equal(frame_alloc(&f, FRAME_I420, 320, 240), 0);
	pattern_draw(&p, f, 7, 0);
	assert_int_equal(jpeg_from_frame(f, JPEG_QUALITY, &data, &size), 0);
	assert_int_equal(fwrite(data, size, 1, file), 1);
	(void)fclose(file);
	free(data);
	mem_deref(f);
}

static void test_sim_camera_shows_a_jpeg(void **state)
{
	const struct camera_prefs any = { 640, 480, 10, 0 };
	const struct camera_prefs mjpeg = { 640, 480, 10,
					    FRAME_BIT(FRAME_MJPEG) };
	char path[] = "/tmp/boardphone-jpeg-XXXXXX", device[64];
	unsigned width, height;
	struct user u;
	(void)state;

	close(mkstemp(path));
	write_jpeg(path);
	(void)re_snprintf(device, sizeof(device), "file=%s", path);
	make(&u, device);
	run(&u, &any, CLOCK_S);
	assert_int_equal(u.fmt.format, FRAME_I420);
	assert_int_equal(u.fmt.width, 320);
	assert_int_equal(u.frames, 10);
	assert_int_equal(u.unread, 0);
	assert_int_equal(u.number, 7);
	camera_stop(u.camera);

	u.hold = 1;
	assert_int_equal(begin(&u, &mjpeg), 0);
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_int_equal(u.fmt.format, FRAME_MJPEG);
	assert_int_equal(u.frames, 20);
	u.camera = mem_deref(u.camera);
	assert_int_equal(jpeg_size(u.heldv[0]->planev[0], u.heldv[0]->size,
				   &width, &height),
			 0);
	assert_int_equal(width, 320);
	assert_int_equal(height, 240);
	end(&u);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_sim_camera_refuses_what_it_does_not_understand),
		cmocka_unit_test(test_sim_camera_takes_the_nearest),
		cmocka_unit_test(test_sim_camera_keeps_its_rate_for_an_hour),
		cmocka_unit_test(
			test_sim_camera_drops_while_all_buffers_are_held),
		cmocka_unit_test(test_sim_camera_stands_still),
		cmocka_unit_test(test_sim_camera_frames_outlive_it),
		cmocka_unit_test(test_sim_camera_skips_what_the_loop_missed),
		cmocka_unit_test(test_sim_camera_plays_a_file_at_its_rate),
		cmocka_unit_test(test_sim_camera_tells_when_the_file_breaks),
		cmocka_unit_test(test_sim_camera_shows_a_jpeg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
