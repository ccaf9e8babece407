/**
 * @file tests/unit/support/wire.c  Wire
 */
#include <stdarg.h>
#include <stdio.h>
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"

enum {
	VECTOR_MAX = 65536,
};

int wire_send(struct mbuf *mb, void *arg)
{
	struct wire *w = arg;
	struct mbuf *copy;

	if (w->err)
		return w->err;

	assert_true(w->sentc < WIRE_MAX);
	assert_int_equal(mb->pos, 0);
	copy = mbuf_alloc(mb->end + 1);
	assert_non_null(copy);
	assert_int_equal(mbuf_write_mem(copy, mb->buf, mb->end), 0);
	copy->pos = 0;
	w->sentv[w->sentc++] = copy;

	mb->pos = mb->end; /* As a flow may */
	return 0;
}

void wire_clear(struct wire *w)
{
	while (w->sentc)
		mem_deref(w->sentv[--w->sentc]);
}

static struct mbuf *print(const char *fmt, va_list ap)
{
	struct mbuf *mb = mbuf_alloc(1024);

	assert_non_null(mb);
	assert_int_equal(mbuf_vprintf(mb, fmt, ap), 0);
	mb->pos = 0;
	return mb;
}

struct mbuf *wire_text(const char *fmt, ...)
{
	struct mbuf *mb;
	va_list ap;

	va_start(ap, fmt);
	mb = print(fmt, ap);
	va_end(ap);
	return mb;
}

struct mbuf *wire_vector(const char *name)
{
	struct mbuf *mb = mbuf_alloc(VECTOR_MAX);
	char path[512];
	FILE *f;

	re_snprintf(path, sizeof(path), "%s/tests/vectors/%s", SOURCE_DIR,
		    name);
	f = fopen(path, "rb");
	assert_non_null(f);
	mb->end = fread(mb->buf, 1, mb->size, f);
	fclose(f);

	/* The sanitizer shall see what reads beyond the end */
	assert_int_equal(mbuf_resize(mb, mb->end), 0);
	return mb;
}

void wire_recv(struct transactions *t, uint64_t now, const char *fmt, ...)
{
	struct mbuf *mb;
	va_list ap;

	va_start(ap, fmt);
	mb = print(fmt, ap);
	va_end(ap);
	transactions_recv(t, mb, now);
	mem_deref(mb);
}

struct sip_msg *wire_msg(const struct wire *w, size_t i)
{
	struct sip_msg *msg = NULL;
	struct mbuf *mb;

	assert_true(i < w->sentc);
	mb = mbuf_alloc_ref(w->sentv[i]);
	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	mem_deref(mb);
	return msg;
}

uint16_t wire_code(const struct wire *w, size_t i)
{
	struct sip_msg *msg;
	uint16_t scode;

	if (i >= w->sentc)
		return 0;

	msg = wire_msg(w, i);
	scode = msg->scode;
	mem_deref(msg);
	return scode;
}

bool wire_is(const struct wire *w, size_t i, const char *method)
{
	struct sip_msg *msg;
	bool is;

	if (i >= w->sentc)
		return false;

	msg = wire_msg(w, i);
	is = message_is(msg, method);
	mem_deref(msg);
	return is;
}

bool wire_has(const struct wire *w, size_t i, const char *text)
{
	if (i >= w->sentc)
		return false;

	return memmem(w->sentv[i]->buf, w->sentv[i]->end, text, strlen(text)) !=
	       NULL;
}
