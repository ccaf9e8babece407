/**
 * @file tests/unit/test_registration.c  Tests of registration
 *
 * The flows are those of FEATURES section 5 and of RFC 5626, with a scripted
 * registrar and in virtual time.
 */
#include "tests/unit/support/peer.h"

static const char nonce1[] =
	"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", "
	"opaque=\"op\", qop=\"auth\", algorithm=MD5\r\n";
static const char nonce2[] =
	"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n2\", "
	"opaque=\"op\", qop=\"auth\", algorithm=MD5\r\n";
static const char stale[] =
	"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n3\", "
	"opaque=\"op\", qop=\"auth\", algorithm=MD5, stale=true\r\n";
static const char proxy1[] =
	"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"p1\", "
	"qop=\"auth\", algorithm=MD5\r\n";

static const struct ua_params account = {
	.origin = {
		.user = "alice",
		.realm = "example.org",
		.display_name = "Alice",
		.instance = "urn:uuid:00000000-0000-1000-8000-0a0b0c0d0e0f",
	},
	.password = "secret",
};

/* The lines of a 200: our Contact comes back, with this expires */
static const char *binding(const struct sip_msg *req, const char *params)
{
	static char text[512];
	char contact[256];
	char *end;

	(void)re_snprintf(contact, sizeof(contact), "%s",
			  peer_header(req, "Contact"));
	end = strchr(contact, '>');
	assert_non_null(end);
	end[1] = '\0';
	(void)re_snprintf(
		text, sizeof(text),
		"Contact: <sip:other@elsewhere>;expires=77, %s;%s\r\n", contact,
		params);
	return text;
}

static void ok(struct peer *p, const char *params)
{
	struct sip_msg *req = peer_take(p, "REGISTER");

	peer_respond(p, req, 200, "reg", binding(req, params), NULL);
	mem_deref(req);
}

static void challenge(struct peer *p, unsigned code, const char *lines)
{
	struct sip_msg *req = peer_take(p, "REGISTER");

	peer_respond(p, req, code, "reg", lines, NULL);
	mem_deref(req);
}

/* A parameter of Authorization, without quotes */
static void param_get(char *val, size_t size, const struct sip_msg *msg,
		      const char *name)
{
	char key[32];
	const char *at;
	size_t n;

	(void)re_snprintf(key, sizeof(key), "%s=", name);
	at = strstr(peer_header(msg, "Authorization"), key);
	assert_non_null(at);
	at += strlen(key);
	at += *at == '"';
	n = strcspn(at, "\",");
	assert_true(n < size);
	memcpy(val, at, n);
	val[n] = '\0';
}

/* RFC 7616 section 3.4.1, by libre's MD5 */
static void check_digest(const struct sip_msg *req, const char *nonce,
			 const char *nc)
{
	uint8_t ha1[MD5_SIZE], ha2[MD5_SIZE], md[MD5_SIZE];
	char val[128], cnonce[128], expected[2 * MD5_SIZE + 1];

	param_get(val, sizeof(val), req, "nc");
	assert_string_equal(val, nc);
	param_get(val, sizeof(val), req, "nonce");
	assert_string_equal(val, nonce);
	param_get(cnonce, sizeof(cnonce), req, "cnonce");
	assert_true(strlen(cnonce) >= 16);
	(void)md5_printf(ha1, "alice:example.org:secret");
	(void)md5_printf(ha2, "REGISTER:sip:example.org");
	(void)md5_printf(md, "%w:%s:%s:%s:auth:%w", ha1, sizeof(ha1), nonce, nc,
			 cnonce, ha2, sizeof(ha2));
	(void)re_snprintf(expected, sizeof(expected), "%w", md, sizeof(md));
	param_get(val, sizeof(val), req, "response");
	assert_string_equal(val, expected);
}

/* At once, and once for two */
static void refreshes_when_asked(struct peer *p)
{
	struct sip_msg *b;

	ua_register(p->ua, p->now);
	ua_register(p->ua, p->now);
	b = peer_take(p, "REGISTER");
	peer_silent(p);
	peer_respond(p, b, 200, "reg", binding(b, "expires=600"), NULL);
	(void)peer_reg_event(p, REGISTRATION_EV_REFRESHED);
	mem_deref(b);
}

static void test_registration_follows_the_flow_of_A_5_1(void **state)
{
	struct peer p;
	struct sip_msg *a, *b;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	a = peer_take(&p, "REGISTER");
	assert_int_equal(pl_strcmp(&a->ruri, "sip:example.org"), 0);
	assert_int_equal(a->to.tag.l, 0);
	assert_string_equal(peer_header(a, "Authorization"), "");
	assert_string_equal(peer_header(a, "Supported"),
			    "path, outbound, gruu");
	assert_non_null(strstr(peer_header(a, "Contact"),
			       ".invalid;transport=ws>;+sip.instance="
			       "\"<urn:uuid:00000000-0000-1000-8000-"
			       "0a0b0c0d0e0f>\";reg-id=1;expires=600"));
	peer_respond(&p, a, 100, NULL, NULL, NULL);
	peer_calm(&p);
	peer_respond(&p, a, 401, "reg", nonce1, NULL);

	b = peer_take(&p, "REGISTER");
	assert_int_equal(b->cseq.num, a->cseq.num + 1);
	assert_int_equal(pl_cmp(&a->callid, &b->callid), 0);
	assert_int_equal(pl_cmp(&a->from.tag, &b->from.tag), 0);
	assert_int_not_equal(pl_cmp(&a->via.branch, &b->via.branch), 0);
	check_digest(b, "n1", "00000001");
	peer_respond(&p, b, 100, NULL, NULL, NULL);
	peer_respond(&p, b, 200, "reg", binding(b, "expires=600"), NULL);
	assert_int_equal(peer_reg_event(&p, REGISTRATION_EV_REGISTERED)->code,
			 200);
	assert_int_equal(ua_registration_state(p.ua), REGISTRATION_ON);
	mem_deref(a);
	mem_deref(b);

	/* The refresh, at half, uses the nonce again */
	peer_run(&p, 299 * CLOCK_S);
	peer_silent(&p);
	peer_run(&p, CLOCK_S);
	b = peer_take(&p, "REGISTER");
	check_digest(b, "n1", "00000002");
	peer_respond(&p, b, 200, "reg", binding(b, "expires=600"), NULL);
	(void)peer_reg_event(&p, REGISTRATION_EV_REFRESHED);
	mem_deref(b);
	refreshes_when_asked(&p);
	peer_calm(&p);
	peer_close(&p);
}

static void test_registration_takes_a_stale_nonce_for_no_refusal(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	challenge(&p, 401, nonce1);
	challenge(&p, 401, stale);
	ok(&p, "expires=600");
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
	peer_calm(&p);
	peer_close(&p);
}

static void test_registration_sends_a_wrong_password_once(void **state)
{
	static const struct {
		unsigned code;
		const char *first, *second;
	} stepv[] = {
		{ 401, nonce1, nonce2 },
		{ 407, proxy1, proxy1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		const struct peer_event *e;
		struct peer p;

		peer_open(&p, &account);
		ua_register(p.ua, p.now);
		challenge(&p, stepv[i].code, stepv[i].first);
		challenge(&p, stepv[i].code, stepv[i].second);
		e = peer_reg_event(&p, REGISTRATION_EV_FAILED);
		assert_int_equal(e->code, stepv[i].code);
		assert_true(e->retry == CLOCK_NEVER);
		assert_int_equal(ua_registration_state(p.ua),
				 REGISTRATION_STOPPED);
		peer_run(&p, 24ULL * 3600 * CLOCK_S);
		peer_silent(&p);
		peer_calm(&p);

		/* Another flow may lead to a server that knows better */
		ua_flow(p.ua, false, p.now);
		ua_flow(p.ua, true, p.now);
		peer_drop(&p, "REGISTER");
		peer_close(&p);
	}
}

static void test_registration_without_password_answers_nothing(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	ua_register(p.ua, p.now);
	challenge(&p, 401, nonce1);
	(void)peer_reg_event(&p, REGISTRATION_EV_FAILED);
	peer_close(&p);
}

static void test_registration_refreshes_in_time(void **state)
{
	static const struct {
		const char *granted;
		uint64_t refresh; /* [s] */
	} stepv[] = {
		{ "expires=60", 30 },
		{ "expires=600", 300 },
		{ "expires=1200", 600 },
		{ "expires=1201", 601 },
		{ "expires=3600", 3000 },
		{ "expires=1", 5 },
		{ "expires=99999999999", 85800 },
		{ "x=y", 300 },
		{ "expires=0", 300 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct peer p;

		peer_open(&p, &account);
		ua_register(p.ua, p.now);
		ok(&p, stepv[i].granted);
		(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
		peer_run(&p, stepv[i].refresh * CLOCK_S - 1);
		peer_silent(&p);
		peer_run(&p, 1);
		peer_drop(&p, "REGISTER");
		peer_close(&p);
	}
}

static void test_registration_asks_for_as_long_as_423_says(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	challenge(&p, 423, "Min-Expires: 1800\r\n");
	req = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(req, "Expires"), "1800");
	peer_respond(&p, req, 200, "reg", binding(req, "expires=1800"), NULL);
	mem_deref(req);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
	peer_close(&p);

	/* But not for ever, and not without a reason */
	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	challenge(&p, 423, "Min-Expires: 700\r\n");
	challenge(&p, 423, "Min-Expires: 800\r\n");
	challenge(&p, 423, "Min-Expires: 900\r\n");
	assert_int_equal(peer_reg_event(&p, REGISTRATION_EV_FAILED)->code, 423);
	peer_close(&p);
}

static void test_registration_backs_off_as_rfc_5626_says(void **state)
{
	uint64_t bound = 60;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	for (unsigned i = 0; i < 9; i++) {
		const struct peer_event *e;
		uint64_t wait;

		challenge(&p, 503, NULL);
		e = peer_reg_event(&p, REGISTRATION_EV_FAILED);
		wait = e->retry - p.now;
		assert_true(wait >= bound * CLOCK_S / 2);
		assert_true(wait <= bound * CLOCK_S);
		peer_run(&p, wait - 1);
		peer_silent(&p);
		peer_run(&p, 1);
		bound = bound * 2 > 1800 ? 1800 : bound * 2;
	}

	/* Retry-After is heeded, within limits */
	challenge(&p, 503, "Retry-After: 7 (soon)\r\n");
	assert_true(peer_reg_event(&p, REGISTRATION_EV_FAILED)->retry ==
		    p.now + 7 * CLOCK_S);
	peer_run(&p, 7 * CLOCK_S);
	challenge(&p, 503, "Retry-After: 999999\r\n");
	assert_true(peer_reg_event(&p, REGISTRATION_EV_FAILED)->retry ==
		    p.now + 1800ULL * CLOCK_S);
	peer_close(&p);
}

static void test_registration_finds_a_silent_server(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	peer_drop(&p, "REGISTER");
	peer_run(&p, 32 * CLOCK_S);
	assert_int_equal(peer_reg_event(&p, REGISTRATION_EV_FAILED)->code, 408);
	peer_close(&p);
}

static void test_registration_returns_with_the_flow(void **state)
{
	struct sip_msg *a, *b;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	a = peer_take(&p, "REGISTER");
	peer_respond(&p, a, 200, "reg", binding(a, "expires=600"), NULL);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
	ua_flow(p.ua, false, p.now);
	assert_int_equal(peer_reg_event(&p, REGISTRATION_EV_FAILED)->code, 503);
	peer_run(&p, 3600ULL * CLOCK_S);
	peer_silent(&p);
	ua_flow(p.ua, true, p.now);
	b = peer_take(&p, "REGISTER");

	/* The same binding: RFC 5626 section 4.2 */
	assert_int_equal(pl_cmp(&a->callid, &b->callid), 0);
	assert_true(b->cseq.num > a->cseq.num);
	peer_respond(&p, b, 200, "reg", binding(b, "expires=600"), NULL);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
	peer_calm(&p);
	mem_deref(a);
	mem_deref(b);
	peer_close(&p);
}

static void test_registration_ends_as_A_5_6_says(void **state)
{
	struct sip_msg *a, *b;
	char contact[256];
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	a = peer_take(&p, "REGISTER");
	(void)re_snprintf(contact, sizeof(contact), "%s",
			  peer_header(a, "Contact"));
	*strchr(contact, '>') = '\0';
	peer_respond(&p, a, 200, "reg", binding(a, "expires=600"), NULL);
	mem_deref(a);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);

	ua_unregister(p.ua, p.now);
	a = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(a, "Expires"), "0");
	assert_non_null(strstr(peer_header(a, "Contact"), contact));
	assert_non_null(strstr(peer_header(a, "Contact"), ";expires=0"));
	peer_respond(&p, a, 401, "reg", nonce1, NULL);
	b = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(b, "Expires"), "0");
	peer_respond(&p, b, 200, "reg", NULL, NULL);
	assert_int_equal(peer_reg_event(&p, REGISTRATION_EV_REMOVED)->code,
			 200);
	mem_deref(a);
	mem_deref(b);

	/* No timer is left */
	assert_true(ua_due(p.ua) == CLOCK_NEVER);
	peer_calm(&p);
	peer_close(&p);
}

static void test_registration_leaves_while_it_is_being_made(void **state)
{
	struct sip_msg *a, *b;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	a = peer_take(&p, "REGISTER");
	ua_unregister(p.ua, p.now);
	b = peer_take(&p, "REGISTER");
	assert_true(b->cseq.num > a->cseq.num);

	/* The late answer to the first is no longer ours to act upon */
	peer_respond(&p, a, 401, "reg", nonce1, NULL);
	peer_silent(&p);
	peer_respond(&p, b, 200, "reg", NULL, NULL);
	(void)peer_reg_event(&p, REGISTRATION_EV_REMOVED);
	mem_deref(a);
	mem_deref(b);
	peer_calm(&p);
	peer_close(&p);
}

static void test_registration_brings_gruu_and_service_route(void **state)
{
	struct invite_params call = { .to = "johndoe" };
	struct invite *inv = NULL;
	struct sip_msg *req;
	char lines[1024];
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	req = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(req, "Route"), "");
	(void)re_snprintf(lines, sizeof(lines),
			  "Service-Route: <sip:orig@s1;lr>, <sip:s2;lr>\r\n%s",
			  binding(req, "pub-gruu=\"sip:alice@example.org;gr="
				       "u1\";expires=600"));
	peer_respond(&p, req, 200, "reg", lines, NULL);
	mem_deref(req);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);

	assert_int_equal(ua_call(&inv, p.ua, &call, peer_on_invite, &p, p.now),
			 0);
	req = peer_take(&p, "INVITE");
	assert_string_equal(peer_header(req, "Contact"),
			    "<sip:alice@example.org;gr=u1>");
	assert_string_equal(peer_header(req, "Route"), "<sip:orig@s1;lr>");
	assert_string_equal(peer_header(req, "Service-Route"), "");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:johndoe@example.org"), 0);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registration_follows_the_flow_of_A_5_1),
		cmocka_unit_test(
			test_registration_takes_a_stale_nonce_for_no_refusal),
		cmocka_unit_test(test_registration_sends_a_wrong_password_once),
		cmocka_unit_test(
			test_registration_without_password_answers_nothing),
		cmocka_unit_test(test_registration_refreshes_in_time),
		cmocka_unit_test(
			test_registration_asks_for_as_long_as_423_says),
		cmocka_unit_test(test_registration_backs_off_as_rfc_5626_says),
		cmocka_unit_test(test_registration_finds_a_silent_server),
		cmocka_unit_test(test_registration_returns_with_the_flow),
		cmocka_unit_test(test_registration_ends_as_A_5_6_says),
		cmocka_unit_test(
			test_registration_leaves_while_it_is_being_made),
		cmocka_unit_test(
			test_registration_brings_gruu_and_service_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
