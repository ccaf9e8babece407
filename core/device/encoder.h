/**
 * @file core/device/encoder.h  Encoder: pictures in, access units out, later
 *
 *     frame -> [encoder] -> access unit(now)
 *
 * A table of functions; drivers implement it, a board chooses the driver.
 * put() returns at once; what it makes comes from the loop. A software codec
 * owns one private thread inside its driver, hardware is polled.
 */
#ifndef CORE_DEVICE_ENCODER_H
#define CORE_DEVICE_ENCODER_H

#include "core/base/clock.h"
#include "core/base/frame.h"

enum {
	ENCODER_UNIT_MAX = 1500000, /**< Access unit [bytes], SECURITY     */
	ENCODER_QUEUE = 2, /**< Frames under way; one more is refused, ours */
};

/** What it is to make; may change while it runs */
struct encoder_prefs {
	unsigned width, height; /**< Of what comes out; frames of another size
				     are scaled                            */
	unsigned fps;		/**< Frames in a second, about            */
	uint32_t bitrate;	/**< [bit/s]                               */
	unsigned nal_max; /**< H.264: no NAL unit is longer [bytes]; 0: they
			       may be. Not every driver can, see ENOTSUP */
};

/** An access unit: H.264 with start codes, parameter sets before each IDR;
    or a VP8 frame */
struct encoder_unit {
	const uint8_t *data;	/**< Borrowed for the call                    */
	size_t size;		/**< [bytes]                                  */
	bool key;		/**< IDR, or VP8 key frame                    */
	uint64_t time;		/**< The frame's, of capture [us]             */
	unsigned width, height; /**< [pixels]                              */
};

/** An access unit is ready. Must not free the encoder */
typedef void(encoder_unit_h)(const struct encoder_unit *u, uint64_t now,
			     void *arg);

/** It failed for good (errno; ENOTSUP: it does not keep to nal_max): to be
    freed and made anew, not inside */
typedef void(encoder_fault_h)(int err, void *arg);

struct encoder;

/** What a driver does; all functions are present */
struct encoder_table {
	/**
	 * Encode a frame of any format but H264, unless it is a driver for
	 * that. A reference is kept until it is done.
	 *
	 * @param key  As an IDR, with which a size that changed begins, too
	 *
	 * @return 0, EAGAIN busy: the frame is dropped, the wish for an IDR
	 *         is kept; EINVAL a format that it cannot take
	 */
	int (*put)(struct encoder *e, struct frame *f, bool key);

	/** Change what it makes, from the next frame on. @return 0, EINVAL,
	    ENOTSUP not with this nal_max: nothing was changed */
	int (*set)(struct encoder *e, const struct encoder_prefs *prefs);

	/** Print what it is and its counters on one line */
	int (*print)(struct re_printf *pf, const struct encoder *e);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct encoder {
	const struct encoder_table *table;
};

/**
 * Constructor of a driver.
 *
 * @param ep      Set to the new encoder
 * @param device  Of a hardware codec, such as "/dev/video11"; else ""
 *
 * @return 0, ENODEV no such hardware, ENOTSUP not with this nal_max, EINVAL,
 *         ENOMEM
 */
typedef int(encoder_alloc_h)(struct encoder **ep, const char *device,
			     const struct encoder_prefs *prefs,
			     encoder_unit_h *uh, encoder_fault_h *fh,
			     void *arg);

/** Encode a frame; see struct encoder_table */
static inline int encoder_put(struct encoder *e, struct frame *f, bool key)
{
	return e->table->put(e, f, key);
}

/** Change what it makes; see struct encoder_table */
static inline int encoder_set(struct encoder *e,
			      const struct encoder_prefs *prefs)
{
	return e->table->set(e, prefs);
}

/** Print what it is and its counters, for %H */
static inline int encoder_print(struct re_printf *pf, const struct encoder *e)
{
	return e->table->print(pf, e);
}

#endif
