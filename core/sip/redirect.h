/**
 * @file core/sip/redirect.h  Redirect: where a 3xx says that somebody is
 *
 *     3xx to our INVITE -> [redirect] -> calling: the INVITE once more
 *
 * RFC 3261 section 8.1.3.4, one level of it: the best first, the next after a
 * failure; what one of them says of further places is a failure, too. All go
 * by our own server, so that only sip: and sips: are looked at. Who is to be
 * asked is asked of each. A part of leg.
 */
#ifndef CORE_SIP_REDIRECT_H
#define CORE_SIP_REDIRECT_H

#include "core/base/re.h"

enum {
	REDIRECT_MAX = 5,	  /**< Places of a response, ours     */
	REDIRECT_URI_MAX = 255,	  /**< Length of one [bytes], ours    */
	REDIRECT_USE_PROXY = 305, /**< RFC 3261 section 21.3.4        */
};

enum redirect_policy {
	REDIRECT_NO = 0,
	REDIRECT_YES,
	REDIRECT_ASK, /**< Each place is asked for          */
};

/** Of one INVITE; embed it and zero it */
struct redirect {
	enum redirect_policy policy;
	uint64_t patience;	   /**< Of who is asked, then of who rings [us],
					for REDIRECT_ASK              */
	const char *asked;	   /**< Which is asked for; NULL: none */
	unsigned code;		   /**< ... after this response       */
	bool taken;		   /**< A 3xx came                    */
	bool proxy;		   /**< It was 305: they are proxies  */
	char *uriv[REDIRECT_MAX];  /**< The best first                */
	uint32_t qv[REDIRECT_MAX]; /**< 0 to 1000                     */
	unsigned n, next;
};

/** Free what is in it */
void redirect_reset(struct redirect *r);

/**
 * Where to go after a final response that is a failure.
 *
 * @param ruri  Where the INVITE went first: not there again
 *
 * @return URI, valid until redirect_reset(); NULL: nowhere
 */
const char *redirect_next(struct redirect *r, const struct sip_msg *msg,
			  const char *ruri);

#endif
