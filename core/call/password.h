/**
 * @file core/call/password.h  Password: the one of the board's own page
 *
 *     [page] password, or made once -> [password] -> verifier
 *                                          '-> status, until it was used
 *
 * One for all browsers. It is made at the first start and kept in the state
 * folder: as text until a browser has used it, so that people can still read
 * it, and as the hashes that digests are made of. There is no default.
 */
#ifndef CORE_CALL_PASSWORD_H
#define CORE_CALL_PASSWORD_H

#include "core/base/config.h"
#include "core/sip/verifier.h"

enum {
	PASSWORD_GROUPS = 3,	/**< Groups of characters, ours          */
	PASSWORD_GROUP_LEN = 4, /**< In each: 12 of 30 are 59 bit        */
	PASSWORD_TEXT_MAX = 32, /**< Room for it [bytes]                 */
};

struct password;

/**
 * Take the password of the configuration, or the kept one, or make one.
 * Where it cannot be kept it is for this run only, with a warning. Waits for
 * the disk: call it at start.
 *
 * @return 0, ENOMEM, EPROTO the library failed
 */
int password_alloc(struct password **pp, const struct config *cfg,
		   const char *realm, const char *user);

/** Who knows it; lives as long as the password */
struct verifier *password_verifier(const struct password *p);

/** The text, "" when it was used or is the user's own */
const char *password_text(const struct password *p);

/** It was used: its text is forgotten. Writes the file, the first time */
void password_used(struct password *p);

/**
 * Make another one; the old one is good no longer. Waits for the disk.
 *
 * @return 0, EPERM it stands in the configuration, EPROTO; ENOSPC, EROFS and
 *         the like: it is for this run only
 */
int password_renew(struct password *p);

/** Print it, or where to find it, on one line, for `status` and %H */
int password_print(struct re_printf *pf, const struct password *p);

#endif
