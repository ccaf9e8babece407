/**
 * @file core/net/transport.c  Transport
 *
 *     agent: a pair works ----> channel_set_path()   DTLS goes ahead
 *            one is selected -> channel_allow()      media may flow
 *
 * Handlers may free the transport. Every way in therefore is between enter()
 * and leave(), and alive() tells whether the owner still holds it. So what
 * is called in between need not care.
 */
#include <assert.h>
#include "core/net/channel.h"
#include "core/net/demux.h"
#include "core/net/peer.h"
#include "core/net/transport.h"

struct transport {
	struct agent *agent;
	struct channel *channel;
	struct transport_local local;
	bool offerer;

	bool restarted;	     /* By us; the peer's new ufrag is expected */
	bool gathered, over; /* What the owner was told            */
	char ufrag[AGENT_UFRAG_MAX + 1];
	struct fingerprint fpv[FINGERPRINT_MAX]; /* Of the peer   */
	size_t fpc;				 /* 0: not known yet   */

	struct sdes keyv[SDES_SUITES]; /* Ours, if asked for */

	unsigned depth;		/* enter() without leave()                */
	uint64_t begun, opened; /* [us], opened: 0 not yet                */

	uint32_t unknown;  /* Received, of no kind that belongs here */
	uint32_t unsent;   /* Media: no pair, or the socket          */
	uint32_t unusable; /* Candidates of the peer                 */

	struct transport_handlers h;
	void *arg;
};

/* --- Life */

static void transport_destructor(void *arg)
{
	struct transport *t = arg;

	mem_deref(t->channel);
	mem_deref(t->agent);
	explicit_bzero(t->keyv, sizeof(t->keyv));
}

static void enter(struct transport *t)
{
	mem_ref(t);
	++t->depth;
}

static bool alive(const struct transport *t)
{
	return !t->over && mem_nrefs(t) > t->depth;
}

static void leave(struct transport *t)
{
	if (t->depth == 1 && alive(t))
		t->h.wake(t->arg);

	--t->depth;
	mem_deref(t);
}

static void go_down(struct transport *t, int err, const char *reason,
		    uint64_t now)
{
	if (!alive(t))
		return;

	t->over = true;
	t->h.down(err, reason, now, t->arg);
}

/* --- Handlers of the channel */

static int channel_send_handler(struct mbuf *mb, void *arg)
{
	struct transport *t = arg;

	return t->agent ? agent_send(t->agent, mb) : ENOTCONN;
}

static void channel_open_handler(uint64_t now, void *arg)
{
	struct transport *t = arg;

	t->opened = now;
	if (t->agent)
		agent_latch(t->agent, now);
	if (alive(t))
		t->h.up(now, t->arg);
}

static void channel_packet_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct transport *t = arg;

	if (!alive(t))
		return;

	agent_latch(t->agent, now);
	t->h.packet(mb, now, t->arg);
}

static void channel_report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct transport *t = arg;

	if (!alive(t))
		return;

	agent_latch(t->agent, now);
	t->h.report(mb, now, t->arg);
}

static void channel_down_handler(int err, const char *reason, uint64_t now,
				 void *arg)
{
	go_down(arg, err, reason, now);
}

static int send_media(struct transport *t, struct mbuf *mb, bool report)
{
	int err;

	if (t->over)
		return ENOTCONN;

	err = channel_seal(t->channel, mb, report);
	if (!err)
		err = agent_send_media(t->agent, mb);
	if (err)
		++t->unsent;

	return err;
}

int transport_send_packet(struct transport *t, struct mbuf *mb)
{
	return send_media(t, mb, false);
}

int transport_send_report(struct transport *t, struct mbuf *mb)
{
	return send_media(t, mb, true);
}

/* --- Handlers of the agent */

static void agent_recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct transport *t = arg;

	if (t->over)
		return;

	enter(t);
	switch (demux_sort(mbuf_buf(mb), mbuf_get_left(mb))) {
	case DEMUX_DTLS:
		channel_recv_dtls(t->channel, mb, t->offerer, now);
		break;
	case DEMUX_PACKET:
		channel_recv_media(t->channel, mb, false, now);
		break;
	case DEMUX_REPORT:
		channel_recv_media(t->channel, mb, true, now);
		break;
	default:
		++t->unknown;
		break;
	}
	leave(t);
}

static void take_local(struct transport *t)
{
	t->local.ufrag = agent_ufrag(t->agent);
	t->local.pwd = agent_pwd(t->agent);
}

static void check_gathered(struct transport *t, uint64_t now)
{
	if (t->gathered || !alive(t) || !agent_gathered(t->agent))
		return;

	take_local(t);
	t->gathered = true;
	t->h.gathered(now, t->arg);
}

static void agent_state_handler(enum agent_state state, uint64_t now, void *arg)
{
	struct transport *t = arg;

	if (t->over)
		return;

	enter(t);
	if (state == AGENT_CONNECTED || state == AGENT_SELECTED)
		channel_set_path(t->channel, now);
	if (state == AGENT_SELECTED && alive(t))
		channel_allow(t->channel, now);
	if (state == AGENT_FAILED)
		go_down(t, ETIMEDOUT, "ICE: no pair of candidates works", now);
	if (state == AGENT_LOST)
		go_down(t, ETIMEDOUT, "ICE: the peer is gone", now);
	check_gathered(t, now);
	leave(t);
}

static void agent_wake_handler(void *arg)
{
	struct transport *t = arg;

	if (!t->depth && alive(t))
		t->h.wake(t->arg);
}

static int alloc_channel(struct transport *t, struct identity *id)
{
	static const struct channel_handlers h = {
		.send = channel_send_handler,
		.open = channel_open_handler,
		.packet = channel_packet_handler,
		.report = channel_report_handler,
		.down = channel_down_handler,
	};

	return channel_alloc(&t->channel, id, &h, t);
}

static int alloc_agent(struct transport *t, const struct transport_params *prm)
{
	struct agent_params ap = {
		.network = prm->network ? prm->network : network_kernel(),
		.role = prm->offerer ? AGENT_CONTROLLING : AGENT_CONTROLLED,
		.policy = prm->relayonly ? AGENT_RELAY : AGENT_ALL,
		.loopback = prm->loopback,
		.fixed = prm->fixed,
		.serverv = prm->serverv,
		.serverc = prm->serverc,
		.stateh = agent_state_handler,
		.recvh = agent_recv_handler,
		.wakeh = agent_wake_handler,
		.arg = t,
	};

	return agent_alloc(&t->agent, &ap);
}

int transport_alloc(struct transport **tp, const struct transport_params *prm,
		    const struct transport_handlers *h, void *arg, uint64_t now)
{
	struct transport *t;
	int err;

	assert(prm->identity);
	assert(h->gathered && h->up && h->packet && h->report && h->down &&
	       h->wake);

	t = mem_zalloc(sizeof(*t), transport_destructor);
	if (!t)
		return ENOMEM;

	t->offerer = prm->offerer;
	t->h = *h;
	t->arg = arg;
	t->begun = now;
	t->local.fingerprint = identity_fingerprint(prm->identity);
	t->local.setup = TRANSPORT_ACTPASS;
	for (uint32_t i = 0; prm->keys && i < ARRAY_SIZE(t->keyv); i++)
		sdes_make(&t->keyv[i], i + 1, (enum sdes_suite)i);
	t->local.keyv = prm->keys ? t->keyv : NULL;

	err = alloc_channel(t, prm->identity);
	if (!err)
		err = alloc_agent(t, prm);
	if (err) {
		mem_deref(t);
		return err;
	}

	take_local(t);
	*tp = t;
	return 0;
}

int transport_gather(struct transport *t, uint64_t now)
{
	int err;

	enter(t);
	err = agent_gather(t->agent, now);
	if (!err)
		check_gathered(t, now);
	leave(t);
	return err;
}

int transport_restart(struct transport *t, uint64_t now)
{
	int err;

	enter(t);
	t->restarted = true;
	t->gathered = false;
	err = agent_restart(t->agent, AGENT_CONTROLLING, now);
	if (alive(t))
		take_local(t);
	if (!err)
		check_gathered(t, now);
	leave(t);
	return err;
}

bool transport_stranded(const struct transport *t)
{
	return !t->over && agent_stranded(t->agent);
}

/* --- The peer's SDP */

/* RFC 8842 section 5.3. An answer that says actpass, which it must not,
   means active, as an answer without setup does (RFC 4145 section 4) */
static enum transport_setup answer_to(const struct transport *t,
				      enum transport_setup setup)
{
	if (setup == TRANSPORT_PASSIVE)
		return TRANSPORT_ACTIVE;
	if (setup == TRANSPORT_ACTIVE)
		return TRANSPORT_PASSIVE;

	return t->offerer && !t->fpc ? TRANSPORT_PASSIVE : TRANSPORT_ACTIVE;
}

/* Other fingerprints need another handshake (RFC 8842 section 3.1); with
   the same ones channel and roles stay */
static void take_peer(struct transport *t, const struct peer *p,
		      enum transport_setup setup, uint64_t now)
{
	enum keying_role role;

	if (t->fpc && peer_has(p, t->fpv, t->fpc))
		return;

	t->local.setup = answer_to(t, setup);
	role = t->local.setup == TRANSPORT_ACTIVE ? KEYING_CLIENT
						  : KEYING_SERVER;
	memcpy(t->fpv, p->fpv, sizeof(t->fpv));
	t->fpc = p->fpc;
	channel_set_peer(t->channel, role, t->fpv, t->fpc, now);
}

/* What the SDP says about keys */
static int take_keys(struct transport *t, const struct transport_remote *r,
		     const struct peer *p, uint64_t now)
{
	t->unusable += p->unusable;

	switch (r->keying) {
	case TRANSPORT_SDES:
		return channel_set_keys(t->channel,
					r->tx ? r->tx : &t->keyv[r->rx->suite],
					r->rx, now);
	case TRANSPORT_BARE:
		channel_set_bare(t->channel, now);
		return 0;
	default:
		take_peer(t, p, r->setup, now);
		return 0;
	}
}

static int take_ice(struct transport *t, const struct transport_remote *r,
		    const struct peer *p, uint64_t now)
{
	bool other = t->ufrag[0] && strcmp(t->ufrag, r->ufrag);
	int err;

	if (other && !t->restarted) {
		t->gathered = false;
		err = agent_restart(t->agent, AGENT_CONTROLLED, now);
		if (err || !alive(t))
			return err;

		take_local(t);
	}

	t->restarted = false;
	str_ncpy(t->ufrag, r->ufrag, sizeof(t->ufrag));
	return agent_set_remote(t->agent, r->ufrag, r->pwd, r->lite,
				p->candidatev, p->candidatec, now);
}

static void take_plain(struct transport *t, const struct transport_remote *r,
		       uint64_t now)
{
	t->restarted = false;
	t->ufrag[0] = '\0';
	agent_set_plain(t->agent, &r->address, r->keying == TRANSPORT_BARE,
			now);
}

int transport_set_remote(struct transport *t, const struct transport_remote *r,
			 uint64_t now)
{
	struct peer *p;
	int err;

	err = peer_alloc(&p, r);
	if (err)
		return err;

	enter(t);
	if (!str_isset(r->ufrag)) /* It began with checks, by the offer's ICE */
		channel_forget_early(t->channel);
	err = take_keys(t, r, p, now);
	if (!err && alive(t) && str_isset(r->ufrag))
		err = take_ice(t, r, p, now);
	else if (!err && alive(t))
		take_plain(t, r, now);
	if (!err)
		check_gathered(t, now);
	leave(t);
	mem_deref(p);
	return err;
}

/* --- The rest */

void transport_close(struct transport *t, uint64_t now)
{
	t->over = true;
	channel_close(t->channel, now);
	t->agent = mem_deref(t->agent);
}

const struct transport_local *transport_local(const struct transport *t)
{
	return &t->local;
}

const struct candidate *transport_candidates(const struct transport *t,
					     size_t *countp)
{
	return agent_candidates(t->agent, countp);
}

void transport_default(const struct transport *t, struct sa *addr)
{
	agent_default(t->agent, addr);
}

bool transport_is_up(const struct transport *t)
{
	return !t->over && channel_is_open(t->channel);
}

uint64_t transport_due(const struct transport *t)
{
	if (t->over)
		return CLOCK_NEVER;

	return clock_min(agent_due(t->agent), channel_due(t->channel));
}

void transport_tick(struct transport *t, uint64_t now)
{
	enter(t);
	if (alive(t) && agent_due(t->agent) <= now)
		agent_tick(t->agent, now);
	if (alive(t))
		channel_tick(t->channel, now);
	leave(t);
}

int transport_print(struct re_printf *pf, const struct transport *t)
{
	int err = 0;

	if (t->agent)
		err |= re_hprintf(pf, "ICE %H\n", agent_print, t->agent);
	err |= re_hprintf(pf, "%H\n", channel_print, t->channel);
	if (t->opened)
		err |= re_hprintf(pf, "open after %llu us\n",
				  t->opened - t->begun);

	return err | re_hprintf(pf, "unknown=%u unsent=%u unusable=%u",
				t->unknown, t->unsent, t->unusable);
}
