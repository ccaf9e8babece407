/**
 * @file core/device/coder.h  Coder: who encodes and decodes what, as a table
 *
 *     board -> [coder] -> studio (encoders), video (decoders)
 *
 * A board lists its coders, the best first: hardware before software.
 */
#ifndef CORE_DEVICE_CODER_H
#define CORE_DEVICE_CODER_H

#include "core/device/decoder.h"
#include "core/device/encoder.h"

/** What turns a picture into a JPEG. @param mbp Set to it, at pos 0.
    @return 0, EINVAL a format that it cannot take, EBADMSG a broken picture,
    ENOMEM */
typedef int(coder_jpeg_h)(struct mbuf **mbp, const struct frame *f);

/** A coder; constructors that it has not are NULL */
struct coder {
	const char *name;	  /**< As in [video] encoder: "openh264"     */
	const char *codec;	  /**< As in SDP: "H264", "VP8"              */
	const char *device;	  /**< Of hardware; "" to look for it        */
	unsigned formats;	  /**< Set of FRAME_BIT() that it encodes    */
	bool hardware;		  /**< Made of it; its place is before others */
	encoder_alloc_h *encoder; /**< Encodes                               */
	decoder_alloc_h *decoder; /**< Decodes                               */
};

/** All that a board has for pictures; parts that it has not are NULL */
struct optics {
	struct camera *camera;	    /**< Closed                             */
	struct camera *screen;	    /**< What is on a screen, closed        */
	struct display *display;    /**< Dark                               */
	const struct coder *coderv; /**< Ends with name NULL; the best first */
	coder_jpeg_h *jpegh;	    /**< For snapshots                      */
};

#endif
