/**
 * @file drivers/drm_display.c  DRM display
 *
 * A frame is drawn into the buffer that is not shown, then the buffers
 * change places, which takes until the screen has finished its picture. A
 * frame that comes meanwhile waits, in place of the one that waited. Once a
 * second the cable is looked at, and a card that lost its screen.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/drm_card.h"
#include "drivers/drm_display.h"
#include "drivers/hotplug.h"
#include "drivers/overlay.h"
#include "drivers/pixels.h"

enum {
	EVENT_VERSION = 2,   /* Of drmEventContext: page_flip_handler */
	STILL = CLOCK_S / 2, /* Without a picture for so long, what lies over
				it is drawn alone [us], ours          */
};

struct drm_display {
	struct display display; /* First, for struct display * */
	char *path;		/* "" for the first             */
	struct drm_card card;
	struct loop_watch *watch;
	struct hotplug *hotplug; /* NULL: it cannot be heard    */
	struct loop_timer timer;
	struct pixels pixels;
	unsigned back;	       /* The buffer that is not shown */
	bool flips;	       /* They are changing places     */
	bool blank;	       /* To be black next             */
	struct frame *waiting; /* For that                     */
	struct display_overlay overlay;
	bool dark;	/* No picture is shown          */
	bool stale;	/* What lies over it is not     */
	uint64_t last;	/* A picture came [us]          */
	uint64_t since; /* They began to [us]           */
	uint64_t shown;
	uint32_t skipped, stuck, losses;
};

static void on_event(int flags, uint64_t now, void *arg);

static void forget(struct drm_display *d)
{
	d->watch = mem_deref(d->watch);
	d->waiting = mem_deref(d->waiting);
	drm_card_close(&d->card);
	d->flips = d->blank = false;
	d->stale = overlay_any(&d->overlay);
	d->back = 0;
}

static void display_destructor(void *arg)
{
	struct drm_display *d = arg;

	loop_timer_cancel(&d->timer);
	mem_deref(d->hotplug);
	forget(d);
	pixels_close(&d->pixels);
	overlay_clear(&d->overlay);
	mem_deref(d->path);
}

static int open_screen(struct drm_display *d)
{
	int err;

	err = drm_card_open(&d->card, d->path);
	if (!err)
		err = loop_watch_alloc(&d->watch, "display", d->card.fd,
				       LOOP_READ | LOOP_EXCEPT, on_event, d);
	if (err)
		forget(d);
	else
		log_info("display: %s: %ux%u, %u Hz\n", d->card.path,
			 d->card.mode.hdisplay, d->card.mode.vdisplay,
			 d->card.mode.vrefresh);
	display_tell(&d->display, err);
	return err;
}

static void lose(struct drm_display *d, int err)
{
	log_warning("display: %s: %m; looking for a screen every %u s\n",
		    d->card.path, err, DRM_DISPLAY_LOOK / CLOCK_S);
	forget(d);
	++d->losses;
	display_tell(&d->display, err);
}

/* Let the buffer that was drawn into be shown */
static int flip(struct drm_display *d, uint64_t now)
{
	int err;

	err = drm_card_show(&d->card, d->back, &d->flips, d);
	if (err) {
		d->flips = err == EBUSY; /* Somebody's; its event will come */
		return err;
	}

	d->since = now;
	d->back = !d->back;
	return 0;
}

static struct pixels_screen screen_of(const struct drm_display *d,
				      unsigned index)
{
	const struct drm_card_buffer *b = &d->card.bufv[index];
	const struct pixels_screen screen = {
		.mem = b->mem,
		.stride = b->stride,
		.width = d->card.mode.hdisplay,
		.height = d->card.mode.vdisplay,
	};

	return screen;
}

static int draw(struct drm_display *d, const struct frame *f, uint64_t now)
{
	const struct drm_card_buffer *b = &d->card.bufv[d->back];
	const struct pixels_screen screen = screen_of(d, d->back);
	int err = 0;

	if (f)
		err = pixels_to_screen(&d->pixels, &screen, f);
	else
		memset(b->mem, 0, b->size);
	if (!err)
		err = overlay_to_screen(&d->overlay, &d->pixels, &screen);
	if (!err)
		err = flip(d, now);
	d->stale = d->stale && err;
	d->shown += f && !err;
	return err;
}

/* What came while the buffers changed places */
static void draw_waiting(struct drm_display *d, uint64_t now)
{
	struct frame *f = d->waiting;
	const bool any = f || d->blank;
	int err;

	d->waiting = NULL;
	d->blank = false;
	err = any ? draw(d, f, now) : 0;
	mem_deref(f);
	if (err && err != EBUSY && err != EINVAL)
		lose(d, err);
}

static void on_flip(int fd, unsigned sequence, unsigned s, unsigned us,
		    void *arg)
{
	struct drm_display *d = arg;
	(void)fd;
	(void)sequence;
	(void)s;
	(void)us;

	d->flips = false;
}

static void on_event(int flags, uint64_t now, void *arg)
{
	struct drm_display *d = arg;
	drmEventContext ctx = { .version = EVENT_VERSION,
				.page_flip_handler = on_flip };

	if (!(flags & LOOP_READ)) {
		lose(d, ENODEV);
		return;
	}
	if (drm.HandleEvent(d->card.fd, &ctx) && errno != EAGAIN) {
		lose(d, errno ? errno : ENODEV);
		return;
	}
	if (!d->flips)
		draw_waiting(d, now);
}

static void on_timer(uint64_t now, void *arg)
{
	struct drm_display *d = arg;

	loop_timer_arm(&d->timer, now + DRM_DISPLAY_LOOK);
	if (d->card.fd < 0) {
		(void)open_screen(d);
		return;
	}
	if (!drm_card_connected(&d->card)) {
		lose(d, ENODEV);
		return;
	}

	/* A screen that went dark tells nothing any more */
	if (d->flips && now > d->since + DRM_DISPLAY_LOOK) {
		++d->stuck;
		d->flips = false;
		draw_waiting(d, now);
	}
}

/* Another screen has another mode; its buffers are made anew */
static void on_hotplug(uint64_t now, void *arg)
{
	struct drm_display *d = arg;
	(void)now;

	if (d->card.fd >= 0 && drm_card_changed(&d->card)) {
		log_info("display: %s: another screen, or none\n",
			 d->card.path);
		forget(d);
	}
	if (d->card.fd < 0)
		(void)open_screen(d);
}

static int show(struct display *display, struct frame *f, uint64_t now)
{
	struct drm_display *d = (struct drm_display *)display;
	int err;

	d->dark = false;
	d->last = now;
	if (d->card.fd < 0)
		return ENODEV;

	d->blank = false;
	if (d->flips) {
		d->skipped += d->waiting != NULL;
		mem_deref(d->waiting);
		d->waiting = mem_ref(f);
		return 0;
	}

	err = draw(d, f, now);
	if (!err)
		return 0;

	log_debug("display: %s: %m\n", d->card.path, err);
	if (err == ENODEV)
		lose(d, err);
	return err == ENODEV ? ENODEV : EIO;
}

static void clear(struct display *display)
{
	struct drm_display *d = (struct drm_display *)display;

	d->dark = true;
	d->waiting = mem_deref(d->waiting);
	if (d->card.fd < 0 || !d->card.set)
		return;

	d->blank = true;
	if (!d->flips)
		draw_waiting(d, clock_now());
}

/* Into the buffer that is shown; of what is no more, black is left until the
   next picture */
static void touch_up(struct drm_display *d)
{
	const struct pixels_screen screen = screen_of(d, !d->back);

	d->stale = overlay_to_screen(&d->overlay, &d->pixels, &screen) != 0;
	drm_card_touch(&d->card, !d->back);
}

static void overlay(struct display *display, const struct display_overlay *o,
		    uint64_t now)
{
	struct drm_display *d = (struct drm_display *)display;

	d->stale |= overlay_set(&d->overlay, o);
	if (!d->stale || d->card.fd < 0 || d->flips)
		return;
	if (!d->card.set && !overlay_any(o))
		return;

	if (d->dark) {
		d->blank = true;
		draw_waiting(d, now);
	} else if (d->card.set && now > d->last + STILL) {
		touch_up(d);
	}
}

static int print(struct re_printf *pf, const struct display *display)
{
	const struct drm_display *d = (const struct drm_display *)display;

	return re_hprintf(
		pf,
		"drm %s %ux%u%s shown=%llu skipped=%u stuck=%u "
		"losses=%u",
		d->card.fd < 0 ? d->path : d->card.path, d->card.mode.hdisplay,
		d->card.mode.vdisplay, d->card.fd < 0 ? " lost" : "",
		(unsigned long long)d->shown, d->skipped, d->stuck, d->losses);
}

static const struct display_table table = {
	.show = show,
	.clear = clear,
	.print = print,
	.overlay = overlay,
};

/* "", "=PATH", "drm", "drm=PATH" */
static const char *path_of(const char *device)
{
	static const char scheme[] = "drm";

	if (!strncmp(device, scheme, sizeof(scheme) - 1))
		device += sizeof(scheme) - 1;
	if (!*device)
		return device;

	return device[0] == '=' && device[1] == '/' ? device + 1 : NULL;
}

/* What may come, or end, while the phone runs; not a library that is missing */
static int open_first(struct drm_display *d)
{
	const char *path = d->path;
	int err = drm_lib_load();

	if (err)
		return err;

	err = open_screen(d);
	if (err)
		log_warning("display: drm%s%s: %s; looking for it every %u "
			    "s\n",
			    *path ? "=" : "", path,
			    err == ENODEV ? "no screen is connected yet"
					  : strerror(err),
			    DRM_DISPLAY_LOOK / CLOCK_S);
	return err == ENOMEM ? err : 0;
}

int drm_display_alloc(struct display **dp, const char *device)
{
	const char *path = path_of(device);
	struct drm_display *d;
	int err;

	if (!path)
		return EINVAL;

	d = mem_zalloc(sizeof(*d), display_destructor);
	if (!d)
		return ENOMEM;

	d->display.table = &table;
	d->dark = true;
	d->card.fd = -1;
	loop_timer_init(&d->timer, "display", on_timer, d);
	err = str_dup(&d->path, path);
	if (!err)
		err = open_first(d);
	if (err) {
		mem_deref(d);
		return err;
	}

	(void)hotplug_alloc(&d->hotplug, "drm", on_hotplug, d);
	loop_timer_arm(&d->timer, clock_now() + DRM_DISPLAY_LOOK);
	*dp = &d->display;
	return 0;
}

int drm_display_list(struct re_printf *pf, void *unused)
{
	(void)unused;
	return drm_card_list(pf);
}
