/**
 * @file core/sip/header.c  Header
 *
 * Prints the line first and looks at it then: whatever the format made, no
 * byte of it can end the line.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/scan.h"

enum {
	DELETE = 0x7f,
};

int header_value(struct re_printf *pf, const struct pl *pl)
{
	int err = 0;

	for (size_t i = 0; i < pl->l && !err;) {
		size_t n = 0;

		while (i + n < pl->l && pl->p[i + n] != '\r' &&
		       pl->p[i + n] != '\n')
			++n;
		if (n)
			err = pf->vph(pl->p + i, n, pf->arg);
		i += n;
		if (i == pl->l || err)
			break;

		while (i < pl->l && scan_is_lws(pl->p[i]))
			++i;
		err = pf->vph(" ", 1, pf->arg);
	}

	return err;
}

bool header_safe(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		const unsigned char c = (unsigned char)pl->p[i];

		if ((c < ' ' && c != '\t') || c == DELETE)
			return false;
	}

	return true;
}

bool header_safe_str(const char *str)
{
	struct pl pl;

	if (!str)
		return false;

	pl_set_str(&pl, str);
	return header_safe(&pl);
}

int header_add(struct mbuf *mb, const char *name, const char *fmt, ...)
{
	const size_t start = mb->pos;
	struct pl pl;
	va_list ap;
	int err;

	assert(mb->pos == mb->end);

	pl_set_str(&pl, name);
	if (!grammar_is_token(&pl))
		return EINVAL;

	va_start(ap, fmt);
	err = mbuf_printf(mb, "%s: ", name);
	err |= mbuf_vprintf(mb, fmt, ap);
	va_end(ap);
	if (err) {
		err = ENOMEM;
		goto out;
	}

	pl.p = (const char *)mb->buf + start;
	pl.l = mb->pos - start;
	err = header_safe(&pl) ? mbuf_write_str(mb, "\r\n") : EINVAL;

out:
	if (err)
		mb->pos = mb->end = start;

	return err;
}
