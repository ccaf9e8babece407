/**
 * @file core/sip/offer_keying.h  Where the keys of an m-line come from
 *
 *     m= and a=fingerprint, a=crypto of the peer -> [offer_keying] -> offer
 *     offer -> [offer_keying] -> m= and a=crypto of ours
 *
 * Inside of offer_match.c and offer_write.c only. DTLS, unless the peer has
 * none and `[call] insecure_media` takes less, or our own offer wants less.
 * Keys beside a protocol without encryption are taken (RFC 8643).
 * An answer gives what was asked for, and a call keeps what it began with:
 * nobody on the way can have it weakened.
 */
#ifndef CORE_SIP_OFFER_KEYING_H
#define CORE_SIP_OFFER_KEYING_H

#include "core/sip/offer_layout.h"

/**
 * Choose for an m-line: sets its keying and keys.
 *
 * @param m       Of the peer, that carries it
 * @param before  What the transport had, or NULL
 *
 * @return "", or why it cannot be had; a static text
 */
const char *offer_keying_match(struct layout *l, unsigned i,
			       const struct description_media *m, bool answer,
			       const struct offer_media *before);

/** The protocol of an m-line that we offer, in this slot */
const char *offer_keying_proto(const struct layout *l,
			       const struct layout_slot *s);

/** Write the a=crypto lines of a slot: all suites, or, once one was agreed on,
    that. @return 0, ENOMEM, EINVAL there are no keys */
int offer_keying_write_offer(struct description *d, struct description_media *m,
			     const struct layout_slot *s);

/** The same in an answer: the one that was chosen */
int offer_keying_write_answer(struct description *d,
			      struct description_media *m,
			      const struct offer_media *r);

#endif
