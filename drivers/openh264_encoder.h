/**
 * @file drivers/openh264_encoder.h  H.264 encoder in software: openh264
 *
 *     frame -> [openh264_encoder] -> access unit
 *
 * Constrained baseline, one slice a picture, no IDR but those wished for;
 * level 3.1, or what the size asks for. Runs in a thread, `openh264-enc`.
 */
#ifndef DRIVERS_OPENH264_ENCODER_H
#define DRIVERS_OPENH264_ENCODER_H

#include "core/device/encoder.h"

/** Constructor; `device` is "" */
encoder_alloc_h openh264_encoder_alloc;

#endif
