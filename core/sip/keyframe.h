/**
 * @file core/sip/keyframe.h  Keyframe: the wish for one in the body of an INFO
 *
 *     INFO -> [keyframe] -> encoder
 *
 * RFC 5168, as telephones without RTCP feedback and gateways send it.
 */
#ifndef CORE_SIP_KEYFRAME_H
#define CORE_SIP_KEYFRAME_H

#include "core/base/re.h"

/**
 * Whether a body asks for a key frame.
 *
 * @param ctype  Content-Type, with or without parameters
 */
bool keyframe_decode(const struct pl *ctype, const struct pl *body);

#endif
