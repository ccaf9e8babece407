/**
 * @file core/call/session_picture.h  Session: what of it is seen
 *
 *     call -> [session_picture] -> wishes, sight
 *
 * Has those functions of session.h that are about the picture.
 */
#ifndef CORE_CALL_SESSION_PICTURE_H
#define CORE_CALL_SESSION_PICTURE_H

#include "core/call/session_parts.h"

#endif
