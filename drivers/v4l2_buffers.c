/**
 * @file drivers/v4l2_buffers.c  V4L2 buffers
 *
 * The kernel counts its own references to a buffer's memory: a mapping keeps
 * it when the device is closed. But a mapping of the device keeps the device
 * open, too: it would be busy for the next who opens it, and keep its number
 * when it is plugged in again. A mapping of a dmabuf does not.
 */
#include <assert.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/base/clock.h"
#include "drivers/v4l2_buffers.h"

struct v4l2_buffers {
	int fd; /* -1 after the end */
	uint32_t type, memory;
	unsigned count;
	uint32_t queued; /* Set of indexes that the device has */
	struct v4l2_buffers_memory memv[V4L2_BUFFERS_MAX];
};

/* What the kernel is told of a buffer, of either kind of type */
struct envelope {
	struct v4l2_buffer buf;
	struct v4l2_plane plane;
};

static void buffers_destructor(void *arg)
{
	struct v4l2_buffers *b = arg;

	v4l2_buffers_end(b);
	for (unsigned i = 0; i < V4L2_BUFFERS_MAX; i++) {
		struct v4l2_buffers_memory *m = &b->memv[i];

		if (m->data)
			(void)munmap(m->data, m->size);
		if (m->dmabuf >= 0)
			(void)close(m->dmabuf);
	}
}

static void address(const struct v4l2_buffers *b, struct envelope *e,
		    unsigned index)
{
	memset(e, 0, sizeof(*e));
	e->buf.type = b->type;
	e->buf.memory = b->memory;
	e->buf.index = index;
	if (V4L2_TYPE_IS_MULTIPLANAR(b->type)) {
		e->buf.m.planes = &e->plane;
		e->buf.length = 1;
	}
}

static int whereabouts(const struct v4l2_buffers *b, unsigned index,
		       size_t *size, off_t *offset)
{
	struct envelope e;
	int err;

	address(b, &e, index);
	err = videodev_ioctl(b->fd, VIDIOC_QUERYBUF, &e.buf);
	if (err)
		return err;

	if (!V4L2_TYPE_IS_MULTIPLANAR(b->type)) {
		*size = e.buf.length;
		*offset = (off_t)e.buf.m.offset;
		return 0;
	}

	*size = e.plane.length;
	*offset = (off_t)e.plane.m.mem_offset;
	return e.buf.length == 1 ? 0 : EINVAL;
}

/* To be read only: who shares a buffer does not write into it */
static int map_shared(struct v4l2_buffers *b, unsigned index)
{
	struct v4l2_buffers_memory *m = &b->memv[index];
	struct v4l2_exportbuffer x = {
		.type = b->type,
		.index = index,
		.flags = O_CLOEXEC | O_RDONLY,
	};
	void *p;
	int err;

	err = videodev_ioctl(b->fd, VIDIOC_EXPBUF, &x);
	if (err)
		return err;

	m->dmabuf = x.fd;
	p = mmap(NULL, m->size, PROT_READ, MAP_SHARED, m->dmabuf, 0);
	if (p == MAP_FAILED)
		return errno;

	m->data = p;
	return 0;
}

static int map(struct v4l2_buffers *b, unsigned index, bool share)
{
	struct v4l2_buffers_memory *m = &b->memv[index];
	off_t offset;
	void *p;
	int err;

	err = whereabouts(b, index, &m->size, &offset);
	if (err || (share && !map_shared(b, index)))
		return err;

	p = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
		 offset);
	if (p == MAP_FAILED)
		return errno;

	m->data = p;
	return 0;
}

static int request(struct v4l2_buffers *b, unsigned count)
{
	struct v4l2_requestbuffers r = {
		.count = count,
		.type = b->type,
		.memory = b->memory,
	};
	int err;

	err = videodev_ioctl(b->fd, VIDIOC_REQBUFS, &r);
	if (err)
		return err;
	if (!r.count)
		return ENOMEM;

	b->count = MIN(r.count, (uint32_t)V4L2_BUFFERS_MAX);
	return 0;
}

int v4l2_buffers_alloc(struct v4l2_buffers **bp, int fd, uint32_t type,
		       uint32_t memory, unsigned count, bool share)
{
	struct v4l2_buffers *b;
	int err;

	assert(count && count <= V4L2_BUFFERS_MAX);

	b = mem_zalloc(sizeof(*b), buffers_destructor);
	if (!b)
		return ENOMEM;

	b->fd = fd;
	b->type = type;
	b->memory = memory;
	for (unsigned i = 0; i < V4L2_BUFFERS_MAX; i++)
		b->memv[i].dmabuf = -1;

	err = request(b, count);
	for (unsigned i = 0; i < b->count && !err && memory == V4L2_MEMORY_MMAP;
	     i++)
		err = map(b, i, share);

	if (err)
		mem_deref(b);
	else
		*bp = b;
	return err;
}

unsigned v4l2_buffers_count(const struct v4l2_buffers *b)
{
	return b->count;
}

unsigned v4l2_buffers_queued(const struct v4l2_buffers *b)
{
	return (unsigned)__builtin_popcount(b->queued);
}

const struct v4l2_buffers_memory *v4l2_buffers_memory(
	const struct v4l2_buffers *b, unsigned index)
{
	assert(index < b->count);
	return &b->memv[index];
}

/* Imported buffers say what they are each time */
static void fill(const struct v4l2_buffers *b, struct envelope *e,
		 const struct v4l2_buffers_item *item)
{
	const uint32_t used = (uint32_t)item->used;

	e->buf.timestamp.tv_sec = (time_t)(item->time / CLOCK_S);
	e->buf.timestamp.tv_usec = (suseconds_t)(item->time % CLOCK_S);
	e->buf.field = V4L2_FIELD_NONE;
	if (V4L2_TYPE_IS_MULTIPLANAR(b->type)) {
		e->plane.bytesused = used;
		if (b->memory == V4L2_MEMORY_DMABUF) {
			e->plane.m.fd = item->dmabuf;
			e->plane.length = (uint32_t)item->size;
		}
		return;
	}

	e->buf.bytesused = used;
	if (b->memory == V4L2_MEMORY_DMABUF) {
		e->buf.m.fd = item->dmabuf;
		e->buf.length = (uint32_t)item->size;
	}
}

int v4l2_buffers_put(struct v4l2_buffers *b,
		     const struct v4l2_buffers_item *item)
{
	struct envelope e;
	int err;

	if (b->fd < 0)
		return ENODEV;

	assert(item->index < b->count);
	address(b, &e, item->index);
	fill(b, &e, item);
	err = videodev_ioctl(b->fd, VIDIOC_QBUF, &e.buf);
	if (!err)
		b->queued |= 1U << item->index;
	return err;
}

int v4l2_buffers_put_all(struct v4l2_buffers *b)
{
	int err = 0;

	for (unsigned i = 0; i < b->count && !err; i++) {
		const struct v4l2_buffers_item item = { .index = i };

		err = v4l2_buffers_put(b, &item);
	}
	return err;
}

int v4l2_buffers_get(struct v4l2_buffers *b, struct v4l2_buffers_item *item)
{
	struct envelope e;
	int err;

	if (b->fd < 0)
		return ENODEV;

	address(b, &e, 0);
	err = videodev_ioctl(b->fd, VIDIOC_DQBUF, &e.buf);
	if (err)
		return err;
	if (e.buf.index >= b->count)
		return EPROTO;

	b->queued &= ~(1U << e.buf.index);
	memset(item, 0, sizeof(*item));
	item->index = e.buf.index;
	item->flags = e.buf.flags;
	item->sequence = e.buf.sequence;
	item->used = V4L2_TYPE_IS_MULTIPLANAR(b->type) ? e.plane.bytesused
						       : e.buf.bytesused;
	item->used = MIN(item->used, b->memv[item->index].size);
	item->time = (uint64_t)e.buf.timestamp.tv_sec * CLOCK_S +
		     (uint64_t)e.buf.timestamp.tv_usec;
	return 0;
}

int v4l2_buffers_start(struct v4l2_buffers *b)
{
	int type = (int)b->type;

	return videodev_ioctl(b->fd, VIDIOC_STREAMON, &type);
}

void v4l2_buffers_stop(struct v4l2_buffers *b)
{
	int type = (int)b->type;

	if (b->fd >= 0)
		(void)videodev_ioctl(b->fd, VIDIOC_STREAMOFF, &type);
	b->queued = 0;
}

void v4l2_buffers_end(struct v4l2_buffers *b)
{
	struct v4l2_requestbuffers none = { .count = 0 };

	if (!b || b->fd < 0)
		return;

	/* Since Linux 5.0 also while they are mapped */
	v4l2_buffers_stop(b);
	none.type = b->type;
	none.memory = b->memory;
	(void)videodev_ioctl(b->fd, VIDIOC_REQBUFS, &none);
	b->fd = -1;
}
