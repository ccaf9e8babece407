/**
 * @file core/call/calls_picture.h  Calls: what of them is seen
 *
 *     phone -> [calls_picture] -> call
 *
 * Has those functions of calls.h that are about the picture.
 */
#ifndef CORE_CALL_CALLS_PICTURE_H
#define CORE_CALL_CALLS_PICTURE_H

#include "core/call/calls_parts.h"

#endif
