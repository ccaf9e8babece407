/**
 * @file core/sip/scan.c  Scan
 */
#include <errno.h>
#include "core/sip/scan.h"

enum {
	HEX_LETTER = 10, /* Value of the digit A */
};

bool scan_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool scan_is_lws(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool scan_is_token(char c)
{
	return scan_is_alpha(c) || scan_is_digit(c) ||
	       (c && strchr("-.!%*_+`'~", c));
}

int scan_hex(char c)
{
	if (scan_is_digit(c))
		return c - '0';

	c = (char)(c | ' '); /* To lower case */
	return c >= 'a' && c <= 'f' ? c - 'a' + HEX_LETTER : -1;
}

bool scan_starts(const struct pl *rest, char c)
{
	return rest->l && rest->p[0] == c;
}

struct pl scan_cut(struct pl *rest, size_t n)
{
	struct pl pl = { rest->p, n };

	if (n) {
		rest->p += n;
		rest->l -= n;
	}
	return pl;
}

void scan_skip_lws(struct pl *rest)
{
	while (rest->l && scan_is_lws(rest->p[0]))
		(void)scan_cut(rest, 1);
}

struct pl scan_token(struct pl *rest)
{
	size_t n = 0;

	while (n < rest->l && scan_is_token(rest->p[n]))
		++n;

	return scan_cut(rest, n);
}

struct pl scan_until(struct pl *rest, char c)
{
	const char *p = rest->l ? memchr(rest->p, c, rest->l) : NULL;

	return scan_cut(rest, p ? (size_t)(p - rest->p) : rest->l);
}

int scan_quoted(struct pl *str, struct pl *rest)
{
	for (size_t i = 1; i < rest->l; i++) {
		if (rest->p[i] == '\\') {
			++i;
		} else if (rest->p[i] == '"') {
			*str = scan_cut(rest, i + 1);
			return 0;
		}
	}

	return EBADMSG;
}
