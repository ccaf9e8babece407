/**
 * @file tests/loop/test_commands.c  Commands, given to two whole phones
 */
#include "app/commands.h"
#include "app/words.h"
#include "tests/loop/support/rig.h"
#include "tests/support/schema.h"

enum {
	WAIT = 5 * CLOCK_S,
	LINE_SIZE = 256,
	ANSWER_MAX = 16384,
};

static unsigned quits;
static char answer[ANSWER_MAX];

static void on_quit(void *arg)
{
	(void)arg;
	++quits;
}

static int give(unsigned i, bool json, const char *text)
{
	const struct commands_context ctx = { .phone = rig_phone(i),
					      .quith = on_quit };
	char line[LINE_SIZE], *wordv[WORDS_MAX];
	struct mbuf *out = mbuf_alloc(1);
	int n = 0, err;

	str_ncpy(line, text, sizeof(line));
	assert_int_equal(words_split(line, wordv, &n), 0);
	err = commands_run(&ctx, n, wordv, json, out, clock_now());
	assert_true(out->end < sizeof(answer));
	memcpy(answer, out->buf, out->end);
	answer[out->end] = '\0';

	/* Text ends with a newline, or is empty */
	assert_true(!out->end || out->buf[out->end - 1] == '\n');
	mem_deref(out);
	if (json && n)
		schema_answer(wordv[0], err, answer);
	return err;
}

static json_t *ask(unsigned i, const char *text)
{
	json_t *js;

	assert_int_equal(give(i, true, text), 0);
	js = json_loads(answer, 0, NULL);
	assert_non_null(js);
	return js;
}

static const struct {
	const char *line;
	int err;
	const char *says;
} refusedv[] = {
	{ "", 0, "" },
	{ "jump", ENOSYS, "help" },
	{ "CALL b", ENOSYS, "help" },
	{ "call", EINVAL, "usage: call TO" },
	{ "call b audio recvonly more", EINVAL, "call TO" },
	{ "call b via=home via=home", EINVAL, "call TO" },
	{ "call b header=X-Pin:1 header=x-pin:2", EINVAL, "once" },
	{ "call b header=Via:x", EINVAL, "does not write itself" },
	{ "call b header=X", EINVAL, "NAME:VALUE" },
	{ "call b header=X:", EINVAL, "a value" },
	{ "call b caps=audio", EINVAL, "feature tags" },
	{ "call b caps=video caps=text", EINVAL, "caps once" },
	{ "call b via=nobody", ENXIO, "no account has that name" },
	{ "register nobody", ENXIO, "no account has that name" },
	{ "unregister nobody", ENXIO, "no account has that name" },
	{ "msg via=nobody b text", ENXIO, "no account has that name" },
	{ "msg via=account b", EINVAL, "msg [via=NAME]" },
	{ "watch b via=nobody", ENXIO, "no account has that name" },
	{ "unwatch b via=account", ENOENT, "not watched" },
	{ "presence via=nobody", ENXIO, "no account has that name" },
	{ "presence via=account x", EINVAL, "presence [via=NAME]" },
	{ "call b picture", EINVAL, "call TO" },
	{ "call b video", ENOTSUP, "[video] camera" },
	{ "call b sendonly recvonly", EINVAL, "call TO" },
	{ "call ''", EINVAL, "not an address" },
	{ "more on", ENOTSUP, "on a console" },
	{ "answer", ENOENT, "no such call" },
	{ "answer x", EINVAL, "number" },
	{ "answer 0", EINVAL, "number" },
	{ "answer -1", EINVAL, "number" },
	{ "answer 1x", EINVAL, "number" },
	{ "answer 99999999999999999999", EINVAL, "number" },
	{ "answer 1 2", EINVAL, "answer [ID]" },
	{ "answer 1 av 2", EINVAL, "usage" },
	{ "reject 1 200", EINVAL, "400 to 699" },
	{ "reject 1 302", EINVAL, "400 to 699" },
	{ "reject 1 700", EINVAL, "400 to 699" },
	{ "reject 1 486", ENOENT, "no such call" },
	{ "hangup", ENOENT, "no such call" },
	{ "dtmf 1", ENOENT, "no such call" },
	{ "dtmf", EINVAL, "usage" },
	{ "mute audio", EINVAL, "usage" },
	{ "mute picture on", EINVAL, "mute audio" },
	{ "mute video on", ENOENT, "no such call" },
	{ "video maybe", EINVAL, "video on" },
	{ "video on", ENOENT, "no such call" },
	{ "keyframe 99", ENOENT, "no such call" },
	{ "snapshot x.jpg", ENODEV, "camera" },
	{ "answer video", EINVAL, "answer [ID]" },
	{ "mute audio maybe", EINVAL, "mute audio" },
	{ "mute audio on", ENOENT, "no such call" },
	{ "log loud", EINVAL, "log debug" },
	{ "b", ENOENT, "no such button" },
	{ "button bell press", ENOENT, "no such button" },
	{ "button bell down", EINVAL, "press|release" },
	{ "ring", ENODEV, "nothing rings" },
	{ "ring a b", EINVAL, "usage" },
	{ "door", ENOENT, "no such relay" },
	{ "msg page", EINVAL, "usage" },
	{ "msg page some words", ENOENT, "no browser" },
	{ "msg '' words", EINVAL, "not an address" },
	{ "password", ENODEV, "no [page]" },
	{ "help jump", ENOENT, "no such command" },
	{ "events", ENOTSUP, "ctl events" },
	{ "presence maybe", EINVAL, "open|closed" },
	{ "presence off now", EINVAL, "open|closed" },
	{ "presence open \x01", EINVAL, "characters" },
	{ "watch", EINVAL, "usage" },
	{ "watch a weather", EINVAL, "message-summary" },
	{ "watch ''", EINVAL, "not an address" },
	{ "unwatch a", ENOENT, "not watched" },
	{ "unwatch a presence now", EINVAL, "or message-summary" },
	{ "status now", EINVAL, "usage" },
};

static void test_commands_refuse_what_makes_no_sense(void **state)
{
	(void)state;

	rig_start(1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(refusedv); i++) {
		json_t *js;

		assert_int_equal(give(0, false, refusedv[i].line),
				 refusedv[i].err);
		assert_non_null(strstr(answer, refusedv[i].says));
		if (!refusedv[i].err)
			continue;
		assert_int_equal(give(0, true, refusedv[i].line),
				 refusedv[i].err);
		js = json_loads(answer, 0, NULL);
		assert_true(json_integer_value(json_object_get(js, "code")) ==
			    refusedv[i].err);
		json_decref(js);
	}
	assert_int_equal(phone_calls(rig_phone(0)), 0);
	rig_stop();
}

static void test_commands_list_themselves(void **state)
{
	const struct commands_info *info;
	const char *before = "";
	unsigned n = 0;
	(void)state;

	rig_start(2, NULL);
	assert_int_equal(give(0, false, "help"), 0);
	for (; (info = commands_get(n)) != NULL; n++) {
		assert_non_null(strstr(answer, info->name));
		assert_non_null(strstr(answer, info->help));
		assert_true(strcmp(before, info->name) < 0);
		before = info->name;
	}
	assert_true(n > 10);
	assert_int_equal(give(0, false, "help dtmf"), 0);
	assert_null(strstr(answer, "hangup"));
	rig_stop();
}

static void test_commands_answer_as_the_schema_says(void **state)
{
	const struct commands_info *info;
	json_t *list;
	(void)state;

	(void)schema_file("commands");
	rig_start(4, NULL);
	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++)
		(void)give(0, true, info->name);
	list = ask(0, "help dtmf");
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
	json_decref(ask(0, "watch b message-summary"));
	assert_int_equal(give(0, true, "presence closed for today"), 0);
	json_decref(ask(0, "presence"));
	assert_int_equal(give(0, true, "unwatch b message-summary"), 0);
	rig_stop();
	quits = 0;
}

/* While the call is up */
static void check_up(void)
{
	json_t *js, *list;

	list = ask(1, "calls");
	js = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(js, "state")),
			    "up");
	assert_string_equal(json_string_value(json_object_get(js, "direction")),
			    "in");
	json_decref(list);
	assert_int_equal(give(0, false, "calls"), 0);
	assert_non_null(strstr(answer, "1 out up"));

	assert_int_equal(give(0, false, "mute audio on"), 0);
	assert_int_equal(give(0, false, "calls"), 0);
	assert_non_null(strstr(answer, "muted"));
	assert_int_equal(give(0, false, "mute audio off 1"), 0);
	assert_int_equal(give(0, false, "dtmf 1x"), EINVAL);
	assert_int_equal(give(0, false, "dtmf 5 1"), 0);
	assert_non_null(rig_wait(1, "dtmf_received", WAIT));

	list = ask(0, "stats");
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
	assert_int_equal(give(0, false, "stats"), 0);
	assert_non_null(strstr(answer, "ICE "));
	assert_int_equal(give(0, false, "loop"), 0);
	assert_int_equal(give(0, false, "devices"), 0);
}

/* What came of a command that goes on */
static unsigned pictures;

static void on_text(const char *p, size_t n, void *arg)
{
	(void)arg;

	assert_true(n < sizeof(answer));
	memcpy(answer, p, n);
	answer[n] = '\0';
	++pictures;
}

static void on_end(int err, void *arg)
{
	(void)err;
	(void)arg;
	fail();
}

static void watch_it_live(void)
{
	static const struct answer_handlers handlers = { .texth = on_text,
							 .endh = on_end };
	const struct commands_context ctx = { .phone = rig_phone(0) };
	struct mbuf *out = mbuf_alloc(1);
	char *wordv[] = { (char *)(uintptr_t) "top", (char *)(uintptr_t) "2" };
	struct answer *later;

	assert_int_equal(give(0, false, "net"), 0);
	assert_non_null(strstr(answer, "gateway: "));
	assert_int_equal(give(0, false, "top 61"), EINVAL);
	assert_int_equal(give(0, false, "top"), 0);
	assert_non_null(strstr(answer, "call 1 out up"));

	assert_int_equal(answer_alloc(&later, &handlers), 0);
	assert_int_equal(
		commands_begin(&ctx, 2, wordv, false, out, later, clock_now()),
		EINPROGRESS);
	rig_run(9 * CLOCK_S);
	assert_int_equal(pictures, 5); /* At once, and every 2 s */
	assert_non_null(strstr(answer, "sound "));
	assert_null(strstr(answer, "out     0.0 kbit/s"));
	assert_null(strstr(answer, "in      0.0 kbit/s"));
	answer_stop(later);
	rig_run(9 * CLOCK_S);
	assert_int_equal(pictures, 5);
	mem_deref(later);
	mem_deref(out);
}

static void hold_and_resume(void)
{
	json_t *list;
	int on = 0, remote = 0;

	assert_int_equal(give(0, false, "resume"), EALREADY);
	assert_int_equal(give(0, false, "hold 1"), 0);
	assert_non_null(rig_wait(0, "m_local_hold_ok", WAIT));
	assert_int_equal(give(0, false, "hold"), EALREADY);
	assert_non_null(strstr(answer, "on hold already"));
	list = ask(0, "calls");
	assert_int_equal(json_unpack(list, "[{s:b, s:b}]", "holding", &on,
				     "held", &remote),
			 0);
	assert_true(on && !remote);
	json_decref(list);
	assert_int_equal(give(1, false, "calls"), 0);
	assert_non_null(strstr(answer, "held"));
	assert_int_equal(give(0, false, "resume 7"), ENOENT);
	assert_int_equal(give(0, false, "resume"), 0);
	assert_non_null(rig_wait(0, "m_local_resume_ok", WAIT));
}

static void test_commands_make_a_call_and_end_it(void **state)
{
	json_t *js;
	(void)state;

	rig_start(3, NULL);
	js = ask(0, "status");
	assert_true(json_is_true(json_object_get(js, "registered")));
	json_decref(js);
	assert_int_equal(give(0, false, "status"), 0);
	assert_non_null(strstr(answer, "sip:a@loop.invalid registered"));
	assert_null(strstr(answer, "password"));

	js = ask(0, "call b");
	assert_int_equal(json_integer_value(json_object_get(js, "id")), 1);
	json_decref(js);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(give(1, false, "answer 1"), 0);
	assert_string_equal(answer, "");
	assert_int_equal(give(1, false, "answer 1"), EINVAL);
	assert_non_null(rig_wait(0, "media_added", WAIT));
	assert_non_null(rig_wait(1, "media_added", WAIT));

	check_up();
	watch_it_live();
	hold_and_resume();
	assert_int_equal(give(0, false, "hangup 1"), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_int_equal(give(0, false, "unregister"), 0);
	assert_non_null(rig_wait(0, "terminated:register", WAIT));
	assert_int_equal(give(0, false, "register"), 0);
	assert_non_null(rig_wait(0, "connected:register", WAIT));
	assert_int_equal(give(0, false, "quit"), 0);
	assert_int_equal(quits, 1);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_make_a_call_and_end_it),
		cmocka_unit_test(test_commands_refuse_what_makes_no_sense),
		cmocka_unit_test(test_commands_list_themselves),
		cmocka_unit_test(test_commands_answer_as_the_schema_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
