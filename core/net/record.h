/**
 * @file core/net/record.h  Record: TURN messages out of a byte stream
 *
 *     conduit -> bytes -> [record] -> messages -> relay
 *
 * STUN messages and channel data follow each other without a frame of their
 * own, each padded to four bytes (RFC 8656 section 12.5).
 */
#ifndef CORE_NET_RECORD_H
#define CORE_NET_RECORD_H

#include "core/base/re.h"

enum {
	RECORD_MAX = 4096,  /**< Longest message [bytes], ours             */
	RECORD_ALIGN = 4,   /**< RFC 8656 section 12.5                     */
	RECORD_CHANNEL = 4, /**< Header of channel data, RFC 8656 s. 12.4  */
};

struct record;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int record_alloc(struct record **rp);

/** Bytes came. @return 0, ENOBUFS over RECORD_MAX unread, ENOMEM */
int record_put(struct record *r, const struct mbuf *mb);

/**
 * The next whole message.
 *
 * @param mbp  Set to a new mbuf with NETWORK_HEADROOM free bytes before it
 *
 * @return 0, ENOENT not yet whole, EBADMSG the stream makes no sense, ENOMEM
 */
int record_get(struct record *r, struct mbuf **mbp);

/** Forget unread bytes */
void record_reset(struct record *r);

#endif
