/**
 * @file tests/unit/test_config_edit.c  Tests of changing one value of a file
 */
#include "core/base/config_edit.h"
#include "core/base/config_print.h"
#include "tests/unit/test.h"

static const char file[] = "# The house\n"
			   "[call]\n"
			   "max=2\n"
			   "media   =  \"audio\"   # no camera yet\n"
			   "#no_answer = 60s\n"
			   "\n"
			   "# Sound ; here\n"
			   "[audio]\r\n"
			   "device = sim:tone ; a tone\r\n"
			   "[account home]\n"
			   "user = home";

static void expect(const char *text, const char *place, const char *value,
		   const char *old, const char *fresh)
{
	struct mbuf *out = mbuf_alloc(1), *should = mbuf_alloc(1);
	const char *at = strstr(text, old);
	struct config_place p;

	assert_non_null(at);
	assert_int_equal(config_place_read(&p, place), 0);
	assert_int_equal(config_edit(out, text, strlen(text), &p, value), 0);
	(void)mbuf_printf(should, "%b%s%s", text, (size_t)(at - text), fresh,
			  at + strlen(old));
	(void)mbuf_write_u8(out, 0);
	(void)mbuf_write_u8(should, 0);
	assert_string_equal(out->buf, should->buf);
	mem_deref(out);
	mem_deref(should);
}

static void test_config_edit_changes_one_line(void **state)
{
	(void)state;

	expect(file, "call.max", "3", "max=2", "max=3");
	expect(file, "call.media", "av", "\"audio\"   #", "av   #");
	expect(file, "audio.device", "sim:file=a b#c.wav,d.wav", "sim:tone",
	       "\"sim:file=a b#c.wav,d.wav\"");
	expect(file, "account.home.user", "house", "user = home",
	       "user = house");
}

static void test_config_edit_puts_a_key_where_it_belongs(void **state)
{
	(void)state;

	expect(file, "call.no_answer", "30s", "#no_answer = 60s\n",
	       "#no_answer = 60s\nno_answer = 30s\n");
	expect(file, "call.offer", "sdes", "#no_answer = 60s\n",
	       "#no_answer = 60s\noffer = sdes\n");
	expect(file, "account.home.realm", "x.org", "user = home",
	       "user = home\nrealm = x.org\n");
	expect(file, "account.realm", "x.org", "user = home",
	       "user = home\n\n[account]\nrealm = x.org\n");
	expect("", "call.max", "3", "", "[call]\nmax = 3\n");
	expect("\xef\xbb\xbf[call]", "call.max", "3", "[call]",
	       "[call]\nmax = 3\n");
}

static void test_config_edit_lets_a_line_go(void **state)
{
	struct mbuf *out = mbuf_alloc(1);
	struct config_place p;
	(void)state;

	expect(file, "call.max", NULL, "max=2\n", "");
	expect(file, "account.home.user", NULL, "user = home", "");
	assert_int_equal(config_place_read(&p, "call.offer"), 0);
	assert_int_equal(config_edit(out, file, strlen(file), &p, NULL),
			 ENOENT);
	mem_deref(out);
}

static void test_config_edit_writes_no_other_line(void **state)
{
	static const char *const badv[] = { "1\n[page]", "1\r", "\033[2J",
					    "\x7f" };
	struct config_place p;
	struct mbuf *out = mbuf_alloc(1);
	(void)state;

	assert_int_equal(config_place_read(&p, "call.max"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(
			config_edit(out, file, strlen(file), &p, badv[i]),
			EINVAL);
	assert_int_equal(out->end, 0);
	mem_deref(out);
}

static void test_config_edit_knows_what_a_place_is(void **state)
{
	static const char *const badv[] = { "",	       "call",	".max",
					    "call.",   "a..b",	"a.b c.d",
					    "a.[b].c", "a=b.c", "a.b\n",
					    "a.#b",    "a.\"b" };
	struct config_place p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(config_place_read(&p, badv[i]), EINVAL);
	assert_int_equal(config_place_read(&p, "transport.home.url"), 0);
	assert_string_equal(p.section, "transport");
	assert_string_equal(p.account, "home");
	assert_string_equal(p.key, "url");
}

/* The example file, with each of its comments made true */
static void test_config_edit_fits_the_example(void **state)
{
	struct mbuf *mb = mbuf_alloc(1), *out = mbuf_alloc(1);
	struct config_place p;
	struct config *cfg;
	(void)state;

	assert_int_equal(mbuf_printf(mb, "%H", config_print_example, NULL), 0);
	assert_int_equal(config_place_read(&p, "call.no_answer"), 0);
	assert_int_equal(config_edit(out, (char *)mb->buf, mb->end, &p, "20s"),
			 0);
	(void)mbuf_write_u8(out, 0);
	assert_non_null(strstr((char *)out->buf,
			       "#no_answer = 60s\nno_answer = 20s\n"));
	assert_int_equal(config_parse(&cfg, "x", (char *)out->buf, out->end - 1,
				      NULL, NULL),
			 0);
	assert_int_equal(config_number(cfg, "call", "no_answer"), 20000000);
	mem_deref(cfg);
	mem_deref(out);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_edit_changes_one_line),
		cmocka_unit_test(test_config_edit_puts_a_key_where_it_belongs),
		cmocka_unit_test(test_config_edit_lets_a_line_go),
		cmocka_unit_test(test_config_edit_writes_no_other_line),
		cmocka_unit_test(test_config_edit_knows_what_a_place_is),
		cmocka_unit_test(test_config_edit_fits_the_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
