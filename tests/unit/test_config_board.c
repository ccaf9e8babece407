/**
 * @file tests/unit/test_config_board.c  Tests of what a board's file gives
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "app/wiring.h"
#include "core/base/config.h"
#include "core/base/config_board.h"
#include "core/base/config_print.h"

#define PAGE   "[page]\nlisten = 127.0.0.1:8443\n"
#define BOARDS SOURCE_DIR "/board"
#define PI     "[board]\nname = " BOARDS "/rpi-4/board.conf\n"

enum {
	TEXT_SIZE = 2048,
	BOARD_COUNT = 4,
};

static char told[TEXT_SIZE];
static unsigned faults, warnings;

static void on_fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	faults += fatal;
	warnings += !fatal;
	str_ncpy(told, text, sizeof(told));
}

static int parse(struct config **cp, const char *text)
{
	faults = warnings = 0;
	told[0] = '\0';
	*cp = NULL;
	return config_parse(cp, "f", text, strlen(text), on_fault, NULL);
}

static const char *entry(const struct config *c, const char *section,
			 const char *name)
{
	const char *other, *text;

	for (unsigned n = 0; config_entry(c, section, n, &other, &text); n++) {
		if (!strcmp(other, name))
			return text;
	}

	return NULL;
}

static void test_board_is_below_the_file(void **state)
{
	struct config *c;
	(void)state;

	assert_int_equal(parse(&c, PAGE PI), 0);
	assert_string_equal(config_text(c, "video", "camera"), "v4l2");
	assert_non_null(strstr(entry(c, "buttons", "bell"), "2711/17 low"));
	assert_non_null(entry(c, "relays", "door"));
	assert_int_equal(config_line(c, "video", "camera"), 0);
	mem_deref(c);

	assert_int_equal(parse(&c, "[video]\ncamera = none\n" PAGE PI
				   "[buttons]\nBELL = sim:1 press=hangup\n"
				   "light = sim:2 press=ring\n"),
			 0);
	assert_string_equal(config_text(c, "video", "camera"), "none");
	assert_string_equal(entry(c, "buttons", "BELL"), "sim:1 press=hangup");
	assert_null(entry(c, "buttons", "bell"));
	assert_non_null(entry(c, "buttons", "light"));
	assert_non_null(entry(c, "lamps", "status"));
	mem_deref(c);
}

static void test_board_leaves_out_what_is_not_wired(void **state)
{
	struct config *c;
	(void)state;

	assert_int_equal(parse(&c, PAGE PI "without = door, Gate\n"), 0);
	assert_null(entry(c, "relays", "door"));
	assert_null(entry(c, "inputs", "gate"));
	assert_non_null(entry(c, "lamps", "status"));
	mem_deref(c);

	assert_int_equal(parse(&c, PAGE PI "without = dor\n"), EINVAL);
	assert_non_null(strstr(told, "f:5: [board] without: the board has no "
				     "'dor'; give names"));
	mem_deref(c);
}

static void test_board_must_be_there(void **state)
{
	struct config *c;
	(void)state;

	assert_int_equal(parse(&c, PAGE "[board]\nname = rpi-99\n"), EINVAL);
	assert_non_null(strstr(told, "f:4: [board] name: "));
	assert_non_null(strstr(told, "/rpi-99.conf cannot be read: "));
	mem_deref(c);

	assert_int_equal(parse(&c, PAGE "[board]\nname = ../x\n"), EINVAL);
	assert_int_equal(parse(&c, PAGE "[board]\nname = /\n"), EINVAL);
	assert_non_null(strstr(told, "Is a directory"));
}

/* What this machine is, the test does not know */
static void test_board_auto_stops_no_start(void **state)
{
	struct config *c;
	(void)state;

	if (parse(&c, PAGE "[board]\nname = auto\n"))
		assert_non_null(strstr(told, "cannot be read"));
	else
		assert_true(warnings < 2);
	mem_deref(c);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_board_file_is_checked_as_any(void **state)
{
	static const struct {
		const char *text, *told;
	} tablev[] = {
		{ "[video]\n\nkamera = v4l2\n",
		  "/board.conf:3: [video] kamera" },
		{ "[account home]\nrealm = home.example\n",
		  "/board.conf: accounts; take them out" },
	};
	char dir[] = "/tmp/boardphone-test-XXXXXX", path[TEXT_SIZE];
	char text[TEXT_SIZE];
	struct config *c;
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)re_snprintf(path, sizeof(path), "%s/board.conf", dir);
	(void)re_snprintf(text, sizeof(text), PAGE "[board]\nname = %s\n",
			  path);
	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		write_file(path, tablev[i].text);
		assert_int_equal(parse(&c, text), EINVAL);
		assert_int_equal(faults, 1);
		assert_non_null(strstr(told, tablev[i].told));
	}

	/* The machine's more exact name counts first */
	(void)re_snprintf(path, sizeof(path), "%s/some,board.conf", dir);
	write_file(path, "");
	assert_true(config_board_find(text, dir,
				      "../x\0other,board\0"
				      "some,board\0soc",
				      sizeof("../x\0other,board\0some,board"
					     "\0soc")));
	assert_string_equal(text, path);
	assert_false(config_board_find(text, dir, "other\0some,boar", 16));
	assert_false(config_board_find(text, dir, "", 0));

	assert_int_equal(unlink(path), 0);
	(void)re_snprintf(path, sizeof(path), "%s/board.conf", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* With a page, and with an account in its place */
static void check_board(const char *name)
{
	static const char *const usev[] = {
		PAGE,
		"[account]\nrealm = example.org\nuser = a\n"
		"[transport]\nurl = wss://example.org/\n",
	};
	char text[TEXT_SIZE];
	struct config *c;

	for (size_t i = 0; i < ARRAY_SIZE(usev); i++) {
		(void)re_snprintf(text, sizeof(text),
				  "%s[board]\nname = %s/%s/board.conf\n",
				  usev[i], BOARDS, name);
		if (parse(&c, text) ||
		    wiring_check(c, &board_sim, "f", on_fault, NULL))
			fail_msg("%s: %s", name, told);
		assert_non_null(entry(c, "buttons", "bell"));
		assert_non_null(entry(c, "lamps", "status"));
		assert_non_null(entry(c, "relays", "door"));
		assert_true(config_given(c, "audio", "device"));
		assert_true(config_given(c, "video", "camera"));
		assert_true(config_given(c, "video", "encoder"));
		mem_deref(c);
	}
}

static void test_board_files_are_right(void **state)
{
	DIR *dir = opendir(BOARDS);
	struct dirent *de;
	unsigned count = 0;
	(void)state;

	assert_non_null(dir);
	while ((de = readdir(dir))) {
		char path[TEXT_SIZE];
		struct stat st;

		(void)re_snprintf(path, sizeof(path), "%s/%s/board.conf",
				  BOARDS, de->d_name);
		if (stat(path, &st))
			continue;
		check_board(de->d_name);
		++count;
	}
	(void)closedir(dir);
	assert_true(count >= BOARD_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_board_is_below_the_file),
		cmocka_unit_test(test_board_leaves_out_what_is_not_wired),
		cmocka_unit_test(test_board_must_be_there),
		cmocka_unit_test(test_board_auto_stops_no_start),
		cmocka_unit_test(test_board_file_is_checked_as_any),
		cmocka_unit_test(test_board_files_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
