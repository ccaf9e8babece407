/**
 * @file core/base/config_rules.h  What keys say to each other
 *
 *     config, config_table -> [config_rules] -> what is wrong
 *
 * A part of config, for its own use: what must be given, what excludes what.
 */
#ifndef CORE_BASE_CONFIG_RULES_H
#define CORE_BASE_CONFIG_RULES_H

#include "core/base/config_table.h"

/**
 * A rule is broken.
 *
 * @param c    The account, or the file
 * @param why  What is wrong; NULL: the key is missing
 */
typedef void(config_rule_h)(const struct config *c, const char *section,
			    const char *key, const char *why, void *arg);

/** Rules over several keys, of the file and of each account */
void config_rules_check(const struct config *c, config_rule_h *fault,
			void *arg);

#endif
