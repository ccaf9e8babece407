/**
 * @file core/call/wishes.h  Wishes: what we want of the media of a session
 *
 *     session -> [wishes] -> offer    directions of our m-lines
 *     offer   -> [wishes] -> session  whether the peer takes what we send
 *
 * Directions, the picture, and hold (RFC 3264 section 8.4, RFC 6337 section
 * 5.3): who holds receives nothing, and offers sendonly, or inactive where it
 * sent nothing before. An m-line keeps its place and its address.
 */
#ifndef CORE_CALL_WISHES_H
#define CORE_CALL_WISHES_H

#include "core/call/sight.h"
#include "core/sip/offer.h"

/** Of one session; embed it, zero it, and set send and recv */
struct wishes {
	bool send, recv; /**< Directions, when nobody holds             */
	bool shown;	 /**< The offer has the picture's medium        */
	bool hold;	 /**< We hold                                   */
	bool offered;	 /**< ... by our last offer                     */
	bool held;	 /**< ... by what is agreed                     */
	bool camera;	 /**< It was sent before the screen was         */
};

/** What the peer takes of us, by what is agreed */
enum wishes_ear {
	WISHES_UNKNOWN, /**< Nothing is agreed, or nothing of ours    */
	WISHES_OPEN,	/**< It wants our media                       */
	WISHES_SHUT,	/**< It does not: hold, unless it never did   */
};

/** The direction that an m-line of ours is to have now */
enum sdp_dir wishes_dir(const struct wishes *w);

/**
 * Offer the picture's medium, in the place of a refused one if there is any.
 *
 * @return 0, ENOTSUP there is neither camera nor display for it, or errno of
 *         offer_add()
 */
int wishes_show(struct wishes *w, struct offer *o, const struct sight *s);

/**
 * Want a picture, the camera's, or no longer.
 *
 * @param s  NULL: there is neither camera nor display
 *
 * @return as wishes_show(), or errno of offer_set_enabled()
 */
int wishes_set_video(struct wishes *w, struct offer *o, struct sight *s,
		     bool on);

/**
 * Show our screen in place of the camera, or no longer: then the camera comes
 * back if it was sent before; if not, nothing of us is sent, and the picture
 * ends unless the peer sends one.
 *
 * @return 0, EALREADY it is so, or as wishes_set_video()
 */
int wishes_set_screen(struct wishes *w, struct offer *o, struct sight *s,
		      bool on);

/** Hold, or resume; counts for the next offer or answer. s as above */
void wishes_set_hold(struct wishes *w, struct offer *o, const struct sight *s,
		     bool on);

/**
 * Whether the peer takes our media. To one who only gets media the peer holds
 * when it stops to send.
 */
enum wishes_ear wishes_ear(const struct wishes *w, const struct offer *o);

#endif
