/**
 * @file core/call/cables.h  Cables: the transports of one session
 *
 *     session -> [cables] -> transport     one for all (BUNDLE, rtcp-mux)
 *                       '--> transport     the picture's, RTCP's, if they must
 *                                          be apart
 *
 * Our first offer asks for one transport for all, as browsers do, and has
 * nothing to say of others: to gather for sound, picture and the RTCP of both
 * in each call would cost four sockets, with as many questions to STUN and
 * TURN servers, for the few who do not bundle. Who does not takes the sound
 * out of such an offer (the picture is bundle-only, port 0), and shows by its
 * answer what it cannot do. Then what is missing is gathered, and one more
 * offer says it: cables_lack(). To an offer of such a peer the answer waits
 * until all is gathered.
 *
 * Those that came later never end a call: without the picture's there is no
 * picture, without RTCP's no reports.
 */
#ifndef CORE_CALL_CABLES_H
#define CORE_CALL_CABLES_H

#include "core/net/transport.h"
#include "core/sip/offer.h"

enum {
	CABLES_LINES = 2, /**< Sound and picture               */
	CABLES_ALL = 4,	  /**< Each with RTCP of its own       */
	CABLES_NONE = -1,
};

/** Which media a line carries, or-ed */
enum cables_media {
	CABLES_SOUND = 1,
	CABLES_PICTURE = 2,
};

struct cables;

/** As those of a transport; each may free the owner, but for wake */
struct cables_handlers {
	void (*ready)(uint64_t now, void *arg); /**< All is gathered */
	/** These media may be sent from now on; or no longer: what carried
	    them has failed, which is not the end of the call */
	void (*open)(unsigned media, bool open, uint64_t now, void *arg);
	void (*packet)(unsigned media, struct mbuf *mb, uint64_t now,
		       void *arg);
	void (*report)(unsigned media, struct mbuf *mb, uint64_t now,
		       void *arg);
	transport_down_h *down; /**< The first one's: it is over */
	transport_wake_h *wake;
};

/** One of them */
struct cable {
	struct cables *cs;
	struct transport *t;
	unsigned line;
	bool report; /**< For RTCP only                          */
	bool begun;  /**< Gathering                              */
	bool ready;  /**< Gathered                               */
};

/** All; embed it, zeroed. The first is the first line's for RTP */
struct cables {
	struct cable v[CABLES_ALL];
	int seatv[CABLES_LINES]; /**< Line of each medium, or CABLES_NONE  */
	bool gathering;		 /**< cables_gather() was called            */
	bool told;		 /**< ready, for what there is now          */
	bool settled;		 /**< The first exchange is done            */
	struct transport_params prm;
	const struct cables_handlers *h;
	void *arg;
};

/**
 * Make the first one.
 *
 * @param prm  Copied; what it points to outlives this
 *
 * @return as transport_alloc()
 */
int cables_init(struct cables *cs, const struct transport_params *prm,
		const struct cables_handlers *h, void *arg, uint64_t now);

/** Free all */
void cables_free(struct cables *cs);

/** Say goodbye on all */
void cables_close(struct cables *cs, uint64_t now);

/** Gather; the ready handler follows, maybe before this returns.
    @return as transport_gather() */
int cables_gather(struct cables *cs, uint64_t now);

/** Whether all that there are have gathered */
bool cables_ready(const struct cables *cs);

/** ICE of all anew. @return as transport_restart() */
int cables_restart(struct cables *cs, uint64_t now);

/** Whether that is needed, the network having changed */
bool cables_stranded(const struct cables *cs);

/**
 * Make what the peer's offer, or our next one, needs and is not there; it
 * gathers, if cables_gather() was called.
 *
 * @return 0 or errno of a transport
 */
int cables_prepare(struct cables *cs, const struct offer *o, uint64_t now);

/**
 * Leave the picture out of our answer, if what would carry it is not gathered
 * yet. It is to be enabled and
 * offered after it. @return whether it had to be
 */
bool cables_leave_out(const struct cables *cs, struct offer *o);

/**
 * After the answer to our offer: whether the peer can do more than it took,
 * and is to be offered it again, after cables_prepare().
 */
bool cables_lack(struct cables *cs, struct offer *o);

/** Put our ends into the offer object. @return 0 or errno */
int cables_describe(const struct cables *cs, struct offer *o);

/**
 * Hand the peer's ends over, which begins to connect; what is not needed any
 * more is closed.
 *
 * @return 0, ENOENT no active medium, or errno of transport_set_remote()
 */
int cables_connect(struct cables *cs, const struct offer *o, uint64_t now);

/** All begins anew with another fork: only the first one stays */
void cables_forget(struct cables *cs);

/** Send RTP or RTCP. @return as transport_send_packet() */
int cables_send(struct cables *cs, enum offer_type type, struct mbuf *mb);

/** Which media may be sent now: enum cables_media, or-ed */
unsigned cables_up(const struct cables *cs);

uint64_t cables_due(const struct cables *cs);
void cables_tick(struct cables *cs, uint64_t now);

/** Print all, for %H */
int cables_print(struct re_printf *pf, const struct cables *cs);

#endif
