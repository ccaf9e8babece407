/**
 * @file core/call/tripod.c  Tripod
 */
#include "core/base/log.h"
#include "core/call/tripod.h"

static void tripod_destructor(void *arg)
{
	struct tripod *t = arg;

	tripod_close(t);
	if (t->camera)
		camera_watch(t->camera, NULL, NULL);
	mem_deref(t->camera);
	mem_deref(t->name);
}

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct tripod *t = arg;

	t->last = now;
	++t->frames;
	t->fh(f, now, t->arg);
}

static void state_handler(int err, void *arg)
{
	tripod_tell(arg, err);
}

int tripod_alloc(struct tripod **tp, struct camera *camera, const char *name,
		 struct event_bus *events, camera_frame_h *fh, void *arg)
{
	struct tripod *t;

	t = mem_zalloc(sizeof(*t), tripod_destructor);
	if (!t)
		return ENOMEM;

	t->camera = mem_ref(camera);
	t->events = events;
	t->fh = fh;
	t->arg = arg;
	if (str_dup(&t->name, name)) {
		mem_deref(t);
		return ENOMEM;
	}
	if (camera)
		camera_watch(camera, state_handler, t);

	*tp = t;
	return 0;
}

static int start(struct tripod *t, const struct camera_prefs *prefs)
{
	t->frames = 0;
	t->last = 0;
	return camera_start(t->camera, prefs, &t->fmt, frame_handler,
			    state_handler, t);
}

/* A camera that cannot do that starts with what is nearest, or does not */
static int start_passing(struct tripod *t, const struct camera_prefs *prefs)
{
	struct camera_prefs own = *prefs;
	int err;

	own.formats = FRAME_BIT(FRAME_H264);
	err = start(t, &own);
	if (!err && t->fmt.format != FRAME_H264) {
		camera_stop(t->camera);
		err = EINVAL;
	}
	t->passive = err == EINVAL;
	return err;
}

int tripod_open(struct tripod *t, const struct camera_prefs *prefs, bool pass)
{
	int err = EINVAL;

	if (pass)
		err = start_passing(t, prefs);
	if (err)
		err = start(t, prefs);
	if (err)
		return err;

	t->open = true;
	++t->opened;
	tripod_tell(t, camera_away(t->camera));
	log_info("tripod: %s open, %ux%u %s at %u\n", t->name, t->fmt.width,
		 t->fmt.height, frame_format_name(t->fmt.format), t->fmt.fps);
	return 0;
}

void tripod_close(struct tripod *t)
{
	if (!t->open)
		return;

	camera_stop(t->camera);
	t->open = false;
	log_info("tripod: %s closed\n", t->name);
}

void tripod_tell(struct tripod *t, int err)
{
	if (t->gone == (err != 0))
		return;

	t->gone = err != 0;
	if (err)
		log_warning("tripod: %s is gone: %m; a picture says so\n",
			    t->name, err);
	else
		log_info("tripod: %s is back\n", t->name);

	event_emit(t->events, err ? EVENT_DEVICE_LOST : EVENT_DEVICE_BACK, NULL,
		   0, "device:s", t->name);
}

bool tripod_away(struct tripod *t, uint64_t now)
{
	if (!t->last)
		t->last = now;

	return !t->open || t->gone || now - t->last >= TRIPOD_STALE;
}

bool tripod_gone(const struct tripod *t)
{
	return t->gone && (t->open || camera_away(t->camera) == ENODEV);
}

int tripod_print(struct re_printf *pf, const struct tripod *t)
{
	int err = re_hprintf(pf, "camera %s %s%s opened=%u", t->name,
			     t->open ? "open" : "closed",
			     t->gone ? " (away)" : "", t->opened);

	return err || !t->open ? err
			       : re_hprintf(pf, " %H", camera_print, t->camera);
}
