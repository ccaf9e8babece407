/**
 * @file tests/unit/test_subscription.c  Watching
 *
 * The flows are those of RFC 6665 section 4.1 and RFC 3856, with a scripted
 * notifier and in virtual time.
 */
#include "tests/unit/support/watcher.h"

static void test_subscription_is_told(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	watcher_open(&p);
	assert_int_equal(watcher_watch(&p, "bob"), 0);
	req = watcher_take(&p, true, "200");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:bob@example.org"), 0);
	assert_non_null(strstr(peer_header(req, "Contact"), ".invalid"));
	assert_non_null(strstr(peer_header(req, "Allow"), "NOTIFY"));
	watcher_respond(&p, req, 200, "Expires: 100\r\n");
	watcher_calm(&p);
	watcher_notify(&p, "pending", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
	assert_string_equal(watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200)->body,
			    "state");
	watcher_notify(&p, "active", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);

	/* Refreshed within its dialog at half of the time */
	assert_int_equal(ua_due(p.ua), p.now + 50ULL * CLOCK_S);
	peer_run(&p, 50ULL * CLOCK_S);
	req = watcher_take(&p, false, "200");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:bob@far.invalid;"
					       "transport=ws"),
			 0);
	watcher_respond(&p, req, 200, "Expires: 200\r\n");
	watcher_notify(&p, "active;expires=40", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);

	/* The notifier made it shorter */
	peer_run(&p, 20ULL * CLOCK_S);
	watcher_respond(&p, watcher_take(&p, false, "200"), 200, NULL);
	watcher_close(&p);
}

static void test_subscription_takes_an_early_notify(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	watcher_open(&p);
	assert_int_equal(watcher_watch(&p, "sip:bob@elsewhere"), 0);
	req = watcher_take(&p, true, "200");
	watcher_notify(&p, "active", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	watcher_respond(&p, req, 202, "Expires: 200\r\n");

	/* Another notifier for the same request: RFC 3856 section 6.9 */
	(void)re_snprintf(p.remote_tag, sizeof(p.remote_tag), "fork");
	watcher_notify(&p, "active", 481);

	/* Out of order */
	(void)re_snprintf(p.remote_tag, sizeof(p.remote_tag), "far");
	p.cseq -= 2;
	watcher_notify(&p, "active", 500);
	p.cseq += 2;
	peer_run(&p, 100ULL * CLOCK_S);
	req = watcher_take(&p, false, "200");
	watcher_respond(&p, req, 200, "Expires: 200\r\n");
	watcher_close(&p);
}

static void test_subscription_knows_no_other_dialog(void **state)
{
	struct peer p;
	(void)state;

	watcher_open(&p);
	watcher_notify(&p, "active", 481);
	(void)re_snprintf(p.local_tag, sizeof(p.local_tag), "mine");
	watcher_notify(&p, "active", 481);
	p.local_tag[0] = '\0';
	peer_request(&p, "NOTIFY", "x1", "Event: presence\r\n", NULL);
	peer_drop_code(&p, 400, "NOTIFY");
	peer_request(&p, "NOTIFY", "x2", NULL, NULL);
	peer_drop_code(&p, 400, "NOTIFY");

	/* We notify of nothing */
	peer_request(&p, "SUBSCRIBE", "s1", "Event: presence\r\n", NULL);
	peer_drop_code(&p, 489, "SUBSCRIBE");
	(void)re_snprintf(p.local_tag, sizeof(p.local_tag), "mine");
	peer_request(&p, "SUBSCRIBE", "s2", "Event: presence\r\n", NULL);
	peer_drop_code(&p, 481, "SUBSCRIBE");
	watcher_close(&p);

	/* Of another package */
	watcher_open_on(&p);
	peer_request(&p, "NOTIFY", "x3",
		     "Event: dialog\r\nSubscription-State: active\r\n", NULL);
	peer_drop_code(&p, 481, "NOTIFY");
	watcher_close(&p);
}

/* RFC 6665 section 4.1.3 */
static const struct {
	const char *state;
	uint32_t least, most; /* Pause [s]; most 0: it has ended */
} endv[] = {
	{ "terminated;reason=rejected;retry-after=5", 0, 0 },
	{ "terminated;reason=noresource", 0, 0 },
	{ "terminated;reason=invariant", 0, 0 },
	{ "terminated;reason=probation;retry-after=7", 7, 7 },
	{ "terminated;reason=giveup;retry-after=3600", 3600, 3600 },
	{ "terminated;reason=giveup", 30, 60 },
	{ "terminated", 30, 60 },
	{ "terminated;reason=unheard-of;retry-after=9", 9, 9 },
	{ "Terminated ; reason=Deactivated;retry-after=99", 0, 1 },
	{ "terminated;reason=timeout", 0, 1 },
};

static void test_subscription_heeds_the_reason_of_its_end(void **state)
{
	const struct watcher_heard *h;
	uint64_t pause;
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(endv); i++) {
		watcher_open_on(&p);
		watcher_notify(&p, endv[i].state, 200);
		(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
		h = watcher_hears(endv[i].most ? SUBSCRIPTION_EV_FAILED
					       : SUBSCRIPTION_EV_ENDED,
				  200);
		if (!endv[i].most) {
			assert_int_equal(ua_due(p.ua), CLOCK_NEVER);
			assert_int_equal(watcher_unwatch(&p, "bob"), ENOENT);
			watcher_close(&p);
			continue;
		}
		pause = h->retry - p.now;
		assert_true(pause >= endv[i].least * (uint64_t)CLOCK_S);
		assert_true(pause <= endv[i].most * (uint64_t)CLOCK_S);

		/* What still comes of the old one finds nobody */
		watcher_notify(&p, "active", 481);
		peer_run(&p, pause);
		watcher_respond(&p, watcher_take(&p, true, "200"), 200, NULL);
		watcher_notify(&p, "active", 200);
		(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
		(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
		watcher_close(&p);
	}
}

static void test_subscription_is_not_chased(void **state)
{
	uint64_t begin;
	struct peer p;
	(void)state;

	/* A server that ends every one at once is not asked all the time */
	watcher_open_on(&p);
	begin = p.now;
	for (unsigned i = 0; i < 8; i++) {
		watcher_notify(&p, "terminated;reason=deactivated", 200);
		(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
		peer_run(&p, watcher_hears(SUBSCRIPTION_EV_FAILED, 200)->retry -
				     p.now);
		watcher_respond(&p, watcher_take(&p, true, "200"), 200, NULL);
		watcher_notify(&p, "active", 200);
		(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
		(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	}
	assert_true(p.now - begin > 1800ULL * CLOCK_S);

	/* One that lived is begun again at once */
	peer_run(&p, 61ULL * CLOCK_S);
	watcher_notify(&p, "terminated;reason=deactivated", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	assert_int_equal(watcher_hears(SUBSCRIPTION_EV_FAILED, 200)->retry,
			 p.now);
	peer_run(&p, 1);
	mem_deref(watcher_take(&p, true, "200"));
	watcher_close(&p);
}

static void test_subscription_is_refused(void **state)
{
	static const unsigned finalv[] = { 301, 401, 403, 405, 489, 501, 603 };
	static const char challenge[] =
		"Proxy-Authenticate: Digest realm=\"example.org\", "
		"nonce=\"n\", qop=\"auth\"\r\n";
	struct sip_msg *req;
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(finalv); i++) {
		watcher_open(&p);
		assert_int_equal(watcher_watch(&p, "bob"), 0);
		watcher_respond(&p, watcher_take(&p, true, "200"), finalv[i],
				NULL);
		(void)watcher_hears(SUBSCRIPTION_EV_ENDED, finalv[i]);
		assert_int_equal(ua_due(p.ua), CLOCK_NEVER);
		watcher_close(&p);
	}

	/* A challenge, a longer time, and what may get better */
	watcher_open(&p);
	assert_int_equal(watcher_watch(&p, "bob"), 0);
	watcher_respond(&p, watcher_take(&p, true, "200"), 407, challenge);
	req = watcher_take(&p, true, "200");
	assert_non_null(strstr(peer_header(req, "Proxy-Authorization"),
			       "username=\"alice\""));
	watcher_respond(&p, req, 423, "Min-Expires: 900\r\n");
	watcher_respond(&p, watcher_take(&p, true, "900"), 404,
			"Retry-After: 8\r\n");
	assert_int_equal(watcher_hears(SUBSCRIPTION_EV_FAILED, 404)->retry,
			 p.now + 8ULL * CLOCK_S);
	peer_run(&p, 8ULL * CLOCK_S);
	mem_deref(watcher_take(&p, true, "900"));

	/* Nobody answers */
	peer_run(&p, 32ULL * CLOCK_S);
	(void)watcher_hears(SUBSCRIPTION_EV_FAILED, 408);
	watcher_close(&p);
}

/* It is for the user to say whether somebody else is watched: what moved for
   a while is asked for again where it was, what moved for good is not */
static void test_subscription_does_not_follow_a_3xx(void **state)
{
	static const unsigned codev[] = { 300, 302, 305, 380 };
	static const char elsewhere[] = "Contact: <sip:eve@example.net>\r\n"
					"Retry-After: 9\r\n";
	struct sip_msg *req;
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		watcher_open(&p);
		assert_int_equal(watcher_watch(&p, "bob"), 0);
		watcher_respond(&p, watcher_take(&p, true, "200"), codev[i],
				elsewhere);
		assert_int_equal(
			watcher_hears(SUBSCRIPTION_EV_FAILED, codev[i])->retry,
			p.now + 9ULL * CLOCK_S);
		peer_silent(&p);
		peer_run(&p, 9ULL * CLOCK_S);
		req = watcher_take(&p, true, "200");
		assert_int_equal(pl_strcmp(&req->ruri, "sip:bob@example.org"),
				 0);
		watcher_respond(&p, req, 301, elsewhere);
		(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 301);
		assert_int_equal(ua_due(p.ua), CLOCK_NEVER);
		watcher_close(&p);
	}
}

static void test_subscription_begins_anew_when_its_dialog_is_gone(void **state)
{
	struct peer p;
	(void)state;

	/* The notifier has forgotten it */
	watcher_open_on(&p);
	peer_run(&p, 100ULL * CLOCK_S);
	watcher_respond(&p, watcher_take(&p, false, "200"), 481, NULL);
	assert_int_equal(watcher_hears(SUBSCRIPTION_EV_FAILED, 481)->retry,
			 p.now);
	peer_run(&p, 1);

	/* No NOTIFY comes: timer N */
	watcher_respond(&p, watcher_take(&p, true, "200"), 200, NULL);
	peer_run(&p, 32ULL * CLOCK_S);
	(void)watcher_hears(SUBSCRIPTION_EV_FAILED, 408);
	watcher_notify(&p, "active", 481);
	watcher_close(&p);
}

static void test_subscription_goes_on_with_another_flow(void **state)
{
	struct peer p;
	(void)state;

	watcher_open_on(&p);
	ua_flow(p.ua, false, p.now);
	assert_true(watcher_hears(SUBSCRIPTION_EV_FAILED, 503)->retry ==
		    CLOCK_NEVER);
	peer_run(&p, 50ULL * CLOCK_S);
	ua_flow(p.ua, true, p.now);
	watcher_respond(&p, watcher_take(&p, false, "200"), 200, NULL);
	watcher_notify(&p, "active", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);

	/* Before there is one at all */
	ua_flow(p.ua, false, p.now);
	(void)watcher_hears(SUBSCRIPTION_EV_FAILED, 503);
	assert_int_equal(watcher_unwatch(&p, "bob"), 0);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 0);
	assert_int_equal(watcher_watch(&p, "carol"), 0);
	ua_flow(p.ua, true, p.now);
	mem_deref(watcher_take(&p, true, "200"));
	watcher_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscription_is_told),
		cmocka_unit_test(test_subscription_takes_an_early_notify),
		cmocka_unit_test(test_subscription_knows_no_other_dialog),
		cmocka_unit_test(test_subscription_heeds_the_reason_of_its_end),
		cmocka_unit_test(test_subscription_is_not_chased),
		cmocka_unit_test(test_subscription_is_refused),
		cmocka_unit_test(test_subscription_does_not_follow_a_3xx),
		cmocka_unit_test(
			test_subscription_begins_anew_when_its_dialog_is_gone),
		cmocka_unit_test(test_subscription_goes_on_with_another_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
