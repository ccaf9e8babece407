/**
 * @file tests/loop/test_accounts.c  A phone at two servers at once
 *
 * Phones a and b have an account at each of two servers that know nothing of
 * each other.
 */
#include <math.h>
#include "core/base/log.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 2 * CLOCK_S,
};

#define HOME(user)                                                             \
	"[account home]\nrealm=home.invalid\nuser=" user "\npassword=y\n"      \
	"[transport home]\nurl=wss://home.invalid/\n"

static const char *const homev[RIG_PHONES] = { HOME("a"), HOME("b") };

static const char *text_of(const json_t *js, const char *key)
{
	const char *text = json_string_value(json_object_get(js, key));

	assert_non_null(text);
	return text;
}

/* At both; the rig has waited for one of them */
static void start(void)
{
	rig_start(1, homev);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:register", WAIT));
		assert_true(phone_registered(rig_phone(i)));
	}
	assert_int_equal(exchange_stats()->registers, 4);
}

static int call(const char *to, const char *account)
{
	const struct calls_way way = { .undirected = true, .account = account };

	return phone_call(rig_phone(0), to, &way, NULL, clock_now());
}

/* A call comes, over that line of both; it is hung up again */
static void assert_goes(const char *to, const char *account, const char *line)
{
	json_t *js;

	rig_forget();
	assert_int_equal(call(to, account), 0);
	assert_string_equal(
		text_of(rig_wait(0, "connecting:call", WAIT), "line"), line);
	assert_string_equal(text_of(rig_wait(1, "i_new_call", WAIT), "line"),
			    line);
	js = phone_calls_json(rig_phone(0));
	assert_string_equal(text_of(json_array_get(js, 0), "line"), line);
	json_decref(js);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
}

static void test_accounts_register_each_at_its_server(void **state)
{
	const json_t *account;
	json_t *js;
	(void)state;

	start();
	js = phone_status_json(rig_phone(0));
	account = json_array_get(json_object_get(js, "accounts"), 0);
	assert_string_equal(text_of(account, "name"), "account");
	assert_string_equal(text_of(account, "aor"), "sip:a@loop.invalid");
	account = json_array_get(json_object_get(js, "accounts"), 1);
	assert_string_equal(text_of(account, "name"), "home");
	assert_string_equal(text_of(account, "aor"), "sip:a@home.invalid");
	assert_true(json_is_true(json_object_get(account, "registered")));
	json_decref(js);
	rig_stop();
}

static void test_accounts_are_chosen_by_domain(void **state)
{
	(void)state;

	start();
	assert_goes("b@home.invalid", NULL, "home");
	assert_goes("sip:b@HOME.invalid;transport=ws", NULL, "home");
	assert_goes("b@loop.invalid", NULL, "account");
	assert_goes("b", NULL, "account");
	assert_goes("b@elsewhere.invalid", NULL, "account");
	assert_goes("b", "home", "home");
	assert_goes("sip:b@home.invalid", "account", "account");
	assert_int_equal(call("b", "nobody"), ENXIO);
	assert_int_equal(call("", NULL), EINVAL);
	rig_stop();
}

static void test_accounts_fall_back_to_the_first_registered(void **state)
{
	(void)state;

	start();
	exchange_set_server_up("loop.invalid", false);
	assert_string_equal(
		text_of(rig_wait(0, "reconnecting", WAIT), "account"),
		"account");
	assert_false(phone_registered(rig_phone(0)));
	assert_goes("b", NULL, "home");
	assert_int_equal(call("b", "account"), ENOTCONN);

	rig_forget();
	exchange_set_server_up("loop.invalid", true);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "connected:register", WAIT));
	assert_goes("b", NULL, "account");

	exchange_set_up(false);
	assert_non_null(rig_wait(0, "reconnecting", WAIT));
	assert_non_null(rig_wait(0, "reconnecting", WAIT));
	assert_int_equal(call("b", NULL), ENOTCONN);
	rig_stop();
}

/* One that is connected only is the last that is taken */
static void test_accounts_unregister_one_by_one(void **state)
{
	struct phone *p;
	(void)state;

	start();
	p = rig_phone(0);
	rig_forget();
	assert_int_equal(phone_unregister(p, "account", clock_now()), 0);
	assert_string_equal(
		text_of(rig_wait(0, "terminated:register", WAIT), "account"),
		"account");
	assert_goes("b", NULL, "home");
	assert_goes("b", "account", "account");
	assert_goes("b@loop.invalid", NULL, "home");

	rig_forget();
	assert_int_equal(phone_register(p, "account", clock_now()), 0);
	assert_string_equal(
		text_of(rig_wait(0, "connected:register", WAIT), "account"),
		"account");
	assert_int_equal(rig_count(0, "registration_refreshed"), 0);
	assert_int_equal(phone_register(p, NULL, clock_now()), 0);
	assert_non_null(rig_wait(0, "registration_refreshed", WAIT));
	assert_non_null(rig_wait(0, "registration_refreshed", WAIT));
	assert_int_equal(phone_unregister(p, NULL, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:register", WAIT));
	assert_non_null(rig_wait(0, "terminated:register", WAIT));
	rig_stop();
}

/** Have the first call the second, up to its voice */
static void talk(const char *to)
{
	assert_int_equal(call(to, NULL), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "m_stream_audio_remote_added", WAIT));
}

static void test_accounts_do_not_share_the_death_of_a_server(void **state)
{
	struct sound_heard heard;
	(void)state;

	start();
	talk("b@home.invalid");

	rig_forget();
	exchange_set_server_up("loop.invalid", false);
	assert_non_null(rig_wait(0, "reconnecting", WAIT));
	rig_run(TALK);
	assert_int_equal(rig_count(0, "reconnecting"), 1);
	assert_int_equal(rig_count(0, "terminated:call"), 0);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	rig_heard(0, &heard);
	assert_true(fabs(heard.frequency - rig_tonev[0]) < rig_tonev[0] / 100);

	/* And its calls may be ended, while the other is away */
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void test_accounts_take_messages_and_presence_apart(void **state)
{
	struct tidings *t;
	const json_t *ev;
	struct phone *p;
	(void)state;

	start();
	p = rig_phone(0);
	assert_int_equal(phone_message(p, NULL, "b@home.invalid", "hi", NULL,
				       clock_now()),
			 0);
	ev = rig_wait(1, "i_new_message", WAIT);
	assert_string_equal(text_of(ev, "line"), "home");
	assert_string_equal(text_of(ev, "from"), "sip:a@home.invalid");
	assert_int_equal(phone_message(p, "page", "b", "hi", NULL, clock_now()),
			 ENXIO);

	/* Who is watched may wait for the server of the domain */
	exchange_set_server_up("home.invalid", false);
	assert_non_null(rig_wait(0, "reconnecting", WAIT));
	assert_int_equal(phone_tidings(p, NULL, "b@home.invalid", &t), 0);
	assert_string_equal(tidings_account(t), "home");
	assert_int_equal(phone_tidings(p, NULL, "b", &t), 0);
	assert_string_equal(tidings_account(t), "account");
	assert_int_equal(phone_tidings(p, "x", "b", &t), ENXIO);
	rig_stop();
}

static char seen[2048]; /* The last INVITE or REGISTER of phone a */

static bool look(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	(void)now;

	if (i < 2 && !pl_strcmp(&msg->met, "INVITE"))
		(void)re_snprintf(seen, sizeof(seen), "%b", msg->mb->buf,
				  msg->mb->end);
	return false;
}

static void test_accounts_have_headers_and_tags_and_so_have_calls(void **state)
{
	static const char *const extrav[RIG_PHONES] = {
		"[account]\ncaps = video, +sip.ice\n[headers]\nX-Door = "
		"1\n" HOME("a"),
		HOME("b"),
	};
	struct calls_way way = { .undirected = true };
	const char *right;
	(void)state;

	rig_start(1, extrav);
	assert_non_null(rig_wait(0, "connected:register", WAIT));
	exchange_set_agent(look);
	assert_goes("b", NULL, "account");
	assert_non_null(strstr(seen, "\r\nX-Door: 1\r\n"));
	assert_non_null(strstr(seen, ">;video;+sip.ice\r\n"));
	assert_goes("b", "home", "home");
	assert_null(strstr(seen, "X-Door"));
	assert_null(strstr(seen, "+sip.ice"));

	assert_int_equal(extras_alloc(&way.extras), 0);
	assert_int_equal(extras_header(way.extras, "X-Pin: 7", &right), 0);
	assert_int_equal(extras_header(way.extras, "X-Pin:8", &right), EINVAL);
	assert_int_equal(extras_header(way.extras, "X:a\r\nY: b", &right),
			 EINVAL);
	assert_int_equal(extras_header(way.extras, "X:\xff", &right), EINVAL);
	assert_int_equal(
		extras_caps(way.extras, "text,language=\"en\"", &right), 0);
	assert_int_equal(phone_call(rig_phone(0), "b", &way, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "i_new_call", WAIT));
	assert_non_null(strstr(seen, "\r\nX-Pin: 7\r\n"));
	assert_non_null(strstr(seen, "\r\nX-Door: 1\r\n"));
	assert_non_null(strstr(seen, ">;text;language=\"en\"\r\n"));
	assert_int_equal(extras_header(way.extras, "x-door:2", &right), 0);
	assert_int_equal(phone_call(rig_phone(0), "b", &way, NULL, clock_now()),
			 EEXIST);
	mem_deref(way.extras);
	rig_stop();
}

/* ---- Another configuration ---- */

/* Another user, as a reload has it */
static void become(const char *user)
{
	struct config *fresh;
	char text[256];
	int n = re_snprintf(
		text, sizeof(text),
		"[account]\nrealm=loop.invalid\nuser=%s\n"
		"password=x\n[transport]\nurl=wss://loop.invalid/\n",
		user);

	assert_int_equal(
		config_parse(&fresh, "rig", text, (size_t)n, NULL, NULL), 0);
	assert_int_equal(config_take(rig_config(0), fresh, "account", "user"),
			 0);
	mem_deref(fresh);
	phone_change(rig_phone(0), clock_now());
}

static void assert_registers(const char *aor)
{
	assert_string_equal(
		text_of(rig_wait(0, "connected:register", WAIT), "aor"), aor);
	assert_true(phone_registered(rig_phone(0)));
}

/* Phone b calls; a hangs up at once */
static void assert_reached(const char *to, bool reached)
{
	unsigned id;

	assert_int_equal(phone_call(rig_phone(1), to, NULL, &id, clock_now()),
			 0);
	if (!reached) {
		assert_non_null(rig_wait(1, "terminated:call", WAIT));
		return;
	}
	assert_non_null(rig_wait(0, "i_new_call", WAIT));
	assert_int_equal(phone_reject(rig_phone(0), 0, 0, clock_now()), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
}

static void test_accounts_change_and_a_call_goes_on(void **state)
{
	struct sound_heard heard;
	(void)state;

	rig_start(1, NULL);
	talk("b");
	become("z");
	assert_string_equal(
		text_of(rig_wait(0, "terminated:register", WAIT), "aor"),
		"sip:a@loop.invalid");
	assert_registers("sip:z@loop.invalid");
	/* Two phones, one off, one on */
	assert_int_equal(exchange_stats()->registers, 4);

	rig_run(TALK);
	rig_heard(0, &heard);
	assert_true(fabs(heard.frequency - rig_tonev[0]) < rig_tonev[0] / 100);
	assert_reached("z", true);
	assert_reached("a", false);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	assert_int_equal(phone_hold(rig_phone(0), 0, true, clock_now()), 0);
	assert_non_null(rig_wait(0, "m_local_hold_ok", WAIT));
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));

	/* Nor does the end of the old one look like one of the new */
	rig_run(TALK);
	assert_int_equal(rig_count(0, "stopped"), 0);
	assert_int_equal(rig_count(0, "terminated:register"), 1);
	assert_true(phone_registered(rig_phone(0)));
	rig_stop();
}

/* What was sent by the old one is answered to it, or never */
static void test_accounts_change_while_a_message_is_under_way(void **state)
{
	const struct exchange_mood silent = { .swallows = "MESSAGE" };
	struct phone *p;
	(void)state;

	rig_start(1, NULL);
	p = rig_phone(0);
	rig_forget();
	assert_int_equal(phone_message(p, NULL, "b", "hi", NULL, clock_now()),
			 0);
	become("z");
	assert_string_equal(text_of(rig_wait(1, "i_new_message", WAIT), "from"),
			    "sip:a@loop.invalid");
	assert_non_null(rig_wait(0, "connected:message", WAIT));
	assert_registers("sip:z@loop.invalid");
	exchange_set_mood(&silent);
	assert_int_equal(phone_message(p, NULL, "b", "hi", NULL, clock_now()),
			 0);
	become("y");
	assert_registers("sip:y@loop.invalid");
	assert_non_null(rig_wait(0, "message_error", 40 * CLOCK_S));
	rig_stop();
}

/* More often than the exchange has lines: the old ones end */
static void test_accounts_change_again_and_again(void **state)
{
	static const char *const userv[] = { "c", "d", "e", "f", "g", "h" };
	char aor[64];
	(void)state;

	rig_start(1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(userv); i++) {
		become(userv[i]);
		(void)re_snprintf(aor, sizeof(aor), "sip:%s@loop.invalid",
				  userv[i]);
		assert_registers(aor);
		assert_reached(userv[i], true);
		rig_run(CLOCK_S);
	}

	/* The last word counts */
	rig_forget();
	become("i");
	become("k");
	assert_registers("sip:k@loop.invalid");
	assert_int_equal(rig_count(0, "connected:register"), 1);

	/* The user's word counts for the next one, too */
	assert_int_equal(phone_unregister(rig_phone(0), NULL, clock_now()), 0);
	rig_run(CLOCK_S);
	become("m");
	rig_run(CLOCK_S);
	assert_false(phone_registered(rig_phone(0)));
	assert_int_equal(phone_register(rig_phone(0), NULL, clock_now()), 0);
	rig_forget();
	assert_registers("sip:m@loop.invalid");
	become("n");
	assert_int_equal(phone_unregister(rig_phone(0), NULL, clock_now()), 0);
	rig_run(CLOCK_S);
	assert_false(phone_registered(rig_phone(0)));
	become("o");
	assert_int_equal(phone_register(rig_phone(0), NULL, clock_now()),
			 ENOTCONN);
	rig_forget();
	assert_registers("sip:o@loop.invalid");

	/* Over the end of one that has not left yet */
	become("l");
	rig_stop();
}

static void test_accounts_change_while_the_server_is_away(void **state)
{
	(void)state;

	rig_start(1, NULL);
	exchange_set_up(false);
	assert_non_null(rig_wait(0, "reconnecting", WAIT));
	become("z");
	assert_non_null(rig_wait(0, "starting", WAIT));
	rig_run(TALK);
	exchange_set_up(true);
	assert_registers("sip:z@loop.invalid");
	assert_reached("a", false);
	rig_stop();
}

/* The other one's connection and calls are nothing to it. The exchange has no
   line for one more, so that the new one cannot begin, and says so */
static void test_accounts_change_one_by_one(void **state)
{
	(void)state;

	start();
	talk("b@home.invalid");
	log_set_level(LOG_LEVEL_WARNING + 1);
	become("z");
	assert_string_equal(
		text_of(rig_wait(0, "failed_to_start", WAIT), "account"),
		"account");
	assert_false(phone_registered(rig_phone(0)));
	rig_run(TALK);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	assert_int_equal(rig_count(0, "terminated:register"), 1);

	/* By then the old one has made room */
	become("y");
	assert_registers("sip:y@loop.invalid");
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_accounts_register_each_at_its_server),
		cmocka_unit_test(test_accounts_are_chosen_by_domain),
		cmocka_unit_test(
			test_accounts_fall_back_to_the_first_registered),
		cmocka_unit_test(test_accounts_unregister_one_by_one),
		cmocka_unit_test(
			test_accounts_do_not_share_the_death_of_a_server),
		cmocka_unit_test(
			test_accounts_take_messages_and_presence_apart),
		cmocka_unit_test(
			test_accounts_have_headers_and_tags_and_so_have_calls),
		cmocka_unit_test(test_accounts_change_and_a_call_goes_on),
		cmocka_unit_test(
			test_accounts_change_while_a_message_is_under_way),
		cmocka_unit_test(test_accounts_change_again_and_again),
		cmocka_unit_test(test_accounts_change_while_the_server_is_away),
		cmocka_unit_test(test_accounts_change_one_by_one),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
