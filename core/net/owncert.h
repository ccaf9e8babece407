/**
 * @file core/net/owncert.h  Owncert: the certificate that the board made
 *
 *     state folder, selfsign -> [owncert] -> pagecert
 *
 * Made at the first start and kept, mode 0600. Made anew, for the same key,
 * when it ends soon or when the board was given another name; what cannot be
 * read is replaced. Another address of the board changes nothing: people
 * would have to trust it again each time.
 */
#ifndef CORE_NET_OWNCERT_H
#define CORE_NET_OWNCERT_H

#include "core/net/mbed.h"

enum {
	OWNCERT_RENEW_DAYS = 30, /**< Made anew so long before its end  */
};

/**
 * Load it, or make it.
 *
 * @param crt     Initialised; set
 * @param key     Initialised; set
 * @param path    The file; its folder is made when it is not there
 * @param namev   Names besides the machine's, see pagecert_params
 * @param wall    Time of the clock [s since 1970]
 * @param reason  Set to a sentence on error, size PEMFILE_REASON_MAX
 *
 * @return 0, ENOMEM, EPROTO, errno of the file system
 */
int owncert_load(mbedtls_x509_crt *crt, mbedtls_pk_context *key,
		 const char *path, const char *const *namev, uint64_t wall,
		 char *reason);

#endif
