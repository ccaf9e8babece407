/**
 * @file tests/unit/support/optics.c  A camera and coders that a test drives
 */
#include "tests/unit/test.h"
#include "tests/unit/support/optics.h"

int optics_errv[OPTICS_CODERS];
unsigned optics_madev[OPTICS_CODERS];
bool optics_whole;
int optics_jpeg_err;
static struct list encoders;

static int camera_begin(struct camera *cam, const struct camera_prefs *prefs,
			struct camera_format *fmt, camera_frame_h *fh,
			camera_state_h *sh, void *arg)
{
	struct optics_camera *c = (struct optics_camera *)cam;
	unsigned formats = prefs->formats ? prefs->formats
					  : ~FRAME_BIT(FRAME_H264);

	assert_false(c->open);
	++c->starts;
	c->wished = *prefs;
	if (c->err)
		return c->err;
	if (!(c->offers & formats))
		return EINVAL;

	for (unsigned i = FRAME_H264 + 1; i--;) {
		if (c->offers & formats & FRAME_BIT(i)) {
			c->fmt.format = (enum frame_format)i;
			break;
		}
	}
	c->open = true;
	c->fh = fh;
	c->sh = sh;
	c->arg = arg;
	*fmt = c->fmt;
	return 0;
}

static void camera_end(struct camera *cam)
{
	((struct optics_camera *)cam)->open = false;
}

static int camera_line(struct re_printf *pf, const struct camera *cam)
{
	return re_hprintf(pf, "fake %ux%u",
			  ((const struct optics_camera *)cam)->fmt.width,
			  ((const struct optics_camera *)cam)->fmt.height);
}

struct optics_camera *optics_camera(void)
{
	static const struct camera_table table = {
		.start = camera_begin,
		.stop = camera_end,
		.print = camera_line,
	};
	struct optics_camera *c = mem_zalloc(sizeof(*c), NULL);

	if (!c)
		return NULL;

	c->camera.table = &table;
	c->fmt = (struct camera_format){ FRAME_I420, 640, 480, 30 };
	c->offers = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |
		    FRAME_BIT(FRAME_YUYV);
	return c;
}

bool optics_shoot(struct optics_camera *c, uint64_t now)
{
	struct frame *f;

	assert_true(c->open);
	assert_int_not_equal(c->fmt.format, FRAME_H264);
	if (frame_alloc(&f, c->fmt.format, c->fmt.width, c->fmt.height))
		return false;

	f->planev[0][0] = 200;
	f->time = now;
	c->fh(f, now, c->arg);
	mem_deref(f);
	return true;
}

void optics_pass(struct optics_camera *c, bool key, uint64_t now)
{
	static uint8_t data[] = { 0, 0, 0, 1, 0x65 };
	struct frame *f;

	assert_true(c->open);
	assert_int_equal(c->fmt.format, FRAME_H264);
	assert_int_equal(frame_wrap(&f, FRAME_H264, c->fmt.width, c->fmt.height,
				    NULL, NULL),
			 0);
	f->planev[0] = data;
	f->size = sizeof(data);
	f->key = key;
	f->time = now;
	c->fh(f, now, c->arg);
	mem_deref(f);
}

static void encoder_destructor(void *arg)
{
	struct optics_encoder *e = arg;

	list_unlink(&e->le);
	mem_deref(e->held);
}

static int put(struct encoder *enc, struct frame *f, bool key)
{
	struct optics_encoder *e = (struct optics_encoder *)enc;

	e->key |= key || e->sized;
	if (e->held)
		return EAGAIN;

	e->sized = false;
	++e->puts;
	e->keys += e->key;
	e->luma = f->planev[0][0];
	e->format = f->format;
	e->time = f->time;
	e->held = mem_ref(f);
	return 0;
}

static int set(struct encoder *enc, const struct encoder_prefs *prefs)
{
	struct optics_encoder *e = (struct optics_encoder *)enc;

	++e->sets;
	if (e->kind == OPTICS_V4L2 && optics_whole && prefs->nal_max)
		return ENOTSUP;

	e->sized |= e->prefs.width != prefs->width ||
		    e->prefs.height != prefs->height;
	e->prefs = *prefs;
	return 0;
}

static int line(struct re_printf *pf, const struct encoder *enc)
{
	return re_hprintf(pf, "fake puts=%u",
			  ((const struct optics_encoder *)enc)->puts);
}

static int make(struct encoder **ep, unsigned kind,
		const struct encoder_prefs *prefs, encoder_unit_h *uh,
		encoder_fault_h *fh, void *arg)
{
	static const struct encoder_table table = {
		.put = put,
		.set = set,
		.print = line,
	};
	struct optics_encoder *e;

	if (optics_errv[kind])
		return optics_errv[kind];

	e = mem_zalloc(sizeof(*e), encoder_destructor);
	if (!e)
		return ENOMEM;

	e->encoder.table = &table;
	e->kind = kind;
	e->prefs = *prefs;
	e->uh = uh;
	e->fh = fh;
	e->arg = arg;
	list_append(&encoders, &e->le, e);
	++optics_madev[kind];
	*ep = &e->encoder;
	return 0;
}

static int make_v4l2(struct encoder **ep, const char *device,
		     const struct encoder_prefs *prefs, encoder_unit_h *uh,
		     encoder_fault_h *fh, void *arg)
{
	assert_string_equal(device, "/dev/video11");
	return make(ep, OPTICS_V4L2, prefs, uh, fh, arg);
}

static int make_openh264(struct encoder **ep, const char *device,
			 const struct encoder_prefs *prefs, encoder_unit_h *uh,
			 encoder_fault_h *fh, void *arg)
{
	assert_string_equal(device, "");
	return make(ep, OPTICS_OPENH264, prefs, uh, fh, arg);
}

static int make_vp8(struct encoder **ep, const char *device,
		    const struct encoder_prefs *prefs, encoder_unit_h *uh,
		    encoder_fault_h *fh, void *arg)
{
	assert_string_equal(device, "");
	return make(ep, OPTICS_VP8, prefs, uh, fh, arg);
}

static int make_jpeg(struct mbuf **mbp, const struct frame *f)
{
	static const uint8_t head[] = { 0xff, 0xd8 };
	struct mbuf *mb;
	int err;

	if (optics_jpeg_err)
		return optics_jpeg_err;

	assert_int_not_equal(f->format, FRAME_H264);
	mb = mbuf_alloc(sizeof(head));
	if (!mb)
		return ENOMEM;

	err = mbuf_write_mem(mb, head, sizeof(head));
	mb->pos = 0;
	*mbp = mb;
	return err;
}

struct optics optics_all(struct optics_camera *c)
{
	static const struct coder coderv[] = {
		{ .name = "v4l2m2m",
		  .codec = "H264",
		  .device = "/dev/video11",
		  .formats = FRAME_BIT(FRAME_NV12),
		  .hardware = true,
		  .encoder = make_v4l2 },
		{ .name = "openh264",
		  .codec = "H264",
		  .device = "",
		  .formats = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |
			     FRAME_BIT(FRAME_YUYV) | FRAME_BIT(FRAME_MJPEG),
		  .encoder = make_openh264 },
		{ .name = "vp8",
		  .codec = "VP8",
		  .device = "",
		  .formats = FRAME_BIT(FRAME_I420),
		  .encoder = make_vp8 },
		{ .name = NULL },
	};

	return (struct optics){
		.camera = c ? &c->camera : NULL,
		.coderv = coderv,
		.jpegh = make_jpeg,
	};
}

/* Constrained baseline, level 3.1, 640x480; and the start of a slice */
static const uint8_t key_unit[] = {
	0,    0,    0,	  1,	0x67, 0x42, 0xc0, 0x1f, 0xda,
	0x02, 0x80, 0xf6, 0x40, 0,    0,    0,	  1,	0x65,
};
static const uint8_t slice[] = { 0, 0, 0, 1, 0x41 };

static void encode(struct optics_encoder *e, uint64_t now)
{
	const struct encoder_unit u = {
		.data = e->key ? key_unit : slice,
		.size = e->key ? sizeof(key_unit) : sizeof(slice),
		.key = e->key,
		.time = e->time,
		.width = e->prefs.width,
		.height = e->prefs.height,
	};

	e->key = false;
	e->held = mem_deref(e->held);
	e->uh(&u, now, e->arg);
}

void optics_encode(uint64_t now)
{
	struct le *le = encoders.head;

	while (le) {
		struct optics_encoder *e = le->data;

		le = le->next;
		if (e->held)
			encode(e, now);
	}
}

struct optics_encoder *optics_encoder(unsigned kind, unsigned n)
{
	for (struct le *le = encoders.head; le; le = le->next) {
		struct optics_encoder *e = le->data;

		if (e->kind == kind && !n--)
			return e;
	}

	return NULL;
}

unsigned optics_encoders(void)
{
	return list_count(&encoders);
}

void optics_reset(void)
{
	assert_int_equal(optics_encoders(), 0);
	memset(optics_errv, 0, sizeof(optics_errv));
	memset(optics_madev, 0, sizeof(optics_madev));
	optics_whole = false;
	optics_jpeg_err = 0;
}
