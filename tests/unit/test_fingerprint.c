/**
 * @file tests/unit/test_fingerprint.c  Tests of the fingerprint
 */
#include "tests/unit/test.h"
#include "core/net/fingerprint.h"

/* FIPS 180-2 appendix B: hashes of "abc" */
#define ABC_256                                                                \
	"sha-256 BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:"       \
	"61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
#define ABC_384                                                                \
	"sha-384 CB:00:75:3F:45:A3:5E:8B:B5:A0:3D:69:9A:C6:50:07:27:2C:"       \
	"32:AB:0E:DE:D1:63:1A:8B:60:5A:43:FF:5B:ED:80:86:07:2B:A1:E7:"         \
	"CC:23:58:BA:EC:A1:34:C8:25:A7"
#define ABC_512                                                                \
	"sha-512 DD:AF:35:A1:93:61:7A:BA:CC:41:73:49:AE:20:41:31:12:E6:"       \
	"FA:4E:89:A9:7E:A2:0A:9E:EE:E6:4B:55:D3:9A:21:92:99:2A:27:4F:"         \
	"C1:A8:36:BA:3C:23:A3:FE:EB:BD:45:4D:44:23:64:3C:E8:0E:2A:9A:"         \
	"C9:4F:A5:4C:A4:9F"

static const uint8_t abc[] = { 'a', 'b', 'c' };

static int decode(struct fingerprint *fp, const char *str)
{
	struct pl pl;

	pl_set_str(&pl, str);
	return fingerprint_decode(fp, &pl);
}

static bool match(const char *str1, const char *str2)
{
	struct fingerprint fpv[2] = { 0 };
	size_t fpc = 0;

	if (str1)
		assert_int_equal(decode(&fpv[fpc++], str1), 0);
	if (str2)
		assert_int_equal(decode(&fpv[fpc++], str2), 0);

	return fingerprint_match(fpv, fpc, abc, sizeof(abc));
}

static void test_fingerprint_survives_a_round_trip(void **state)
{
	static const char *const strv[] = { ABC_256, ABC_384, ABC_512 };
	char buf[256];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(strv); i++) {
		struct fingerprint fp;

		assert_int_equal(decode(&fp, strv[i]), 0);
		re_snprintf(buf, sizeof(buf), "%H", fingerprint_print, &fp);
		assert_string_equal(buf, strv[i]);
	}
}

static void test_fingerprint_refuses_what_is_malformed(void **state)
{
	static const struct {
		const char *str;
		int err;
	} casev[] = {
		{ "", EBADMSG },
		{ "sha-256", EBADMSG },
		{ " AB:CD", EBADMSG },
		{ "sha-256 ", EBADMSG },
		{ "sha-256 BA:78", EBADMSG },
		{ ABC_256 ":00", EBADMSG },
		{ ABC_256 " ", EBADMSG },
		{ "sha-512" /* of the wrong length */
		  " BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23",
		  EBADMSG },
		{ "sha-256 BA-78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:"
		  "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
		  EBADMSG },
		{ "sha-256 GA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:"
		  "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
		  EBADMSG },
		{ "sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:"
		  "D0:D8:9D",
		  ENOTSUP },
		{ "md5 90:01:50:98:3C:D2:4F:B0:D6:96:3F:7D:28:E1:7F:72",
		  ENOTSUP },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct fingerprint fp;

		assert_int_equal(decode(&fp, casev[i].str), casev[i].err);
	}
}

static void test_fingerprint_is_read_in_any_case(void **state)
{
	struct fingerprint a, b;
	char low[256];
	(void)state;

	str_ncpy(low, ABC_256, sizeof(low));
	for (char *p = low; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	}

	assert_int_equal(decode(&a, ABC_256), 0);
	assert_int_equal(decode(&b, low), 0);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void test_fingerprint_lets_the_strongest_hash_decide(void **state)
{
	static const char wrong_512[] =
		"sha-512 00:AF:35:A1:93:61:7A:BA:CC:41:73:49:AE:20:41:31:12:"
		"E6:FA:4E:89:A9:7E:A2:0A:9E:EE:E6:4B:55:D3:9A:21:92:99:2A:27:"
		"4F:C1:A8:36:BA:3C:23:A3:FE:EB:BD:45:4D:44:23:64:3C:E8:0E:2A:"
		"9A:C9:4F:A5:4C:A4:9F";
	static const char wrong_256[] =
		"sha-256 00:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:"
		"03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";
	(void)state;

	assert_false(match(NULL, NULL));
	assert_true(match(ABC_256, NULL));
	assert_true(match(ABC_384, NULL));
	assert_true(match(ABC_512, NULL));
	assert_false(match(wrong_256, NULL));

	/* One of several of the same strength is enough */
	assert_true(match(wrong_256, ABC_256));
	assert_true(match(ABC_256, wrong_256));

	/* A right weaker one does not help a wrong stronger one */
	assert_false(match(ABC_256, wrong_512));
	assert_false(match(wrong_512, ABC_256));
	assert_true(match(wrong_256, ABC_512));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingerprint_survives_a_round_trip),
		cmocka_unit_test(test_fingerprint_refuses_what_is_malformed),
		cmocka_unit_test(test_fingerprint_is_read_in_any_case),
		cmocka_unit_test(
			test_fingerprint_lets_the_strongest_hash_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
