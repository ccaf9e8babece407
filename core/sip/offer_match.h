/**
 * @file core/sip/offer_match.h  What of the peer's description we can do
 *
 *     struct description + our media -> [offer_match] -> struct offer_media
 */
#ifndef CORE_SIP_OFFER_MATCH_H
#define CORE_SIP_OFFER_MATCH_H

#include "core/sip/offer_layout.h"

/**
 * Match all m-lines of a layout with those of a description, of which there
 * are as many. Sets each slot's media, and l->remote.
 *
 * @param before  What was agreed on before, to tell what is new
 * @param answer  Whether it answers our offer, else it is an offer
 *
 * @return 0, ENOMEM
 */
int offer_match(struct layout *l, struct description *remote,
		const struct layout *before, bool answer,
		const struct layout_medium *mediumv);

/** Whether it is the format of what is repeated (RFC 4588) */
bool offer_is_rtx(const struct offer_codec *c);

/** Swap sending and receiving */
enum sdp_dir offer_reverse(enum sdp_dir dir);

#endif
