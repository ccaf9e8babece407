/**
 * @file tests/unit/support/talk.h  A call of ours that is up, with a peer
 *
 *     test -> talk_up() -> [talk] -> peer
 */
#ifndef TESTS_UNIT_SUPPORT_TALK_H
#define TESTS_UNIT_SUPPORT_TALK_H

#include "tests/unit/support/peer.h"

/** Alice, who may transfer and be transferred */
extern const struct ua_params talk_account;

/** She has called bob, who answered; h records events, as peer_on_invite() */
void talk_up(struct peer *p, invite_h *h);

/** The same of another account, the peer adding its Contact line and others */
void talk_up_as(struct peer *p, const struct ua_params *who, invite_h *h,
		const char *lines);

/** The peer hangs up, and all is freed */
void talk_down(struct peer *p);

#endif
