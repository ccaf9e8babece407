/**
 * @file core/sip/referral.h  Referral: REFER within a call, either way
 *
 *     core/call -> referral_send() -> REFER       REFERRED, NOTIFIED
 *     REFER -> INVITE_EV_REFER -> core/call -> referral_accept() -> 202
 *     core/call -> referral_notify() -> NOTIFY    until a final code
 *
 * RFC 3515, and of the subscription that REFER makes without asking as much
 * of RFC 6665 as it needs. One each way at a time. It ends with the call, who
 * is owed a last NOTIFY gets it then. A part of invite.
 */
#ifndef CORE_SIP_REFERRAL_H
#define CORE_SIP_REFERRAL_H

#include "core/base/clock.h"
#include "core/sip/refer.h"

struct exchange;
struct invite;
struct server;

enum {
	REFERRAL_EXPIRES = 1800,     /**< Of our subscriptions [s], ours: longer
				      than any ringing                    */
	REFERRAL_EXPIRES_MAX = 3600, /**< Of theirs [s], ours             */
};

/** State, in struct invite */
struct referral {
	struct exchange *x; /**< Our REFER without a final response       */
	bool asks;	    /**< NOTIFYs may come                         */
	bool told;	    /**< ... and a final code came                */
	uint32_t id;	    /**< CSeq number of our REFER                 */
	uint64_t end;	    /**< When no more come [us]                   */

	struct server *server; /**< Their REFER without a reply           */
	struct refer *refer;   /**< What it wants, likewise               */
	bool serves;	       /**< They are owed NOTIFYs                 */
	uint32_t their_id;     /**< CSeq number of their REFER            */
	unsigned code;	       /**< Last told                             */
};

/**
 * Ask the peer to call somebody. REFERRED follows, after a 2xx NOTIFIED too.
 *
 * @param to        sip: or sips: URI
 * @param replaced  Our call with them, which that one is to replace; or NULL
 *
 * @return 0, ENOMEM, EINVAL not up, or not such a URI, EBUSY another one is
 *         under way, ENOTSUP the peer does not allow it or this account takes
 *         no NOTIFY, ENOTCONN
 */
int referral_send(struct invite *inv, const char *to,
		  const struct invite *replaced, uint64_t now);

/**
 * Whom to name in a REFER: the peer's GRUU, if it has one, else the address
 * it was called by, or came with (RFC 5589 section 7.3).
 *
 * @return Lives as long as the invite, and no re-INVITE comes
 */
const char *referral_target(const struct invite *inv);

/**
 * Inside INVITE_EV_REFER: accept. The NOTIFY of 100 Trying follows at once.
 *
 * @param rp  Set to what is wanted; a reference for the caller
 *
 * @return 0, EINVAL no REFER waits, or errno: it was refused
 */
int referral_accept(struct invite *inv, struct refer **rp, uint64_t now);

/** Likewise: refuse. Who does neither refuses with 603 */
void referral_refuse(struct invite *inv, unsigned code, uint64_t now);

/**
 * Tell how far it is; a final code is the last word. What was told before is
 * not told again, and without a subscription nothing.
 *
 * @param code  100 to 699
 */
void referral_notify(struct invite *inv, unsigned code, uint64_t now);

/* For the parts of invite only */

/** A REFER or NOTIFY came in the dialog. May free the invite */
void referral_recv(struct invite *inv, struct server *s,
		   const struct sip_msg *msg, uint64_t now);
void referral_recv_notify(struct invite *inv, struct server *s,
			  const struct sip_msg *msg, uint64_t now);

/** The call ends: who is owed a NOTIFY gets the last one */
void referral_end(struct invite *inv, uint64_t now);

/** Free what waits */
void referral_stop(struct invite *inv);

/** When to call referral_tick() [us] */
uint64_t referral_due(const struct invite *inv);
void referral_tick(struct invite *inv, uint64_t now);

#endif
