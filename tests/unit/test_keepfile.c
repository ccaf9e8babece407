/**
 * @file tests/unit/test_keepfile.c  Tests of small files that are kept
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/keepfile.h"

static char dir[] = "/tmp/test_keepfile.XXXXXX";
static char path[KEEPFILE_PATH_MAX];

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) && !keepfile_path(path, dir, "x") ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void test_keepfile_keeps_bytes_privately(void **state)
{
	static const uint8_t text[] = "one\0two";
	uint8_t buf[16];
	struct stat st;
	size_t len;
	(void)state;

	assert_int_equal(keepfile_read(path, buf, sizeof(buf), NULL), ENOENT);
	assert_int_equal(keepfile_write(path, text, sizeof(text)), 0);
	assert_int_equal(keepfile_write(path, text, sizeof(text) - 1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keepfile_read(path, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof(text) - 1);
	assert_memory_equal(buf, text, sizeof(text));

	/* No room for the final 0 */
	assert_int_equal(keepfile_read(path, buf, sizeof(text) - 1, &len),
			 EFBIG);
	assert_int_equal(keepfile_read(path, buf, sizeof(text), &len), 0);
	assert_int_equal(unlink(path), 0);
}

static void test_keepfile_leaves_the_old_one_when_it_fails(void **state)
{
	char folder[KEEPFILE_PATH_MAX], inner[KEEPFILE_PATH_MAX];
	uint8_t buf[16];
	(void)state;

	/* There is a folder where the new file would be written */
	assert_int_equal(keepfile_write(path, (const uint8_t *)"old", 3), 0);
	assert_int_equal(keepfile_path(folder, dir, "x.new"), 0);
	assert_int_equal(keepfile_folder(folder), 0);
	assert_int_equal(keepfile_folder(folder), 0);
	assert_int_equal(keepfile_path(inner, folder, "y"), 0);
	assert_int_equal(keepfile_write(inner, buf, 0), 0);
	assert_int_not_equal(keepfile_write(path, (const uint8_t *)"new", 3),
			     0);
	assert_int_equal(keepfile_read(path, buf, sizeof(buf), NULL), 0);
	assert_string_equal((char *)buf, "old");
	assert_int_equal(unlink(inner), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(unlink(path), 0);
}

static void test_keepfile_tells_what_is_wrong(void **state)
{
	char far[KEEPFILE_PATH_MAX];
	uint8_t buf[16];
	(void)state;

	assert_int_equal(keepfile_read(dir, buf, sizeof(buf), NULL), EISDIR);
	assert_int_equal(keepfile_path(far, dir, "no/x"), 0);
	assert_int_equal(keepfile_write(far, buf, 1), ENOENT);
	assert_int_equal(keepfile_folder(far), ENOENT);
	assert_int_equal(keepfile_write(path, buf, 1), 0);
	assert_int_equal(keepfile_folder(path), ENOTDIR);
	assert_int_equal(unlink(path), 0);
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(keepfile_path(path, far, "y"), ENAMETOOLONG);
	assert_int_equal(keepfile_write(far, buf, 1), ENAMETOOLONG);
	assert_int_equal(keepfile_path(path, dir, "x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepfile_keeps_bytes_privately),
		cmocka_unit_test(
			test_keepfile_leaves_the_old_one_when_it_fails),
		cmocka_unit_test(test_keepfile_tells_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
