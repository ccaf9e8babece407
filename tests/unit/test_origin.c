/**
 * @file tests/unit/test_origin.c  Tests of what requests have in common
 */
#include "tests/unit/support/peer.h"

static const struct ua_params account = {
	.origin = {
		.user = "alice",
		.realm = "example.org",
		.display_name = "Alice \"A\"",
	},
};

static void test_origin_goes_by_the_outbound_proxy(void **state)
{
	struct ua_params prm = account;
	static const char *const headerv[] = { "Organization: Doubango", NULL };
	struct sip_msg *req;
	struct peer p;
	(void)state;

	prm.origin.outbound_proxy = "sip:proxy.example.org:443;transport=ws";
	prm.origin.user_agent = "Boardphone/1";
	prm.origin.headerv = headerv;
	peer_open(&p, &prm);
	ua_register(p.ua, p.now);
	req = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(req, "Route"),
			    "<sip:proxy.example.org:443;transport=ws;lr>");
	assert_string_equal(peer_header(req, "Organization"), "Doubango");
	assert_string_equal(peer_header(req, "User-Agent"), "Boardphone/1");
	assert_int_equal(pl_strcmp(&req->from.dname, "Alice \\\"A\\\""), 0);
	mem_deref(req);
	peer_close(&p);
}

static void test_origin_needs_a_sane_account(void **state)
{
	static const struct {
		const char *user, *realm, *name, *proxy;
	} badv[] = {
		{ NULL, "example.org", NULL, NULL },
		{ "alice", NULL, NULL, NULL },
		{ "al ice", "example.org", NULL, NULL },
		{ "alice", "exa mple", NULL, NULL },
		{ "sip:example.org", "example.org", NULL, NULL },
		{ "alice", "example.org", "A\r\nEvil: 1", NULL },
		{ "alice", "example.org", NULL, "proxy" },
		{ "alice\r\n", "example.org", NULL, NULL },
	};
	struct ua *ua = NULL;
	size_t before = test_blocks();
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		struct ua_params prm = account;

		prm.sendh = (ua_send_h *)1;
		prm.origin.user = badv[i].user;
		prm.origin.realm = badv[i].realm;
		prm.origin.display_name = badv[i].name;
		prm.origin.outbound_proxy = badv[i].proxy;
		assert_int_equal(ua_alloc(&ua, &prm), EINVAL);
	}
	assert_int_equal(test_blocks(), before);
}

static void test_origin_takes_a_whole_uri_as_user(void **state)
{
	struct ua_params prm = account;
	struct sip_msg *req;
	struct peer p;
	(void)state;

	prm.origin.user = "sip:bob@[2001:db8::1]:5070";
	peer_open(&p, &prm);
	assert_string_equal(ua_aor(p.ua), "sip:bob@[2001:db8::1]:5070");
	ua_register(p.ua, p.now);
	req = peer_take(&p, "REGISTER");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:[2001:db8::1]:5070"), 0);
	mem_deref(req);
	peer_close(&p);
}

static void test_origin_without_instance_is_no_outbound(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	req = peer_take(&p, "REGISTER");
	assert_null(strstr(peer_header(req, "Contact"), "reg-id"));
	mem_deref(req);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin_goes_by_the_outbound_proxy),
		cmocka_unit_test(test_origin_needs_a_sane_account),
		cmocka_unit_test(test_origin_takes_a_whole_uri_as_user),
		cmocka_unit_test(test_origin_without_instance_is_no_outbound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
