/**
 * @file core/sip/replaces.h  Replaces: which call another one is to replace
 *
 *     INVITE -> [replaces] -> Call-ID and tags -> dialog_is()
 *     Refer-To -> [replaces] <- refer
 *
 * RFC 3891.
 */
#ifndef CORE_SIP_REPLACES_H
#define CORE_SIP_REPLACES_H

#include "core/base/re.h"

struct invite;

enum {
	REPLACES_MAX = 1024, /**< [bytes], ours */
};

/** A value of the header, pointing into it */
struct replaces {
	struct pl callid;
	struct pl to_tag;   /**< Tag of who gets the header              */
	struct pl from_tag; /**< Tag of the other end                    */
	bool early_only;    /**< Only a call that is not answered yet    */
};

/** What it means for one call (RFC 3891 section 3) */
enum replaces_match {
	REPLACES_OTHER,	 /**< It names another call            */
	REPLACES_CALLED, /**< That call came in, and rings     */
	REPLACES_CALLS,	 /**< We call, and it rings there      */
	REPLACES_UP,	 /**< It is answered                   */
	REPLACES_ENDING, /**< It ends                          */
};

/** Decode. @return 0, EBADMSG */
int replaces_decode(struct replaces *r, const struct pl *val);

/**
 * Get that of an INVITE.
 *
 * @return 0, ENOENT there is none, EBADMSG it is of no use, or contradicted
 *         by a Join (RFC 3911): answer 400
 */
int replaces_get(struct replaces *r, const struct sip_msg *msg);

/** Whether it names a call that ended lately, over the same account as this
    one, which is not closed */
bool replaces_past(const struct replaces *r, const struct invite *inv);

/** Whether it is this call that it names */
enum replaces_match replaces_match(const struct replaces *r,
				   const struct invite *inv);

#endif
