/**
 * @file tests/lab/lab_camera.c  Laboratory: the camera driver on vivid
 *
 *     lab_camera /dev/videoN
 *
 * vivid is the kernel's virtual camera: colour bars, and buttons that break
 * it (Documentation/admin-guide/media/vivid.rst).
 */
#include <fcntl.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/v4l2_camera.h"
#include "drivers/videodev.h"
#include "tests/lab/judge.h"

enum {
	WARM = 300 * CLOCK_MS, /* The first frames come irregularly       */
	LONG = 2 * CLOCK_S,
	OLD = 200 * CLOCK_MS, /* A frame should be younger, emulated     */
	RATE_OFF = 10,	      /* Off by so many per cent at most, likewise */
	PERCENT = 100,
	KEPT = 8, /* Frames that can be held             */
	WHITE = 150,
	BLACK = 40, /* Luma of the outer bars              */
	SHARE = 50, /* Of buffers to be dropped [%]        */
};

struct lab {
	struct judge judge;
	struct camera *cam;
	const char *path;
	struct camera_format fmt;
	unsigned frames, wrong, old, backwards, shared;
	uint64_t first, last;
	struct frame *keptv[KEPT];
	unsigned kept, keep; /* How many to hold */
	bool stop_inside;
	unsigned lost, back;
	int err;
};

/* The luma at a place of the middle line */
static uint8_t luma(const struct frame *f, unsigned x)
{
	const size_t pixel = f->format == FRAME_YUYV ? 2 : 1;

	return f->planev[0][f->stridev[0] * (f->height / 2) + x * pixel];
}

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct lab *l = arg;

	++l->frames;
	l->wrong += f->format != l->fmt.format || f->width != l->fmt.width ||
		    f->height != l->fmt.height || luma(f, 8) < WHITE ||
		    luma(f, f->width - 8) > BLACK;
	l->old += !f->time || f->time > now || now - f->time > OLD;
	l->backwards += f->time <= l->last;
	l->shared += f->dmabuf >= 0;
	if (!l->first)
		l->first = f->time;
	l->last = f->time;
	if (l->kept < l->keep)
		l->keptv[l->kept++] = mem_ref(f);
	if (l->stop_inside)
		camera_stop(l->cam);
}

static void on_state(int err, void *arg)
{
	struct lab *l = arg;

	l->lost += err != 0;
	l->back += err == 0;
	l->err = err ? err : l->err;
}

static void forget(struct lab *l)
{
	l->frames = l->wrong = l->old = l->backwards = l->shared = 0;
	l->first = l->last = 0;
	l->lost = l->back = 0;
	l->err = 0;
}

static void release(struct lab *l)
{
	while (l->kept)
		mem_deref(l->keptv[--l->kept]);
	l->keep = 0;
}

static int start(struct lab *l, unsigned width, unsigned height, unsigned fps,
		 unsigned formats)
{
	const struct camera_prefs prefs = { width, height, fps, formats };

	forget(l);
	return camera_start(l->cam, &prefs, &l->fmt, on_frame, on_state, l);
}

static long counter(struct lab *l, const char *name)
{
	char text[JUDGE_TEXT];

	(void)re_snprintf(text, sizeof(text), "%H", camera_print, l->cam);
	return judge_figure(text, name);
}

/* Press a button of vivid's, or set a value; by name */
static int press(const struct lab *l, const char *name, int32_t value)
{
	struct v4l2_queryctrl q = { .id = V4L2_CTRL_FLAG_NEXT_CTRL };
	int fd = open(l->path, O_RDWR | O_CLOEXEC), err = ENOENT;

	while (fd >= 0 && !videodev_ioctl(fd, VIDIOC_QUERYCTRL, &q)) {
		struct v4l2_control c = { .id = q.id, .value = value };

		if (!strcmp((const char *)q.name, name)) {
			err = videodev_ioctl(fd, VIDIOC_S_CTRL, &c);
			break;
		}
		q.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
	}
	if (fd >= 0)
		(void)close(fd);
	return err;
}

/* By sequence numbers: what a slow guest missed has been there */
static void format_and_rate(struct lab *l, enum frame_format format,
			    unsigned height, unsigned fps)
{
	long missed;

	char name[JUDGE_TEXT];
	uint64_t rate = 0;
	bool ok;
	int err;

	err = start(l, 640, height, fps, FRAME_BIT(format));
	judge_run(&l->judge, WARM);
	missed = counter(l, "missed=");
	forget(l);
	judge_run(&l->judge, LONG);
	camera_stop(l->cam);

	missed = counter(l, "missed=") - missed;
	if (l->frames > 1) /* Frames in 100 s */
		rate = ((uint64_t)l->frames - 1 + (uint64_t)missed) * CLOCK_S *
		       PERCENT / (l->last - l->first);
	ok = !err && l->fmt.format == format && l->fmt.width == 640 &&
	     l->fmt.height == height && l->fmt.fps == fps &&
	     rate >= fps * (PERCENT - RATE_OFF) &&
	     rate <= fps * (PERCENT + RATE_OFF) && !l->wrong &&
	     l->old <= l->frames / 4 && !l->backwards && l->shared == l->frames;
	(void)re_snprintf(name, sizeof(name), "camera %s 640x%u at %u",
			  frame_format_name(format), height, fps);
	judge_say(&l->judge, ok, name,
		  "%llu.%02llu frames/s, missed %ld, wrong %u, old %u, "
		  "shared %u of %u (%m)",
		  (unsigned long long)rate / PERCENT,
		  (unsigned long long)rate % PERCENT, missed, l->wrong, l->old,
		  l->shared, l->frames, err);
}

static void nearest_size(struct lab *l)
{
	static const struct {
		unsigned width, height, is_width, is_height;
	} casev[] = {
		{ 700, 500, 640, 480 },
		{ 320, 240, 320, 180 },
		{ 1280, 720, 1280, 720 },
		{ 1900, 1000, 1920, 1080 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		int err = start(l, casev[i].width, casev[i].height, 25, 0);

		judge_run(&l->judge, WARM);
		judge_say(&l->judge,
			  !err && l->fmt.width == casev[i].is_width &&
				  l->fmt.height == casev[i].is_height &&
				  l->frames && !l->wrong,
			  "camera nearest size", "%ux%u -> %ux%u %s, %u frames",
			  casev[i].width, casev[i].height, l->fmt.width,
			  l->fmt.height, frame_format_name(l->fmt.format),
			  l->frames);
		camera_stop(l->cam);
	}
}

static void broken_buffers(struct lab *l)
{
	int err;

	(void)start(l, 640, 480, 25, FRAME_BIT(FRAME_YUYV));
	judge_run(&l->judge, WARM);
	err = press(l, "Inject V4L2_BUF_FLAG_ERROR", 1);
	judge_run(&l->judge, WARM);
	judge_say(&l->judge,
		  !err && counter(l, "corrupt=") == 1 && !l->lost &&
			  l->frames > 4,
		  "camera drops a broken buffer", "corrupt %ld (%m)",
		  counter(l, "corrupt="), err);

	err = press(l, "Percentage of Dropped Buffers", SHARE);
	forget(l);
	judge_run(&l->judge, LONG);
	(void)press(l, "Percentage of Dropped Buffers", 0);
	judge_say(&l->judge,
		  !err && counter(l, "missed=") > 0 && l->frames && !l->lost,
		  "camera counts what is missed", "missed %ld, frames %u (%m)",
		  counter(l, "missed="), l->frames, err);
	camera_stop(l->cam);
}

static void frames_held(struct lab *l)
{
	unsigned frames;
	int err;

	(void)start(l, 640, 480, 25, FRAME_BIT(FRAME_NV12));
	l->keep = V4L2_CAMERA_BUFFERS;
	judge_run(&l->judge, V4L2_CAMERA_SILENCE + CLOCK_S);
	frames = l->frames;
	release(l);
	judge_run(&l->judge, CLOCK_S);
	judge_say(&l->judge,
		  frames == V4L2_CAMERA_BUFFERS && !l->lost &&
			  l->frames > frames + 10,
		  "camera waits for its buffers",
		  "%u frames while all are held, %u in the second after",
		  frames, l->frames - frames);

	l->keep = 2;
	judge_run(&l->judge, WARM);
	camera_stop(l->cam);
	err = start(l, 320, 180, 25, FRAME_BIT(FRAME_I420));
	judge_run(&l->judge, WARM);
	judge_say(&l->judge,
		  !err && l->kept == 2 && l->frames > 2 &&
			  luma(l->keptv[0], 8) > WHITE &&
			  l->keptv[0]->height == 480,
		  "camera restarts while frames are held",
		  "%u held, %u new frames (%m)", l->kept, l->frames, err);
	release(l);
	camera_stop(l->cam);
}

static void stop_inside(struct lab *l)
{
	(void)start(l, 640, 480, 25, 0);
	l->stop_inside = true;
	judge_run(&l->judge, WARM);
	l->stop_inside = false;
	judge_say(&l->judge, l->frames == 1, "camera stops in its handler",
		  "%u frame", l->frames);
}

static void loss(struct lab *l, const char *button)
{
	char name[JUDGE_TEXT];
	unsigned frames;
	int err;

	(void)start(l, 640, 480, 25, FRAME_BIT(FRAME_YUYV));
	l->keep = 1;
	judge_run(&l->judge, WARM);
	frames = l->frames;
	err = press(l, button, 1);
	judge_run(&l->judge, V4L2_CAMERA_SILENCE + 2 * V4L2_CAMERA_RETRY);
	(void)re_snprintf(name, sizeof(name), "camera back after '%s'", button);
	judge_say(&l->judge,
		  !err && frames && l->lost == 1 && l->back == 1 &&
			  l->frames > frames + 10,
		  name, "lost %u (%m), back %u, frames %u, then %u (%m)",
		  l->lost, l->err, l->back, frames, l->frames - frames, err);
	camera_stop(l->cam);
	release(l);
}

/* Errors of the start, of which each is the device's and passes */
static void start_fails(struct lab *l, const char *button)
{
	char name[JUDGE_TEXT];
	int err, asked;

	err = press(l, button, 1);
	asked = start(l, 640, 480, 25, FRAME_BIT(FRAME_NV12));
	judge_run(&l->judge, 2 * V4L2_CAMERA_RETRY);
	(void)re_snprintf(name, sizeof(name), "camera starts after '%s'",
			  button);
	judge_say(&l->judge,
		  !err && !asked && l->lost == 1 && l->back == 1 &&
			  l->frames > 10,
		  name, "asked %m, lost %u (%m), back %u, frames %u (%m)",
		  asked, l->lost, l->err, l->back, l->frames, err);
	camera_stop(l->cam);
}

/* It opens, and makes nothing, as long as that lasts: told once */
static void silent(struct lab *l)
{
	unsigned frames, lost, back;
	int err;

	(void)start(l, 640, 480, 25, FRAME_BIT(FRAME_NV12));
	judge_run(&l->judge, WARM);
	err = press(l, "Percentage of Dropped Buffers", PERCENT);
	judge_run(&l->judge, WARM); /* Some are under way */
	frames = l->frames;
	judge_run(&l->judge, 4 * V4L2_CAMERA_SILENCE);
	lost = l->lost;
	back = l->back;
	(void)press(l, "Percentage of Dropped Buffers", 0);
	judge_run(&l->judge, V4L2_CAMERA_SILENCE + 2 * V4L2_CAMERA_RETRY);
	judge_say(&l->judge,
		  !err && lost == 1 && !back && l->err == ETIMEDOUT &&
			  l->lost == 1 && l->back == 1 &&
			  l->frames > frames + 10,
		  "camera that makes nothing is lost once",
		  "frames %u, lost %u (%m), back %u, then %u, %u, frames %u "
		  "(%m)",
		  frames, lost, l->err, back, l->lost, l->back,
		  l->frames - frames, err);
	camera_stop(l->cam);
}

/* By name, and seen in the picture */
static void controls(struct lab *l)
{
	char device[JUDGE_TEXT];
	struct camera *was = l->cam, *none = NULL;
	uint8_t left = 0;
	int err, wrong, far;

	(void)re_snprintf(device, sizeof(device), "%s,horizontal_flip=1",
			  l->path);
	err = v4l2_camera_alloc(&l->cam, device);
	if (!err) {
		l->keep = 1;
		err = start(l, 640, 480, 25, FRAME_BIT(FRAME_YUYV));
		judge_run(&l->judge, WARM);
		left = l->kept ? luma(l->keptv[0], 8) : WHITE;
		release(l);
		camera_stop(l->cam);
		mem_deref(l->cam);
	}
	l->cam = was;
	(void)press(l, "Horizontal Flip", 0);
	(void)re_snprintf(device, sizeof(device), "%s,no_such=1", l->path);
	wrong = v4l2_camera_alloc(&none, device);
	(void)re_snprintf(device, sizeof(device), "%s,brightness=9999",
			  l->path);
	far = v4l2_camera_alloc(&none, device);
	judge_say(&l->judge,
		  !err && left < BLACK && wrong == EINVAL && far == EINVAL,
		  "camera controls", "left bar %u (%m), unknown %m, far %m",
		  left, err, wrong, far);
}

int main(int argc, char **argv)
{
	static const enum frame_format formatv[] = { FRAME_YUYV, FRAME_NV12,
						     FRAME_I420 };
	static const char *const failv[] = { "Inject VIDIOC_REQBUFS Error",
					     "Inject VIDIOC_QBUF Error",
					     "Inject VIDIOC_STREAMON Error" };
	struct lab l = { .path = argc > 1 ? argv[1] : "/dev/video0" };
	unsigned before, after;

	if (loop_init() || v4l2_camera_alloc(&l.cam, l.path))
		return 1;

	before = judge_descriptors();
	for (size_t i = 0; i < ARRAY_SIZE(formatv); i++) {
		format_and_rate(&l, formatv[i], 480, 25);
		format_and_rate(&l, formatv[i], 360, 30);
	}
	nearest_size(&l);
	broken_buffers(&l);
	frames_held(&l);
	stop_inside(&l);
	loss(&l, "Disconnect");
	loss(&l, "Inject Fatal Streaming Error");
	for (size_t i = 0; i < ARRAY_SIZE(failv); i++)
		start_fails(&l, failv[i]);
	silent(&l);
	controls(&l);
	after = judge_descriptors();
	judge_say(&l.judge, before == after, "camera leaves nothing open",
		  "descriptors %u before, %u after", before, after);

	mem_deref(l.cam);
	loop_close();
	return l.judge.failed != 0;
}
