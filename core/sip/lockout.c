/**
 * @file core/sip/lockout.c  Lockout
 */
#include "core/sip/lockout.h"

enum {
	V6_SIZE = 16, /* RFC 4291 section 2                                */
	V4_AT = 12,   /* Where ::ffff:a.b.c.d has its a (section 2.5.5.2)   */
	BYTE_BITS = 8,
	NOWHERE = 0, /* 0.0.0.0 stands for what is not known              */
};

/* Without its port, and always the same for the same */
static struct sa plain(const struct sa *address)
{
	uint8_t bytes[V6_SIZE];
	uint32_t v4 = NOWHERE;
	struct sa sa;

	sa_init(&sa, AF_UNSPEC);
	if (address && sa_af(address) == AF_INET6) {
		sa = *address;
		sa_set_port(&sa, 0);
		if (!IN6_IS_ADDR_V4MAPPED(&address->u.in6.sin6_addr))
			return sa;

		sa_in6(address, bytes);
		for (size_t i = V4_AT; i < V6_SIZE; i++)
			v4 = v4 << BYTE_BITS | bytes[i];
	} else if (address && sa_af(address) == AF_INET) {
		v4 = sa_in(address);
	}

	sa_set_in(&sa, v4, 0);
	return sa;
}

/* The entry of an address, LOCKOUT_ADDRESSES when it has none */
static size_t find(const struct lockout *l, const struct sa *address)
{
	const struct sa sa = plain(address);
	size_t i;

	for (i = 0; i < LOCKOUT_ADDRESSES; i++) {
		if (l->entryv[i].failures &&
		    sa_cmp(&l->entryv[i].address, &sa, SA_ADDR))
			break;
	}

	return i;
}

/* Whether a is to be forgotten rather than b */
static bool is_older(const struct lockout_entry *a,
		     const struct lockout_entry *b, uint64_t now)
{
	const bool waits_a = a->until > now, waits_b = b->until > now;

	return waits_a != waits_b ? waits_b : a->last < b->last;
}

/* An empty entry, if need be at the cost of another */
static struct lockout_entry *make_room(struct lockout *l, uint64_t now)
{
	struct lockout_entry *oldest = &l->entryv[0];

	for (size_t i = 0; i < LOCKOUT_ADDRESSES; i++) {
		struct lockout_entry *e = &l->entryv[i];

		if (!e->failures)
			return e;
		if (is_older(e, oldest, now))
			oldest = e;
	}

	++l->dropped;
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

uint64_t lockout_left(const struct lockout *l, const struct sa *address,
		      uint64_t now)
{
	const size_t i = find(l, address);
	uint64_t until = l->until;

	if (i < LOCKOUT_ADDRESSES && l->entryv[i].until > until)
		until = l->entryv[i].until;
	return until > now ? until - now : 0;
}

/* The limit of all. @return whether it is reached */
static bool fail_all(struct lockout *l, uint64_t now)
{
	if (now - l->start >= LOCKOUT_TIME) {
		l->start = now;
		l->recent = 0;
	}
	if (++l->recent < LOCKOUT_TOTAL)
		return false;

	l->recent = 0;
	l->until = now + LOCKOUT_TIME;
	return true;
}

bool lockout_fail(struct lockout *l, const struct sa *address, uint64_t now)
{
	const size_t i = find(l, address);
	struct lockout_entry *e = i < LOCKOUT_ADDRESSES ? &l->entryv[i]
							: make_room(l, now);
	bool all = fail_all(l, now), one;

	if (now - e->last > LOCKOUT_FORGET)
		e->failures = 0;
	e->address = plain(address);
	e->last = now;
	++l->failures;

	/* Who waited has all its tries again */
	if (e->failures >= LOCKOUT_TRIES)
		e->failures = 0;
	one = ++e->failures >= LOCKOUT_TRIES;
	if (one)
		e->until = now + LOCKOUT_TIME;
	l->locks += one || all;
	return one || all;
}

void lockout_pass(struct lockout *l, const struct sa *address)
{
	const size_t i = find(l, address);

	if (i < LOCKOUT_ADDRESSES)
		memset(&l->entryv[i], 0, sizeof(l->entryv[i]));
}

int lockout_print(struct re_printf *pf, const struct lockout *l)
{
	return re_hprintf(pf, "failures=%u locks=%u dropped=%u", l->failures,
			  l->locks, l->dropped);
}
