/**
 * @file core/base/config_when.h  When a key that was changed counts
 *
 *     table -> [config_when] -> reload, manual page
 *
 * What is looked at when it is needed counts at once, or for the next call;
 * what something was made of at the start, at the next start.
 */
#ifndef CORE_BASE_CONFIG_WHEN_H
#define CORE_BASE_CONFIG_WHEN_H

#include "core/base/config.h"

/** When it counts */
enum config_when {
	CONFIG_AT_START,
	CONFIG_AT_CALL,	   /**< For calls that begin, and devices they open */
	CONFIG_AT_ACCOUNT, /**< The account that has it is made anew; calls
				over it stay                          */
	CONFIG_AT_ONCE,
};

/** @param key  NULL: of a section of free names; of [account], all of one that
    comes or goes */
enum config_when config_when(const char *section, const char *key);

/** In words: "at the next start" */
const char *config_when_name(enum config_when w);

/**
 * Told of a difference.
 *
 * @param c    The account that has it, or the configuration
 * @param key  NULL: the entries of a section of free names
 */
typedef void(config_diff_h)(const struct config *c, const char *section,
			    const char *key, void *arg);

/** Tell all in which two configurations differ, accounts that are in one only
    by their [account] with key NULL */
void config_diff(const struct config *a, const struct config *b,
		 config_diff_h *h, void *arg);

#endif
