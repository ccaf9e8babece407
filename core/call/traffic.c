/**
 * @file core/call/traffic.c  Traffic
 */
#include "core/call/call_parts.h"
#include "core/call/traffic.h"

enum {
	REFUSED = 300, /* And above: RFC 3261 section 7.2        */
	TAIL = 0x80,   /* Of a character, not its first byte:
			  RFC 3629 section 3                     */
	TAIL_MASK = 0xc0,
};

/* Whether this one is told */
static bool admit(struct call_traffic *t, uint64_t now)
{
	if (now - t->since >= CLOCK_S || !t->n) {
		t->since = now;
		t->n = 0;
	}
	if (t->n < TRAFFIC_RATE) {
		++t->n;
		return true;
	}

	++t->skipped;
	return false;
}

/* The beginning of a body, no character of it cut; nothing of an SDP, as that
   has the passwords of ICE */
static struct pl content(const struct invite_request *rq)
{
	static const struct pl sdp = PL("application/sdp");
	const struct pl type = { rq->ctype.p, sdp.l };
	struct pl body = rq->body;

	if (rq->ctype.l >= sdp.l && !pl_casecmp(&type, &sdp))
		body.p = NULL;
	if (body.l > TRAFFIC_BODY)
		body.l = TRAFFIC_BODY;
	while (body.p && body.l && body.l < rq->body.l &&
	       (body.p[body.l] & TAIL_MASK) == TAIL)
		--body.l;
	return body;
}

void traffic_handler(const struct invite_request *rq, uint64_t now, void *arg)
{
	struct call *c = arg;
	const enum event_type type = rq->incoming ? EVENT_I_REQUEST
						  : EVENT_O_REQUEST;
	const struct pl body = content(rq);
	unsigned skipped = c->traffic.skipped;

	if (!admit(&c->traffic, now))
		return;

	c->traffic.skipped = 0;
	if (rq->sent) {
		event_emit(c->events, EVENT_SENT_REQUEST, "call", c->id,
			   "method:r skipped:o", &rq->method,
			   skipped ? json_integer(skipped) : NULL);
		return;
	}

	event_emit(c->events, type, "call", c->id,
		   "method:r length:u content_type:r content:r skipped:o",
		   &rq->method, (unsigned)rq->body.l,
		   rq->body.l ? &rq->ctype : NULL, rq->body.l ? &body : NULL,
		   skipped ? json_integer(skipped) : NULL);
}

void traffic_answered(const struct call *c, const struct invite_event *ev)
{
	if (ev->code >= REFUSED)
		event_emit(c->events, EVENT_MESSAGE_ERROR, "call", c->id,
			   "method:r code:u reason:r", &ev->method, ev->code,
			   &ev->reason);
}

void traffic_fault(const struct call *c, int err)
{
	event_emit(c->events, EVENT_GLOBAL_ERROR, "call", c->id, "reason:s",
		   strerror(err));
}
