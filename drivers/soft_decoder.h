/**
 * @file drivers/soft_decoder.h  Software decoder: all but the codec
 *
 *     access unit -> [soft_decoder: queue] -> codec -> frame
 *
 * Common to the software codecs' drivers. The codec is called in the thread
 * of a worker. The picture that it shows is copied only if somebody takes a
 * reference to the frame.
 */
#ifndef DRIVERS_SOFT_DECODER_H
#define DRIVERS_SOFT_DECODER_H

#include "core/device/decoder.h"

/** What a codec makes of an access unit */
struct soft_picture {
	/** I420, of the codec's until it is called again; NULL for none */
	const uint8_t *planev[FRAME_PLANES];
	size_t stridev[FRAME_PLANES]; /**< [bytes]  */
	unsigned width, height;	      /**< [pixels] */
};

/** A codec. Its object is freed with mem_deref() when the thread is gone */
struct soft_decodec {
	const char *name;   /**< For people                 */
	const char *thread; /**< Name of the thread, static */

	/**
	 * Decode, in the thread.
	 *
	 * @return 0, EBADMSG it is lost until the next key frame
	 */
	int (*decode)(void *codec, struct soft_picture *pic,
		      const uint8_t *data, size_t size);
};

/**
 * Make a decoder of a codec.
 *
 * @param object  The codec's; a reference is taken over, also on errors
 *
 * @return 0, ENOMEM, EAGAIN
 */
int soft_decoder_alloc(struct decoder **dp, const struct soft_decodec *codec,
		       void *object, decoder_frame_h *h, void *arg);

#endif
