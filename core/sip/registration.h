/**
 * @file core/sip/registration.h  Registration: being found by the server
 *
 *     ua (flow up, flow down) -> [registration] -> exchange -> REGISTER
 *
 * REGISTER with refresh at half of the time granted or 600 s before its end,
 * challenges, 423, Path, outbound and GRUU (RFC 3261 section 10, RFC 5626,
 * 5627, 3327, 3608); un-REGISTER. Failures come back by RFC 5626 section
 * 4.5, except a password refused twice: that waits for another flow or for
 * registration_start(). Made and driven by ua.
 */
#ifndef CORE_SIP_REGISTRATION_H
#define CORE_SIP_REGISTRATION_H

#include "core/base/clock.h"

struct origin;

enum {
	REGISTRATION_EXPIRES = 600, /**< Default [s] (DESIGN section 3)  */
};

enum registration_state {
	REGISTRATION_OFF,     /**< Not wanted                             */
	REGISTRATION_WAITING, /**< Wanted; no flow, or pause after failure */
	REGISTRATION_TRYING,  /**< First REGISTER sent                    */
	REGISTRATION_ON,      /**< Registered, maybe refreshing           */
	REGISTRATION_STOPPED, /**< Password refused; see above            */
	REGISTRATION_LEAVING, /**< REGISTER with expires 0 sent           */
};

enum registration_what {
	REGISTRATION_EV_REGISTERED, /**< 200, the first on this flow      */
	REGISTRATION_EV_REFRESHED,  /**< 200 to a refresh                 */
	REGISTRATION_EV_FAILED,	    /**< Not registered: code, reason;
					 `retry` says when it tries again */
	REGISTRATION_EV_REMOVED,    /**< Unregistered: 200, or gave up; code
					 0: there was nothing to remove   */
};

/** One event; texts are valid during the call only */
struct registration_event {
	enum registration_what what;
	unsigned code;	     /**< SIP code; 408 silent, 503 no flow          */
	struct pl reason;    /**< Reason phrase, foreign text                */
	uint32_t expires;    /**< Time granted [s]                           */
	uint32_t flow_timer; /**< Flow-Timer header [s] (RFC 5626 section
				  4.4.1), 0 without                        */
	uint64_t retry;	     /**< Next try [us]; CLOCK_NEVER: none           */
	bool flow_suspect;   /**< Silence: the owner should renew the flow   */
	const struct sip_msg *msg; /**< The response, NULL without         */
};

/** Called last; the registration may be freed inside */
typedef void(registration_h)(const struct registration_event *ev, uint64_t now,
			     void *arg);

struct registration;

/**
 * Make a registration, off. Free it with mem_deref(): silent.
 *
 * @param o        Borrowed, must outlive the registration
 * @param expires  Time asked for [s], 0 for the default
 *
 * @return 0, ENOMEM
 */
int registration_alloc(struct registration **rp, struct origin *o,
		       uint32_t expires, registration_h *h, void *arg);

/** Be registered from now on; at once, or refreshed, when there is a flow */
void registration_start(struct registration *r, uint64_t now);

/** Stop being registered; REMOVED follows, at once without a flow */
void registration_stop(struct registration *r, uint64_t now);

/** The flow of the origin came or went */
void registration_flow(struct registration *r, bool up, uint64_t now);

enum registration_state registration_state(const struct registration *r);

/** When to call registration_tick() [us]; CLOCK_NEVER for not at all */
uint64_t registration_due(const struct registration *r);
void registration_tick(struct registration *r, uint64_t now);

/** Print the state on one line, for %H */
int registration_print(struct re_printf *pf, const struct registration *r);

#endif
