/**
 * @file drivers/soft_encoder.c  Software encoder
 *
 * A slot for each frame under way. The loop holds the references: to the
 * frame, and to the picture that it is converted into when it does not fit.
 * That picture is shared by all slots, for the thread does one at a time.
 */
#include "core/base/log.h"
#include "drivers/pixels.h"
#include "drivers/soft_encoder.h"
#include "drivers/worker.h"

enum {
	BITRATE_MIN = 10000, /* [bit/s], ours */
	FPS_MAX = 60,	     /* As [video] fps */
	KILO = 1000,
};

struct slot {
	struct frame *f;    /* What was put                            */
	struct frame *room; /* What it is converted into; NULL: direct */
	struct encoder_prefs prefs;
	bool key;

	/* Set by the thread */
	struct soft_unit unit;
	int err;
};

struct soft_encoder {
	struct encoder encoder; /* First, for struct encoder * */
	const struct soft_codec *codec;
	struct encoder_prefs prefs;
	struct frame *room; /* Of the size wished for */
	struct slot slotv[ENCODER_QUEUE];
	unsigned head, tail; /* Oldest, next to put, modulo ENCODER_QUEUE */
	bool key;	     /* A wish that was not heard yet             */
	bool broken;
	struct worker *worker;
	encoder_unit_h *uh;
	encoder_fault_h *fh;
	void *arg;

	uint64_t units, keys, bytes;
	uint32_t busy, left_out, damaged;

	/* The thread's */
	void *object;
	struct pixels pixels;
};

static void soft_encoder_destructor(void *arg)
{
	struct soft_encoder *e = arg;

	mem_deref(e->worker); /* First: then nobody uses the rest */
	for (; e->head != e->tail; ++e->head) {
		mem_deref(e->slotv[e->head % ENCODER_QUEUE].f);
		mem_deref(e->slotv[e->head % ENCODER_QUEUE].room);
	}
	mem_deref(e->room);
	mem_deref(e->object);
	pixels_close(&e->pixels);
}

/* In the thread */
static void run(void *job, void *arg)
{
	struct soft_encoder *e = arg;
	struct slot *s = job;
	const struct frame *f = s->f;

	memset(&s->unit, 0, sizeof(s->unit));
	s->err = 0;
	if (s->room) {
		s->err = pixels_to_i420(&e->pixels, s->room, f);
		f = s->room;
	}
	if (!s->err)
		s->err = e->codec->encode(e->object, &s->unit, f, &s->prefs,
					  s->key);
}

static void deliver(struct soft_encoder *e, const struct slot *s, uint64_t now)
{
	const struct encoder_unit u = {
		.data = s->unit.data,
		.size = s->unit.size,
		.key = s->unit.key,
		.time = s->f->time,
		.width = s->prefs.width,
		.height = s->prefs.height,
	};

	++e->units;
	e->keys += u.key;
	e->bytes += u.size;
	e->uh(&u, now, e->arg);
}

static void fail(struct soft_encoder *e, int err)
{
	if (e->broken)
		return;

	e->broken = true;
	log_warning("%s: encoder: %m\n", e->codec->name, err);
	e->fh(err, e->arg);
}

/* A camera's JPEG may be damaged, which is no fault of the codec's */
static void on_done(void *job, uint64_t now, void *arg)
{
	struct soft_encoder *e = arg;
	struct slot s = *(struct slot *)job;

	++e->head;
	mem_ref(e);
	if ((s.err || !s.unit.size) && s.key)
		e->key = true;

	if (s.err == EBADMSG)
		++e->damaged;
	else if (s.err)
		fail(e, s.err);
	else if (s.unit.size)
		deliver(e, &s, now);
	else
		++e->left_out;

	mem_deref(s.f);
	mem_deref(s.room);
	mem_deref(e);
}

static int make_room(struct soft_encoder *e, const struct frame *f)
{
	const struct encoder_prefs *p = &e->prefs;

	if (f->format == FRAME_I420 && f->width == p->width &&
	    f->height == p->height)
		return 0;
	if (e->room && e->room->width == p->width &&
	    e->room->height == p->height)
		return 0;

	e->room = mem_deref(e->room);
	return frame_alloc(&e->room, FRAME_I420, p->width, p->height);
}

static bool direct(const struct soft_encoder *e, const struct frame *f)
{
	return f->format == FRAME_I420 && f->width == e->prefs.width &&
	       f->height == e->prefs.height;
}

static int put(struct encoder *enc, struct frame *f, bool key)
{
	struct soft_encoder *e = (struct soft_encoder *)enc;
	struct slot *s = &e->slotv[e->tail % ENCODER_QUEUE];
	int err;

	if (f->format == FRAME_H264)
		return EINVAL;

	e->key |= key;
	if (e->tail - e->head == ENCODER_QUEUE || e->broken) {
		++e->busy;
		return EAGAIN;
	}

	err = direct(e, f) ? 0 : make_room(e, f);
	if (err)
		return EAGAIN; /* No memory now */

	s->f = mem_ref(f);
	s->room = direct(e, f) ? NULL : mem_ref(e->room);
	s->prefs = e->prefs;
	s->key = e->key;
	e->key = false;
	++e->tail;
	return worker_put(e->worker, s);
}

static int set(struct encoder *enc, const struct encoder_prefs *prefs)
{
	struct soft_encoder *e = (struct soft_encoder *)enc;
	const struct encoder_prefs *p = prefs;

	if (p->width < FRAME_SIDE_MIN || p->width > FRAME_SIDE_MAX ||
	    p->height < FRAME_SIDE_MIN || p->height > FRAME_SIDE_MAX ||
	    p->width % 2 || p->height % 2 || !p->fps || p->fps > FPS_MAX ||
	    p->bitrate < BITRATE_MIN)
		return EINVAL;

	if (p->width != e->prefs.width || p->height != e->prefs.height)
		e->room = mem_deref(e->room);
	e->prefs = *p;
	return 0;
}

static int print(struct re_printf *pf, const struct encoder *enc)
{
	const struct soft_encoder *e = (const struct soft_encoder *)enc;

	return re_hprintf(
		pf,
		"%s %ux%u@%u %u kbit/s units=%llu keys=%llu "
		"bytes=%llu busy=%u left_out=%u damaged=%u",
		e->codec->name, e->prefs.width, e->prefs.height, e->prefs.fps,
		e->prefs.bitrate / KILO, (unsigned long long)e->units,
		(unsigned long long)e->keys, (unsigned long long)e->bytes,
		e->busy, e->left_out, e->damaged);
}

static const struct encoder_table table = {
	.put = put,
	.set = set,
	.print = print,
};

int soft_encoder_alloc(struct encoder **ep, const struct soft_codec *codec,
		       void *object, const struct encoder_prefs *prefs,
		       encoder_unit_h *uh, encoder_fault_h *fh, void *arg)
{
	struct soft_encoder *e;
	int err;

	e = mem_zalloc(sizeof(*e), soft_encoder_destructor);
	if (!e) {
		mem_deref(object);
		return ENOMEM;
	}

	e->encoder.table = &table;
	e->codec = codec;
	e->object = object;
	e->key = true;
	e->uh = uh;
	e->fh = fh;
	e->arg = arg;
	err = set(&e->encoder, prefs);
	if (!err)
		err = worker_alloc(&e->worker, codec->thread, run, on_done, e);
	if (err)
		mem_deref(e);
	else
		*ep = &e->encoder;
	return err;
}
