/**
 * @file core/net/icehost.c  ICE host
 */
#include <ctype.h>
#include "core/net/icehost.h"

/* Copy with percent escapes undone, RFC 3986 section 2.1 */
static int unescape(char *dst, size_t size, const struct pl *pl)
{
	size_t n = 0;

	for (size_t i = 0; i < pl->l; i++) {
		char c = pl->p[i];

		if (c == '%') {
			if (i + 2 >= pl->l || !isxdigit(pl->p[i + 1]) ||
			    !isxdigit(pl->p[i + 2]))
				return EINVAL;
			c = (char)(ch_hex(pl->p[i + 1]) << 4 |
				   ch_hex(pl->p[i + 2]));
			i += 2;
		}
		if (!c)
			return EINVAL;
		if (n + 1 >= size)
			return EOVERFLOW;
		dst[n++] = c;
	}

	dst[n] = '\0';
	return 0;
}

static void cut(struct pl *rest, const char *at, struct pl *before)
{
	before->p = rest->p;
	before->l = (size_t)(at - rest->p);
	pl_advance(rest, (ssize_t)(before->l + 1));
}

/* USER:PASSWORD@ */
static int parse_user(struct icehost *s, struct pl *rest)
{
	const char *at = memchr(rest->p, '@', rest->l), *colon;
	struct pl user;
	int err;

	if (!at)
		return 0;

	/* The last @ ends it, for passwords that hold one */
	for (const char *p = at; p;
	     p = memchr(p + 1, '@', (size_t)(rest->p + rest->l - p - 1)))
		at = p;

	cut(rest, at, &user);
	colon = memchr(user.p, ':', user.l);
	if (!colon || s->kind == ICEHOST_STUN)
		return EINVAL;

	err = unescape(s->password, sizeof(s->password),
		       &(struct pl){ colon + 1,
				     user.l - (size_t)(colon + 1 - user.p) });
	user.l = (size_t)(colon - user.p);
	return err ? err : unescape(s->user, sizeof(s->user), &user);
}

static int parse_host(struct icehost *s, struct pl *rest)
{
	struct pl host = *rest;
	const char *end;

	if (rest->l && *rest->p == '[') {
		pl_advance(rest, 1);
		end = memchr(rest->p, ']', rest->l);
		if (!end)
			return EINVAL;
		cut(rest, end, &host);
	} else {
		end = memchr(rest->p, ':', rest->l);
		host.l = end ? (size_t)(end - rest->p) : rest->l;
		pl_advance(rest, (ssize_t)host.l);
	}

	if (!host.l)
		return EINVAL;
	for (size_t i = 0; i < host.l; i++) {
		if (host.p[i] <= ' ' || strchr("/?#@", host.p[i]))
			return EINVAL;
	}

	if (host.l >= sizeof(s->host))
		return EOVERFLOW;

	return pl_strcpy(&host, s->host, sizeof(s->host));
}

static int parse_port(struct icehost *s, struct pl *rest)
{
	uint32_t port = 0;

	s->port = ICEHOST_PORT;
	if (!rest->l)
		return 0;
	if (*rest->p != ':')
		return EINVAL;

	pl_advance(rest, 1);
	for (; rest->l; pl_advance(rest, 1)) {
		if (!isdigit(*rest->p))
			return EINVAL;
		port = port * 10 + (uint32_t)(*rest->p - '0');
		if (port > UINT16_MAX)
			return EINVAL;
	}

	s->port = (uint16_t)port;
	return port ? 0 : EINVAL;
}

static int parse_scheme(struct icehost *s, struct pl *rest)
{
	const char *colon = memchr(rest->p, ':', rest->l);
	struct pl scheme;

	if (!colon)
		return EINVAL;

	cut(rest, colon, &scheme);
	if (!pl_strcasecmp(&scheme, "stuns") ||
	    !pl_strcasecmp(&scheme, "turns"))
		return ENOTSUP;

	s->kind = ICEHOST_STUN;
	if (!pl_strcasecmp(&scheme, "stun"))
		return 0;

	s->kind = ICEHOST_TURN_UDP;
	return pl_strcasecmp(&scheme, "turn") ? EINVAL : 0;
}

/* ?transport=udp|tcp, cut off the end */
static int parse_transport(struct icehost *s, struct pl *rest)
{
	static const char key[] = "?transport=";
	const char *mark = memchr(rest->p, '?', rest->l);
	struct pl value;

	/* A question mark in a password is not it */
	for (const char *p = mark; p;
	     p = memchr(p + 1, '?', (size_t)(rest->p + rest->l - p - 1)))
		mark = p;

	if (!mark || memchr(mark, '@', (size_t)(rest->p + rest->l - mark)))
		return 0;

	value.p = mark;
	value.l = (size_t)(rest->p + rest->l - mark);
	rest->l -= value.l;
	if (s->kind == ICEHOST_STUN || value.l < sizeof(key) ||
	    memcmp(value.p, key, sizeof(key) - 1))
		return EINVAL;

	pl_advance(&value, sizeof(key) - 1);
	if (!pl_strcasecmp(&value, "tcp"))
		s->kind = ICEHOST_TURN_TCP;
	else if (pl_strcasecmp(&value, "udp"))
		return EINVAL;

	return 0;
}

int icehost_parse(struct icehost *s, const struct pl *pl)
{
	struct pl rest = *pl;
	int err;

	memset(s, 0, sizeof(*s));
	sa_init(&s->addr, AF_UNSPEC);
	if (memchr(rest.p, '\0', rest.l))
		return EINVAL;

	err = parse_scheme(s, &rest);
	if (!err)
		err = parse_transport(s, &rest);
	if (!err)
		err = parse_user(s, &rest);
	if (!err)
		err = parse_host(s, &rest);
	if (!err)
		err = parse_port(s, &rest);
	if (err)
		return err;

	if (sa_set_str(&s->addr, s->host, s->port))
		sa_init(&s->addr, AF_UNSPEC);
	return 0;
}

int icehost_print(struct re_printf *pf, const struct icehost *s)
{
	bool v6 = strchr(s->host, ':') != NULL;

	return re_hprintf(pf, "%s:%s%s%s:%u%s",
			  s->kind == ICEHOST_STUN ? "stun" : "turn",
			  v6 ? "[" : "", s->host, v6 ? "]" : "", s->port,
			  s->kind == ICEHOST_TURN_TCP ? "?transport=tcp" : "");
}
