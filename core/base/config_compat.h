/**
 * @file core/base/config_compat.h  Rules of [compat]
 *
 *     config, config_table -> [config_compat] -> what is wrong, what is risky
 *
 * A part of config, for its own use.
 */
#ifndef CORE_BASE_CONFIG_COMPAT_H
#define CORE_BASE_CONFIG_COMPAT_H

#include "core/base/config_read.h"
#include "core/base/config_rules.h"

/** Whether the keys of an account's [compat] fit what else it has */
void config_compat_check(const struct config *c, config_rule_h *fault,
			 void *arg);

/** Tell what is allowed, of all accounts, but should be known; not fatal */
void config_compat_warn(const struct config *c, struct config_faults *faults);

#endif
