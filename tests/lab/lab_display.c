/**
 * @file tests/lab/lab_display.c  Laboratory: the display driver on a screen
 *
 *     lab_display /dev/dri/cardN /sys/class/drm/cardN-CONNECTOR/status
 *
 * What the screen shows is read back through the kernel, from the buffer
 * that it says is shown.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "drivers/drm_display.h"
#include "drivers/drm_lib.h"
#include "tests/lab/judge.h"

enum {
	WIDTH = 640,
	HEIGHT = 360, /* Wider than the screen: black above and below */
	FPS = 25,
	FAST = 5 * CLOCK_MS,
	LUMA = 235, /* White */
	CHROMA = 128,
	BRIGHT = 200, /* Of blue, green and red */
	DARK = 20,
	XRGB = 4,
	SLOWEST = 2, /* Frames in two seconds, emulated */
	ROUNDS = 3,  /* Chance would have it once */
};

struct lab {
	struct judge judge;
	struct display *d;
	const char *path, *status;
	struct loop_timer timer;
	struct frame *f;
	uint64_t pace; /* Between frames [us] */
	unsigned put, refused, lost, back;
	int err;
};

static void on_tick(uint64_t now, void *arg)
{
	struct lab *l = arg;
	int err;

	loop_timer_arm(&l->timer, now + l->pace);
	err = display_show(l->d, l->f, now);
	l->err = err;
	++l->put;
	l->refused += err != 0;
}

static void play(struct lab *l, uint64_t pace, uint64_t time)
{
	l->put = l->refused = 0;
	l->pace = pace;
	loop_timer_arm(&l->timer, clock_now());
	judge_run(&l->judge, time);
	loop_timer_cancel(&l->timer);
	judge_run(&l->judge, CLOCK_S / 4);
}

static long counter(struct lab *l, const char *name)
{
	char text[JUDGE_TEXT];

	(void)re_snprintf(text, sizeof(text), "%H", display_print, l->d);
	return judge_figure(text, name);
}

/* The buffer that a CRTC shows now. @return 0 or errno */
static int shown(int fd, struct drm_mode_fb_cmd *fb)
{
	drmModeRes *res = drm.ModeGetResources(fd);

	memset(fb, 0, sizeof(*fb));
	for (int i = 0; res && i < res->count_crtcs && !fb->fb_id; i++) {
		drmModeCrtc *crtc = drm.ModeGetCrtc(fd, res->crtcs[i]);

		if (!crtc)
			continue;
		fb->fb_id = crtc->buffer_id;
		drm.ModeFreeCrtc(crtc);
	}
	if (res)
		drm.ModeFreeResources(res);
	if (!fb->fb_id)
		return ENOENT;

	return drm.Ioctl(fd, DRM_IOCTL_MODE_GETFB, fb) ? errno : 0;
}

/* Green at three places of what is shown: middle, and above the picture */
static int look(const struct lab *l, unsigned *middle, unsigned *above)
{
	int fd = open(l->path, O_RDWR | O_CLOEXEC), err;
	struct drm_mode_map_dumb map = { 0 };
	struct drm_mode_fb_cmd fb;
	const uint8_t *p;
	size_t size;

	*middle = *above = UINT32_MAX;
	err = fd < 0 ? errno : shown(fd, &fb);
	if (!err) {
		map.handle = fb.handle;
		err = drm.Ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map) ? errno : 0;
	}
	if (!err) {
		size = (size_t)fb.pitch * fb.height;
		p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd,
			 (off_t)map.offset);
		err = p == MAP_FAILED ? errno : 0;
	}
	if (!err) {
		*middle =
			p[fb.pitch * (fb.height / 2) + fb.width / 2 * XRGB + 1];
		*above = p[fb.width / 2 * XRGB + 1];
		(void)munmap((void *)(uintptr_t)p, size);
	}
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static void picture(struct lab *l)
{
	unsigned middle, above;
	int err;

	play(l, CLOCK_S / FPS, 2 * CLOCK_S);
	err = look(l, &middle, &above);
	judge_say(&l->judge,
		  !err && !l->refused && l->put > SLOWEST && middle > BRIGHT &&
			  above < DARK,
		  "display shows a picture, its shape kept",
		  "put %u, shown %ld, skipped %ld, middle %u, above %u (%m)",
		  l->put, counter(l, "shown="), counter(l, "skipped="), middle,
		  above, err);
}

static void newest(struct lab *l)
{
	const long before = counter(l, "shown=") + counter(l, "skipped=");
	long all;

	play(l, FAST, CLOCK_S);
	all = counter(l, "shown=") + counter(l, "skipped=") - before;
	judge_say(&l->judge,
		  !l->refused && all == (long)l->put && !counter(l, "stuck="),
		  "display keeps only the newest",
		  "put %u, shown %ld, skipped %ld in all", l->put,
		  counter(l, "shown="), counter(l, "skipped="));
}

static void dark(struct lab *l)
{
	unsigned middle, above;
	int err;

	display_clear(l->d);
	judge_run(&l->judge, CLOCK_S / 4);
	err = look(l, &middle, &above);
	judge_say(&l->judge, !err && middle < DARK && above < DARK,
		  "display is black when cleared", "middle %u (%m)", middle,
		  err);
}

/* Over a picture, over one that stands still, on black, and away */
static void over(struct lab *l)
{
	const struct display_overlay nothing = { .band = NULL };
	struct display_overlay o = { .inset = NULL };
	unsigned abovev[5], middlev[5];
	int err;

	if (frame_alloc(&o.band, FRAME_I420, WIDTH, HEIGHT / 10))
		return;

	frame_black(o.band);
	memset(o.band->planev[0], LUMA, o.band->stridev[0] * o.band->height);
	display_overlay(l->d, &o, clock_now());
	play(l, CLOCK_S / FPS, CLOCK_S);
	err = look(l, &middlev[0], &abovev[0]);
	display_overlay(l->d, &nothing, clock_now());
	play(l, CLOCK_S / FPS, CLOCK_S);
	err |= look(l, &middlev[1], &abovev[1]);
	judge_run(&l->judge, CLOCK_S);
	display_overlay(l->d, &o, clock_now());
	err |= look(l, &middlev[2], &abovev[2]);
	display_clear(l->d);
	judge_run(&l->judge, CLOCK_S / 4);
	err |= look(l, &middlev[3], &abovev[3]);
	display_overlay(l->d, &nothing, clock_now());
	judge_run(&l->judge, CLOCK_S / 4);
	err |= look(l, &middlev[4], &abovev[4]);
	mem_deref(o.band);
	judge_say(&l->judge,
		  !err && abovev[0] > BRIGHT && middlev[0] > BRIGHT &&
			  abovev[1] < DARK && abovev[2] > BRIGHT &&
			  middlev[2] > BRIGHT && abovev[3] > BRIGHT &&
			  middlev[3] < DARK && abovev[4] < DARK,
		  "display has what lies over the picture",
		  "above, middle: %u %u, %u %u, %u %u, %u %u, %u %u (%m)",
		  abovev[0], middlev[0], abovev[1], middlev[1], abovev[2],
		  middlev[2], abovev[3], middlev[3], abovev[4], middlev[4],
		  err);
}

static int tell(const char *path, const char *how)
{
	int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	int err = fd < 0 ? errno : 0;

	if (!err && write(fd, how, strlen(how)) < 0)
		err = errno;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static int plug(const struct lab *l, const char *how)
{
	return tell(l->status, how);
}

static void on_state(int err, void *arg)
{
	struct lab *l = arg;

	l->lost += err != 0;
	l->back += !err;
}

static void unplugged(struct lab *l)
{
	int err, gone;

	l->lost = l->back = 0;
	display_watch(l->d, on_state, l);
	err = plug(l, "off");
	judge_run(&l->judge, 2 * DRM_DISPLAY_LOOK);
	gone = display_show(l->d, l->f, clock_now());
	err |= plug(l, "on");
	judge_run(&l->judge, 2 * DRM_DISPLAY_LOOK);
	play(l, CLOCK_S / FPS, CLOCK_S);
	judge_say(&l->judge,
		  !err && gone == ENODEV && !l->refused &&
			  counter(l, "losses=") == 1 && l->lost == 1 &&
			  l->back == 1,
		  "display is back when plugged in",
		  "gone %m, losses %ld, told %u, back %u, then put %u, "
		  "refused %u (%m)",
		  gone, counter(l, "losses="), l->lost, l->back, l->put,
		  l->refused, err);
}

/* The kernel's word is heard sooner than the display looks by itself */
static void heard(struct lab *l)
{
	char path[JUDGE_TEXT];
	int err = 0;

	(void)re_snprintf(path, sizeof(path), "/sys/class/drm%s/uevent",
			  strrchr(l->path, '/'));
	l->lost = l->back = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		err |= plug(l, "off");
		err |= tell(path, "change");
		judge_run(&l->judge, DRM_DISPLAY_LOOK / 4);
		if (l->lost != i + 1)
			break;
		err |= plug(l, "on");
		err |= tell(path, "change");
		judge_run(&l->judge, DRM_DISPLAY_LOOK / 2);
	}
	judge_say(&l->judge, !err && l->lost == ROUNDS && l->back == ROUNDS,
		  "display hears that it is plugged", "told %u, back %u (%m)",
		  l->lost, l->back, err);
}

/* The phone is started before its screen */
static void late(struct lab *l, const char *device)
{
	unsigned middle = 0, above = 0;
	int err, gone;

	l->d = mem_deref(l->d);
	l->lost = l->back = 0;
	err = plug(l, "off");
	err |= drm_display_alloc(&l->d, device);
	if (err) {
		judge_say(&l->judge, false, "display comes later", "%m", err);
		return;
	}

	display_watch(l->d, on_state, l);
	gone = display_show(l->d, l->f, clock_now());
	err = plug(l, "on");
	judge_run(&l->judge, 2 * DRM_DISPLAY_LOOK);
	play(l, CLOCK_S / FPS, CLOCK_S);
	err |= look(l, &middle, &above);
	judge_say(&l->judge,
		  !err && gone == ENODEV && l->lost == 1 && l->back == 1 &&
			  !l->refused && middle > BRIGHT,
		  "display comes later",
		  "gone %m, told %u, back %u, refused %u, middle %u (%m)", gone,
		  l->lost, l->back, l->refused, middle, err);
}

static void names(struct lab *l)
{
	struct display *d = NULL;
	int bad, any;

	any = drm_display_alloc(&d, "drm");
	d = mem_deref(d);
	bad = drm_display_alloc(&d, "drm:0");
	judge_say(&l->judge, !any && bad == EINVAL, "display names",
		  "first %m, bad %m", any, bad);
	(void)re_printf("%H", drm_display_list, NULL);
}

int main(int argc, char **argv)
{
	struct lab l = { .path = argc > 1 ? argv[1] : "/dev/dri/card0",
			 .status = argc > 2 ? argv[2] : NULL };
	unsigned before, after;
	char device[JUDGE_TEXT];

	if (loop_init() || frame_alloc(&l.f, FRAME_I420, WIDTH, HEIGHT))
		return 1;

	memset(l.f->planev[0], LUMA, l.f->stridev[0] * HEIGHT);
	memset(l.f->planev[1], CHROMA, l.f->stridev[1] * HEIGHT / 2);
	memset(l.f->planev[2], CHROMA, l.f->stridev[2] * HEIGHT / 2);
	loop_timer_init(&l.timer, "tick", on_tick, &l);
	names(&l);
	before = judge_descriptors();
	(void)re_snprintf(device, sizeof(device), "=%s", l.path);
	if (drm_display_alloc(&l.d, device))
		return 1;

	picture(&l);
	newest(&l);
	dark(&l);
	over(&l);
	unplugged(&l);
	heard(&l);
	late(&l, device);
	(void)re_printf("%H\n", display_print, l.d);
	l.d = mem_deref(l.d);
	after = judge_descriptors();
	judge_say(&l.judge, before == after, "display leaves nothing open",
		  "descriptors %u before, %u after", before, after);
	mem_deref(l.f);
	loop_close();
	return l.judge.failed != 0;
}
