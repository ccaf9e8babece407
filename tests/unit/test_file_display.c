/**
 * @file tests/unit/test_file_display.c  Tests of the display in files
 *
 * The thread needs the real loop, which runs until a picture is written; when
 * frames come is told by the test.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/file_display.h"
#include "drivers/jpeg.h"
#include "drivers/pattern.h"

enum {
	POLL = 1000, /* [us] */
	SIZE = 65536,
};

static const uint64_t period = FILE_DISPLAY_PERIOD;

struct rig {
	char dir[32];
	struct display *display;
	const char *want; /* In what it prints, then the loop ends */
	struct loop_timer timer;
};

static bool prints(const struct display *d, const char *want)
{
	char text[300];

	(void)re_snprintf(text, sizeof(text), "%H", display_print, d);
	return strstr(text, want) != NULL;
}

static void on_timer(uint64_t now, void *arg)
{
	struct rig *r = arg;

	if (prints(r->display, r->want))
		loop_stop();
	else
		loop_timer_arm(&r->timer, now + POLL);
}

static void await(struct rig *r, const char *want)
{
	r->want = want;
	loop_timer_arm(&r->timer, 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
}

static int begin(void **state)
{
	static struct rig rig;

	memset(&rig, 0, sizeof(rig));
	(void)re_snprintf(rig.dir, sizeof(rig.dir), "/tmp/boardphone-XXXXXX");
	if (!mkdtemp(rig.dir) || loop_init())
		return -1;
	loop_timer_init(&rig.timer, "test", on_timer, &rig);
	*state = &rig;
	return file_display_alloc(&rig.display, rig.dir);
}

static int end(void **state)
{
	struct rig *r = *state;
	char path[320];
	struct dirent *e;
	DIR *dir;

	mem_deref(r->display);
	loop_close();
	dir = opendir(r->dir);
	while (dir && (e = readdir(dir))) {
		(void)re_snprintf(path, sizeof(path), "%s/%s", r->dir,
				  e->d_name);
		(void)unlink(path);
	}
	if (dir)
		(void)closedir(dir);
	return rmdir(r->dir);
}

static void show(struct display *d, uint32_t number, uint64_t now)
{
	struct pattern p = { .drawn = false };
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 320, 240), 0);
	pattern_draw(&p, f, number, clock_wall() / CLOCK_MS);
	assert_int_equal(display_show(d, f, now), 0);
	mem_deref(f);
}

static bool there(const struct rig *r, const char *name)
{
	char path[64];

	(void)re_snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	return !access(path, F_OK);
}

static unsigned count(const struct rig *r)
{
	DIR *dir = opendir(r->dir);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	(void)closedir(dir);
	return n;
}

/* Number of the pattern in a file. @return as pattern_read() */
static int read_in(const struct rig *r, const char *name, uint32_t *number)
{
	uint8_t *data = malloc(SIZE);
	void *context = NULL;
	struct frame *f;
	char path[64];
	uint32_t time;
	size_t size;
	FILE *file;
	int err;

	(void)re_snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(data, 1, SIZE, file);
	(void)fclose(file);
	assert_int_equal(frame_alloc(&f, FRAME_I420, 320, 240), 0);
	assert_int_equal(jpeg_to_frame(&context, f, data, size), 0);
	jpeg_close(context);
	free(data);
	err = pattern_read(f, number, &time);
	mem_deref(f);
	return err;
}

static uint32_t number_in(const struct rig *r, const char *name)
{
	uint32_t number;

	assert_int_equal(read_in(r, name, &number), 0);
	return number;
}

static bool is_readable(const struct rig *r, const char *name)
{
	uint32_t number;

	return !read_in(r, name, &number);
}

static void test_file_display_writes_one_picture_a_second(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 30; i++)
		show(r->display, i, CLOCK_S + i * period / 30);
	await(r, "written=1 ");
	show(r->display, 30, CLOCK_S + period);
	await(r, "written=2 ");

	assert_int_equal(number_in(r, "picture-000001.jpg"), 0);
	assert_int_equal(number_in(r, "picture-000002.jpg"), 30);
	assert_int_equal(number_in(r, "latest.jpg"), 30);
	assert_int_equal(count(r), 3);
	assert_true(prints(r->display, "shown=31 "));
	assert_true(prints(r->display, "missed=0 backwards=0 "));
}

static void test_file_display_keeps_a_few(void **state)
{
	struct rig *r = *state;
	char want[32];

	for (unsigned i = 1; i <= FILE_DISPLAY_KEPT + 3; i++) {
		show(r->display, i, i * period);
		(void)re_snprintf(want, sizeof(want), "written=%u ", i);
		await(r, want);
	}
	assert_int_equal(count(r), FILE_DISPLAY_KEPT + 1);
	assert_false(there(r, "picture-000003.jpg"));
	assert_true(there(r, "picture-000004.jpg"));
	assert_int_equal(number_in(r, "picture-000013.jpg"), 13);
	assert_int_equal(number_in(r, "latest.jpg"), 13);
}

static void test_file_display_is_not_late_for_a_slow_disk(void **state)
{
	struct rig *r = *state;

	/* The loop does not run, so that the first one is never done */
	show(r->display, 1, CLOCK_S);
	show(r->display, 2, CLOCK_S + period);
	show(r->display, 3, CLOCK_S + 2 * period);
	assert_true(prints(r->display, "written=0 skipped=2 failed=0 "));
	await(r, "written=1 ");
	assert_int_equal(count(r), 2);
}

static void test_file_display_is_dark_when_cleared(void **state)
{
	struct rig *r = *state;

	show(r->display, 1, CLOCK_S);
	await(r, "written=1 ");
	assert_true(there(r, "latest.jpg"));
	display_clear(r->display);
	assert_false(there(r, "latest.jpg"));

	/* The next one comes at once; cleared while it is written */
	show(r->display, 2, CLOCK_S + 1);
	display_clear(r->display);
	await(r, "written=2 ");
	assert_false(there(r, "latest.jpg"));
	assert_true(there(r, "picture-000002.jpg"));
}

static void test_file_display_has_what_lies_over_the_picture(void **state)
{
	const struct display_overlay nothing = { .band = NULL };
	struct display_overlay o = { .inset = NULL };
	struct rig *r = *state;

	/* On black while nothing is shown */
	assert_int_equal(frame_alloc(&o.band, FRAME_I420, 320, 20), 0);
	frame_black(o.band);
	display_overlay(r->display, &nothing, CLOCK_S);
	display_overlay(r->display, &o, CLOCK_S);
	display_overlay(r->display, &o, CLOCK_S + 1);
	await(r, "written=1 ");
	display_overlay(r->display, &o, CLOCK_S + 2 * period);
	assert_true(prints(r->display, "shown=0 "));
	assert_true(there(r, "latest.jpg"));
	display_overlay(r->display, &nothing, CLOCK_S + 2 * period);
	assert_false(there(r, "latest.jpg"));

	/* Over a picture, where the eye does not see it */
	display_overlay(r->display, &nothing, 5 * CLOCK_S);
	show(r->display, 0xffff, 5 * CLOCK_S);
	await(r, "written=2 ");
	assert_int_equal(number_in(r, "latest.jpg"), 0xffff);
	display_overlay(r->display, &o, 5 * CLOCK_S + period);
	show(r->display, 0xffff, 5 * CLOCK_S + period);
	await(r, "written=3 ");
	assert_true(prints(r->display, "pattern=2 "));
	assert_false(is_readable(r, "latest.jpg"));
	display_clear(r->display);
	display_overlay(r->display, &o, 8 * CLOCK_S);
	await(r, "written=4 ");
	mem_deref(o.band);
}

static void no_log(enum log_level level, const char *line, void *arg)
{
	unsigned *lines = arg;
	(void)level;
	(void)line;
	++*lines;
}

static void test_file_display_says_once_that_it_cannot_write(void **state)
{
	struct rig *r = *state;
	unsigned lines = 0;

	/* What stands in the way cannot be taken away, even by root */
	char path[64];

	(void)re_snprintf(path, sizeof(path), "%s/.latest.jpg.new", r->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	log_set_handler(no_log, &lines);
	show(r->display, 1, CLOCK_S);
	await(r, "failed=1 ");
	show(r->display, 2, CLOCK_S + period);
	await(r, "failed=2 ");
	assert_int_equal(lines, 1);
	log_set_handler(NULL, NULL);
	assert_int_equal(rmdir(path), 0);
	show(r->display, 3, CLOCK_S + 2 * period);
	await(r, "written=1 ");
}

static void test_file_display_may_go_while_it_writes(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 20; i++) {
		show(r->display, i, CLOCK_S);
		r->display = mem_deref(r->display);
		assert_int_equal(file_display_alloc(&r->display, r->dir), 0);
	}
}

static void test_file_display_refuses_what_is_no_directory(void **state)
{
	static const char *v[] = { "", "/nonexistent", "/dev/null", "/proc" };
	struct display *d;
	unsigned lines = 0;
	(void)state;

	log_set_handler(no_log, &lines);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		/* Root may write where nothing can be written */
		if (!strcmp(v[i], "/proc") && !geteuid())
			continue;
		assert_int_not_equal(file_display_alloc(&d, v[i]), 0);
		assert_int_equal(lines, i + 1);
	}
	log_set_handler(NULL, NULL);
	assert_int_equal(file_display_none(&d, "x"), EINVAL);
}

static void test_file_display_none_has_an_eye(void **state)
{
	struct display *d;
	(void)state;

	assert_int_equal(file_display_none(&d, ""), 0);
	show(d, 5, CLOCK_S);
	show(d, 6, CLOCK_S + 40 * CLOCK_MS);
	assert_true(prints(d, "none 320x240 shown=2 freeze=40 ms pattern=2 "
			      "number=6 "));
	display_clear(d);
	assert_true(prints(d, "none 0x0 shown=0 "));
	mem_deref(d);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(test_file_display_writes_one_picture_a_second),
		WITH_DIRECTORY(test_file_display_keeps_a_few),
		WITH_DIRECTORY(test_file_display_is_not_late_for_a_slow_disk),
		WITH_DIRECTORY(test_file_display_is_dark_when_cleared),
		WITH_DIRECTORY(
			test_file_display_has_what_lies_over_the_picture),
		WITH_DIRECTORY(
			test_file_display_says_once_that_it_cannot_write),
		WITH_DIRECTORY(test_file_display_may_go_while_it_writes),
		cmocka_unit_test(
			test_file_display_refuses_what_is_no_directory),
		cmocka_unit_test(test_file_display_none_has_an_eye),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
