/**
 * @file core/call/sight.h  Sight: the picture of one session
 *
 *     OUT  studio of camera or screen -> [sight] -> video path -> session
 *     IN   session -> video path -> [sight] -> screen
 *
 * Brings the video path to what is agreed. The camera is open only while our
 * picture may be seen: after we have answered or were answered. Until the
 * encrypted channel is open, nothing is encoded, and the camera is closed when
 * that channel ends.
 */
#ifndef CORE_CALL_SIGHT_H
#define CORE_CALL_SIGHT_H

#include <jansson.h>
#include "core/call/palette.h"
#include "core/call/screen.h"
#include "core/call/studio.h"
#include "core/media/video.h"

struct sight;

/** What our picture is of */
enum sight_source {
	SIGHT_NOTHING = 0, /**< Nothing is sent                */
	SIGHT_CAMERA,	   /**< To begin with                  */
	SIGHT_SCREEN,	   /**< In its place, "slides" in SDP  */
};

/** What it is made of; all but the handlers outlives it */
struct sight_params {
	const struct config *cfg;
	struct studio *studio;	    /**< A reference is kept; NULL: no camera */
	struct studio *slides;	    /**< Likewise, of what a screen shows     */
	struct screen *screen;	    /**< A reference is kept; NULL: no screen */
	const struct coder *coderv; /**< Of the board                         */
	const char *cname;	    /**< The same for all of a phone          */
	video_send_h *rtph;
	video_send_h *reporth;
	void (*wakeh)(void *arg); /**< sight_due() may have changed */
	void *arg;
};

/** Allocate. Free with mem_deref(). @return 0, ENOMEM, ENOENT no codec of the
    configuration can be encoded or decoded here */
int sight_alloc(struct sight **sp, const struct sight_params *prm);

/** Our medium for the offer, but for the direction; lives as long as this */
void sight_medium(const struct sight *s, struct offer_medium *m);

/**
 * Show something else from now on, on the same m-line: the packets go on with
 * their numbers, as a browser's replaceTrack() has it.
 */
void sight_set_source(struct sight *s, enum sight_source source);
enum sight_source sight_source(const struct sight *s);

/** What SDP says of it (RFC 4796); NULL: nothing */
const char *sight_content(const struct sight *s);

/** Which ways there is something to send and to show with */
enum sdp_dir sight_dir(const struct sight *s);

/**
 * Follow what is agreed.
 *
 * @param om    The m-line, active; NULL: there is no picture any more
 * @param talk  Whether our camera may be seen
 * @param open  Whether the encrypted channel is open
 *
 * @return 0, ENOENT nothing that can be seen, or errno
 */
int sight_update(struct sight *s, const struct offer_media *om, bool talk,
		 bool open, uint64_t now);

/** Whether the camera could not be opened */
bool sight_blind(const struct sight *s);

/** Whether we send, and whether pictures come */
bool sight_sends(const struct sight *s);
bool sight_receives(const struct sight *s);

/** The encrypted channel is open, or no longer */
void sight_set_open(struct sight *s, bool open, uint64_t now);

/** Whether an RTP packet, from mb->pos, is the picture's */
bool sight_owns(const struct sight *s, const struct mbuf *mb);

/** RTP and RTCP that came, from mb->pos; unchanged afterwards */
void sight_recv(struct sight *s, struct mbuf *mb, uint64_t now);
void sight_recv_report(struct sight *s, struct mbuf *mb, uint64_t now);

/** Of sound, which pictures are to keep in step with; see audio_latency() */
void sight_set_latency(struct sight *s, int64_t latency);

/** The peer wants a key frame, by INFO (RFC 5168) or a user by command */
void sight_wish(struct sight *s, uint64_t now);

/** Send black */
void sight_set_mute(struct sight *s, bool mute);

/** RTCP BYE, camera given back, screen dark */
void sight_close(struct sight *s, uint64_t now);

uint64_t sight_due(const struct sight *s);
void sight_tick(struct sight *s, uint64_t now);

/** Print, for %H; nothing before it has begun */
int sight_print(struct re_printf *pf, const struct sight *s);

/** The same. @return new reference, NULL without memory */
json_t *sight_json(const struct sight *s);

#endif
