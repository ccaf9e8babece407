/**
 * @file tests/unit/test_subscription_end.c  Watching no longer, and limits
 */
#include "tests/unit/support/watcher.h"

static void test_subscription_ends_when_asked(void **state)
{
	struct peer p;
	(void)state;

	watcher_open_on(&p);
	assert_int_equal(watcher_unwatch(&p, "bob"), 0);
	assert_int_equal(watcher_unwatch(&p, "bob"), ENOENT);
	watcher_respond(&p, watcher_take(&p, false, "0"), 200, NULL);
	watcher_notify(&p, "terminated;reason=timeout", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	assert_string_equal(watcher_hears(SUBSCRIPTION_EV_ENDED, 200)->reason,
			    "timeout");
	assert_int_equal(ua_due(p.ua), CLOCK_NEVER);
	watcher_close(&p);

	/* The far end has gone */
	watcher_open_on(&p);
	assert_int_equal(watcher_unwatch(&p, "bob"), 0);
	watcher_respond(&p, watcher_take(&p, false, "0"), 481, NULL);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 481);
	watcher_close(&p);

	/* No last NOTIFY */
	watcher_open_on(&p);
	assert_int_equal(watcher_unwatch(&p, "bob"), 0);
	watcher_respond(&p, watcher_take(&p, false, "0"), 200, NULL);
	peer_run(&p, 32ULL * CLOCK_S);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 408);
	watcher_close(&p);
}

static void test_subscription_ends_once_it_has_a_dialog(void **state)
{
	static const char lines[] =
		"Event: presence\r\nSubscription-State: active\r\n";
	struct sip_msg *req;
	struct peer p;
	(void)state;

	watcher_open(&p);
	assert_int_equal(watcher_watch(&p, "bob"), 0);
	req = watcher_take(&p, true, "200");
	assert_int_equal(watcher_unwatch(&p, "bob"), 0);
	watcher_calm(&p);
	watcher_respond(&p, req, 200, NULL);
	watcher_calm(&p);
	peer_request(&p, "NOTIFY", "e1", lines, NULL);
	peer_drop_code(&p, 200, "NOTIFY");
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	watcher_respond(&p, watcher_take(&p, false, "0"), 200, NULL);
	watcher_notify(&p, "terminated", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 200);
	watcher_close(&p);
}

static void test_subscription_may_be_ended_by_its_handler(void **state)
{
	struct peer p;
	(void)state;

	watcher_open(&p);
	watcher_ends(&p);
	assert_int_equal(watcher_watch(&p, "bob"), 0);
	watcher_respond(&p, watcher_take(&p, true, "200"), 200, NULL);
	watcher_notify(&p, "active", 200);
	watcher_ends(NULL);
	(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	watcher_respond(&p, watcher_take(&p, false, "0"), 200, NULL);
	watcher_notify(&p, "terminated", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 200);
	watcher_close(&p);
}

static void test_subscription_has_limits(void **state)
{
	char to[16];
	struct peer p;
	(void)state;

	watcher_open(&p);
	for (unsigned i = 0; i < PRESENCE_WATCHES_MAX; i++) {
		(void)re_snprintf(to, sizeof(to), "u%u", i);
		assert_int_equal(watcher_watch(&p, to), 0);
		mem_deref(watcher_take(&p, true, "200"));
	}
	assert_int_equal(watcher_watch(&p, "bob"), ENOSPC);
	watcher_close(&p);

	watcher_open_on(&p);
	assert_int_equal(watcher_watch(&p, "sip:bob@example.org"), EALREADY);
	assert_int_equal(watcher_watch(&p, ""), EINVAL);
	assert_int_equal(watcher_unwatch(&p, "carol"), ENOENT);
	watcher_close(&p);
}

static void test_subscription_ends_with_the_ua(void **state)
{
	struct peer p;
	(void)state;

	watcher_open_on(&p);
	ua_stop(p.ua, 0, peer_on_stopped, &p, p.now);
	watcher_respond(&p, watcher_take(&p, false, "0"), 200, NULL);
	assert_false(p.stopped);
	watcher_notify(&p, "terminated", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ENDED, 200);
	assert_true(p.stopped);
	assert_int_equal(watcher_watch(&p, "carol"), ESHUTDOWN);
	watcher_close(&p);

	/* A silent notifier does not hold it up */
	watcher_open_on(&p);
	ua_stop(p.ua, 2ULL * CLOCK_S, peer_on_stopped, &p, p.now);
	mem_deref(watcher_take(&p, false, "0"));
	peer_run(&p, 2ULL * CLOCK_S);
	assert_true(p.stopped);
	watcher_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscription_ends_when_asked),
		cmocka_unit_test(test_subscription_ends_once_it_has_a_dialog),
		cmocka_unit_test(test_subscription_may_be_ended_by_its_handler),
		cmocka_unit_test(test_subscription_has_limits),
		cmocka_unit_test(test_subscription_ends_with_the_ua),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
