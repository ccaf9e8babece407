/**
 * @file core/sip/description_decode.h  SDP text to struct description
 *
 *     SIP body -> [description_decode] -> struct description -> offer
 *
 * Strict where media would go wrong or astray: structure, payload types, ICE
 * credentials, fingerprints, roles. Tolerant elsewhere: an unknown or odd
 * line is passed over. What stands at session level is resolved, so that
 * every m-line has all that counts for it.
 */
#ifndef CORE_SIP_DESCRIPTION_DECODE_H
#define CORE_SIP_DESCRIPTION_DECODE_H

#include "core/sip/description.h"

/** Why a description was refused */
struct description_fault {
	unsigned line;	 /**< From 1; 0: the whole */
	const char *why; /**< Static text          */
};

/**
 * Decode from mb->pos to the end. Tolerates LF for CR LF, unknown lines and
 * attributes, a missing o=, s= or t=.
 *
 * @param fault  Set when EBADMSG or EOVERFLOW is returned; may be NULL
 *
 * @return 0, EBADMSG grammar, EOVERFLOW a limit, ENOMEM
 */
int description_decode(struct description **dp, const struct mbuf *mb,
		       struct description_fault *fault);

#endif
