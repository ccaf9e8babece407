/**
 * @file tests/loop/test_presence.c  Presence of two whole phones
 *
 *     phone a -> PUBLISH -> agent -> NOTIFY -> phone b
 */
#include "tests/loop/support/agent.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TEXT_SIZE = 1024,
};

static const char *member(const json_t *ev, const char *key)
{
	return json_string_value(json_object_get(ev, key));
}

/* What phone i is told next: basic and note */
static void told(unsigned i, const char *basic, const char *note)
{
	const json_t *ev = rig_wait(i, "i_notify:subscribe", WAIT);
	const json_t *news = json_object_get(ev, "news");

	assert_non_null(ev);
	assert_string_equal(member(news, "basic"), basic);
	assert_string_equal(member(news, "note"), note);
	assert_string_equal(member(news, "entity"), "sip:a@loop.invalid");
}

static void watch(void)
{
	assert_int_equal(tidings_watch(phone_tidings_of(rig_phone(1), 0),
				       PACKAGE_PRESENCE, "a", NULL,
				       clock_now()),
			 0);
	assert_non_null(rig_wait(1, "connected:subscribe", WAIT));
}

static void publish(enum pidf_basic basic, const char *note)
{
	assert_int_equal(tidings_publish(phone_tidings_of(rig_phone(0), 0),
					 basic, note, clock_now()),
			 0);
}

static void shows(unsigned i, const char *text)
{
	char shown[TEXT_SIZE];

	assert_true(re_snprintf(shown, sizeof(shown), "%H", tidings_print,
				phone_tidings_of(rig_phone(i), 0)) > 0);
	if (!strstr(shown, text))
		print_message("%s", shown);
	assert_non_null(strstr(shown, text));
}

static void test_presence_of_one_is_seen_by_the_other(void **state)
{
	static const struct agent_mood moodv[] = { { .early = false },
						   { .early = true } };
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(moodv); i++) {
		rig_start(i, NULL);
		agent_start(&moodv[i]);
		watch();
		publish(PIDF_OPEN, "at the gate");
		told(1, "open", "at the gate");
		shows(0, "open, published: on: at the gate\n");
		shows(1, "nothing, published: off\n"
			 "1 presence of sip:a@loop.invalid: on, open: at the "
			 "gate\n");
		publish(PIDF_CLOSED, "gone");
		told(1, "closed", "gone");
		publish(PIDF_UNKNOWN, NULL);
		assert_non_null(rig_wait(0, "terminated:publish", WAIT));

		assert_int_equal(
			tidings_unwatch(phone_tidings_of(rig_phone(1), 0),
					PACKAGE_PRESENCE, "sip:a@loop.invalid",
					clock_now()),
			0);
		assert_non_null(rig_wait(1, "terminated:subscribe", WAIT));
		shows(1, "nothing");
		rig_stop();
	}
}

static void test_presence_lasts_for_hours(void **state)
{
	static const struct agent_mood mood = { .expires = 120 };
	const struct agent_stats *st = agent_stats();
	(void)state;

	rig_start(7, NULL);
	agent_start(&mood);
	watch();
	publish(PIDF_OPEN, "here");
	told(1, "open", "here");
	rig_run(7200ULL * CLOCK_S);
	print_message("2 h of 120 s: %u PUBLISH, %u SUBSCRIBE, %u NOTIFY\n",
		      st->publishes, st->subscribes, st->notifies);
	assert_in_range(st->publishes, 7200 / 120, 7200 / 60 + 1);
	assert_in_range(st->subscribes, 7200 / 120, 7200 / 60 + 1);
	assert_int_equal(st->forgotten, 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_int_equal(rig_count(i, "terminated"), 0);
	rig_stop();

	/* Both were taken back before the end */
	assert_int_equal(agent_left(), 0);
}

/* No server of it at first: PUBLISH comes back to the phone, SUBSCRIBE to
   the other one */
static void test_presence_is_begun_as_configured(void **state)
{
	static const struct agent_mood mood = { .early = false };
	static const char *const extra[] = {
		"[presence]\npublish=open\nnote=here\n",
		"[presence]\nwatch=a, sip:a@loop.invalid\nmessages=yes\n",
	};
	const json_t *ev;
	(void)state;

	rig_start(8, extra);
	ev = rig_wait(0, "terminated:publish", WAIT);
	assert_non_null(ev);
	assert_null(json_object_get(ev, "retry_ms"));
	for (unsigned i = 0; i < 2; i++) {
		ev = rig_wait(1, "terminated:subscribe", WAIT);
		assert_non_null(ev);
		assert_int_equal(
			json_integer_value(json_object_get(ev, "code")), 489);
	}

	agent_start(&mood);
	exchange_set_up(false);
	rig_run(CLOCK_S);
	exchange_set_up(true);
	ev = rig_wait(0, "connected:publish", 10 * WAIT);
	assert_non_null(ev);
	assert_string_equal(member(ev, "basic"), "open");
	watch();
	told(1, "open", "here");
	rig_stop();
}

static void test_presence_goes_on_when_the_server_forgets(void **state)
{
	static const struct agent_mood mood = { .early = false };
	(void)state;

	rig_start(3, NULL);
	agent_start(&mood);
	watch();
	publish(PIDF_OPEN, "one");
	told(1, "open", "one");

	exchange_set_up(false);
	agent_forget();
	assert_non_null(rig_wait(1, "terminated:subscribe", WAIT));
	shows(1, "waiting\n");
	exchange_set_up(true);
	assert_non_null(rig_wait(1, "connected:subscribe", 10 * WAIT));
	assert_non_null(rig_wait(0, "connected:publish", 10 * WAIT));
	assert_int_equal(agent_stats()->forgotten, 1);
	publish(PIDF_CLOSED, "two");
	do {
		rig_run(CLOCK_S);
	} while (rig_count(1, "i_notify") < 3);
	shows(1, "on, closed: two\n");
	rig_stop();
}

static void test_presence_heeds_why_it_ends(void **state)
{
	static const struct {
		const char *reason;
		uint64_t again; /* Within [us]; 0: never */
	} endv[] = {
		{ "deactivated", WAIT },
		{ "probation;retry-after=600", 601ULL * CLOCK_S },
		{ "rejected", 0 },
		{ "noresource", 0 },
	};
	static const struct agent_mood mood = { .early = false };
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(endv); i++) {
		const json_t *ev;

		rig_start(i, NULL);
		agent_start(&mood);
		watch();
		agent_end(endv[i].reason, clock_now());
		ev = rig_wait(1, "terminated:subscribe", WAIT);
		assert_non_null(ev);
		assert_int_equal(!json_object_get(ev, "retry_ms"),
				 !endv[i].again);
		if (endv[i].again)
			assert_non_null(rig_wait(1, "connected:subscribe",
						 endv[i].again));
		else
			rig_run(3600ULL * CLOCK_S);
		assert_int_equal(agent_stats()->subscribes,
				 endv[i].again ? 2 : 1);
		rig_stop();
	}
}

/* The next events of a session of phone i, in this order */
static void in_order(unsigned i, const char *session, const char *const *namev)
{
	char name[TEXT_SIZE];

	for (; *namev; namev++) {
		(void)re_snprintf(name, sizeof(name), "%s:%s", *namev, session);
		if (!rig_wait(i, name, 10 * WAIT))
			fail_msg("no %s", name);
	}
}

static void counted(unsigned i, const char *name, unsigned n)
{
	if (rig_count(i, name) != n)
		print_error("%s\n", name);
	assert_int_equal(rig_count(i, name), n);
}

static const char *const begin[] = { "connecting", "connected", NULL };
static const char *const end[] = { "terminating", "terminated", NULL };
static const char *const again[] = { "terminated", "connecting", "connected",
				     NULL };

/* Each session from its first request to its last, and over a flow that was
   lost; what is refreshed or changed begins nothing */
static void test_presence_says_what_begins_and_ends(void **state)
{
	static const struct agent_mood mood = { .expires = 120 };
	struct tidings *t;
	(void)state;

	rig_start(10, NULL);
	agent_start(&mood);
	t = phone_tidings_of(rig_phone(1), 0);
	assert_int_equal(
		tidings_watch(t, PACKAGE_PRESENCE, "a", NULL, clock_now()), 0);
	in_order(1, "subscribe", begin);
	publish(PIDF_OPEN, "one");
	in_order(0, "publish", begin);
	publish(PIDF_CLOSED, "two");
	rig_run(3600ULL * CLOCK_S);
	counted(1, "connecting:subscribe", 1);
	counted(0, "connecting:publish", 1);
	counted(0, "connecting:register", 1);
	counted(0, "terminating", 0);

	rig_forget();
	exchange_set_up(false);
	rig_run(CLOCK_S);
	exchange_set_up(true);
	in_order(1, "subscribe", again);
	in_order(0, "publish", again);

	assert_int_equal(tidings_unwatch(t, PACKAGE_PRESENCE, "a", clock_now()),
			 0);
	in_order(1, "subscribe", end);
	publish(PIDF_UNKNOWN, NULL);
	in_order(0, "publish", end);
	rig_stop();
}

static void test_presence_ends_before_the_registration(void **state)
{
	static const struct agent_mood mood = { .early = false };
	struct phone *p;
	(void)state;

	rig_start(11, NULL);
	agent_start(&mood);
	p = rig_phone(0);
	counted(0, "connecting:register", 1);
	publish(PIDF_OPEN, NULL);
	in_order(0, "publish", begin);
	assert_int_equal(phone_unregister(p, NULL, clock_now()), 0);
	in_order(0, "register", end);
	counted(0, "connecting:register", 1);
	assert_int_equal(phone_register(p, NULL, clock_now()), 0);
	in_order(0, "register", begin);
	rig_stop();
	assert_int_equal(agent_left(), 0);
}

static void test_presence_tells_of_messages_that_wait(void **state)
{
	static const struct agent_mood mood = { .early = true };
	const json_t *ev, *news;
	(void)state;

	rig_start(5, NULL);
	agent_start(&mood);
	assert_int_equal(tidings_watch(phone_tidings_of(rig_phone(0), 0),
				       PACKAGE_MESSAGES, "a", NULL,
				       clock_now()),
			 0);
	assert_non_null(rig_wait(0, "connected:subscribe", WAIT));
	agent_messages("Messages-Waiting: yes\r\nVoice-Message: 1/3\r\n",
		       clock_now());
	ev = rig_wait(0, "i_notify", WAIT);
	news = json_object_get(ev, "news");
	assert_true(json_is_true(json_object_get(news, "waiting")));
	assert_int_equal(json_integer_value(json_object_get(news, "new")), 1);
	shows(0, "message-summary of sip:a@loop.invalid: on, 1 new, 3 old\n");

	/* What is not understood is told as it is */
	agent_messages("nonsense", clock_now());
	ev = rig_wait(0, "i_notify", WAIT);
	assert_string_equal(member(ev, "content"), "nonsense");
	assert_null(json_object_get(ev, "news"));
	rig_stop();
}

static void test_presence_of_a_phone_itself_is_refused(void **state)
{
	const json_t *ev;
	(void)state;

	rig_start(6, NULL);
	assert_int_equal(tidings_watch(phone_tidings_of(rig_phone(1), 0),
				       PACKAGE_PRESENCE, "a", NULL,
				       clock_now()),
			 0);
	ev = rig_wait(1, "terminated:subscribe", WAIT);
	assert_non_null(ev);
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), 489);
	assert_null(json_object_get(ev, "retry_ms"));
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_presence_of_one_is_seen_by_the_other),
		cmocka_unit_test(test_presence_lasts_for_hours),
		cmocka_unit_test(test_presence_is_begun_as_configured),
		cmocka_unit_test(test_presence_goes_on_when_the_server_forgets),
		cmocka_unit_test(test_presence_heeds_why_it_ends),
		cmocka_unit_test(test_presence_says_what_begins_and_ends),
		cmocka_unit_test(test_presence_ends_before_the_registration),
		cmocka_unit_test(test_presence_tells_of_messages_that_wait),
		cmocka_unit_test(test_presence_of_a_phone_itself_is_refused),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
