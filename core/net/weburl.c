/**
 * @file core/net/weburl.c  Web URL
 *
 * Written by hand rather than with libre's URI parser, which knows neither
 * paths nor queries.
 */
#include <ctype.h>
#include "core/net/weburl.h"

enum {
	DECIMAL = 10,
	PORT_MAX = 65535, /* RFC 793 section 3.1 */
};

static bool take(const char **p, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(*p, word, n))
		return false;

	*p += n;
	return true;
}

/* Printable ASCII without what would end or split an HTTP request line */
static bool is_clean(const char *p)
{
	for (; *p; p++) {
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '<' ||
		    *p == '>' || *p == '\\')
			return false;
	}

	return true;
}

static bool is_host_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

static const char *decode_literal6(struct weburl *u, const char **p)
{
	const char *end = strchr(*p, ']');
	struct sa addr;
	size_t n;

	if (!end)
		return "address has no ]";

	n = (size_t)(end - *p);
	if (n > WEBURL_HOST_MAX)
		return "address is too long";

	memcpy(u->host, *p, n);
	u->host[n] = '\0';
	if (sa_set_str(&addr, u->host, 0) || sa_af(&addr) != AF_INET6)
		return "address in [] is not IPv6";

	u->literal6 = true;
	*p = end + 1;
	return NULL;
}

static const char *decode_host(struct weburl *u, const char **p)
{
	size_t n = 0;

	if (**p == '[') {
		++*p;
		return decode_literal6(u, p);
	}

	while (is_host_char((*p)[n]))
		++n;
	if (!n)
		return "no host";
	if (n > WEBURL_HOST_MAX)
		return "host is too long";

	memcpy(u->host, *p, n);
	u->host[n] = '\0';
	*p += n;
	return NULL;
}

static const char *decode_port(struct weburl *u, const char **p)
{
	uint32_t port = 0;

	u->port = u->secure ? WEBURL_PORT_SECURE : WEBURL_PORT_PLAIN;
	if (**p != ':')
		return NULL;

	for (++*p; isdigit((unsigned char)**p); ++*p) {
		port = port * DECIMAL + (uint32_t)(**p - '0');
		if (port > PORT_MAX)
			return "port is over 65535";
	}
	if (!port)
		return "port is no number from 1 to 65535";

	u->port = (uint16_t)port;
	return NULL;
}

static const char *decode_path(struct weburl *u, const char *p)
{
	const char *slash = *p == '?' ? "/" : "";

	if (*p && *p != '/' && *p != '?')
		return "only :port or /path may follow the host";
	if (strchr(p, '#'))
		return "a WebSocket URL has no #fragment";
	if (!*p)
		slash = "/";

	if (re_snprintf(u->path, sizeof(u->path), "%s%s", slash, p) < 0)
		return "path is too long";

	return NULL;
}

static const char *decode(struct weburl *u, const char *text)
{
	const char *why, *p = text;

	if (strlen(text) >= WEBURL_MAX - 1)
		return "URL is too long";
	if (!is_clean(text))
		return "URL has a blank or a character to be %-escaped";

	if (take(&p, "wss://"))
		u->secure = true;
	else if (!take(&p, "ws://"))
		return "URL does not begin with wss:// (or ws://)";

	if (strcspn(p, "@") < strcspn(p, "/?"))
		return "a WebSocket URL has no user";

	why = decode_host(u, &p);
	if (!why)
		why = decode_port(u, &p);
	if (!why)
		why = decode_path(u, p);

	return why;
}

int weburl_decode(struct weburl *u, const char *text, const char **whyp)
{
	const char *why;

	memset(u, 0, sizeof(*u));
	why = decode(u, text);
	if (whyp)
		*whyp = why;

	return why ? EINVAL : 0;
}

int weburl_print_host(struct re_printf *pf, const struct weburl *u)
{
	uint16_t usual = u->secure ? WEBURL_PORT_SECURE : WEBURL_PORT_PLAIN;
	int err;

	err = re_hprintf(pf, u->literal6 ? "[%s]" : "%s", u->host);
	if (u->port != usual)
		err |= re_hprintf(pf, ":%u", u->port);

	return err;
}
