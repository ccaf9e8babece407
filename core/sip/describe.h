/**
 * @file core/sip/describe.h  Describe: a message as JSON
 *
 *     file -> message -> [describe] -> `boardphone parse sip`
 */
#ifndef CORE_SIP_DESCRIBE_H
#define CORE_SIP_DESCRIBE_H

#include "core/base/re.h"

/**
 * Decode one message, as if it had come over the flow, and describe it.
 *
 * @param out  Gets one JSON object: the message, or {"error": "Bad CSeq",
 *             "status": 400}. Bytes that are no UTF-8 become U+FFFD
 * @param mb   The bytes
 *
 * @return 0, EBADMSG the message is refused, ENOMEM
 */
int describe_message(struct mbuf *out, struct mbuf *mb);

#endif
