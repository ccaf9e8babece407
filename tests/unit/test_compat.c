/**
 * @file tests/unit/test_compat.c  Tests of what gateways want in our Contact
 *
 * webrtc2sip's parameters, as sipML5 writes them; and that the hash of the
 * password is in no message, unless it was asked for twice.
 */
#include "tests/unit/support/peer.h"

#define REALM "example.org"
/* MD5 of door@home:example.org:secret */
#define HA1  "e9f2afcbdd23e45e8125981fbcd3e25b"
#define GRUU "sip:alice@example.org;gr=u1"

#define BREAKER ";rtcweb-breaker=yes"
#define CLICK	";click2call=yes"

static struct ua_params params(void)
{
	const struct ua_params prm = {
		.origin = { .user = "alice",
			    .realm = REALM,
			    .instance = "urn:uuid:00000000-0000-1000-8000-"
					"0a0b0c0d0e0f",
			    .caps = ";video" },
		.auth_user = "door@home",
		.password = "secret",
	};

	return prm;
}

/* Every message passes here: whether it tells */
static struct sip_msg *take(struct peer *p, const char *method, bool tells)
{
	struct sip_msg *msg = peer_take(p, method);
	const struct mbuf *mb = msg->mb;
	char *text = mem_zalloc(mb->end + 1, NULL);

	memcpy(text, mb->buf, mb->end);
	assert_int_equal(strstr(text, HA1) != NULL, tells);
	assert_int_equal(strstr(text, ";ha1=") != NULL, tells);
	assert_null(strstr(text, "secret"));
	mem_deref(text);
	return msg;
}

static void join(struct peer *p, const char *params_of)
{
	struct sip_msg *req;
	char lines[512], *end;

	ua_register(p->ua, p->now);
	req = take(p, "REGISTER", false);
	end = strchr(peer_header(req, "Contact"), '>');
	assert_non_null(end);
	assert_ptr_equal(strstr(end, params_of), end + 1);
	(void)re_snprintf(lines, sizeof(lines),
			  "Contact: %b>;expires=600;pub-gruu=\"" GRUU "\"\r\n",
			  peer_header(req, "Contact"),
			  (size_t)(end - peer_header(req, "Contact")));
	peer_respond(p, req, 200, "reg", lines, NULL);
	mem_deref(req);
	(void)peer_reg_event(p, REGISTRATION_EV_REGISTERED);
}

/* The Contact of a message, with the user taken out: it is random */
static void contact_is(const struct sip_msg *msg, const char *right)
{
	const char *value = peer_header(msg, "Contact");
	const char *at = strchr(value, ';');

	assert_non_null(at);
	if (strcmp(at, right))
		print_error("%s\n", value);
	assert_string_equal(at, right);
}

static void test_compat_speaks_as_sipml5_does(void **state)
{
	static const struct {
		bool breaker, click;
		const char *binding; /* Beside the address in REGISTER */
		const char *uri;     /* In the address of calls        */
	} tablev[] = {
		{ false, false, ";+sip.instance", ";gr=u1>" },
		{ true, false, ";+sip.instance", BREAKER ";ob>" },
		{ false, true, CLICK ";+sip.instance", CLICK ";ob>" },
		{ true, true, CLICK ";+sip.instance", BREAKER CLICK ";ob>" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct ua_params account = params();
		struct invite_params prm = { .to = "bob" };
		const bool gruu = !tablev[i].breaker && !tablev[i].click;
		struct invite *inv = NULL;
		struct sip_msg *req;
		char right[256];
		struct peer p;

		account.origin.rtcweb_breaker = tablev[i].breaker;
		account.origin.click2call = tablev[i].click;
		peer_open(&p, &account);
		join(&p, tablev[i].binding);
		assert_int_equal(
			ua_call(&inv, p.ua, &prm, peer_on_invite, &p, p.now),
			0);
		req = take(&p, "INVITE", false);
		(void)re_snprintf(right, sizeof(right), "%s%s;video",
				  gruu ? "" : ";transport=ws", tablev[i].uri);
		contact_is(req, right);
		mem_deref(req);
		mem_deref(inv);
		peer_close(&p);
	}
}

#define CONTACT "Contact: <sip:bob@192.0.2.1>\r\n"

/* Our INVITE is challenged, then answered */
static struct invite *call(struct peer *p, struct mbuf *sdp, bool tells)
{
	struct invite_params prm = { .to = "bob", .body = sdp };
	struct invite *inv = NULL;
	struct sip_msg *req;

	assert_int_equal(ua_call(&inv, p->ua, &prm, peer_on_invite, p, p->now),
			 0);
	req = take(p, "INVITE", tells);
	if (tells)
		assert_non_null(strstr(peer_header(req, "Contact"),
				       ">;impi=door%40home;ha1=" HA1));
	peer_respond(p, req, 407, "x",
		     "Proxy-Authenticate: Digest realm=\"" REALM
		     "\", nonce=\"n1\", qop=\"auth\"\r\n",
		     NULL);
	mem_deref(req);
	mem_deref(take(p, "ACK", false));
	req = take(p, "INVITE", tells);
	peer_respond(p, req, 200, "far", CONTACT "Allow: UPDATE\r\n", "v=0");
	mem_deref(req);
	mem_deref(take(p, "ACK", false));
	(void)peer_event(p, INVITE_EV_ANSWERED);
	return inv;
}

static void reoffer(struct peer *p, struct invite *inv, struct mbuf *sdp,
		    bool update)
{
	struct sip_msg *req;

	assert_int_equal(invite_reoffer(inv, update, sdp, p->now), 0);
	req = take(p, update ? "UPDATE" : "INVITE", false);
	peer_respond(p, req, 200, "far", CONTACT, "v=0");
	mem_deref(req);
	if (!update)
		mem_deref(take(p, "ACK", false));
	(void)peer_event(p, INVITE_EV_REANSWERED);
}

/* A call of ours with everything that has a Contact */
static void call_all(struct ua_params *account, bool tells)
{
	struct mbuf *sdp = peer_mbuf("v=0");
	struct invite *inv;
	struct sip_msg *req;
	struct peer p;

	account->origin.rtcweb_breaker = true;
	peer_open(&p, account);
	join(&p, ";+sip.instance");
	inv = call(&p, sdp, tells);
	reoffer(&p, inv, sdp, false);
	reoffer(&p, inv, sdp, true);
	invite_hangup(inv, NULL, p.now);
	req = take(&p, "BYE", false);
	peer_respond(&p, req, 200, "far", "", NULL);
	mem_deref(req);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	mem_deref(inv);
	mem_deref(sdp);
	peer_close(&p);
}

static void test_compat_tells_the_hash_to_nobody(void **state)
{
	struct ua_params account = params();
	(void)state;

	call_all(&account, false);
}

static void test_compat_tells_it_in_the_first_invite_if_told_to(void **state)
{
	struct ua_params account = params();
	(void)state;

	account.contact_ha1 = true;
	call_all(&account, true);
	account.password = NULL;
	account.ha1 = HA1;
	call_all(&account, true);
}

static void test_compat_has_no_weak_hash_to_tell(void **state)
{
	struct ua_params account = params();
	struct invite_params prm = { .to = "bob" };
	struct invite *inv = NULL;
	struct peer p;
	(void)state;

	account.contact_ha1 = true;
	account.sha256_only = true;
	account.origin.rtcweb_breaker = true;
	peer_open(&p, &account);
	assert_int_equal(ua_call(&inv, p.ua, &prm, peer_on_invite, &p, p.now),
			 0);
	mem_deref(take(&p, "INVITE", false));
	mem_deref(inv);
	peer_close(&p);
}

static void test_early_ims_names_nobody_before_it_is_asked(void **state)
{
	static const char name[] =
		"Digest username=\"door@home\", realm=\"" REALM
		"\", nonce=\"\", uri=\"sip:" REALM "\", response=\"\"";
	struct ua_params account = params();
	struct invite_params prm = { .to = "bob" };
	struct invite *inv = NULL;
	struct sip_msg *req;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	req = take(&p, "REGISTER", false);
	assert_string_equal(peer_header(req, "Authorization"), "");
	mem_deref(req);
	peer_close(&p);

	account.named = true;
	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	req = take(&p, "REGISTER", false);
	assert_string_equal(peer_header(req, "Authorization"), name);
	peer_respond(&p, req, 401, "x",
		     "WWW-Authenticate: Digest realm=\"" REALM
		     "\", nonce=\"n1\", qop=\"auth\"\r\n",
		     NULL);
	mem_deref(req);
	req = take(&p, "REGISTER", false);
	assert_non_null(
		strstr(peer_header(req, "Authorization"), "nonce=\"n1\""));
	assert_null(strstr(peer_header(req, "Authorization"), "response=\"\""));
	mem_deref(req);

	/* Nothing but the registrar is told */
	assert_int_equal(ua_call(&inv, p.ua, &prm, peer_on_invite, &p, p.now),
			 0);
	req = take(&p, "INVITE", false);
	assert_string_equal(peer_header(req, "Authorization"), "");
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_compat_speaks_as_sipml5_does),
		cmocka_unit_test(test_compat_tells_the_hash_to_nobody),
		cmocka_unit_test(
			test_compat_tells_it_in_the_first_invite_if_told_to),
		cmocka_unit_test(test_compat_has_no_weak_hash_to_tell),
		cmocka_unit_test(
			test_early_ims_names_nobody_before_it_is_asked),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
