/**
 * @file core/net/candidate.h  Candidate: an address to be tried, RFC 8839
 *
 *     SDP a=candidate -> [candidate] -> agent -> [candidate] -> SDP
 *
 * Parsing, printing, priorities, foundations, and which addresses of a
 * stranger are never tried. Holds no state. One component only: RTP and
 * RTCP share it (RFC 8834 section 4.5).
 */
#ifndef CORE_NET_CANDIDATE_H
#define CORE_NET_CANDIDATE_H

#include "core/base/re.h"

enum {
	CANDIDATE_MAX = 100,	   /**< In one description, SECURITY     */
	CANDIDATE_FOUNDATION = 32, /**< RFC 8839 section 5.1 [bytes]     */
	CANDIDATE_LINE = 512,	   /**< A longer line is refused, ours   */
	CANDIDATE_COMPONENT = 1,   /**< RTP, RFC 8839 section 5.1        */
};

/** Kind of candidate, the most direct first: RFC 8445 section 5.1.1 */
enum candidate_type {
	CANDIDATE_HOST,
	CANDIDATE_PRFLX, /**< Found by a check       */
	CANDIDATE_SRFLX, /**< Seen by a STUN server  */
	CANDIDATE_RELAY, /**< At a TURN server       */
};

/** A candidate */
struct candidate {
	enum candidate_type type;
	char foundation[CANDIDATE_FOUNDATION + 1];
	uint32_t priority;
	struct sa addr; /**< Where it is reached                        */
	struct sa rel;	/**< Its base or mapped address; unset for host */
};

/** What a stranger's address may be */
struct candidate_filter {
	bool loopback;	 /**< Loopback is allowed: the simulated board    */
	bool no_private; /**< Private ranges are refused (RFC 1918, 4193) */
};

/**
 * Parse the value of a=candidate, with or without `candidate:` before it.
 * The address is not judged: see candidate_allowed().
 *
 * @return 0; EBADMSG malformed; ENOTSUP well-formed but not for us: TCP, a
 *         name (mDNS), component 2, an unknown type
 */
int candidate_parse(struct candidate *c, const struct pl *pl);

/** Print as the value of a=candidate, without `candidate:`, for %H */
int candidate_print(struct re_printf *pf, const struct candidate *c);

/** "host", "prflx", "srflx", "relay" */
const char *candidate_type_name(enum candidate_type type);

/**
 * Whether a check may be sent to this address. Refused are: port 0,
 * unspecified, multicast, broadcast, 0/8, class E, the metadata service
 * 169.254.169.254, link-local IPv6, IPv4 in IPv6 (mapped, compatible), and
 * translated or tunnelled forms (64:ff9b::/96, 2002::/16) of a refused
 * IPv4 address; loopback and private ranges as the filter says.
 */
bool candidate_allowed(const struct sa *addr,
		       const struct candidate_filter *filter);

/** Whether the address is loopback, in any spelling of it */
bool candidate_is_loopback(const struct sa *addr);

/**
 * Priority of RFC 8445 section 5.1.2.1.
 *
 * @param local  Preference among candidates of the type, 0..65535
 */
uint32_t candidate_priority(enum candidate_type type, uint16_t local);

/**
 * Priority of a pair, RFC 8445 section 6.1.2.3.
 *
 * @param controlling  Priority of the controlling side's candidate
 * @param controlled   Priority of the controlled side's candidate
 */
uint64_t candidate_pair_priority(uint32_t controlling, uint32_t controlled);

/**
 * Set the foundation: equal for equal type, base and server address, RFC
 * 8445 section 5.1.1.3.
 *
 * @param base    Base of the candidate
 * @param server  STUN or TURN server, NULL when none
 */
void candidate_set_foundation(struct candidate *c, const struct sa *base,
			      const struct sa *server);

/**
 * The default address for c= and m=, RFC 8445 section 5.1.4: what is most
 * likely to work, relayed before mapped before host, IPv4 before IPv6.
 *
 * @param addr  Set to it, unset when there is none
 */
void candidate_default(const struct candidate *cv, size_t count,
		       struct sa *addr);

#endif
