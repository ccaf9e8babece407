/**
 * @file drivers/v4l2_coder.c  V4L2 coder
 */
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/v4l2_coder.h"
#include "drivers/v4l2_format.h"

enum {
	FORMATS = 64,	       /* Looked at, ours                         */
	MACROBLOCK = 16,       /* Side [pixels]                           */
	LEVEL31_SIZE = 3600,   /* MaxFS  (ITU-T H.264 table A-1)          */
	LEVEL31_RATE = 108000, /* MaxMBPS                                 */
	ROOM_MIN = 256 * 1024, /* For an access unit [bytes], ours        */
	RAW_NUM = 3,
	RAW_DEN = 2, /* Bytes of a raw pixel: no unit is larger  */
};

struct search {
	struct v4l2_coder *c;
	uint32_t fourcc;
};

static uint32_t fourcc_of(enum frame_format format)
{
	switch (format) {
	case FRAME_NV12:
		return V4L2_PIX_FMT_NV12;
	case FRAME_YUYV:
		return V4L2_PIX_FMT_YUYV;
	default:
		return V4L2_PIX_FMT_YUV420;
	}
}

/* Whether a side offers a format; which of ours it offers */
static bool offers(int fd, uint32_t type, uint32_t fourcc, unsigned *ours)
{
	bool found = false;

	for (uint32_t i = 0; i < FORMATS; i++) {
		struct v4l2_fmtdesc d = { .index = i, .type = type };
		enum frame_format format;

		if (videodev_ioctl(fd, VIDIOC_ENUM_FMT, &d))
			break;
		found = found || d.pixelformat == fourcc;
		if (!v4l2_format_of(&format, d.pixelformat))
			*ours |= FRAME_BIT(format);
	}
	return found;
}

static bool has_control(int fd, uint32_t id)
{
	struct v4l2_queryctrl q = { .id = id };

	return !videodev_ioctl(fd, VIDIOC_QUERYCTRL, &q) &&
	       !(q.flags & V4L2_CTRL_FLAG_DISABLED);
}

/* By bytes, which not all do that make slices */
static bool has_slices(int fd)
{
	struct v4l2_querymenu m = {
		.id = V4L2_CID_MPEG_VIDEO_MULTI_SLICE_MODE,
		.index = V4L2_MPEG_VIDEO_MULTI_SLICE_MODE_MAX_BYTES,
	};

	return has_control(fd, V4L2_CID_MPEG_VIDEO_MULTI_SLICE_MAX_BYTES) &&
	       has_control(fd, m.id) &&
	       !videodev_ioctl(fd, VIDIOC_QUERYMENU, &m);
}

static bool look(struct v4l2_coder *c, uint32_t caps, uint32_t fourcc)
{
	const unsigned raw = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |
			     FRAME_BIT(FRAME_YUYV);
	unsigned coded = 0;

	if (caps & V4L2_CAP_VIDEO_M2M_MPLANE) {
		c->raw_type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
		c->coded_type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	} else if (caps & V4L2_CAP_VIDEO_M2M) {
		c->raw_type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
		c->coded_type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	} else {
		return false;
	}

	c->raws = 0;
	(void)offers(c->fd, c->raw_type, 0, &c->raws);
	c->raws &= raw;
	return c->raws && offers(c->fd, c->coded_type, fourcc, &coded);
}

static int try(struct v4l2_coder *c, const char *path, uint32_t fourcc)
{
	uint32_t caps;
	int err;

	err = videodev_open(&c->fd, path, &caps, NULL);
	if (err)
		return err;

	if (!look(c, caps, fourcc)) {
		v4l2_coder_close(c);
		return ENODEV;
	}

	c->fourcc = fourcc;
	c->button = has_control(c->fd, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME);
	c->slices = has_slices(c->fd);
	str_ncpy(c->path, path, sizeof(c->path));
	return 0;
}

static bool is_one(const char *path, void *arg)
{
	struct search *s = arg;

	return !try(s->c, path, s->fourcc);
}

int v4l2_coder_open(struct v4l2_coder *c, const char *device, uint32_t fourcc)
{
	struct search s = { c, fourcc };

	c->fd = -1;
	if (*device)
		return try(c, device, fourcc);

	return videodev_each(is_one, &s) ? 0 : ENODEV;
}

void v4l2_coder_close(struct v4l2_coder *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

static int set_coded(struct v4l2_coder *c, const struct v4l2_coder_raw *raw)
{
	const uint32_t most = raw->width * raw->height / RAW_DEN * RAW_NUM;
	const uint32_t room = MIN(MAX(most, (uint32_t)ROOM_MIN),
				  (uint32_t)ENCODER_UNIT_MAX);
	struct v4l2_format f = { .type = c->coded_type };
	uint32_t is;
	int err;

	if (V4L2_TYPE_IS_MULTIPLANAR(c->coded_type)) {
		f.fmt.pix_mp.width = raw->width;
		f.fmt.pix_mp.height = raw->height;
		f.fmt.pix_mp.pixelformat = c->fourcc;
		f.fmt.pix_mp.num_planes = 1;
		f.fmt.pix_mp.plane_fmt[0].sizeimage = room;
	} else {
		f.fmt.pix.width = raw->width;
		f.fmt.pix.height = raw->height;
		f.fmt.pix.pixelformat = c->fourcc;
		f.fmt.pix.sizeimage = room;
	}

	err = videodev_ioctl(c->fd, VIDIOC_S_FMT, &f);
	is = V4L2_TYPE_IS_MULTIPLANAR(c->coded_type) ? f.fmt.pix_mp.pixelformat
						     : f.fmt.pix.pixelformat;
	return !err && is != c->fourcc ? EINVAL : err;
}

/* What the device made of it. @return Its format */
static uint32_t read_raw(const struct v4l2_format *f,
			 struct v4l2_coder_raw *raw, uint32_t *width)
{
	const struct v4l2_pix_format_mplane *mp = &f->fmt.pix_mp;
	const struct v4l2_pix_format *pix = &f->fmt.pix;

	if (V4L2_TYPE_IS_MULTIPLANAR(f->type)) {
		raw->stride = mp->plane_fmt[0].bytesperline;
		raw->size = mp->plane_fmt[0].sizeimage;
		raw->lines = mp->height;
		*width = mp->width;
		return mp->num_planes == 1 ? mp->pixelformat : 0;
	}

	raw->stride = pix->bytesperline;
	raw->size = pix->sizeimage;
	raw->lines = pix->height;
	*width = pix->width;
	return pix->pixelformat;
}

static int set_raw(struct v4l2_coder *c, struct v4l2_coder_raw *raw)
{
	const uint32_t fourcc = fourcc_of(raw->format);
	struct v4l2_format f = { .type = c->raw_type };
	uint32_t width, is;
	int err;

	if (V4L2_TYPE_IS_MULTIPLANAR(c->raw_type)) {
		f.fmt.pix_mp.width = raw->width;
		f.fmt.pix_mp.height = raw->height;
		f.fmt.pix_mp.pixelformat = fourcc;
		f.fmt.pix_mp.field = V4L2_FIELD_NONE;
		f.fmt.pix_mp.num_planes = 1;
		f.fmt.pix_mp.plane_fmt[0].bytesperline = (uint32_t)raw->stride;
	} else {
		f.fmt.pix.width = raw->width;
		f.fmt.pix.height = raw->height;
		f.fmt.pix.pixelformat = fourcc;
		f.fmt.pix.field = V4L2_FIELD_NONE;
		f.fmt.pix.bytesperline = (uint32_t)raw->stride;
	}

	err = videodev_ioctl(c->fd, VIDIOC_S_FMT, &f);
	if (err)
		return err;

	is = read_raw(&f, raw, &width);
	return is == fourcc && width >= raw->width && raw->lines >= raw->height
		       ? 0
		       : EINVAL;
}

/* Where the device's sides are multiples of 16, say what of it is picture */
static void crop(struct v4l2_coder *c, const struct v4l2_coder_raw *raw)
{
	struct v4l2_selection s = {
		.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
		.target = V4L2_SEL_TGT_CROP,
		.r = { 0, 0, raw->width, raw->height },
	};

	(void)videodev_ioctl(c->fd, VIDIOC_S_SELECTION, &s);
}

int v4l2_coder_set_formats(struct v4l2_coder *c, struct v4l2_coder_raw *raw)
{
	int err;

	err = set_coded(c, raw);
	if (!err)
		err = set_raw(c, raw);
	if (!err)
		crop(c, raw);
	return err;
}

/* Values that the device does not reach become the nearest that it does */
static void control(struct v4l2_coder *c, uint32_t id, int32_t value)
{
	struct v4l2_queryctrl q = { .id = id };
	struct v4l2_control ctrl = { .id = id, .value = value };

	if (videodev_ioctl(c->fd, VIDIOC_QUERYCTRL, &q))
		return;

	ctrl.value = MAX(MIN(value, q.maximum), q.minimum);
	if (videodev_ioctl(c->fd, VIDIOC_S_CTRL, &ctrl))
		log_debug("encoder: %s: control %08x is not %d\n", c->path, id,
			  ctrl.value);
}

uint32_t v4l2_coder_bitrate(uint32_t bitrate)
{
	const uint32_t rate = bitrate / V4L2_CODER_STEP * V4L2_CODER_STEP;

	return MIN(MAX(rate, (uint32_t)V4L2_CODER_STEP), (uint32_t)INT32_MAX);
}

int32_t v4l2_coder_level(unsigned width, unsigned height, unsigned fps)
{
	const unsigned blocks = ((width + MACROBLOCK - 1) / MACROBLOCK) *
				((height + MACROBLOCK - 1) / MACROBLOCK);

	return blocks <= LEVEL31_SIZE && blocks * fps <= LEVEL31_RATE
		       ? V4L2_MPEG_VIDEO_H264_LEVEL_3_1
		       : V4L2_MPEG_VIDEO_H264_LEVEL_4_0;
}

static void set_slices(struct v4l2_coder *c, unsigned nal_max)
{
	if (!c->slices)
		return;

	if (nal_max)
		control(c, V4L2_CID_MPEG_VIDEO_MULTI_SLICE_MAX_BYTES,
			(int32_t)nal_max);
	control(c, V4L2_CID_MPEG_VIDEO_MULTI_SLICE_MODE,
		nal_max ? V4L2_MPEG_VIDEO_MULTI_SLICE_MODE_MAX_BYTES
			: V4L2_MPEG_VIDEO_MULTI_SLICE_MODE_SINGLE);
}

void v4l2_coder_set_profile(struct v4l2_coder *c,
			    const struct encoder_prefs *prefs)
{
	control(c, V4L2_CID_MPEG_VIDEO_H264_PROFILE,
		V4L2_MPEG_VIDEO_H264_PROFILE_CONSTRAINED_BASELINE);
	control(c, V4L2_CID_MPEG_VIDEO_H264_LEVEL,
		v4l2_coder_level(prefs->width, prefs->height, prefs->fps));
	control(c, V4L2_CID_MPEG_VIDEO_BITRATE_MODE,
		V4L2_MPEG_VIDEO_BITRATE_MODE_CBR);
	control(c, V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 1);

	set_slices(c, prefs->nal_max);

	/* Raspberry Pi's older kernels take the first for the second */
	control(c, V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, V4L2_CODER_GOP);
	control(c, V4L2_CID_MPEG_VIDEO_GOP_SIZE, V4L2_CODER_GOP);
}

void v4l2_coder_set_rates(struct v4l2_coder *c,
			  const struct encoder_prefs *prefs)
{
	struct v4l2_streamparm p = { .type = c->raw_type };

	control(c, V4L2_CID_MPEG_VIDEO_BITRATE,
		(int32_t)v4l2_coder_bitrate(prefs->bitrate));
	p.parm.output.timeperframe.numerator = 1;
	p.parm.output.timeperframe.denominator = prefs->fps ? prefs->fps : 1;
	(void)videodev_ioctl(c->fd, VIDIOC_S_PARM, &p);
}

void v4l2_coder_press(struct v4l2_coder *c)
{
	struct v4l2_control ctrl = {
		.id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME,
		.value = 1,
	};

	(void)videodev_ioctl(c->fd, VIDIOC_S_CTRL, &ctrl);
}
