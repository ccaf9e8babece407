/**
 * @file core/base/frame.c  Frame
 */
#include <assert.h>
#include "core/base/frame.h"

enum {
	LUMA_BLACK = 16, /* BT.601, limited range */
	CHROMA_GREY = 128,
	YUYV_BYTES = 2, /* A pixel */
	ALIGN = 16,	/* Of planes [bytes], for vector instructions */
};

static void frame_destructor(void *arg)
{
	struct frame *f = arg;

	if (f->releaseh)
		f->releaseh(f, f->arg);
}

static struct frame *make(enum frame_format format, unsigned width,
			  unsigned height, size_t more)
{
	struct frame *f = mem_alloc(sizeof(*f) + more, frame_destructor);

	if (!f)
		return NULL;

	memset(f, 0, sizeof(*f));
	f->format = format;
	f->width = width;
	f->height = height;
	f->dmabuf = -1;
	return f;
}

/* Lengths of the planes' lines, and how many lines a plane has */
static void lay_out(struct frame *f, size_t linev[FRAME_PLANES])
{
	const size_t half = f->width / 2;

	linev[0] = f->height;
	linev[1] = linev[2] = 0;
	f->stridev[0] = f->width;
	switch (f->format) {
	case FRAME_I420:
		f->stridev[1] = f->stridev[2] = half;
		linev[1] = linev[2] = f->height / 2;
		break;
	case FRAME_NV12:
		f->stridev[1] = f->width;
		linev[1] = f->height / 2;
		break;
	default:
		f->stridev[0] = (size_t)f->width * YUYV_BYTES;
		break;
	}
}

static bool side_ok(unsigned n)
{
	return n >= FRAME_SIDE_MIN && n <= FRAME_SIDE_MAX && !(n % 2);
}

int frame_alloc(struct frame **fp, enum frame_format format, unsigned width,
		unsigned height)
{
	/* No format needs more than YUYV */
	const size_t most = (size_t)width * height * YUYV_BYTES +
			    (size_t)ALIGN * (FRAME_PLANES + 1);
	size_t linev[FRAME_PLANES];
	struct frame *f;
	uint8_t *p;

	if (!side_ok(width) || !side_ok(height) || format > FRAME_YUYV)
		return EINVAL;

	f = make(format, width, height, most);
	if (!f)
		return ENOMEM;

	lay_out(f, linev);
	p = (uint8_t *)(f + 1);
	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		p += (ALIGN - (uintptr_t)p % ALIGN) % ALIGN;
		f->planev[i] = linev[i] ? p : NULL;
		p += f->stridev[i] * linev[i];
	}

	*fp = f;
	return 0;
}

int frame_wrap(struct frame **fp, enum frame_format format, unsigned width,
	       unsigned height, frame_release_h *h, void *arg)
{
	struct frame *f = make(format, width, height, 0);

	if (!f)
		return ENOMEM;

	f->releaseh = h;
	f->arg = arg;
	*fp = f;
	return 0;
}

const char *frame_format_name(enum frame_format format)
{
	static const char *const namev[] = {
		[FRAME_I420] = "I420",	   [FRAME_NV12] = "NV12",
		[FRAME_YUYV] = "YUYV",	   [FRAME_MJPEG] = "MJPEG",
		[FRAME_H264] = "H264",	   [FRAME_XRGB] = "XRGB",
		[FRAME_RGB565] = "RGB565",
	};

	return namev[format];
}

void frame_black(struct frame *f)
{
	const size_t half = f->height / 2;

	assert(f->format == FRAME_I420);
	memset(f->planev[0], LUMA_BLACK, f->stridev[0] * f->height);
	memset(f->planev[1], CHROMA_GREY, f->stridev[1] * half);
	memset(f->planev[2], CHROMA_GREY, f->stridev[2] * half);
}
