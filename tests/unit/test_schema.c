/**
 * @file tests/unit/test_schema.c  The schemas have all events and commands
 *
 * What each looks like is checked where it happens: in the loop tests and in
 * the interop laboratory. That every event in the code is here, with its
 * fields, checks tests/check/events.
 */
#include "app/commands.h"
#include "core/base/event.h"
#include "tests/support/schema.h"
#include "tests/unit/test.h"

static const char *string(const json_t *def, const char *property)
{
	const json_t *p = json_object_get(def, "properties");

	return json_string_value(
		json_object_get(json_object_get(p, property), "const"));
}

static bool is_event(const char *name)
{
	for (unsigned i = 0; i < EVENT_TYPES; i++) {
		if (!strcmp(event_name((enum event_type)i), name))
			return true;
	}

	return false;
}

/* How often a list of the file refers to a definition */
static unsigned listed(const char *file, const char *list, const char *def)
{
	const json_t *all = json_object_get(schema_file(file), list), *one;
	unsigned n = 0;
	size_t i;

	json_array_foreach(all, i, one)
	{
		const char *ref =
			json_string_value(json_object_get(one, "$ref"));

		n += !strcmp(ref + strlen("#/$defs/"), def);
	}

	return n;
}

static void test_schema_names_events_as_the_code_does(void **state)
{
	json_t *defs = json_object_get(schema_file("events"), "$defs"), *def;
	const char *name;
	unsigned n = 0;
	(void)state;

	json_object_foreach(defs, name, def)
	{
		const char *event = string(def, "event");
		const char *session = string(def, "session");
		char should[64];

		if (*name == '_')
			continue;
		assert_non_null(event);
		(void)re_snprintf(should, sizeof(should), "%s%s%s", event,
				  session ? "." : "", session ? session : "");
		assert_string_equal(name, should);
		if (!is_event(event))
			fail_msg("events.json: no event %s", event);
		if (listed("events", "oneOf", name) != 1)
			fail_msg("events.json: %s is not in oneOf", name);
		++n;
	}
	assert_int_equal(n, json_array_size(json_object_get(
				    schema_file("events"), "oneOf")));
}

static void test_schema_has_every_command(void **state)
{
	json_t *defs = json_object_get(schema_file("commands"), "$defs"), *def;
	const struct commands_info *info;
	const char *name;
	unsigned n = 0, described = 0;
	(void)state;

	for (; (info = commands_get(n)) != NULL; n++) {
		if (!json_object_get(defs, info->name) ||
		    listed("commands", "anyOf", info->name) != 1)
			fail_msg("command %s: write what it answers into "
				 "docs/schema/commands.json, $defs and anyOf",
				 info->name);
	}
	json_object_foreach(defs, name, def)
	{
		described += *name != '_';
	}
	assert_int_equal(described, n); /* And no other */
}

static const struct {
	const char *json, *fault;
} faultv[] = {
	{ "{\"event\":\"door\",\"time\":\"\",\"relay\":\"a\",\"by\":\"page\"}",
	  NULL },
	{ "{\"event\":\"door\",\"time\":\"\",\"way\":1}",
	  "it has an unknown member way" },
	{ "{\"event\":\"door\",\"time\":\"\",\"by\":\"\"}", ".by is not" },
	{ "{\"event\":\"door\",\"time\":\"\",\"open\":1}",
	  ".open should be of type boolean" },
	{ "{\"event\":\"door\",\"time\":\"\",\"call\":-1}",
	  ".call is below its minimum" },
	{ "{\"event\":\"door\"}", "it should have a member time" },
	{ "{\"event\":\"floor\",\"time\":\"\"}", ".event should be door" },
	{ "[]", "it should be of type object" },
};

static void test_schema_tells_what_is_wrong(void **state)
{
	json_t *error;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(faultv); i++) {
		json_t *js = json_loads(faultv[i].json, 0, NULL);
		const char *fault = schema_fault("events", "door", js);

		if (!faultv[i].fault)
			assert_null(fault);
		else
			assert_non_null(strstr(fault, faultv[i].fault));
		json_decref(js);
	}
	assert_non_null(schema_fault("events", "floor", json_null()));
	assert_non_null(schema_fault("commands", "quit", json_null()));
	error = json_pack("{s:i, s:s}", "code", 1, "error", "no");
	assert_null(schema_fault("commands", "_error", error));
	json_decref(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema_names_events_as_the_code_does),
		cmocka_unit_test(test_schema_has_every_command),
		cmocka_unit_test(test_schema_tells_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
