/**
 * @file core/net/plain.c  Plain
 */
#include "core/net/demux.h"
#include "core/net/plain.h"

void plain_init(struct plain *pl, bool told, bool fixed, bool loopback)
{
	pl->told = told;
	pl->fixed = fixed;
	pl->loopback = loopback;
}

void plain_set(struct plain *pl, const struct sa *remote, bool strict)
{
	const struct candidate_filter f = { .loopback = pl->loopback };
	const bool usable = candidate_allowed(remote, &f);

	pl->strict = strict;

	/* On hold some say no address: what was said before counts */
	if (pl->on && !usable)
		return;
	if (!usable)
		sa_init(&pl->remote, AF_UNSPEC);
	else if (!pl->on || !sa_cmp(&pl->remote, remote, SA_ALL)) {
		pl->remote = *remote;
		pl->proven = false;
		sa_init(&pl->local, AF_UNSPEC); /* Choose again */
	}
	pl->on = true;
}

void plain_end(struct plain *pl)
{
	pl->on = pl->proven = false;
	sa_init(&pl->local, AF_UNSPEC);
}

/* The base that a candidate of ours stands on */
static struct base *base_of(const struct gather *g, const struct candidate *c)
{
	const struct sa *addr = c->type == CANDIDATE_SRFLX ? &c->rel : &c->addr;
	struct base *b;

	for (size_t i = 0; (b = gather_base(g, i)) != NULL; i++) {
		if (sa_cmp(&b->addr, addr, SA_ALL))
			return b;
	}

	return NULL;
}

/* The best of our candidates that reach the address, else of all. One that
   was told to the peer does if it is of the same family */
static struct base *choose(const struct plain *pl, const struct gather *g,
			   struct sa *addr)
{
	const struct sa *remote = &pl->remote;
	struct candidate cv[GATHER_CANDIDATES];
	const struct candidate *all;
	struct base *b;
	size_t n, count = 0;

	all = gather_candidates(g, &n);
	candidate_default(all, n, addr);
	for (size_t i = 0; i < n && count < ARRAY_SIZE(cv); i++) {
		if (pl->told && sa_af(addr) == sa_af(remote))
			break;
		b = base_of(g, &all[i]);
		if (b && base_reaches(b, remote))
			cv[count++] = all[i];
	}

	candidate_default(count ? cv : all, count ? count : n, addr);
	for (size_t i = 0; i < n; i++) {
		if (sa_cmp(&all[i].addr, addr, SA_ALL))
			return base_of(g, &all[i]);
	}

	return NULL;
}

static bool still_there(const struct gather *g, const struct base *base)
{
	struct base *b;

	for (size_t i = 0; (b = gather_base(g, i)) != NULL; i++) {
		if (b == base)
			return true;
	}

	return false;
}

int plain_begin(struct plain *pl, struct path *path, const struct gather *g,
		const struct check_keys *keys, uint64_t now)
{
	struct base *b;

	if (!sa_isset(&pl->remote, SA_ALL))
		return ENOENT;
	if (sa_isset(&pl->local, SA_ALL) && still_there(g, path->base))
		return 0;

	b = choose(pl, g, &pl->local);
	if (!b)
		return ENOENT;

	path_fix(path, b, &pl->remote, keys, now);
	return 0;
}

static void follow(struct plain *pl, struct path *path, uint64_t now)
{
	if (!pl->on || pl->fixed || pl->strict || !pl->base || !path->base ||
	    (pl->base == path->base && sa_cmp(&pl->src, &path->remote, SA_ALL)))
		return;

	++pl->moves;
	path_fix(path, pl->base, &pl->src, &path->keys, now);
}

bool plain_heard(struct plain *pl, struct path *path, struct base *b,
		 const struct sa *src, const struct mbuf *mb, uint64_t now)
{
	const struct candidate_filter f = { .loopback = pl->loopback };

	if (!candidate_allowed(src, &f) ||
	    (pl->strict && !sa_cmp(&pl->remote, src, SA_ALL)))
		return false;

	pl->base = b;
	pl->src = *src;
	if (demux_sort(mbuf_buf(mb), mbuf_get_left(mb)) != DEMUX_DTLS ||
	    (path->base && sa_cmp(&path->remote, src, SA_ALL)))
		return true;
	if (!sa_cmp(&pl->remote, src, SA_ADDR)) {
		pl->base = NULL;
		return false;
	}

	/* The answer to it goes to where it is from; once the handshake is
	   done that is no reason any more */
	if (!pl->proven)
		follow(pl, path, now);
	return true;
}

void plain_done(struct plain *pl)
{
	pl->base = NULL;
}

void plain_latch(struct plain *pl, struct path *path, uint64_t now)
{
	pl->proven = true;
	follow(pl, path, now);
}
