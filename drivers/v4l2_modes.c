/**
 * @file drivers/v4l2_modes.c  V4L2 modes
 *
 * Devices that cannot name their sizes or rates are asked for the wish
 * itself, and answer with what is nearest to it.
 */
#include "drivers/v4l2_format.h"
#include "drivers/v4l2_modes.h"
#include "drivers/videodev.h"

struct modes {
	int fd;
	const struct camera_prefs *prefs;
	struct v4l2_mode *modev;
	size_t n;
};

static struct v4l2_interval interval_of(const struct v4l2_fract *f)
{
	return (struct v4l2_interval){ f->numerator, f->denominator };
}

/* The rate of a format and size that is nearest to the wish, or 0/0 */
static struct v4l2_interval best_rate(const struct modes *m, uint32_t fourcc,
				      uint32_t width, uint32_t height)
{
	struct v4l2_interval best = { 0, 0 };

	for (uint32_t i = 0; i < V4L2_MODES_EACH; i++) {
		struct v4l2_frmivalenum e = { .index = i,
					      .pixel_format = fourcc,
					      .width = width,
					      .height = height };
		struct v4l2_interval is;

		if (videodev_ioctl(m->fd, VIDIOC_ENUM_FRAMEINTERVALS, &e))
			break;

		is = interval_of(&e.discrete);
		if (e.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
			const struct v4l2_interval min =
				interval_of(&e.stepwise.min);
			const struct v4l2_interval max =
				interval_of(&e.stepwise.max);

			is = v4l2_format_rate(&min, &max, m->prefs->fps);
		}
		if (v4l2_format_nearer(&is, &best, m->prefs->fps))
			best = is;
		if (e.type != V4L2_FRMIVAL_TYPE_DISCRETE)
			break;
	}
	return best;
}

static void add(struct modes *m, uint32_t fourcc, uint32_t width,
		uint32_t height)
{
	if (m->n == V4L2_MODES_MAX)
		return;

	m->modev[m->n++] = (struct v4l2_mode){
		.fourcc = fourcc,
		.width = width,
		.height = height,
		.interval = best_rate(m, fourcc, width, height),
	};
}

static void add_range(struct modes *m, uint32_t fourcc,
		      const struct v4l2_frmsize_stepwise *s)
{
	const struct v4l2_range width = { s->min_width, s->max_width,
					  s->step_width };
	const struct v4l2_range height = { s->min_height, s->max_height,
					   s->step_height };

	add(m, fourcc, v4l2_format_fit(&width, m->prefs->width),
	    v4l2_format_fit(&height, m->prefs->height));
}

static void add_sizes(struct modes *m, uint32_t fourcc)
{
	for (uint32_t i = 0; i < V4L2_MODES_EACH; i++) {
		struct v4l2_frmsizeenum e = { .index = i,
					      .pixel_format = fourcc };

		if (videodev_ioctl(m->fd, VIDIOC_ENUM_FRAMESIZES, &e)) {
			if (!i)
				add(m, fourcc, m->prefs->width,
				    m->prefs->height);
			break;
		}
		if (e.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
			add_range(m, fourcc, &e.stepwise);
			break;
		}
		add(m, fourcc, e.discrete.width, e.discrete.height);
	}
}

/* The format with this index that is one of ours. @return 0, EAGAIN, errno */
static int next_format(int fd, uint32_t index, uint32_t *fourcc,
		       enum frame_format *format)
{
	struct v4l2_fmtdesc e = { .index = index,
				  .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	int err;

	err = videodev_ioctl(fd, VIDIOC_ENUM_FMT, &e);
	if (err)
		return err;

	*fourcc = e.pixelformat;
	return v4l2_format_of(format, e.pixelformat) ? EAGAIN : 0;
}

static void add_formats(struct modes *m)
{
	int err = 0;

	for (uint32_t i = 0; i < V4L2_MODES_EACH; i++) {
		enum frame_format format;
		uint32_t fourcc;

		err = next_format(m->fd, i, &fourcc, &format);
		if (!err)
			add_sizes(m, fourcc);
		else if (err != EAGAIN)
			break;
	}
}

static int set_format(int fd, const struct v4l2_mode *mode,
		      struct v4l2_modes_set *set)
{
	struct v4l2_format f = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_pix_format *pix = &f.fmt.pix;
	int err;

	pix->width = mode->width;
	pix->height = mode->height;
	pix->pixelformat = mode->fourcc;
	pix->field = V4L2_FIELD_ANY;
	err = videodev_ioctl(fd, VIDIOC_S_FMT, &f);
	if (err)
		return err;
	if (pix->pixelformat != mode->fourcc || pix->width < FRAME_SIDE_MIN ||
	    pix->height < FRAME_SIDE_MIN)
		return EINVAL;

	(void)v4l2_format_of(&set->fmt.format, mode->fourcc);
	set->fmt.width = MIN(pix->width / 2 * 2, (uint32_t)FRAME_SIDE_MAX);
	set->fmt.height = MIN(pix->height / 2 * 2, (uint32_t)FRAME_SIDE_MAX);
	set->height = pix->height;
	set->stride = pix->bytesperline;
	return 0;
}

/* Not every device has a rate to be set */
static void set_rate(int fd, const struct v4l2_interval *wish,
		     struct v4l2_modes_set *set)
{
	struct v4l2_streamparm p = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_interval is;

	p.parm.capture.timeperframe.numerator = wish->num;
	p.parm.capture.timeperframe.denominator = wish->den;
	if (videodev_ioctl(fd, VIDIOC_S_PARM, &p) &&
	    videodev_ioctl(fd, VIDIOC_G_PARM, &p))
		return;

	is = interval_of(&p.parm.capture.timeperframe);
	if (v4l2_format_fps(&is))
		set->fmt.fps = v4l2_format_fps(&is);
}

int v4l2_modes_apply(int fd, const struct camera_prefs *prefs,
		     struct v4l2_modes_set *set)
{
	struct modes m = { .fd = fd, .prefs = prefs };
	const struct v4l2_mode *best;
	struct v4l2_interval rate;
	int err;

	m.modev = mem_zalloc(V4L2_MODES_MAX * sizeof(*m.modev), NULL);
	if (!m.modev)
		return ENOMEM;

	add_formats(&m);
	best = v4l2_format_choose(m.modev, m.n, prefs);
	err = best ? set_format(fd, best, set) : EINVAL;
	if (!err) {
		rate = best->interval;
		if (!rate.num)
			rate = (struct v4l2_interval){ 1, prefs->fps };
		set->fmt.fps = prefs->fps;
		set_rate(fd, &rate, set);
	}

	mem_deref(m.modev);
	return err;
}

/* The largest size of a format, as the device names it */
static int print_format(struct re_printf *pf, int fd, uint32_t fourcc,
			enum frame_format format)
{
	uint32_t width = 0, height = 0;

	for (uint32_t i = 0; i < V4L2_MODES_EACH; i++) {
		struct v4l2_frmsizeenum e = { .index = i,
					      .pixel_format = fourcc };
		uint32_t w, h;

		if (videodev_ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &e))
			break;
		if (e.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
			w = e.discrete.width;
			h = e.discrete.height;
		} else {
			w = e.stepwise.max_width;
			h = e.stepwise.max_height;
		}
		if ((uint64_t)w * h > (uint64_t)width * height) {
			width = w;
			height = h;
		}
		if (e.type != V4L2_FRMSIZE_TYPE_DISCRETE)
			break;
	}

	if (!width)
		return re_hprintf(pf, " %s", frame_format_name(format));

	return re_hprintf(pf, " %s <= %ux%u", frame_format_name(format), width,
			  height);
}

int v4l2_modes_print(struct re_printf *pf, const int *fd)
{
	int err = 0, end = 0;

	for (uint32_t i = 0; i < V4L2_MODES_EACH; i++) {
		enum frame_format format;
		uint32_t fourcc;

		end = next_format(*fd, i, &fourcc, &format);
		if (!end)
			err |= print_format(pf, *fd, fourcc, format);
		else if (end != EAGAIN)
			break;
	}
	return err;
}
