/**
 * @file app/secret.h  Secret: is this the password of that hash?
 *
 *     login -> [secret] -> a process of its own -> crypt(3)
 *
 * A good hash takes a tenth of a second on purpose, and 16 MB; the loop has
 * neither. So a child computes it, which also is the only one that loads
 * libcrypt. The hash is one of crypt(5), such as yescrypt, $y$...
 */
#ifndef APP_SECRET_H
#define APP_SECRET_H

#include "core/base/loop.h"

enum {
	SECRET_MAX = 128, /**< Length of a password [bytes], ours */
};

/** Whether it is; the secret may be freed inside */
typedef void(secret_h)(bool right, uint64_t now, void *arg);

struct secret;

/**
 * Begin to compare. mem_deref() gives up.
 *
 * @return 0, or errno of fork
 */
int secret_check(struct secret **sp, const char *hash, const char *password,
		 secret_h *h, void *arg);

/**
 * Make a hash, for `boardphone hash`; takes its time.
 *
 * @param hash  Set to it
 *
 * @return 0, ENOENT there is no libcrypt, ENOSYS it does not know yescrypt,
 *         ENOMEM
 */
int secret_hash(char *hash, size_t size, const char *password);

#endif
