/**
 * @file core/base/config_table.h  The one table of configuration keys
 *
 *     [config_table] -> config: reader, getters, example file
 *
 * To add a key, add a row to the table in config_table.c; nothing else knows
 * the keys by list.
 */
#ifndef CORE_BASE_CONFIG_TABLE_H
#define CORE_BASE_CONFIG_TABLE_H

#include "core/base/config.h"

/** All keys, those of a section together; config_keyc of them */
extern const struct config_key config_keyv[];
extern const size_t config_keyc;

/** The sections of free names; config_freec of them */
extern const struct config_free config_freev[];
extern const size_t config_freec;

/** Help of a section, NULL when there is no such section */
const char *config_section_help(const char *section);

/** Whether a section is of one account, and may have its name */
bool config_section_named(const char *section);

/** The n-th section in the order of the file, NULL at the end */
const char *config_section(unsigned n);

#endif
