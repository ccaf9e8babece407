/**
 * @file core/net/sdes.h  SDES: keys of SRTP that stand in the SDP
 *
 *     a=crypto of the peer's SDP -> [sdes] -> protect
 *     our keys -> [sdes] -> a=crypto of our SDP
 *
 * RFC 4568, with the suites of its section 6.2 and of RFC 7714. Whoever reads
 * the SDP can listen, so only `[call] insecure_media` leads here. What is not
 * understood is refused, never passed over: MKIs, more keys than one, and any
 * session parameter but WSH, which is advice, and those that begin with "-".
 */
#ifndef CORE_NET_SDES_H
#define CORE_NET_SDES_H

#include "core/base/re.h"

enum {
	SDES_KEY = 44,	 /**< Key and salt, the longest [bytes]          */
	SDES_LINE = 128, /**< That we write [bytes]                     */
};

#define SDES_LIFETIME (UINT64_C(1) << 48) /**< RFC 3711 s. 9.2 [packets] */

/** Crypto suites, the best first */
enum sdes_suite {
	SDES_GCM_256 = 0, /**< RFC 7714 section 14.2 */
	SDES_GCM_128,	  /**< The same              */
	SDES_CM_80,	  /**< RFC 4568 section 6.2.1 */
	SDES_CM_32,	  /**< Section 6.2.2         */
	SDES_SUITES,	  /**< How many              */
};

/** One a=crypto: a key for what its sender sends. Wiped by whoever has it */
struct sdes {
	uint32_t tag;
	enum sdes_suite suite;
	uint8_t key[SDES_KEY]; /**< Master key and master salt          */
	uint64_t lifetime;     /**< It serves for so many [packets]     */
};

/**
 * Decode the value of an a=crypto line.
 *
 * @param whyp  Set to why not, without a word of the line
 *
 * @return 0, EBADMSG malformed, ENOTSUP a suite or parameter not done here
 */
int sdes_decode(struct sdes *s, const struct pl *text, const char **whyp);

/** Make one with a random key */
void sdes_make(struct sdes *s, uint32_t tag, enum sdes_suite suite);

/** Print the value of its a=crypto line, key and all, for %H */
int sdes_print(struct re_printf *pf, const struct sdes *s);

/** Length of a suite's key and salt [bytes] */
size_t sdes_size(enum sdes_suite suite);

/** "AES_CM_128_HMAC_SHA1_80", ... */
const char *sdes_name(enum sdes_suite suite);

/** Whether suite and key are the same, in constant time */
bool sdes_same(const struct sdes *a, const struct sdes *b);

/** Wipe the key */
void sdes_wipe(struct sdes *s);

#endif
