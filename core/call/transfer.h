/**
 * @file core/call/transfer.h  Transfer: what REFER and Replaces do to a call
 *
 *     transfers -> [transfer] -> referral: REFER, NOTIFY
 *     events of the invite -> [transfer] -> events; transfers: other calls
 *
 * RFC 5589. Three parts to play: who transfers (REFER of ours), who is
 * transferred (REFER of the peer's, and the call made for it), and whom the
 * peer wants instead (INVITE with Replaces). What concerns two calls is told
 * to transfers.h. A part of call.
 */
#ifndef CORE_CALL_TRANSFER_H
#define CORE_CALL_TRANSFER_H

#include "core/call/call_parts.h"

/**
 * Transfer the peer.
 *
 * @param to     Whom to; NULL with `other`
 * @param other  The call to whom, which the new one will replace; or NULL
 *
 * @return as referral_send()
 */
int transfer_send(struct call *c, const char *to, const struct call *other,
		  uint64_t now);

/** The user's word on a transfer that the peer wants. @return 0, EINVAL the
    peer wants none */
int transfer_consent(struct call *c, bool yes, uint64_t now);

/** Whether the peer waits for that word */
bool transfer_asked(const struct call *c);

/** An event of the invite: REFER, REFERRED, NOTIFIED */
void transfer_follow(struct call *c, const struct invite_event *ev,
		     uint64_t now);

/** A call that was made for a referrer is so far: told to transfers.h */
void transfer_tell(struct call *c, unsigned code, uint64_t now);

/** How far the call is that was made for the peer of this one */
void transfer_news(struct call *c, unsigned code, uint64_t now);

/** A call that was made for the peer, or none could be */
void transfer_made(struct call *c, unsigned id);

/** The media and the mood of a call that this one takes the place of */
void transfer_inherit(struct call *c, const struct call *old, uint64_t now);
struct calls_way transfer_way(const struct call *old);

/** This one is up: the one that it replaces may go */
void transfer_took(struct call *c, uint64_t now);

/** It is over: tell of what will not be known any more */
void transfer_over(struct call *c, unsigned code, uint64_t now);

/** Nothing waits yet; and free what waits */
void transfer_init(struct call *c);
void transfer_stop(struct call *c);

#endif
