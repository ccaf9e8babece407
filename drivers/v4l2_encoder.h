/**
 * @file drivers/v4l2_encoder.h  V4L2 encoder: a codec in hardware
 *
 *     frame -> [v4l2_encoder] -> /dev/videoM -> access unit(now)
 *
 * A stateful memory-to-memory encoder of the kernel, with one or several
 * planes (Documentation/userspace-api/media/v4l/dev-encoder.rst). A frame
 * that has a dmabuf of a layout that the device takes is not copied. Key
 * frames come only when asked for, or as often as the device insists.
 */
#ifndef DRIVERS_V4L2_ENCODER_H
#define DRIVERS_V4L2_ENCODER_H

#include "core/device/encoder.h"

enum {
	V4L2_ENCODER_STALL = CLOCK_S, /**< A frame takes no longer [us], ours */
};

/**
 * Constructor: constrained baseline H.264, constant bit rate.
 *
 * @param device  "/dev/videoM", or "" for the first that makes H.264
 *
 * The fault handler gets ETIMEDOUT when a frame took V4L2_ENCODER_STALL,
 * ENOTSUP when a NAL unit was longer than nal_max, which needs the controls
 * MULTI_SLICE_MODE and MULTI_SLICE_MAX_BYTES, and what else the device says.
 */
encoder_alloc_h v4l2_encoder_alloc;

/**
 * The same with another coded format, for tests: kernels have a device that
 * makes FWHT in software, none that makes H.264.
 *
 * @param fourcc  V4L2_PIX_FMT_..., of the coded side
 */
int v4l2_encoder_alloc_coded(struct encoder **ep, const char *device,
			     uint32_t fourcc, const struct encoder_prefs *prefs,
			     encoder_unit_h *uh, encoder_fault_h *fh,
			     void *arg);

/** The devices that make H.264, a line each */
int v4l2_encoder_list(struct re_printf *pf, void *unused);

#endif
