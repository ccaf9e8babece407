/**
 * @file tests/unit/test_identity.c  Tests of our key and certificate
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/net/identity.h"
#include "core/net/mbed.h"

static char dir[] = "/tmp/test_identity.XXXXXX";

static void quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static int setup(void **state)
{
	(void)state;
	log_set_handler(quiet, NULL);
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void path_of(char *path, size_t size, const char *name)
{
	re_snprintf(path, size, "%s/%s", dir, name);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_identity_signs_itself(void **state)
{
	struct identity *id;
	mbedtls_x509_crt *crt;
	uint32_t flags;
	(void)state;

	assert_int_equal(identity_alloc(&id), 0);
	crt = identity_cert(id);
	assert_true(mbed_is_p256(identity_key(id)));
	assert_true(mbed_is_pair(crt, identity_key(id)));
	assert_int_equal(mbedtls_x509_crt_verify(crt, crt, NULL, NULL, &flags,
						 NULL, NULL),
			 0);
	assert_true(fingerprint_match(identity_fingerprint(id), 1, crt->raw.p,
				      crt->raw.len));
	mem_deref(id);
}

static void test_identity_is_another_each_time(void **state)
{
	struct identity *a, *b;
	(void)state;

	assert_int_equal(identity_alloc(&a), 0);
	assert_int_equal(identity_alloc(&b), 0);
	assert_memory_not_equal(identity_fingerprint(a)->v,
				identity_fingerprint(b)->v, 32);
	mem_deref(a);
	mem_deref(b);
}

static void test_identity_is_kept_in_a_private_file(void **state)
{
	struct identity *a, *b;
	char path[128];
	struct stat st;
	(void)state;

	path_of(path, sizeof(path), "id.pem");
	write_text(path, "what was there before");

	assert_int_equal(identity_alloc(&a), 0);
	assert_int_equal(identity_save(a, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(identity_load(&b, path), 0);
	assert_memory_equal(identity_fingerprint(a), identity_fingerprint(b),
			    sizeof(struct fingerprint));
	mem_deref(a);
	mem_deref(b);
	unlink(path);
}

static void test_identity_refuses_a_bad_file(void **state)
{
	static const char *const textv[] = {
		"",
		"nonsense",
		("-----BEGIN EC PRIVATE KEY-----\nAAAA\n"
		 "-----END EC PRIVATE KEY-----\n"),
	};
	struct identity *id;
	char path[128];
	(void)state;

	path_of(path, sizeof(path), "bad.pem");
	assert_int_equal(identity_load(&id, path), ENOENT);

	for (size_t i = 0; i < ARRAY_SIZE(textv); i++) {
		write_text(path, textv[i]);
		assert_int_equal(identity_load(&id, path), EBADMSG);
	}

	unlink(path);
	assert_int_equal(identity_alloc(&id), 0);
	assert_int_equal(identity_save(id, "/nonexistent/id.pem"), ENOENT);
	mem_deref(id);
}

static void test_identity_leaks_nothing(void **state)
{
	size_t before = test_blocks();
	struct identity *id;
	(void)state;

	assert_int_equal(identity_alloc(&id), 0);
	mem_deref(id);
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity_signs_itself),
		cmocka_unit_test(test_identity_is_another_each_time),
		cmocka_unit_test(test_identity_is_kept_in_a_private_file),
		cmocka_unit_test(test_identity_refuses_a_bad_file),
		cmocka_unit_test(test_identity_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
