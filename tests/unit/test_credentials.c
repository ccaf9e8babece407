/**
 * @file tests/unit/test_credentials.c  Digest, and when it is refused
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/credentials.h"
#include "core/sip/digest.h"

static const struct credentials_target target_register = { CREDENTIALS_REGISTER,
							   "REGISTER",
							   "sip:example.org" };
static const struct credentials_target target_invite = {
	CREDENTIALS_INITIAL, "INVITE", "sip:bob@example.org"
};
static const struct credentials_target target_bye = { CREDENTIALS_DIALOG, "BYE",
						      "sip:bob@192.0.2.1" };

#define CHALLENGE(more) "Digest realm=\"example.org\", nonce=\"n1\"" more

static struct credentials *make(enum credentials_algorithm least,
				unsigned kinds)
{
	const struct credentials_params prm = { .realm = "example.org",
						.user = "alice",
						.password = "secret",
						.least = least,
						.kinds = kinds };
	struct credentials *c;

	assert_int_equal(credentials_alloc(&c, &prm), 0);
	credentials_set_trusted(c, true);
	return c;
}

static struct sip_msg *response(unsigned scode, const char *lines)
{
	struct mbuf *mb = wire_text("SIP/2.0 %u X\r\n"
				    "Via: SIP/2.0/WSS x.invalid;"
				    "branch=z9hG4bKa\r\n"
				    "From: <sip:a@example.org>;tag=1\r\n"
				    "To: <sip:a@example.org>;tag=2\r\n"
				    "Call-ID: c\r\nCSeq: 1 REGISTER\r\n"
				    "%s\r\n",
				    scode, lines);
	struct sip_msg *msg;

	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	mem_deref(mb);
	return msg;
}

/* One challenge with one header */
static int ask(struct credentials *c, struct credentials_try *try,
	       const struct credentials_target *t, unsigned scode,
	       const char *challenge)
{
	struct sip_msg *msg;
	char lines[2048];
	int err;

	re_snprintf(lines, sizeof(lines), "%s: %s\r\n",
		    scode == 401 ? "WWW-Authenticate" : "Proxy-Authenticate",
		    challenge);
	msg = response(scode, lines);
	err = credentials_challenge(c, try, t, msg);
	mem_deref(msg);
	return err;
}

/* What credentials_write() adds, as a string to be freed */
static char *answer(struct credentials *c, const struct credentials_target *t)
{
	struct mbuf *mb = mbuf_alloc(64);
	char *str = NULL;

	assert_int_equal(credentials_write(c, mb, t), 0);
	mb->pos = 0;
	assert_int_equal(mbuf_strdup(mb, &str, mb->end), 0);
	mem_deref(mb);
	return str;
}

static void get(char *val, size_t size, const char *line, const char *name)
{
	const char *p = strstr(line, name);
	size_t n;

	assert_non_null(p);
	p += strlen(name);
	if (*p == '"')
		++p;
	n = strcspn(p, "\",\r");
	assert_true(n < size);
	memcpy(val, p, n);
	val[n] = '\0';
}

static void test_credentials_match_rfc7616(void **state)
{
	/* RFC 7616 section 3.9.1 */
	static const struct {
		const char *name, *response;
	} casev[] = {
		{ "MD5", "8ca523f5e9506fed4657c9700eebdbec" },
		{ "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf449"
			     "6794697cf8db5856cb6c1" },
	};
	const char *const a1v[] = { "Mufasa", "http-auth@example.org",
				    "Circle of Life" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		char ha1[DIGEST_SIZE], out[DIGEST_SIZE];
		struct digest_input in = {
			.nonce = "7ypf/xlj9XXwfDPEoM4URrv/"
				 "xwf94BcCAzFZH4GiTo0v",
			.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxUR"
				  "ZJ",
			.nc = 1,
			.method = "GET",
			.uri = "/dir/index.html",
			.ha1 = ha1,
		};
		struct pl name;

		pl_set_str(&name, casev[i].name);
		in.algorithm = digest_find(&name);
		assert_int_equal(digest_hash(ha1, in.algorithm->hash, a1v,
					     ARRAY_SIZE(a1v)),
				 0);
		assert_int_equal(digest_response(out, &in), 0);
		assert_string_equal(out, casev[i].response);
	}
}

static void test_credentials_match_rfc2617(void **state)
{
	/* RFC 2617 section 3.5, and its form without qop */
	char ha1[DIGEST_SIZE], out[DIGEST_SIZE];
	const char *const a1v[] = { "Mufasa", "testrealm@host.com",
				    "Circle Of Life" };
	const struct pl md5 = PL("MD5");
	struct digest_input in = {
		.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
		.cnonce = "0a4f113b",
		.nc = 1,
		.method = "GET",
		.uri = "/dir/index.html",
		.ha1 = ha1,
	};
	(void)state;

	in.algorithm = digest_find(&md5);
	assert_int_equal(digest_hash(ha1, DIGEST_MD5, a1v, ARRAY_SIZE(a1v)), 0);
	assert_int_equal(digest_response(out, &in), 0);
	assert_string_equal(out, "6629fae49393a05397450978507c4ef1");

	in.cnonce = NULL;
	assert_int_equal(digest_response(out, &in), 0);
	assert_string_equal(out, "670fd8c2df070c60b045671b8b24ff02");
}

static void test_credentials_count_up_and_verify(void **state)
{
	static const char *const algv[] = { "MD5", "SHA-256", "MD5-sess",
					    "SHA-256-sess" };
	const char *const a1v[] = { "alice", "example.org", "secret" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(algv); i++) {
		struct credentials *c = make(CREDENTIALS_MD5,
					     CREDENTIALS_REGISTER);
		struct credentials_try try = { 0, 0 };
		char ha1[DIGEST_SIZE], want[DIGEST_SIZE], have[DIGEST_SIZE];
		char first[64] = "", cnonce[64], challenge[256];
		struct digest_input in = { .nonce = "n1", .ha1 = ha1 };
		struct pl name;

		re_snprintf(challenge, sizeof(challenge),
			    CHALLENGE(", algorithm=%s, qop=\"auth-int,auth\","
				      " opaque=\"o\\\"p\""),
			    algv[i]);
		assert_int_equal(ask(c, &try, &target_register, 401, challenge),
				 0);
		pl_set_str(&name, algv[i]);
		in.algorithm = digest_find(&name);
		in.method = "REGISTER";
		in.uri = "sip:example.org";
		in.cnonce = cnonce;
		digest_hash(ha1, in.algorithm->hash, a1v, ARRAY_SIZE(a1v));

		for (in.nc = 1; in.nc < 4; in.nc++) {
			char *line = answer(c, &target_register);
			char nc[16], num[16];

			get(cnonce, sizeof(cnonce), line, "cnonce=");
			get(nc, sizeof(nc), line, "nc=");
			get(have, sizeof(have), line, "response=");
			re_snprintf(num, sizeof(num), "%08x", in.nc);
			assert_string_equal(nc, num);
			assert_string_not_equal(cnonce, first);
			digest_response(want, &in);
			assert_string_equal(have, want);
			assert_non_null(strstr(line, "Authorization: Digest "
						     "username=\"alice\", "));
			assert_non_null(strstr(line, "opaque=\"o\\\"p\""));
			assert_null(strstr(line, "secret"));
			str_ncpy(first, cnonce, sizeof(first));
			mem_deref(line);
		}
		mem_deref(c);
	}
}

static void test_credentials_stop_after_a_second_401(void **state)
{
	struct credentials *c = make(CREDENTIALS_MD5, CREDENTIALS_REGISTER);
	struct credentials_try try = { 0, 0 };
	const struct credentials_target *t = &target_register;
	(void)state;

	assert_int_equal(ask(c, &try, t, 401, CHALLENGE("")), 0);
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE("")), EACCES);

	/* The next REGISTER may be asked anew; stale is no mistake of ours */
	memset(&try, 0, sizeof(try));
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE("")), 0);
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE(", stale=TRUE")), 0);
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE(", stale=true")), 0);
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE(", stale=true")),
			 EACCES);

	/* The proxy and the registrar, each once */
	memset(&try, 0, sizeof(try));
	assert_int_equal(ask(c, &try, t, 407, CHALLENGE("")), 0);
	assert_int_equal(ask(c, &try, t, 401, CHALLENGE("")), 0);
	assert_int_equal(ask(c, &try, t, 407, CHALLENGE("")), EACCES);
	mem_deref(c);
}

/* Policy and what is asked */
static const struct {
	enum credentials_algorithm least;
	const struct credentials_target *t;
	const char *challenge;
	int err;
} policyv[] = {
	{ 0, &target_register, CHALLENGE(""), 0 },
	{ 0, &target_invite, CHALLENGE(""), 0 },
	{ 0, &target_bye, CHALLENGE(""), EPERM },
	{ 0, &target_register, "Digest realm=\"evil\", nonce=\"n\"", EPERM },
	{ 0, &target_register, "Digest realm=\"\", nonce=\"n\"", EPERM },
	{ 0, &target_register, "Basic realm=\"example.org\"", ENOTSUP },
	{ 0, &target_register, CHALLENGE(", algorithm=MD5, qop=\"auth-int\""),
	  ENOTSUP },
	{ 0, &target_register, CHALLENGE(", algorithm=WHIRLPOOL"), ENOTSUP },
	{ 0, &target_register, CHALLENGE(", algorithm=MD5-sess"), ENOTSUP },
	{ CREDENTIALS_SHA256, &target_register, CHALLENGE(""), EPERM },
	{ CREDENTIALS_SHA256, &target_register, CHALLENGE(", algorithm=MD5"),
	  EPERM },
	{ CREDENTIALS_SHA256, &target_register,
	  CHALLENGE(", algorithm=sha-256, qop=auth"), 0 },
	{ 0, &target_register, "Digest realm=\"example.org\"", EBADMSG },
	{ 0, &target_register, "Digest realm=\"example.org\", nonce", EBADMSG },
	{ 0, &target_register, "Digest realm=\"example.org\", nonce=\"a",
	  EBADMSG },
	{ 0, &target_register,
	  "Digest realm=\"example.org\", nonce=\"a\\\x01\"", EBADMSG },
};

static void test_credentials_refuse_what_policy_forbids(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(policyv); i++) {
		struct credentials *c = make(policyv[i].least,
					     CREDENTIALS_REGISTER |
						     CREDENTIALS_INITIAL);
		struct credentials_try try = { 0, 0 };

		assert_int_equal(
			ask(c, &try, policyv[i].t, 401, policyv[i].challenge),
			policyv[i].err);
		if (policyv[i].err) {
			char *line = answer(c, policyv[i].t);

			assert_string_equal(line, "");
			assert_true(strlen(credentials_reason(c)) > 0);
			mem_deref(line);
		}
		mem_deref(c);
	}
}

static void test_credentials_stay_silent_on_an_unverified_flow(void **state)
{
	struct credentials *c = make(CREDENTIALS_MD5, CREDENTIALS_REGISTER);
	struct credentials_try try = { 0, 0 };
	char *line;
	(void)state;

	assert_int_equal(ask(c, &try, &target_register, 401, CHALLENGE("")), 0);
	credentials_set_trusted(c, false);
	line = answer(c, &target_register);
	assert_string_equal(line, "");
	assert_int_equal(ask(c, &try, &target_register, 401, CHALLENGE("")),
			 EPERM);
	mem_deref(line);
	mem_deref(c);
}

static void test_credentials_take_the_topmost_supported(void **state)
{
	static const struct {
		const char *lines, *algorithm;
	} casev[] = {
		{ "WWW-Authenticate: " CHALLENGE(
			  ", algorithm=SHA-512-256") "\r\n"
						     "WWW-Authenticate:"
						     " " CHALLENGE(
							     ", "
							     "algorithm=SHA-"
							     "256") "\r\n"
								    "WWW-"
								    "Authentica"
								    "te:"
								    " " CHALLENGE(
									    ", "
									    "al"
									    "go"
									    "ri"
									    "th"
									    "m="
									    "MD"
									    "5") "\r\n",
		  "algorithm=SHA-256" },
		{ "WWW-Authenticate: Basic realm=\"example.org\"\r\n"
		  "WWW-Authenticate: " CHALLENGE(
			  ", algorithm=MD5") "\r\n"
					     "WWW-Authenticate: " CHALLENGE(
						     ", algorithm=SHA-256") "\r"
									    "\n",
		  "algorithm=MD5" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct credentials *c = make(0, CREDENTIALS_REGISTER);
		struct sip_msg *msg = response(401, casev[i].lines);
		struct credentials_try try = { 0, 0 };
		char *line;

		assert_int_equal(
			credentials_challenge(c, &try, &target_register, msg),
			0);
		line = answer(c, &target_register);
		assert_non_null(strstr(line, casev[i].algorithm));
		mem_deref(line);
		mem_deref(msg);
		mem_deref(c);
	}
}

static void test_credentials_do_not_go_back_to_rfc2069(void **state)
{
	struct credentials *c = make(0, CREDENTIALS_REGISTER);
	struct credentials_try try = { 0, 0 };
	(void)state;

	assert_int_equal(ask(c, &try, &target_register, 401,
			     CHALLENGE(", qop=\"auth\"")),
			 0);
	memset(&try, 0, sizeof(try));
	assert_int_equal(ask(c, &try, &target_register, 401, CHALLENGE("")),
			 EPERM);
	mem_deref(c);
}

static void test_credentials_do_not_show_one_asker_the_others(void **state)
{
	struct credentials *c = make(0, CREDENTIALS_REGISTER |
						CREDENTIALS_INITIAL);
	struct credentials_try try = { 0, 0 };
	char *line;
	(void)state;

	assert_int_equal(ask(c, &try, &target_register, 401, CHALLENGE("")), 0);
	line = answer(c, &target_invite);
	assert_string_equal(line, "");
	mem_deref(line);

	assert_int_equal(ask(c, &try, &target_invite, 407, CHALLENGE("")), 0);
	line = answer(c, &target_invite);
	assert_ptr_equal(strstr(line, "Proxy-Authorization: "), line);
	mem_deref(line);

	credentials_forget(c);
	line = answer(c, &target_invite);
	assert_string_equal(line, "");
	mem_deref(line);
	mem_deref(c);
}

static void test_credentials_with_ha1_need_no_password(void **state)
{
	static const struct {
		const char *ha1, *password;
		enum credentials_algorithm least;
		int err;
	} casev[] = {
		{ "939E7578ED9E3C518A452ACEE763BCE9", NULL, 0, 0 },
		{ "939e7578ed9e3c518a452acee763bce9", NULL, CREDENTIALS_SHA256,
		  EINVAL },
		{ "939e7578ed9e3c518a452acee763bce", NULL, 0, EINVAL },
		{ "x39e7578ed9e3c518a452acee763bce9", NULL, 0, EINVAL },
		{ "", NULL, 0, EINVAL },
		{ NULL, NULL, 0, EINVAL },
		{ "939e7578ed9e3c518a452acee763bce9", "both", 0, EINVAL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		const struct credentials_params prm = {
			.realm = "example.org",
			.user = "alice",
			.password = casev[i].password,
			.ha1 = casev[i].ha1,
			.least = casev[i].least,
			.kinds = CREDENTIALS_REGISTER,
		};
		struct credentials_try try = { 0, 0 };
		struct credentials *c = NULL;
		char text[256];

		assert_int_equal(credentials_alloc(&c, &prm), casev[i].err);
		if (casev[i].err)
			continue;

		credentials_set_trusted(c, true);
		assert_int_equal(ask(c, &try, &target_register, 401,
				     CHALLENGE(", algorithm=SHA-256")),
				 ENOTSUP);
		assert_int_equal(ask(c, &try, &target_register, 401,
				     CHALLENGE(", algorithm=MD5")),
				 0);
		re_snprintf(text, sizeof(text), "%H", credentials_print, c);
		assert_null(strstr(text, "939"));
		mem_deref(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credentials_match_rfc7616),
		cmocka_unit_test(test_credentials_match_rfc2617),
		cmocka_unit_test(test_credentials_count_up_and_verify),
		cmocka_unit_test(test_credentials_stop_after_a_second_401),
		cmocka_unit_test(test_credentials_refuse_what_policy_forbids),
		cmocka_unit_test(
			test_credentials_stay_silent_on_an_unverified_flow),
		cmocka_unit_test(test_credentials_take_the_topmost_supported),
		cmocka_unit_test(test_credentials_do_not_go_back_to_rfc2069),
		cmocka_unit_test(
			test_credentials_do_not_show_one_asker_the_others),
		cmocka_unit_test(test_credentials_with_ha1_need_no_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
