/**
 * @file core/call/call_parts.h  Call's inside, for its own files only
 *
 *     outgoing, incoming, holding -> [call_parts] <- call, call_show
 *
 * What calls of both directions have in common is in call.c; nobody else
 * includes this.
 */
#ifndef CORE_CALL_CALL_PARTS_H
#define CORE_CALL_CALL_PARTS_H

#include "core/base/loop.h"
#include "core/call/call.h"
#include "core/call/negotiation.h"
#include "core/media/digits.h"

enum {
	CALL_FAULT = 160, /**< A reason of ours [bytes], ours */
};

/** Who has it on hold: holding.h */
struct call_hold {
	bool on;     /**< We hold, as the user wants it          */
	bool asked;  /**< The peer has not answered yet          */
	bool remote; /**< The peer holds                         */
	bool wanted; /**< The peer has wanted our media at least once */
	bool parked; /**< We hold while another one is called: switching.h */
};

/** Its transfer: transfer.h */
struct call_transfer {
	bool sent;		 /**< Our REFER: the outcome is open       */
	unsigned other;		 /**< ... the call that we had with them, 0 */
	struct refer *refer;	 /**< Of the peer, the outcome is open     */
	unsigned made;		 /**< The call made for it, 0: not yet     */
	bool done;		 /**< It was answered                      */
	struct loop_timer timer; /**< With the user, or the referrer's BYE */
};

/** Whether the way to the server lives: doubt.h */
struct call_doubt {
	struct loop_timer timer; /* Of our offer, once there is a new one */
	uint64_t since;		 /* Raised last [us], 0: never            */
};

/** Its time: limit.h */
struct call_limit {
	struct loop_timer timer;
	bool warned;
};

/** Events of its requests: traffic.h */
struct call_traffic {
	uint64_t since;	  /**< When this second began [us]            */
	unsigned n;	  /**< Events of it                           */
	unsigned skipped; /**< Not told since the last one that was   */
};

struct call {
	unsigned id;
	const struct line *line;
	struct event_bus *events;
	struct session_params prm;
	struct session *session;
	struct negotiation neg;
	struct invite *inv;
	struct loop_timer patience; /* With a caller that is not answered,
				       with a peer that owes a BYE       */
	json_t *history;	    /* Where it was redirected to, or NULL */
	char *to; /* Outgoing: as dialled                     */
	enum call_state state;
	bool incoming;
	bool dialing; /* Inside call_dial(): errors are returned   */
	bool rings;   /* Incoming: the caller may be told */
	bool rung;    /* ... and was                      */
	bool veiled;  /* Black, as the user did not answer with a picture */
	bool muted;
	enum sight_source shows; /* Pictures, as the events said */
	enum session_view sees;
	bool black;		/* As the user wants the picture    */
	enum calls_media media; /* Answered with               */
	struct call_hold hold;
	struct call_transfer transfer;
	bool asks; /* Whether to go where a 3xx leads: redirects.h */
	struct call_doubt doubt;
	struct call_limit limit;
	struct call_traffic traffic;
	struct loop_timer ripe; /* To answer it by itself: robot.h    */
	struct extras *extras;	/* Of its INVITE, or NULL              */
	struct refer *refer;	/* It was made for, or NULL            */
	unsigned referrer;	/* ... by the peer of, 0: all is told  */
	unsigned replaces;	/* It will, once up; 0: none           */
	bool finished;
	int err;		/* While dialing                             */
	char fault[CALL_FAULT]; /* Why we ended it, "" if we did not    */
	uint64_t begun, answered, media_up; /* [us], 0 not yet */
	call_over_h *overh;
	call_answered_h *answeredh;
	call_digit_h *digith;
	call_kin_h *kinh;
	void *arg;
	char digits[DIGITS_MAX + 1]; /* By INFO, those that wait */
};

/**
 * A call without direction yet: session, handlers, times.
 *
 * @return 0 or errno
 */
int call_alloc(struct call **cp, const struct call_params *prm, uint64_t now);

/** Whether an offer may be sent: established, or early and agreed */
static inline bool call_negotiable(const struct call *c)
{
	return c->state == CALL_UP || (c->inv && invite_early(c->inv));
}

/** Events of the invite go here */
void call_invite_handler(struct invite *inv, const struct invite_event *ev,
			 uint64_t now, void *arg);

/** Emit an event of this call */
void call_emit(const struct call *c, enum event_type type);

/** The same with a SIP code and reason */
void call_emit_code(const struct call *c, enum event_type type, unsigned code,
		    const struct pl *reason);

/**
 * Open the microphone, the user having called or answered; tells of the
 * permission in events.
 */
int call_talk(struct call *c, uint64_t now);

/** It is over without a word from SIP: the over handler is called */
void call_over(struct call *c, unsigned code, const char *text, uint64_t now);

#endif
