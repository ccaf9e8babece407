/**
 * @file drivers/v4l2_format.c  V4L2 format
 */
#include <linux/videodev2.h>
#include "drivers/v4l2_format.h"

enum {
	PERMILLE = 1000,
	ABOUT = 10,	 /* Rates: 29.97 is as good as 30 [per mille]  */
	FAST = 4,	 /* Too fast is dropped, which costs less, ours */
	YUYV_BYTES = 2,	 /* A pixel */
	NAL_TYPE = 0x1f, /* Of the first byte (ITU-T H.264 section 7.3.1)  */
	NAL_SLICE = 1,	 /* Types 1 to 5 are pictures (table 7-1)           */
	NAL_IDR = 5,
	START_CODE = 3, /* 00 00 01 */
};

/* What costs least to encode comes first, when all else is equal */
static const struct {
	uint32_t fourcc;
	enum frame_format format;
} formatv[] = {
	{ V4L2_PIX_FMT_H264, FRAME_H264 },   { V4L2_PIX_FMT_NV12, FRAME_NV12 },
	{ V4L2_PIX_FMT_YUV420, FRAME_I420 }, { V4L2_PIX_FMT_YUYV, FRAME_YUYV },
	{ V4L2_PIX_FMT_MJPEG, FRAME_MJPEG }, { V4L2_PIX_FMT_JPEG, FRAME_MJPEG },
};

uint32_t v4l2_format_fit(const struct v4l2_range *r, uint32_t wish)
{
	const uint32_t step = r->step ? r->step : 1;
	uint32_t below;

	if (wish <= r->min || r->max < r->min)
		return r->min;
	if (wish >= r->max)
		return r->max;

	below = wish - (wish - r->min) % step;
	if (wish - below > step / 2 && step <= r->max - below)
		return below + step;

	return below;
}

unsigned v4l2_format_fps(const struct v4l2_interval *i)
{
	if (!i->num || !i->den)
		return 0;

	return (unsigned)(((uint64_t)i->den + i->num / 2) / i->num);
}

/* How far off a rate is [per mille]; unknown is believed to be right */
static uint64_t rate_cost(const struct v4l2_interval *i, unsigned fps)
{
	uint64_t is, wish = (uint64_t)fps * PERMILLE;

	if (!i->num || !i->den || !fps)
		return 0;

	is = (uint64_t)i->den * PERMILLE / i->num;
	if (is < wish)
		return (wish - is) * PERMILLE / wish;

	return (is - wish) * PERMILLE / wish / FAST;
}

bool v4l2_format_nearer(const struct v4l2_interval *a,
			const struct v4l2_interval *b, unsigned fps)
{
	if (!a->num || !a->den)
		return false;
	if (!b->num || !b->den)
		return true;

	return rate_cost(a, fps) < rate_cost(b, fps);
}

static bool shorter(const struct v4l2_interval *a,
		    const struct v4l2_interval *b)
{
	return (uint64_t)a->num * b->den < (uint64_t)b->num * a->den;
}

struct v4l2_interval v4l2_format_rate(const struct v4l2_interval *min,
				      const struct v4l2_interval *max,
				      unsigned fps)
{
	const struct v4l2_interval wish = { 1, fps };

	if (!fps || shorter(&wish, min))
		return *min;

	return shorter(max, &wish) ? *max : wish;
}

static size_t rank_of(uint32_t fourcc)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formatv); i++) {
		if (formatv[i].fourcc == fourcc)
			break;
	}
	return i;
}

int v4l2_format_of(enum frame_format *format, uint32_t fourcc)
{
	const size_t i = rank_of(fourcc);

	if (i == ARRAY_SIZE(formatv))
		return ENOTSUP;

	*format = formatv[i].format;
	return 0;
}

static uint64_t side_cost(uint32_t is, unsigned wish)
{
	const uint64_t off = is < wish ? wish - is : is - wish;

	return wish ? (off * PERMILLE + wish - 1) / wish : 0;
}

static bool allowed(const struct v4l2_mode *m, const struct camera_prefs *prefs)
{
	const unsigned accepted = prefs->formats ? prefs->formats
						 : ~FRAME_BIT(FRAME_H264);
	enum frame_format format;
	bool odd = m->width % 2 || m->height % 2;

	/* What is compressed cannot be cut */
	if (v4l2_format_of(&format, m->fourcc) ||
	    (odd && (format == FRAME_MJPEG || format == FRAME_H264)))
		return false;

	return (accepted & FRAME_BIT(format)) && m->width >= FRAME_SIDE_MIN &&
	       m->width / 2 * 2 <= FRAME_SIDE_MAX &&
	       m->height >= FRAME_SIDE_MIN &&
	       m->height / 2 * 2 <= FRAME_SIDE_MAX;
}

static uint64_t cost_of(const struct v4l2_mode *m,
			const struct camera_prefs *prefs)
{
	return (side_cost(m->width, prefs->width) +
		side_cost(m->height, prefs->height) +
		rate_cost(&m->interval, prefs->fps) / ABOUT * ABOUT) *
		       ARRAY_SIZE(formatv) +
	       rank_of(m->fourcc);
}

const struct v4l2_mode *v4l2_format_choose(const struct v4l2_mode *modev,
					   size_t n,
					   const struct camera_prefs *prefs)
{
	const struct v4l2_mode *best = NULL;

	for (const struct v4l2_mode *m = modev; m < modev + n; m++) {
		if (allowed(m, prefs) &&
		    (!best || cost_of(m, prefs) < cost_of(best, prefs)))
			best = m;
	}
	return best;
}

size_t v4l2_format_planes(struct frame *f, uint8_t *data, size_t stride,
			  unsigned height)
{
	const size_t half = f->format == FRAME_NV12 ? stride : stride / 2;
	const size_t luma = stride * height, chroma = half * ((height + 1) / 2);

	f->planev[0] = data;
	switch (f->format) {
	case FRAME_YUYV:
		f->stridev[0] = stride ? stride : (size_t)f->width * YUYV_BYTES;
		return f->stridev[0] * f->height;
	case FRAME_NV12:
	case FRAME_I420:
		break;
	default:
		return 0;
	}

	if (!stride)
		return v4l2_format_planes(f, data, f->width, height);

	f->stridev[0] = stride;
	f->stridev[1] = f->stridev[2] = half;
	f->planev[1] = data + luma;
	f->planev[2] = data + luma + chroma;
	if (f->format == FRAME_I420)
		return luma + chroma + half * (f->height / 2);

	f->planev[2] = NULL;
	f->stridev[2] = 0;
	return luma + stride * (f->height / 2);
}

/* The first picture's type decides, whatever stands before it */
bool v4l2_format_idr(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + START_CODE < size; i++) {
		unsigned type;

		if (data[i] || data[i + 1] || data[i + 2] != 1)
			continue;

		type = data[i + START_CODE] & NAL_TYPE;
		if (type >= NAL_SLICE && type <= NAL_IDR)
			return type == NAL_IDR;
	}
	return false;
}

/* A start code of four bytes counts its first to the unit before: zeros at the
   end of a NAL unit are none of it */
size_t v4l2_format_longest(const uint8_t *data, size_t size)
{
	size_t start = size, longest = 0;

	for (size_t i = 0; i <= size; i++) {
		const bool code = i + START_CODE <= size && !data[i] &&
				  !data[i + 1] && data[i + 2] == 1;
		size_t end = i;

		if (!code && i < size)
			continue;

		while (end > start && !data[end - 1])
			--end;
		longest = MAX(longest, end > start ? end - start : 0);
		start = i + START_CODE;
	}
	return longest;
}
