/**
 * @file core/call/tripod.h  Tripod: the camera, opened, and whether it is there
 *
 *     camera -> [tripod] -> frame(now), device_lost, device_back
 *
 * Who needs it when, and in which format, is the studio's to know.
 */
#ifndef CORE_CALL_TRIPOD_H
#define CORE_CALL_TRIPOD_H

#include "core/base/event.h"
#include "core/device/camera.h"

enum {
	TRIPOD_STALE = 3 * CLOCK_S, /**< Without frames it is away [us], ours */
	TRIPOD_SETTLED = 2, /**< The frame that is good for a snapshot, ours */
	TRIPOD_RAW = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |
		     FRAME_BIT(FRAME_YUYV) | FRAME_BIT(FRAME_MJPEG),
};

/** Its owner looks, and changes nothing */
struct tripod {
	struct camera *camera; /**< NULL: there is none                    */
	char *name;
	struct event_bus *events;
	camera_frame_h *fh;
	void *arg;
	struct camera_format fmt; /**< While it is open                   */
	bool open;
	bool gone;	 /**< As was told                                 */
	bool passive;	 /**< It does not encode, as was seen             */
	unsigned frames; /**< Since it was opened                         */
	uint64_t last;	 /**< Frame, or when that was looked for [us]     */
	uint32_t opened; /**< Counter                                     */
};

/**
 * Allocate. Free with mem_deref(), which closes the camera.
 *
 * @param camera  Closed; a reference is kept. May be NULL
 * @param name    Of it, for people
 * @param events  For device_lost and device_back; may be NULL
 * @param fh      As camera_frame_h
 *
 * @return 0, ENOMEM
 */
int tripod_alloc(struct tripod **tp, struct camera *camera, const char *name,
		 struct event_bus *events, camera_frame_h *fh, void *arg);

/**
 * Open it; not within its handlers. A camera that was away is back then.
 *
 * @param prefs  Raw formats
 * @param pass   H.264 that it makes itself would be better
 *
 * @return 0, or as camera_start()
 */
int tripod_open(struct tripod *t, const struct camera_prefs *prefs, bool pass);

/** Close it; harmless when closed */
void tripod_close(struct tripod *t);

/** Tell people that it is gone (errno) or back (0), if that is new */
void tripod_tell(struct tripod *t, int err);

/** Whether there are no pictures to be had of it */
bool tripod_away(struct tripod *t, uint64_t now);

/** Whether it is known that there will be none soon */
bool tripod_gone(const struct tripod *t);

/** Print name, format and counters on one line, for %H */
int tripod_print(struct re_printf *pf, const struct tripod *t);

#endif
