/**
 * @file app/secret.h  Secret: is this the password of that hash?
 *
 *     login -> [secret] -> child -> crypt(3)
 *
 * A good hash takes a tenth of a second on purpose, and 16 MB; the loop has
 * neither. So a child computes it, which also is the only one that loads
 * libcrypt. The hash is one of crypt(5), such as yescrypt, $y$...
 */
#ifndef APP_SECRET_H
#define APP_SECRET_H

#include "app/child.h"

enum {
	SECRET_MAX = 128, /**< Length of a password [bytes], ours */
};

/**
 * Begin to compare. mem_deref() gives up.
 *
 * @param h  0 it is that password; else it is not, or nobody can say
 *
 * @return as child_start()
 */
int secret_check(struct child **cp, const char *hash, const char *password,
		 child_h *h, void *arg);

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
