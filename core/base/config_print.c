/**
 * @file core/base/config_print.c  The configuration, written out
 */
#include "core/base/config_print.h"
#include "core/base/config_table.h"
#include "core/base/config_value.h"
#include "core/base/log.h"

int config_print_value(struct re_printf *pf, const char *text)
{
	size_t len = strlen(text);
	bool quotes = strpbrk(text, "#;\"\\") || !len ||
		      strchr(" \t", text[0]) || strchr(" \t", text[len - 1]);
	int err = 0;

	if (!quotes)
		return re_hprintf(pf, "%s", text);

	err = re_hprintf(pf, "\"");
	for (const char *p = text; *p && !err; p++)
		err = re_hprintf(pf, "%s%b", strchr("\"\\", *p) ? "\\" : "", p,
				 (size_t)1);
	return err ? err : re_hprintf(pf, "\"");
}

static int print_section(struct re_printf *pf, const struct config *c,
			 const char *section)
{
	const bool named = strcmp(config_name(c), CONFIG_ACCOUNT) != 0;
	const struct config_free *f = NULL;
	const char *account = named ? config_name(c) : "";
	const char *blank = named ? " " : "";
	const char *name, *text;
	bool header = false;
	int err = 0;

	for (size_t i = 0; i < config_keyc && !err; i++) {
		const struct config_key *k = &config_keyv[i];

		if (strcmp(k->section, section) ||
		    !config_given(c, section, k->key))
			continue;
		if (!header)
			err = re_hprintf(pf, "[%s%s%s]\n", section, blank,
					 account);
		header = true;
		text = config_text(c, section, k->key);
		err |= re_hprintf(pf, "%s = %H\n", k->key, config_print_value,
				  k->secret && *text ? "***" : text);
	}
	for (size_t i = 0; i < config_freec; i++) {
		if (!strcmp(config_freev[i].section, section))
			f = &config_freev[i];
	}
	for (unsigned n = 0;
	     f && !err && config_entry(c, section, n, &name, &text); n++) {
		if (!n)
			err = re_hprintf(pf, "[%s%s%s]\n", section, blank,
					 account);
		err |= re_hprintf(pf, "%s = %H\n", name, config_print_value,
				  text);
	}

	return err;
}

int config_print(struct re_printf *pf, const struct config *c)
{
	const struct config *account;
	const char *section;
	int err = 0;

	for (unsigned i = 0; !err && (section = config_section(i)); i++)
		err = print_section(pf, c, section);
	for (unsigned n = 0; !err && (account = config_named(c, n)); n++) {
		for (unsigned i = 0; !err && (section = config_section(i)); i++)
			err = config_section_named(section)
				      ? print_section(pf, account, section)
				      : 0;
	}

	return err;
}

static int print_key(struct re_printf *pf, const struct config_key *k)
{
	bool ranged = k->type != CONFIG_TEXT && k->type != CONFIG_ITEMS;
	int err;

	err = re_hprintf(pf, "\n# %s", k->help);
	if (ranged)
		err |= re_hprintf(pf, ":\n# %H", config_value_print, k);
	if (k->example)
		return err | re_hprintf(pf, "\n%s = %s\n", k->key, k->example);

	return err | re_hprintf(pf, "\n#%s =%s%s\n", k->key, *k->def ? " " : "",
				k->def);
}

int config_print_example(struct re_printf *pf, void *unused)
{
	const char *section;
	int err;
	(void)unused;

	err = re_hprintf(
		pf, "# Configuration of Boardphone. Printed from the table of "
		    "keys.\n"
		    "#\n"
		    "# key = value; a # or ; that stands first or follows a "
		    "blank begins a comment.\n"
		    "# \"Quotes\" keep blanks, # and ;. Times are in seconds, "
		    "or have ms, s, m or h.\n");

	for (unsigned i = 0; !err && (section = config_section(i)); i++) {
		err = re_hprintf(
			pf, "\n\n# %s%s\n[%s]\n", config_section_help(section),
			config_section_named(section) ? "; of each account"
						      : "",
			section);
		for (size_t k = 0; k < config_keyc && !err; k++) {
			if (!strcmp(config_keyv[k].section, section))
				err = print_key(pf, &config_keyv[k]);
		}
		for (size_t k = 0; k < config_freec && !err; k++) {
			if (!strcmp(config_freev[k].section, section))
				err = re_hprintf(pf, "#%s\n",
						 config_freev[k].example);
		}
	}

	return err;
}

bool config_same_entries(const struct config *a, const struct config *b,
			 const char *section)
{
	const char *name, *text, *name2, *text2;

	for (unsigned n = 0;; n++) {
		bool one = config_entry(a, section, n, &name, &text);
		bool two = config_entry(b, section, n, &name2, &text2);

		if (!one || !two)
			return one == two;
		if (strcmp(name, name2) || strcmp(text, text2))
			return false;
	}
}

static bool same_section(const struct config *a, const struct config *b,
			 const char *section)
{
	for (size_t i = 0; i < config_freec; i++) {
		if (!strcmp(config_freev[i].section, section))
			return config_same_entries(a, b, section);
	}
	for (size_t i = 0; i < config_keyc; i++) {
		const char *key = config_keyv[i].key;

		if (!strcmp(config_keyv[i].section, section) &&
		    strcmp(config_text(a, section, key),
			   config_text(b, section, key)))
			return false;
	}

	return true;
}

bool config_same(const struct config *a, const struct config *b,
		 const char *section)
{
	bool same = same_section(a, b, section);

	for (unsigned n = 0; same && config_section_named(section); n++) {
		const struct config *one = config_named(a, n);
		const struct config *two = config_named(b, n);

		if (!one || !two)
			return one == two;
		same = !strcmp(config_name(one), config_name(two)) &&
		       same_section(one, two, section);
	}

	return same;
}
