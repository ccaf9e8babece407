/**
 * @file tests/unit/test_verifier.c  Digest as a server has it, and its limits
 */
#include "tests/unit/test.h"
#include "tests/unit/support/desk.h"
#include "core/base/entropy.h"
#include "core/sip/lockout.h"

static const struct desk_request plain = { .password = NULL };
static const struct desk_request right = { .password = DESK_PASSWORD };
static const struct desk_request wrong = { .password = "guess" };

static void test_verifier_offers_the_stronger_hash_first(void **state)
{
	struct verifier_secret secret = { .md5 = "" };
	struct desk_request r = { .password = DESK_PASSWORD,
				  .algorithm = "MD5" };
	const char *sha, *md5;
	struct desk d;
	char *text;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	assert_int_equal(desk_ask(&d, &plain), 401);
	assert_int_equal(mbuf_strdup(d.wire.sentv[0], &text,
				     mbuf_get_left(d.wire.sentv[0])),
			 0);
	sha = strstr(text, "WWW-Authenticate: Digest realm=\"boardphone\", "
			   "nonce=\"");
	assert_non_null(sha);
	sha = strstr(sha, "\", algorithm=SHA-256, qop=\"auth\"\r\n");
	assert_non_null(sha);
	md5 = strstr(sha, "\", algorithm=MD5, qop=\"auth\"\r\n");
	assert_non_null(md5);
	assert_int_equal(strlen(d.nonce), 32);
	mem_deref(text);

	/* Each only if there is a secret for it */
	memset(secret.sha256, 'a', sizeof(secret.sha256) - 1);
	assert_int_equal(verifier_set_secret(d.v, &secret), 0);
	assert_int_equal(desk_ask(&d, &plain), 401);
	assert_false(desk_has(&d, "MD5"));
	assert_int_equal(desk_ask(&d, &r), 401);
	assert_false(registrar_admitted(d.r));
	desk_close(&d);
}

static void test_verifier_admits_who_knows_the_password(void **state)
{
	static const char *const algorithmv[] = { "SHA-256", "MD5" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(algorithmv); i++) {
		struct desk_request r = right;
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(verifier_uses(d.v), 0);
		assert_int_equal(desk_ask(&d, &plain), 401);
		assert_false(registrar_admitted(d.r));
		r.algorithm = algorithmv[i];
		assert_int_equal(desk_ask(&d, &r), 200);
		assert_true(registrar_admitted(d.r));
		assert_int_equal(verifier_uses(d.v), 1);
		desk_close(&d);
	}
}

static void test_verifier_wants_a_young_nonce_and_a_new_count(void **state)
{
	struct desk_request r = right;
	struct desk d, other;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_open(&other, "192.0.2.1", d.v);
	assert_int_equal(desk_ask(&d, &plain), 401);
	assert_int_equal(desk_ask(&d, &right), 200);

	/* The same once more: nothing is wrong with the password */
	assert_int_equal(desk_ask(&d, &right), 401);
	assert_true(desk_has(&d, "stale=true"));
	r.nc = 1;
	assert_int_equal(desk_ask(&d, &r), 200);
	r.nc = 0xfffffffe;
	assert_int_equal(desk_ask(&d, &r), 200);
	r.nc = 0xffffffff;
	assert_int_equal(desk_ask(&d, &r), 200);
	assert_int_equal(desk_ask(&d, &r), 401);
	assert_true(desk_has(&d, "stale=true"));

	/* One that was given on another connection */
	r.nonce = other.nonce;
	r.nc = 1;
	assert_int_equal(desk_ask(&other, &plain), 401);
	assert_int_equal(desk_ask(&d, &r), 401);
	assert_true(desk_has(&d, "stale=true"));

	/* One that is five minutes old */
	r.nonce = NULL;
	desk_run(&d, VERIFIER_NONCE_TIME - 1);
	assert_int_equal(desk_ask(&d, &r), 200);
	desk_run(&d, 1);
	r.nc = 2;
	assert_int_equal(desk_ask(&d, &r), 401);
	assert_true(desk_has(&d, "stale=true"));
	desk_close(&other);
	desk_close(&d);
}

static void test_verifier_remembers_some_nonces(void **state)
{
	char noncev[VERIFIER_NONCES + 1][64];
	struct desk_request r = right;
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	for (size_t i = 0; i <= VERIFIER_NONCES; i++) {
		assert_int_equal(desk_ask(&d, &plain), 401);
		memcpy(noncev[i], d.nonce, sizeof(noncev[i]));
	}
	for (size_t i = VERIFIER_NONCES; i > 0; i--) {
		r.nonce = noncev[i];
		assert_int_equal(desk_ask(&d, &r), 200);
	}
	r.nonce = noncev[0];
	assert_int_equal(desk_ask(&d, &r), 401);
	desk_close(&d);
}

static void test_verifier_makes_who_guesses_wait(void **state)
{
	struct desk_request user = { .password = DESK_PASSWORD, .user = "x" };
	struct desk in, d, other;
	(void)state;

	desk_open(&in, "192.0.2.1", NULL);
	desk_register(&in, DESK_BINDING);
	desk_open(&d, "192.0.2.1", in.v);
	desk_open(&other, "192.0.2.2", in.v);
	assert_int_equal(desk_ask(&d, &plain), 401);
	for (int i = 0; i < LOCKOUT_TRIES - 1; i++) {
		assert_int_equal(desk_ask(&d, i & 1 ? &wrong : &user), 401);
		assert_false(desk_has(&d, "stale"));
	}
	assert_int_equal(desk_ask(&d, &wrong), 403);
	assert_true(desk_has(&d, "\r\nRetry-After: 60\r\n"));
	desk_run(&d, LOCKOUT_TIME - CLOCK_S - 1);
	assert_int_equal(desk_ask(&d, &right), 403);
	assert_true(desk_has(&d, "\r\nRetry-After: 2\r\n"));
	assert_int_equal(desk_ask(&d, &plain), 403);

	/* Not who is elsewhere, nor who is in already */
	desk_register(&other, DESK_BINDING);
	desk_register(&in, DESK_BINDING);
	for (int i = 0; i < LOCKOUT_TRIES * 2; i++)
		assert_int_equal(desk_ask(&in, &wrong), 401);
	desk_run(&d, 2 * LOCKOUT_TIME);
	desk_register(&d, DESK_BINDING);
	desk_close(&other);
	desk_close(&d);
	desk_close(&in);
}

static void test_verifier_forgets_slips_after_a_right_answer(void **state)
{
	struct desk d;
	(void)state;

	desk_open(&d, "2001:db8::1", NULL);
	for (int n = 0; n < 3; n++) {
		struct desk again;

		desk_open(&again, "2001:db8::1", d.v);
		assert_int_equal(desk_ask(&again, &plain), 401);
		for (int i = 0; i < LOCKOUT_TRIES - 1; i++)
			assert_int_equal(desk_ask(&again, &wrong), 401);
		assert_int_equal(desk_ask(&again, &right), 200);
		desk_close(&again);
	}
	desk_close(&d);
}

static void test_verifier_asks_anew_after_a_change(void **state)
{
	struct desk_request invite = { .method = "INVITE" };
	struct verifier_secret secret;
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	assert_int_equal(
		verifier_make_secret(&secret, "home", "boardphone", "other"),
		0);
	assert_int_equal(verifier_set_secret(d.v, &secret), 0);
	assert_false(registrar_admitted(d.r));
	assert_int_equal(verifier_uses(d.v), 0);
	assert_int_equal(desk_ask(&d, &invite), 401);
	assert_int_equal(desk_ask(&d, &right), 401);
	invite.password = "other";
	assert_int_equal(desk_ask(&d, &invite), 400); /* Without a Contact */
	assert_true(registrar_admitted(d.r));

	secret.md5[3] = 'X';
	assert_int_equal(verifier_set_secret(d.v, &secret), EINVAL);
	memset(&secret, 0, sizeof(secret));
	assert_int_equal(verifier_set_secret(d.v, &secret), EINVAL);
	assert_true(registrar_admitted(d.r));
	desk_close(&d);
}

#define DIGEST                                                                 \
	"Authorization: Digest username=\"home\", realm=\"boardphone\", "      \
	"nonce=\"n\", uri=\"sip:boardphone\", qop=auth, cnonce=\"c\", "        \
	"nc=00000001, response=\"0123456789abcdef0123456789abcdef\""

static void test_verifier_refuses_what_is_no_answer(void **state)
{
	static const struct {
		const char *line;
		unsigned code;
	} stepv[] = {
		{ DIGEST "\r\n", 401 }, /* Wrong, but well-formed */
		{ DIGEST ", algorithm=MD5\r\n", 401 },
		{ DIGEST ", algorithm=MD5-sess\r\n", 401 },
		{ DIGEST ", algorithm=SHA-512-256\r\n", 401 },
		{ DIGEST ", algorithm=SHA-256\r\n", 400 },
		{ DIGEST ", nc=00000002\r\n", 400 },
		{ DIGEST ", userhash=true\r\n", 401 },
		{ "Authorization: Basic aG9tZTpndWVzcw==\r\n", 401 },
		{ "Authorization: Digest\r\n", 400 },
		{ "Authorization: Digest =\r\n", 400 },
		{ "Authorization: Digest username=\"home\"\r\n", 401 },
		{ "Proxy-" DIGEST "\r\n", 401 },
		{ "Authorization: Basic x\r\n" DIGEST
		  ", opaque=1, opaque=2\r\n",
		  400 },
	};
	struct desk_request elsewhere = right;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct desk_request r = { .lines = stepv[i].line };
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(desk_ask(&d, &r), stepv[i].code);
		assert_false(registrar_admitted(d.r));

		/* An answer for another request is none for this */
		elsewhere.auth_uri = "sip:elsewhere";
		assert_int_equal(desk_ask(&d, &plain), 401);
		assert_int_equal(desk_ask(&d, &elsewhere), 400);
		assert_false(registrar_admitted(d.r));
		desk_close(&d);
	}
}

static void test_verifier_understands_jssip(void **state)
{
	static const char *const filev[] = { "jssip/register-auth.sip",
					     "jssip/unregister-auth.sip",
					     "jssip/invite-auth.sip" };
	struct verifier_secret secret;
	(void)state;

	/* Its answer is right, but for a nonce that was not given here */
	for (size_t i = 0; i < ARRAY_SIZE(filev); i++) {
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(desk_vector(&d, filev[i]), 401);
		assert_true(desk_has(&d, "stale=true"));
		assert_int_equal(verifier_make_secret(&secret, "home",
						      "boardphone", "no"),
				 0);
		desk_close(&d);

		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(verifier_set_secret(d.v, &secret), 0);
		assert_int_equal(desk_vector(&d, filev[i]), 401);
		assert_false(desk_has(&d, "stale"));
		desk_close(&d);
	}
}

/* Property: whatever octet of a right answer changes, it is none */
static void test_verifier_admits_nothing_else(void **state)
{
	(void)state;

	for (unsigned seed = 0; seed < 500; seed++) {
		char password[] = DESK_PASSWORD;
		struct desk_request r = { .password = password };
		size_t at = (size_t)entropy_between(0, strlen(password) - 1);
		struct desk d;

		password[at] = (char)(password[at] ^
				      (1 << entropy_between(0, 6)));
		if (!password[at])
			continue;
		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(desk_ask(&d, &plain), 401);
		r.algorithm = seed & 1 ? "MD5" : "SHA-256";
		assert_int_equal(desk_ask(&d, &r), 401);
		assert_false(registrar_admitted(d.r));
		desk_close(&d);
	}
}

static void test_verifier_wants_a_secret_that_is_one(void **state)
{
	static const char good[] = "0123456789abcdef0123456789abcdef";
	struct verifier_secret secret = { .md5 = "" };
	struct verifier *v = NULL;
	char text[256];
	(void)state;

	assert_int_equal(verifier_alloc(&v, "r", "u", &secret), EINVAL);
	memcpy(secret.md5, good, sizeof(good));
	assert_int_equal(verifier_alloc(&v, "", "u", &secret), EINVAL);
	assert_int_equal(verifier_alloc(&v, "r", "", &secret), EINVAL);
	assert_int_equal(verifier_alloc(&v, "r\n", "u", &secret), EINVAL);
	assert_int_equal(verifier_alloc(&v, "r", "u\r", &secret), EINVAL);
	memcpy(secret.sha256, good, sizeof(good));
	assert_int_equal(verifier_alloc(&v, "r", "u", &secret), EINVAL);
	secret.sha256[0] = '\0';
	assert_int_equal(verifier_alloc(&v, "r", "u", &secret), 0);
	assert_true(re_snprintf(text, sizeof(text), "%H", verifier_print, v) >
		    0);
	assert_null(strstr(text, good));
	mem_deref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verifier_offers_the_stronger_hash_first),
		cmocka_unit_test(test_verifier_admits_who_knows_the_password),
		cmocka_unit_test(
			test_verifier_wants_a_young_nonce_and_a_new_count),
		cmocka_unit_test(test_verifier_remembers_some_nonces),
		cmocka_unit_test(test_verifier_makes_who_guesses_wait),
		cmocka_unit_test(
			test_verifier_forgets_slips_after_a_right_answer),
		cmocka_unit_test(test_verifier_asks_anew_after_a_change),
		cmocka_unit_test(test_verifier_refuses_what_is_no_answer),
		cmocka_unit_test(test_verifier_understands_jssip),
		cmocka_unit_test(test_verifier_admits_nothing_else),
		cmocka_unit_test(test_verifier_wants_a_secret_that_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
