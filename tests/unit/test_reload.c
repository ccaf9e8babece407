/**
 * @file tests/unit/test_reload.c  Tests of another configuration while running
 *
 * In the real loop: the file is written by a process of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/reload.h"
#include "core/base/log.h"
#include "tests/unit/test.h"

enum {
	TEXT = 4096,
	PATH = 64,
	MODE = 0777,
};

static const char first[] = "# Ours\n"
			    "[account]\n"
			    "realm = example.org\n"
			    "user = board\n"
			    "password = secret\n"
			    "[transport]\n"
			    "url = wss://example.org/\n"
			    "[call]\n"
			    "no_answer = 60s # a minute\n"
			    "[buttons]\n"
			    "bell = sim:1 press=calls\n";

static struct {
	char dir[PATH], path[PATH], file[PATH];
	struct config *cfg;
	struct event_bus *events;
	struct event_listener *listener;
	struct refusal *refusal;
	struct reload *reload;
	unsigned wires, wired, done;
	int err;
	char said[TEXT], heard[TEXT];
} f;

static void put(const char *text)
{
	FILE *file = fopen(f.file, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(f.file, S_IRUSR | S_IWUSR), 0);
}

static void expect_file(const char *text)
{
	FILE *file = fopen(f.file, "re");
	char is[TEXT] = "";
	struct stat st;

	assert_non_null(file);
	(void)!fread(is, 1, sizeof(is) - 1, file);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(is, text);
	assert_int_equal(stat(f.file, &st), 0);
	assert_int_equal(st.st_mode & MODE, S_IRUSR | S_IWUSR);
}

static const char *field(const struct event *ev, const char *key)
{
	const char *text = json_string_value(json_object_get(ev->json, key));

	return text ? text : "";
}

static void on_event(const struct event *ev, void *arg)
{
	(void)arg;

	(void)re_snprintf(f.heard, sizeof(f.heard), "%s %s %s", ev->name,
			  field(ev, "source"), field(ev, "reason"));
}

static void on_wires(unsigned wires, void *arg)
{
	(void)arg;

	f.wires = wires;
	++f.wired;
	loop_stop();
}

static void say(const struct mbuf *mb)
{
	assert_true(mb->end < sizeof(f.said));
	memcpy(f.said, mb->buf, mb->end);
	f.said[mb->end] = '\0';
}

static void on_done(int err, const struct mbuf *mb, void *arg)
{
	(void)arg;

	f.err = err;
	++f.done;
	say(mb);
	loop_stop();
}

static int setup(void **state)
{
	(void)state;

	memset(&f, 0, sizeof(f));
	str_ncpy(f.dir, "/tmp/test_reload.XXXXXX", sizeof(f.dir));
	assert_non_null(mkdtemp(f.dir));
	(void)re_snprintf(f.file, sizeof(f.file), "%s/real", f.dir);
	(void)re_snprintf(f.path, sizeof(f.path), "%s/conf", f.dir);
	assert_int_equal(symlink("real", f.path), 0);
	put(first);
	assert_int_equal(loop_init(), 0);
	assert_int_equal(config_load(&f.cfg, f.path, NULL, NULL), 0);
	assert_int_equal(event_bus_alloc(&f.events), 0);
	assert_int_equal(event_listen(&f.listener, f.events, on_event, NULL),
			 0);
	assert_int_equal(refusal_alloc(&f.refusal, f.path, f.events), 0);
	assert_int_equal(reload_alloc(&f.reload, f.cfg, f.path, f.refusal,
				      on_wires, NULL),
			 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	mem_deref(f.reload);
	mem_deref(f.refusal);
	mem_deref(f.listener);
	mem_deref(f.events);
	mem_deref(f.cfg);
	loop_close();
	(void)unlink(f.path);
	(void)unlink(f.file);
	(void)rmdir(f.dir);
	return 0;
}

static int reload(bool really)
{
	struct mbuf *mb = mbuf_alloc(1);
	int err = really ? reload_now(f.reload, mb)
			 : reload_check(f.reload, mb);

	say(mb);
	mem_deref(mb);
	return err;
}

static int set(const char *place, const char *value)
{
	struct mbuf *mb = mbuf_alloc(1);
	struct config_place p;
	int err;

	assert_int_equal(config_place_read(&p, place), 0);
	err = reload_set(f.reload, &p, value, mb, on_done, NULL);
	say(mb);
	mem_deref(mb);
	return err;
}

static void test_reload_takes_what_can_count(void **state)
{
	const char *before = config_text(f.cfg, "call", "no_answer");
	(void)state;

	assert_int_equal(reload(true), 0);
	assert_non_null(strstr(f.said, "nothing is different"));
	put("[account]\nrealm = example.org\nuser = board\n"
	    "password = other\n[transport]\nurl = wss://example.org/\n"
	    "[call]\nno_answer = 20s\nmax = 2\n");
	assert_int_equal(reload(false), 0);
	assert_int_equal(config_number(f.cfg, "call", "no_answer"),
			 60 * CLOCK_S);
	assert_int_equal(reload(true), 0);
	assert_string_equal(
		f.said, "[account] password: at once; the account begins anew\n"
			"[call] max = 2: at the next start\n"
			"[call] no_answer = 20s: for the next call\n"
			"[buttons]: at once\n"
			"`restart` ends all calls and starts with all of it; "
			"`restart idle` once there is none\n");
	assert_int_equal(config_number(f.cfg, "call", "no_answer"),
			 20 * CLOCK_S);
	assert_string_equal(before, "60s"); /* Somebody may have had it */
	assert_string_equal(config_text(f.cfg, "account", "password"), "other");
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.wires, RELOAD_BUTTONS | RELOAD_ACCOUNTS);
	assert_int_equal(config_number(f.cfg, "call", "max"), 4);
}

#define HOME "\nuser = board\n[transport home]\nurl = wss://home.example/\n"

/* An account that comes, or goes, does so at the next start */
static void test_reload_takes_accounts_that_stay(void **state)
{
	const struct config *home;
	unsigned before;
	(void)state;

	put("[account home]\nrealm = home.example" HOME);
	mem_deref(f.reload);
	f.cfg = mem_deref(f.cfg);
	assert_int_equal(config_load(&f.cfg, f.path, NULL, NULL), 0);
	assert_int_equal(reload_alloc(&f.reload, f.cfg, f.path, f.refusal,
				      on_wires, NULL),
			 0);
	home = config_named(f.cfg, 0);
	before = config_changes(home);
	put("[account]\nrealm = example.org\nuser = board\n[transport]\n"
	    "url = wss://example.org/\n[account home]\nrealm = other.example\n"
	    "display_name = Gate" HOME "[headers home]\nX-A = 1\n"
	    "[account new]\nrealm = new.example\nuser = a\n"
	    "[transport new]\nurl = wss://new.example/\n");
	assert_int_equal(reload(true), 0);
	assert_string_equal(
		f.said,
		"[account] realm = example.org: at the next start\n"
		"[account] user = board: at the next start\n"
		"[transport] url = wss://example.org/: at the next start\n"
		"[account home] realm = other.example: at once; the account "
		"begins anew\n"
		"[account home] display_name = Gate: at once; the account "
		"begins anew\n"
		"[headers home]: at once; the account begins anew\n"
		"[account new]: at the next start\n"
		"`restart` ends all calls and starts with all of it; "
		"`restart idle` once there is none\n");
	assert_string_equal(config_text(home, "account", "display_name"),
			    "Gate");
	assert_string_equal(config_text(f.cfg, "account", "realm"), "");
	assert_int_equal(config_changes(home), before + 3);
	assert_int_equal(config_changes(f.cfg), 0);
	assert_null(config_named(f.cfg, 1));
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.wires, RELOAD_ACCOUNTS);
}

static void test_reload_leaves_all_as_it_was_with_a_mistake(void **state)
{
	(void)state;

	put("[call]\nno_answer = 20s\nmax = many\n[buttons]\n"
	    "bell = sim:1 press=dance\n");
	assert_int_equal(reload(true), EINVAL);
	assert_non_null(strstr(f.said, "/conf:3: [call] max:"));
	assert_non_null(strstr(f.said, "the configuration stays as it was\n"));
	assert_int_equal(config_number(f.cfg, "call", "no_answer"),
			 60 * CLOCK_S);
	put("[page]\nlisten = 127.0.0.1:1\n[buttons]\n"
	    "bell = sim:1 press=dance\n");
	assert_int_equal(reload(true), EINVAL);
	assert_non_null(strstr(f.said, "/conf:4: [buttons] bell:"));
	assert_int_equal(unlink(f.file), 0);
	assert_int_equal(reload(true), ENOENT);
}

/* What was heard since the last time */
static void expect_heard(const char *text)
{
	if (!strstr(f.heard, text) || (!*text && *f.heard))
		fail_msg("heard %s", f.heard);
	f.heard[0] = '\0';
}

static void test_reload_tells_of_a_mistake_until_it_is_gone(void **state)
{
	char shown[TEXT];
	(void)state;

	put("[call]\nmax = many\n");
	assert_int_equal(reload(false), EINVAL);
	expect_heard(""); /* That was only a question */
	assert_int_equal(reload(true), EINVAL);
	expect_heard("/conf:2: [call] max: ");
	assert_int_equal(reload(true), EINVAL);
	expect_heard(""); /* It is known */
	(void)re_snprintf(shown, sizeof(shown), "%H", refusal_print, f.refusal);
	assert_ptr_equal(strstr(shown, "configuration refused (reload): /tmp/"),
			 shown);

	assert_int_equal(unlink(f.file), 0);
	assert_int_equal(reload(true), ENOENT);
	expect_heard("config_refused reload ");
	put(first);
	assert_int_equal(reload(true), 0);
	expect_heard("config_accepted");
	assert_int_equal(reload(true), 0);
	expect_heard("");
}

static void put_refused(const char *text)
{
	char path[PATH + sizeof(".refused")];
	FILE *file;

	(void)re_snprintf(path, sizeof(path), "%s.refused", f.path);
	if (!text) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Of the card: a reload of the file in force makes it no better */
static void test_reload_sees_what_was_refused_before(void **state)
{
	(void)state;

	refusal_look(f.refusal);
	expect_heard("");
	put_refused("warning: others may read it\nboardphone.conf:4: bad\n");
	refusal_look(f.refusal);
	expect_heard("config_refused card boardphone.conf:4: bad");
	assert_int_equal(reload(true), 0);
	expect_heard("");
	put("nonsense\n");
	assert_int_equal(reload(true), EINVAL);
	expect_heard("config_refused reload ");
	put_refused(NULL);
	assert_int_equal(reload(true), EINVAL);
	expect_heard(""); /* There is another one yet */
	put(first);
	assert_int_equal(reload(true), 0);
	expect_heard("config_accepted");
	put_refused("");
	refusal_look(f.refusal);
	expect_heard("config_refused card wrong");
	put_refused(NULL);
}

static void test_reload_wires_from_the_loop(void **state)
{
	const char *name, *text;
	(void)state;

	assert_int_equal(set("buttons.bell", "sim:2 press=status"), 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.done, 1);
	assert_int_equal(f.wired, 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.wired, 1);
	assert_int_equal(f.wires, RELOAD_BUTTONS);
	assert_true(config_entry(f.cfg, "buttons", 0, &name, &text));
	assert_string_equal(text, "sim:2 press=status");
	assert_false(config_entry(f.cfg, "buttons", 1, &name, &text));
}

static void test_reload_sets_the_volume_that_changed(void **state)
{
	(void)state;

	assert_int_equal(set("audio.speaker_volume", "0"), 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.done, 1);
	assert_non_null(strstr(f.said, "[audio] speaker_volume = 0: at once"));
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.wires, RELOAD_SPEAKER);
	assert_false(config_is(f.cfg, "audio", "speaker_volume", "keep"));
	assert_int_equal(set("audio.microphone_volume", "101"), EINVAL);
}

static void test_reload_sets_a_value_in_the_file(void **state)
{
	char text[TEXT];
	(void)state;

	assert_int_equal(set("call.no_answer", "90s"), 0);
	assert_int_equal(set("call.max", "3"), EBUSY);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.err, 0);
	assert_string_equal(f.said, "[call] no_answer = 90s: for the next "
				    "call\n");
	(void)re_snprintf(text, sizeof(text), "%b90s # a minute%s", first,
			  (size_t)(strstr(first, "60s") - first),
			  strstr(first, " # a minute") + strlen(" # a minute"));
	expect_file(text);
	assert_int_equal(config_number(f.cfg, "call", "no_answer"),
			 90 * CLOCK_S);
}

static void test_reload_sets_nothing_that_is_wrong(void **state)
{
	(void)state;

	assert_int_equal(set("call.no_answer", "soon"), EINVAL);
	assert_non_null(strstr(f.said, "/conf:9: [call] no_answer"));
	assert_int_equal(set("call.nothing", "1"), EINVAL);
	assert_int_equal(set("call.offer", "rtp"), EINVAL); /* A rule of two */
	assert_int_equal(set("buttons.bell", "sim:1 press=dance"), EINVAL);
	assert_int_equal(set("call.max", NULL), ENOENT);
	expect_file(first);
	assert_int_equal(f.done, 0);
}

/* Who asked is gone; what was asked is done */
static void test_reload_forgets_who_asked(void **state)
{
	(void)state;

	assert_int_equal(set("buttons.bell", "sim:2 press=status"), 0);
	reload_forget(f.reload, NULL);
	assert_int_equal(loop_run(NULL, NULL), 0); /* Until it is wired */
	assert_int_equal(f.wired, 1);
	assert_int_equal(f.done, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_reload_takes_what_can_count),
		TEST(test_reload_takes_accounts_that_stay),
		TEST(test_reload_leaves_all_as_it_was_with_a_mistake),
		TEST(test_reload_tells_of_a_mistake_until_it_is_gone),
		TEST(test_reload_sees_what_was_refused_before),
		TEST(test_reload_wires_from_the_loop),
		TEST(test_reload_sets_the_volume_that_changed),
		TEST(test_reload_sets_a_value_in_the_file),
		TEST(test_reload_sets_nothing_that_is_wrong),
		TEST(test_reload_forgets_who_asked),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
