/**
 * @file core/sip/keypress.h  Keypress: a digit in the body of an INFO
 *
 *     INFO -> [keypress] -> digit        digit -> [keypress] -> INFO
 *
 * application/dtmf-relay ("Signal=5" and "Duration=160" on lines) and
 * application/dtmf (the digit alone), as gateways and browsers' libraries
 * send them; no RFC has them, RFC 6086 carries them.
 */
#ifndef CORE_SIP_KEYPRESS_H
#define CORE_SIP_KEYPRESS_H

#include "core/base/re.h"

enum {
	KEYPRESS_MS = 100, /**< Duration that we say [ms], ours */
};

/** The type that we send */
extern const char keypress_type[];

/**
 * The digit in a body.
 *
 * @param ctype  Content-Type, with or without parameters
 *
 * @return 0-9 * # A-D, or 0 when there is none
 */
char keypress_decode(const struct pl *ctype, const struct pl *body);

/** Append the body of keypress_type. @return 0, ENOMEM */
int keypress_encode(struct mbuf *mb, char digit);

#endif
