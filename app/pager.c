/**
 * @file app/pager.c  Pager
 */
#include "app/pager.h"

enum {
	SIZE = 1024, /* First size of a text [bytes] */
	PIECE = 512, /* A longer line is cut [bytes] */
	ETX = 3,     /* Ctrl-C                       */
};

bool pager_waits(const struct pager *p)
{
	return p->text && mbuf_get_left(p->text);
}

void pager_clear(struct pager *p)
{
	p->text = mem_deref(p->text);
}

void pager_begin(struct pager *p)
{
	p->shown = 0;
}

int pager_put(struct pager *p, const char *text, size_t n)
{
	size_t pos;
	int err;

	if (!pager_waits(p))
		pager_clear(p);
	if (!p->text)
		p->text = mbuf_alloc(SIZE);
	if (!p->text)
		return ENOMEM;
	if (mbuf_get_left(p->text) + n > PAGER_MAX) {
		++p->lost;
		return ENOBUFS;
	}

	pos = p->text->pos;
	mbuf_skip_to_end(p->text);
	err = mbuf_write_mem(p->text, (const uint8_t *)text, n);
	p->text->pos = pos;
	return err;
}

int pager_get(struct pager *p, struct pl *line)
{
	size_t left, n;
	const char *nl;

	if (!pager_waits(p))
		return ENOENT;
	if (p->rows && p->shown + 1 >= p->rows)
		return EAGAIN;

	left = MIN(mbuf_get_left(p->text), (size_t)PIECE);
	line->p = (const char *)mbuf_buf(p->text);
	nl = memchr(line->p, '\n', left);
	n = nl ? (size_t)(nl - line->p) + 1 : left;
	line->l = n;
	mbuf_advance(p->text, (ssize_t)n);

	/* What is too wide takes several lines */
	p->shown += p->columns && n > 1 ? (unsigned)((n - 2) / p->columns) + 1
					: 1;
	return 0;
}

bool pager_key(struct pager *p, int32_t key)
{
	switch (key) {
	case ' ':
		p->shown = 0;
		return true;
	case '\r':
	case '\n':
		p->shown = p->rows > 2 ? p->rows - 2 : 0;
		return true;
	case 'q':
	case 'Q':
	case ETX:
		pager_clear(p);
		return true;
	default:
		return false;
	}
}
