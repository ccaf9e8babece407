/**
 * @file core/base/config_print.h  The configuration, written out
 *
 *     struct config -> [config_print] -> command `dump`, example file
 */
#ifndef CORE_BASE_CONFIG_PRINT_H
#define CORE_BASE_CONFIG_PRINT_H

#include "core/base/config.h"

/** Print what was given, as a file would say it; secrets as *** */
int config_print(struct re_printf *pf, const struct config *c);

/** Print a value as the reader takes it: in quotes where it must be */
int config_print_value(struct re_printf *pf, const char *text);

/**
 * Print a commented example file from the table, for %H with NULL. Every key
 * stands in it with its help, range and default, commented out but for those
 * that must be given.
 */
int config_print_example(struct re_printf *pf, void *unused);

/** Whether a section says the same in both, for `reload` */
bool config_same(const struct config *a, const struct config *b,
		 const char *section);

/** Whether the entries of a section of free names are the same, in order */
bool config_same_entries(const struct config *a, const struct config *b,
			 const char *section);

#endif
