/**
 * @file drivers/jpeg.c  JPEG
 *
 * turbojpeg with the functions that versions 2.1 and 3.0 both have. Planes
 * go in and come out as they are in the file; chroma of 4:2:2 and 4:4:4 is
 * halved after that.
 */
#include <libyuv/scale.h>
#include <stdlib.h>
#include <turbojpeg.h>
#include "core/base/log.h"
#include "drivers/jpeg.h"

enum {
	QUALITY_MIN = 1,
	QUALITY_MAX = 100,
	VALUES = 256,
	LUMA_BLACK = 16, /* Limited range, ITU-R BT.601-7 section 2.5.3 */
	LUMA_SPAN = 219,
	CHROMA_GREY = 128,
	CHROMA_SPAN = 224,
	FULL_SPAN = 255,
};

/* What is kept between pictures */
struct jpeg {
	tjhandle handle;
	uint8_t *mem; /* Chroma as it is in the file */
	size_t size;
	uint8_t luma[VALUES], chroma[VALUES]; /* From full range to limited */
};

/* Of a JPEG, from its header */
struct head {
	int width, height, sampling;
};

static uint8_t clamp(int v)
{
	return (uint8_t)(v < 0 ? 0 : v > UINT8_MAX ? UINT8_MAX : v);
}

/* (v - from) * num / den + to, rounded */
static void fill_table(uint8_t *tablev, int from, int num, int den, int to)
{
	for (int v = 0; v < VALUES; v++) {
		int n = (v - from) * num;

		n += n < 0 ? -den / 2 : den / 2;
		tablev[v] = clamp(n / den + to);
	}
}

static void look_up(uint8_t *dst, size_t dst_stride, const uint8_t *src,
		    size_t src_stride, size_t width, size_t height,
		    const uint8_t *tablev)
{
	for (size_t y = 0; y < height; y++) {
		for (size_t x = 0; x < width; x++)
			dst[x] = tablev[src[x]];
		dst += dst_stride;
		src += src_stride;
	}
}

/* The frame's planes in full range, one behind the other */
static uint8_t *widen(const struct frame *f, const uint8_t *planev[],
		      int stridev[])
{
	const size_t w = f->width, h = f->height;
	uint8_t luma[VALUES], chroma[VALUES];
	uint8_t *mem = malloc(w * h + w * h / 2);
	uint8_t *p = mem;

	if (!mem)
		return NULL;

	fill_table(luma, LUMA_BLACK, FULL_SPAN, LUMA_SPAN, 0);
	fill_table(chroma, CHROMA_GREY, FULL_SPAN, CHROMA_SPAN, CHROMA_GREY);
	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		const size_t width = i ? w / 2 : w, height = i ? h / 2 : h;

		look_up(p, width, f->planev[i], f->stridev[i], width, height,
			i ? chroma : luma);
		planev[i] = p;
		stridev[i] = (int)width;
		p += width * height;
	}
	return mem;
}

/* turbojpeg's memory is its own: handed on as ordinary memory */
static int hand_over(const uint8_t *jpeg, size_t size, uint8_t **datap,
		     size_t *sizep)
{
	*datap = malloc(size);
	if (!*datap)
		return ENOMEM;

	memcpy(*datap, jpeg, size);
	*sizep = size;
	return 0;
}

int jpeg_from_frame(const struct frame *f, int quality, uint8_t **datap,
		    size_t *sizep)
{
	const uint8_t *planev[FRAME_PLANES];
	int stridev[FRAME_PLANES];
	uint8_t *mem, *jpeg = NULL;
	unsigned long size = 0;
	tjhandle handle;
	int err = 0;

	if (f->format != FRAME_I420 || quality < QUALITY_MIN ||
	    quality > QUALITY_MAX)
		return EINVAL;

	mem = widen(f, planev, stridev);
	handle = tjInitCompress();
	if (!mem || !handle) {
		err = ENOMEM;
		goto out;
	}

	if (tjCompressFromYUVPlanes(handle, planev, (int)f->width, stridev,
				    (int)f->height, TJSAMP_420, &jpeg, &size,
				    quality, 0)) {
		log_warning("jpeg: %s\n", tjGetErrorStr2(handle));
		err = EPROTO;
	} else {
		err = hand_over(jpeg, size, datap, sizep);
	}

out:
	if (handle)
		(void)tjDestroy(handle);
	tjFree(jpeg);
	free(mem);
	return err;
}

static bool head_ok(const struct head *h)
{
	return h->width >= FRAME_SIDE_MIN && h->width <= FRAME_SIDE_MAX &&
	       h->height >= FRAME_SIDE_MIN && h->height <= FRAME_SIDE_MAX &&
	       !(h->width % 2) && !(h->height % 2) &&
	       (h->sampling == TJSAMP_420 || h->sampling == TJSAMP_422 ||
		h->sampling == TJSAMP_444 || h->sampling == TJSAMP_GRAY);
}

static int read_head(tjhandle handle, struct head *h, const uint8_t *data,
		     size_t size)
{
	int space;

	if (!size || size > JPEG_SIZE_MAX ||
	    tjDecompressHeader3(handle, data, size, &h->width, &h->height,
				&h->sampling, &space))
		return EBADMSG;
	if (!head_ok(h) || (space != TJCS_YCbCr && space != TJCS_GRAY))
		return EBADMSG;
	return 0;
}

int jpeg_size(const uint8_t *data, size_t size, unsigned *width,
	      unsigned *height)
{
	tjhandle handle = tjInitDecompress();
	struct head h;
	int err = EBADMSG;

	if (handle) {
		err = read_head(handle, &h, data, size);
		(void)tjDestroy(handle);
	}
	if (err)
		return err;

	*width = (unsigned)h.width;
	*height = (unsigned)h.height;
	return 0;
}

static struct jpeg *open_context(void **contextp)
{
	struct jpeg *j = *contextp;

	if (!j) {
		j = calloc(1, sizeof(*j));
		if (!j)
			return NULL;

		fill_table(j->luma, 0, LUMA_SPAN, FULL_SPAN, LUMA_BLACK);
		fill_table(j->chroma, CHROMA_GREY, CHROMA_SPAN, FULL_SPAN,
			   CHROMA_GREY);
		*contextp = j;
	}
	if (!j->handle)
		j->handle = tjInitDecompress();
	return j->handle ? j : NULL;
}

/* Where U and V are decoded to: the frame's planes if they are of its kind */
static int chroma_room(struct jpeg *j, const struct head *h,
		       const struct frame *dst, uint8_t *planev[],
		       int stridev[])
{
	const size_t width = (size_t)tjPlaneWidth(1, h->width, h->sampling);
	const size_t height = (size_t)tjPlaneHeight(1, h->height, h->sampling);
	const size_t size = width * height;

	planev[0] = dst->planev[0];
	stridev[0] = (int)dst->stridev[0];
	for (unsigned i = 1; i < FRAME_PLANES; i++) {
		planev[i] = dst->planev[i];
		stridev[i] = (int)dst->stridev[i];
	}
	if (h->sampling == TJSAMP_420 || h->sampling == TJSAMP_GRAY)
		return 0;

	if (j->size < 2 * size) {
		free(j->mem);
		j->mem = malloc(2 * size);
		j->size = j->mem ? 2 * size : 0;
	}
	if (!j->mem)
		return ENOMEM;

	planev[1] = j->mem;
	planev[2] = j->mem + size;
	stridev[1] = stridev[2] = (int)width;
	return 0;
}

static void finish_chroma(const struct jpeg *j, const struct head *h,
			  struct frame *dst, uint8_t *planev[], int stridev[])
{
	const size_t w = dst->width / 2, lines = dst->height / 2;

	for (unsigned i = 1; i < FRAME_PLANES; i++) {
		uint8_t *p = dst->planev[i];
		const size_t stride = dst->stridev[i];

		if (h->sampling == TJSAMP_GRAY) {
			for (size_t y = 0; y < lines; y++)
				memset(p + y * stride, CHROMA_GREY, w);
			continue;
		}
		if (planev[i] != p)
			(void)ScalePlane(
				planev[i], stridev[i],
				tjPlaneWidth(1, h->width, h->sampling),
				tjPlaneHeight(1, h->height, h->sampling), p,
				(int)stride, (int)w, (int)lines, kFilterBox);
		look_up(p, stride, p, stride, w, lines, j->chroma);
	}
}

/* Cameras leave bytes over before the end, and nothing is amiss */
static bool harmless(tjhandle handle)
{
	return tjGetErrorCode(handle) == TJERR_WARNING &&
	       strstr(tjGetErrorStr2(handle), "extraneous bytes");
}

static int decode(struct jpeg *j, struct frame *dst, const uint8_t *data,
		  size_t size)
{
	uint8_t *planev[FRAME_PLANES];
	int stridev[FRAME_PLANES];
	struct head h;
	int err;

	err = read_head(j->handle, &h, data, size);
	if (err)
		return err;
	if (dst->format != FRAME_I420 || (unsigned)h.width != dst->width ||
	    (unsigned)h.height != dst->height)
		return EBADMSG;

	err = chroma_room(j, &h, dst, planev, stridev);
	if (err)
		return err;
	if (tjDecompressToYUVPlanes(j->handle, data, size, planev, h.width,
				    stridev, h.height,
				    TJFLAG_FASTDCT | TJFLAG_LIMITSCANS) &&
	    !harmless(j->handle))
		return EBADMSG;

	look_up(dst->planev[0], dst->stridev[0], dst->planev[0],
		dst->stridev[0], dst->width, dst->height, j->luma);
	finish_chroma(j, &h, dst, planev, stridev);
	return 0;
}

int jpeg_to_frame(void **contextp, struct frame *dst, const uint8_t *data,
		  size_t size)
{
	struct jpeg *j = open_context(contextp);
	int err;

	if (!j)
		return ENOMEM;

	err = decode(j, dst, data, size);
	if (err == EBADMSG) {
		/* After a header cut short it would refuse the next, too */
		(void)tjDestroy(j->handle);
		j->handle = NULL;
	}
	return err;
}

void jpeg_close(void *context)
{
	struct jpeg *j = context;

	if (!j)
		return;

	if (j->handle)
		(void)tjDestroy(j->handle);
	free(j->mem);
	free(j);
}
