/**
 * @file core/net/agent.c  Agent
 *
 * Brings together gather (our candidates), checks (one generation), path
 * (the pair in use) and early (checks before the description). States are
 * queued while an input is handled and told at its end, in leave(): nothing
 * of the agent is touched after a handler that has freed it.
 */
#include <assert.h>
#include "core/base/log.h"
#include "core/net/agent.h"
#include "core/net/checks.h"
#include "core/net/early.h"
#include "core/net/homes.h"
#include "core/net/path.h"
#include "core/net/plain.h"
#include "core/net/remotes.h"
#include "core/net/responder.h"

enum {
	STATES_MAX = 8, /* Queued in one input; fewer can happen         */
	PATIENCE = 39500 * CLOCK_MS, /* RFC 8863 section 4               */
	REST = 30 * CLOCK_S, /* After the selection, allocations that are not
				in use are given back [us], ours         */
};

struct agent {
	struct agent_params prm;
	struct gather *gather;
	struct checks checks;
	struct path path;
	struct plain plain;
	struct early early;
	struct responder responder;
	struct remotes remotes;
	enum agent_state state;
	enum agent_state tellv[STATES_MAX]; /* Not yet told */
	unsigned tellc;
	unsigned depth; /* Of inputs */
	uint64_t now;	/* Of the last input [us] */
	uint64_t begun; /* Checks, or a restart; 0 not yet [us] */
	uint64_t rest;	/* CLOCK_NEVER when not [us] */
	struct {
		uint32_t foreign; /* Datagrams of unproven addresses    */
		uint32_t bad;	  /* STUN malformed or not authentic    */
	} count;
};

static void agent_destructor(void *arg)
{
	struct agent *a = arg;

	early_flush(&a->early);
	checks_close(&a->checks);
	path_drop(&a->path);
	mem_deref(a->gather);
}

static void enter(struct agent *a, uint64_t now)
{
	mem_ref(a);
	++a->depth;
	a->now = now;
}

/* Tell what happened; the last thing done with the agent in an input */
static void leave(struct agent *a)
{
	enum agent_state state;

	if (a->depth == 1 && mem_nrefs(a) > 1) {
		checks_tick(&a->checks, a->now);
		while (a->tellc && mem_nrefs(a) > 1) {
			state = a->tellv[0];
			--a->tellc;
			memmove(&a->tellv[0], &a->tellv[1],
				a->tellc * sizeof(a->tellv[0]));
			a->prm.stateh(state, a->now, a->prm.arg);
		}
		if (mem_nrefs(a) > 1)
			a->prm.wakeh(a->prm.arg);
	}

	--a->depth;
	mem_deref(a);
}

static void set_state(struct agent *a, enum agent_state state)
{
	if (a->state == state)
		return;

	a->state = state;
	if (a->tellc < ARRAY_SIZE(a->tellv))
		a->tellv[a->tellc++] = state;
}

static void on_event(struct pair *p, bool selected, uint64_t now, void *arg)
{
	struct agent *a = arg;

	/* The path of the generation before stays until there is a choice */
	if (selected || !a->path.base)
		path_use(&a->path, p, &a->checks.keys, selected, now);

	if (a->state == AGENT_CHECKING)
		set_state(a, AGENT_CONNECTED);
	if (selected) {
		set_state(a, AGENT_SELECTED);
		a->rest = now + REST;
	}
}

static void proceed_plain(struct agent *a, uint64_t now)
{
	if (plain_begin(&a->plain, &a->path, a->gather, &a->checks.keys, now))
		return;

	a->begun = 0;
	a->rest = now + REST;
	set_state(a, AGENT_SELECTED);
}

/* Both sides are known: go */
static void proceed(struct agent *a, uint64_t now)
{
	if (!gather_done(a->gather))
		return;
	if (a->state == AGENT_GATHERING)
		set_state(a, AGENT_READY);
	if (a->plain.on) {
		proceed_plain(a, now);
		return;
	}
	if (!*a->checks.keys.rufrag)
		return;

	if (a->state == AGENT_READY) {
		a->begun = now;
		set_state(a, AGENT_CHECKING);
	}

	remotes_pair(&a->remotes, &a->checks, a->gather);
	checks_begin(&a->checks, now);
	early_hear(&a->early, &a->checks, now);
}

static void on_changed(uint64_t now, void *arg)
{
	struct agent *a = arg;

	enter(a, now);
	if (a->state == AGENT_GATHERING)
		proceed(a, now);
	leave(a);
}

static void request_in(struct agent *a, struct base *b, const struct sa *src,
		       const struct stun_msg *msg,
		       const struct stun_unknown_attr *ua, uint64_t now)
{
	const struct check_keys *old = a->path.base ? &a->path.keys : NULL;
	struct check_keys *k = &a->checks.keys;
	struct check_in in;

	switch (responder_request(&a->responder, k, old, b, src, msg, ua, &in,
				  now)) {
	case RESPONDER_IGNORED:
		return;
	case RESPONDER_SWITCH:
		checks_set_role(&a->checks, !k->controlling);
		a->path.keys.controlling = k->controlling;
		break;
	case RESPONDER_HEARD:
		break;
	}

	if (a->checks.begun)
		checks_heard(&a->checks, b, src, &in, now);
	else
		(void)early_put(&a->early, b, src, &in);
}

static void stun_in(struct agent *a, struct base *b, const struct sa *src,
		    struct mbuf *mb, uint64_t now)
{
	struct stun_unknown_attr ua;
	struct stun_msg *msg;

	if (query_decode(&msg, &ua, mb)) {
		++a->count.bad;
		return;
	}

	if (stun_msg_method(msg) != STUN_METHOD_BINDING) {
		++a->count.bad;
		goto out;
	}

	switch (stun_msg_class(msg)) {
	case STUN_CLASS_REQUEST:
		request_in(a, b, src, msg, &ua, now);
		break;
	case STUN_CLASS_INDICATION:
		break; /* A keep-alive: nothing to be done */
	default:
		if (!checks_answer(&a->checks, b, src, msg, now) &&
		    !path_recv(&a->path, b, src, msg, now))
			++a->count.bad;
		break;
	}
out:
	mem_deref(msg);
}

static bool is_proven(struct agent *a, struct base *b, const struct sa *src,
		      const struct mbuf *mb, uint64_t now)
{
	if (a->plain.on)
		return plain_heard(&a->plain, &a->path, b, src, mb, now);
	if (a->path.base == b && sa_cmp(&a->path.remote, src, SA_ALL))
		return true;

	return checks_proven(&a->checks, b, src) ||
	       early_proven(&a->early, b, src);
}

static void on_recv(struct base *b, const struct sa *src, struct mbuf *mb,
		    uint64_t now, void *arg)
{
	struct agent *a = arg;

	if (query_is_stun(mb)) {
		enter(a, now);
		stun_in(a, b, src, mb, now);
		leave(a);
	} else if (!mbuf_get_left(mb) || !is_proven(a, b, src, mb, now)) {
		++a->count.foreign;
	} else if (a->plain.on) {
		enter(a, now);
		a->prm.recvh(mb, now, a->prm.arg);
		plain_done(&a->plain);
		leave(a);
	} else {
		a->prm.recvh(mb, now, a->prm.arg);
	}
}

int agent_alloc(struct agent **ap, const struct agent_params *params)
{
	struct gather_params prm = {
		.network = params->network,
		.relay_only = params->policy == AGENT_RELAY,
		.loopback = params->loopback,
		.serverv = params->serverv,
		.serverc = params->serverc,
		.recvh = on_recv,
		.changedh = on_changed,
	};
	struct agent *a;
	int err;

	assert(params->stateh && params->recvh && params->wakeh);

	a = mem_zalloc(sizeof(*a), agent_destructor);
	if (!a)
		return ENOMEM;

	a->prm = *params;
	a->prm.serverv = NULL;
	a->rest = CLOCK_NEVER;
	plain_init(&a->plain, params->role == AGENT_CONTROLLING, params->fixed,
		   params->loopback);
	checks_init(&a->checks, params->role == AGENT_CONTROLLING, on_event, a);
	prm.arg = a;
	err = gather_alloc(&a->gather, &prm);
	if (err)
		mem_deref(a);
	else
		*ap = a;
	return err;
}

int agent_gather(struct agent *a, uint64_t now)
{
	int err;

	enter(a, now);
	err = gather_start(a->gather, now);
	if (!err) {
		set_state(a, AGENT_GATHERING);
		proceed(a, now);
	}
	leave(a);
	return err;
}

int agent_restart(struct agent *a, enum agent_role role, uint64_t now)
{
	uint32_t bytes = a->checks.bytes;

	checks_close(&a->checks);
	early_flush(&a->early);
	checks_init(&a->checks, role == AGENT_CONTROLLING, on_event, a);
	a->checks.bytes = bytes; /* A budget of the call, SECURITY row 24 */
	a->remotes.count = 0;
	a->begun = now;
	a->rest = CLOCK_NEVER;
	return agent_gather(a, now);
}

bool agent_stranded(const struct agent *a)
{
	return a->state >= AGENT_GATHERING && a->state <= AGENT_SELECTED &&
	       homes_lost(a->prm.network, a->gather,
			  a->state == AGENT_SELECTED ? a->path.base : NULL,
			  a->prm.loopback);
}

int agent_set_remote(struct agent *a, const char *ufrag, const char *pwd,
		     bool lite, const struct candidate *cv, size_t count,
		     uint64_t now)
{
	struct check_keys *k = &a->checks.keys;

	if (!check_is_text(ufrag) || !check_is_text(pwd))
		return EINVAL;
	if (*k->rufrag && (strcmp(k->rufrag, ufrag) || strcmp(k->rpwd, pwd)))
		return EALREADY;

	enter(a, now);
	plain_end(&a->plain);
	(void)str_ncpy(k->rufrag, ufrag, sizeof(k->rufrag));
	(void)str_ncpy(k->rpwd, pwd, sizeof(k->rpwd));
	if (lite && !k->controlling)
		checks_set_role(&a->checks, true);

	remotes_add(&a->remotes, cv, count, a->prm.loopback);
	if (a->state != AGENT_NEW)
		proceed(a, now);

	leave(a);
	return 0;
}

void agent_set_plain(struct agent *a, const struct sa *addr, bool strict,
		     uint64_t now)
{
	enter(a, now);
	a->checks.begun = false;
	plain_set(&a->plain, addr, strict);
	if (a->state != AGENT_NEW)
		proceed(a, now);
	leave(a);
}

void agent_latch(struct agent *a, uint64_t now)
{
	plain_latch(&a->plain, &a->path, now);
}

bool agent_gathered(const struct agent *a)
{
	return a->state != AGENT_NEW && gather_done(a->gather);
}

const char *agent_ufrag(const struct agent *a)
{
	return a->checks.keys.lufrag;
}

const char *agent_pwd(const struct agent *a)
{
	return a->checks.keys.lpwd;
}

const struct candidate *agent_candidates(const struct agent *a, size_t *countp)
{
	return gather_candidates(a->gather, countp);
}

void agent_default(const struct agent *a, struct sa *addr)
{
	const struct candidate *cv;
	size_t count;

	cv = agent_candidates(a, &count);
	candidate_default(cv, count, addr);
	if (sa_isset(&a->plain.local, SA_ALL))
		*addr = a->plain.local;
}

int agent_send(struct agent *a, struct mbuf *mb)
{
	return path_send(&a->path, mb);
}

int agent_send_media(struct agent *a, struct mbuf *mb)
{
	return a->path.nominated ? path_send(&a->path, mb) : ENOTCONN;
}

enum agent_state agent_state(const struct agent *a)
{
	return a->state;
}

const char *agent_state_name(enum agent_state state)
{
	static const char *const namev[] = {
		"new",	     "gathering", "ready",  "checking",
		"connected", "selected",  "failed", "lost",
	};

	return (size_t)state < ARRAY_SIZE(namev) ? namev[state] : "?";
}

int agent_selected(const struct agent *a, struct agent_selected *sel)
{
	if (!a->path.base)
		return ENOENT;

	sel->local_type = a->path.base->type;
	sel->remote_type = a->path.remote_type;
	sel->local = a->path.base->addr;
	sel->remote = a->path.remote;
	sel->rtt = a->path.rtt;
	return 0;
}

/* Checks, or after a restart with no pair left a description to come */
static bool hopes(const struct agent *a)
{
	return a->state == AGENT_CHECKING ||
	       (a->begun && a->state < AGENT_CHECKING && !a->path.base);
}

uint64_t agent_due(const struct agent *a)
{
	uint64_t due = clock_min(gather_due(a->gather), path_due(&a->path));

	due = clock_min(due, checks_due(&a->checks, a->now));
	if (hopes(a))
		due = clock_min(due, a->begun + PATIENCE);

	return clock_min(due, a->rest);
}

static void lose(struct agent *a, uint64_t now)
{
	struct pair *best = pairs_best(&a->checks.pairs);
	bool old = strcmp(a->path.keys.lufrag, a->checks.keys.lufrag) != 0;

	path_drop(&a->path);
	if (old) {
		/* The new generation goes on; it may have a valid pair */
		if (best)
			path_use(&a->path, best, &a->checks.keys, false, now);
		return;
	}

	a->checks.begun = false;
	set_state(a, AGENT_LOST);
}

void agent_tick(struct agent *a, uint64_t now)
{
	enter(a, now);
	gather_tick(a->gather, now);
	if (!path_tick(&a->path, now))
		lose(a, now);

	if (hopes(a) && now >= a->begun + PATIENCE) {
		a->checks.begun = false;
		set_state(a, AGENT_FAILED);
	}
	if (now >= a->rest) {
		a->rest = CLOCK_NEVER;
		gather_rest(a->gather, a->path.base);
	}

	leave(a);
}

int agent_print(struct re_printf *pf, const struct agent *a)
{
	int err = re_hprintf(pf, a->plain.on ? "no ice" : "ice %s",
			     agent_state_name(a->state));

	return err |
	       re_hprintf(pf,
			  "%H\n  %H foreign=%u bad=%u throttled=%u skipped=%u "
			  "early=%zu\n  %H",
			  path_print, &a->path, checks_print, &a->checks,
			  a->count.foreign + a->responder.foreign,
			  a->count.bad + a->responder.bad,
			  a->responder.throttle.refused, a->remotes.skipped,
			  a->early.count, gather_print, a->gather);
}
