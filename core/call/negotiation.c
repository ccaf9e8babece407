/**
 * @file core/call/negotiation.c  Negotiation
 */
#include "core/call/negotiation.h"

enum {
	NOT_ACCEPTABLE = 488,  /* RFC 3261 section 21.4.26 */
	REQUEST_PENDING = 491, /* RFC 3261 section 21.4.27 */
};

/* The body of a message as a buffer of its own; NULL without memory */
static struct mbuf *body_of(const struct invite_event *ev)
{
	struct mbuf *mb = mbuf_alloc(ev->body.l ? ev->body.l : 1);

	if (mb && mbuf_write_pl(mb, &ev->body))
		mb = mem_deref(mb);
	if (mb)
		mb->pos = 0;
	return mb;
}

/* There may be keys in it */
static void forget(struct mbuf *mb)
{
	if (mb)
		explicit_bzero(mb->buf, mb->size);
	mem_deref(mb);
}

static int take_answer(struct negotiation *n, const struct invite_event *ev,
		       uint64_t now)
{
	struct mbuf *mb = body_of(ev);
	int err;

	n->taking = true;
	err = mb ? session_take_answer(n->session, mb, now) : ENOMEM;
	n->taking = false;
	forget(mb);
	return err;
}

/* Later ones come from whom it was who answered */
static int take_first_answer(struct negotiation *n,
			     const struct invite_event *ev, uint64_t now)
{
	int err = take_answer(n, ev, now);

	if (!err) {
		n->answered = true;
		n->fork = ev->fork;
	}
	return err;
}

int negotiation_progress(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now)
{
	return ev->body.l && !n->answered ? take_first_answer(n, ev, now)
					  : ENOENT;
}

int negotiation_answered(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now)
{
	const bool other = n->answered && n->fork != ev->fork;

	if (n->answered && !other)
		return 0;
	if (!ev->body.l)
		return EPROTO;
	if (other) {
		session_forget_answer(n->session);
		n->pausing = n->repeated = false; /* It was of the first one */
	}

	/* ICE begins anew for this fork, which an offer must tell it, after
	 * the ACK */
	n->wanted = other;
	return take_first_answer(n, ev, now);
}

int negotiation_pracked(struct negotiation *n, const struct invite_event *ev,
			uint64_t now)
{
	int err;

	if (!n->offerless || !n->early || !session_offering(n->session))
		return 0;

	err = ev->body.l ? take_answer(n, ev, now) : EPROTO;
	n->offerless = err != 0;
	return err;
}

int negotiation_confirmed(struct negotiation *n, const struct invite_event *ev,
			  uint64_t now)
{
	if (!n->offerless)
		return 0;

	return ev->body.l ? take_answer(n, ev, now) : EPROTO;
}

int negotiation_accept(struct negotiation *n, struct mbuf **mbp, uint64_t now)
{
	return n->offerless ? session_offer(n->session, mbp)
			    : session_answer(n->session, mbp, now);
}

/* What our 2xx to it carries. @return 0 or errno of the session */
static int reoffer_body(struct negotiation *n, const struct invite_event *ev,
			struct mbuf **mbp, uint64_t now)
{
	struct mbuf *body;
	int err;

	if (!ev->body.l)
		return session_ready(n->session)
			       ? session_offer(n->session, mbp)
			       : EINPROGRESS;

	body = body_of(ev);
	n->taking = true;
	err = body ? session_take_offer(n->session, body, now) : ENOMEM;
	if (!err)
		err = session_answer(n->session, mbp, now);
	n->taking = false;
	forget(body);
	return err;
}

void negotiation_reoffer(struct negotiation *n, struct invite *inv,
			 const struct invite_event *ev, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = reoffer_body(n, ev, &mb, now);

	if (err)
		(void)invite_reanswer(inv,
				      err == EINPROGRESS ? REQUEST_PENDING
							 : NOT_ACCEPTABLE,
				      NULL, NULL, now);
	else if (invite_reanswer(inv, 200, NULL, mb, now))
		session_rollback(n->session); /* No ACK will answer an offer */
	mem_deref(mb);
}

void negotiation_reack(struct negotiation *n, const struct invite_event *ev,
		       uint64_t now)
{
	if (!session_offering(n->session))
		return;

	/* No answer, or one of no use: nothing has changed */
	if (!ev->body.l || take_answer(n, ev, now))
		session_rollback(n->session);
}

/* ---- Offers of ours within the call ---- */

void negotiation_renew(struct negotiation *n, struct invite *inv, uint64_t now)
{
	n->wanted = true;
	n->repeated = false;
	n->pausing = false; /* What was under way has ended with the flow */
	negotiation_go_on(n, inv, now);
}

void negotiation_resume(struct negotiation *n, struct invite *inv, uint64_t now)
{
	if (n->wanted || n->lost)
		negotiation_renew(n, inv, now);
}

void negotiation_move(struct negotiation *n, struct invite *inv, uint64_t now)
{
	n->moved = true;
	negotiation_go_on(n, inv, now);
}

/* Not while an offer of ours waits: its answer is for the transport as it
   was described in it */
static void move(struct negotiation *n, uint64_t now)
{
	const bool wanted = n->wanted;

	/* Before: the ready handler may come inside, and offer */
	n->moved = false;
	n->wanted = true;
	if (session_move(n->session, now))
		n->wanted = wanted;
	else
		n->repeated = false;
}

void negotiation_go_on(struct negotiation *n, struct invite *inv, uint64_t now)
{
	const bool early = invite_early(inv);
	struct mbuf *mb = NULL;
	int err;

	n->wanted |= session_again(n->session);

	/* An ICE restart of the peer's says inside that we are ready */
	if (n->taking || (invite_state(inv) != INVITE_UP && !early) ||
	    session_offering(n->session))
		return;
	if (n->moved)
		move(n, now);
	if (!n->wanted || n->pausing)
		return;

	/* The ready handler may come inside of this or the move, and offer */
	session_prepare(n->session, now);
	if (!session_ready(n->session) || session_offering(n->session))
		return;

	err = session_offer(n->session, &mb);
	if (!err)
		err = invite_reoffer(inv, early, mb, now);
	if (err)
		session_rollback(n->session);
	mem_deref(mb);
	n->wanted = err != 0;
	n->lost = false;
}

int negotiation_reanswered(struct negotiation *n, const struct invite_event *ev,
			   uint64_t now)
{
	int err = ev->body.l ? take_answer(n, ev, now) : EPROTO;

	n->failed = err != 0;
	if (err)
		session_rollback(n->session);
	return err;
}

void negotiation_refused(struct negotiation *n, const struct invite_event *ev)
{
	session_rollback(n->session);
	n->failed = true;
	n->lost = ev->lost;
	n->pausing = ev->again;
	if (n->pausing && !n->repeated)
		n->wanted = n->repeated = true;
}
