/**
 * @file tests/support/schema.c  Schema
 *
 * The files are read once, and left to the end of the process.
 */
#include "tests/support/schema.h"
#include "tests/unit/test.h"

enum {
	WHY_SIZE = 512,
	PATH_SIZE = 256,
	NAME_SIZE = 128,
};

struct value {
	const json_t *root, *json;
	char path[PATH_SIZE]; /* Where it is, for people */
};

static char why[WHY_SIZE];

static bool check(const struct value *v, const json_t *schema);

static bool wrong(const struct value *v, const char *text, const char *name)
{
	(void)re_snprintf(why, sizeof(why), "%s %s %s",
			  *v->path ? v->path : "it", text, name);
	return false;
}

/* ---- Keywords ---- */

static bool is_object(const json_t *json)
{
	return json_is_object(json);
}

static bool is_array(const json_t *json)
{
	return json_is_array(json);
}

static bool is_string(const json_t *json)
{
	return json_is_string(json);
}

static bool is_integer(const json_t *json)
{
	return json_is_integer(json);
}

static bool is_number(const json_t *json)
{
	return json_is_number(json);
}

static bool is_boolean(const json_t *json)
{
	return json_is_boolean(json);
}

static bool is_null(const json_t *json)
{
	return json_is_null(json);
}

static const struct {
	const char *name;
	bool (*is)(const json_t *json);
} typev[] = {
	{ "object", is_object }, { "array", is_array },
	{ "string", is_string }, { "integer", is_integer },
	{ "number", is_number }, { "boolean", is_boolean },
	{ "null", is_null },
};

static bool check_type(const struct value *v, const json_t *rule)
{
	const char *name = json_string_value(rule);

	for (size_t i = 0; i < ARRAY_SIZE(typev); i++) {
		if (!strcmp(typev[i].name, name))
			return typev[i].is(v->json) ||
			       wrong(v, "should be of type", name);
	}

	return wrong(v, "has a rule of unknown type", name);
}

static bool check_const(const struct value *v, const json_t *rule)
{
	return json_equal(rule, v->json) ||
	       wrong(v, "should be", json_string_value(rule));
}

static bool check_enum(const struct value *v, const json_t *rule)
{
	const char *text = json_string_value(v->json);
	const json_t *one;
	size_t i;

	json_array_foreach(rule, i, one)
	{
		if (json_equal(one, v->json))
			return true;
	}

	return wrong(v, "is not one of its enum:", text ? text : "no string");
}

static bool check_minimum(const struct value *v, const json_t *rule)
{
	return json_number_value(v->json) >= json_number_value(rule) ||
	       wrong(v, "is below its", "minimum");
}

static bool check_maximum(const struct value *v, const json_t *rule)
{
	return json_number_value(v->json) <= json_number_value(rule) ||
	       wrong(v, "is above its", "maximum");
}

static bool check_items(const struct value *v, const json_t *rule)
{
	struct value one = *v;
	size_t i;

	json_array_foreach(v->json, i, one.json)
	{
		(void)re_snprintf(one.path, sizeof(one.path), "%s[%zu]",
				  v->path, i);
		if (!check(&one, rule))
			return false;
	}

	return true;
}

static bool check_required(const struct value *v, const json_t *rule)
{
	const json_t *name;
	size_t i;

	json_array_foreach(rule, i, name)
	{
		if (!json_object_get(v->json, json_string_value(name)))
			return wrong(v, "should have a member",
				     json_string_value(name));
	}

	return true;
}

/* No other members: in both files, no object has any */
static bool check_properties(const struct value *v, const json_t *rule)
{
	json_t *members = (json_t *)(uintptr_t)v->json, *json;
	struct value one = *v;
	const char *name;

	json_object_foreach(members, name, json)
	{
		const json_t *schema = json_object_get(rule, name);

		one.json = json;
		(void)re_snprintf(one.path, sizeof(one.path), "%s.%s", v->path,
				  name);
		if (!schema)
			return wrong(v, "has an unknown member", name);
		if (!check(&one, schema))
			return false;
	}

	return true;
}

static bool check_ref(const struct value *v, const json_t *rule)
{
	static const char begin[] = "#/$defs/";
	const char *name = json_string_value(rule);
	const json_t *schema;

	if (strncmp(name, begin, strlen(begin)))
		return wrong(v, "has a reference elsewhere:", name);

	schema = json_object_get(json_object_get(v->root, "$defs"),
				 name + strlen(begin));
	return schema ? check(v, schema)
		      : wrong(v, "has a reference to nothing:", name);
}

static bool check_any(const struct value *v, const json_t *rule)
{
	const json_t *one;
	size_t i;

	json_array_foreach(rule, i, one)
	{
		if (check(v, one))
			return true;
	}

	return false;
}

/* Of an empty schema only: never */
static bool check_not(const struct value *v, const json_t *rule)
{
	(void)rule;
	return wrong(v, "should not", "be there");
}

static bool check_nothing(const struct value *v, const json_t *rule)
{
	(void)v;
	(void)rule;
	return true;
}

static const struct {
	const char *keyword;
	bool (*check)(const struct value *v, const json_t *rule);
} keywordv[] = {
	{ "description", check_nothing },
	{ "additionalProperties", check_nothing }, /* See properties */
	{ "pattern", check_nothing },		   /* Left to interop */
	{ "type", check_type },
	{ "const", check_const },
	{ "enum", check_enum },
	{ "minimum", check_minimum },
	{ "maximum", check_maximum },
	{ "required", check_required },
	{ "properties", check_properties },
	{ "items", check_items },
	{ "anyOf", check_any },
	{ "not", check_not },
	{ "$ref", check_ref },
};

static bool check(const struct value *v, const json_t *schema)
{
	json_t *rules = (json_t *)(uintptr_t)schema, *rule;
	const char *keyword;

	json_object_foreach(rules, keyword, rule)
	{
		size_t i = 0;

		while (i < ARRAY_SIZE(keywordv) &&
		       strcmp(keywordv[i].keyword, keyword))
			++i;
		if (i == ARRAY_SIZE(keywordv))
			return wrong(v, "has an unknown keyword", keyword);
		if (!keywordv[i].check(v, rule))
			return false;
	}

	return true;
}

/* ---- Files ---- */

const json_t *schema_file(const char *name)
{
	static json_t *eventsp, *commandsp;
	json_t **jsp = strcmp(name, "events") ? &commandsp : &eventsp;
	char path[PATH_SIZE];
	json_error_t error;

	if (*jsp)
		return *jsp;

	(void)re_snprintf(path, sizeof(path), SOURCE_DIR "/docs/schema/%s.json",
			  name);
	*jsp = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!*jsp)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return *jsp;
}

const char *schema_fault(const char *file, const char *name,
			 const json_t *value)
{
	struct value v = { .root = schema_file(file), .json = value };
	const json_t *schema = json_object_get(json_object_get(v.root, "$defs"),
					       name);

	if (!schema) {
		(void)re_snprintf(why, sizeof(why), "there is no $defs/%s",
				  name);
		return why;
	}

	return check(&v, schema) ? NULL : why;
}

void schema_event(const json_t *ev)
{
	const char *name = json_string_value(json_object_get(ev, "event"));
	const char *session = json_string_value(json_object_get(ev, "session"));
	const char *fault;
	char def[NAME_SIZE];

	(void)re_snprintf(def, sizeof(def), "%s%s%s", name, session ? "." : "",
			  session ? session : "");
	fault = schema_fault("events", def, ev);
	if (fault)
		fail_msg("event %s: %s; if it is meant, write it into "
			 "docs/schema/events.json: %s",
			 def, fault, json_dumps(ev, JSON_COMPACT));
}

void schema_answer(const char *command, int err, const char *answer)
{
	json_t *js = *answer ? json_loads(answer, JSON_DECODE_ANY, NULL) : NULL;
	const char *fault = NULL;

	if (*answer && !js)
		fault = "it is not JSON";
	else if (js)
		fault = schema_fault("commands", err ? "_error" : command, js);
	if (fault)
		fail_msg("answer to %s: %s; if it is meant, write it into "
			 "docs/schema/commands.json: %s",
			 command, fault, answer);
	json_decref(js);
}
