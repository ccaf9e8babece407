/**
 * @file drivers/soft_encoder.h  Software encoder: all but the codec
 *
 *     frame -> [soft_encoder: queue, convert, scale] -> codec -> access unit
 *
 * Common to the software codecs' drivers. The codec is called in the thread
 * of a worker, always with an I420 picture of the size that is wished for.
 */
#ifndef DRIVERS_SOFT_ENCODER_H
#define DRIVERS_SOFT_ENCODER_H

#include "core/device/encoder.h"

/** What a codec makes of a picture */
struct soft_unit {
	const uint8_t *data; /**< Of the codec's, until it is called again */
	size_t size;	     /**< [bytes]; 0: the picture was left out     */
	bool key;
};

/** A codec. Its object is freed with mem_deref() when the thread is gone */
struct soft_codec {
	const char *name;   /**< For people                          */
	const char *thread; /**< Name of the thread, static          */

	/**
	 * Encode, in the thread.
	 *
	 * @param prefs  May differ from those of the call before
	 * @param key    As an IDR or key frame
	 *
	 * @return 0, or errno: it is broken for good
	 */
	int (*encode)(void *codec, struct soft_unit *u, const struct frame *f,
		      const struct encoder_prefs *prefs, bool key);
};

/**
 * Make an encoder of a codec.
 *
 * @param object  The codec's; a reference is taken over, also on errors
 *
 * @return 0, EINVAL, ENOMEM, EAGAIN
 */
int soft_encoder_alloc(struct encoder **ep, const struct soft_codec *codec,
		       void *object, const struct encoder_prefs *prefs,
		       encoder_unit_h *uh, encoder_fault_h *fh, void *arg);

#endif
