/**
 * @file drivers/soft_decoder.c  Software decoder
 *
 * A slot for each unit under way. What is shown is a frame about the codec's
 * own memory, good for the call only; if somebody kept a reference the frame
 * gets memory of its own then, which is seldom.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "drivers/soft_decoder.h"
#include "drivers/worker.h"

enum {
	UNIT_MAX = 1500000, /* Access unit [bytes], as ENCODER_UNIT_MAX */
	PADDING = 32,	    /* Zeros after a unit, for bit readers      */
	LUMA_BLACK = 16,    /* BT.601, limited range */
	CHROMA_GREY = 128,
};

struct slot {
	uint8_t *data;
	size_t size; /* [bytes] */
	uint64_t time;

	/* Set by the thread */
	struct soft_picture pic;
	int err;
};

struct soft_decoder {
	struct decoder decoder; /* First, for struct decoder * */
	const struct soft_decodec *codec;
	struct slot slotv[DECODER_QUEUE];
	unsigned head, tail; /* Oldest, next to put, modulo DECODER_QUEUE */
	struct worker *worker;
	decoder_frame_h *h;
	void *arg;

	uint64_t units, frames;
	uint32_t busy, errors, too_large, copies;
	unsigned width, height; /* Of the latest picture */

	void *object; /* The thread's */
};

static void soft_decoder_destructor(void *arg)
{
	struct soft_decoder *d = arg;

	mem_deref(d->worker); /* First: then nobody uses the rest */
	for (; d->head != d->tail; ++d->head)
		free(d->slotv[d->head % DECODER_QUEUE].data);
	mem_deref(d->object);
}

/* In the thread */
static void run(void *job, void *arg)
{
	struct soft_decoder *d = arg;
	struct slot *s = job;

	memset(&s->pic, 0, sizeof(s->pic));
	s->err = d->codec->decode(d->object, &s->pic, s->data, s->size);
	if (s->err)
		s->pic.planev[0] = NULL;
}

static bool side_ok(unsigned n)
{
	return n >= FRAME_SIDE_MIN && n <= FRAME_SIDE_MAX;
}

/* For who keeps a frame when there is no memory: black, line by line */
static uint8_t *dark(unsigned plane)
{
	static uint8_t linev[2][FRAME_SIDE_MAX];

	memset(linev[0], LUMA_BLACK, sizeof(linev[0]));
	memset(linev[1], CHROMA_GREY, sizeof(linev[1]));
	return linev[plane ? 1 : 0];
}

static void release(struct frame *f, void *arg)
{
	(void)arg;

	if (f->size)
		free(f->planev[0]);
}

static void copy_plane(struct frame *f, unsigned plane, uint8_t *dst,
		       size_t width, size_t lines)
{
	const uint8_t *src = f->planev[plane];
	const size_t stride = f->stridev[plane];

	f->planev[plane] = dst ? dst : dark(plane);
	f->stridev[plane] = dst ? width : 0;
	for (size_t i = 0; dst && i < lines; i++)
		memcpy(dst + i * width, src + i * stride, width);
}

/* Somebody keeps the frame: give it memory of its own */
static void settle(struct soft_decoder *d, struct frame *f)
{
	const size_t w = f->width, h = f->height;
	const size_t luma = w * h, chroma = luma / 2 / 2;
	const size_t size = luma + 2 * chroma;
	uint8_t *mem = malloc(size);

	++d->copies;
	f->size = mem ? size : 0;
	copy_plane(f, 0, mem, w, h);
	copy_plane(f, 1, mem ? mem + luma : NULL, w / 2, h / 2);
	copy_plane(f, 2, mem ? mem + luma + chroma : NULL, w / 2, h / 2);
}

/* A frame about the codec's memory */
static struct frame *show(struct soft_decoder *d, const struct slot *s)
{
	const struct soft_picture *pic = &s->pic;
	struct frame *f;

	if (frame_wrap(&f, FRAME_I420, pic->width - pic->width % 2,
		       pic->height - pic->height % 2, release, NULL))
		return NULL;

	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		f->planev[i] = (uint8_t *)(uintptr_t)pic->planev[i];
		f->stridev[i] = pic->stridev[i];
	}
	f->time = s->time;
	d->width = f->width;
	d->height = f->height;
	++d->frames;
	return f;
}

static void on_done(void *job, uint64_t now, void *arg)
{
	struct soft_decoder *d = arg;
	struct slot s = *(struct slot *)job;
	struct frame *f = NULL;

	++d->head;
	free(s.data);
	if (s.pic.planev[0] &&
	    (!side_ok(s.pic.width) || !side_ok(s.pic.height))) {
		s.err = EBADMSG;
		++d->too_large;
	}
	if (s.pic.planev[0] && !s.err)
		f = show(d, &s);
	d->errors += s.err != 0;

	mem_ref(d); /* The handler may free it, not so the codec's memory */
	d->h(f, s.err, now, d->arg);
	if (f && mem_nrefs(f) > 1)
		settle(d, f);
	mem_deref(f);
	mem_deref(d);
}

static int put(struct decoder *dec, const uint8_t *data, size_t size,
	       uint64_t time)
{
	struct soft_decoder *d = (struct soft_decoder *)dec;
	struct slot *s = &d->slotv[d->tail % DECODER_QUEUE];

	if (size > UNIT_MAX)
		return EMSGSIZE;
	if (d->tail - d->head == DECODER_QUEUE) {
		++d->busy;
		return EAGAIN;
	}

	s->data = malloc(size + PADDING);
	if (!s->data)
		return ENOMEM;

	memcpy(s->data, data, size);
	memset(s->data + size, 0, PADDING);
	s->size = size;
	s->time = time;
	++d->tail;
	++d->units;
	return worker_put(d->worker, s);
}

static int print(struct re_printf *pf, const struct decoder *dec)
{
	const struct soft_decoder *d = (const struct soft_decoder *)dec;

	return re_hprintf(pf,
			  "%s %ux%u units=%llu frames=%llu errors=%u busy=%u "
			  "too_large=%u copies=%u",
			  d->codec->name, d->width, d->height,
			  (unsigned long long)d->units,
			  (unsigned long long)d->frames, d->errors, d->busy,
			  d->too_large, d->copies);
}

static const struct decoder_table table = {
	.put = put,
	.print = print,
};

int soft_decoder_alloc(struct decoder **dp, const struct soft_decodec *codec,
		       void *object, decoder_frame_h *h, void *arg)
{
	struct soft_decoder *d;
	int err;

	d = mem_zalloc(sizeof(*d), soft_decoder_destructor);
	if (!d) {
		mem_deref(object);
		return ENOMEM;
	}

	d->decoder.table = &table;
	d->codec = codec;
	d->object = object;
	d->h = h;
	d->arg = arg;
	err = worker_alloc(&d->worker, codec->thread, run, on_done, d);
	if (err)
		mem_deref(d);
	else
		*dp = &d->decoder;
	return err;
}
