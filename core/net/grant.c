/**
 * @file core/net/grant.c  Grant
 */
#include "core/net/grant.h"

enum {
	PEER_REFRESH = 240 * CLOCK_S,	 /* Of 300 s, RFC 8656 section 9  */
	CHANNEL_REFRESH = 540 * CLOCK_S, /* Of 600 s, RFC 8656 section 12 */
};

static struct grant_peer *find_peer(const struct grants *g,
				    const struct sa *peer)
{
	for (size_t i = 0; i < ARRAY_SIZE(g->peerv); i++) {
		const struct grant_peer *p = &g->peerv[i];

		if (sa_isset(&p->peer, SA_ADDR) &&
		    sa_cmp(&p->peer, peer, SA_ADDR))
			return (struct grant_peer *)p;
	}

	return NULL;
}

static struct grant_channel *find_channel(const struct grants *g,
					  const struct sa *peer)
{
	for (size_t i = 0; i < ARRAY_SIZE(g->channelv); i++) {
		const struct grant_channel *c = &g->channelv[i];

		if (sa_isset(&c->peer, SA_ADDR) &&
		    sa_cmp(&c->peer, peer, SA_ALL))
			return (struct grant_channel *)c;
	}

	return NULL;
}

static int ask_permission(struct asks *asks, const struct sa *peer,
			  uint64_t now)
{
	const struct ask_about about = {
		.method = STUN_METHOD_CREATEPERM,
		.peer = *peer,
	};

	return asks_send(asks, &about, now);
}

static int ask_channel(struct asks *asks, const struct sa *peer,
		       uint16_t number, uint64_t now)
{
	const struct ask_about about = {
		.method = STUN_METHOD_CHANBIND,
		.peer = *peer,
		.channel = number,
	};

	return asks_send(asks, &about, now);
}

int grants_permit(struct grants *g, struct asks *asks, const struct sa *peer,
		  uint64_t now)
{
	if (find_peer(g, peer))
		return 0;

	for (size_t i = 0; i < ARRAY_SIZE(g->peerv); i++) {
		struct grant_peer *p = &g->peerv[i];

		if (sa_isset(&p->peer, SA_ADDR))
			continue;

		p->peer = *peer;
		p->due = CLOCK_NEVER;
		return ask_permission(asks, peer, now);
	}

	return ENOBUFS;
}

int grants_bind(struct grants *g, struct asks *asks, const struct sa *peer,
		uint64_t now)
{
	if (find_channel(g, peer))
		return 0;

	for (size_t i = 0; i < ARRAY_SIZE(g->channelv); i++) {
		struct grant_channel *c = &g->channelv[i];

		if (sa_isset(&c->peer, SA_ADDR))
			continue;

		/* A number is never used again, RFC 8656 section 12 */
		c->peer = *peer;
		c->number = (uint16_t)(GRANT_CHANNEL_FIRST + i);
		c->due = CLOCK_NEVER;
		return ask_channel(asks, peer, c->number, now);
	}

	return ENOBUFS;
}

void grants_answer(struct grants *g, const struct ask_about *about, int err,
		   uint64_t now)
{
	struct grant_channel *c = find_channel(g, &about->peer);
	struct grant_peer *p = find_peer(g, &about->peer);

	if (err)
		++g->refused;

	if (about->method == STUN_METHOD_CREATEPERM && p) {
		p->granted = !err;
		p->due = err ? CLOCK_NEVER : now + PEER_REFRESH;
	}
	if (about->method == STUN_METHOD_CHANBIND && c) {
		c->bound = !err;
		c->due = err ? CLOCK_NEVER : now + CHANNEL_REFRESH;
	}
}

bool grants_permitted(const struct grants *g, const struct sa *peer)
{
	const struct grant_peer *p = find_peer(g, peer);

	return p && p->granted;
}

uint16_t grants_channel(const struct grants *g, const struct sa *peer)
{
	const struct grant_channel *c = find_channel(g, peer);

	return c && c->bound ? c->number : 0;
}

const struct sa *grants_peer(const struct grants *g, uint16_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(g->channelv); i++) {
		if (number && g->channelv[i].number == number)
			return &g->channelv[i].peer;
	}

	return NULL;
}

uint64_t grants_due(const struct grants *g)
{
	uint64_t due = CLOCK_NEVER;

	for (size_t i = 0; i < ARRAY_SIZE(g->peerv); i++) {
		if (sa_isset(&g->peerv[i].peer, SA_ADDR))
			due = clock_min(due, g->peerv[i].due);
	}
	for (size_t i = 0; i < ARRAY_SIZE(g->channelv); i++) {
		if (sa_isset(&g->channelv[i].peer, SA_ADDR))
			due = clock_min(due, g->channelv[i].due);
	}

	return due;
}

void grants_tick(struct grants *g, struct asks *asks, uint64_t now)
{
	for (size_t i = 0; i < ARRAY_SIZE(g->peerv); i++) {
		struct grant_peer *p = &g->peerv[i];

		if (!sa_isset(&p->peer, SA_ADDR) || now < p->due)
			continue;

		/* Its own repetitions follow; asked again after them */
		p->due = now + PEER_REFRESH;
		(void)ask_permission(asks, &p->peer, now);
	}
	for (size_t i = 0; i < ARRAY_SIZE(g->channelv); i++) {
		struct grant_channel *c = &g->channelv[i];

		if (!sa_isset(&c->peer, SA_ADDR) || now < c->due)
			continue;

		c->due = now + CHANNEL_REFRESH;
		(void)ask_channel(asks, &c->peer, c->number, now);
	}
}
