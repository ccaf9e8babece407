/**
 * @file drivers/vpx_decoder.h  VP8 decoder in software: libvpx
 *
 *     VP8 frame -> [vpx_decoder] -> frame
 *
 * Does not conceal: nothing is shown after an error until a key frame. Runs
 * in a thread, `vpx-dec`.
 */
#ifndef DRIVERS_VPX_DECODER_H
#define DRIVERS_VPX_DECODER_H

#include "core/device/decoder.h"

/** Constructor */
decoder_alloc_h vpx_decoder_alloc;

#endif
