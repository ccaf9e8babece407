/**
 * @file tests/unit/test_config.c  Tests of the configuration
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/clock.h"
#include "core/base/config.h"
#include "core/base/config_print.h"
#include "core/base/config_table.h"

#define NEEDED                                                                 \
	"[account]\nrealm = example.org\nuser = alice\n"                       \
	"[transport]\nurl = wss://sip.example.org/ws\n"

static char told[8192];
static unsigned warnings;

static void fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	warnings += !fatal;
	assert_true(strlen(told) + strlen(text) + 2 < sizeof(told));
	strcat(strcat(told, text), "\n");
}

static int parse(struct config **cp, const char *text)
{
	told[0] = '\0';
	return config_parse(cp, "conf", text, strlen(text), fault, NULL);
}

static struct config *good(const char *text)
{
	struct config *c = NULL;
	int err = parse(&c, text);

	if (err)
		print_error("%s", told);
	assert_int_equal(err, 0);
	assert_string_equal(told, "");
	return c;
}

static void test_config_defaults_are_those_of_the_contract(void **state)
{
	struct config *c = good(NEEDED);
	unsigned width, height;
	struct pl item;
	(void)state;

	assert_string_equal(config_text(c, "account", "user"), "alice");
	assert_int_equal(config_number(c, "account", "expires"),
			 600ULL * CLOCK_S);
	assert_true(config_bool(c, "account", "register"));
	assert_true(config_is(c, "ice", "policy", "all"));
	assert_false(config_bool(c, "ice", "loopback"));
	assert_true(config_item(c, "audio", "codecs", 1, &item));
	assert_int_equal(pl_strcmp(&item, "g722"), 0);
	assert_false(config_item(c, "audio", "codecs", 4, &item));
	assert_int_equal(config_number(c, "audio", "rate"), 0);
	config_size(c, "video", "size", &width, &height);
	assert_int_equal(width, 640);
	assert_int_equal(height, 480);
	assert_int_equal(config_number(c, "video", "bitrate"), 1000000);
	assert_int_equal(config_number(c, "video", "iframe_interval"),
			 2ULL * CLOCK_S);
	assert_true(config_is(c, "call", "media", "av"));
	assert_int_equal(config_number(c, "call", "max"), 4);
	assert_int_equal(config_number(c, "call", "no_answer"),
			 60ULL * CLOCK_S);
	assert_false(config_given(c, "call", "max"));
	mem_deref(c);
}

static void test_config_reads_what_people_write(void **state)
{
	struct config *c = good(
		"\xef\xbb\xbf# comment\r\n; another\r\n" NEEDED
		"  [ account ]   # indented\r\n"
		"\tdisplay_name = \"Front # \\\"door\\\"\"  ; said\r\n"
		"password=a#b;c=d\r\n"
		"expires = 5m # minutes\r\n"
		"[audio]\ncodecs = pcma , opus\ndevice="
		"sim:file=/a.wav,/b.wav\n"
		"[headers]\nX-Pin = 12; 3\n"
		"[relays]\ndoor = gpiochip0:23 time=3s\n"
		"[call]\nauto_answer = sip:a@b, sip:c@d");
	const char *name, *text;
	struct pl item;
	(void)state;

	assert_string_equal(config_text(c, "account", "display_name"),
			    "Front # \"door\"");
	assert_string_equal(config_text(c, "account", "password"), "a#b;c=d");
	assert_int_equal(config_number(c, "account", "expires"),
			 300ULL * CLOCK_S);
	assert_int_equal(config_line(c, "account", "password"), 10);
	assert_true(config_item(c, "audio", "codecs", 0, &item));
	assert_int_equal(pl_strcmp(&item, "pcma"), 0);
	assert_true(config_entry(c, "headers", 0, &name, &text));
	assert_string_equal(name, "X-Pin");
	assert_string_equal(text, "12; 3");
	assert_false(config_entry(c, "headers", 1, &name, &text));
	assert_true(config_entry(c, "relays", 0, &name, &text));
	assert_string_equal(text, "gpiochip0:23 time=3s");
	mem_deref(c);
}

static void test_config_tells_every_mistake_with_its_line(void **state)
{
	struct config *c = NULL;
	(void)state;

	assert_int_equal(parse(&c, "x = 1\n"
				   "[acount]\n"
				   "user = bob\n"
				   "[account]\n"
				   "realm = example.org\n"
				   "usr = bob\n"
				   "expires = soon\n"
				   "expires = 10s\n"
				   "register = true\n"
				   "hello\n"
				   "[audio]\n"
				   "codecs = opus, mp3\n"
				   "codecs = opus\n"
				   "codecs = pcmu\n"
				   "url = wss://x\n"
				   "[ice\n"
				   "a = \n"),
			 EINVAL);
	assert_null(c);
	assert_non_null(strstr(told, "conf:1: a key before any section"));
	assert_non_null(strstr(told, "conf:2: no section [acount] is known; "
				     "did you mean [account]?"));
	assert_null(strstr(told, "conf:3:"));
	assert_non_null(strstr(told, "conf:6: [account] usr: no such key; "
				     "did you mean user?"));
	assert_non_null(strstr(told, "conf:7: [account] expires: 'soon' "
				     "cannot be; give 1m to 24h"));
	assert_non_null(strstr(told, "conf:8: [account] expires: '10s'"));
	assert_non_null(strstr(told, "conf:9: [account] register: 'true' "
				     "cannot be; give yes or no"));
	assert_non_null(strstr(told, "conf:10: no =;"));
	assert_non_null(strstr(told, "conf:12: [audio] codecs: 'opus, mp3' "
				     "cannot be; give some of opus, g722, "
				     "pcmu, pcma"));
	assert_non_null(strstr(told, "conf:14: [audio] codecs was given on "
				     "line 13"));
	assert_non_null(strstr(told, "conf:15: [audio] url: no such key; it "
				     "belongs to [transport]"));
	assert_non_null(strstr(told, "conf:16: a section without ]"));
	assert_non_null(strstr(told, "conf: [account] user is missing; give "
				     "it, such as user = doorphone"));
	assert_non_null(strstr(told, "conf: [transport] url is missing"));
}

/* A value that cannot be, and one that can */
static const struct {
	const char *section, *key, *bad, *good;
} valuev[] = {
	{ "account", "realm", "exa mple", "192.0.2.1" },
	{ "account", "user", "alice@example.org", "sip:alice@example.org" },
	{ "account", "user", "sip:@", "+49123" },
	{ "account", "ha1", "abc", "00112233445566778899aabbccddeeff" },
	{ "account", "instance", "1234",
	  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
	{ "transport", "url", "http://x",
	  "wss://[2001:db8::1]:8443/a?b=c, wss://b" },
	{ "transport", "url", "wss://", "wss://h" },
	{ "transport", "url", "wss://h:0/", "wss://h:65535/" },
	{ "transport", "url", "wss://h,", "wss://h,wss://i" },
	{ "transport", "outbound_proxy", "proxy",
	  "sip:proxy.example.org:5061" },
	{ "transport", "ca_file", "/nonexistent/ca.pem", "/etc/passwd" },
	{ "ice", "servers", "stun.example.org", "stun:stun.example.org:3478" },
	{ "ice", "servers", "turn:host",
	  "turn:u:p@ss@host:3478?transport=tcp" },
	{ "ice", "servers", "turn:u:@host", "stun:a, turn:u:p@[::1]:3478" },
	{ "ice", "servers", "stun:a,stun:a", "none" },
	{ "audio", "device", "alsa:", "alsa:plughw:1,0" },
	{ "audio", "device", "sim:file=a.wav", "sim:tone" },
	{ "audio", "rate", "44.1k", "44100" },
	{ "audio", "rate", "96000", "auto" },
	{ "audio", "bitrate", "5k", "64k" },
	{ "audio", "ptime", "20s", "20ms" },
	{ "video", "size", "640*480", "1280x720" },
	{ "video", "size", "640x4800", "64x64" },
	{ "video", "camera", "/dev/video0", "v4l2:/dev/video0" },
	{ "video", "camera", "sim:pattern=fast", "sim:pattern=still" },
	{ "video", "camera", "sim:file=", "sim:file=a.y4m" },
	{ "video", "camera", "v4l", "v4l2" },
	{ "video", "camera", "v4l2:", "v4l2:usb-0000:01:00.0-1.2" },
	{ "video", "display", "hdmi", "file=/tmp/x" },
	{ "video", "display", "drm=card0", "drm=/dev/dri/card0" },
	{ "video", "display", "file=", "drm" },
	{ "screen", "source", "slides", "sim:slides" },
	{ "screen", "source", "drm:card0", "drm:/dev/dri/card0" },
	{ "screen", "source", "drm=/dev/dri/card0", "drm" },
	{ "video", "iframe_interval", "499ms", "500ms" },
	{ "video", "iframe_interval", "61s", "1m" },
	{ "video", "iframe_interval", "0f", "0" },
	{ "video", "iframe_interval", "0s", "1f" },
	{ "video", "iframe_interval", "1000f", "999f" },
	{ "video", "iframe_interval", "auto", "60f" },
	{ "call", "auto_answer", "maybe", "sip:a@b, sip:c@d" },
	{ "call", "hold_music", "/nowhere/a.wav", "sim:tone=500" },
	{ "call", "max", "0", "4" },
	{ "call", "max", "99999999999999999999", "4" },
	{ "call", "max", "-1", "1" },
	{ "control", "mode", "600", "0660" },
	{ "page", "listen", "8443", "0.0.0.0:443, [::]:443" },
	{ "page", "listen", "127.0.0.1", "127.0.0.1:0" },
	{ "page", "listen", "localhost:443", "[::1]:8443" },
	{ "page", "name", "my.house", "my-house" },
	{ "page", "name", "-", "a" },
	{ "page", "password", "1234567", "12345678" },
	{ "buttons", "call", "17", "gpiochip0:17 low" },
	{ "buttons", "c all", "g:1", NULL },
	{ "headers", "Via", "x", NULL },
	{ "headers", "contact", "x", NULL },
	{ "headers", "X Y", "x", NULL },
};

static void test_config_refuses_values_that_cannot_be(void **state)
{
	struct config *c;
	char why[CONFIG_TEXT_MAX];
	(void)state;

	assert_int_equal(config_alloc(&c), 0);
	for (size_t i = 0; i < ARRAY_SIZE(valuev); i++) {
		int err = config_set(c, valuev[i].section, valuev[i].key,
				     valuev[i].bad, why, sizeof(why));

		if (err != EINVAL)
			print_error("%s\n", valuev[i].bad);
		assert_int_equal(err, EINVAL);
		assert_non_null(strstr(why, "; give "));
		if (!valuev[i].good)
			continue;
		err = config_set(c, valuev[i].section, valuev[i].key,
				 valuev[i].good, why, sizeof(why));
		if (err)
			print_error("%s: %s\n", valuev[i].good, why);
		assert_int_equal(err, 0);
	}
	mem_deref(c);
}

static void test_config_takes_an_interval_in_frames_or_time(void **state)
{
	static const struct {
		const char *text;
		uint64_t num;
	} casev[] = {
		{ "60f", 60 },
		{ "0", 0 },
		{ "999f", CONFIG_FRAMES_MAX },
		{ "500ms", 500ULL * CLOCK_MS },
		{ "2", 2ULL * CLOCK_S },
	};
	char why[CONFIG_TEXT_MAX];
	struct config *c;
	(void)state;

	assert_int_equal(config_alloc(&c), 0);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		assert_int_equal(config_set(c, "video", "iframe_interval",
					    casev[i].text, why, sizeof(why)),
				 0);
		assert_int_equal(config_number(c, "video", "iframe_interval"),
				 casev[i].num);
	}
	assert_int_equal(config_set(c, "video", "iframe_interval", "2h", why,
				    sizeof(why)),
			 EINVAL);
	assert_non_null(strstr(why, "500ms to 1m, 1f to 999f, or 0"));
	mem_deref(c);
}

static void test_config_knows_rules_over_several_keys(void **state)
{
	static const struct {
		const char *text, *told;
	} casev[] = {
		{ NEEDED "[account]\npassword = a\nha1 = "
			 "00112233445566778899aabbccddeeff\n",
		  "conf:8: [account] ha1: both" },
		{ "[account]\nrealm = a\nuser = b\n[transport]\n"
		  "url = wss://a, ws://b\n",
		  "conf:5: [transport] url: ws:// is not encrypted" },
		{ NEEDED "[call]\noffer = sdes\n",
		  "conf:7: [call] offer: others could listen" },
		{ NEEDED "[ice]\npolicy = relay\n",
		  "conf:7: [ice] policy: relay without a turn: server" },
		{ NEEDED "[ice]\nservers = none, stun:a\n",
		  "conf:7: [ice] servers: none beside" },
		{ NEEDED "[page]\nkey = /etc/passwd\n",
		  "conf: [page] cert: key without its certificate" },
		{ "[page]\nlisten = 0.0.0.0:443\n[account]\nuser = b\n",
		  "conf: [account] realm is missing" },
	};
	struct config *c;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		assert_int_equal(parse(&c, casev[i].text), EINVAL);
		assert_non_null(strstr(told, casev[i].told));
	}
	mem_deref(good("[account]\nrealm = a\nuser = b\n[transport]\n"
		       "url = ws://b\ninsecure = yes\n"));
	mem_deref(good("[page]\nlisten = 0.0.0.0:443\n"));
	mem_deref(good(NEEDED "[ice]\npolicy = relay\n"
			      "servers = stun:b, turn:u:p@b?transport=tcp\n"));
}

static void test_config_shows_no_secret(void **state)
{
	struct config *c;
	char text[4096];
	(void)state;

	c = good(NEEDED "[account]\npassword = \"hush # hush\"\n"
			"[ice]\nservers = turn:u:hush@h\n"
			"[headers]\nX = \"a \\\\ b\"\n");
	re_snprintf(text, sizeof(text), "%H", config_print, c);
	assert_null(strstr(text, "hush"));
	assert_non_null(strstr(text, "password = ***"));
	assert_non_null(strstr(text, "X = \"a \\\\ b\""));
	mem_deref(c);

	assert_int_equal(parse(&c, NEEDED "[account]\npassword = hush #x\n"),
			 EINVAL);
	assert_null(strstr(told, "hush"));
	assert_non_null(strstr(told, "quotes"));
	assert_int_equal(parse(&c, NEEDED "[account]\nha1 = hush\n"), EINVAL);
	assert_int_equal(parse(&c, NEEDED "[ice]\nservers = turn:hush\n"),
			 EINVAL);
	assert_null(strstr(told, "hush"));
}

static void test_config_example_is_right_and_complete(void **state)
{
	static char text[65536], all[65536];
	struct config *c;
	char *to = all;
	(void)state;

	re_snprintf(text, sizeof(text), "%H", config_print_example, NULL);
	mem_deref(good(text));

	/* With every default and example taken as given it is right too */
	for (char *p = text; *p; p++) {
		bool start = p == text || p[-1] == '\n';

		if (!(start && *p == '#' && p[1] != ' ' && p[1] != '\n'))
			*to++ = *p;
	}
	*to = '\0';
	c = good(all);
	for (size_t i = 0; i < config_keyc; i++)
		assert_true(config_given(c, config_keyv[i].section,
					 config_keyv[i].key));
	mem_deref(c);
}

static void test_config_warns_of_a_secret_that_others_may_read(void **state)
{
	char path[] = "/tmp/test_config.XXXXXX";
	static const char text[] = NEEDED "[account]\npassword = x\n";
	int fd = mkstemp(path);
	struct config *c;
	(void)state;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	told[0] = '\0';
	warnings = 0;
	assert_int_equal(config_load(&c, path, fault, NULL), 0);
	assert_int_equal(warnings, 0);
	mem_deref(c);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(config_load(&c, path, fault, NULL), 0);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(told, ":7: a secret that others may read"));
	mem_deref(c);
	close(fd);
	unlink(path);

	assert_int_equal(config_load(&c, path, fault, NULL), ENOENT);
	assert_non_null(strstr(told, "cannot be read: No such file"));
	assert_int_equal(config_load(&c, "/tmp", fault, NULL), EISDIR);
}

static void test_config_same_tells_what_reload_must_do(void **state)
{
	struct config *a = good(NEEDED "[headers]\nX = 1\n");
	struct config *b = good("# moved\n" NEEDED "[headers]\nX = 2\n"
				"[audio]\ncodecs = opus\n");
	(void)state;

	assert_true(config_same(a, b, "account"));
	assert_true(config_same(a, b, "video"));
	assert_false(config_same(a, b, "audio"));
	assert_false(config_same(a, b, "headers"));
	mem_deref(a);
	mem_deref(b);
}

static void test_config_limits_hold(void **state)
{
	char *text = mem_zalloc(CONFIG_FILE_MAX + 10, NULL);
	char line[64];
	struct config *c;
	(void)state;

	memset(text, '#', CONFIG_LINE_MAX + 1);
	assert_int_equal(parse(&c, text), EINVAL);
	assert_non_null(strstr(told, "conf:1: 2049 characters"));
	memset(text, '\n', CONFIG_FILE_MAX + 1);
	assert_int_equal(parse(&c, text), EINVAL);
	assert_non_null(strstr(told, "conf: 65537 bytes"));

	strcpy(text, NEEDED "[headers]\n");
	for (unsigned i = 0; i <= CONFIG_FREE_MAX; i++) {
		re_snprintf(line, sizeof(line), "X%u = y\n", i);
		strcat(text, line);
	}
	assert_int_equal(parse(&c, text), EINVAL);
	assert_non_null(strstr(told, "too many; give at most 64"));
	assert_int_equal(parse(&c, "[account]\nuser = \x01\n"), EINVAL);
	assert_int_equal(parse(&c, "[account]\nuser = \xff\n"), EINVAL);
	mem_deref(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_config_defaults_are_those_of_the_contract),
		cmocka_unit_test(test_config_reads_what_people_write),
		cmocka_unit_test(test_config_tells_every_mistake_with_its_line),
		cmocka_unit_test(test_config_refuses_values_that_cannot_be),
		cmocka_unit_test(
			test_config_takes_an_interval_in_frames_or_time),
		cmocka_unit_test(test_config_knows_rules_over_several_keys),
		cmocka_unit_test(test_config_shows_no_secret),
		cmocka_unit_test(test_config_example_is_right_and_complete),
		cmocka_unit_test(
			test_config_warns_of_a_secret_that_others_may_read),
		cmocka_unit_test(test_config_same_tells_what_reload_must_do),
		cmocka_unit_test(test_config_limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
