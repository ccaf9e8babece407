/**
 * @file core/net/waitroom.c  Waitroom
 *
 * A token bucket is one number, the time at which it would be full: each one
 * who takes from it moves that on by a step, and it is empty when that time
 * is a whole burst ahead. The weight of a source is kept in the same way.
 */
#include <netinet/in.h>
#include "core/net/waitroom.h"

enum {
	PREFIX = 8, /* What an IPv6 source cannot choose, a /64 [bytes] */
};

static const uint64_t ahead = (WAITROOM_BURST - 1) * (uint64_t)WAITROOM_EVERY;

static void take(uint64_t *bucket, uint64_t now)
{
	if (*bucket < now)
		*bucket = now;
	*bucket += WAITROOM_EVERY;
}

static void set_source(struct sa *src, const struct sa *peer)
{
	*src = *peer;
	sa_set_port(src, 0);
	if (sa_af(src) == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&src->u.in6.sin6_addr))
		memset(src->u.in6.sin6_addr.s6_addr + PREFIX, 0, PREFIX);
}

static uint64_t weight_of(const struct waitroom *w, const struct sa *src)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->sourcev); i++) {
		if (sa_cmp(&w->sourcev[i].src, src, SA_ADDR))
			return w->sourcev[i].weight;
	}

	return 0;
}

/* The lightest is forgotten for one that is new */
static void add_weight(struct waitroom *w, const struct sa *src, uint64_t now)
{
	struct waitroom_source *to = w->sourcev;

	for (size_t i = 0; i < ARRAY_SIZE(w->sourcev); i++) {
		struct waitroom_source *s = &w->sourcev[i];

		if (sa_cmp(&s->src, src, SA_ADDR)) {
			to = s;
			break;
		}
		if (s->weight < to->weight)
			to = s;
	}

	if (!sa_cmp(&to->src, src, SA_ADDR)) {
		to->src = *src;
		to->weight = 0;
	}
	take(&to->weight, now);
}

static unsigned seats_of(const struct waitroom *w, const struct sa *src)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		if (w->seatv[i].since && sa_cmp(&w->seatv[i].src, src, SA_ADDR))
			++n;
	}

	return n;
}

static struct waitroom_seat *free_seat(struct waitroom *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		if (!w->seatv[i].since)
			return &w->seatv[i];
	}

	return NULL;
}

/* The newest of the address that has most; NULL when none has more than he
   who comes has */
static struct waitroom_seat *greedy_seat(struct waitroom *w,
					 const struct sa *src)
{
	struct waitroom_seat *worst = NULL;
	unsigned most = seats_of(w, src);

	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		struct waitroom_seat *s = &w->seatv[i];
		unsigned n = seats_of(w, &s->src);

		if (n > most || (n == most && worst && s->since > worst->since))
			worst = s;
		if (n > most)
			most = n;
	}

	return worst;
}

int waitroom_enter(struct waitroom *w, int fd, const struct sa *peer,
		   uint64_t now)
{
	struct waitroom_seat *s = free_seat(w);
	struct sa src;
	int gone = -1;

	set_source(&src, peer);
	if (!s) {
		++w->refused;
		s = greedy_seat(w, &src);
		if (!s)
			return fd;
		gone = s->fd;
	}

	s->fd = fd;
	s->peer = *peer;
	s->src = src;
	s->since = now;
	return gone;
}

int waitroom_next(struct waitroom *w, struct sa *peer, uint64_t now)
{
	struct waitroom_seat *best = NULL;
	uint64_t least = 0;

	if (w->bucket > now + ahead)
		return -1;

	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		struct waitroom_seat *s = &w->seatv[i];
		uint64_t weight;

		if (!s->since)
			continue;

		weight = weight_of(w, &s->src);
		if (weight < now)
			weight = now;
		if (!best || weight < least ||
		    (weight == least && s->since < best->since)) {
			best = s;
			least = weight;
		}
	}

	if (!best)
		return -1;

	take(&w->bucket, now);
	add_weight(w, &best->src, now);
	++w->passed;
	*peer = best->peer;
	best->since = 0;
	return best->fd;
}

int waitroom_late(struct waitroom *w, uint64_t now)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		struct waitroom_seat *s = &w->seatv[i];

		if (!s->since || now < s->since + WAITROOM_PATIENCE)
			continue;

		++w->refused;
		s->since = 0;
		return s->fd;
	}

	return -1;
}

int waitroom_clear(struct waitroom *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		if (w->seatv[i].since) {
			w->seatv[i].since = 0;
			return w->seatv[i].fd;
		}
	}

	return -1;
}

uint64_t waitroom_due(const struct waitroom *w, bool full)
{
	uint64_t oldest = CLOCK_NEVER, due;

	for (size_t i = 0; i < ARRAY_SIZE(w->seatv); i++) {
		if (w->seatv[i].since)
			oldest = clock_min(oldest, w->seatv[i].since);
	}
	if (oldest == CLOCK_NEVER)
		return CLOCK_NEVER;

	due = oldest + WAITROOM_PATIENCE;
	if (full)
		return due;

	return clock_min(due, w->bucket > ahead ? w->bucket - ahead : oldest);
}
