/**
 * @file core/net/backlog.c  Backlog
 */
#include <sys/socket.h>
#include "core/net/backlog.h"

struct backlog {
	struct mbuf *mb; /* What waits is from pos to end */
	size_t max;
	uint64_t written; /* Counter [bytes]               */
};

static void destructor(void *arg)
{
	struct backlog *b = arg;

	mem_deref(b->mb);
}

int backlog_alloc(struct backlog **bp, size_t max)
{
	struct backlog *b = mem_zalloc(sizeof(*b), destructor);

	if (!b)
		return ENOMEM;

	b->max = max;
	b->mb = mbuf_alloc(BACKLOG_KEEP);
	if (!b->mb) {
		mem_deref(b);
		return ENOMEM;
	}

	*bp = b;
	return 0;
}

int backlog_put(struct backlog *b, const uint8_t *p, size_t size)
{
	struct mbuf *mb = b->mb;
	size_t left = mbuf_get_left(mb);
	size_t pos = mb->pos;
	int err;

	if (size > b->max || left > b->max - size)
		return ENOBUFS;

	/* What was written makes room, before the buffer grows */
	if (pos && mb->size - mb->end < size) {
		memmove(mb->buf, mb->buf + pos, left);
		mb->end = left;
		pos = 0;
	}

	mb->pos = mb->end;
	err = mbuf_write_mem(mb, p, size);
	mb->pos = pos;
	return err;
}

int backlog_flush(struct backlog *b, int fd)
{
	struct mbuf *mb = b->mb;

	while (mbuf_get_left(mb)) {
		ssize_t n = send(fd, mbuf_buf(mb), mbuf_get_left(mb),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? EAGAIN : errno;

		mb->pos += (size_t)n;
		b->written += (uint64_t)n;
	}

	backlog_clear(b);
	return 0;
}

void backlog_clear(struct backlog *b)
{
	if (b->mb->size > BACKLOG_KEEP)
		mbuf_reset(b->mb); /* Frees the memory of a long queue */

	mbuf_rewind(b->mb);
}

size_t backlog_size(const struct backlog *b)
{
	return mbuf_get_left(b->mb);
}

uint64_t backlog_written(const struct backlog *b)
{
	return b->written;
}
