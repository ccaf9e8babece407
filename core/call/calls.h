/**
 * @file core/call/calls.h  Calls: all of a phone, over whatever line
 *
 *     phone -> [calls] -> call -> invite, session
 *                 '-----> voice, STUN and TURN servers: what they share
 *
 * Holds the calls from the first to the last moment, says which one is meant
 * by a command, and how many there may be.
 */
#ifndef CORE_CALL_CALLS_H
#define CORE_CALL_CALLS_H

#include <jansson.h>
#include "core/call/extras.h"
#include "core/call/line.h"
#include "core/call/session.h"

enum {
	CALLS_MAX = 32, /**< On all lines, those included that wait for the
			     peer to confirm their end; ours */
};

struct calls;

/** What all calls stand on; all of it outlives them */
struct calls_params {
	const struct config *cfg;
	const struct network *net;
	struct sound *sound;	     /**< Closed; a reference is kept */
	const struct optics *optics; /**< Copied; NULL: no pictures */
	struct event_bus *events;
};

/** Which media a call is to have */
enum calls_media {
	CALLS_CONFIGURED = 0, /**< As [call] media says */
	CALLS_AUDIO,
	CALLS_VIDEO,
	CALLS_AV,
	CALLS_SCREEN, /**< Sound, and our screen in place of the camera */
};

/** What a caller wants of a call */
struct calls_way {
	bool send; /**< We send media    */
	bool recv; /**< We receive media */
	enum calls_media media;
	bool undirected;       /**< Neither counts, but [call] direction */
	struct extras *extras; /**< What it says besides, or NULL */
	const char *account;   /**< To call over; NULL: any */
};

/** What the owner hears of a call; must not free it */
struct calls_handlers {
	/** A call of ours was answered */
	void (*answered)(unsigned id, uint64_t now, void *arg);

	/** A call is over, and counted no more */
	void (*over)(unsigned id, uint64_t now, void *arg);

	/** A digit came in an established call */
	void (*digit)(unsigned id, char digit, uint64_t now, void *arg);

	void *arg;
};

/** Allocate; mem_deref() ends all calls silently. @return 0 or errno */
int calls_alloc(struct calls **csp, const struct calls_params *prm);

/** Who hears of them; each function may be NULL */
void calls_set_handlers(struct calls *cs, const struct calls_handlers *h);

/** Begin to look up the servers of `[ice]`. @return 0 or errno */
int calls_start(struct calls *cs, uint64_t now);

/** From now on no call is taken nor made, and all are hung up */
void calls_stop(struct calls *cs, uint64_t now);

/**
 * Call somebody. Who is talked to is held meanwhile, and stays so once it is
 * answered; when it is not, the phone goes on with them.
 *
 * @param line  Outlives the call
 * @param to    `user`, `user@host` or `sip:...`
 * @param dial  Directions; NULL for those of `[call] direction`
 * @param idp   Set to the number of the call; may be NULL
 *
 * @return 0, EBUSY as many calls as allowed, or errno of call_dial()
 */
int calls_dial(struct calls *cs, const struct line *line, const char *to,
	       const struct calls_way *dial, unsigned *idp, uint64_t now);

/**
 * A call comes in: it rings, or is refused if there are too many.
 *
 * @param answer  Answer it at once, unless another call is talked in: then it
 *                waits for the user
 */
void calls_take(struct calls *cs, const struct line *line, struct invite *inv,
		const struct sip_msg *msg, bool answer, uint64_t now);

/*
 * On a call: id is its number, or 0 for the one that is meant: the ringing
 * one for answer and reject, else the newest that is not ending, and neither
 * held by us nor waiting for an answer if there is such a one.
 *
 * All return 0, ENOENT no such call, EINVAL not in this state, or errno.
 */

/** Others that are talked in are held */
int calls_answer(struct calls *cs, unsigned id, enum calls_media media,
		 uint64_t now);
int calls_reject(struct calls *cs, unsigned id, unsigned code, uint64_t now);
int calls_hangup(struct calls *cs, unsigned id, uint64_t now);
int calls_dtmf(struct calls *cs, unsigned id, const char *digits, uint64_t now);
int calls_info(struct calls *cs, unsigned id, const char *type,
	       const char *body, uint64_t now);
int calls_mute(struct calls *cs, unsigned id, bool on);
int calls_video_mute(struct calls *cs, unsigned id, bool on);

/** Add a picture to an established call, or take it away, by re-INVITE.
    @return also ENOTSUP there is neither camera nor display */
int calls_video(struct calls *cs, unsigned id, bool on, uint64_t now);

/** Show our screen in place of the camera, or no longer, by re-INVITE.
    @return also EALREADY it is so, ENOTSUP there is none */
int calls_screen(struct calls *cs, unsigned id, bool on, uint64_t now);

/** Hold the peer, or resume, id 0: the newest that we hold; an event says
    whether it agreed.
    @return also EALREADY it is so */
int calls_hold(struct calls *cs, unsigned id, bool on, uint64_t now);

/**
 * Go on with a call, id 0: the newest that we hold; the others are held.
 *
 * @return also EALREADY it is so
 */
int calls_switch(struct calls *cs, unsigned id, uint64_t now);

/**
 * Transfer the peer; events say how it goes, o_ect_completed in the end.
 *
 * @param to     Whom to; NULL with `other`
 * @param other  Number of the call that we have with them; 0
 *
 * @return also EBUSY a transfer is under way, ENOTSUP the peer cannot,
 *         ENOTCONN
 */
int calls_transfer(struct calls *cs, unsigned id, const char *to,
		   unsigned other, uint64_t now);

/** Whether a transfer that the peer wants, or going where a 3xx leads, may be;
    id 0: the newest that is wanted */
int calls_consent(struct calls *cs, unsigned id, bool yes, uint64_t now);

/** Make a key frame for a call; 0 for all of them */
int calls_keyframe(struct calls *cs, unsigned id, uint64_t now);

/** The camera; NULL: there is none */
struct studio *calls_studio(const struct calls *cs);

/** Hang up for a reason that the peer is told (RFC 3326), such as 200
    "Answered elsewhere" */
int calls_dismiss(struct calls *cs, unsigned id, unsigned code,
		  const char *text, uint64_t now);

/** The line will be gone: end its calls; none is left when this returns, if
    ua_flow() said that it is down */
void calls_end(struct calls *cs, const struct line *line, uint64_t now);

/** The way to the peers of this line is new: they are told */
void calls_renew(struct calls *cs, const struct line *line, uint64_t now);

/** The peers of this line are back by themselves */
void calls_resume(struct calls *cs, const struct line *line, uint64_t now);

/** The network changed: media find another way */
void calls_move(struct calls *cs, uint64_t now);

/** How many calls there are; with a line, only those on it */
unsigned calls_count(const struct calls *cs, const struct line *line);

/** Whether a call on this line is established */
bool calls_talking(const struct calls *cs, const struct line *line);

/** The line of a call. @return NULL no such call */
const struct line *calls_line(const struct calls *cs, unsigned id);

/** Whether a call is established */
bool calls_established(const struct calls *cs, unsigned id);

#endif
