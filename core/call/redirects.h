/**
 * @file core/call/redirects.h  Redirects: a call of ours that is sent elsewhere
 *
 *     3xx -> invite -> [redirects] -> events, INVITE to the new place
 *     command xfer -> transfers -> [redirects]
 *
 * Where it goes is not ours to choose, and may cost: [call] redirect says
 * whether it is followed, and can have the user asked of each place.
 */
#ifndef CORE_CALL_REDIRECTS_H
#define CORE_CALL_REDIRECTS_H

#include "core/call/call_parts.h"

/** As configured */
enum redirect_policy redirects_policy(const struct config *cfg);

/** INVITE_EV_REDIRECT: the user is asked, REDIRECTED: it is followed. Told,
    and kept for the list of calls */
void redirects_follow(struct call *c, const struct invite_event *ev);

/** What the user says. @return 0, EINVAL nothing was asked */
int redirects_consent(struct call *c, bool yes, uint64_t now);

#endif
