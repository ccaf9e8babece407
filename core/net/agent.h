/**
 * @file core/net/agent.h  Agent: ICE, RFC 8445, one component
 *
 *     network -> [agent] -> transport (DTLS, SRTP)
 *     SDP ufrag, pwd, candidates <-> [agent]
 *
 * A full agent for one BUNDLE transport. Opens its sockets through struct
 * network, finds its candidates, checks pairs, selects one, and keeps
 * consent (RFC 7675). No trickle. STUN and TURN stay inside; everything
 * else that arrives from a validated address comes out of recvh.
 *
 * Holds no clock and no timer: the owner arms a timer for agent_due()
 * whenever wakeh is called, and calls agent_tick() then.
 *
 * Every handler may free the agent with mem_deref().
 */
#ifndef CORE_NET_AGENT_H
#define CORE_NET_AGENT_H

#include "core/net/candidate.h"
#include "core/net/network.h"
#include "core/net/icehost.h"

enum {
	AGENT_UFRAG_MAX = 256, /**< The peer's, RFC 8839 section 5.4 */
	AGENT_PWD_MAX = 256,   /**< The peer's, RFC 8839 section 5.4 */
};

struct agent;

enum agent_role {
	AGENT_CONTROLLING, /**< The offerer                         */
	AGENT_CONTROLLED,  /**< The answerer, RFC 8445 section 6.1.1 */
};

enum agent_policy {
	AGENT_ALL,   /**< Every candidate                                  */
	AGENT_RELAY, /**< Relayed only: no address of ours is told         */
};

enum agent_state {
	AGENT_NEW,	 /**< Nothing yet                                  */
	AGENT_GATHERING, /**< Servers are being asked                      */
	AGENT_READY,	 /**< Gathered; the peer's description is awaited  */
	AGENT_CHECKING,	 /**< No valid pair yet                            */
	AGENT_CONNECTED, /**< A valid pair: agent_send() works             */
	AGENT_SELECTED,	 /**< Nominated: agent_send_media() works          */
	AGENT_FAILED,	 /**< No pair works. Final until agent_restart()   */
	AGENT_LOST,	 /**< Consent expired: nothing is sent any more. Final
			 until agent_restart()                             */
};

/** The state changed. Never called from agent_alloc() */
typedef void(agent_state_h)(enum agent_state state, uint64_t now, void *arg);

/**
 * Something that is neither STUN nor TURN arrived from an address whose
 * checks passed: DTLS or SRTP. May come before the peer's description is
 * set (the answerer's DTLS is faster than its 200 OK): the sender then has
 * proved to know our password.
 *
 * @param mb  From mb->pos on, at least 1 byte, NETWORK_HEADROOM before it;
 *            keep it with mem_ref()
 */
typedef void(agent_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/** agent_due() may have changed: arm the timer again */
typedef void(agent_wake_h)(void *arg);

/** How to make an agent */
struct agent_params {
	const struct network *network; /**< Lives longer than the agent    */
	enum agent_role role;
	enum agent_policy policy;
	bool loopback; /**< Use loopback addresses, ours and the peer's    */
	bool fixed;    /**< Without ICE: no address but that of the SDP    */
	const struct icehost *serverv; /**< Copied; those without an address
					   are left out                    */
	size_t serverc;		       /**< Up to ICEHOST_MAX                */
	agent_state_h *stateh;
	agent_recv_h *recvh;
	agent_wake_h *wakeh;
	void *arg; /**< For all handlers                                   */
};

/** The pair in use, for `stats` */
struct agent_selected {
	enum candidate_type local_type, remote_type;
	struct sa local, remote; /**< Relayed address when local is relay  */
	uint64_t rtt;		 /**< Of the last check [us], 0 unknown    */
};

/**
 * Allocate an agent: makes ufrag and pwd, opens nothing yet.
 *
 * @return 0, ENOMEM, EINVAL too many servers
 */
int agent_alloc(struct agent **ap, const struct agent_params *params);

/**
 * Open sockets and gather. Without servers it is complete on return, and
 * stateh(AGENT_READY) has been called before it returns; else at the
 * latest GATHER_RELAY (2 s) later. May be called before or after
 * agent_set_remote().
 *
 * @return 0, EADDRNOTAVAIL no local address, or errno of the network
 */
int agent_gather(struct agent *a, uint64_t now);

/** Whether gathering is complete: candidates are final */
bool agent_gathered(const struct agent *a);

/** Our user fragment, valid until agent_restart() */
const char *agent_ufrag(const struct agent *a);

/** Our password, valid until agent_restart(). Never log it */
const char *agent_pwd(const struct agent *a);

/** Our candidates for SDP, the best first; valid until the next call */
const struct candidate *agent_candidates(const struct agent *a, size_t *countp);

/** The default address for c= and m=, RFC 8445 section 5.1.4; unset if none */
void agent_default(const struct agent *a, struct sa *addr);

/**
 * Set the peer's description and start checks: the first one leaves before
 * this returns, if both sides' candidates are known. Calling it again with
 * the same ufrag and pwd adds candidates; others need agent_restart() first.
 *
 * @param ufrag  4..256 characters, RFC 8839 section 5.4
 * @param pwd    4..256 characters: 22 by RFC 8839, yet some peers send 21
 * @param lite   a=ice-lite was present: we then become controlling
 * @param cv     Candidates; those that are not allowed are skipped, those
 *               after CANDIDATE_MAX too. May be empty
 *
 * @return 0, EINVAL ufrag or pwd, EALREADY another ufrag is set, ENOMEM
 */
int agent_set_remote(struct agent *a, const char *ufrag, const char *pwd,
		     bool lite, const struct candidate *cv, size_t count,
		     uint64_t now);

/**
 * The peer does no ICE: its SDP has an address, which is selected before this
 * returns, or once gathered; agent_default() then is the address of ours that
 * is used for it. Ends what checks there were. Again: another address.
 *
 * @param addr  Of c= and m=; unset, or one that is not allowed: that of
 *              before, or nothing is sent
 * @param strict  Its RTP is bare: no other address is heard
 */
void agent_set_plain(struct agent *a, const struct sa *addr, bool strict,
		     uint64_t now);

/**
 * What recvh is called with is authentic: if the peer does no ICE, send to
 * where it came from. Outside of recvh it says so of the handshake only.
 */
void agent_latch(struct agent *a, uint64_t now);

/**
 * New ufrag and pwd, RFC 8445 section 9; addresses are looked up again and
 * gathering runs again. The pair in use goes on carrying media until a new
 * one is selected.
 *
 * The restart of a call whose own pair has died fails like a first attempt
 * when no description of the peer comes in time.
 *
 * @param role  Role in the new negotiation: the offerer controls
 *
 * @return as agent_gather()
 */
int agent_restart(struct agent *a, enum agent_role role, uint64_t now);

/**
 * Whether, the network having changed, agent_restart() is needed and of use:
 * the address in use is gone, and another one is there.
 */
bool agent_stranded(const struct agent *a);

/**
 * Send DTLS: to the selected pair, or before that to the best valid one.
 *
 * @param mb  From mb->pos on; NETWORK_HEADROOM bytes before it may be
 *            overwritten, position and end are kept
 *
 * @return 0, ENOTCONN no valid pair or consent is gone, or errno of the
 *         network
 */
int agent_send(struct agent *a, struct mbuf *mb);

/** Send SRTP: as agent_send(), but to the nominated pair only */
int agent_send_media(struct agent *a, struct mbuf *mb);

/** The state */
enum agent_state agent_state(const struct agent *a);

/** "new", "gathering" ... */
const char *agent_state_name(enum agent_state state);

/** The pair in use. @return 0, ENOENT none */
int agent_selected(const struct agent *a, struct agent_selected *sel);

/** When to call agent_tick() next [us]; CLOCK_NEVER when not */
uint64_t agent_due(const struct agent *a);

/** Do what is due: checks, retransmissions, consent, time-outs */
void agent_tick(struct agent *a, uint64_t now);

/** Print state, pair and counters, for %H */
int agent_print(struct re_printf *pf, const struct agent *a);

#endif
