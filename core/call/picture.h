/**
 * @file core/call/picture.h  Picture: what of a call is seen
 *
 *     user -> [picture] -> session, negotiation -> re-INVITE
 *     session -> [picture] -> events
 *
 * Functions of call.h that are about the picture, and of call's own files.
 */
#ifndef CORE_CALL_PICTURE_H
#define CORE_CALL_PICTURE_H

#include "core/call/call_parts.h"

/** Tell of pictures that came or went since the last time */
void picture_tell(struct call *c);

/** "camera", "screen"; NULL: nothing is sent */
const char *picture_shown(const struct call *c);

/** "picture", "slides"; NULL: nothing comes */
const char *picture_seen(const struct call *c);

#endif
