/**
 * @file tests/lab/lab_screen.c  Laboratory: what a screen shows, shown on
 *
 *     lab_screen /dev/dri/cardN /sys/class/drm/cardN-CONNECTOR/status
 *
 * Another process paints four known colours; they must be in the pictures.
 * Then our own display shows something, and we may do nothing that
 * others may not.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "drivers/drm_card.h"
#include "drivers/drm_display.h"
#include "drivers/drm_screen.h"
#include "tests/lab/judge.h"

enum {
	FPS = 10,
	WIDTH = 640, /* At most */
	HEIGHT = 480,
	NEAR = 3,     /* Of 255 */
	SLOWEST = 2,  /* Frames in two seconds, emulated */
	QUARTERS = 4, /* Colours, one in each of the screen's */
	XRGB = 4,
};

/* ITU-R BT.601, limited range */
static const struct {
	uint32_t xrgb;
	uint8_t y, u, v;
} colourv[QUARTERS] = {
	{ 0xff0000, 81, 90, 240 },
	{ 0x00ff00, 145, 54, 34 },
	{ 0x0000ff, 41, 240, 110 },
	{ 0xffffff, 235, 128, 128 },
};

struct lab {
	struct judge judge;
	const char *path, *status;
	struct camera *c;
	struct frame *last;
	unsigned frames, lost, back;
	int err;
};

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct lab *l = arg;
	(void)now;

	++l->frames;
	mem_deref(l->last);
	l->last = mem_ref(f);
}

static void on_state(int err, void *arg)
{
	struct lab *l = arg;

	l->err = err ? err : l->err;
	l->lost += err != 0;
	l->back += !err;
}

static int begin(struct lab *l)
{
	const struct camera_prefs prefs = {
		.width = WIDTH,
		.height = HEIGHT,
		.fps = FPS,
	};
	struct camera_format fmt;

	l->frames = l->lost = l->back = 0;
	l->err = 0;
	l->last = mem_deref(l->last);
	return camera_start(l->c, &prefs, &fmt, on_frame, on_state, l);
}

static void end(struct lab *l)
{
	(void)re_printf("%H\n", camera_print, l->c);
	camera_stop(l->c);
}

/* May administer, or no longer */
static int administer(bool may)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct datav[_LINUX_CAPABILITY_U32S_3];
	const uint32_t bit = 1U << CAP_SYS_ADMIN;

	if (syscall(SYS_capget, &head, datav))
		return errno;

	datav[0].effective = may ? datav[0].effective | bit
				 : datav[0].effective & ~bit;
	return syscall(SYS_capset, &head, datav) ? errno : 0;
}

static unsigned quarter(unsigned x, unsigned y, unsigned width, unsigned height)
{
	return (y >= height / 2 ? 2U : 0U) + (x >= width / 2 ? 1U : 0U);
}

static int paint(struct drm_card *card)
{
	const struct drm_card_buffer *b = &card->bufv[0];
	const unsigned width = card->mode.hdisplay;
	const unsigned height = card->mode.vdisplay;
	bool waits;

	for (unsigned y = 0; y < height; y++) {
		for (unsigned x = 0; x < width; x++) {
			const unsigned q = quarter(x, y, width, height);

			memcpy(b->mem + y * b->stride + (size_t)x * XRGB,
			       &colourv[q].xrgb, XRGB);
		}
	}
	return drm_card_show(card, 0, &waits, NULL);
}

/* The worst difference of any colour in the middle of its quarter */
static int worst(const struct frame *f)
{
	int most = 0;

	for (unsigned i = 0; f && i < QUARTERS; i++) {
		const size_t x = f->width * (1 + i % 2 * 2) / QUARTERS;
		const size_t y = f->height * (1 + i / 2 * 2) / QUARTERS;
		const int dy = f->planev[0][y * f->stridev[0] + x];
		const int du = f->planev[1][y / 2 * f->stridev[1] + x / 2];
		const int dv = f->planev[2][y / 2 * f->stridev[2] + x / 2];

		most = MAX(most, abs(dy - colourv[i].y));
		most = MAX(most, abs(du - colourv[i].u));
		most = MAX(most, abs(dv - colourv[i].v));
	}
	return f ? most : INT32_MAX;
}

static void colours(struct lab *l)
{
	int err, most;

	err = begin(l);
	judge_run(&l->judge, 2 * CLOCK_S);
	most = worst(l->last);
	judge_say(&l->judge,
		  !err && !l->lost && l->frames >= SLOWEST && most <= NEAR &&
			  l->last->width <= WIDTH,
		  "screen has the colours of the display",
		  "frames %u, %ux%u, worst colour %d of 255, lost %u (%m)",
		  l->frames, l->last ? l->last->width : 0,
		  l->last ? l->last->height : 0, most, l->lost,
		  err ? err : l->err);
	end(l);
}

static void refused(struct lab *l)
{
	int err;

	err = administer(false);
	err = err ? err : begin(l);
	judge_run(&l->judge, CLOCK_S);
	judge_say(&l->judge, !err && l->err == EACCES && !l->frames,
		  "screen is refused to who may not", "frames %u (%m), (%m)",
		  l->frames, l->err, err);
	end(l);
	(void)administer(true);
}

static int plug(const struct lab *l, const char *how)
{
	int fd = l->status ? open(l->status, O_WRONLY | O_CLOEXEC) : -1;
	int err = fd < 0 ? errno : 0;

	if (!err && write(fd, how, strlen(how)) < 0)
		err = errno;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static void unplugged(struct lab *l)
{
	unsigned before;
	int err;

	err = begin(l);
	judge_run(&l->judge, CLOCK_S);
	err |= plug(l, "off");
	judge_run(&l->judge, 2 * DRM_SCREEN_LOOK);
	err |= plug(l, "on");
	before = l->frames;
	judge_run(&l->judge, 2 * DRM_SCREEN_LOOK);
	judge_say(&l->judge,
		  !err && l->lost == 1 && l->back == 1 && l->frames > before,
		  "screen is back when plugged in",
		  "lost %u (%m), back %u, frames %u and %u more (%m)", l->lost,
		  l->err, l->back, before, l->frames - before, err);
	end(l);
}

/* Another process. @return how it went, as exit status */
static int be_painter(const struct lab *l, int ready, int over)
{
	struct drm_card card;
	char c = 0;
	int err;

	err = drm_card_open(&card, l->path);
	if (!err)
		err = paint(&card);
	if (write(ready, &err, sizeof(err)) < 0 || read(over, &c, 1) < 0)
		err = errno;
	drm_card_close(&card);
	return err;
}

static void painted(struct lab *l)
{
	int readyv[2], overv[2], err = EIO, status = 0;
	pid_t pid;

	if (pipe2(readyv, O_CLOEXEC) || pipe2(overv, O_CLOEXEC))
		return;

	pid = fork();
	if (!pid) {
		(void)close(overv[1]);
		_exit(be_painter(l, readyv[1], overv[0]));
	}
	(void)close(readyv[1]);
	(void)close(overv[0]);
	if (read(readyv[0], &err, sizeof(err)) != sizeof(err))
		err = EIO;
	judge_say(&l->judge, !err, "screen is painted", "%m", err);
	if (!err) {
		colours(l);
		refused(l);
		unplugged(l);
	}
	(void)close(readyv[0]);
	(void)close(overv[1]);
	(void)waitpid(pid, &status, 0);
}

/* The kernel's numbers of buffers are those that are free, from 1 on */
static uint32_t next_handle(const struct lab *l)
{
	struct drm_mode_create_dumb create = { .width = 16,
					       .height = 16,
					       .bpp = 32 };
	struct drm_mode_destroy_dumb destroy;
	const int fd = drm_card_master(l->path);

	if (fd < 0 || drm.Ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		return 0;

	destroy.handle = create.handle;
	(void)drm.Ioctl(fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
	return create.handle;
}

static void own(struct lab *l)
{
	struct display *d;
	char device[JUDGE_TEXT];
	struct frame *f;
	uint32_t handle;
	uint8_t y = 0;
	int err;

	(void)re_snprintf(device, sizeof(device), "=%s", l->path);
	if (frame_alloc(&f, FRAME_I420, WIDTH, HEIGHT) ||
	    drm_display_alloc(&d, device))
		return;

	frame_black(f);
	memset(f->planev[0], colourv[0].y, f->stridev[0] * HEIGHT);
	(void)display_show(d, f, clock_now());
	handle = next_handle(l);
	err = administer(false);
	err = err ? err : begin(l);
	judge_run(&l->judge, 2 * CLOCK_S);
	if (l->last)
		y = l->last->planev[0][l->last->stridev[0] *
					       (l->last->height / 2) +
				       l->last->width / 2];
	end(l);
	(void)administer(true);
	judge_say(&l->judge,
		  !err && l->frames >= SLOWEST && abs(y - colourv[0].y) <= NEAR,
		  "screen has what our own display shows",
		  "frames %u, luma %u of %u (%m)", l->frames, y, colourv[0].y,
		  err ? err : l->err);
	judge_say(&l->judge, handle && handle == next_handle(l),
		  "screen gives back what it was lent",
		  "next handle %u before, %u after", handle, next_handle(l));
	mem_deref(d);
	mem_deref(f);
}

int main(int argc, char **argv)
{
	struct lab l = { .path = argc > 1 ? argv[1] : "/dev/dri/card0",
			 .status = argc > 2 ? argv[2] : NULL };
	unsigned before, after;

	if (loop_init())
		return 1;

	before = judge_descriptors();
	if (drm_screen_alloc(&l.c, l.path))
		return 1;

	(void)re_printf("%H", drm_screen_list, NULL);
	painted(&l);
	own(&l);
	mem_deref(l.last);
	mem_deref(l.c);
	after = judge_descriptors();
	judge_say(&l.judge, before == after, "screen leaves nothing open",
		  "descriptors %u before, %u after", before, after);
	loop_close();
	return l.judge.failed != 0;
}
