/**
 * @file tests/unit/test_pagecert.c  The page's certificate, ours or the user's
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "tests/support/memory.h"
#include "core/base/keepfile.h"
#include "core/base/log.h"
#include "core/net/pagecert.h"
#include "core/net/pemfile.h"
#include "core/net/selfsign.h"

enum {
	MEMORY_STEPS = 150, /* Tries without memory ...                 */
	MEMORY_STRIDE = 37, /* ... so many allocations apart; a prime   */
};

#define DAY  86400ULL
#define WALL (trust_floor() + 60)

static char dir[] = "/tmp/test_pagecert.XXXXXX";
static char own[KEEPFILE_PATH_MAX], user[KEEPFILE_PATH_MAX];
static char key[KEEPFILE_PATH_MAX];
static char reason[PAGECERT_REASON_MAX], logged[LOG_LINE_MAX];
static struct pagecert *pc;

static void on_log(enum log_level level, const char *line, void *arg)
{
	(void)arg;

	if (level == LOG_LEVEL_WARNING)
		str_ncpy(logged, line, sizeof(logged));
}

static int setup(void **state)
{
	(void)state;

	log_set_handler(on_log, NULL);
	if (!mkdtemp(dir))
		return -1;

	(void)keepfile_path(own, dir, "page.pem");
	(void)keepfile_path(user, dir, "user.pem");
	(void)keepfile_path(key, dir, "key.pem");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int clean(void **state)
{
	(void)state;

	pc = mem_deref(pc);
	(void)unlink(own);
	(void)unlink(user);
	(void)unlink(key);
	logged[0] = '\0';
	return 0;
}

static int make(const char *name, uint64_t wall)
{
	const char *const namev[] = { name, "door.example.org", NULL };
	struct pagecert_params prm = { .state = dir,
				       .namev = namev,
				       .wall = wall };

	pc = mem_deref(pc);
	return pagecert_alloc(&pc, &prm, reason);
}

static int load_user(bool two)
{
	struct pagecert_params prm = { .cert = user,
				       .key = two ? key : NULL,
				       .wall = WALL };

	pc = mem_deref(pc);
	return pagecert_alloc(&pc, &prm, reason);
}

static void read_own(mbedtls_x509_crt *crt)
{
	static uint8_t buf[PEMFILE_MAX];

	mbedtls_x509_crt_init(crt);
	assert_int_equal(keepfile_read(own, buf, sizeof(buf), NULL), 0);
	assert_int_equal(pemfile_chain(crt, buf, own, reason), 0);
}

static bool names(const mbedtls_x509_crt *crt, const char *host)
{
	struct trust_check c;

	memset(&c, 0, sizeof(c));
	assert_int_equal(trust_check_init(&c, host, 0), 0);
	return !trust_match_extensions(crt->v3_ext.p, crt->v3_ext.len, &c,
				       NULL);
}

static void write_text(const char *path, const char *text)
{
	assert_int_equal(
		keepfile_write(path, (const uint8_t *)text, strlen(text)), 0);
}

static void test_pagecert_is_made_once_for_the_boards_names(void **state)
{
	static const char *const yes[] = { "door",	"door.local",
					   "localhost", "door.example.org",
					   "127.0.0.1", "::1" };
	struct fingerprint fp;
	mbedtls_x509_crt crt;
	char text[256];
	struct stat st;
	uint32_t flags;
	(void)state;

	assert_int_equal(make("door", WALL), 0);
	assert_true(pagecert_is_own(pc));
	assert_string_equal(pagecert_file(pc), own);
	assert_int_equal(stat(own, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fp = *pagecert_fingerprint(pc);

	read_own(&crt);
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(names(&crt, yes[i]));
	assert_false(names(&crt, "other.local"));
	assert_int_equal(mbedtls_x509_crt_verify(&crt, &crt, NULL, "localhost",
						 &flags, NULL, NULL),
			 0);
	assert_true(pagecert_expires(pc) - WALL < 825 * DAY);
	assert_true(pagecert_expires(pc) - WALL > 800 * DAY);
	mbedtls_x509_crt_free(&crt);

	/* The same at the next start */
	assert_int_equal(make("door", WALL + 700 * DAY), 0);
	assert_memory_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	assert_string_equal(logged, "");
	assert_int_equal(
		re_snprintf(text, sizeof(text), "%H", pagecert_print_hash, pc),
		95);
	assert_true(text[2] == ':' && strspn(text, "0123456789ABCDEF:") == 95);
	(void)re_snprintf(text, sizeof(text), "%H", pagecert_print, pc);
	assert_non_null(strstr(text, "signed by itself"));
}

static void test_pagecert_is_made_anew_when_it_must(void **state)
{
	struct fingerprint first, fp;
	mbedtls_x509_crt a, b;
	(void)state;

	assert_int_equal(make("door", WALL), 0);
	first = fp = *pagecert_fingerprint(pc);
	read_own(&a);

	/* Another name, the end comes near; the key stays */
	assert_int_equal(make("gate", WALL), 0);
	assert_memory_not_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	read_own(&b);
	assert_true(names(&b, "gate.local"));
	assert_int_equal(a.pk_raw.len, b.pk_raw.len);
	assert_memory_equal(a.pk_raw.p, b.pk_raw.p, a.pk_raw.len);
	fp = *pagecert_fingerprint(pc);
	assert_int_equal(make("gate", WALL + 800 * DAY), 0);
	assert_memory_not_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	fp = *pagecert_fingerprint(pc);
	mbedtls_x509_crt_free(&a);
	mbedtls_x509_crt_free(&b);

	/* Nobody knows what time it is: then it is not over */
	assert_int_equal(make("gate", 0), 0);
	assert_memory_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	assert_memory_not_equal(&first, &fp, sizeof(fp));
	assert_string_equal(logged, "");

	/* It was spoilt */
	write_text(own, "-----BEGIN CERTIFICATE-----\nrubbish\n");
	assert_int_equal(make("gate", WALL), 0);
	assert_non_null(strstr(logged, "cannot be used"));
	assert_memory_not_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
}

static void test_pagecert_leaves_out_names_that_are_none(void **state)
{
	static const char *const badv[] = {
		"",	   "a_b", "-a",	 "a-",	     ".a", "a..b",	"a b",
		"\x1b[1m", "a,b", "a=b", "\xc3\xa4", "*",  "a.local\n",
	};
	struct selfsign_names n;
	struct fingerprint fp;
	char name[16];
	(void)state;

	memset(&n, 0, sizeof(n));
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		selfsign_add_name(&n, badv[i], "");
	assert_int_equal(n.namec, 0);
	selfsign_add_name(&n, "Door", ".local");
	selfsign_add_name(&n, "dOOR.local", "");
	assert_int_equal(n.namec, 1);
	assert_string_equal(n.namev[0], "door.local");
	selfsign_add_name(&n, "192.0.2.1", "");
	assert_int_equal(n.namec, 1);
	assert_int_equal(n.addrc, 1);
	for (unsigned i = 0; i < 100; i++) {
		(void)re_snprintf(name, sizeof(name), "n%u", i);
		selfsign_add_name(&n, name, "");
	}
	assert_int_equal(n.namec, SELFSIGN_NAMES);

	/* An address as name needs no new certificate each time */
	assert_int_equal(make("192.0.2.1", WALL), 0);
	fp = *pagecert_fingerprint(pc);
	assert_int_equal(make("192.0.2.1", WALL), 0);
	assert_memory_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
}

static void test_pagecert_needs_a_folder(void **state)
{
	struct pagecert_params prm = { .state = "/nonexistent/a/b" };
	(void)state;

	assert_int_equal(pagecert_alloc(&pc, &prm, reason), ENOENT);
	assert_non_null(strstr(reason, "/nonexistent/a/b"));
	write_text(user, "a file");
	prm.state = user;
	assert_int_equal(pagecert_alloc(&pc, &prm, reason), ENOTDIR);
	pc = NULL;
}

/* One file with both, as the board's own is; then two */
static void test_pagecert_takes_the_users(void **state)
{
	static uint8_t buf[PEMFILE_MAX];
	struct fingerprint fp;
	char *crt;
	(void)state;

	assert_int_equal(make("door", WALL), 0);
	fp = *pagecert_fingerprint(pc);
	assert_int_equal(rename(own, user), 0);
	assert_int_equal(load_user(false), 0);
	assert_false(pagecert_is_own(pc));
	assert_string_equal(pagecert_file(pc), user);
	assert_memory_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	assert_string_equal(logged, "");

	assert_int_equal(keepfile_read(user, buf, sizeof(buf), NULL), 0);
	crt = strstr((char *)buf, "-----BEGIN CERT");
	assert_non_null(crt);
	write_text(user, crt);
	assert_int_equal(load_user(false), EBADMSG);
	assert_non_null(strstr(reason, "user.pem holds no private key"));
	assert_int_equal(load_user(true), ENOENT);
	assert_non_null(strstr(reason, "cannot read"));
	*crt = '\0';
	write_text(key, (char *)buf);
	assert_int_equal(chmod(key, 0644), 0);
	assert_int_equal(load_user(true), 0);
	assert_memory_equal(&fp, pagecert_fingerprint(pc), sizeof(fp));
	assert_non_null(strstr(logged, "chmod 600"));
}

static void test_pagecert_says_what_is_wrong_with_the_users(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *reason;
	} casev[] = {
		{ "", EBADMSG, "holds no private key" },
		{ "-----BEGIN PRIVATE KEY-----\nAA\n"
		  "-----END PRIVATE KEY-----\n",
		  EBADMSG, "private key in" },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n"
		  "-----END ENCRYPTED PRIVATE KEY-----\n",
		  EPERM, "needs a password" },
		/* RFC 8410 section 10.3: Ed25519 */
		{ "-----BEGIN PRIVATE KEY-----\n"
		  "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++"
		  "CXqI9EdVhC\n"
		  "-----END PRIVATE KEY-----\n",
		  ENOTSUP, "RSA and ECDSA are" },
	};
	struct stat st;
	(void)state;

	assert_int_equal(load_user(true), ENOENT);
	assert_int_equal(make("door", WALL), 0);
	assert_int_equal(rename(own, user), 0);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		write_text(key, casev[i].text);
		assert_int_equal(load_user(true), casev[i].err);
		assert_non_null(strstr(reason, casev[i].reason));
		assert_non_null(strstr(reason, "key.pem"));
	}

	/* Somebody else's */
	assert_int_equal(make("door", WALL), 0);
	assert_int_equal(rename(own, key), 0);
	assert_int_equal(load_user(true), EINVAL);
	assert_non_null(strstr(reason, "not that of the first certificate"));

	write_text(user, "nothing of use");
	assert_int_equal(load_user(true), EBADMSG);
	assert_non_null(strstr(reason, "user.pem holds no certificate"));
	assert_int_equal(truncate(user, PEMFILE_MAX), 0);
	assert_int_equal(load_user(true), EFBIG);
	assert_int_equal(stat(user, &st), 0);
}

static void test_pagecert_warns_of_the_end(void **state)
{
	struct pagecert_params prm = { .cert = user };
	uint64_t end;
	(void)state;

	assert_int_equal(make("door", WALL), 0);
	end = pagecert_expires(pc);
	assert_int_equal(rename(own, user), 0);
	pc = mem_deref(pc);

	prm.wall = end - 20 * DAY;
	assert_int_equal(pagecert_alloc(&pc, &prm, reason), 0);
	assert_non_null(strstr(logged, "user.pem expires in 20 days"));
	pc = mem_deref(pc);
	prm.wall = end + DAY;
	assert_int_equal(pagecert_alloc(&pc, &prm, reason), 0);
	assert_non_null(strstr(logged, "user.pem expired at 20"));
}

static void test_pagecert_leaks_nothing(void **state)
{
	size_t before = 0;
	(void)state;

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(make(i % 2 ? "door" : "gate", WALL), 0);
		pc = mem_deref(pc);
		write_text(user, "x");
		assert_int_not_equal(load_user(false), 0);
		if (i == 1)
			before = test_blocks();
	}
	assert_int_equal(test_blocks(), before);
}

/* Some allocation fails, each in its turn: told so, and all is well later */
static void test_pagecert_survives_without_memory(void **state)
{
	bool failed = true;
	int err;
	(void)state;

	for (long n = 0; n < MEMORY_STEPS && failed; n++) {
		memory_fail_after(n * MEMORY_STRIDE, true);
		err = make("door", WALL);
		failed = memory_failed();
		memory_fail_after(-1, false);
		if (err)
			assert_true(reason[0]);
		pc = mem_deref(pc);
		assert_int_equal(make("door", WALL), 0);
		if (n % 2) {
			pc = mem_deref(pc);
			(void)unlink(own);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_pagecert_is_made_once_for_the_boards_names, clean),
		cmocka_unit_test_teardown(
			test_pagecert_is_made_anew_when_it_must, clean),
		cmocka_unit_test_teardown(
			test_pagecert_leaves_out_names_that_are_none, clean),
		cmocka_unit_test_teardown(test_pagecert_needs_a_folder, clean),
		cmocka_unit_test_teardown(test_pagecert_takes_the_users, clean),
		cmocka_unit_test_teardown(
			test_pagecert_says_what_is_wrong_with_the_users, clean),
		cmocka_unit_test_teardown(test_pagecert_warns_of_the_end,
					  clean),
		cmocka_unit_test_teardown(test_pagecert_leaks_nothing, clean),
		cmocka_unit_test_teardown(test_pagecert_survives_without_memory,
					  clean),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
