/**
 * @file tests/support/icepair.c  Two ICE agents
 */
#include <assert.h>
#include "core/base/log.h"
#include "tests/support/icepair.h"

enum {
	MEDIA_PERIOD = 20 * CLOCK_MS,
	MEDIA_BYTE = 0x80, /* RTP version 2 */
};

static void on_state(enum agent_state state, uint64_t now, void *arg)
{
	struct icepair_side *s = arg;

	assert(s->statec < ICEPAIR_STATES);
	s->statev[s->statec++] = state;
	s->at[state] = now;
	if (s->free_in_state)
		s->agent = mem_deref(s->agent);
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct icepair_side *s = arg;

	assert(mb->pos >= 4 && mbuf_get_left(mb) > 0);
	++s->received;
	s->last = now;
	if (s->free_in_recv)
		s->agent = mem_deref(s->agent);
}

static void on_wake(void *arg)
{
	struct icepair_side *s = arg;

	assert(s->agent);
	loop_timer_arm(&s->timer, agent_due(s->agent));
}

static void on_timer(uint64_t now, void *arg)
{
	struct icepair_side *s = arg;

	if (s->agent)
		agent_tick(s->agent, now);
}

static void on_media(uint64_t now, void *arg)
{
	struct icepair_side *s = arg;
	struct mbuf *mb = mbuf_alloc(NETWORK_HEADROOM + ICEPAIR_PACKET);

	assert(mb);
	mb->pos = mb->end = NETWORK_HEADROOM;
	(void)mbuf_fill(mb, MEDIA_BYTE, ICEPAIR_PACKET);
	mb->pos = NETWORK_HEADROOM;
	if (s->agent && !agent_send_media(s->agent, mb))
		++s->sent;
	else
		++s->unsent;

	assert(mb->pos == NETWORK_HEADROOM);
	mem_deref(mb);
	loop_timer_arm(&s->media, now + MEDIA_PERIOD);
}

void icepair_init(struct icepair *ip, uint32_t seed)
{
	memset(ip, 0, sizeof(*ip));
	simnet_init(&ip->net, seed);
	for (unsigned i = 0; i < 2; i++) {
		struct icepair_side *s = &ip->v[i];

		simnet_host_init(&s->host, &ip->net);
		loop_timer_init(&s->timer, "icepair", on_timer, s);
		loop_timer_init(&s->media, "icepair media", on_media, s);
	}
}

static void start(struct icepair_side *s, enum agent_role role,
		  const struct agent_params *params)
{
	struct agent_params prm = { .role = role };

	if (params)
		prm = *params;

	prm.network = &s->host.network;
	prm.stateh = on_state;
	prm.recvh = on_recv;
	prm.wakeh = on_wake;
	prm.arg = s;
	if (agent_alloc(&s->agent, &prm))
		assert(false);
}

void icepair_start(struct icepair *ip, const struct agent_params *params0,
		   const struct agent_params *params1)
{
	start(&ip->v[0], AGENT_CONTROLLING, params0);
	start(&ip->v[1], AGENT_CONTROLLED, params1);
}

void icepair_close(struct icepair *ip)
{
	for (unsigned i = 0; i < 2; i++) {
		loop_timer_cancel(&ip->v[i].timer);
		loop_timer_cancel(&ip->v[i].media);
		ip->v[i].agent = mem_deref(ip->v[i].agent);
	}

	simnet_close(&ip->net);
}

void icepair_gather(struct icepair *ip, unsigned side)
{
	if (agent_gather(ip->v[side].agent, clock_now()))
		assert(false);
}

void icepair_tell(struct icepair *ip, unsigned from)
{
	struct agent *a = ip->v[from].agent, *b = ip->v[!from].agent;
	struct candidate cv[CANDIDATE_MAX];
	const struct candidate *mine;
	size_t count;
	char text[256];
	struct pl pl;

	mine = agent_candidates(a, &count);
	for (size_t i = 0; i < count; i++) {
		int n = re_snprintf(text, sizeof(text), "candidate:%H",
				    candidate_print, &mine[i]);

		assert(n > 0);
		pl_set_str(&pl, text);
		if (candidate_parse(&cv[i], &pl))
			assert(false);
	}

	if (agent_set_remote(b, agent_ufrag(a), agent_pwd(a), false, cv, count,
			     clock_now()))
		assert(false);
}

void icepair_media(struct icepair *ip, unsigned side)
{
	loop_timer_arm(&ip->v[side].media, clock_now());
}

bool icepair_selected(void *arg)
{
	const struct icepair *ip = arg;

	for (unsigned i = 0; i < 2; i++) {
		if (!ip->v[i].agent ||
		    agent_state(ip->v[i].agent) != AGENT_SELECTED)
			return false;
	}

	return true;
}

uint64_t icepair_connect(struct icepair *ip, uint64_t limit)
{
	uint64_t start_at = clock_now();

	simnet_run(limit, icepair_selected, ip);
	return icepair_selected(ip) ? clock_now() - start_at : 0;
}

bool icepair_was(const struct icepair *ip, unsigned side,
		 enum agent_state state)
{
	for (size_t i = 0; i < ip->v[side].statec; i++) {
		if (ip->v[side].statev[i] == state)
			return true;
	}

	return false;
}
