/**
 * @file core/sip/sipfrag.h  Sipfrag: how far somebody is who was asked to call
 *
 *     NOTIFY of a transfer -> [sipfrag] -> "SIP/2.0 180 Ringing": 180
 *     code -> [sipfrag] -> body of our NOTIFY
 *
 * message/sipfrag (RFC 3420) as RFC 3515 section 2.4.5 has it: a status line,
 * then maybe header lines, which are checked for their form and not looked at.
 */
#ifndef CORE_SIP_SIPFRAG_H
#define CORE_SIP_SIPFRAG_H

#include "core/base/re.h"

/** Content-Type */
#define SIPFRAG_TYPE "message/sipfrag"

enum {
	SIPFRAG_MAX = 4096, /**< [bytes], ours */
};

struct sipfrag {
	unsigned code;	  /**< 100 to 699           */
	struct pl reason; /**< Foreign, may be empty */
};

/**
 * Decode a body. The line's end may be missing where the body ends, and may
 * be LF alone.
 *
 * @return 0, EBADMSG
 */
int sipfrag_decode(struct sipfrag *f, const struct pl *body);

/** Print one that says the code and its usual reason, and no more than that
    (RFC 3515 section 5.3.3); for %H */
int sipfrag_print(struct re_printf *pf, const unsigned *code);

#endif
