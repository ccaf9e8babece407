/**
 * @file core/sip/description_encode.h  struct description to SDP text, JSON
 *
 *     offer -> struct description -> [description_encode] -> SIP body
 *                                 -> [description_json] -> parse sdp
 */
#ifndef CORE_SIP_DESCRIPTION_ENCODE_H
#define CORE_SIP_DESCRIPTION_ENCODE_H

#include <jansson.h>
#include "core/sip/description.h"

/**
 * Encode at mb->pos, in the order of RFC 8829 section 5.2.1.
 *
 * @return 0, EINVAL a string has a control character: nothing can be smuggled
 *         in; ENOMEM
 */
int description_encode(struct mbuf *mb, const struct description *d);

/** As a JSON object, for `boardphone parse sdp`. New reference, NULL: memory */
json_t *description_json(const struct description *d);

#endif
