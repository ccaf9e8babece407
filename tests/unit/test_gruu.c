/**
 * @file tests/unit/test_gruu.c  Tests of addresses that the registrar gives
 *
 * RFC 5627: which of them is asked for, and stands in the Contact of calls.
 */
#include "tests/unit/support/peer.h"

#define BOTH                                                                   \
	"pub-gruu=\"sip:alice@example.org;gr=u1\";"                            \
	"temp-gruu=\"sip:tgruu.7hatz@example.org;gr\""
#define PUBLIC "pub-gruu=\"sip:alice@example.org;gr=u1\""

static const struct {
	enum origin_gruu gruu;
	const char *given;
	const char *supported; /* Of REGISTER                       */
	const char *contact;   /* Of INVITE; NULL: that of REGISTER */
} tablev[] = {
	{ ORIGIN_GRUU_PUBLIC, BOTH, "path, outbound, gruu",
	  "<sip:alice@example.org;gr=u1>" },
	{ ORIGIN_GRUU_TEMPORARY, BOTH, "path, outbound, gruu",
	  "<sip:tgruu.7hatz@example.org;gr>" },
	{ ORIGIN_GRUU_TEMPORARY, PUBLIC, "path, outbound, gruu", NULL },
	{ ORIGIN_GRUU_NONE, BOTH, "path, outbound", NULL },
};

static void check(size_t i)
{
	const struct ua_params account = {
		.origin = { .user = "alice",
			    .realm = "example.org",
			    .instance = "urn:uuid:00000000-0000-1000-8000-"
					"0a0b0c0d0e0f",
			    .caps = ";video",
			    .gruu = tablev[i].gruu },
	};
	struct invite_params call = { .to = "johndoe" };
	char ours[256], lines[512];
	struct invite *inv = NULL;
	struct sip_msg *req;
	struct peer p;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	req = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(req, "Supported"), tablev[i].supported);
	assert_non_null(strstr(peer_header(req, "Contact"), ";video;"));
	(void)re_snprintf(ours, sizeof(ours), "%s",
			  peer_header(req, "Contact"));
	*strchr(ours, '>') = '\0';
	(void)re_snprintf(lines, sizeof(lines), "Contact: %s>;%s\r\n", ours,
			  tablev[i].given);
	peer_respond(&p, req, 200, "reg", lines, NULL);
	mem_deref(req);
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);

	assert_int_equal(ua_call(&inv, p.ua, &call, peer_on_invite, &p, p.now),
			 0);
	req = peer_take(&p, "INVITE");
	if (tablev[i].contact)
		(void)re_snprintf(lines, sizeof(lines), "%s;video",
				  tablev[i].contact);
	else
		(void)re_snprintf(lines, sizeof(lines), "%s;ob>;video", ours);
	assert_string_equal(peer_header(req, "Contact"), lines);
	assert_int_equal(strstr(peer_header(req, "Supported"), "gruu") != NULL,
			 tablev[i].gruu != ORIGIN_GRUU_NONE);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_gruu_is_the_one_that_is_wanted(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++)
		check(i);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_gruu_is_the_one_that_is_wanted),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
