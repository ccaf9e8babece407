/**
 * @file core/net/checks.c  Checks
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "core/net/checks.h"

enum {
	UFRAG = 16, /* 96 bits, SECURITY row 48               */
	PWD = 32,   /* 192 bits, RFC 8445 section 5.3: 128    */
};

void checks_init(struct checks *c, bool controlling, checks_event_h *h,
		 void *arg)
{
	memset(c, 0, sizeof(*c));
	entropy_text(c->keys.lufrag, UFRAG + 1);
	entropy_text(c->keys.lpwd, PWD + 1);
	entropy_bytes(&c->keys.tiebreaker, sizeof(c->keys.tiebreaker));
	c->keys.controlling = controlling;
	c->h = h;
	c->arg = arg;
}

void checks_close(struct checks *c)
{
	pairs_flush(&c->pairs);
	explicit_bzero(&c->keys, sizeof(c->keys));
	c->nominating = c->selected = NULL;
	c->begun = false;
}

int checks_add(struct checks *c, struct base *base,
	       const struct candidate *remote)
{
	struct pair *p;
	int err;

	if (!base_reaches(base, &remote->addr))
		return 0;

	err = pairs_add(&c->pairs, &p, base, remote, c->keys.controlling);
	if (!err && p->remote.type == CANDIDATE_PRFLX) {
		/* It was learnt before it was told */
		p->remote = *remote;
		pairs_sort(&c->pairs, c->keys.controlling);
	}

	return err;
}

void checks_begin(struct checks *c, uint64_t now)
{
	if (!c->begun)
		c->ordinary = c->triggered = now;

	c->begun = true;
	pairs_thaw(&c->pairs);
}

static void enqueue(struct checks *c, struct pair *p)
{
	if (!p->triggered)
		p->triggered = ++c->order;
}

static void fail(struct checks *c, struct pair *p)
{
	query_stop(&p->q);
	p->state = PAIR_FAILED;
	p->triggered = 0;
	p->nominate = false;
	++c->failed;
	if (c->nominating == p)
		c->nominating = NULL;
}

/* Checks of other pairs are not repeated any more, RFC 8445 section 8.1.2 */
static void rest(struct checks *c)
{
	for (size_t i = 0; i < c->pairs.count; i++) {
		struct pair *p = c->pairs.v[i];

		if (p == c->selected)
			continue;
		query_stop(&p->q);
		p->triggered = 0;
		p->nominate = false;
		if (p->state == PAIR_PROGRESS)
			p->state = PAIR_WAITING;
	}
}

static void select_pair(struct checks *c, struct pair *p, uint64_t now)
{
	if (c->selected == p)
		return;

	c->selected = p;
	c->nominating = NULL;
	rest(c);
	c->h(p, true, now, c->arg);
}

/* The controlling peer says: this one */
static void obey(struct checks *c, struct pair *p, uint64_t now)
{
	const struct pair *s = c->selected;

	if (c->keys.controlling || !p->wanted || p->state != PAIR_SUCCEEDED)
		return;

	/* A browser nominates several: the best, or the one it goes on
	   nominating */
	if (!s || p->priority > s->priority ||
	    now - s->wanted_at > CHECKS_STALE)
		select_pair(c, p, now);
}

static struct pair *learn(struct checks *c, struct base *base,
			  const struct sa *src, uint32_t priority)
{
	struct candidate remote = {
		.type = CANDIDATE_PRFLX,
		.priority = priority,
		.addr = *src,
	};
	struct pair *p = pairs_find(&c->pairs, base, src);

	if (p)
		return p;

	(void)re_snprintf(remote.foundation, sizeof(remote.foundation),
			  "prflx%u", ++c->learnt);
	if (pairs_add(&c->pairs, &p, base, &remote, c->keys.controlling))
		return NULL;

	return p;
}

void checks_heard(struct checks *c, struct base *base, const struct sa *src,
		  const struct check_in *in, uint64_t now)
{
	struct pair *p = learn(c, base, src, in->priority);

	if (!p)
		return;

	p->heard = true;
	if (in->use) {
		p->wanted = true;
		p->wanted_at = now;
	}

	if (p->state == PAIR_SUCCEEDED) {
		obey(c, p, now);
		return;
	}

	/* After the selection only what might replace it is checked */
	if (c->selected && (c->keys.controlling || !in->use))
		return;

	if (p->state != PAIR_PROGRESS)
		p->state = PAIR_WAITING;
	enqueue(c, p);
}

static void valid(struct checks *c, struct pair *p, uint64_t now)
{
	bool fresh = p->state != PAIR_SUCCEEDED;

	p->state = PAIR_SUCCEEDED;
	++c->answered;
	if (!c->first_valid)
		c->first_valid = now;
	if (fresh) {
		pairs_thaw_like(&c->pairs, p);
		c->h(p, false, now, c->arg);
	}
}

static void success(struct checks *c, struct pair *p, bool current,
		    uint64_t now)
{
	bool nominated = current && p->q_nominates && c->keys.controlling;

	if (current) {
		p->rtt = now - p->q.start;
		query_stop(&p->q);
	}

	p->triggered = 0;
	valid(c, p, now);
	if (nominated)
		select_pair(c, p, now);
	else
		obey(c, p, now);
}

static void conflict(struct checks *c, struct pair *p)
{
	query_stop(&p->q);
	if (p->q_controlling == c->keys.controlling)
		checks_set_role(c, !c->keys.controlling);

	/* RFC 8445 section 7.2.5.1 */
	entropy_bytes(&c->keys.tiebreaker, sizeof(c->keys.tiebreaker));
	if (p->state != PAIR_SUCCEEDED)
		p->state = PAIR_WAITING;
	enqueue(c, p);
}

static struct pair *asked(const struct checks *c, const struct stun_msg *msg,
			  bool *current)
{
	for (size_t i = 0; i < c->pairs.count; i++) {
		struct pair *p = c->pairs.v[i];

		*current = query_matches(&p->q, msg);
		if (*current ||
		    (p->state != PAIR_FAILED &&
		     !memcmp(p->prev, stun_msg_tid(msg), sizeof(p->prev))))
			return p;
	}

	return NULL;
}

bool checks_answer(struct checks *c, const struct base *base,
		   const struct sa *src, const struct stun_msg *msg,
		   uint64_t now)
{
	struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_ERR_CODE);
	bool current = false;
	struct pair *p = asked(c, msg, &current);

	if (!p || !check_authentic(msg, c->keys.rpwd))
		return false;

	/* RFC 8445 section 7.2.5.2.1 */
	if (p->base != base || !sa_cmp(&p->remote.addr, src, SA_ALL))
		fail(c, p);
	else if (stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP)
		success(c, p, current, now);
	else if (attr && attr->v.err_code.code == CHECK_ROLE_CONFLICT)
		conflict(c, p);
	else
		fail(c, p);

	return true;
}

void checks_set_role(struct checks *c, bool controlling)
{
	c->keys.controlling = controlling;
	c->nominating = NULL;
	for (size_t i = 0; i < c->pairs.count; i++)
		c->pairs.v[i]->nominate = false;

	pairs_sort(&c->pairs, controlling);
}

bool checks_proven(const struct checks *c, const struct base *base,
		   const struct sa *src)
{
	const struct pair *p = pairs_find(&c->pairs, base, src);

	return p && (p->heard || p->state == PAIR_SUCCEEDED);
}

/* Repetitions grow rarer with the list, RFC 8445 section 14.3 */
static uint64_t rto_of(const struct checks *c)
{
	uint64_t rto = pairs_busy(&c->pairs) * (uint64_t)CHECKS_TA;

	return rto > QUERY_RTO ? rto : QUERY_RTO;
}

static void transmit(struct checks *c, struct pair *p)
{
	size_t size = mbuf_get_left(p->q.mb);
	int err;

	if (!p->heard) {
		if (c->bytes + size > CHECKS_BYTES) {
			fail(c, p);
			return;
		}
		c->bytes += (uint32_t)size;
	}

	++c->sent;
	err = base_send(p->base, &p->remote.addr, p->q.mb);
	if (err && err != EAGAIN && err != ENOBUFS && err != EPERM)
		fail(c, p);
}

static void check(struct checks *c, struct pair *p, uint64_t now)
{
	uint32_t priority = candidate_priority(CANDIDATE_PRFLX,
					       p->base->preference);
	struct mbuf *mb;

	memcpy(p->prev, p->q.tid, sizeof(p->prev));
	p->triggered = 0;
	query_set_tid(&p->q);
	if (check_request(&mb, &p->q, &c->keys, priority, p->nominate)) {
		fail(c, p);
		return;
	}

	p->q_nominates = p->nominate;
	p->q_controlling = c->keys.controlling;
	p->nominate = false;
	if (p->state != PAIR_SUCCEEDED)
		p->state = PAIR_PROGRESS;
	query_start(&p->q, mb, rto_of(c), QUERY_SENDS, now);
	(void)query_step(&p->q, now);
	transmit(c, p);
}

static void repeat(struct checks *c, uint64_t now)
{
	for (size_t i = 0; i < c->pairs.count; i++) {
		struct pair *p = c->pairs.v[i];

		switch (query_step(&p->q, now)) {
		case QUERY_WAIT:
			break;

		case QUERY_SEND:
			transmit(c, p);
			break;

		case QUERY_EXPIRED:
			fail(c, p);
			break;
		}
	}
}

/* Whether a pair without relay may yet become valid */
static bool direct_pending(const struct checks *c)
{
	for (size_t i = 0; i < c->pairs.count; i++) {
		const struct pair *p = c->pairs.v[i];

		if (p->state != PAIR_FAILED && !pair_is_relayed(p))
			return true;
	}

	return false;
}

/* When the best valid pair may be nominated [us] */
static uint64_t nomination_due(const struct checks *c)
{
	const struct pair *best = pairs_best(&c->pairs);

	if (!best || !c->keys.controlling || c->selected || c->nominating)
		return CLOCK_NEVER;

	if (!pair_is_relayed(best) || !direct_pending(c))
		return 0;

	return c->first_valid + CHECKS_RELAY_WAIT;
}

static void nominate(struct checks *c, uint64_t now)
{
	struct pair *best = pairs_best(&c->pairs);

	if (now < nomination_due(c))
		return;

	assert(best);
	c->nominating = best;
	best->nominate = true;
	check(c, best, now); /* Not paced: the peer has consented */
}

uint64_t checks_due(const struct checks *c, uint64_t now)
{
	struct pairs *pairs = (struct pairs *)&c->pairs;
	uint64_t due = CLOCK_NEVER;

	if (!c->begun)
		return due;

	for (size_t i = 0; i < pairs->count; i++)
		due = clock_min(due, query_due(&pairs->v[i]->q));

	due = clock_min(due, nomination_due(c));
	if (pairs_next_triggered(pairs, now))
		due = clock_min(due, c->triggered);
	if (!c->selected && pairs_next(pairs, now))
		due = clock_min(due, c->ordinary);

	return due;
}

void checks_tick(struct checks *c, uint64_t now)
{
	struct pair *p;

	if (!c->begun)
		return;

	repeat(c, now);
	nominate(c, now);
	if (now >= c->triggered) {
		p = pairs_next_triggered(&c->pairs, now);
		if (p) {
			c->triggered = now + CHECKS_TA_TRIGGERED;
			check(c, p, now);
		}
	}
	if (now >= c->ordinary && !c->selected) {
		p = pairs_next(&c->pairs, now);
		if (p) {
			c->ordinary = now + CHECKS_TA;
			check(c, p, now);
		}
	}
}

int checks_print(struct re_printf *pf, const struct checks *c)
{
	return re_hprintf(pf,
			  "%s pairs=%zu sent=%u answered=%u failed=%u "
			  "learnt=%u refused=%u bytes=%u",
			  c->keys.controlling ? "controlling" : "controlled",
			  c->pairs.count, c->sent, c->answered, c->failed,
			  c->learnt, c->pairs.refused, c->bytes);
}
