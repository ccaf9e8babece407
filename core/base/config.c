/**
 * @file core/base/config.c  Configuration
 *
 * One value per row of the table, in the same order, and a list of what
 * stands in sections of free names.
 */
#include <assert.h>
#include "core/base/config_board.h"
#include "core/base/config_check.h"
#include "core/base/config_compat.h"
#include "core/base/config_entries.h"
#include "core/base/config_file.h"
#include "core/base/config_read.h"
#include "core/base/config_rules.h"
#include "core/base/config_table.h"
#include "core/base/config_value.h"
#include "core/base/log.h"

enum {
	SIZE_SHIFT = 16,
	SIZE_MASK = 0xffff,
};

struct value {
	char *text;
	uint64_t num;
	unsigned line;
	bool given;
};

struct config {
	struct value *valuev; /* config_keyc of them */
	struct list entries;
	struct list past; /* Of what was taken since; somebody may have it */
	const struct config *file; /* Of an account with a name: all else */
	char *name;		   /* Its name; NULL: this is the file    */
	struct config *accountv[CONFIG_ACCOUNTS_MAX];
	unsigned accountc;
	unsigned changes; /* Of what is an account's own; counter */
};

static const struct config_key *find_key(const char *section, const char *key)
{
	for (size_t i = 0; i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];

		if (!strcmp(k->section, section) && !strcmp(k->key, key))
			return k;
	}

	return NULL;
}

static const struct config_free *find_free(const char *section)
{
	for (size_t i = 0; i < config_freec; i++) {
		if (!strcmp(config_freev[i].section, section))
			return &config_freev[i];
	}

	return NULL;
}

/* Who has a section: an account with a name only what is its own */
static const struct config *owner(const struct config *c, const char *section)
{
	return c->file && !config_section_named(section) ? c->file : c;
}

/* The value of a key that must be in the table */
static struct value *value_of(const struct config *c, const char *section,
			      const char *key)
{
	const struct config_key *k = find_key(section, key);

	assert(k);
	return &owner(c, section)->valuev[k - config_keyv];
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	mem_deref(text);
}

static void config_destructor(void *arg)
{
	struct config *c = arg;

	for (size_t i = 0; c->valuev && i < config_keyc; i++)
		wipe(c->valuev[i].text);
	mem_deref(c->valuev);
	list_flush(&c->entries);
	list_flush(&c->past);
	for (unsigned i = 0; i < c->accountc; i++)
		mem_deref(c->accountv[i]);
	mem_deref(c->name);
}

int config_alloc(struct config **cp)
{
	struct config *c = mem_zalloc(sizeof(*c), config_destructor);
	char why[CONFIG_TEXT_MAX];
	int err = 0;

	if (!c)
		return ENOMEM;
	c->valuev = mem_zalloc(config_keyc * sizeof(*c->valuev), NULL);
	if (!c->valuev)
		err = ENOMEM;

	for (size_t i = 0; !err && i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];
		int bad = *k->def ? config_value(k, k->def, &c->valuev[i].num,
						 why, sizeof(why))
				  : 0;

		assert(!bad);
		err = str_dup(&c->valuev[i].text, k->def);
	}
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

/* ---- Accounts with a name ---- */

static struct config *find_account(const struct config *c, const char *name)
{
	for (unsigned i = 0; i < c->accountc; i++) {
		if (!strcmp(c->accountv[i]->name, name))
			return c->accountv[i];
	}

	return NULL;
}

int config_put_account(struct config **ap, struct config *c, const char *name,
		       char *why, size_t size)
{
	const char *right = config_check_account(name);
	struct config *a = find_account(c, name);
	int err;

	*ap = a;
	if (a)
		return 0;
	if (right) {
		(void)re_snprintf(why, size, "that is no name; give %s", right);
		return EINVAL;
	}
	if (c->accountc == CONFIG_ACCOUNTS_MAX) {
		(void)re_snprintf(why, size, "too many; give at most %u names",
				  CONFIG_ACCOUNTS_MAX);
		return ENOSPC;
	}

	err = config_alloc(&a);
	if (err)
		return err;

	a->file = c;
	err = str_dup(&a->name, name);
	if (err)
		mem_deref(a);
	else
		*ap = c->accountv[c->accountc++] = a;
	return err;
}

const struct config *config_named(const struct config *c, unsigned n)
{
	return n < c->accountc ? c->accountv[n] : NULL;
}

const struct config *config_account(const struct config *c, unsigned n)
{
	const bool first = *config_text(c, "account", "realm");

	if (first && !n)
		return c;

	return config_named(c, n - first);
}

const char *config_name(const struct config *c)
{
	return c->name ? c->name : CONFIG_ACCOUNT;
}

bool config_secret(const char *section, const char *key)
{
	const struct config_key *k = find_key(section, key);

	return k && k->secret;
}

/* What else an unknown key could have been */
static void hint(const char *section, const char *key, char *why, size_t size)
{
	const char *best = NULL, *elsewhere = NULL;
	unsigned best_distance = 3; /* More would be a guess */

	for (size_t i = 0; i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];
		unsigned distance = config_value_distance(key, k->key);

		if (strcmp(k->section, section)) {
			if (!distance)
				elsewhere = k->section;
		} else if (distance < best_distance) {
			best_distance = distance;
			best = k->key;
		}
	}
	if (best)
		(void)re_snprintf(why, size, "no such key; did you mean %s?",
				  best);
	else if (elsewhere)
		(void)re_snprintf(why, size, "no such key; it belongs to [%s]",
				  elsewhere);
	else
		(void)re_snprintf(why, size,
				  "no such key; the example file has all");
}

int config_put(struct config *c, const char *section, const char *key,
	       const char *text, unsigned line, unsigned *beforep, char *why,
	       size_t size)
{
	const struct config_key *k = find_key(section, key);
	const struct config_free *f = find_free(section);
	struct value *v;
	uint64_t num;
	char *copy;
	int err;

	if (f)
		return config_entries_put(&c->entries, f, key, text, line,
					  beforep, why, size);
	if (!k) {
		hint(section, key, why, size);
		return ENOENT;
	}

	v = &c->valuev[k - config_keyv];
	*beforep = v->line;
	if (line && v->line)
		return EEXIST;

	/* An empty text is the same as none, if there may be none */
	num = 0;
	err = *text || *k->def ? config_value(k, text, &num, why, size) : 0;
	if (err)
		return err;
	err = str_dup(&copy, text);
	if (err)
		return err;

	wipe(v->text);
	v->text = copy;
	v->num = num;
	v->line = line ? line : v->line;
	v->given = true;
	return 0;
}

int config_set(struct config *c, const char *section, const char *key,
	       const char *text, char *why, size_t size)
{
	unsigned before;

	why[0] = '\0';
	return config_put(c, section, key, text, 0, &before, why, size);
}

static void rule_fault(const struct config *c, const char *section,
		       const char *key, const char *why, void *arg)
{
	const struct config_key *k = find_key(section, key);
	const unsigned line = config_line(c, section, key);
	struct config_faults *faults = arg;
	const char *name = c->name ? c->name : "";
	const char *blank = c->name ? " " : "";

	if (why)
		config_fault(faults, true, line, "[%s%s%s] %s: %s", section,
			     blank, name, key, why);
	else
		config_fault(faults, true, line,
			     "[%s%s%s] %s is missing; give it, such as "
			     "%s = %s",
			     section, blank, name, key, key, k->example);
}

static int parse(struct config **cp, const char *text, size_t len,
		 struct config_faults *faults)
{
	struct config *c;
	int err;

	err = config_alloc(&c);
	if (err)
		return err;

	err = config_read(c, text, len, faults);
	if (!err)
		err = config_board_add(c, faults);
	if (!err)
		config_rules_check(c, rule_fault, faults);
	if (!err && faults->count)
		err = EINVAL;
	if (err) {
		mem_deref(c);
		return err;
	}

	config_compat_warn(c, faults);
	*cp = c;
	return 0;
}

int config_parse(struct config **cp, const char *name, const char *text,
		 size_t len, config_fault_h *h, void *arg)
{
	struct config_faults faults = { .name = name, .h = h, .arg = arg };

	return parse(cp, text, len, &faults);
}

unsigned config_secret_line(const struct config *c)
{
	unsigned line;

	for (size_t i = 0; i < config_keyc; i++) {
		const struct value *v = &c->valuev[i];

		if (config_keyv[i].secret && v->given &&
		    strcmp(v->text, config_keyv[i].def))
			return v->line;
	}
	line = config_entries_secret(&c->entries);
	for (unsigned i = 0; i < c->accountc && !line; i++)
		line = config_secret_line(c->accountv[i]);
	return line;
}

/* ---- While running ---- */

/* Of the same name; NULL: there is none */
static struct config *namesake(struct config *c, const struct config *from)
{
	return from->name ? find_account(c, from->name) : c;
}

int config_take(struct config *c, const struct config *from,
		const char *section, const char *key)
{
	const struct value *w = value_of(from, section, key);
	struct config *to = namesake(c, from);
	struct value *v;
	char *copy;
	int err = to ? str_dup(&copy, w->text) : ENOENT;

	if (err)
		return err;
	v = value_of(to, section, key);
	err = config_entries_retire(&to->past, v->text);
	if (err) {
		mem_deref(copy);
		return err;
	}

	*v = *w;
	v->text = copy;
	to->changes += config_section_named(section);
	return 0;
}

int config_take_entries(struct config *c, const struct config *from,
			const char *section)
{
	struct config *to = namesake(c, from);

	if (!to)
		return ENOENT;
	to->changes += config_section_named(section);
	return config_entries_take(&to->entries, &to->past, &from->entries,
				   find_free(section));
}

unsigned config_changes(const struct config *account)
{
	return account->changes;
}

const char *config_text(const struct config *c, const char *section,
			const char *key)
{
	return value_of(c, section, key)->text;
}

uint64_t config_number(const struct config *c, const char *section,
		       const char *key)
{
	const enum config_type type = find_key(section, key)->type;

	assert(type == CONFIG_NUMBER || type == CONFIG_TIME ||
	       type == CONFIG_RATE || type == CONFIG_INTERVAL);
	return value_of(c, section, key)->num;
}

bool config_bool(const struct config *c, const char *section, const char *key)
{
	assert(find_key(section, key)->type == CONFIG_BOOL);
	return value_of(c, section, key)->num != 0;
}

bool config_is(const struct config *c, const char *section, const char *key,
	       const char *word)
{
	return !strcmp(config_text(c, section, key), word);
}

bool config_item(const struct config *c, const char *section, const char *key,
		 unsigned n, struct pl *item)
{
	return config_value_item(config_text(c, section, key), n, item);
}

void config_size(const struct config *c, const char *section, const char *key,
		 unsigned *width, unsigned *height)
{
	const struct value *v = value_of(c, section, key);

	assert(find_key(section, key)->type == CONFIG_SIZE);
	*width = (unsigned)(v->num >> SIZE_SHIFT);
	*height = (unsigned)(v->num & SIZE_MASK);
}

bool config_given(const struct config *c, const char *section, const char *key)
{
	return value_of(c, section, key)->given;
}

unsigned config_line(const struct config *c, const char *section,
		     const char *key)
{
	return value_of(c, section, key)->line;
}

bool config_entry(const struct config *c, const char *section, unsigned n,
		  const char **name, const char **text)
{
	const struct config_free *f = find_free(section);

	assert(f);
	return config_entries_get(&owner(c, section)->entries, f, n, name,
				  text);
}

unsigned config_entry_line(const struct config *c, const char *section,
			   const char *name)
{
	return config_entries_line(&owner(c, section)->entries,
				   find_free(section), name);
}
