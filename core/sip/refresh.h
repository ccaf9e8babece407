/**
 * @file core/sip/refresh.h  Refresh: how long a session lives unrefreshed
 *
 *     INVITE, UPDATE and their 2xx -> [refresh] -> Session-Expires, Min-SE
 *     time -> [refresh] -> a refresh is due, or the session is over
 *
 * RFC 4028, either side as refresher. Holds no clock and sends nothing: a
 * peer that vanished without a BYE shows by its silence.
 */
#ifndef CORE_SIP_REFRESH_H
#define CORE_SIP_REFRESH_H

#include "core/base/clock.h"

enum {
	REFRESH_MIN = 90,    /**< Least interval [s], RFC 4028 section 4    */
	REFRESH_MAX = 86400, /**< Most that is believed [s], ours           */
	REFRESH_MARGIN = 32, /**< A BYE comes so much before the end, or a
				   third of it [s], RFC 4028 section 10      */
	REFRESH_TOO_SMALL = 422, /**< RFC 4028 section 6                     */
};

/** Of one session; embed it */
struct refresh {
	uint32_t wanted;   /**< By us [s], 0: only if the peer wants it      */
	uint32_t least;	   /**< What a 422 asked for [s], 0: none yet        */
	uint32_t interval; /**< Agreed [s], 0: the session has no end        */
	bool ours;	   /**< We refresh, else the peer                    */
	uint64_t due;	   /**< When we refresh [us], or CLOCK_NEVER         */
	uint64_t end;	   /**< When the session is over [us], or CLOCK_NEVER */
};

void refresh_init(struct refresh *r, uint32_t wanted);

/** Add the lines of a request: INVITE, UPDATE. @return 0 or of header_add() */
int refresh_add_request(const struct refresh *r, struct mbuf *headers);

/** Add those of our 2xx to a request. @return 0 or errno of header_add() */
int refresh_add_reply(const struct refresh *r, struct mbuf *headers);

/** Whether a request asks for less than we grant: it gets 422 */
bool refresh_too_small(const struct sip_msg *req);

/** Add the line of a 422. @return 0 or errno of header_add() */
int refresh_add_refusal(struct mbuf *headers);

/** We accept a request: agree on what it asks for */
void refresh_take_request(struct refresh *r, const struct sip_msg *req,
			  uint64_t now);

/** The 2xx to our request */
void refresh_take_reply(struct refresh *r, const struct sip_msg *resp,
			uint64_t now);

/**
 * A 422 to our request.
 *
 * @return true: the same request with other lines may do
 */
bool refresh_take_refusal(struct refresh *r, const struct sip_msg *resp);

/** Ours had no answer of use: when to try again, before the end */
void refresh_again(struct refresh *r, uint64_t now);

/** Nothing is due any more */
void refresh_stop(struct refresh *r);

#endif
