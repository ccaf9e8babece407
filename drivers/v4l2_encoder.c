/**
 * @file drivers/v4l2_encoder.c  V4L2 encoder
 *
 * A session is the time between two settings of formats: buffers of both
 * sides, running. It begins with a frame, ends when a frame comes that needs
 * another, and begins with a key frame. A frame is told from others by its
 * time stamp, which the device copies: what has another, as the first buffer
 * of some devices has, is no unit.
 */
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/v4l2_buffers.h"
#include "drivers/v4l2_coder.h"
#include "drivers/v4l2_encoder.h"
#include "drivers/v4l2_format.h"
#include "drivers/v4l2_raw.h"

enum {
	BUFFERS_RAW = ENCODER_QUEUE + 1, /* One may lag behind its unit     */
	BUFFERS_CODED = 4,
};

/* A frame whose unit has not come */
struct under_way {
	uint64_t stamp; /* Told to the device [us]  */
	uint64_t time;	/* Of capture [us]          */
	uint64_t since; /* Given to the device [us] */
};

struct v4l2_encoder {
	struct encoder encoder; /* First, for struct encoder * */
	struct encoder_prefs prefs;
	struct v4l2_coder coder;

	struct v4l2_raw setting;
	struct v4l2_coder_raw raw;
	struct v4l2_buffers *in, *out; /* NULL between sessions */
	struct loop_watch *watch;
	struct loop_timer timer; /* Stall, or word of a fault */
	bool fresh;		 /* No frame in this session  */
	bool copies;		 /* It cannot import          */
	bool key;		 /* Wished for                */
	int fault;

	struct under_way wayv[ENCODER_QUEUE];
	unsigned under_way;
	uint64_t stamp;			  /* The last one         */
	bool busyv[BUFFERS_RAW];	  /* Raw buffers          */
	struct frame *heldv[BUFFERS_RAW]; /* Imported frames      */
	struct v4l2_raw_writer writer;

	encoder_unit_h *uh;
	encoder_fault_h *fh;
	void *arg;
	uint64_t units;
	uint32_t keys, sessions, imported, refused, lost, stray;
};

static void end_session(struct v4l2_encoder *e)
{
	e->watch = mem_deref(e->watch);
	loop_timer_cancel(&e->timer);
	v4l2_buffers_end(e->in);
	v4l2_buffers_end(e->out);
	e->in = mem_deref(e->in);
	e->out = mem_deref(e->out);
	for (unsigned i = 0; i < BUFFERS_RAW; i++) {
		e->heldv[i] = mem_deref(e->heldv[i]);
		e->busyv[i] = false;
	}
	e->lost += e->under_way;
	e->under_way = 0;
}

static void encoder_destructor(void *arg)
{
	struct v4l2_encoder *e = arg;

	end_session(e);
	v4l2_coder_close(&e->coder);
	v4l2_raw_close(&e->writer);
}

/* Said from the loop: the owner may be in put() */
static void fail(struct v4l2_encoder *e, int err)
{
	if (e->fault)
		return;

	log_warning("encoder: %s: %m\n", e->coder.path, err);
	end_session(e);
	e->fault = err;
	loop_timer_arm(&e->timer, 0);
}

static void on_timer(uint64_t now, void *arg)
{
	struct v4l2_encoder *e = mem_ref(arg);
	uint64_t due = e->wayv[0].since + V4L2_ENCODER_STALL;

	if (e->fault)
		e->fh(e->fault, e->arg);
	else if (e->under_way && now >= due)
		fail(e, ETIMEDOUT);
	else if (e->under_way)
		loop_timer_arm(&e->timer, due);
	mem_deref(e);
}

/* The frame that a unit is of, and those before it, which have none */
static bool arrived(struct v4l2_encoder *e, uint64_t stamp, uint64_t *time)
{
	unsigned n = 0;

	while (n < e->under_way && e->wayv[n].stamp != stamp)
		++n;
	if (n == e->under_way)
		return false;

	*time = e->wayv[n].time;
	e->lost += n;
	e->under_way -= n + 1;
	memmove(e->wayv, e->wayv + n + 1, e->under_way * sizeof(*e->wayv));
	return true;
}

/* Not every driver says what it made */
static bool is_key(const struct v4l2_encoder *e, const struct encoder_unit *u,
		   uint32_t flags)
{
	const uint32_t kinds = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME |
			       V4L2_BUF_FLAG_BFRAME;

	if ((flags & kinds) || e->coder.fourcc != V4L2_PIX_FMT_H264)
		return flags & V4L2_BUF_FLAG_KEYFRAME;

	return v4l2_format_idr(u->data, u->size);
}

static void hand_on(struct v4l2_encoder *e,
		    const struct v4l2_buffers_item *item, uint64_t now)
{
	struct encoder_unit u = {
		.data = v4l2_buffers_memory(e->out, item->index)->data,
		.size = item->used,
		.width = e->setting.width,
		.height = e->setting.height,
	};

	if (!arrived(e, item->time, &u.time)) {
		++e->stray;
		return;
	}
	if (!u.size || (item->flags & V4L2_BUF_FLAG_ERROR)) {
		++e->lost;
		e->key = true; /* What comes next refers to it */
		return;
	}

	if (e->prefs.nal_max &&
	    v4l2_format_longest(u.data, u.size) > e->prefs.nal_max) {
		fail(e, ENOTSUP); /* It does not as it was told */
		return;
	}

	u.key = is_key(e, &u, item->flags);
	++e->units;
	e->keys += u.key;
	e->uh(&u, now, e->arg);
}

/* Raw buffers that were read are free again. @return 0 or errno */
static int take_back(struct v4l2_encoder *e)
{
	struct v4l2_buffers_item item;
	int err;

	for (;;) {
		err = v4l2_buffers_get(e->in, &item);
		if (err)
			return err == EAGAIN ? 0 : err;

		if (item.index < BUFFERS_RAW) {
			e->busyv[item.index] = false;
			e->heldv[item.index] = mem_deref(e->heldv[item.index]);
		}
	}
}

static void on_ready(int flags, uint64_t now, void *arg)
{
	struct v4l2_encoder *e = mem_ref(arg);
	struct v4l2_buffers *out = mem_ref(e->out);
	struct v4l2_buffers_item item;
	int err, last;

	err = take_back(e);
	last = err ? err : v4l2_buffers_get(out, &item);
	if (!last) {
		hand_on(e, &item, now);
		item = (struct v4l2_buffers_item){ .index = item.index };
		if (e->out == out) /* Its handler may have ended it */
			last = v4l2_buffers_put(out, &item);
	} else if (last == EAGAIN && (flags & LOOP_EXCEPT)) {
		last = EIO; /* Would be reported for ever */
	}
	if (last && last != EAGAIN && e->out == out)
		fail(e, last);
	mem_deref(out);
	mem_deref(e);
}

static int set_formats(struct v4l2_encoder *e, const struct v4l2_raw *s)
{
	int err;

	e->raw = (struct v4l2_coder_raw){ s->format, s->width, s->height,
					  s->stride, 0,	       0 };
	err = v4l2_coder_set_formats(&e->coder, &e->raw);
	if (!err && s->import &&
	    (e->raw.stride != s->stride || e->raw.lines != s->lines))
		err = EINVAL;
	return err;
}

static int begin_session(struct v4l2_encoder *e, const struct v4l2_raw *s)
{
	const uint32_t memory = s->import ? V4L2_MEMORY_DMABUF
					  : V4L2_MEMORY_MMAP;
	struct v4l2_coder *c = &e->coder;
	int err;

	err = set_formats(e, s);
	if (err)
		return err;

	v4l2_coder_set_profile(c, &e->prefs);
	v4l2_coder_set_rates(c, &e->prefs);
	err = v4l2_buffers_alloc(&e->in, c->fd, c->raw_type, memory,
				 BUFFERS_RAW, false);
	if (!err)
		err = v4l2_buffers_alloc(&e->out, c->fd, c->coded_type,
					 V4L2_MEMORY_MMAP, BUFFERS_CODED,
					 false);
	if (!err)
		err = v4l2_buffers_put_all(e->out);
	if (!err)
		err = v4l2_buffers_start(e->in);
	if (!err)
		err = v4l2_buffers_start(e->out);
	if (!err)
		err = loop_watch_alloc(&e->watch, "encoder", c->fd,
				       LOOP_READ | LOOP_WRITE | LOOP_EXCEPT,
				       on_ready, e);
	if (err) {
		end_session(e);
		return err;
	}

	e->setting = *s;
	e->fresh = true;
	++e->sessions;
	return 0;
}

/* Make it ready for a frame. @return 0 or errno of the device */
static int prepare(struct v4l2_encoder *e, const struct frame *f)
{
	struct v4l2_raw s;
	const bool again = e->key && !e->coder.button && !e->fresh;
	int err;

	v4l2_raw_choose(&s, &e->prefs, e->coder.raws, !e->copies, f);
	if (e->in && v4l2_raw_same(&s, &e->setting) && !again)
		return 0;
	if (again && e->under_way)
		return EAGAIN; /* They still come, then it begins anew */

	end_session(e);
	err = begin_session(e, &s);
	if (err && s.import) {
		e->copies = true;
		v4l2_raw_choose(&s, &e->prefs, e->coder.raws, false, f);
		err = begin_session(e, &s);
	}
	return err;
}

/* Write a frame into the device's memory */
static int fill(struct v4l2_encoder *e, struct v4l2_buffers_item *item,
		const struct frame *f)
{
	const struct v4l2_buffers_memory *m = v4l2_buffers_memory(e->in,
								  item->index);
	struct frame dst = { .format = e->setting.format,
			     .width = e->setting.width,
			     .height = e->setting.height };

	item->used = v4l2_format_planes(&dst, m->data, e->raw.stride,
					e->raw.lines);
	if (item->used > m->size)
		return EINVAL;

	item->used = MAX(item->used, MIN(e->raw.size, m->size));
	return v4l2_raw_write(&e->writer, &dst, f);
}

static int give(struct v4l2_encoder *e, struct frame *f, unsigned index)
{
	const uint64_t now = clock_now();
	struct v4l2_buffers_item item = { .index = index };
	int err = 0;

	e->stamp = f->time > e->stamp ? f->time : e->stamp + 1;
	item.time = e->stamp;
	if (e->setting.import) {
		item.dmabuf = f->dmabuf;
		item.size = (size_t)lseek(f->dmabuf, 0, SEEK_END);
		item.used = MIN(e->raw.size, item.size);
	} else {
		err = fill(e, &item, f);
	}
	if (err)
		return err;

	if (e->key && e->coder.button)
		v4l2_coder_press(&e->coder);
	err = v4l2_buffers_put(e->in, &item);
	if (err)
		return err;

	e->busyv[index] = true;
	e->heldv[index] = e->setting.import ? mem_ref(f) : NULL;
	e->imported += e->setting.import;
	e->wayv[e->under_way++] = (struct under_way){ e->stamp, f->time, now };
	e->key = e->fresh = false;
	if (!loop_timer_armed(&e->timer))
		loop_timer_arm(&e->timer, now + V4L2_ENCODER_STALL);
	return 0;
}

static unsigned free_buffer(const struct v4l2_encoder *e)
{
	const unsigned n = MIN(v4l2_buffers_count(e->in),
			       (unsigned)BUFFERS_RAW);
	unsigned i = 0;

	while (i < n && e->busyv[i])
		++i;
	return i < n ? i : BUFFERS_RAW;
}

/* Errors of the frame are the caller's, the device's end the encoder */
static int put_now(struct v4l2_encoder *e, struct frame *f)
{
	unsigned index;
	int err;

	err = prepare(e, f);
	if (!err) {
		index = free_buffer(e);
		if (index == BUFFERS_RAW)
			return EAGAIN;
		err = give(e, f, index);
	}
	if (err && e->in && e->setting.import) {
		e->copies = true; /* This memory is not for this device */
		return put_now(e, f);
	}
	if (!err || err == EAGAIN || err == EINVAL || err == EBADMSG)
		return err ? (err == EAGAIN ? EAGAIN : EINVAL) : 0;

	fail(e, err);
	return EAGAIN;
}

static int put(struct encoder *encoder, struct frame *f, bool key)
{
	struct v4l2_encoder *e = (struct v4l2_encoder *)encoder;
	int err;

	e->key = e->key || key;
	if (f->format == FRAME_H264)
		return EINVAL;

	err = e->fault || e->under_way == ENCODER_QUEUE ? EAGAIN
							: put_now(e, f);
	e->refused += err != 0;
	return err;
}

static bool valid(const struct encoder_prefs *p)
{
	return p->width >= FRAME_SIDE_MIN && p->width <= FRAME_SIDE_MAX &&
	       p->height >= FRAME_SIDE_MIN && p->height <= FRAME_SIDE_MAX &&
	       p->width % 2 == 0 && p->height % 2 == 0 && p->bitrate && p->fps;
}

static int set(struct encoder *encoder, const struct encoder_prefs *prefs)
{
	struct v4l2_encoder *e = (struct v4l2_encoder *)encoder;

	if (!valid(prefs))
		return EINVAL;
	if (prefs->nal_max && !e->coder.slices)
		return ENOTSUP;
	if (prefs->nal_max != e->prefs.nal_max)
		end_session(e);

	e->prefs = *prefs; /* Another size ends the session, in prepare() */
	if (e->in)
		v4l2_coder_set_rates(&e->coder, prefs);
	return 0;
}

static int print(struct re_printf *pf, const struct encoder *encoder)
{
	const struct v4l2_encoder *e = (const struct v4l2_encoder *)encoder;

	return re_hprintf(pf,
			  "v4l2 %s %ux%u %u bit/s from %s units=%llu keys=%u "
			  "sessions=%u imported=%u refused=%u lost=%u stray=%u",
			  e->coder.path, e->prefs.width, e->prefs.height,
			  v4l2_coder_bitrate(e->prefs.bitrate),
			  frame_format_name(e->setting.format),
			  (unsigned long long)e->units, e->keys, e->sessions,
			  e->imported, e->refused, e->lost, e->stray);
}

static const struct encoder_table table = {
	.put = put,
	.set = set,
	.print = print,
};

int v4l2_encoder_alloc_coded(struct encoder **ep, const char *device,
			     uint32_t fourcc, const struct encoder_prefs *prefs,
			     encoder_unit_h *uh, encoder_fault_h *fh, void *arg)
{
	struct v4l2_encoder *e;
	int err;

	if (!valid(prefs))
		return EINVAL;

	e = mem_zalloc(sizeof(*e), encoder_destructor);
	if (!e)
		return ENOMEM;

	e->encoder.table = &table;
	e->prefs = *prefs;
	e->uh = uh;
	e->fh = fh;
	e->arg = arg;
	loop_timer_init(&e->timer, "encoder", on_timer, e);
	err = v4l2_coder_open(&e->coder, device, fourcc);
	if (!err && prefs->nal_max && !e->coder.slices)
		err = ENOTSUP;
	if (err) {
		mem_deref(e);
		return err == ENOENT || err == ENXIO ? ENODEV : err;
	}

	*ep = &e->encoder;
	return 0;
}

int v4l2_encoder_alloc(struct encoder **ep, const char *device,
		       const struct encoder_prefs *prefs, encoder_unit_h *uh,
		       encoder_fault_h *fh, void *arg)
{
	return v4l2_encoder_alloc_coded(ep, device, V4L2_PIX_FMT_H264, prefs,
					uh, fh, arg);
}

static bool list_one(const char *path, void *arg)
{
	struct re_printf *pf = arg;
	struct v4l2_coder c;

	if (!v4l2_coder_open(&c, path, V4L2_PIX_FMT_H264)) {
		(void)re_hprintf(pf, "%s\n", path);
		v4l2_coder_close(&c);
	}
	return false;
}

int v4l2_encoder_list(struct re_printf *pf, void *unused)
{
	(void)unused;

	(void)videodev_each(list_one, pf);
	return 0;
}
