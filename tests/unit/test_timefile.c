/**
 * @file tests/unit/test_timefile.c  Timefile
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/net/timefile.h"
#include "core/net/trust.h"
#include "tests/unit/test.h"

enum {
	DAY = 24 * 3600,
	YEAR = 365 * DAY,
};

static char path[] = "/tmp/timefile-XXXXXX";

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	int fd = mkstemp(path);
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	close(fd);
	return fd < 0;
}

static int teardown(void **state)
{
	(void)state;

	return unlink(path);
}

static void test_timefile_takes_nothing_that_cannot_be_right(void **state)
{
	static const char *const textv[] = {
		"",
		"\n",
		"x",
		"12345678901",
		"1234567890\n",
		"-2345678901\n",
		"00000000000\n",
		"0x345678901\n",
		"99999999999\n",
	};
	uint64_t floor = trust_floor();
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(textv); i++) {
		put(textv[i]);
		assert_int_equal(timefile_load(path), EBADMSG);
	}
	assert_int_equal(timefile_load("/nonexistent/time"), ENOENT);
	put("00000000001\n");
	assert_int_equal(timefile_load(path), 0);
	assert_true(trust_floor() == floor);
}

static void test_timefile_is_written_every_six_hours(void **state)
{
	uint64_t t = trust_floor() + DAY;
	(void)state;

	assert_int_equal(timefile_save(path, t), 0);
	assert_true(trust_floor() == t);
	assert_int_equal(timefile_save(path, t), EAGAIN);
	assert_int_equal(timefile_save(path, t + TIMEFILE_EVERY - 1), EAGAIN);
	assert_int_equal(timefile_save(path, t - DAY), EAGAIN);
	assert_int_equal(timefile_save(path, t + 11ULL * YEAR), EAGAIN);
	assert_int_equal(timefile_save(path, 0), EAGAIN);
	assert_int_equal(timefile_save(path, t + TIMEFILE_EVERY), 0);
	assert_int_equal(timefile_load(path), 0);
	assert_true(trust_floor() == t + TIMEFILE_EVERY);
}

static void test_timefile_raises_the_floor_at_start(void **state)
{
	uint64_t t = trust_floor() + YEAR;
	char line[16];
	(void)state;

	assert_true(re_snprintf(line, sizeof(line), "%011llu\n",
				(unsigned long long)t) > 0);
	put(line);
	assert_int_equal(timefile_load(path), 0);
	assert_true(trust_floor() == t);
}

static void test_timefile_that_cannot_be_written_is_told(void **state)
{
	uint64_t t = trust_floor() + DAY;
	(void)state;

	assert_int_equal(timefile_save("/nonexistent/time", t), ENOENT);
	assert_int_equal(timefile_save("/nonexistent/time", t), EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_timefile_takes_nothing_that_cannot_be_right),
		cmocka_unit_test(test_timefile_is_written_every_six_hours),
		cmocka_unit_test(test_timefile_raises_the_floor_at_start),
		cmocka_unit_test(test_timefile_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
