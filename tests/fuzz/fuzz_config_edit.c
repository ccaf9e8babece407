/**
 * @file tests/fuzz/fuzz_config_edit.c  One value of a file, changed in its text
 *
 * The first line is SECTION.KEY and a value, the rest is the file. When it
 * could be read before, and can be read after, the value is there, and no
 * other is different.
 */
#include <assert.h>
#include <stdlib.h>
#include "core/base/config_edit.h"
#include "core/base/config_when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct config_place *place;

static void on_diff(const struct config *c, const char *section,
		    const char *key, void *arg)
{
	const char *name = strcmp(config_name(c), CONFIG_ACCOUNT) != 0
				   ? config_name(c)
				   : "";
	(void)arg;

	assert(!strcmp(section, place->section) ||
	       (!key && !strcmp(section, CONFIG_ACCOUNT)));
	assert(!strcmp(name, place->account));
	assert(!key || !strcmp(key, place->key));
}

static void compare(const struct config_place *p, const char *text, size_t len,
		    const struct mbuf *out)
{
	struct config *before = NULL, *after = NULL;

	if (!config_parse(&before, "before", text, len, NULL, NULL) &&
	    !config_parse(&after, "after", (const char *)out->buf, out->end,
			  NULL, NULL)) {
		place = p;
		config_diff(before, after, on_diff, NULL);
	}
	mem_deref(before);
	mem_deref(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = memchr(data, '\n', size);
	struct mbuf *out = mbuf_alloc(1);
	char *line = NULL, *value;
	struct config_place p;
	const char *text;
	size_t len;

	if (!nl || re_sdprintf(&line, "%b", data, (size_t)(nl - data)))
		goto out;

	text = (const char *)nl + 1;
	len = size - (size_t)(nl - data) - 1;
	value = strchr(line, ' ');
	if (value)
		*value++ = '\0';
	if (!config_place_read(&p, line) &&
	    !config_edit(out, text, len, &p, value))
		compare(&p, text, len, out);

out:
	mem_deref(line);
	mem_deref(out);
	return 0;
}
