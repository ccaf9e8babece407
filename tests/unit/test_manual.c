/**
 * @file tests/unit/test_manual.c  The manual pages have all that there is
 */
#include "app/commands.h"
#include "app/manual.h"
#include "app/mdoc.h"
#include "app/usage.h"
#include "core/base/config_table.h"
#include "core/base/event.h"
#include "tests/unit/test.h"

enum {
	PAGE_MAX = 65536,
	TEXT_SIZE = 256,
};

static char page[PAGE_MAX];

static void print(re_printf_h *h)
{
	assert_true(re_snprintf(page, sizeof(page), "%H", h, NULL) > 0);
	assert_true(strlen(page) + 1 < sizeof(page));
}

/* The page has this line, or one that begins so and goes on with a blank */
static void assert_line(const char *line)
{
	char begin[TEXT_SIZE];
	const char *p = page;
	size_t len;

	len = (size_t)re_snprintf(begin, sizeof(begin), "\n%s", line);
	while ((p = strstr(p, begin)) != NULL) {
		if (p[len] == '\n' || p[len] == ' ')
			return;
		++p;
	}
	fail_msg("no line '%s'", line);
}

static void test_manual_has_every_mode_command_and_event(void **state)
{
	const struct commands_info *c;
	const struct usage_mode *m;
	char line[TEXT_SIZE];
	(void)state;

	print(manual_print);
	for (unsigned i = 0; (m = usage_mode(i)) != NULL; i++) {
		(void)re_snprintf(line, sizeof(line), ".It%H", mdoc_form,
				  m->args);
		assert_line(line);
	}
	for (unsigned i = 0; (c = commands_get(i)) != NULL; i++) {
		(void)re_snprintf(line, sizeof(line), ".It Ic %s%H", c->name,
				  mdoc_form, c->args);
		assert_line(line);
		(void)re_snprintf(line, sizeof(line), "%H", mdoc_text,
				  c->help + 1);
		assert_non_null(strstr(page, line));
	}
	for (unsigned i = 0; i < EVENT_TYPES; i++) {
		(void)re_snprintf(line, sizeof(line), ".Li %s",
				  event_name((enum event_type)i));
		assert_line(line);
	}
}

static void test_manual_has_every_section_and_key(void **state)
{
	const char *section;
	char line[TEXT_SIZE];
	(void)state;

	print(manual_print_conf);
	for (unsigned i = 0; (section = config_section(i)) != NULL; i++) {
		(void)re_snprintf(line, sizeof(line), ".Ss [%s]", section);
		assert_line(line);
	}
	for (size_t i = 0; i < config_keyc; i++) {
		(void)re_snprintf(line, sizeof(line), ".It Cm %s",
				  config_keyv[i].key);
		assert_line(line);
		(void)re_snprintf(line, sizeof(line), ".Ql %H", mdoc_text,
				  config_keyv[i].def);
		if (*config_keyv[i].def)
			assert_line(line);
	}
	for (size_t i = 0; i < config_freec; i++) {
		(void)re_snprintf(line, sizeof(line), ".Dl %H", mdoc_text,
				  config_freev[i].example);
		assert_line(line);
	}
}

static const struct {
	const char *form, *mdoc;
} formv[] = {
	{ "", "" },
	{ "[ID] [CODE]", " Oo Ar \\&ID Oc Oo Ar CODE Oc" },
	{ "on|off [ID]", " Cm \\&on | Cm \\&off Oo Ar \\&ID Oc" },
	{ "[-c FILE] [--json] COMMAND...",
	  " Oo Fl \\&c Ar FILE Oc Oo Fl \\-json Oc Ar COMMAND ..." },
};

static void test_manual_shows_the_form_of_arguments(void **state)
{
	char text[TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(formv); i++) {
		(void)re_snprintf(text, sizeof(text), "%H", mdoc_form,
				  formv[i].form);
		assert_string_equal(text, formv[i].mdoc);
	}
}

static void test_manual_has_no_markup_in_text(void **state)
{
	char text[TEXT_SIZE];
	(void)state;

	(void)re_snprintf(text, sizeof(text), "%H", mdoc_text,
			  ".Sh a\\b `c-d' One. Two.");
	assert_string_equal(text, "\\&.Sh a\\eb \\(gac\\-d\\(aq One.\nTwo.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manual_has_every_mode_command_and_event),
		cmocka_unit_test(test_manual_has_every_section_and_key),
		cmocka_unit_test(test_manual_shows_the_form_of_arguments),
		cmocka_unit_test(test_manual_has_no_markup_in_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
