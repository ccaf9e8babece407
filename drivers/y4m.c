/**
 * @file drivers/y4m.c  Y4M
 *
 * A file is read with preadv() right into the planes, never mapped: who cuts
 * a mapped file short kills the process. What is read stands in the page
 * cache, mostly; the frame after it is asked for in advance.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "drivers/y4m.h"

enum {
	DIGITS_MAX = 9, /* Of a number, so that it fits 32 bits */
	DECIMAL = 10,
};

struct y4m {
	int fd;
	struct y4m_header header;
	off_t first; /* Of the first frame's line [bytes] */
	off_t pos;   /* Of the next one                   */
};

/* A word of a line, without the blank before it */
struct word {
	const char *p;
	size_t len;
};

/* Length of a line with its end; 0: there is none within `max` */
static size_t line_length(const uint8_t *p, size_t size, size_t max)
{
	const uint8_t *end = memchr(p, '\n', size < max ? size : max);

	return end ? (size_t)(end - p) + 1 : 0;
}

/* The next word of a line up to `end`; words stand behind one blank each */
static bool next_word(struct word *w, const char **pp, const char *end)
{
	const char *p = *pp;

	if (end - p < 2 || *p != ' ' || p[1] == ' ')
		return false;

	w->p = ++p;
	while (p < end && *p != ' ')
		++p;
	w->len = (size_t)(p - w->p);
	*pp = p;
	return true;
}

/* A number, which may not be 0 nor begin with it, up to `sep` or the end */
static bool number(uint32_t *np, struct word *w, char sep)
{
	size_t i = 0;

	*np = 0;
	for (; i < w->len && i < DIGITS_MAX && w->p[i] >= '0' && w->p[i] <= '9';
	     i++)
		*np = *np * DECIMAL + (uint32_t)(w->p[i] - '0');
	if (!i || w->p[0] == '0')
		return false;

	w->p += i;
	w->len -= i;
	if (!sep)
		return !w->len;
	if (!w->len || w->p[0] != sep)
		return false;
	++w->p;
	--w->len;
	return true;
}

static bool side(unsigned *np, struct word *w)
{
	uint32_t n;

	if (*np || !number(&n, w, 0) || n < FRAME_SIDE_MIN ||
	    n > FRAME_SIDE_MAX || n % 2)
		return false;

	*np = n;
	return true;
}

static bool rate(struct y4m_header *h, struct word *w)
{
	return !h->fps_num && number(&h->fps_num, w, ':') &&
	       number(&h->fps_den, w, 0) && h->fps_num >= h->fps_den &&
	       h->fps_num / h->fps_den <= Y4M_FPS_MAX;
}

/* 4:2:0 of 8 bits; where samples of chroma stand does not matter here */
static bool chroma(const struct word *w)
{
	static const char *const namev[] = { "420", "420jpeg", "420mpeg2",
					     "420paldv" };

	for (size_t i = 0; i < ARRAY_SIZE(namev); i++)
		if (w->len == strlen(namev[i]) &&
		    !memcmp(w->p, namev[i], w->len))
			return true;
	return false;
}

static bool apply(struct y4m_header *h, struct word *w)
{
	const char tag = w->p[0];

	++w->p;
	--w->len;
	switch (tag) {
	case 'W':
		return side(&h->width, w);
	case 'H':
		return side(&h->height, w);
	case 'F':
		return rate(h, w);
	case 'I':
		return w->len == 1 && (w->p[0] == 'p' || w->p[0] == '?');
	case 'C':
		return chroma(w);
	default:
		return tag == 'A' || tag == 'X'; /* Shape of pixels, more */
	}
}

int y4m_header_decode(struct y4m_header *h, const uint8_t *p, size_t size,
		      size_t *lenp)
{
	static const char magic[] = "YUV4MPEG2";
	const size_t len = line_length(p, size, Y4M_HEADER_MAX);
	const char *at = (const char *)p + sizeof(magic) - 1;
	const char *end = (const char *)p + len - 1;
	struct word w;

	memset(h, 0, sizeof(*h));
	if (len < sizeof(magic) || memcmp(p, magic, sizeof(magic) - 1))
		return EBADMSG;

	while (next_word(&w, &at, end))
		if (!apply(h, &w))
			return EBADMSG;
	if (at != end || !h->width || !h->height || !h->fps_num)
		return EBADMSG;

	*lenp = len;
	return 0;
}

int y4m_frame_decode(const uint8_t *p, size_t size, size_t *lenp)
{
	static const char magic[] = "FRAME";
	const size_t len = line_length(p, size, Y4M_FRAME_MAX);

	if (len < sizeof(magic) || memcmp(p, magic, sizeof(magic) - 1) ||
	    (p[sizeof(magic) - 1] != ' ' && p[sizeof(magic) - 1] != '\n'))
		return EBADMSG;

	*lenp = len;
	return 0;
}

static void y4m_destructor(void *arg)
{
	struct y4m *y = arg;

	if (y->fd >= 0)
		(void)close(y->fd);
}

static ssize_t read_at(const struct y4m *y, uint8_t *p, size_t size, off_t at)
{
	ssize_t n;

	do
		n = pread(y->fd, p, size, at);
	while (n < 0 && errno == EINTR);
	return n;
}

static off_t picture_size(const struct y4m *y)
{
	return (off_t)y->header.width * y->header.height * 3 / 2;
}

static int read_header(struct y4m *y)
{
	uint8_t v[Y4M_HEADER_MAX];
	const ssize_t n = read_at(y, v, sizeof(v), 0);
	size_t len;
	int err;

	if (n < 0)
		return errno;
	err = y4m_header_decode(&y->header, v, (size_t)n, &len);
	if (!err)
		y->first = y->pos = (off_t)len;
	return err;
}

/* Where the next frame's picture is, and that it is whole; ENODATA at the
   end */
static int find_picture(const struct y4m *y, off_t *posp)
{
	uint8_t v[Y4M_FRAME_MAX];
	const ssize_t n = read_at(y, v, sizeof(v), y->pos);
	size_t len;

	if (n < 0)
		return errno;
	if (!n)
		return ENODATA;
	if (y4m_frame_decode(v, (size_t)n, &len))
		return EBADMSG;

	*posp = y->pos + (off_t)len;
	return 0;
}

/* Into the planes; ENODATA when the file ends before */
static int read_picture(const struct y4m *y, struct frame *f, off_t pos)
{
	const size_t size = (size_t)f->width * f->height;
	const struct iovec iov[FRAME_PLANES] = {
		{ f->planev[0], size },
		{ f->planev[1], size / 4 },
		{ f->planev[2], size / 4 },
	};
	ssize_t n;

	do
		n = preadv(y->fd, iov, FRAME_PLANES, pos);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno;
	return n == picture_size(y) ? 0 : ENODATA;
}

static int read_next(struct y4m *y, struct frame *f, unsigned skip)
{
	off_t pos = 0;
	int err;

	for (;; --skip) {
		err = find_picture(y, &pos);
		if (err)
			return err;
		if (!skip)
			break;
		y->pos = pos + picture_size(y);
	}
	err = read_picture(y, f, pos);
	if (err)
		return err;

	y->pos = pos + picture_size(y);
	(void)posix_fadvise(y->fd, y->pos, picture_size(y) + Y4M_FRAME_MAX,
			    POSIX_FADV_WILLNEED);
	return 0;
}

int y4m_open(struct y4m **yp, const char *path)
{
	struct frame *f = NULL;
	struct y4m *y;
	int err;

	y = mem_zalloc(sizeof(*y), y4m_destructor);
	if (!y)
		return ENOMEM;

	y->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	err = y->fd < 0 ? errno : read_header(y);
	if (!err)
		err = frame_alloc(&f, FRAME_I420, y->header.width,
				  y->header.height);
	if (!err)
		err = read_next(y, f, 0);
	if (err == ENODATA)
		err = EBADMSG;
	y->pos = y->first;
	mem_deref(f);
	if (err)
		mem_deref(y);
	else
		*yp = y;
	return err;
}

const struct y4m_header *y4m_header(const struct y4m *y)
{
	return &y->header;
}

int y4m_read(struct y4m *y, struct frame *f, unsigned skip)
{
	int err = read_next(y, f, skip);

	/* At the end, which may be in the middle of a frame */
	if (err == ENODATA) {
		y->pos = y->first;
		err = read_next(y, f, 0);
	}
	if (!err)
		return 0;

	y->pos = y->first;
	return err == ENODATA ? EBADMSG : err;
}
