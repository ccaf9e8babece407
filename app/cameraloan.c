/**
 * @file app/cameraloan.c  Camera loan
 */
#include "app/cameraloan.h"

struct loan {
	struct camera camera; /* First, for struct camera * */
	struct camera *inner;
	cameraloan_recall_h *recallh; /* While it is lent */
	void *arg;
	bool open;
};

static void recall(struct loan *l)
{
	cameraloan_recall_h *h = l->recallh;

	if (!h)
		return;

	cameraloan_return(&l->camera);
	h(l->arg);
}

static int start(struct camera *c, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct loan *l = (struct loan *)c;
	int err;

	if (l->open)
		return EALREADY;

	recall(l);
	err = camera_start(l->inner, prefs, fmt, fh, sh, arg);
	l->open = !err;
	return err;
}

static void stop(struct camera *c)
{
	struct loan *l = (struct loan *)c;

	if (l->open)
		camera_stop(l->inner);
	l->open = false;
}

static int print(struct re_printf *pf, const struct camera *c)
{
	return camera_print(pf, ((const struct loan *)c)->inner);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

static void watch_handler(int err, void *arg)
{
	struct loan *l = arg;

	camera_tell(&l->camera, err);
}

static void loan_destructor(void *arg)
{
	struct loan *l = arg;

	recall(l);
	stop(&l->camera);
	camera_watch(l->inner, NULL, NULL);
	mem_deref(l->inner);
}

int cameraloan_alloc(struct camera **cp, struct camera *inner)
{
	struct loan *l = mem_zalloc(sizeof(*l), loan_destructor);

	if (!l)
		return ENOMEM;

	l->camera.table = &table;
	l->inner = mem_ref(inner);
	camera_watch(inner, watch_handler, l);
	*cp = &l->camera;
	return 0;
}

static void state_handler(int err, void *arg)
{
	(void)err; /* A check sees that no frame comes */
	(void)arg;
}

int cameraloan_borrow(struct camera *c, const struct camera_prefs *prefs,
		      struct camera_format *fmt, camera_frame_h *fh,
		      cameraloan_recall_h *recallh, void *arg)
{
	struct loan *l = (struct loan *)c;
	int err;

	if (l->open)
		return EBUSY;
	if (l->recallh)
		return EALREADY;

	err = camera_start(l->inner, prefs, fmt, fh, state_handler, arg);
	if (err)
		return err;

	l->recallh = recallh;
	l->arg = arg;
	return 0;
}

void cameraloan_return(struct camera *c)
{
	struct loan *l = (struct loan *)c;

	if (!l->recallh)
		return;

	l->recallh = NULL;
	camera_stop(l->inner);
}
