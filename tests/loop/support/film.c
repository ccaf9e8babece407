/**
 * @file tests/loop/support/film.c  Film
 */
#include "core/base/loop.h"
#include "tests/loop/support/film.h"
#include "tests/unit/test.h"

enum {
	ENCODE = 3 * CLOCK_MS, /* An encoder needs [us] */
	DECODE = 2 * CLOCK_MS,
	KEY_SIZE = 5, /* Times a usual unit */
	HEAD = 10,    /* Of a VP8 key frame, RFC 6386 section 9.1 */
	HEAD_DELTA = 3,
	NUMBER = 4,   /* Bytes of a number */
	PART_BIT = 5, /* Of the tag: size of the first partition */
	SHOW_BIT = 4,
	PART = 8, /* Its size [bytes] */
	DELTA = 1,
	LEAST = 64,   /* Of a unit [bytes] */
	CAMERA = 200, /* The first pixel */
	SCREEN = 150,
	MOST = 100000,
};

/* ---- A phone's ---- */

struct fake_camera {
	struct camera c;
	struct loop_timer timer;
	struct camera_format fmt;
	camera_frame_h *fh;
	camera_state_h *sh;
	void *arg;
	unsigned i;
	bool running, lost, screen;
	uint64_t due;
};

struct fake_display {
	struct display d;
	unsigned i;
};

static struct {
	struct fake_camera *camera, *screen;
	struct fake_display *display;
	struct optics optics;
	struct film_stats st;
	uint32_t number; /* Of the last frame captured */
} filmv[FILM_PHONES];

/* ---- Camera ---- */

static void tick(uint64_t now, void *arg)
{
	struct fake_camera *c = arg;
	struct frame *f;

	c->due += CLOCK_S / c->fmt.fps;
	loop_timer_arm(&c->timer, c->due);
	if (c->lost)
		return;

	assert_int_equal(
		frame_alloc(&f, FRAME_I420, c->fmt.width, c->fmt.height), 0);
	frame_black(f);
	memset(f->planev[0], c->screen ? SCREEN : CAMERA, f->stridev[0]);
	f->time = now;
	filmv[c->i].st.captured += !c->screen;
	c->fh(f, now, c->arg);
	mem_deref(f);
}

static void tell_open(const struct fake_camera *c)
{
	struct film_stats *st = &filmv[c->i].st;

	*(c->screen ? &st->sharing : &st->open) = c->running;
}

static int camera_start_h(struct camera *base, const struct camera_prefs *prefs,
			  struct camera_format *fmt, camera_frame_h *fh,
			  camera_state_h *sh, void *arg)
{
	struct fake_camera *c = (struct fake_camera *)base;

	assert_false(c->running);
	c->fmt.format = FRAME_I420;
	c->fmt.width = prefs->width;
	c->fmt.height = prefs->height;
	c->fmt.fps = prefs->fps;
	*fmt = c->fmt;
	c->fh = fh;
	c->sh = sh;
	c->arg = arg;
	c->running = true;
	c->due = clock_now() + CLOCK_S / c->fmt.fps;
	loop_timer_arm(&c->timer, c->due);
	tell_open(c);
	return 0;
}

static void camera_stop_h(struct camera *base)
{
	struct fake_camera *c = (struct fake_camera *)base;

	loop_timer_cancel(&c->timer);
	c->running = false;
	tell_open(c);
}

static int nothing_camera(struct re_printf *pf, const struct camera *c)
{
	(void)c;
	return re_hprintf(pf, "film");
}

static void camera_destructor(void *arg)
{
	struct fake_camera *c = arg;

	loop_timer_cancel(&c->timer);
}

static const struct camera_table camera_table = {
	.start = camera_start_h,
	.stop = camera_stop_h,
	.print = nothing_camera,
};

/* ---- Encoder ---- */

struct fake_encoder {
	struct encoder e;
	struct loop_timer timer;
	struct encoder_prefs prefs;
	encoder_unit_h *uh;
	void *arg;
	unsigned i;
	uint32_t number;
	struct frame *frame; /* Under way */
	bool key, wished;
};

static size_t write_unit(struct fake_encoder *e, uint8_t *buf)
{
	const size_t usual = e->prefs.bitrate / e->prefs.fps / 8;
	const size_t head = e->key ? HEAD : HEAD_DELTA;
	size_t size = MAX(e->key ? usual * KEY_SIZE : usual, (size_t)LEAST);

	size = MIN(size, (size_t)MOST);
	memset(buf, 0x5a, size);
	buf[0] = (uint8_t)((e->key ? 0 : DELTA) | 1 << SHOW_BIT |
			   (PART << PART_BIT & UINT8_MAX));
	buf[1] = (uint8_t)(PART << PART_BIT >> 8);
	buf[2] = 0;
	if (e->key) {
		buf[3] = 0x9d;
		buf[4] = 0x01;
		buf[5] = 0x2a;
		buf[6] = (uint8_t)(e->prefs.width);
		buf[7] = (uint8_t)(e->prefs.width >> 8);
		buf[8] = (uint8_t)(e->prefs.height);
		buf[9] = (uint8_t)(e->prefs.height >> 8);
	}
	memcpy(buf + head, &e->number, NUMBER);
	buf[head + NUMBER] = e->frame->planev[0][0];
	return size;
}

static void encoded(uint64_t now, void *arg)
{
	static uint8_t buf[MOST];
	struct fake_encoder *e = arg;
	struct encoder_unit u = {
		.data = buf,
		.key = e->key,
		.time = e->frame->time,
		.width = e->prefs.width,
		.height = e->prefs.height,
	};

	++e->number;
	u.size = write_unit(e, buf);
	e->frame = mem_deref(e->frame);
	++filmv[e->i].st.encoded;
	filmv[e->i].st.keys += e->key;
	e->uh(&u, now, e->arg);
}

static int encoder_put_h(struct encoder *base, struct frame *f, bool key)
{
	struct fake_encoder *e = (struct fake_encoder *)base;

	e->wished |= key;
	if (e->frame)
		return EAGAIN;

	e->frame = mem_ref(f);
	e->key = e->wished || !e->number;
	e->wished = false;
	loop_timer_arm(&e->timer, clock_now() + ENCODE);
	return 0;
}

static int encoder_set_h(struct encoder *base, const struct encoder_prefs *prm)
{
	struct fake_encoder *e = (struct fake_encoder *)base;

	if (prm->width != e->prefs.width)
		e->wished = true;
	e->prefs = *prm;
	filmv[e->i].st.bitrate = prm->bitrate;
	filmv[e->i].st.width = prm->width;
	filmv[e->i].st.fps = prm->fps;
	return 0;
}

static int nothing_encoder(struct re_printf *pf, const struct encoder *e)
{
	(void)e;
	return re_hprintf(pf, "film");
}

static void encoder_destructor(void *arg)
{
	struct fake_encoder *e = arg;

	loop_timer_cancel(&e->timer);
	mem_deref(e->frame);
	--filmv[e->i].st.encoders;
}

static const struct encoder_table encoder_table = {
	.put = encoder_put_h,
	.set = encoder_set_h,
	.print = nothing_encoder,
};

/* The device's name says whose it is */
static int encoder_make(struct encoder **ep, const char *device,
			const struct encoder_prefs *prefs, encoder_unit_h *uh,
			encoder_fault_h *fh, void *arg)
{
	struct fake_encoder *e = mem_zalloc(sizeof(*e), encoder_destructor);
	struct film_stats *st;
	(void)fh;

	assert_non_null(e);
	e->e.table = &encoder_table;
	e->i = (unsigned)(*device - '0');
	e->uh = uh;
	e->arg = arg;
	loop_timer_init(&e->timer, "film encoder", encoded, e);
	st = &filmv[e->i].st;
	++st->encoders;
	st->encoders_max = MAX(st->encoders_max, st->encoders);
	(void)encoder_set_h(&e->e, prefs);
	*ep = &e->e;
	return 0;
}

/* ---- Decoder ---- */

struct fake_decoder {
	struct decoder d;
	struct loop_timer timer;
	decoder_frame_h *h;
	void *arg;
	unsigned i;
	uint32_t last;
	bool begun;
	struct frame *framev[DECODER_QUEUE];
	unsigned count;
};

static void decoded(uint64_t now, void *arg)
{
	struct fake_decoder *d = arg;
	struct frame *f = d->framev[0];

	--d->count;
	memmove(d->framev, d->framev + 1, d->count * sizeof(d->framev[0]));
	if (d->count)
		loop_timer_arm(&d->timer, now + DECODE);
	d->h(f, 0, now, d->arg);
	mem_deref(f);
}

static int decoder_put_h(struct decoder *base, const uint8_t *data, size_t size,
			 uint64_t time)
{
	struct fake_decoder *d = (struct fake_decoder *)base;
	const bool key = !(data[0] & DELTA);
	const size_t head = key ? HEAD : HEAD_DELTA;
	struct frame *f;
	uint32_t number;

	assert_true(size >= LEAST);
	if (d->count == DECODER_QUEUE)
		return EAGAIN;

	memcpy(&number, data + head, NUMBER);
	++filmv[d->i].st.decoded;
	if (!key && (!d->begun || number != d->last + 1))
		++filmv[d->i].st.spliced;
	d->begun = true;
	d->last = number;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
	frame_black(f);
	f->planev[0][0] = data[head + NUMBER];
	f->time = time;
	d->framev[d->count++] = f;
	if (d->count == 1)
		loop_timer_arm(&d->timer, clock_now() + DECODE);
	return 0;
}

static int nothing_decoder(struct re_printf *pf, const struct decoder *d)
{
	(void)d;
	return re_hprintf(pf, "film");
}

static void decoder_destructor(void *arg)
{
	struct fake_decoder *d = arg;

	loop_timer_cancel(&d->timer);
	while (d->count)
		mem_deref(d->framev[--d->count]);
}

static const struct decoder_table decoder_table = {
	.put = decoder_put_h,
	.print = nothing_decoder,
};

static int decoder_make(struct decoder **dp, unsigned i, decoder_frame_h *h,
			void *arg)
{
	struct fake_decoder *d = mem_zalloc(sizeof(*d), decoder_destructor);

	assert_non_null(d);
	d->d.table = &decoder_table;
	d->i = i;
	d->h = h;
	d->arg = arg;
	loop_timer_init(&d->timer, "film decoder", decoded, d);
	*dp = &d->d;
	return 0;
}

/* A constructor has no name of a device, so one for each phone */
#define DECODER(n)                                                             \
	static int decoder_make_##n(struct decoder **dp, decoder_frame_h *h,   \
				    void *arg)                                 \
	{                                                                      \
		return decoder_make(dp, n, h, arg);                            \
	}
DECODER(0)
DECODER(1)
DECODER(2)
DECODER(3)

#define CODER(n)                                                               \
	{                                                                      \
		{ .name = "film",                                              \
		  .codec = "VP8",                                              \
		  .device = #n,                                                \
		  .formats = FRAME_BIT(FRAME_I420),                            \
		  .encoder = encoder_make,                                     \
		  .decoder = decoder_make_##n },                               \
			{ .name = NULL },                                      \
	}
static const struct coder coderv[FILM_PHONES][2] = { CODER(0), CODER(1),
						     CODER(2), CODER(3) };

/* ---- Display ---- */

static int show_h(struct display *base, struct frame *f, uint64_t now)
{
	struct film_stats *st = &filmv[((struct fake_display *)base)->i].st;

	if (!st->first)
		st->first = now;
	if (st->last && now - st->last > st->gap)
		st->gap = now - st->last;
	st->last = now;
	++st->shown;
	st->slides += f->planev[0][0] == SCREEN;
	st->black += f->planev[0][0] != CAMERA && f->planev[0][0] != SCREEN;
	return 0;
}

static void clear_h(struct display *base)
{
	++filmv[((struct fake_display *)base)->i].st.cleared;
}

static int nothing_display(struct re_printf *pf, const struct display *d)
{
	(void)d;
	return re_hprintf(pf, "film");
}

static const struct display_table display_table = {
	.show = show_h,
	.clear = clear_h,
	.print = nothing_display,
};

/* ---- For tests ---- */

void film_reset(void)
{
	for (unsigned i = 0; i < FILM_PHONES; i++) {
		filmv[i].camera = mem_deref(filmv[i].camera);
		filmv[i].screen = mem_deref(filmv[i].screen);
		filmv[i].display = mem_deref(filmv[i].display);
	}
	memset(filmv, 0, sizeof(filmv));
}

static struct fake_camera *make_camera(unsigned i, bool screen)
{
	struct fake_camera *c = mem_zalloc(sizeof(*c), camera_destructor);

	assert_non_null(c);
	c->c.table = &camera_table;
	c->i = i;
	c->screen = screen;
	loop_timer_init(&c->timer, "film", tick, c);
	return c;
}

void film_give(unsigned i, bool camera, bool display)
{
	if (camera) {
		filmv[i].camera = make_camera(i, false);
		filmv[i].optics.camera = &filmv[i].camera->c;
	}
	if (display) {
		struct fake_display *d = mem_zalloc(sizeof(*d), NULL);

		assert_non_null(d);
		d->d.table = &display_table;
		d->i = i;
		filmv[i].display = d;
		filmv[i].optics.display = &d->d;
	}
	filmv[i].optics.coderv = coderv[i];
}

void film_give_screen(unsigned i)
{
	filmv[i].screen = make_camera(i, true);
	filmv[i].optics.screen = &filmv[i].screen->c;
	filmv[i].optics.coderv = coderv[i];
}

const struct optics *film_optics(unsigned i)
{
	return filmv[i].optics.coderv ? &filmv[i].optics : NULL;
}

void film_lose(unsigned i, bool lost)
{
	struct fake_camera *c = filmv[i].camera;

	c->lost = lost;
	if (c->running)
		c->sh(lost ? ENODEV : 0, c->arg);
}

const struct film_stats *film_stats(unsigned i)
{
	return &filmv[i].st;
}

void film_measure(unsigned i)
{
	filmv[i].st.gap = 0;
	filmv[i].st.last = clock_now();
}
