/**
 * @file core/call/call.h  Call: one conversation, from dialling to the end
 *
 *     phone -> [call] -> invite   what SIP says
 *                 |----> session  what is heard
 *                 '----> events
 *
 *     outgoing  GATHERING -> CALLING -> RINGING -> UP -> ENDING -> over
 *     incoming  INCOMING -> ANSWERING -> UP -> ENDING -> over
 *
 * A call joins the SIP of an invite with the media of a session and tells the
 * world in events. When it is over it says so once, and its owner frees it.
 */
#ifndef CORE_CALL_CALL_H
#define CORE_CALL_CALL_H

#include "core/call/calls.h"
#include "core/call/line.h"
#include "core/call/session.h"
#include "core/sip/ua.h"

enum call_state {
	CALL_GATHERING, /**< Outgoing, addresses are being gathered   */
	CALL_CALLING,	/**< Outgoing, INVITE sent                    */
	CALL_RINGING,	/**< Outgoing, it rings there                 */
	CALL_INCOMING,	/**< Incoming, it rings here                  */
	CALL_ANSWERING, /**< Incoming, answered as soon as gathered   */
	CALL_UP,	/**< Answered                                 */
	CALL_ENDING,	/**< Hung up, waiting for the peer to confirm */
};

struct call;

/** The call is over; the owner frees it, may do so inside */
typedef void(call_over_h)(struct call *c, uint64_t now, void *arg);

/** A call of ours was answered; must not free it */
typedef void(call_answered_h)(struct call *c, uint64_t now, void *arg);

/** A digit came in an established call; must not free it */
typedef void(call_digit_h)(struct call *c, char digit, uint64_t now, void *arg);

/** What concerns another call, see transfers.h */
enum call_kin {
	CALL_KIN_WANTED,  /**< The peer wants a call made            */
	CALL_KIN_NEWS,	  /**< It was made for another one: how far   */
	CALL_KIN_SENT_ON, /**< The peer has gone to another one       */
	CALL_KIN_RIPE,	  /**< It is time to answer it by itself     */
	CALL_KIN_TOOK,	  /**< It has taken the place of another one  */
};

/** The call concerns another one; must not free it */
typedef void(call_kin_h)(struct call *c, enum call_kin what, unsigned code,
			 uint64_t now, void *arg);

/** What a call stands on */
struct call_params {
	unsigned id;
	const struct line *line; /**< Outlives the call */
	struct event_bus *events;
	const struct session_params *session; /**< Copied */
	call_over_h *overh;
	call_answered_h *answeredh; /**< May be NULL */
	call_digit_h *digith;	    /**< May be NULL */
	call_kin_h *kinh;
	struct extras *extras; /**< Outgoing: a reference is kept; or NULL */
	struct refer *refer;   /**< Outgoing, of a transfer: a reference is
				  kept; or NULL                        */
	unsigned referrer;     /**< ... whose peer wanted it             */
	unsigned replaces;     /**< Incoming: which one it is to replace, so
				  that it does not ring; 0 none        */
	void *arg;
};

/**
 * Call somebody. Free with mem_deref(), which is silent.
 *
 * @return 0, EINVAL not an address, EBUSY, ENOTCONN, or errno
 */
int call_dial(struct call **cp, const struct call_params *prm, const char *to,
	      uint64_t now);

/**
 * Take an incoming call; it rings. Refuses it by itself when its offer is of
 * no use, with the code that the RFC wants.
 *
 * @param inv  Of the ua's call handler; a reference is taken
 *
 * @return 0, or errno: it was refused
 */
int call_ring(struct call **cp, const struct call_params *prm,
	      struct invite *inv, const struct sip_msg *msg, uint64_t now);

/**
 * Answer.
 *
 * @param media  CALLS_AUDIO answers without a picture; else with all that was
 *               offered
 *
 * @return 0, EINVAL not ringing, or errno: the call is over soon
 */
int call_answer(struct call *c, enum calls_media media, uint64_t now);

/** Reject, incoming and unanswered. @return 0, EINVAL */
int call_reject(struct call *c, unsigned code, uint64_t now);

/** End it, whatever state. The over handler comes, maybe before it returns */
void call_hangup(struct call *c, uint64_t now);

/**
 * End it for a reason that the other side is told (RFC 3326), such as 200
 * "answered elsewhere".
 */
void call_abandon(struct call *c, unsigned code, const char *text,
		  uint64_t now);

/** Send digits. @return 0, EINVAL not up or not digits, ENOBUFS, ENOTCONN */
int call_dtmf(struct call *c, const char *digits, uint64_t now);

/**
 * Send an INFO (RFC 6086, of no package); what comes of it is an event.
 *
 * @param type  Content-Type
 * @param body  As it is
 *
 * @return 0, EINVAL not up, EBADMSG not a type, EMSGSIZE, ENOMEM, ENOTCONN
 */
int call_info(struct call *c, const char *type, const char *body, uint64_t now);

/** The way to the server is new: the peer is told, if there is one yet */
void call_renew(struct call *c, uint64_t now);

/** The way of the peer to us is back: what was lost is said once more */
void call_resume(struct call *c, uint64_t now);

/** The network changed: media find another way, if theirs is gone */
void call_move(struct call *c, uint64_t now);

/** Mute */
void call_set_mute(struct call *c, bool mute);

/** Send black */
void call_set_video_mute(struct call *c, bool mute);

/** Add a picture, or take it away, by re-INVITE. @return 0, EINVAL not up, or
    as session_set_video() */
int call_video(struct call *c, bool on, uint64_t now);

/** Show our screen in place of the camera, or no longer, by re-INVITE.
    @return 0, EINVAL not up, or as session_set_screen() */
int call_screen(struct call *c, bool on, uint64_t now);

/**
 * Hold the peer, or resume: by re-INVITE, whose outcome is an event
 * (m_local_hold_ok and its like). Nothing of us is sent from here on, even
 * before. @return 0, EINVAL not up, EALREADY it is so
 */
int call_hold(struct call *c, bool on, uint64_t now);

/** Make a key frame, if we send a picture */
void call_keyframe(struct call *c, uint64_t now);

unsigned call_id(const struct call *c);
enum call_state call_state(const struct call *c);
const struct line *call_line(const struct call *c);

#endif
