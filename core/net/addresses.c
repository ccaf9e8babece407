/**
 * @file core/net/addresses.c  Addresses
 */
#include <assert.h>
#include <ctype.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/net/addresses.h"

enum {
	PORT_DISCARD = 9, /* RFC 863; nothing is sent there */
};

/* Whether the kernel has a route: connecting UDP sends nothing */
static bool has_route(const struct sa *addr)
{
	struct sa dst = *addr;
	int fd, err;

	if (!sa_port(&dst))
		sa_set_port(&dst, PORT_DISCARD);

	fd = socket(sa_af(&dst), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;

	err = connect(fd, &dst.u.sa, dst.len);
	(void)close(fd);
	return !err;
}

/* The next address of that kind that is not yet taken */
static bool take(struct sa *out, const struct sa *inv, bool *takenv,
		 const bool *routev, unsigned n, int af, bool route)
{
	for (unsigned i = 0; i < n; i++) {
		if (takenv[i] || routev[i] != route || sa_af(&inv[i]) != af)
			continue;
		takenv[i] = true;
		*out = inv[i];
		return true;
	}

	return false;
}

void addresses_sort(struct sa *addrv, unsigned n, addresses_reach_h *reach)
{
	struct sa inv[ADDRESSES_MAX];
	bool takenv[ADDRESSES_MAX] = { false };
	bool routev[ADDRESSES_MAX];
	unsigned k = 0;
	bool route = true;
	int af = AF_INET6;

	assert(n <= ADDRESSES_MAX);
	for (unsigned i = 0; i < n; i++) {
		inv[i] = addrv[i];
		routev[i] = (reach ? reach : has_route)(&inv[i]);
	}

	while (k < n) {
		int other = af == AF_INET6 ? AF_INET : AF_INET6;

		if (take(&addrv[k], inv, takenv, routev, n, af, route)) {
			++k;
			af = other;
		} else if (take(&addrv[k], inv, takenv, routev, n, other,
				route)) {
			++k;
		} else {
			route = false;
		}
	}
}

bool addresses_has(const struct sa *addrv, unsigned n, const struct sa *a)
{
	for (unsigned i = 0; i < n; i++) {
		if (sa_cmp(&addrv[i], a, SA_ADDR))
			return true;
	}

	return false;
}

static bool next_word(struct pl *line, struct pl *word)
{
	while (line->l && isspace((unsigned char)*line->p))
		pl_advance(line, 1);

	word->p = line->p;
	while (line->l && !isspace((unsigned char)*line->p))
		pl_advance(line, 1);

	word->l = (size_t)(line->p - word->p);
	return word->l > 0;
}

static bool line_names(struct pl line, const char *host, struct sa *addr)
{
	struct pl word;

	if (!next_word(&line, &word) || sa_set(addr, &word, 0))
		return false;

	while (next_word(&line, &word)) {
		if (!pl_strcasecmp(&word, host))
			return true;
	}

	return false;
}

unsigned addresses_hosts(const char *text, size_t size, const char *host,
			 struct sa *addrv, unsigned max)
{
	const char *end = text + size;
	unsigned n = 0;

	while (text < end && n < max) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		struct pl line = { text, (size_t)((eol ? eol : end) - text) };
		const char *hash = memchr(line.p, '#', line.l);
		struct sa addr;

		if (hash)
			line.l = (size_t)(hash - line.p);
		if (line_names(line, host, &addr) &&
		    !addresses_has(addrv, n, &addr))
			addrv[n++] = addr;

		text = eol ? eol + 1 : end;
	}

	return n;
}
