/**
 * @file core/call/extras.h  Extras: what one call says beyond what all say
 *
 *     command `call` -> [extras] -> call -> INVITE: headers, Contact
 *
 * Headers of the user's for the INVITE, and feature tags (RFC 3840) that take
 * the place of the account's.
 */
#ifndef CORE_CALL_EXTRAS_H
#define CORE_CALL_EXTRAS_H

#include "core/base/config.h"

enum {
	EXTRAS_HEADERS = 8,	/**< Headers of a call, ours  */
	EXTRAS_TEXT_MAX = 1024, /**< All its tags [bytes], ours */
};

/** Shared; lines end with NULL */
struct extras {
	char *linev[EXTRAS_HEADERS + 1]; /**< "Name: value"                */
	unsigned linec;
	char *caps; /**< ";tag;tag=value"; NULL: those of the account */
};

/** Allocate, empty. @return 0, ENOMEM */
int extras_alloc(struct extras **xp);

/**
 * Add a header.
 *
 * @param text    "NAME:VALUE"
 * @param rightp  Set to what would be right, after EINVAL
 *
 * @return 0, EINVAL, ENOMEM
 */
int extras_header(struct extras *x, const char *text, const char **rightp);

/** Set the tags, a comma list. @return as extras_header() */
int extras_caps(struct extras *x, const char *list, const char **rightp);

/** Make text of a checked comma list: ";a;b", or NULL of "". @return 0,
    ENOMEM */
int extras_caps_text(char **textp, const char *list);

/** Whether a header of that account is among them, too */
bool extras_clash(const struct extras *x, const struct config *account);

#endif
