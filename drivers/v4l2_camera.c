/**
 * @file drivers/v4l2_camera.c  V4L2 camera
 *
 * The queue of buffers is counted: by the camera, and by each frame that is
 * out. stop() ends it, which switches the camera off and frees the device
 * for the next start, while frames that are held keep their memory.
 */
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/hotplug.h"
#include "drivers/v4l2_buffers.h"
#include "drivers/v4l2_camera.h"
#include "drivers/v4l2_controls.h"
#include "drivers/v4l2_format.h"
#include "drivers/v4l2_modes.h"
#include "drivers/v4l2_place.h"

enum {
	LEAST = 2, /* Buffers with which a device can be expected to run */
};

struct v4l2_camera {
	struct camera camera; /* First, for struct camera * */
	struct v4l2_place place;
	char *controls;		 /* NULL none */
	struct hotplug *hotplug; /* NULL: it cannot be heard    */
	struct camera_prefs prefs;
	struct v4l2_modes_set set;

	int fd; /* -1 while closed or lost */
	struct v4l2_buffers *bufs;
	struct loop_watch *watch;
	struct loop_timer timer; /* Silence, or looking for it  */
	uint64_t last;		 /* Frame, or start of it [us]  */
	uint32_t sequence;	 /* The next one that should be */
	int lost;		 /* Why it is away, 0 it is not */
	bool told;		 /* The handler knows that      */

	camera_frame_h *fh; /* NULL while stopped */
	camera_state_h *sh;
	void *arg;
	uint64_t frames;
	uint32_t corrupt, missed, starved, losses;
};

static void on_ready(int flags, uint64_t now, void *arg);

static void close_device(struct v4l2_camera *c)
{
	c->watch = mem_deref(c->watch);
	v4l2_buffers_end(c->bufs);
	c->bufs = mem_deref(c->bufs);
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	loop_timer_cancel(&c->timer);
}

static void say(const struct v4l2_camera *c)
{
	log_info("camera: %s: %s %ux%u, %u frames/s, %u buffers%s\n",
		 v4l2_place_name(&c->place),
		 frame_format_name(c->set.fmt.format), c->set.fmt.width,
		 c->set.fmt.height, c->set.fmt.fps, v4l2_buffers_count(c->bufs),
		 v4l2_buffers_memory(c->bufs, 0)->dmabuf < 0 ? "" : ", shared");
}

/* What goes wrong here is not for want of a format */
static int run(struct v4l2_camera *c)
{
	int err;

	(void)v4l2_controls_set(c->fd, c->controls);
	err = v4l2_buffers_alloc(&c->bufs, c->fd, V4L2_BUF_TYPE_VIDEO_CAPTURE,
				 V4L2_MEMORY_MMAP, V4L2_CAMERA_BUFFERS, true);
	if (!err)
		err = v4l2_buffers_put_all(c->bufs);
	if (!err)
		err = v4l2_buffers_start(c->bufs);
	if (!err)
		err = loop_watch_alloc(&c->watch, "camera", c->fd,
				       LOOP_READ | LOOP_EXCEPT, on_ready, c);

	return err == EINVAL ? EIO : err;
}

static int open_camera(struct v4l2_camera *c, uint64_t now)
{
	int err;

	err = v4l2_place_open(&c->place, &c->fd);
	if (!err)
		err = v4l2_modes_apply(c->fd, &c->prefs, &c->set);
	if (!err)
		err = run(c);
	if (err) {
		close_device(c);
		return err;
	}

	c->last = now;
	c->sequence = 0;
	loop_timer_arm(&c->timer, now + V4L2_CAMERA_SILENCE);
	if (!c->lost)
		say(c);
	return 0;
}

static bool is_absent(int err)
{
	return err == ENODEV || err == ENOENT || err == ENXIO;
}

/* What another program, rights to the node, or the next try may change, too */
static bool is_away(int err)
{
	return err && err != EINVAL && err != ENOMEM;
}

/* A call goes on without it, and may as well begin so */
static void go_without(struct v4l2_camera *c, int err, uint64_t now)
{
	log_warning("camera: %s: %m; looking for it every %u s\n",
		    v4l2_place_name(&c->place), err,
		    V4L2_CAMERA_RETRY / CLOCK_S);
	close_device(c);
	++c->losses;
	c->lost = is_absent(err) ? ENODEV : err;
	c->told = false;
	loop_timer_arm(&c->timer, now);
}

static void tell(struct v4l2_camera *c, uint64_t now)
{
	c->told = true;
	loop_timer_arm(&c->timer, now + V4L2_CAMERA_RETRY);
	camera_tell(&c->camera, c->lost);
	if (c->fh)
		c->sh(c->lost, c->arg);
}

/* It was told already of one that opens and makes nothing */
static void lose(struct v4l2_camera *c, int err, uint64_t now)
{
	if (c->lost) {
		close_device(c);
		loop_timer_arm(&c->timer, now + V4L2_CAMERA_RETRY);
		return;
	}

	go_without(c, err, now);
	tell(c, now);
}

/* A whole picture, which is the proof. Its handler may stop it */
static void recover(struct v4l2_camera *c)
{
	c->lost = 0;
	say(c);
	camera_tell(&c->camera, 0);
	if (c->fh)
		c->sh(0, c->arg);
}

/* The last reference to a frame is gone */
static void give_back(struct frame *f, void *arg)
{
	struct v4l2_buffers *b = arg;
	const struct v4l2_buffers_item item = { .index = f->index };

	(void)v4l2_buffers_put(b, &item); /* Polling says what is the matter */
	mem_deref(b);
}

/* Whether a buffer has a whole picture; sets the frame's planes */
static bool whole(const struct v4l2_camera *c, struct frame *f,
		  const struct v4l2_buffers_item *item)
{
	uint8_t *data = v4l2_buffers_memory(c->bufs, item->index)->data;
	size_t need;

	if ((item->flags & V4L2_BUF_FLAG_ERROR) || !item->used)
		return false;

	need = v4l2_format_planes(f, data, c->set.stride, c->set.height);
	f->size = need ? need : item->used;
	f->key = f->format == FRAME_H264 && v4l2_format_idr(data, item->used);
	return item->used >= need;
}

static uint64_t time_of(const struct v4l2_buffers_item *item, uint64_t now)
{
	const uint32_t kind = item->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;

	return kind == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC && item->time &&
			       item->time <= now
		       ? item->time
		       : now;
}

static void hand_on(struct v4l2_camera *c, const struct v4l2_buffers_item *item,
		    uint64_t now)
{
	const struct camera_format *fmt = &c->set.fmt;
	struct frame *f;

	if (frame_wrap(&f, fmt->format, fmt->width, fmt->height, give_back,
		       mem_ref(c->bufs))) {
		++c->missed;
		give_back(&(struct frame){ .index = item->index }, c->bufs);
		return;
	}

	f->index = item->index;
	f->dmabuf = v4l2_buffers_memory(c->bufs, item->index)->dmabuf;
	f->time = time_of(item, now);
	if (whole(c, f, item)) {
		++c->frames;
		if (c->lost)
			recover(c);
		if (c->fh)
			c->fh(f, now, c->arg);
	} else {
		++c->corrupt;
	}
	mem_deref(f);
}

/* One frame; EAGAIN when there is none */
static int take(struct v4l2_camera *c, uint64_t now)
{
	struct v4l2_buffers_item item;
	int32_t gap;
	int err;

	err = v4l2_buffers_get(c->bufs, &item);
	if (err)
		return err;

	c->last = now;
	gap = (int32_t)(item.sequence - c->sequence);
	c->missed += gap > 0 ? (uint32_t)gap : 0;
	c->sequence = item.sequence + 1;
	hand_on(c, &item, now);
	return 0;
}

/* One frame a time, so that `now` is later than its time stamp */
static void on_ready(int flags, uint64_t now, void *arg)
{
	struct v4l2_camera *c = mem_ref(arg);
	int err;

	err = take(c, now);
	if (err == EAGAIN && (flags & LOOP_EXCEPT))
		err = EIO; /* Would be reported for ever */
	if (err && err != EAGAIN)
		lose(c, err, now);
	mem_deref(c);
}

static void listen_on(struct v4l2_camera *c, uint64_t now)
{
	/* Who holds the frames is to blame, not the camera */
	if (v4l2_buffers_queued(c->bufs) < LEAST) {
		++c->starved;
		c->last = now;
	}

	if (now >= c->last + V4L2_CAMERA_SILENCE)
		lose(c, ETIMEDOUT, now);
	else
		loop_timer_arm(&c->timer, c->last + V4L2_CAMERA_SILENCE);
}

static void look_for(struct v4l2_camera *c, uint64_t now)
{
	if (open_camera(c, now))
		loop_timer_arm(&c->timer, now + V4L2_CAMERA_RETRY);
}

/* While nobody needs it: whether it would be there. What else was the matter
   is seen when it is opened */
static void glance(struct v4l2_camera *c, uint64_t now)
{
	const int was = camera_away(&c->camera);
	const int err = is_absent(v4l2_place_look(&c->place)) ? ENODEV : 0;

	loop_timer_arm(&c->timer, now + V4L2_CAMERA_LOOK);
	if (!err == !was || (was && was != ENODEV))
		return;

	log_info("camera: %s is %s\n", v4l2_place_name(&c->place),
		 err ? "not there any more" : "there");
	camera_tell(&c->camera, err);
}

static void on_timer(uint64_t now, void *arg)
{
	struct v4l2_camera *c = mem_ref(arg);

	if (!c->fh)
		glance(c, now);
	else if (c->lost && !c->told)
		tell(c, now);
	else if (c->fd < 0)
		look_for(c, now);
	else
		listen_on(c, now);
	mem_deref(c);
}

/* The kernel's word is heard sooner than we look */
static void on_hotplug(uint64_t now, void *arg)
{
	struct v4l2_camera *c = arg;

	if (!c->fh || (c->told && c->fd < 0))
		loop_timer_arm(&c->timer, now);
}

static int start(struct camera *camera, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct v4l2_camera *c = (struct v4l2_camera *)camera;
	int err;

	if (c->fh)
		return EALREADY;

	c->frames = 0;
	c->corrupt = c->missed = c->starved = c->losses = 0;
	c->prefs = *prefs;
	err = open_camera(c, clock_now());
	if (is_away(err) && prefs->formats != FRAME_BIT(FRAME_H264)) {
		go_without(c, err, clock_now());
		c->set.fmt = (struct camera_format){ FRAME_NV12, prefs->width,
						     prefs->height,
						     prefs->fps };
		err = 0;
	}
	if (err) {
		loop_timer_arm(&c->timer, clock_now() + V4L2_CAMERA_LOOK);
		return err;
	}
	if (!c->lost && camera_away(camera)) {
		c->lost = camera_away(camera);
		c->told = true;
	}

	c->fh = fh;
	c->sh = sh;
	c->arg = arg;
	*fmt = c->set.fmt;
	return 0;
}

static void stop(struct camera *camera)
{
	struct v4l2_camera *c = (struct v4l2_camera *)camera;

	if (!c->fh)
		return;

	close_device(c);
	c->fh = NULL;
	c->lost = 0;
	loop_timer_arm(&c->timer, clock_now() + V4L2_CAMERA_LOOK);
}

static int print(struct re_printf *pf, const struct camera *camera)
{
	const struct v4l2_camera *c = (const struct v4l2_camera *)camera;
	const struct camera_format *fmt = &c->set.fmt;

	return re_hprintf(pf,
			  "v4l2 %s %s %ux%u %u/s%s frames=%llu corrupt=%u "
			  "missed=%u starved=%u losses=%u",
			  v4l2_place_name(&c->place),
			  frame_format_name(fmt->format), fmt->width,
			  fmt->height, fmt->fps,
			  c->lost	  ? " lost"
			  : c->fh	  ? ""
			  : c->camera.err ? " away"
					  : " stopped",
			  (unsigned long long)c->frames, c->corrupt, c->missed,
			  c->starved, c->losses);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

static void camera_destructor(void *arg)
{
	struct v4l2_camera *c = arg;

	close_device(c);
	mem_deref(c->hotplug);
	mem_deref(c->controls);
	v4l2_place_close(&c->place);
}

static int read_device(struct v4l2_camera *c, const char *device)
{
	const char *comma = strchr(device, ',');
	struct pl name = { device,
			   comma ? (size_t)(comma - device) : strlen(device) };
	int err = 0;

	if (comma && v4l2_controls_check(comma + 1))
		return EINVAL;
	if (comma)
		err = str_dup(&c->controls, comma + 1);

	return err ? err : v4l2_place_init(&c->place, &name);
}

/* Whether it is one, with these controls; it may come later */
static int look_at(struct v4l2_camera *c)
{
	int fd, err;

	err = v4l2_place_open(&c->place, &fd);
	if (!err) {
		err = v4l2_controls_set(fd, c->controls);
		(void)close(fd);
	} else if (is_away(err)) {
		log_warning("camera: %s: %s yet; it is looked for\n",
			    *v4l2_place_name(&c->place)
				    ? v4l2_place_name(&c->place)
				    : "v4l2",
			    err == ENODEV ? "no camera" : strerror(err));
		c->camera.err = is_absent(err) ? ENODEV : err;
		err = 0;
	}
	return err;
}

int v4l2_camera_alloc(struct camera **cp, const char *device)
{
	struct v4l2_camera *c;
	int err;

	c = mem_zalloc(sizeof(*c), camera_destructor);
	if (!c)
		return ENOMEM;

	c->camera.table = &table;
	c->fd = -1;
	loop_timer_init(&c->timer, "camera", on_timer, c);
	err = read_device(c, device);
	if (!err)
		err = look_at(c);
	if (err) {
		log_warning("camera: v4l2:%s: %m\n", device, err);
		mem_deref(c);
		return err;
	}

	(void)hotplug_alloc(&c->hotplug, "video4linux", on_hotplug, c);
	loop_timer_arm(&c->timer, clock_now() + V4L2_CAMERA_LOOK);
	*cp = &c->camera;
	return 0;
}

static bool list_one(const char *path, void *arg)
{
	struct re_printf *pf = arg;
	struct v4l2_capability cap;
	struct pl card;
	uint32_t caps;
	int fd;

	if (videodev_open(&fd, path, &caps, &cap))
		return false;

	pl_set_str(&card, (const char *)cap.card);
	if (v4l2_place_can(caps))
		(void)re_hprintf(pf, "v4l2:%s  %H:%H;%H\n", path, log_text,
				 &card, v4l2_modes_print, &fd,
				 v4l2_controls_print, &fd);
	(void)close(fd);
	return false;
}

int v4l2_camera_list(struct re_printf *pf, void *unused)
{
	(void)unused;

	(void)videodev_each(list_one, pf);
	return 0;
}
