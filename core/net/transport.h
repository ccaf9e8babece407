/**
 * @file core/net/transport.h  Transport: one encrypted channel to the peer
 *
 *     OUT  packet, report -> [transport: protect -> agent] -> UDP
 *     IN   UDP -> [transport: agent -> demux -> protect] -> packet, report
 *                                           -> keying -> keys -> protect
 *
 * Joins what one BUNDLE group needs: ICE (agent), DTLS (keying) and SRTP
 * (protect), and sorts what arrives by its first octet (RFC 7983). Media
 * leave for the pair that ICE selected and nowhere else, and only once the
 * peer's fingerprint matched; bytes from elsewhere are counted and dropped.
 * A peer that does no ICE is sent to where its SDP says, or where authentic
 * packets come from: see plain.h.
 *
 * The life of one:
 *
 *     transport_alloc, transport_gather -> gathered handler
 *     transport_local  -> into our SDP
 *     transport_set_remote  <- from the peer's SDP  -> up handler
 *     transport_send_packet, transport_send_report  <-> their handlers
 *     transport_close, mem_deref
 */
#ifndef CORE_NET_TRANSPORT_H
#define CORE_NET_TRANSPORT_H

#include "core/base/clock.h"
#include "core/net/agent.h"
#include "core/net/identity.h"
#include "core/net/network.h"
#include "core/net/protect.h"

enum {
	/** Free bytes before mb->pos, for the relay's headers */
	TRANSPORT_HEADROOM = NETWORK_HEADROOM,
};

/** a=setup (RFC 8842 section 5) */
enum transport_setup {
	TRANSPORT_ACTPASS, /**< In an offer: the answerer chooses */
	TRANSPORT_ACTIVE,  /**< DTLS client                       */
	TRANSPORT_PASSIVE, /**< DTLS server                       */
};

/** Where the keys of SRTP come from */
enum transport_keying {
	TRANSPORT_DTLS, /**< A handshake, whose certificate the SDP names */
	TRANSPORT_SDES, /**< The SDP itself                               */
	TRANSPORT_BARE, /**< Nowhere: RTP is not encrypted                */
};

/** What our SDP says; strings live as long as the transport */
struct transport_local {
	const char *ufrag, *pwd;
	const struct fingerprint *fingerprint;
	enum transport_setup setup;
	const struct sdes *keyv; /**< One a suite by its number, tags from 1;
				      NULL unless asked for           */
};

/** What the peer's SDP says; all is copied */
struct transport_remote {
	const char *ufrag, *pwd; /**< Empty: it does no ICE           */
	struct sa address;	 /**< Of c= and m=, for a peer without ICE  */
	const char *const *candidatev; /**< Values of a=candidate     */
	size_t candidatec;
	const char *const *fingerprintv; /**< Values of a=fingerprint */
	size_t fingerprintc;
	enum transport_setup setup;
	bool lite; /**< a=ice-lite */
	enum transport_keying keying;
	const struct sdes *rx; /**< The peer's key, for TRANSPORT_SDES  */
	const struct sdes *tx; /**< Ours; NULL: of those of transport_local() */
};

/** Candidates are all there, or as many as there will be */
typedef void(transport_gathered_h)(uint64_t now, void *arg);

/** The encrypted channel is open, and the peer is who its SDP says */
typedef void(transport_up_h)(uint64_t now, void *arg);

/** transport_due() may have changed: arm the timer again */
typedef void(transport_wake_h)(void *arg);

/** An authentic RTP packet or RTCP compound, from mb->pos to mb->end */
typedef void(transport_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * It is over, once: no further handler is called.
 *
 * @param err     0 the peer closed, EACCES wrong fingerprint, ETIMEDOUT no
 *                connection or consent lost, or another errno
 * @param reason  Text for log and event, for the call
 */
typedef void(transport_down_h)(int err, const char *reason, uint64_t now,
			       void *arg);

/** All are needed; each may free the transport, but for wake */
struct transport_handlers {
	transport_gathered_h *gathered;
	transport_up_h *up;
	transport_recv_h *packet; /**< RTP  */
	transport_recv_h *report; /**< RTCP */
	transport_down_h *down;
	transport_wake_h *wake;
};

struct transport_params {
	const struct network *network; /**< NULL: the kernel's          */
	struct identity *identity;     /**< A reference is kept          */
	const struct icehost *serverv; /**< STUN, TURN; copied          */
	size_t serverc;
	bool offerer;	/**< We make the offer: controlling, actpass     */
	bool relayonly; /**< policy=relay                                */
	bool loopback;	/**< Loopback candidates too                     */
	bool keys;	/**< Make keys for TRANSPORT_SDES                */
	bool fixed;	/**< Without ICE: send to the SDP's address only */
};

struct transport;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM, or a socket's errno */
int transport_alloc(struct transport **tp, const struct transport_params *prm,
		    const struct transport_handlers *h, void *arg,
		    uint64_t now);

/**
 * Open sockets and gather. The gathered handler is called within 2 s, and
 * before this returns if there is no server to ask.
 *
 * @return 0, EADDRNOTAVAIL no local address, or a socket's errno
 */
int transport_gather(struct transport *t, uint64_t now);

/**
 * For our SDP; complete once gathered. Later offers of ours say actpass
 * again, whatever `setup` is then (RFC 8842 section 5.5).
 */
const struct transport_local *transport_local(const struct transport *t);

/** Our candidates for a=candidate, the best first (candidate_print()) */
const struct candidate *transport_candidates(const struct transport *t,
					     size_t *countp);

/** The address for c= and m=; unset when there is none */
void transport_default(const struct transport *t, struct sa *addr);

/**
 * Take the peer's SDP; checks and handshake go ahead. The answerer calls it
 * with the offer before it makes its answer, whose setup is then decided
 * (active, unless the offer is active itself).
 *
 * With keys of the SDP, or none, there is no handshake. How keys come must
 * not change later.
 *
 * Called again: other fingerprints or ufrag mean a new handshake or an ICE
 * restart; the same again changes nothing.
 *
 * @return 0, EACCES no usable fingerprint, EINVAL ufrag or pwd, ENOMEM, or as
 *         transport_gather() when the peer restarts ICE
 */
int transport_set_remote(struct transport *t,
			 const struct transport_remote *remote, uint64_t now);

/**
 * Encrypt and send an RTP packet, in place, from mb->pos. It needs
 * TRANSPORT_HEADROOM bytes before and PROTECT_TAILROOM behind.
 *
 * @return 0, ENOTCONN not up (the packet must be dropped), or errno
 */
int transport_send_packet(struct transport *t, struct mbuf *mb);

/** The same for an RTCP compound */
int transport_send_report(struct transport *t, struct mbuf *mb);

/**
 * Make another ufrag and password for an offer of ours that restarts ICE;
 * the gathered handler follows as after transport_gather(). Media go on
 * over the old pair. DTLS is not touched.
 *
 * @return as transport_gather()
 */
int transport_restart(struct transport *t, uint64_t now);

/** Whether transport_restart() is needed, the network having changed */
bool transport_stranded(const struct transport *t);

/** Say goodbye (close_notify) and close the sockets. No handler follows;
    only mem_deref() and transport_print() may follow */
void transport_close(struct transport *t, uint64_t now);

/** Whether media may be sent now */
bool transport_is_up(const struct transport *t);

/** When transport_tick() is to be called [us]; CLOCK_NEVER for never */
uint64_t transport_due(const struct transport *t);

/** Let timers fire. May free the transport through a handler */
void transport_tick(struct transport *t, uint64_t now);

/** Print pair, cipher, counters on a few lines, for %H; no secret */
int transport_print(struct re_printf *pf, const struct transport *t);

#endif
