/**
 * @file drivers/drm_screen.c  DRM screen
 *
 * One shot at a time. The loop takes it and gives it back, the thread reads
 * it: memory of a graphics card may be slow to read.
 */
#include <fcntl.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/drm_card.h"
#include "drivers/drm_screen.h"
#include "drivers/drm_shot.h"
#include "drivers/pixels.h"
#include "drivers/worker.h"

enum {
	WIDTH = 1280, /* Unless wished otherwise [pixels] */
	HEIGHT = 720,
	FPS = 5,
};

/* The thread's from worker_put() until it is done */
struct job {
	struct drm_shot shot;
	struct frame *frame; /* What it becomes */
	uint64_t time;
	int err;
};

struct drm_screen {
	struct camera camera; /* First, for struct camera * */
	char *path;	      /* "" for the first           */
	int fd;		      /* Ours, -1 for none          */
	struct camera_format fmt;
	struct frame *roomv[DRM_SCREEN_FRAMES];
	struct worker *worker;
	struct job job;
	struct loop_timer timer;
	uint64_t due;			/* [us]                    */
	int err;			/* Why it is away; 0: here */
	unsigned width, height;		/* Of the screen           */
	uint32_t frames, late, dropped; /* Counters                */
	camera_frame_h *fh;
	camera_state_h *sh;
	void *arg;

	struct pixels pixels; /* The thread's */
};

/* ---- The card ---- */

/* Who opens a card that nobody draws on would keep others from it */
static int open_card(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		(void)drm.DropMaster(fd);
	return fd;
}

static int open_first(void)
{
	for (int i = 0; i < DRM_CARD_MAX; i++) {
		char path[DRM_CARD_PATH];
		unsigned width, height;
		int fd;

		(void)re_snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open_card(path);
		if (fd >= 0 && !drm_shot_size(fd, &width, &height))
			return fd;
		if (fd >= 0)
			(void)close(fd);
	}
	errno = ENODEV;
	return -1;
}

static void close_card(struct drm_screen *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

/* Our own display's, or ours */
static int card_of(struct drm_screen *s)
{
	int fd = drm_card_master(s->path);

	if (fd >= 0) {
		close_card(s);
		return fd;
	}
	if (s->fd < 0)
		s->fd = *s->path ? open_card(s->path) : open_first();
	return s->fd;
}

/* ---- Pictures ---- */

/* In the thread */
static void on_run(void *arg, void *screen)
{
	struct drm_screen *s = screen;
	struct job *job = arg;

	job->err = drm_shot_begin(&job->shot);
	if (job->err)
		return;

	job->err = pixels_to_i420(&s->pixels, job->frame, &job->shot.frame);
	drm_shot_end(&job->shot);
}

static void put_down(struct drm_screen *s)
{
	drm_shot_free(&s->job.shot);
	s->job.frame = mem_deref(s->job.frame);
}

static void tell(struct drm_screen *s, int err)
{
	if (err == s->err)
		return;
	if (err == EACCES || err == EPERM)
		log_warning("screen: the kernel does not show us what others "
			    "draw: give the phone CAP_SYS_ADMIN, or let it "
			    "draw itself with [video] display = drm\n");
	else if (err == ENOTSUP)
		log_warning("screen: what is shown is neither XRGB8888 nor "
			    "RGB565, or in tiles\n");
	else if (err)
		log_info("screen: nothing is shown: %m; looking every %u s\n",
			 err, (unsigned)(DRM_SCREEN_LOOK / CLOCK_S));
	if (!err != !s->err)
		s->sh(err, s->arg);
	s->err = err;
}

static void on_done(void *arg, uint64_t now, void *screen)
{
	struct drm_screen *s = screen;
	struct frame *f = mem_ref(s->job.frame); /* Beyond a stop() */
	const int err = s->job.err;
	(void)arg;

	f->time = s->job.time;
	put_down(s);
	if (err) {
		++s->dropped;
	} else {
		++s->frames;
		s->fh(f, now, s->arg);
	}
	mem_deref(f);
}

static unsigned side(unsigned n)
{
	return MAX(n, (unsigned)FRAME_SIDE_MIN);
}

/* A frame that nobody looks at any more, of the size that the screen has when
   it is made no larger than wished for. NULL: none is free */
static struct frame *room_of(struct drm_screen *s, const struct frame *shot)
{
	const bool fits = shot->width <= s->fmt.width &&
			  shot->height <= s->fmt.height;
	const struct pixels_rect r = pixels_fit(
		shot->width, shot->height, fits ? shot->width : s->fmt.width,
		fits ? shot->height : s->fmt.height);

	for (unsigned i = 0; i < DRM_SCREEN_FRAMES; i++) {
		struct frame **fp = &s->roomv[i];

		if (*fp && mem_nrefs(*fp) > 1)
			continue;
		if (*fp && ((*fp)->width != side(r.width) ||
			    (*fp)->height != side(r.height)))
			*fp = mem_deref(*fp);
		if (!*fp &&
		    frame_alloc(fp, FRAME_I420, side(r.width), side(r.height)))
			return NULL;
		return *fp;
	}
	return NULL;
}

static int look(struct drm_screen *s, uint64_t now)
{
	const int fd = card_of(s);
	struct frame *room;
	int err;

	err = fd < 0 ? errno : drm_shot_take(&s->job.shot, fd);
	if (err) {
		close_card(s); /* It may be another card the next time */
		return err;
	}

	s->width = s->job.shot.frame.width;
	s->height = s->job.shot.frame.height;
	room = room_of(s, &s->job.shot.frame);
	s->job.frame = mem_ref(room);
	s->job.time = now;
	if (!room || worker_put(s->worker, &s->job)) {
		++s->dropped;
		put_down(s);
	}
	return 0;
}

static void on_timer(uint64_t now, void *arg)
{
	struct drm_screen *s = arg;
	const uint64_t period = CLOCK_S / s->fmt.fps;
	int err = 0;

	/* A loop that comes late sees the newest only */
	s->due = MAX(s->due + period, now + period / 2);
	if (s->job.frame)
		++s->late; /* The last one is still being read */
	else
		err = look(s, now);

	if (err)
		s->due = now + MAX(period, (uint64_t)DRM_SCREEN_LOOK);
	loop_timer_arm(&s->timer, s->due);
	tell(s, err); /* Last: it may stop */
}

/* ---- The device ---- */

static void stop(struct camera *c)
{
	struct drm_screen *s = (struct drm_screen *)c;

	loop_timer_cancel(&s->timer);
	s->worker = mem_deref(s->worker); /* First: then nobody reads */
	put_down(s);
	for (unsigned i = 0; i < DRM_SCREEN_FRAMES; i++)
		s->roomv[i] = mem_deref(s->roomv[i]);
	pixels_close(&s->pixels);
	close_card(s);
	s->fh = NULL;
}

static void screen_destructor(void *arg)
{
	struct drm_screen *s = arg;

	stop(&s->camera);
	mem_deref(s->path);
}

static unsigned nearest_side(unsigned n, unsigned usual)
{
	n = n ? n & ~1U : usual;
	return MIN(side(n), (unsigned)FRAME_SIDE_MAX);
}

static int start(struct camera *c, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct drm_screen *s = (struct drm_screen *)c;
	int err;

	if (s->fh)
		return EALREADY;
	if (prefs->formats && !(prefs->formats & FRAME_BIT(FRAME_I420)))
		return EINVAL;

	err = drm_lib_load();
	if (!err)
		err = worker_alloc(&s->worker, "screen", on_run, on_done, s);
	if (err)
		return err;

	s->fmt.format = FRAME_I420;
	s->fmt.width = nearest_side(prefs->width, WIDTH);
	s->fmt.height = nearest_side(prefs->height, HEIGHT);
	s->fmt.fps = MIN(prefs->fps ? prefs->fps : (unsigned)FPS,
			 (unsigned)CAMERA_FPS_MAX);
	s->frames = s->late = s->dropped = 0;
	s->width = s->height = 0;
	s->err = 0;
	s->due = clock_now();
	s->fh = fh;
	s->sh = sh;
	s->arg = arg;
	*fmt = s->fmt;
	loop_timer_arm(&s->timer, s->due);
	return 0;
}

static int print(struct re_printf *pf, const struct camera *c)
{
	const struct drm_screen *s = (const struct drm_screen *)c;

	if (!s->fh)
		return re_hprintf(pf, "drm screen %s, stopped", s->path);
	return re_hprintf(pf,
			  "drm screen %s %ux%u in %ux%u %u fps%s frames=%u "
			  "late=%u dropped=%u",
			  s->path, s->width, s->height, s->fmt.width,
			  s->fmt.height, s->fmt.fps, s->err ? " away" : "",
			  s->frames, s->late, s->dropped);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

/* A card that is named is there; what it shows may come later */
/* A card that is not there may come */
static int check(const char *path)
{
	int err = drm_lib_load(), fd;

	if (err || !*path)
		return err;

	fd = open_card(path);
	if (fd >= 0)
		(void)close(fd);
	else if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		log_warning("screen: %s: no such card yet; it is looked for\n",
			    path);
	else
		err = errno;
	return err;
}

int drm_screen_alloc(struct camera **cp, const char *device)
{
	struct drm_screen *s;
	int err;

	if (*device && *device != '/') {
		log_warning("screen: 'drm:%s' should be drm or "
			    "drm:/dev/dri/cardN\n",
			    device);
		return EINVAL;
	}

	err = check(device);
	if (err) {
		log_warning("screen: drm:%s: %m\n", device, err);
		return err;
	}

	s = mem_zalloc(sizeof(*s), screen_destructor);
	if (!s)
		return ENOMEM;

	s->camera.table = &table;
	s->fd = -1;
	loop_timer_init(&s->timer, "screen", on_timer, s);
	err = str_dup(&s->path, device);
	if (err)
		mem_deref(s);
	else
		*cp = &s->camera;
	return err;
}

int drm_screen_list(struct re_printf *pf, void *unused)
{
	int err = 0;
	(void)unused;

	if (drm_lib_load())
		return 0;

	for (int i = 0; i < DRM_CARD_MAX; i++) {
		char path[DRM_CARD_PATH];
		unsigned width, height;
		int fd;

		(void)re_snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open_card(path);
		if (fd >= 0 && !drm_shot_size(fd, &width, &height))
			err |= re_hprintf(pf, "drm:%s  %ux%u\n", path, width,
					  height);
		if (fd >= 0)
			(void)close(fd);
	}
	return err;
}
