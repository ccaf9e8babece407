/**
 * @file core/base/config_entries.c  Entries of sections of free names
 */
#include "core/base/config_entries.h"

struct entry {
	struct le le;
	const struct config_free *section;
	char *name, *text;
	unsigned line;
};

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	mem_deref(text);
}

static void entry_destructor(void *arg)
{
	struct entry *e = arg;

	list_unlink(&e->le);
	mem_deref(e->name);
	wipe(e->text);
}

static const char *what_is_right(const struct config_free *f, const char *name,
				 const char *text)
{
	const char *right = f->check_name ? f->check_name(name) : NULL;

	if (!right && f->check)
		right = f->check(text);

	return right || *text ? right : "a value";
}

static int add(struct list *l, const struct config_free *f, const char *name,
	       const char *text, unsigned line)
{
	struct entry *e = mem_zalloc(sizeof(*e), entry_destructor);
	int err;

	if (!e)
		return ENOMEM;

	e->section = f;
	e->line = line;
	err = str_dup(&e->name, name);
	err = err ? err : str_dup(&e->text, text);
	if (err)
		mem_deref(e);
	else
		list_append(l, &e->le, e);
	return err;
}

int config_entries_put(struct list *l, const struct config_free *f,
		       const char *name, const char *text, unsigned line,
		       unsigned *beforep, char *why, size_t size)
{
	const char *right = what_is_right(f, name, text);
	struct entry *e = NULL;
	unsigned count = 0;

	if (right) {
		(void)re_snprintf(why, size, "it cannot be so; give %s", right);
		return EINVAL;
	}

	for (struct le *le = l->head; le; le = le->next) {
		struct entry *old = le->data;

		count += old->section == f;
		if (old->section != f || str_casecmp(old->name, name))
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

	return add(l, f, name, text, line);
}

/* ---- While running ---- */

static bool full(const struct list *past)
{
	return list_count(past) >= CONFIG_PAST_MAX;
}

int config_entries_retire(struct list *past, char *text)
{
	struct entry *e;

	if (full(past))
		return ENOSPC;
	e = mem_zalloc(sizeof(*e), entry_destructor);
	if (!e)
		return ENOMEM;

	e->text = text;
	list_append(past, &e->le, e);
	return 0;
}

static void move(struct list *to, struct list *l, const struct config_free *f)
{
	struct le *le = l->head;

	while (le) {
		struct entry *e = le->data;

		le = le->next;
		if (e->section != f)
			continue;
		list_unlink(&e->le);
		list_append(to, &e->le, e);
	}
}

int config_entries_take(struct list *l, struct list *past,
			const struct list *from, const struct config_free *f)
{
	struct list fresh = LIST_INIT;
	int err = full(past) ? ENOSPC : 0;

	for (struct le *le = from->head; le && !err; le = le->next) {
		const struct entry *e = le->data;

		if (e->section == f)
			err = add(&fresh, f, e->name, e->text, e->line);
	}
	if (err) {
		list_flush(&fresh);
		return err;
	}

	move(past, l, f);
	move(l, &fresh, f);
	return 0;
}

bool config_entries_get(const struct list *l, const struct config_free *f,
			unsigned n, const char **name, const char **text)
{
	for (struct le *le = l->head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section != f || n--)
			continue;
		*name = e->name;
		*text = e->text;
		return true;
	}

	return false;
}

unsigned config_entries_line(const struct list *l, const struct config_free *f,
			     const char *name)
{
	for (struct le *le = l->head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section == f && !strcmp(e->name, name))
			return e->line;
	}

	return 0;
}

unsigned config_entries_secret(const struct list *l)
{
	for (struct le *le = l->head; le; le = le->next) {
		const struct entry *e = le->data;

		if (e->section->secret && strstr(e->text, e->section->secret))
			return e->line;
	}

	return 0;
}
