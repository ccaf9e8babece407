/**
 * @file core/sip/escape.c  Escape
 */
#include "core/sip/escape.h"
#include "core/sip/scan.h"

enum {
	NIBBLE = 4,  /* [bit] */
	PERCENT = 3, /* "%41" [bytes] */
};

static int put(struct re_printf *pf, char c)
{
	return pf->vph(&c, 1, pf->arg);
}

int escape_unquote(struct re_printf *pf, const struct pl *pl)
{
	int err = 0;

	for (size_t i = 0; i < pl->l && !err; i++) {
		if (pl->p[i] == '\\' && i + 1 < pl->l)
			++i;
		err = put(pf, pl->p[i]);
	}

	return err;
}

int escape_quote(struct re_printf *pf, const struct pl *pl)
{
	int err = 0;

	for (size_t i = 0; i < pl->l && !err; i++) {
		const unsigned char c = (unsigned char)pl->p[i];

		if (c < ' ' || c == 0x7f)
			continue;
		if (c == '"' || c == '\\')
			err = put(pf, '\\');
		err |= put(pf, (char)c);
	}

	return err;
}

int escape_unpercent(struct re_printf *pf, const struct pl *pl)
{
	int err = 0;

	for (size_t i = 0; i < pl->l && !err;) {
		const char *p = pl->p + i;

		if (*p == '%' && i + 2 < pl->l && scan_hex(p[1]) >= 0 &&
		    scan_hex(p[2]) >= 0) {
			err = put(pf, (char)(scan_hex(p[1]) << NIBBLE |
					     scan_hex(p[2])));
			i += PERCENT;
		} else {
			err = put(pf, *p);
			++i;
		}
	}

	return err;
}

/* Print with everything percent-encoded but letters, digits and some */
static int percent(struct re_printf *pf, const struct pl *pl, const char *some)
{
	int err = 0;

	for (size_t i = 0; i < pl->l && !err; i++) {
		const char c = pl->p[i];

		if (scan_is_alpha(c) || scan_is_digit(c) ||
		    (c && strchr(some, c)))
			err = put(pf, c);
		else
			err = re_hprintf(pf, "%%%02X", (unsigned char)c);
	}

	return err;
}

/* RFC 3261 section 25.1: user, token, hvalue */
int escape_user(struct re_printf *pf, const struct pl *pl)
{
	return percent(pf, pl, "-_.!~*'()&=+$,;?/");
}

int escape_token(struct re_printf *pf, const struct pl *pl)
{
	return percent(pf, pl, "-.!*_+`'~");
}

int escape_hvalue(struct re_printf *pf, const struct pl *pl)
{
	return percent(pf, pl, "-_.!~*'()[]/?:+$");
}
