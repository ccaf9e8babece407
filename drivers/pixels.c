/**
 * @file drivers/pixels.c  Pixels
 *
 * libyuv's functions, with frames for arguments.
 */
#include <libyuv/convert.h>
#include <libyuv/convert_argb.h>
#include <libyuv/scale.h>
#include <stdlib.h>
#include "drivers/jpeg.h"
#include "drivers/pixels.h"

enum {
	XRGB_BYTES = 4, /* A pixel */
	ALIGN = 16,	/* Of planes [bytes], for vector instructions */
};

static uint8_t *room(struct pixels *px, size_t size)
{
	if (px->size >= size)
		return px->mem;

	free(px->mem);
	px->mem = malloc(size);
	px->size = px->mem ? size : 0;
	return px->mem;
}

/* An I420 frame in the memory for steps in between */
static int between(struct pixels *px, struct frame *f, unsigned width,
		   unsigned height)
{
	const size_t line = ((size_t)width / 2 + ALIGN - 1) / ALIGN * ALIGN;
	const size_t half = height / 2;
	uint8_t *mem = room(px, line * half * (2 * 2 + 2));

	if (!mem)
		return ENOMEM;

	memset(f, 0, sizeof(*f));
	f->format = FRAME_I420;
	f->width = width;
	f->height = height;
	f->stridev[0] = 2 * line;
	f->stridev[1] = f->stridev[2] = line;
	f->planev[0] = mem;
	f->planev[1] = mem + f->stridev[0] * height;
	f->planev[2] = f->planev[1] + line * half;
	return 0;
}

static int scale(struct frame *dst, const struct frame *src)
{
	int err = I420Scale(
		src->planev[0], (int)src->stridev[0], src->planev[1],
		(int)src->stridev[1], src->planev[2], (int)src->stridev[2],
		(int)src->width, (int)src->height, dst->planev[0],
		(int)dst->stridev[0], dst->planev[1], (int)dst->stridev[1],
		dst->planev[2], (int)dst->stridev[2], (int)dst->width,
		(int)dst->height, kFilterBox);

	return err ? EINVAL : 0;
}

static int from_nv12(struct frame *dst, const struct frame *src)
{
	int err = NV12ToI420(
		src->planev[0], (int)src->stridev[0], src->planev[1],
		(int)src->stridev[1], dst->planev[0], (int)dst->stridev[0],
		dst->planev[1], (int)dst->stridev[1], dst->planev[2],
		(int)dst->stridev[2], (int)dst->width, (int)dst->height);

	return err ? EINVAL : 0;
}

static int from_yuyv(struct frame *dst, const struct frame *src)
{
	int err = YUY2ToI420(src->planev[0], (int)src->stridev[0],
			     dst->planev[0], (int)dst->stridev[0],
			     dst->planev[1], (int)dst->stridev[1],
			     dst->planev[2], (int)dst->stridev[2],
			     (int)dst->width, (int)dst->height);

	return err ? EINVAL : 0;
}

static int from_rgb(struct frame *dst, const struct frame *src)
{
	int (*const to)(const uint8_t *, int, uint8_t *, int, uint8_t *, int,
			uint8_t *, int, int, int) = src->format == FRAME_XRGB
							    ? ARGBToI420
							    : RGB565ToI420;
	int err = to(src->planev[0], (int)src->stridev[0], dst->planev[0],
		     (int)dst->stridev[0], dst->planev[1], (int)dst->stridev[1],
		     dst->planev[2], (int)dst->stridev[2], (int)dst->width,
		     (int)dst->height);

	return err ? EINVAL : 0;
}

/* Sizes are equal */
static int convert(struct pixels *px, struct frame *dst,
		   const struct frame *src)
{
	switch (src->format) {
	case FRAME_I420:
		return scale(dst, src);
	case FRAME_NV12:
		return from_nv12(dst, src);
	case FRAME_YUYV:
		return from_yuyv(dst, src);
	case FRAME_XRGB:
	case FRAME_RGB565:
		return from_rgb(dst, src);
	case FRAME_MJPEG:
		return jpeg_to_frame(&px->jpeg, dst, src->planev[0], src->size);
	default:
		return EINVAL;
	}
}

int pixels_to_i420(struct pixels *px, struct frame *dst,
		   const struct frame *src)
{
	struct frame mid;
	int err;

	if (dst->format != FRAME_I420)
		return EINVAL;
	if (src->format == FRAME_I420 ||
	    (src->width == dst->width && src->height == dst->height))
		return convert(px, dst, src);

	err = between(px, &mid, src->width, src->height);
	if (!err)
		err = convert(px, &mid, src);
	return err ? err : scale(dst, &mid);
}

static unsigned even(unsigned n)
{
	return n - n % 2;
}

struct pixels_rect pixels_fit(unsigned width, unsigned height,
			      unsigned screen_width, unsigned screen_height)
{
	const uint64_t wide = (uint64_t)width * screen_height;
	const uint64_t high = (uint64_t)height * screen_width;
	struct pixels_rect r = { .width = even(screen_width),
				 .height = even(screen_height) };

	if (!width || !height)
		return r;
	if (wide < high)
		r.width = even((unsigned)(wide / height));
	else
		r.height = even((unsigned)(high / width));

	r.width = r.width ? r.width : 2;
	r.height = r.height ? r.height : 2;
	r.x = screen_width > r.width ? even((screen_width - r.width) / 2) : 0;
	r.y = screen_height > r.height ? even((screen_height - r.height) / 2)
				       : 0;
	return r;
}

/* All but the picture: above, below, left and right */
static void blacken(const struct pixels_screen *s, const struct pixels_rect *r)
{
	const size_t right = (size_t)r->x + r->width;

	for (unsigned y = 0; y < s->height; y++) {
		uint8_t *line = s->mem + y * s->stride;

		if (y < r->y || y >= r->y + r->height) {
			memset(line, 0, (size_t)s->width * XRGB_BYTES);
			continue;
		}
		memset(line, 0, (size_t)r->x * XRGB_BYTES);
		memset(line + right * XRGB_BYTES, 0,
		       (s->width - right) * XRGB_BYTES);
	}
}

int pixels_to_screen(struct pixels *px, const struct pixels_screen *screen,
		     const struct frame *src)
{
	const struct pixels_rect r = pixels_fit(src->width, src->height,
						screen->width, screen->height);
	const struct frame *f = src;
	struct frame mid;
	int err = 0;

	if (src->format != FRAME_I420 || screen->width < 2 ||
	    screen->height < 2)
		return EINVAL;

	if (r.width != src->width || r.height != src->height) {
		err = between(px, &mid, r.width, r.height);
		if (!err)
			err = scale(&mid, src);
		f = &mid;
	}
	if (err)
		return err;

	blacken(screen, &r);
	err = I420ToARGB(f->planev[0], (int)f->stridev[0], f->planev[1],
			 (int)f->stridev[1], f->planev[2], (int)f->stridev[2],
			 screen->mem + r.y * screen->stride +
				 (size_t)r.x * XRGB_BYTES,
			 (int)screen->stride, (int)r.width, (int)r.height);
	return err ? EINVAL : 0;
}

void pixels_close(struct pixels *px)
{
	free(px->mem);
	jpeg_close(px->jpeg);
	memset(px, 0, sizeof(*px));
}
