/**
 * @file core/net/webnames.c  Web names
 */
#include <arpa/inet.h>
#include <ctype.h>
#include "core/net/webnames.h"

enum {
	NAME_SIZE = 256,   /* RFC 1035 section 2.3.4, with 0  */
	PORT_DIGITS = 5,   /* Of the greatest port            */
	PORT_LAST = 65535, /* Greatest port                   */
};

struct webnames {
	char *v[WEBNAMES_MAX];
	unsigned n;
};

static void destructor(void *arg)
{
	struct webnames *n = arg;

	for (unsigned i = 0; i < n->n; i++)
		mem_deref(n->v[i]);
}

/* A suffix may be given, else it is "" */
static int add(struct webnames *n, const struct pl *name, const char *suffix)
{
	int err;

	if (!name->l)
		return 0;
	if (n->n == WEBNAMES_MAX)
		return ENOBUFS;

	err = re_sdprintf(&n->v[n->n], "%r%s", name, suffix);
	if (!err)
		++n->n;

	return err;
}

static int add_names(struct webnames *n, const char *const *namev)
{
	struct pl name;
	int err = 0;

	for (; !err && namev && *namev; ++namev) {
		pl_set_str(&name, *namev);
		err = add(n, &name, "");
		if (!err && !strchr(*namev, '.'))
			err = add(n, &name, ".local");
	}

	return err;
}

static int add_hostname(struct webnames *n, const char *hostname)
{
	struct pl name;
	int err;

	pl_set_str(&name, hostname);
	err = add(n, &name, "");
	name.l = strcspn(hostname, ".");
	if (!err)
		err = add(n, &name, "");
	if (!err)
		err = add(n, &name, ".local");

	return err;
}

int webnames_alloc(struct webnames **np, const char *hostname,
		   const char *const *namev)
{
	struct pl localhost = PL("localhost");
	struct webnames *n;
	int err;

	n = mem_zalloc(sizeof(*n), destructor);
	if (!n)
		return ENOMEM;

	err = add(n, &localhost, "");
	if (!err && hostname)
		err = add_hostname(n, hostname);
	if (!err)
		err = add_names(n, namev);

	if (err)
		mem_deref(n);
	else
		*np = n;

	return err;
}

static bool is_port(struct pl port)
{
	for (size_t i = 0; i < port.l; i++) {
		if (!isdigit((unsigned char)port.p[i]))
			return false;
	}

	return port.l <= PORT_DIGITS && pl_u32(&port) <= PORT_LAST;
}

/* Take a host apart. @return false when it is not one */
static bool split(struct pl host, struct pl *name, bool *literal)
{
	struct pl rest = { NULL, 0 };
	const char *end;

	*literal = host.l && host.p[0] == '[';
	*name = host;
	if (*literal) {
		end = memchr(host.p, ']', host.l);
		if (!end)
			return false;
		name->p = host.p + 1;
		name->l = (size_t)(end - name->p);
		rest.p = end + 1;
	} else {
		end = host.l ? memchr(host.p, ':', host.l) : NULL;
		if (end)
			name->l = (size_t)(end - host.p);
		rest.p = host.p + name->l;
	}

	rest.l = host.l - (size_t)(rest.p - host.p);
	if (!rest.l)
		return name->l > 0;
	if (rest.p[0] != ':')
		return false;
	pl_advance(&rest, 1);
	return name->l > 0 && is_port(rest);
}

bool webnames_has(const struct webnames *n, const char *host)
{
	struct in6_addr addr;
	char text[NAME_SIZE];
	struct pl name;
	bool literal;

	pl_set_str(&name, host);
	if (!split(name, &name, &literal))
		return false;
	if (name.l >= sizeof(text) || pl_strcpy(&name, text, sizeof(text)))
		return false;
	if (literal)
		return inet_pton(AF_INET6, text, &addr) == 1;
	if (inet_pton(AF_INET, text, &addr) == 1)
		return true;

	if (text[name.l - 1] == '.') /* The root of all names */
		text[name.l - 1] = '\0';
	for (unsigned i = 0; i < n->n; i++) {
		if (!str_casecmp(n->v[i], text))
			return true;
	}

	return false;
}

/* Without the port that https has anyway */
static struct pl bare(const char *host)
{
	static const char port[] = ":443";
	size_t n = strlen(port);
	struct pl pl;

	pl_set_str(&pl, host);
	if (pl.l > n && !memcmp(pl.p + pl.l - n, port, n))
		pl.l -= n;

	return pl;
}

bool webnames_is_origin(const char *origin, const char *host)
{
	static const char scheme[] = "https://";
	struct pl a, b = bare(host);

	if (strncasecmp(origin, scheme, strlen(scheme)))
		return false;

	a = bare(origin + strlen(scheme));
	return a.l && !pl_casecmp(&a, &b);
}
