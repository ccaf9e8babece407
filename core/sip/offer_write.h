/**
 * @file core/sip/offer_write.h  Our offer or answer, from the m-lines
 *
 *     struct layout + our media -> [offer_write] -> struct description
 */
#ifndef CORE_SIP_OFFER_WRITE_H
#define CORE_SIP_OFFER_WRITE_H

#include "core/sip/offer_layout.h"

/**
 * Write an offer into an empty description. Gives mids, payload types and
 * header extension ids to slots that have none yet.
 *
 * @return 0, EINVAL no m-line to offer, or one without a transport, ENOMEM
 */
int offer_write_offer(struct description *d, struct layout *l,
		      const struct layout_medium *mediumv);

/**
 * Write the answer to l->remote, which has been matched.
 *
 * @return 0, EINVAL an accepted m-line has no transport, ENOMEM
 */
int offer_write_answer(struct description *d, const struct layout *l,
		       const struct layout_medium *mediumv);

/** Name of a type of medium, as on the m= line */
const char *offer_type_name(enum offer_type type);

#endif
