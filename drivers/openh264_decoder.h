/**
 * @file drivers/openh264_decoder.h  H.264 decoder in software: openh264
 *
 *     access unit -> [openh264_decoder] -> frame
 *
 * Does not conceal: a picture that cannot be right is not shown, and none
 * after it until an IDR. Runs in a thread, `openh264-dec`.
 */
#ifndef DRIVERS_OPENH264_DECODER_H
#define DRIVERS_OPENH264_DECODER_H

#include "core/device/decoder.h"

/** Constructor */
decoder_alloc_h openh264_decoder_alloc;

#endif
