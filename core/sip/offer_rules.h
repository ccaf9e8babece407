/**
 * @file core/sip/offer_rules.h  The rules on m-lines: number, order, type
 *
 *     struct description -> [offer_rules] -> offer: take it, or why not
 *
 * RFC 3264 sections 6 and 8, RFC 8829 section 5.
 */
#ifndef CORE_SIP_OFFER_RULES_H
#define CORE_SIP_OFFER_RULES_H

#include "core/sip/offer_layout.h"

/** Why something failed, one clear sentence */
struct offer_reason {
	char text[OFFER_WHY];
};

/** Set the reason (re_printf). @return err */
int offer_fail(struct offer_reason *why, int err, const char *fmt, ...);

/** The answer has the offer's m-lines, one to one. @return 0, EPROTO */
int offer_rules_answer(const struct layout *l, const struct description *d,
		       struct offer_reason *why);

/**
 * After the match of an answer: what we offered is had or was refused, and
 * something is left.
 *
 * @return 0, EPROTO, ENOTSUP
 */
int offer_rules_agreed(const struct layout *l,
		       const struct layout_medium *mediumv,
		       struct offer_reason *why);

/**
 * Give each m-line of the peer's offer a slot: the one it had, or a new one;
 * and find those that are our media.
 *
 * @return 0, EPROTO, ENOMEM
 */
int offer_rules_take(struct layout *l, const struct description *d,
		     const struct layout_medium *mediumv,
		     struct offer_reason *why);

/**
 * After the match of an offer: something is left of it.
 *
 * @param again  Not the first of the dialog: the peer may stop everything
 *
 * @return 0, ENOTSUP
 */
int offer_rules_offer(const struct layout *l, bool again,
		      struct offer_reason *why);

#endif
