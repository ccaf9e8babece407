/**
 * @file core/sip/keypress.c  Keypress
 */
#include <ctype.h>
#include "core/sip/keypress.h"

enum {
	STAR = 10, /* Events of RFC 4733 that some write as numbers */
	HASH = 11,
	LETTER_A = 12,
	EVENTS = 16,
};

const char keypress_type[] = "application/dtmf-relay";

static bool is_type(const struct pl *ctype, const char *type)
{
	const size_t len = strlen(type);

	if (ctype->l < len || strncasecmp(ctype->p, type, len))
		return false;

	return ctype->l == len || strchr("; \t", ctype->p[len]);
}

/* "5", "*", "d", or an event number 10 to 15 */
static char digit_of(const struct pl *text)
{
	unsigned n;

	if (text->l == 1 && strchr("0123456789*#ABCDabcd", *text->p))
		return (char)toupper((unsigned char)*text->p);
	if (text->l != 2 || text->p[0] != '1')
		return 0;

	n = pl_u32(text);
	if (n < STAR || n >= EVENTS)
		return 0;

	return n == STAR ? '*' : n == HASH ? '#' : (char)('A' + (n - LETTER_A));
}

char keypress_decode(const struct pl *ctype, const struct pl *body)
{
	struct pl text = PL_INIT;

	if (!body->l)
		return 0;
	if (is_type(ctype, keypress_type))
		(void)re_regex(body->p, body->l,
			       "Signal[ \t]*=[ \t]*[0-9*#A-Da-d]+", NULL, NULL,
			       &text);
	else if (is_type(ctype, "application/dtmf"))
		(void)re_regex(body->p, body->l, "[0-9*#A-Da-d]+", &text);

	return text.l ? digit_of(&text) : 0;
}

int keypress_encode(struct mbuf *mb, char digit)
{
	return mbuf_printf(mb, "Signal=%c\r\nDuration=%d\r\n", digit,
			   KEYPRESS_MS);
}
