/**
 * @file core/call/mirror.c  Mirror
 */
#include "core/call/mirror.h"

enum {
	PICTURES = 3, /* The last one, and those that displays still hold */
	YUYV_BYTES = 2,
	YUYV_U = 1, /* Places of chroma in two pixels */
	YUYV_V = 3,
};

struct mirror {
	struct camera camera; /* First, for struct camera * */
	struct camera *real;
	camera_frame_h *fh;
	camera_state_h *sh;
	void *arg;
	struct frame *framev[PICTURES];
	struct frame *last; /* One of them, or NULL  */
	uint64_t due;	    /* Of the next one [us]  */
};

/* ---- Drawing ---- */

struct point {
	const uint8_t *y, *u, *v;
};

/* Where a pixel stands */
static struct point point_at(const struct frame *f, size_t x, size_t y)
{
	const uint8_t *luma = f->planev[0] + y * f->stridev[0];
	const size_t half = y / 2;
	struct point p = { .y = luma + x };

	switch (f->format) {
	case FRAME_I420:
		p.u = f->planev[1] + half * f->stridev[1] + x / 2;
		p.v = f->planev[2] + half * f->stridev[2] + x / 2;
		break;
	case FRAME_NV12:
		p.u = f->planev[1] + half * f->stridev[1] + x / 2 * 2;
		p.v = p.u + 1;
		break;
	default:
		p.y = luma + x * YUYV_BYTES;
		p.u = luma + x / 2 * 2 * YUYV_BYTES + YUYV_U;
		p.v = luma + x / 2 * 2 * YUYV_BYTES + YUYV_V;
		break;
	}
	return p;
}

static void draw_line(struct frame *dst, const struct frame *src, unsigned y)
{
	const size_t from = (size_t)y * src->height / dst->height;
	const size_t half = y / 2;

	for (unsigned x = 0; x < dst->width; x++) {
		const struct point p = point_at(
			src, (size_t)x * src->width / dst->width, from);

		dst->planev[0][y * dst->stridev[0] + x] = *p.y;
		if (x % 2 || y % 2)
			continue;
		dst->planev[1][half * dst->stridev[1] + x / 2] = *p.u;
		dst->planev[2][half * dst->stridev[2] + x / 2] = *p.v;
	}
}

bool mirror_draw(struct frame *dst, const struct frame *src)
{
	if (src->format > FRAME_YUYV)
		return false;

	for (unsigned y = 0; y < dst->height; y++)
		draw_line(dst, src, y);
	return true;
}

/* ---- Small pictures ---- */

static void forget(struct mirror *m)
{
	m->last = NULL;
	for (unsigned i = 0; i < PICTURES; i++)
		m->framev[i] = mem_deref(m->framev[i]);
}

/* One that nobody else holds. NULL: all are held, or no memory */
static struct frame *find_free(struct mirror *m, unsigned width,
			       unsigned height)
{
	for (unsigned i = 0; i < PICTURES; i++) {
		struct frame **fp = &m->framev[i];

		if (*fp && (*fp == m->last || mem_nrefs(*fp) > 1))
			continue;
		if (*fp && ((*fp)->width != width || (*fp)->height != height))
			*fp = mem_deref(*fp);
		if (!*fp && frame_alloc(fp, FRAME_I420, width, height))
			return NULL;
		return *fp;
	}
	return NULL;
}

static void look(struct mirror *m, const struct frame *f, uint64_t now)
{
	const unsigned width = MIN(f->width, (unsigned)MIRROR_WIDTH);
	const unsigned height = f->height * width / f->width & ~1U;
	struct frame *small;

	if (now < m->due)
		return;

	m->due = now + CLOCK_S / MIRROR_FPS;
	small = find_free(m, width, MAX(height, (unsigned)FRAME_SIDE_MIN));
	if (small)
		m->last = mirror_draw(small, f) ? small : NULL;
}

struct frame *mirror_picture(const struct mirror *m)
{
	return m->last;
}

/* ---- The camera ---- */

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct mirror *m = arg;

	look(m, f, now);
	m->fh(f, now, m->arg);
}

static void state_handler(int err, void *arg)
{
	struct mirror *m = arg;

	m->last = NULL;
	m->sh(err, m->arg);
}

static void watch_handler(int err, void *arg)
{
	struct mirror *m = arg;

	camera_tell(&m->camera, err);
}

static int start(struct camera *c, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct mirror *m = (struct mirror *)c;

	m->fh = fh;
	m->sh = sh;
	m->arg = arg;
	m->due = 0;
	return camera_start(m->real, prefs, fmt, frame_handler, state_handler,
			    m);
}

static void stop(struct camera *c)
{
	struct mirror *m = (struct mirror *)c;

	camera_stop(m->real);
	forget(m);
}

static int print(struct re_printf *pf, const struct camera *c)
{
	return camera_print(pf, ((const struct mirror *)c)->real);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

static void mirror_destructor(void *arg)
{
	struct mirror *m = arg;

	forget(m);
	if (m->real)
		camera_watch(m->real, NULL, NULL);
	mem_deref(m->real);
}

int mirror_alloc(struct mirror **mp, struct camera *camera)
{
	struct mirror *m = mem_zalloc(sizeof(*m), mirror_destructor);

	if (!m)
		return ENOMEM;

	m->camera.table = &table;
	m->real = mem_ref(camera);
	camera_watch(camera, watch_handler, m);
	*mp = m;
	return 0;
}

struct camera *mirror_camera(struct mirror *m)
{
	return &m->camera;
}
