/**
 * @file tests/unit/test_password.c  Tests of the page's password
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/call/password.h"
#include "core/net/mbed.h"
#include "tests/unit/test.h"

enum {
	TEXT_LEN = 14, /* Three groups of four, and what is between them */
	PATH_LEN = 64,
	FILE_LEN = 512,
	OWNER_ONLY = 0600,
	MODE_BITS = 0777,
};

static char folder[] = "/tmp/password-XXXXXX";
static char file[PATH_LEN];

static int setup(void **state)
{
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	if (mbed_init() || !mkdtemp(folder))
		return -1;

	re_snprintf(file, sizeof(file), "%s/password", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	(void)unlink(file);
	return rmdir(folder);
}

static int no_file(void **state)
{
	(void)state;

	(void)unlink(file);
	return 0;
}

static void put(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Whether the file has this text in it */
static bool file_has(const char *text)
{
	char buf[FILE_LEN];
	FILE *f = fopen(file, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	assert_int_equal(fclose(f), 0);
	return strstr(buf, text) != NULL;
}

static struct password *make(const char *lines)
{
	char text[FILE_LEN];
	struct password *p = NULL;
	struct config *cfg;

	re_snprintf(text, sizeof(text), "[page]\nlisten=127.0.0.1:0\n%s",
		    lines);
	assert_int_equal(
		config_parse(&cfg, "test", text, strlen(text), NULL, NULL), 0);
	assert_int_equal(password_alloc(&p, cfg, "boardphone", "home"), 0);
	mem_deref(cfg);
	return p;
}

static struct password *make_kept(void)
{
	char line[PATH_LEN];

	re_snprintf(line, sizeof(line), "state=%s\n", folder);
	return make(line);
}

/* Whether `status` says this of it */
static bool shows(const struct password *p, const char *text)
{
	char line[FILE_LEN];

	assert_true(re_snprintf(line, sizeof(line), "%H", password_print, p) >
		    0);
	return strstr(line, text) != NULL;
}

static void test_password_is_made_and_kept(void **state)
{
	struct password *p = make_kept();
	char text[TEXT_LEN + 1];
	struct stat st;
	(void)state;

	assert_int_equal(strlen(password_text(p)), TEXT_LEN);
	assert_int_equal(
		strspn(password_text(p), "-23456789abcdefghjkmnpqrstuwxyz"),
		TEXT_LEN);
	assert_int_equal(password_text(p)[4], '-');
	assert_int_equal(password_text(p)[9], '-');
	str_ncpy(text, password_text(p), sizeof(text));
	mem_deref(p);

	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & MODE_BITS, OWNER_ONLY);
	p = make_kept();
	assert_string_equal(password_text(p), text);
	mem_deref(p);
}

static void test_password_is_another_one_on_every_board(void **state)
{
	struct password *p = make_kept();
	char text[TEXT_LEN + 1];
	(void)state;

	str_ncpy(text, password_text(p), sizeof(text));
	mem_deref(p);
	assert_int_equal(unlink(file), 0);
	p = make_kept();
	assert_string_not_equal(password_text(p), text);
	mem_deref(p);
}

static void test_password_is_no_text_any_more_once_used(void **state)
{
	struct password *p = make_kept();
	(void)state;

	assert_true(file_has("password "));
	assert_true(shows(p, password_text(p)));
	password_used(p);
	assert_true(shows(p, "not shown any more"));
	assert_string_equal(password_text(p), "");
	assert_false(file_has("password "));
	assert_true(file_has("sha256 "));
	mem_deref(p);

	p = make_kept();
	assert_string_equal(password_text(p), "");
	password_used(p);
	mem_deref(p);
}

static void test_password_is_made_anew_when_asked_to(void **state)
{
	struct password *p = make_kept();
	char text[TEXT_LEN + 1];
	(void)state;

	str_ncpy(text, password_text(p), sizeof(text));
	password_used(p);
	assert_int_equal(password_renew(p), 0);
	assert_int_equal(strlen(password_text(p)), TEXT_LEN);
	assert_string_not_equal(password_text(p), text);
	assert_true(file_has(password_text(p)));
	mem_deref(p);
}

static void test_password_of_a_damaged_file_is_made_anew(void **state)
{
	static const char *const textv[] = {
		"",
		"md5\nsha256\n",
		"md5 0\nsha256 0\n",
		"password abcd\n",
		"md5 00112233445566778899aabbccddeeff\nsha256 "
		"00112233445566778899AABBCCDDEEFF"
		"00112233445566778899aabbccddeeff\n",
	};
	struct password *p;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(textv); i++) {
		put(textv[i]);
		p = make_kept();
		assert_int_equal(strlen(password_text(p)), TEXT_LEN);
		assert_true(file_has(password_text(p)));
		mem_deref(p);
	}
}

static void test_password_of_the_configuration_stays(void **state)
{
	struct password *p = make("password=correct-horse\n");
	(void)state;

	assert_true(shows(p, "[page] password"));
	assert_false(shows(p, "correct-horse"));
	assert_string_equal(password_text(p), "");
	assert_int_equal(password_renew(p), EPERM);
	password_used(p);
	assert_int_equal(access(file, F_OK), -1);
	mem_deref(p);
}

static void test_password_lives_without_a_folder(void **state)
{
	struct password *p = make("state=/nonexistent/folder\n");
	(void)state;

	assert_int_equal(strlen(password_text(p)), TEXT_LEN);
	password_used(p);
	assert_string_equal(password_text(p), "");
	mem_deref(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_password_is_made_and_kept, no_file),
		cmocka_unit_test_setup(
			test_password_is_another_one_on_every_board, no_file),
		cmocka_unit_test_setup(
			test_password_is_no_text_any_more_once_used, no_file),
		cmocka_unit_test_setup(test_password_is_made_anew_when_asked_to,
				       no_file),
		cmocka_unit_test_setup(
			test_password_of_a_damaged_file_is_made_anew, no_file),
		cmocka_unit_test_setup(test_password_of_the_configuration_stays,
				       no_file),
		cmocka_unit_test_setup(test_password_lives_without_a_folder,
				       no_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
