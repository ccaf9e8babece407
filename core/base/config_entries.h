/**
 * @file core/base/config_entries.h  Entries of sections of free names
 *
 *     reader -> config_put() -> [config_entries] <- config_entry()
 *
 * A part of config.
 */
#ifndef CORE_BASE_CONFIG_ENTRIES_H
#define CORE_BASE_CONFIG_ENTRIES_H

#include "core/base/config.h"

/**
 * Put an entry at the end, or change the one of that name; list_flush() frees
 * all, and wipes them.
 *
 * @param line  As for config_put(), and so are the rest and the result
 */
int config_entries_put(struct list *l, const struct config_free *f,
		       const char *name, const char *text, unsigned line,
		       unsigned *beforep, char *why, size_t size);

/** The n-th entry of a section. @return false: there is none */
bool config_entries_get(const struct list *l, const struct config_free *f,
			unsigned n, const char **name, const char **text);

/**
 * Have a section's entries from another list. What was there goes to the
 * past, for who still has it.
 *
 * @return 0, ENOMEM, ENOSPC as config_entries_retire(): nothing is changed
 */
int config_entries_take(struct list *l, struct list *past,
			const struct list *from, const struct config_free *f);

/** Let a text go to the past. @return 0, ENOMEM, ENOSPC CONFIG_PAST_MAX are
    there */
int config_entries_retire(struct list *past, char *text);

/** Line of an entry, 0: there is none, or it was set */
unsigned config_entries_line(const struct list *l, const struct config_free *f,
			     const char *name);

/** Line of the first that is a secret, 0: none is */
unsigned config_entries_secret(const struct list *l);

#endif
