/**
 * @file core/call/studio.h  Studio: the one camera, and who sees it
 *
 *     camera -> [studio] -> encoder H264 -> every session that agreed on it
 *                  |------> encoder VP8  -> the others
 *                  '------> snapshot
 *
 * The camera is open while somebody needs it and closed otherwise. One encoder
 * serves all users of a codec: it makes what the slowest of them can take,
 * and an IDR when one of them needs it, at most one in KEYRULE_SPACE. A user
 * gets nothing before the first IDR after it came.
 *
 * While the camera is away a picture that says so is sent; to users who are
 * muted, a black one, of an encoder of its own: for them alone the camera is
 * not open.
 *
 * A camera that encodes H.264 itself is taken at its word if nobody needs
 * anything else, [video] encoder is auto and no hardware encodes. Its bit
 * rate and its IDRs are its own then.
 *
 * What is on a screen has a studio of its own, for which it is the camera.
 *
 * Handlers must not free the studio.
 */
#ifndef CORE_CALL_STUDIO_H
#define CORE_CALL_STUDIO_H

#include "core/base/config.h"
#include "core/base/event.h"
#include "core/device/camera.h"
#include "core/call/snapshots.h"
#include "core/device/coder.h"

struct studio;

enum {
	STUDIO_PATIENCE = 5 * CLOCK_S, /**< For a snapshot [us], ours */
};

/** A session's share of the camera; embed it and zero it */
struct studio_user {
	struct le le;
	encoder_unit_h *h; /**< An access unit for it, in order */
	void *arg;
	uint32_t
		bitrate; /**< What its way can take [bit/s]; as studio_rate() */
	bool full;	 /**< It can take nothing now                        */
	bool muted;	 /**< As studio_mute(); may be set before            */
	bool held;	 /**< The camera is open for it, no more: set before it
			      is attached; for more, clear it and wish   */
	bool single;	 /**< Each NAL unit of H.264 has to fit into a packet:
			      set before it is attached                  */
	bool begun;	 /**< It was given an IDR                            */
	unsigned codec;	 /**< For the studio                                 */
};

/**
 * Allocate. Free with mem_deref(), after all users are detached.
 *
 * @param cfg     [video] and [screen]; outlives it
 * @param screen  Of the screen, instead of the camera
 * @param optics  Copied; the camera gets a reference; strings and tables
 *                outlive it. NULL: there is nothing
 * @param events  For device_lost and device_back; may be NULL
 *
 * @return 0, ENOMEM
 */
int studio_alloc(struct studio **sp, const struct config *cfg, bool screen,
		 const struct optics *optics, struct event_bus *events);

/** Whether there is a camera and an encoder of this codec ("H264", "VP8") */
bool studio_can(const struct studio *st, const char *codec);

/**
 * What the SDP says of the H.264 that is made, "42e01f": read from the SPS of
 * a frame that was encoded for it; before that one is known, constrained
 * baseline at the level that size and rate need.
 */
const char *studio_profile(const struct studio *st);

/**
 * Attach a user; opens camera and encoder. An IDR follows soon.
 *
 * @param codec    "H264" or "VP8"
 * @param bitrate  What its way can take, to begin with [bit/s]
 * @param h        Called with each unit until studio_detach(); may detach
 *                 its own user
 *
 * @return 0, EALREADY attached, ENOTSUP no such encoder, or errno of it or
 *         of the camera: not attached
 */
int studio_attach(struct studio *st, struct studio_user *u, const char *codec,
		  uint32_t bitrate, encoder_unit_h *h, void *arg);

/** Detach; harmless when not attached. Closes what nobody needs */
void studio_detach(struct studio *st, struct studio_user *u);

/** A user needs an IDR; harmless when not attached */
void studio_wish(struct studio *st, struct studio_user *u, uint64_t now);

/** What the way of a user can take from now on [bit/s]; 0: no picture is made
    while all users are as full */
void studio_rate(struct studio *st, struct studio_user *u, uint32_t bitrate);

/** Show a user black instead of the camera, or the camera again */
void studio_mute(struct studio *st, struct studio_user *u, bool muted);

/**
 * Make a JPEG of the next picture; opens the camera for it and closes it
 * again.
 *
 * @param h  Called once, from the loop, within STUDIO_PATIENCE, unless the
 *           studio is freed before
 *
 * @return 0, ENODEV there is no camera or it is away, ENOTSUP nothing makes a
 *         JPEG, EBUSY too many wait, or errno of the camera
 */
int studio_snapshot(struct studio *st, snapshots_h *h, void *arg, uint64_t now);

/** Whether the camera is open now */
bool studio_open(const struct studio *st);

/** Print camera and encoders, a line each, for %H */
int studio_print(struct re_printf *pf, const struct studio *st);

#endif
