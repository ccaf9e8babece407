/**
 * @file core/call/transfers.h  Transfers: what happens between two calls
 *
 *     phone -> calls_transfer() -> [transfers] -> transfer of one call
 *     transfer of one call -> [transfers] -> another call
 *     INVITE with Replaces -> [transfers] -> which call may be replaced
 *
 * A part of calls.
 */
#ifndef CORE_CALL_TRANSFERS_H
#define CORE_CALL_TRANSFERS_H

#include "core/call/calls_parts.h"

/** What an account says of transfers, by the configuration */
void transfers_terms(struct origin_params *op, const struct config *cfg);

/** call_kin_h of all calls */
call_kin_h transfers_kin;

/**
 * Which call an INVITE wants to replace, if it may.
 *
 * @param oldp  Set to the call, NULL: it is an ordinary one
 *
 * @return 0, or the code to refuse it with
 */
unsigned transfers_replaced(struct calls *cs, const struct line *line,
			    const struct invite *inv, const struct sip_msg *msg,
			    struct call **oldp);

#endif
