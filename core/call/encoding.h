/**
 * @file core/call/encoding.h  Encoding: one encoder, and those who get it
 *
 *     camera, placard -> [encoding] -> encoder -> users
 *
 * It runs at what the slowest user can take, on the rung of the ladder that
 * this carries; each user begins with an IDR. Nothing is encoded while all of
 * them are held, or no other can take any. An encoder that failed is made anew,
 * at most one in ENCODING_PAUSE; or another one, as choice.h has it.
 * Access units of a camera are handed on as they are, and the encoder is freed
 * meanwhile.
 *
 * While somebody needs NAL units that fit into a packet, coders that cannot are
 * left out, even if they are the only ones that are allowed.
 */
#ifndef CORE_CALL_ENCODING_H
#define CORE_CALL_ENCODING_H

#include "core/base/config.h"
#include "core/call/choice.h"
#include "core/call/placard.h"
#include "core/device/camera.h"
#include "core/device/coder.h"

struct encoding;
struct studio_user;

enum {
	ENCODING_PAUSE = CLOCK_S,  /**< Between two encoders [us], ours */
	ENCODING_RATE_MIN = 30000, /**< [bit/s] SECURITY row 30         */
	ENCODING_NAL_MAX = 1150,   /**< Beside header extensions in a packet of
					PACKET_PAYLOAD_MAX [bytes]      */
};

/** What it is to make; copied, strings and table outlive it */
struct encoding_params {
	const char *codec;	    /**< As in SDP                       */
	const struct coder *coderv; /**< Ends with name NULL             */
	const char *only;	    /**< Name of a coder; "auto": any    */
	struct encoder_prefs full;  /**< At most                         */
	uint64_t interval;	    /**< Between IDRs, CONFIG_INTERVAL   */
	struct choice_news *news;   /**< Outlives it; may be NULL        */
};

/**
 * What [video] says; size and rate of a screen are its own.
 *
 * @param cfg     Outlives what is made of it
 * @param screen  Of a screen, not of the camera
 * @param coderv  May be NULL
 * @param codec   Static
 */
void encoding_configure(struct encoding_params *prm, const struct config *cfg,
			bool screen, const struct coder *coderv,
			const char *codec);

/**
 * Allocate, with an encoder: the first one of the table that can be made.
 *
 * @return 0, ENOTSUP there is none in the table, ENOMEM, or errno of the last
 *         one
 */
int encoding_alloc(struct encoding **ep, const struct encoding_params *prm);

/** Add a user; it gets units from the next IDR on */
void encoding_join(struct encoding *e, struct studio_user *u);

/** Take a user out; harmless when it is not in */
void encoding_leave(struct studio_user *u);

/** Whether it has no users */
bool encoding_idle(const struct encoding *e);

/** Somebody needs an IDR */
void encoding_wish(struct encoding *e);

/**
 * A frame of the camera, or its access unit. Not from inside the handler of
 * a user.
 *
 * @param fps  That the camera makes
 */
void encoding_put(struct encoding *e, struct frame *f, unsigned fps,
		  uint64_t now);

/** The same with a picture of ours */
void encoding_show(struct encoding *e, enum placard what, uint64_t now);

/** Whether a camera's own access units would be as good: what makes it is no
    hardware, and nobody needs short NAL units */
bool encoding_passes(const struct encoding *e);

/** What makes it; the last one when it is to be made anew */
const struct coder *encoding_coder(const struct encoding *e);

/** Print coder, users and counters on one line, for %H */
int encoding_print(struct re_printf *pf, const struct encoding *e);

#endif
