/**
 * @file tests/unit/test_authorization.c  Tests of the value of Authorization
 */
#include <errno.h>
#include "tests/unit/test.h"
#include "core/sip/authorization.h"

#define MD5    "0123456789abcdef0123456789ABCDEF"
#define FIELDS "username=\"u\",realm=\"r\",nonce=\"n\",uri=\"sip:r\","
#define REST   "qop=auth,cnonce=\"c\",nc=00000001,response=\"" MD5 "\""

static int decode(struct authorization *a, const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return authorization_decode(a, &pl);
}

static void test_authorization_reads_rfc7616(void **state)
{
	/* RFC 7616 section 3.9.1, its first */
	static const char text[] =
		"Digest username=\"Mufasa\",\r\n"
		"    realm=\"http-auth@example.org\",\r\n"
		"    uri=\"/dir/index.html\",\r\n"
		"    algorithm=SHA-256,\r\n"
		"    "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\",\r\n"
		"    nc=00000001,\r\n"
		"    cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
		"\",\r\n"
		"    qop=auth,\r\n"
		"    response=\"753927fa0e85d155564e2e272a28d1802ca10daf449"
		"6794697cf8db5856cb6c1\",\r\n"
		"    opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
	struct authorization a;
	(void)state;

	assert_int_equal(decode(&a, text), 0);
	assert_int_equal(pl_strcmp(&a.username, "Mufasa"), 0);
	assert_int_equal(pl_strcmp(&a.realm, "http-auth@example.org"), 0);
	assert_int_equal(pl_strcmp(&a.uri, "/dir/index.html"), 0);
	assert_int_equal(pl_strcmp(&a.nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC"
					     "AzFZH4GiTo0v"),
			 0);
	assert_int_equal(a.algorithm->hash, DIGEST_SHA256);
	assert_int_equal(a.response.l, 64);
	assert_int_equal(a.nc, 1);
}

static const struct {
	const char *text;
	int err;
} valuev[] = {
	{ "Digest " FIELDS REST, 0 },
	{ "dIGEST  " FIELDS REST, 0 },
	{ "Digest " FIELDS REST ",opaque=\"\"", 0 },
	{ "Digest " FIELDS REST ",something=new", 0 },
	{ "Digest " FIELDS REST ",userhash=false", 0 },
	{ "Digest " FIELDS REST ",algorithm=MD5", 0 },
	{ "Digest ," FIELDS "," REST ",", 0 },
	{ "", ENOTSUP },
	{ "Basic x", ENOTSUP },
	{ "Digested " FIELDS REST, ENOTSUP },
	{ "Digest " FIELDS REST ",algorithm=SHA-512", ENOTSUP },
	{ "Digest " FIELDS REST ",algorithm=MD5-sess", ENOTSUP },
	{ "Digest " FIELDS REST ",userhash=true", ENOTSUP },
	{ "Digest " FIELDS "response=\"" MD5 "\"", ENOTSUP },
	{ "Digest " FIELDS REST "x", EBADMSG },
	{ "Digest", EBADMSG },
	{ "Digest/ " FIELDS REST, EBADMSG },
	{ "Digest " FIELDS REST ",algorithm=SHA-256", EBADMSG },
	{ "Digest " FIELDS REST ",username=u", EBADMSG },
	{ "Digest " FIELDS REST ",opaque=a,opaque=b", EBADMSG },
	{ "Digest " FIELDS REST ",novalue", EBADMSG },
	{ "Digest " FIELDS REST ",a=\"open", EBADMSG },
	{ "Digest realm=r,nonce=n,uri=u," REST, EBADMSG },
	{ "Digest username=\"\",realm=r,nonce=n,uri=u," REST, EBADMSG },
	{ "Digest username=u,nonce=n,uri=u," REST, EBADMSG },
	{ "Digest username=u,realm=r,uri=u," REST, EBADMSG },
	{ "Digest username=u,realm=r,nonce=n," REST, EBADMSG },
	{ "Digest " FIELDS "qop=auth,nc=00000001,response=" MD5, EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,response=" MD5, EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=1,response=" MD5, EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=00000000,"
	  "response=" MD5,
	  EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=0000000g,"
	  "response=" MD5,
	  EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=100000000,"
	  "response=" MD5,
	  EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=00000001,"
	  "response=" MD5 "0",
	  EBADMSG },
	{ "Digest " FIELDS "qop=auth,cnonce=c,nc=00000001,"
	  "response=\"\"",
	  EBADMSG },
};

static void test_authorization_is_strict(void **state)
{
	struct authorization a;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(valuev); i++) {
		int err = decode(&a, valuev[i].text);

		if (err != valuev[i].err)
			print_error("%s: %d\n", valuev[i].text, err);
		assert_int_equal(err, valuev[i].err);
	}
}

static void test_authorization_minds_length_and_nul(void **state)
{
	char nonce[AUTHORIZATION_TEXT_MAX + 2], text[1024];
	struct authorization a;
	struct pl pl;
	(void)state;

	memset(nonce, 'n', sizeof(nonce));
	nonce[AUTHORIZATION_TEXT_MAX] = '\0';
	(void)re_snprintf(text, sizeof(text),
			  "Digest username=u,realm=r,uri=u,nonce=%s," REST,
			  nonce);
	assert_int_equal(decode(&a, text), 0);
	nonce[AUTHORIZATION_TEXT_MAX] = 'n';
	nonce[AUTHORIZATION_TEXT_MAX + 1] = '\0';
	(void)re_snprintf(text, sizeof(text),
			  "Digest username=u,realm=r,uri=u,nonce=%s," REST,
			  nonce);
	assert_int_equal(decode(&a, text), EBADMSG);

	(void)re_snprintf(text, sizeof(text), "Digest " FIELDS REST);
	pl_set_str(&pl, text);
	*strstr(text, "sip:r") = '\0';
	assert_int_equal(authorization_decode(&a, &pl), EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authorization_reads_rfc7616),
		cmocka_unit_test(test_authorization_is_strict),
		cmocka_unit_test(test_authorization_minds_length_and_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
