/**
 * @file drivers/v4l2_raw.c  V4L2 raw
 */
#include <libyuv/convert_from.h>
#include <unistd.h>
#include "drivers/v4l2_format.h"
#include "drivers/v4l2_raw.h"

/* Whether a frame lies in its dmabuf as one picture, and how */
static bool in_one_piece(const struct frame *f, struct v4l2_raw *s)
{
	struct frame as = *f;
	size_t need;
	off_t size;

	s->stride = f->stridev[0];
	s->lines = f->height;
	if (f->format != FRAME_YUYV && s->stride)
		s->lines = (unsigned)((size_t)(f->planev[1] - f->planev[0]) /
				      s->stride);
	if (f->dmabuf < 0 || s->lines < f->height ||
	    s->lines > 2 * (unsigned)FRAME_SIDE_MAX)
		return false;

	need = v4l2_format_planes(&as, f->planev[0], s->stride, s->lines);
	size = lseek(f->dmabuf, 0, SEEK_END);
	return need && size >= (off_t)need && as.planev[1] == f->planev[1] &&
	       as.planev[2] == f->planev[2] && as.stridev[1] == f->stridev[1];
}

void v4l2_raw_choose(struct v4l2_raw *r, const struct encoder_prefs *prefs,
		     unsigned raws, bool import, const struct frame *f)
{
	bool fits = f->width == prefs->width && f->height == prefs->height &&
		    (raws & FRAME_BIT(f->format));

	memset(r, 0, sizeof(*r));
	r->width = prefs->width;
	r->height = prefs->height;
	if (fits)
		r->format = f->format;
	else if (raws & FRAME_BIT(FRAME_I420))
		r->format = FRAME_I420;
	else
		r->format = FRAME_NV12;

	r->import = fits && import && in_one_piece(f, r);
	if (!r->import) {
		r->stride = 0;
		r->lines = 0;
	}
}

bool v4l2_raw_same(const struct v4l2_raw *a, const struct v4l2_raw *b)
{
	return a->format == b->format && a->width == b->width &&
	       a->height == b->height && a->import == b->import &&
	       a->stride == b->stride && a->lines == b->lines;
}

static void copy_plane(uint8_t *dst, size_t dst_stride, const uint8_t *src,
		       size_t src_stride, unsigned lines)
{
	const size_t line = MIN(dst_stride, src_stride);

	for (unsigned y = 0; y < lines; y++)
		memcpy(dst + y * dst_stride, src + y * src_stride, line);
}

static void copy(struct frame *dst, const struct frame *src)
{
	const unsigned half = src->height / 2;

	copy_plane(dst->planev[0], dst->stridev[0], src->planev[0],
		   src->stridev[0], src->height);
	for (unsigned i = 1; i < FRAME_PLANES; i++) {
		if (dst->planev[i])
			copy_plane(dst->planev[i], dst->stridev[i],
				   src->planev[i], src->stridev[i], half);
	}
}

/* By way of I420, in which pictures are scaled */
static int convert_nv12(struct v4l2_raw_writer *w, struct frame *dst,
			const struct frame *src)
{
	struct frame *s;
	int err = 0;

	if (w->between && (w->between->width != dst->width ||
			   w->between->height != dst->height))
		w->between = mem_deref(w->between);
	if (!w->between)
		err = frame_alloc(&w->between, FRAME_I420, dst->width,
				  dst->height);
	if (!err)
		err = pixels_to_i420(&w->pixels, w->between, src);
	if (err)
		return err;

	s = w->between;
	return I420ToNV12(s->planev[0], (int)s->stridev[0], s->planev[1],
			  (int)s->stridev[1], s->planev[2], (int)s->stridev[2],
			  dst->planev[0], (int)dst->stridev[0], dst->planev[1],
			  (int)dst->stridev[1], (int)dst->width,
			  (int)dst->height)
		       ? EINVAL
		       : 0;
}

int v4l2_raw_write(struct v4l2_raw_writer *w, struct frame *dst,
		   const struct frame *src)
{
	if (src->format == dst->format && src->width == dst->width &&
	    src->height == dst->height) {
		copy(dst, src);
		return 0;
	}

	return dst->format == FRAME_I420 ? pixels_to_i420(&w->pixels, dst, src)
					 : convert_nv12(w, dst, src);
}

void v4l2_raw_close(struct v4l2_raw_writer *w)
{
	pixels_close(&w->pixels);
	w->between = mem_deref(w->between);
}
