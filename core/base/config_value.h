/**
 * @file core/base/config_value.h  One value: its type, range and words
 *
 *     text of the file + row of the table -> [config_value] -> number, or why
 */
#ifndef CORE_BASE_CONFIG_VALUE_H
#define CORE_BASE_CONFIG_VALUE_H

#include "core/base/config.h"

/**
 * Check a value against its row of the table.
 *
 * @param num  Set to the number, time [us], rate [bit/s], yes as 1, or
 *             width << 16 | height
 * @param why  Buffer for "WRONG; give RIGHT"
 *
 * @return 0, EINVAL
 */
int config_value(const struct config_key *k, const char *text, uint64_t *num,
		 char *why, size_t size);

/** The n-th item of a comma list, without blanks. @return false: none */
bool config_value_item(const char *text, unsigned n, struct pl *item);

/** Print what a row takes, such as "60s to 24h", for the example */
int config_value_print(struct re_printf *pf, const struct config_key *k);

/** How many letters two names differ in, for hints */
unsigned config_value_distance(const char *a, const char *b);

#endif
