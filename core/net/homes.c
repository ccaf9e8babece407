/**
 * @file core/net/homes.c  Homes
 */
#include "core/net/homes.h"

enum {
	HASH_FACTOR = 31,
};

struct search {
	const struct sa *addr;
	bool loopback, found;
};

static bool is_it(const struct sa *addr, void *arg)
{
	struct search *s = arg;

	s->found = sa_cmp(addr, s->addr, SA_ADDR);
	return s->found;
}

static bool is_usable(const struct sa *addr, void *arg)
{
	struct search *s = arg;

	s->found = s->loopback || !candidate_is_loopback(addr);
	return s->found;
}

static bool add_to_hash(const struct sa *addr, void *arg)
{
	uint32_t *hash = arg;

	*hash = *hash * HASH_FACTOR + sa_hash(addr, SA_ADDR);
	return false;
}

bool homes_has(const struct network *n, const struct sa *addr)
{
	struct search s = { .addr = addr };

	if (sa_af(addr) == AF_INET6 && sa_is_linklocal(addr))
		return true;

	/* What cannot be asked has not changed */
	return network_addresses(n, is_it, &s) || s.found;
}

uint32_t homes_hash(const struct network *n)
{
	uint32_t hash = 0;

	(void)network_addresses(n, add_to_hash, &hash);
	return hash;
}

static bool is_home(const struct network *n, const struct gather *g,
		    const struct base *b)
{
	const struct sa *local = gather_local(g, b);

	return local && homes_has(n, local);
}

bool homes_lost(const struct network *n, const struct gather *g,
		const struct base *used, bool loopback)
{
	struct search s = { .loopback = loopback };
	const struct base *b;

	if (network_addresses(n, is_usable, &s) || !s.found)
		return false;
	if (used)
		return !is_home(n, g, used);

	for (size_t i = 0; (b = gather_base(g, i)) != NULL; i++) {
		if (is_home(n, g, b))
			return false;
	}

	return true;
}
