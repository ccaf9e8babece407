/**
 * @file core/net/query.h  Query: STUN messages, RFC 8489
 *
 *     datagram -> [query] -> gather, relay, agent
 *     gather, relay, agent -> [query] -> retransmissions
 *
 * Decides whether a datagram is a sound STUN message before memory is spent
 * on it, and keeps the time of a request. libre encodes and decodes the
 * attributes.
 */
#ifndef CORE_NET_QUERY_H
#define CORE_NET_QUERY_H

#include "core/base/clock.h"

enum {
	QUERY_ATTRIBUTES = 32, /**< In one message; more are refused, ours  */
	QUERY_SENDS = 7,       /**< Rc of RFC 8489 section 6.2.1            */
	QUERY_LAST = 16,       /**< Rm of RFC 8489 section 6.2.1            */
	QUERY_RTO = 200 * CLOCK_MS, /**< First retransmission [us]. RFC 8489
				says 500 ms for an unknown path; set-up
				time under loss is why it is less, and the
				check list's RTO grows with its length     */
};

/** A request that is under way; zeroed means none */
struct query {
	uint8_t tid[STUN_TID_SIZE];
	struct mbuf *mb; /**< The request, NULL when there is none    */
	uint64_t start;	 /**< First sent [us]                         */
	uint64_t due;	 /**< Next step [us]                          */
	uint64_t rto;	 /**< [us]                                    */
	unsigned sends;	 /**< So far                                  */
	unsigned max;	 /**< In all                                  */
};

/** What to do now */
enum query_step {
	QUERY_WAIT,    /**< Nothing, or no request is under way */
	QUERY_SEND,    /**< Send q->mb                          */
	QUERY_EXPIRED, /**< No answer came; the query is over   */
};

/**
 * Whether a datagram is STUN: first octet 0..3 (RFC 7983), the magic cookie,
 * a length that is that of the datagram.
 */
bool query_is_stun(const struct mbuf *mb);

/**
 * Decode a message, after checking: attributes fit exactly and are not too
 * many, nothing but FINGERPRINT follows MESSAGE-INTEGRITY, FINGERPRINT is
 * last and, when present, right.
 *
 * @param msgp  Set to the message; free it with mem_deref()
 * @param ua    Set to the comprehension-required ones nobody knows
 *
 * @return 0, EBADMSG, ENOMEM
 */
int query_decode(struct stun_msg **msgp, struct stun_unknown_attr *ua,
		 struct mbuf *mb);

/** Make a new transaction id */
void query_set_tid(struct query *q);

/**
 * Begin; the first query_step() then says QUERY_SEND.
 *
 * @param mb   The request, from mb->pos on; its reference moves here
 * @param rto  First retransmission after [us]; it doubles
 * @param max  Transmissions in all; 1 with a stream, and then rto times
 *             QUERY_LAST is how long an answer is awaited
 */
void query_start(struct query *q, struct mbuf *mb, uint64_t rto, unsigned max,
		 uint64_t now);

/** No more steps; the transaction id stays */
void query_stop(struct query *q);

/** Whether an answer is awaited */
bool query_active(const struct query *q);

/** Whether the message answers this query. Its integrity is not judged */
bool query_matches(const struct query *q, const struct stun_msg *msg);

/** What is due */
enum query_step query_step(struct query *q, uint64_t now);

/** When query_step() has something to do [us]; CLOCK_NEVER when never */
uint64_t query_due(const struct query *q);

#endif
