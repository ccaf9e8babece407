/**
 * @file core/base/config_read.h  Reads the INI text, line by line
 *
 *     file -> [config_read] -> config_put(), faults with file and line
 *
 * Of our own rather than a library's: values longer than 200 characters,
 * quotes, every mistake with its line, and no continuation lines, which make
 * an indented key part of the value before.
 */
#ifndef CORE_BASE_CONFIG_READ_H
#define CORE_BASE_CONFIG_READ_H

#include "core/base/config.h"

/** Where mistakes are told and counted */
struct config_faults {
	const char *name; /**< Of the file */
	config_fault_h *h;
	void *arg;
	unsigned count; /**< Of fatal ones */
};

/** Tell a mistake (re_printf); line 0 is the whole file */
void config_fault(struct config_faults *f, bool fatal, unsigned line,
		  const char *fmt, ...);

/**
 * Read a text into a configuration.
 *
 * @return 0 also when mistakes were told, ENOMEM
 */
int config_read(struct config *c, const char *text, size_t len,
		struct config_faults *faults);

/**
 * Put one value. Implemented by config.c.
 *
 * @param line  Of the file, 0 for the command `set`, which may repeat a key
 *
 * @return 0; ENOENT no such key; EEXIST given before, *beforep is the line;
 *         EINVAL; ENOSPC; ENOMEM. `why` says it for all but EEXIST, ENOMEM
 */
int config_put(struct config *c, const char *section, const char *key,
	       const char *value, unsigned line, unsigned *beforep, char *why,
	       size_t size);

/**
 * The account of a name, made if there is none yet. Implemented by config.c.
 *
 * @return 0, EINVAL, ENOSPC (`why` says it), ENOMEM
 */
int config_put_account(struct config **ap, struct config *c, const char *name,
		       char *why, size_t size);

/** The line of the first secret that was given, 0: none. Implemented by
    config.c */
unsigned config_secret_line(const struct config *c);

/** Whether a key is in the table and its value must not be shown */
bool config_secret(const char *section, const char *key);

#endif
