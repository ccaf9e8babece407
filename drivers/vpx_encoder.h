/**
 * @file drivers/vpx_encoder.h  VP8 encoder in software: libvpx
 *
 *     frame -> [vpx_encoder] -> VP8 frame
 *
 * No key frame but those wished for. Runs in a thread, `vpx-enc`.
 */
#ifndef DRIVERS_VPX_ENCODER_H
#define DRIVERS_VPX_ENCODER_H

#include "core/device/encoder.h"

/** Constructor; `device` is "" */
encoder_alloc_h vpx_encoder_alloc;

#endif
