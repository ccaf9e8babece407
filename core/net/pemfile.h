/**
 * @file core/net/pemfile.h  Pemfile: keys and certificates, and what is wrong
 *
 *     files -> [pemfile] -> pagecert, owncert
 *
 * Every refusal is a sentence that names the file and what would be right.
 */
#ifndef CORE_NET_PEMFILE_H
#define CORE_NET_PEMFILE_H

#include "core/net/mbed.h"

enum {
	PEMFILE_MAX = 64 * 1024,  /**< Chain and key [bytes], ours         */
	PEMFILE_REASON_MAX = 512, /**< Text of a failure [bytes], ours    */
};

/**
 * Say what is wrong.
 *
 * @param reason  Set to the sentence, size PEMFILE_REASON_MAX
 *
 * @return err
 */
int pemfile_fail(char *reason, int err, const char *fmt, ...);

/**
 * Read a file as text.
 *
 * @param buf  Set to it, size PEMFILE_MAX; wipe it afterwards
 *
 * @return 0, EFBIG, errno of the file system
 */
int pemfile_read(const char *path, uint8_t *buf, char *reason);

/**
 * Find the certificates in a text.
 *
 * @param crt   Initialised
 * @param path  For the reason
 *
 * @return 0, EBADMSG
 */
int pemfile_chain(mbedtls_x509_crt *crt, const uint8_t *pem, const char *path,
		  char *reason);

/**
 * Find the private key in a text: RSA or on a curve, any usual wrapping.
 *
 * @param key  Initialised
 *
 * @return 0, EBADMSG, EPERM it needs a password, ENOTSUP another kind
 */
int pemfile_key(mbedtls_pk_context *key, const uint8_t *pem, const char *path,
		char *reason);

/**
 * Print key and certificate into a text.
 *
 * @param buf  Set to it, with a final 0; wipe it afterwards
 *
 * @return 0, EPROTO
 */
int pemfile_print(uint8_t *buf, size_t size, mbedtls_pk_context *key,
		  const mbedtls_x509_crt *crt);

#endif
