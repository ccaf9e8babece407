/**
 * @file core/call/limit.h  Limit: a call that may not last for ever
 *
 *     up -> [limit] -> time_warning, a tone to both sides -> BYE
 *
 * [call] time_limit and warning_time. A part of call.
 */
#ifndef CORE_CALL_LIMIT_H
#define CORE_CALL_LIMIT_H

#include "core/call/call_parts.h"

/** Nothing runs yet */
void limit_init(struct call *c);

/** It is up: its time begins, if it is limited */
void limit_start(struct call *c, uint64_t now);

/** It is over; harmless more than once */
void limit_stop(struct call *c);

#endif
