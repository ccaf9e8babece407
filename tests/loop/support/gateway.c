/**
 * @file tests/loop/support/gateway.c  Gateway
 */
#include "tests/loop/support/exchange.h"
#include "tests/loop/support/gateway.h"

static const struct {
	unsigned lack;
	const char *begin;
} linev[] = {
	{ GATEWAY_ICE, "a=ice-" },	{ GATEWAY_ICE, "a=candidate:" },
	{ GATEWAY_ICE, "a=end-of-" },	{ GATEWAY_MUX, "a=rtcp-mux" },
	{ GATEWAY_BUNDLE, "a=group:" }, { GATEWAY_BUNDLE, "a=bundle-only" },
};

static unsigned lacks;

static bool unknown(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(linev); i++) {
		if ((lacks & linev[i].lack) &&
		    !strncmp(line, linev[i].begin, strlen(linev[i].begin)))
			return true;
	}

	return false;
}

static size_t copy_body(struct mbuf *to, const char *p, const char *end)
{
	const size_t before = to->end;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const size_t n = nl ? (size_t)(nl + 1 - p) : (size_t)(end - p);

		if (!unknown(p))
			(void)mbuf_write_mem(to, (const uint8_t *)p, n);
		p += n;
	}

	return to->end - before;
}

/* The body, and its length */
static void edit(struct mbuf *mb)
{
	static const char blank[] = "\r\n\r\n", length[] = "Content-Length:";
	struct mbuf *body = mbuf_alloc(mb->end + 1);
	char *p = (char *)mb->buf, *head, *at;
	size_t n;

	head = memmem(p, mb->end, blank, strlen(blank));
	at = memmem(p, mb->end, length, strlen(length));
	if (head && at && at < head) {
		head += strlen(blank);
		n = copy_body(body, head, p + mb->end);
		/* It is shorter, and so is its length: room for blanks */
		at += strlen(length);
		memset(at, ' ', strcspn(at, "\r"));
		(void)re_snprintf(at, strcspn(at, "\r") + 1, " %zu", n);
		at[strlen(at)] = ' ';
		memcpy(head, body->buf, n);
		mb->end = (size_t)(head - p) + n;
	}
	mem_deref(body);
}

void gateway_set(unsigned l)
{
	const struct exchange_mood mood = { .edits = edit };

	lacks = l;
	exchange_set_mood(&mood);
}
