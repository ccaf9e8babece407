/**
 * @file core/base/config_edit.h  One value of a file, changed in its text
 *
 *     text of a file -> [config_edit] -> the same text, but for one line
 *
 * What a person wrote there stays: comments, order, blank lines. A key that
 * is not there comes below the comment that shows it, as in the example file,
 * or at the end of its section, or in a new one. Nothing is checked here:
 * the whole text is, by config_parse().
 */
#ifndef CORE_BASE_CONFIG_EDIT_H
#define CORE_BASE_CONFIG_EDIT_H

#include "core/base/config.h"

/** Where a value stands */
struct config_place {
	char section[CONFIG_NAME_MAX + 1];
	char account[CONFIG_NAME_MAX + 1]; /**< "": of no name */
	char key[CONFIG_NAME_MAX + 1];
};

/**
 * Read SECTION.KEY or, of an account, SECTION.NAME.KEY.
 *
 * @return 0, EINVAL it is neither, or has what cannot be in a name
 */
int config_place_read(struct config_place *p, const char *text);

/**
 * Change a text.
 *
 * @param out    The new text is appended
 * @param value  NULL: the line goes, so that the default counts
 *
 * @return 0, EINVAL a control character in the value, ENOENT there is no line
 *         that could go, ENOMEM
 */
int config_edit(struct mbuf *out, const char *text, size_t len,
		const struct config_place *p, const char *value);

#endif
