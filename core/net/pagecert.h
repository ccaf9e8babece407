/**
 * @file core/net/pagecert.h  Pagecert: what our page shows that it is us
 *
 *     files, or made once -> [pagecert] -> secure (server role)
 *
 * The user's certificate, with its chain and key as PEM; or else one that is
 * signed by itself, for the names and addresses of this board, made at the
 * first start and kept in the state folder, so that a browser that was told
 * to trust it is not asked again. Its fingerprint is what people compare.
 * Also what all connections of a server share: policy and session tickets.
 */
#ifndef CORE_NET_PAGECERT_H
#define CORE_NET_PAGECERT_H

#include "core/net/fingerprint.h"

enum {
	PAGECERT_REASON_MAX = 512, /**< Text of a failure [bytes], ours     */
};

struct pagecert;
struct mbedtls_ssl_config;

/** Which certificate; borrowed for the call */
struct pagecert_params {
	const char *cert;  /**< PEM file with the chain; NULL or "": ours  */
	const char *key;   /**< PEM file; NULL or "": it is in `cert` too  */
	const char *state; /**< Folder for ours; made when it is not there */

	/** Names that ours must have, ended by NULL, or NULL; one without a
	    dot stands for NAME.local too. localhost, the machine's own name
	    and its addresses are added */
	const char *const *namev;
	uint64_t wall; /**< Time of the clock [s since 1970]              */
};

/**
 * Read the certificate, or make it. Reads and writes files, and making a key
 * takes some 10 ms on a small board: call it at start.
 *
 * A user's certificate that has expired is taken, with a warning: browsers
 * tell people so, and a door without a page would not be safer.
 *
 * @param pcp     Set to the certificate; free with mem_deref()
 * @param reason  Set to a sentence on error that says which file and what
 *                would be right, size PAGECERT_REASON_MAX
 *
 * @return 0, ENOMEM, ENOENT, EACCES, EBADMSG not PEM or nothing in it,
 *         ENOTSUP a kind of key that is not known, EPERM the key needs a
 *         password, EINVAL the key is not that of the certificate, EPROTO
 *         from the library, errno of the file system
 */
int pagecert_alloc(struct pagecert **pcp, const struct pagecert_params *prm,
		   char *reason);

/** Whether it is ours, signed by itself: people have to trust it by hand */
bool pagecert_is_own(const struct pagecert *pc);

/** The file it came from: trust anchor for a phone that calls this one */
const char *pagecert_file(const struct pagecert *pc);

/** SHA-256 of the certificate; lives as long as pc */
const struct fingerprint *pagecert_fingerprint(const struct pagecert *pc);

/** Print the fingerprint as browsers show it, AA:BB:..., for %H */
int pagecert_print_hash(struct re_printf *pf, const struct pagecert *pc);

/** When it expires [s since 1970] */
uint64_t pagecert_expires(const struct pagecert *pc);

/** Print file, whose it is, names' count and end on one line, for %H */
int pagecert_print(struct re_printf *pf, const struct pagecert *pc);

/** For secure.c: the server's configuration; lives as long as pc */
const struct mbedtls_ssl_config *pagecert_config(const struct pagecert *pc);

#endif
