/**
 * @file core/net/responder.c  Responder
 */
#include "core/net/responder.h"

static void reply(struct base *b, const struct sa *src, struct mbuf *mb)
{
	(void)base_send(b, src, mb);
	mem_deref(mb);
}

static void reply_error(struct base *b, const struct sa *src,
			const struct stun_msg *msg, const char *lpwd,
			uint16_t code, const struct stun_unknown_attr *ua)
{
	struct mbuf *mb;

	if (!check_error(&mb, msg, lpwd, code, ua))
		reply(b, src, mb);
}

static void reply_success(struct base *b, const struct sa *src,
			  const struct stun_msg *msg, const char *lpwd)
{
	struct mbuf *mb;

	if (!check_response(&mb, msg, lpwd, src))
		reply(b, src, mb);
}

/* Both sides have the same role, RFC 8445 section 7.3.1.1 */
static bool is_conflict(const struct check_keys *k, const struct check_in *in)
{
	return k->controlling ? in->controlling : in->controlled;
}

/* Who has the larger tie-breaker becomes controlling */
static bool must_switch(const struct check_keys *k, const struct check_in *in)
{
	return k->controlling != (k->tiebreaker >= in->tiebreaker);
}

enum responder_verdict responder_request(
	struct responder *r, const struct check_keys *k,
	const struct check_keys *old, struct base *base, const struct sa *src,
	const struct stun_msg *msg, const struct stun_unknown_attr *ua,
	struct check_in *in, uint64_t now)
{
	bool current, conflict;

	if (check_read(in, msg)) {
		++r->bad;
		return RESPONDER_IGNORED;
	}

	current = !strcmp(in->lufrag, k->lufrag);
	if (!current)
		k = old;
	if (!k || strcmp(in->lufrag, k->lufrag) ||
	    !check_authentic(msg, k->lpwd)) {
		++r->bad;
		return RESPONDER_IGNORED;
	}

	/* Another fork of the call than the one that was chosen */
	if (*k->rufrag && strcmp(k->rufrag, in->rufrag)) {
		++r->foreign;
		return RESPONDER_IGNORED;
	}

	if (!throttle_pass(&r->throttle, src, now))
		return RESPONDER_IGNORED;

	if (ua->typec) {
		reply_error(base, src, msg, k->lpwd, CHECK_UNKNOWN, ua);
		return RESPONDER_IGNORED;
	}

	conflict = current && is_conflict(k, in);
	if (conflict && !must_switch(k, in)) {
		reply_error(base, src, msg, k->lpwd, CHECK_ROLE_CONFLICT, NULL);
		return RESPONDER_IGNORED;
	}

	reply_success(base, src, msg, k->lpwd);
	if (!current)
		return RESPONDER_IGNORED;

	return conflict ? RESPONDER_SWITCH : RESPONDER_HEARD;
}
