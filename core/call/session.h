/**
 * @file core/call/session.h  Session: the media of one call
 *
 *     call -> [session] -> offer      what was agreed
 *                 |------> transport  ICE, DTLS, SRTP      (core/net)
 *                 |------> hearing    audio path -> voice, the sound device
 *                 '------> sight      video path -> studios, screen
 *
 * The one place where media and net meet:
 *
 *     OUT  voice -> hearing, studio -> sight -> [session_send] -> transport
 *     IN   transport -> [packet] -> hearing -> voice, sight -> screen
 *
 * Our microphone and camera stay closed until session_talk(); until then a
 * session listens at most (early media).
 */
#ifndef CORE_CALL_SESSION_H
#define CORE_CALL_SESSION_H

#include <jansson.h>
#include "core/base/config.h"
#include "core/call/screen.h"
#include "core/call/sight.h"
#include "core/call/studio.h"
#include "core/call/voice.h"
#include "core/call/wishes.h"
#include "core/net/transport.h"
#include "core/sip/offer.h"

struct session;

/**
 * Our description can be made now; once, and after each session_move(). May
 * free the session
 */
typedef void(session_ready_h)(uint64_t now, void *arg);

/** Media flow encrypted from now on; once. May free the session */
typedef void(session_up_h)(uint64_t now, void *arg);

/**
 * The media are over, by themselves; no handler follows.
 *
 * @param reason  For a person, for the call only
 */
typedef void(session_down_h)(int err, const char *reason, uint64_t now,
			     void *arg);

/** A digit came by telephone-event. Must not free the session */
typedef void(session_digit_h)(char digit, uint64_t now, void *arg);

/** The first packet of media came. Must not free the session */
typedef void(session_heard_h)(uint64_t now, void *arg);

/**
 * Media came and ceased, see silence.h. Must not free the session.
 *
 * @return whether somebody was asked for the reason
 */
typedef bool(session_silent_h)(uint64_t now, void *arg);

/** What the peer sends to be seen, as it says */
enum session_view {
	SESSION_DARK = 0, /**< Nothing                    */
	SESSION_PICTURE,
	SESSION_SLIDES, /**< "slides", of a screen (RFC 4796) */
};

struct session_handlers {
	session_ready_h *ready;
	session_up_h *up;
	session_down_h *down;
	session_digit_h *digit;
	session_heard_h *heard;
	session_silent_h *silent;
	void *arg;
};

/** What a session is made of; all but handlers outlives it */
struct session_params {
	const struct config *cfg;
	const struct network *net;
	struct identity *identity;
	const struct icehost *serverv; /**< STUN and TURN */
	size_t serverc;
	struct voice *voice;
	struct music *music;	    /**< For who is held; NULL: silence */
	struct studio *studio;	    /**< NULL: no camera               */
	struct studio *slides;	    /**< NULL: no screen to be shown   */
	struct screen *screen;	    /**< NULL: no display              */
	const struct coder *coderv; /**< Of the board; may be NULL     */
	const char *cname; /**< The same for all of a phone (RFC 7022) */
	bool offerer;	   /**< We make the first offer                */
	bool send, recv;   /**< Directions wanted                      */
	bool audio, video; /**< Media wanted                           */
	bool share;	   /**< Of pictures our screen's, see slides   */
	bool shared;	   /**< Sound is shared with others: voice.h   */
};

/**
 * Allocate. Free with mem_deref(), which is silent and at once.
 *
 * @return 0, ENOMEM, EINVAL no codec of the configuration is known, ENOTSUP
 *         a picture alone is wanted, or our screen's, and there are no means,
 *         or errno
 */
int session_alloc(struct session **sp, const struct session_params *prm,
		  const struct session_handlers *h, uint64_t now);

/** Gather addresses; the ready handler follows, maybe before this returns */
int session_gather(struct session *s, uint64_t now);

/**
 * The network changed: if our end of the media is gone with it, gather again
 * for an offer that restarts ICE. The ready handler follows, maybe before
 * this returns.
 *
 * @return 0, EALREADY not needed, or errno
 */
int session_move(struct session *s, uint64_t now);

/** Whether the ready handler was called */
bool session_ready(const struct session *s);

/** Make our offer. @param mbp the text, at pos 0. @return as offer_create() */
int session_offer(struct session *s, struct mbuf **mbp);

/** Take the peer's offer. @return as offer_take_offer() */
int session_take_offer(struct session *s, struct mbuf *mb, uint64_t now);

/**
 * Answer it, when ready; connecting begins. After an error all is as it was
 * agreed before.
 *
 * @return as offer_answer(), EACCES no usable fingerprint
 */
int session_answer(struct session *s, struct mbuf **mbp, uint64_t now);

/**
 * Take the answer to our offer; connecting begins.
 *
 * @return as offer_take_answer(), EACCES no usable fingerprint
 */
int session_take_answer(struct session *s, struct mbuf *mb, uint64_t now);

/**
 * The answer came from a fork that is not the one that answered the call:
 * wait for another one to the same offer. Media with that one begin when it
 * has answered a further offer of ours, because ICE starts anew.
 */
void session_forget_answer(struct session *s);

/** The exchange under way failed: back to what was agreed before */
void session_rollback(struct session *s);

/** Why the last exchange failed, safe to log and to send */
const char *session_why(const struct session *s);

/** Whether an offer of ours waits for its answer */
bool session_offering(const struct session *s);

/**
 * Whether the last exchange showed that another offer of ours, when ready, can
 * have more than this one: a peer that does not BUNDLE. Says so once.
 */
bool session_again(struct session *s);

/** Before an offer of ours: gather what is not there and it needs. The ready
    handler may follow, maybe before this returns */
void session_prepare(struct session *s, uint64_t now);

/** Whether any media came yet */
bool session_heard(const struct session *s);

/** Whether the sound device could not be opened */
bool session_deaf(const struct session *s);

/** Early media: play what comes, send nothing; also inside the heard handler,
    then from that packet on. @return 0 or errno */
int session_listen(struct session *s, uint64_t now);

/**
 * We have answered, or were answered: open the microphone, now or as soon as
 * something is agreed.
 *
 * @return 0, or errno of the device: session_deaf()
 */
int session_talk(struct session *s, uint64_t now);

/** RTCP BYE, close_notify, device closed, sockets closed; then mem_deref() */
void session_close(struct session *s, uint64_t now);

/** Mute the microphone */
void session_set_mute(struct session *s, bool mute);

/** Send black instead of the camera's picture */
void session_set_video_mute(struct session *s, bool mute);

/**
 * Want a picture in this call, or no longer; counts for the next offer or
 * answer.
 *
 * @return 0, ENOTSUP there is neither camera nor display for it, or errno of
 *         the offer
 */
int session_set_video(struct session *s, bool on);

/**
 * Show our screen in place of the camera, or no longer; what changes for the
 * peer counts for the next offer or answer.
 *
 * @return 0, EALREADY it is so, ENOTSUP there is no screen, or errno of the
 *         offer
 */
int session_set_screen(struct session *s, bool on);

/** Whether our screen is wanted in place of the camera */
bool session_shares(const struct session *s);

/**
 * Hold, or resume: nothing of microphone and camera leaves from here on until
 * then, music at most. The next offer or answer tells the peer.
 */
void session_set_hold(struct session *s, bool on, uint64_t now);

/** Whether we hold by what is agreed, in an offer or an answer */
bool session_held(const struct session *s);

/** To the front of those that want the sound device, or behind them */
void session_set_front(struct session *s, bool front);

/** Let the peer hear a tone for that time [ms] */
void session_tone(struct session *s, enum tones_kind tone, unsigned ms);

/** Whether the peer takes our media, by what is agreed */
enum wishes_ear session_ear(const struct session *s);

/** Make a key frame of ours; harmless without a picture */
void session_wish(struct session *s, uint64_t now);

/** Where the keys of media come from: "dtls"; "sdes", "rtp", which others can
    listen to; NULL: not agreed yet */
const char *session_keying(const struct session *s);

/** Of what pictures go there, and what comes */
enum sight_source session_shows(const struct session *s);
enum session_view session_sees(const struct session *s);

/** Whether sound was agreed */
bool session_sounds(const struct session *s);

/** Send digits. @return as audio_send_digits() */
int session_send_digits(struct session *s, const char *digits);

#endif
