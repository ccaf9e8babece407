/**
 * @file core/device/camera.h  Camera: pictures, as they are captured
 *
 *     sensor -> [camera] -> frame(now)
 *
 * A table of functions; drivers implement it, a board chooses the driver. A
 * frame's last reference gives its buffer back to the driver, which has few:
 * who keeps more than one slows it down. A driver whose device goes away says
 * so once, and goes on when the device is back.
 */
#ifndef CORE_DEVICE_CAMERA_H
#define CORE_DEVICE_CAMERA_H

#include "core/base/clock.h"
#include "core/base/frame.h"

enum {
	CAMERA_FPS_MAX = 60, /**< As [video] fps */
};

/** What is wished for; the driver takes the nearest that the device can */
struct camera_prefs {
	unsigned width, height; /**< [pixels]                              */
	unsigned fps;		/**< Frames in a second                    */
	unsigned formats;	/**< Set of FRAME_BIT(): what can be taken;
				     0 for all but H264                    */
};

/** What it runs at */
struct camera_format {
	enum frame_format format;
	unsigned width, height; /**< [pixels], even    */
	unsigned fps;		/**< Frames in a second */
};

/** A picture; borrowed, take a reference to keep it. stop() is allowed */
typedef void(camera_frame_h)(struct frame *f, uint64_t now, void *arg);

/**
 * The device went away (err = errno), or came back (0) and makes pictures,
 * maybe of another format, which the frames say. Called once for each change;
 * stop() is allowed inside, freeing is not.
 */
typedef void(camera_state_h)(int err, void *arg);

struct camera;

/** What a driver does; all functions are present */
struct camera_table {
	/**
	 * Open the device and let it run. Counters begin anew.
	 *
	 * @param fmt  Set to what it runs at, before the first frame
	 *
	 * @return 0, EALREADY, ENODEV, EBUSY in use, EINVAL, ENOMEM
	 */
	int (*start)(struct camera *c, const struct camera_prefs *prefs,
		     struct camera_format *fmt, camera_frame_h *fh,
		     camera_state_h *sh, void *arg);

	/**
	 * Close it; no handler is called any more. Frames that are still
	 * held stay valid. May be started again.
	 */
	void (*stop)(struct camera *c);

	/** Print format and counters on one line */
	int (*print)(struct re_printf *pf, const struct camera *c);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct camera {
	const struct camera_table *table;
	camera_state_h *watchh; /**< These three by functions below only */
	void *watcher;
	int err;
};

/**
 * Constructor of a driver. The device is looked at (a warning says what is
 * wrong with it) but does not stay open. One that may come later is made
 * without; see camera_watch().
 *
 * @param cp      Set to the new camera
 * @param device  What follows "SCHEME:" in [video] camera, or ""
 *
 * @return 0, EINVAL device not understood, ENODEV, ENOENT, ENOMEM
 */
typedef int(camera_alloc_h)(struct camera **cp, const char *device);

/** Print the names that can follow "SCHEME:", a line each */
typedef int(camera_list_h)(struct re_printf *pf, void *unused);

/**
 * Hear of its state, open or not, as far as the driver knows, beginning with
 * now if it is away; NULL: no more. Called before the handler of start().
 */
static inline void camera_watch(struct camera *c, camera_state_h *h, void *arg)
{
	c->watchh = h;
	c->watcher = arg;
	if (h && c->err)
		h(c->err, arg);
}

/** For drivers: how it is now */
static inline void camera_tell(struct camera *c, int err)
{
	const bool changed = !err != !c->err;

	c->err = err;
	if (changed && c->watchh)
		c->watchh(err, c->watcher);
}

/** Whether it is known to be away. @return 0, ENODEV it is not there, errno */
static inline int camera_away(const struct camera *c)
{
	return c->err;
}

/** Start; see struct camera_table */
static inline int camera_start(struct camera *c,
			       const struct camera_prefs *prefs,
			       struct camera_format *fmt, camera_frame_h *fh,
			       camera_state_h *sh, void *arg)
{
	return c->table->start(c, prefs, fmt, fh, sh, arg);
}

/** Stop; harmless when stopped */
static inline void camera_stop(struct camera *c)
{
	c->table->stop(c);
}

/** Print format and counters, for %H */
static inline int camera_print(struct re_printf *pf, const struct camera *c)
{
	return c->table->print(pf, c);
}

#endif
