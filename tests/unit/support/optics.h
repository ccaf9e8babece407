/**
 * @file tests/unit/support/optics.h  A camera and coders that a test drives
 *
 *     test -> optics_shoot() -> studio -> optics_encode() -> units
 *
 * One camera; coders "v4l2m2m" and "openh264" for H264, "vp8" for VP8. What
 * an encoder is given it holds until optics_encode().
 */
#ifndef TESTS_UNIT_SUPPORT_OPTICS_H
#define TESTS_UNIT_SUPPORT_OPTICS_H

#include "core/device/camera.h"
#include "core/device/coder.h"

enum {
	OPTICS_V4L2 = 0, /**< Hardware; takes NV12 */
	OPTICS_OPENH264, /**< Takes all raw        */
	OPTICS_VP8,	 /**< Takes I420           */
	OPTICS_CODERS,
};

/** The one camera */
struct optics_camera {
	struct camera camera;
	camera_frame_h *fh;
	camera_state_h *sh;
	void *arg;
	bool open;
	int err;		    /**< Of start()                     */
	unsigned offers;	    /**< Set of FRAME_BIT()             */
	unsigned starts;	    /**< Counter                        */
	struct camera_format fmt;   /**< Of its frames                  */
	struct camera_prefs wished; /**< As last started                */
};

/** An encoder that lives */
struct optics_encoder {
	struct encoder encoder;
	struct le le;
	unsigned kind;
	struct encoder_prefs prefs;
	encoder_unit_h *uh;
	encoder_fault_h *fh;
	void *arg;
	struct frame *held;
	bool key, sized;
	uint64_t time;
	uint8_t luma;		   /**< Of the last frame's corner         */
	enum frame_format format;  /**< Of the last frame                  */
	unsigned puts, keys, sets; /**< Counters                          */
};

extern int optics_errv[OPTICS_CODERS];	     /**< Of constructors         */
extern unsigned optics_madev[OPTICS_CODERS]; /**< Counters, of encoders   */
extern bool optics_whole;   /**< "v4l2m2m" makes no short NAL units  */
extern int optics_jpeg_err; /**< Of the coder of JPEGs     */

/** A camera of 640x480 at 30 that makes YUYV, NV12 or I420, the first that
    is wanted. Free it with mem_deref() */
struct optics_camera *optics_camera(void);

/** All coders, no display */
struct optics optics_all(struct optics_camera *c);

/** A picture is captured; false: no memory for it */
bool optics_shoot(struct optics_camera *c, uint64_t now);

/** One H.264 access unit of the camera itself */
void optics_pass(struct optics_camera *c, bool key, uint64_t now);

/** All encoders make what they have been given */
void optics_encode(uint64_t now);

/** The n-th encoder of a kind that lives, the oldest first; or NULL */
struct optics_encoder *optics_encoder(unsigned kind, unsigned n);

/** How many live */
unsigned optics_encoders(void);

/** Nothing fails, nothing was counted */
void optics_reset(void);

#endif
