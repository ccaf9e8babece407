/**
 * @file core/base/config.c  Configuration
 *
 * One value per row of the table, in the same order, and a list of what
 * stands in sections of free names.
 */
#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/config_read.h"
#include "core/base/config_table.h"
#include "core/base/config_value.h"
#include "core/base/log.h"

enum {
	SIZE_SHIFT = 16,
	SIZE_MASK = 0xffff,
	OTHERS = S_IRGRP | S_IROTH, /* May read the file */
};

struct value {
	char *text;
	uint64_t num;
	unsigned line;
	bool given;
};

struct entry {
	struct le le;
	const struct config_free *section;
	char *name, *text;
	unsigned line;
};

struct config {
	struct value *valuev; /* config_keyc of them */
	struct list entries;
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

/* The value of a key that must be in the table */
static struct value *value_of(const struct config *c, const char *section,
			      const char *key)
{
	const struct config_key *k = find_key(section, key);

	assert(k);
	return &c->valuev[k - config_keyv];
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
}

static void entry_destructor(void *arg)
{
	struct entry *e = arg;

	list_unlink(&e->le);
	mem_deref(e->name);
	wipe(e->text);
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

static int put_entry(struct config *c, const struct config_free *f,
		     const char *key, const char *text, unsigned line,
		     unsigned *beforep, char *why, size_t size)
{
	const char *right = f->check_name ? f->check_name(key) : NULL;
	struct entry *e = NULL;
	unsigned count = 0;
	int err;

	if (!right && f->check)
		right = f->check(text);
	if (!right && !*text)
		right = "a value";
	if (right) {
		(void)re_snprintf(why, size, "it cannot be so; give %s", right);
		return EINVAL;
	}

	for (struct le *le = c->entries.head; le; le = le->next) {
		struct entry *old = le->data;

		count += old->section == f;
		if (old->section != f || str_casecmp(old->name, key))
			continue;
		*beforep = old->line;
		if (line)
			return EEXIST;
		e = old;
	}
	if (e) {
		wipe(e->text);
		e->text = NULL;
		return str_dup(&e->text, text);
	}
	if (count == CONFIG_FREE_MAX) {
		(void)re_snprintf(why, size, "too many; give at most %u",
				  CONFIG_FREE_MAX);
		return ENOSPC;
	}

	e = mem_zalloc(sizeof(*e), entry_destructor);
	if (!e)
		return ENOMEM;
	e->section = f;
	e->line = line;
	err = str_dup(&e->name, key);
	if (!err)
		err = str_dup(&e->text, text);
	if (err)
		mem_deref(e);
	else
		list_append(&c->entries, &e->le, e);
	return err;
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
		return put_entry(c, f, key, text, line, beforep, why, size);
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

struct check {
	const struct config *c;
	struct config_faults *faults;
};

static void rule_fault(const char *section, const char *key, const char *why,
		       void *arg)
{
	const struct check *check = arg;
	const struct config_key *k = find_key(section, key);

	if (why)
		config_fault(check->faults, true,
			     config_line(check->c, section, key), "[%s] %s: %s",
			     section, key, why);
	else
		config_fault(check->faults, true,
			     config_line(check->c, section, key),
			     "[%s] %s is missing; give it, such as %s = %s",
			     section, key, key, k->example);
}

static int parse(struct config **cp, const char *text, size_t len,
		 struct config_faults *faults)
{
	struct check check = { .faults = faults };
	struct config *c;
	int err;

	err = config_alloc(&c);
	if (err)
		return err;

	err = config_read(c, text, len, faults);
	check.c = c;
	if (!err)
		config_table_check(c, rule_fault, &check);
	if (!err && faults->count)
		err = EINVAL;
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

int config_parse(struct config **cp, const char *name, const char *text,
		 size_t len, config_fault_h *h, void *arg)
{
	struct config_faults faults = { .name = name, .h = h, .arg = arg };

	return parse(cp, text, len, &faults);
}

/* A file up to one byte more than may be, so that too long is seen */
static int slurp(const char *path, char *text, size_t *len, mode_t *mode)
{
	struct stat st;
	ssize_t n = 0;
	int err = 0;
	int fd;

	*len = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st))
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;

	while (!err && *len <= CONFIG_FILE_MAX) {
		n = read(fd, text + *len, CONFIG_FILE_MAX + 1 - *len);
		if (n < 0 && errno != EINTR)
			err = errno;
		if (n == 0)
			break;
		*len += n > 0 ? (size_t)n : 0;
	}

	*mode = err ? 0 : st.st_mode;
	(void)close(fd);
	return err;
}

/* The line of the first secret that was given, 0: none */
static unsigned secret_line(const struct config *c)
{
	for (size_t i = 0; i < config_keyc; i++) {
		const struct value *v = &c->valuev[i];

		if (config_keyv[i].secret && v->given &&
		    strcmp(v->text, config_keyv[i].def))
			return v->line;
	}
	for (struct le *le = c->entries.head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section->secret && strstr(e->text, e->section->secret))
			return e->line;
	}

	return 0;
}

int config_load(struct config **cp, const char *path, config_fault_h *h,
		void *arg)
{
	struct config_faults faults = { .name = path, .h = h, .arg = arg };
	char *text = mem_zalloc(CONFIG_FILE_MAX + 1, NULL);
	mode_t mode = 0;
	size_t len;
	int err;

	if (!text)
		return ENOMEM;

	err = slurp(path, text, &len, &mode);
	if (err) {
		config_fault(&faults, true, 0,
			     "cannot be read: %m; give a file with -c", err);
		goto out;
	}

	err = parse(cp, text, len, &faults);
	if (!err && (mode & OTHERS) && secret_line(*cp))
		config_fault(&faults, false, secret_line(*cp),
			     "a secret that others may read; do `chmod 600 "
			     "%s`",
			     path);

out:
	explicit_bzero(text, CONFIG_FILE_MAX + 1);
	mem_deref(text);
	return err;
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
	for (struct le *le = c->entries.head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section != f || n--)
			continue;
		*name = e->name;
		*text = e->text;
		return true;
	}

	return false;
}

unsigned config_entry_line(const struct config *c, const char *section,
			   const char *name)
{
	const struct config_free *f = find_free(section);

	for (struct le *le = c->entries.head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section == f && !strcmp(e->name, name))
			return e->line;
	}

	return 0;
}
