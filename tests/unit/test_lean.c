/**
 * @file tests/unit/test_lean.c  Tests of what replaces OpenSSL in libre
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/test.h"
#include "core/base/lean.h"

/* RFC 1321 appendix A.5 */
static void test_lean_md5_has_the_vectors_of_its_rfc(void **state)
{
	static const struct {
		const char *in, *out;
	} casev[] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		uint8_t md[16], again[16];
		char hex[33];

		md5((const uint8_t *)casev[i].in, strlen(casev[i].in), md);
		re_snprintf(hex, sizeof(hex), "%02w", md, sizeof(md));
		assert_string_equal(hex, casev[i].out);
		assert_int_equal(md5_printf(again, "%s", casev[i].in), 0);
		assert_memory_equal(md, again, sizeof(md));
	}
}

/* RFC 2202 section 3, cases 2 and 6 */
static void test_lean_hmac_has_the_vectors_of_its_rfc(void **state)
{
	static const char what[] = "what do ya want for nothing?";
	static const char large[] = "Test Using Larger Than Block-Size Key - "
				    "Hash Key First";
	uint8_t key[80], md[20];
	char hex[41];
	(void)state;

	hmac_sha1((const uint8_t *)"Jefe", 4, (const uint8_t *)what,
		  sizeof(what) - 1, md, sizeof(md));
	re_snprintf(hex, sizeof(hex), "%02w", md, sizeof(md));
	assert_string_equal(hex, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");

	memset(key, 0xaa, sizeof(key));
	hmac_sha1(key, sizeof(key), (const uint8_t *)large, sizeof(large) - 1,
		  md, sizeof(md));
	re_snprintf(hex, sizeof(hex), "%02w", md, sizeof(md));
	assert_string_equal(hex, "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

static void test_lean_crc_has_the_usual_check_value(void **state)
{
	static const char v[] = "123456789";
	(void)state;

	assert_int_equal(crc32(0, v, 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, v, 4), v + 4, 5), 0xcbf43926);
	assert_int_equal(crc32(0, NULL, 0), 0);
}

static void test_lean_random_text_fills_its_buffer(void **state)
{
	char a[17], b[17];
	(void)state;

	rand_str(a, sizeof(a));
	rand_str(b, sizeof(b));
	assert_int_equal(strlen(a), sizeof(a) - 1);
	assert_string_not_equal(a, b);
	rand_str(a, 1);
	assert_string_equal(a, "");
}

/* The point of it all */
static void test_lean_keeps_openssl_and_nss_out(void **state)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "re");
	(void)state;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_null(strstr(line, "libcrypto.so"));
		assert_null(strstr(line, "libssl.so"));
		assert_null(strstr(line, "libnss3.so"));
	}
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lean_md5_has_the_vectors_of_its_rfc),
		cmocka_unit_test(test_lean_hmac_has_the_vectors_of_its_rfc),
		cmocka_unit_test(test_lean_crc_has_the_usual_check_value),
		cmocka_unit_test(test_lean_random_text_fills_its_buffer),
		cmocka_unit_test(test_lean_keeps_openssl_and_nss_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
