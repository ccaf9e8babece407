/**
 * @file tests/fuzz/fuzz_config.c  The INI file
 *
 * A file without secrets that could be read says the same when written out
 * and read again.
 */
#include <assert.h>
#include <stdlib.h>
#include "core/base/config.h"
#include "core/base/config_print.h"
#include "core/base/config_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned told;

static void fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	for (; *text; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
	told += fatal;
}

static bool has_secret(const struct config *c)
{
	const struct config *account;

	for (size_t i = 0; i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];

		if (k->secret && config_given(c, k->section, k->key))
			return true;
	}
	for (unsigned n = 0; (account = config_named(c, n)); n++) {
		if (has_secret(account))
			return true;
	}

	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c = NULL, *again = NULL;
	const char *section;
	char *text = NULL;
	int err;

	told = 0;
	err = config_parse(&c, "fuzz", (const char *)data, size, fault, NULL);
	assert(!err == !told);
	if (err || has_secret(c))
		goto out;

	if (re_sdprintf(&text, "%H", config_print, c) ||
	    config_parse(&again, "again", text, strlen(text), fault, NULL))
		abort();
	for (unsigned i = 0; (section = config_section(i)); i++)
		assert(config_same(c, again, section));

out:
	mem_deref(text);
	mem_deref(c);
	mem_deref(again);
	return 0;
}
