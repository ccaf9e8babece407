/**
 * @file core/call/transfers.c  Transfers
 */
#include "core/call/redirects.h"
#include "core/call/robot.h"
#include "core/call/transfer.h"
#include "core/call/transfers.h"
#include "core/sip/grammar.h"
#include "core/sip/referral.h"
#include "core/sip/replaces.h"

enum {
	FORBIDDEN = 403,
	NO_CALL = 481,
	BUSY = 486,
	DECLINE = 603,
};

void transfers_terms(struct origin_params *op, const struct config *cfg)
{
	op->transfers = true;
	op->transferable = !config_is(cfg, "call", "transfer", "no");
	op->replaceable = !config_is(cfg, "call", "replace", "no");
}

/* ---- The user ---- */

int calls_transfer(struct calls *cs, unsigned id, const char *to,
		   unsigned other, uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	struct call *o = other ? calls_find(cs, other, false) : NULL;
	int err;

	if (!c || (other && !o))
		return ENOENT;
	if (o && call_line(o) != call_line(c))
		return EINVAL;

	err = transfer_send(c, to, o, now);
	line_wake(call_line(c));
	return err;
}

int calls_consent(struct calls *cs, unsigned id, bool yes, uint64_t now)
{
	struct call *c = id ? calls_find(cs, id, false) : NULL;
	const struct line *line;
	int err;

	for (unsigned i = cs->callc; !id && !c && i--;) {
		if (transfer_asked(cs->callv[i]) || cs->callv[i]->asks)
			c = cs->callv[i];
	}
	if (!c)
		return ENOENT;

	line = call_line(c);
	err = c->asks ? redirects_consent(c, yes, now)
		      : transfer_consent(c, yes, now);
	line_wake(line);
	return err;
}

/* ---- A call, to another ---- */

/* The call that the peer of this one wants made */
static void make(struct calls *cs, struct call *c, uint64_t now)
{
	const struct calls_way way = transfer_way(c);
	unsigned id = 0;

	if (calls_dial_for(cs, c, &way, &id, now))
		return;

	transfer_made(c, id);
	(void)calls_mute(cs, id, c->muted);
	(void)calls_video_mute(cs, id, c->black);
	event_emit(cs->prm.events, EVENT_I_ECT_NEW_CALL, "call", id,
		   "from_call:u to:s", call_id(c), c->transfer.refer->uri);
}

void transfers_kin(struct call *c, enum call_kin what, unsigned code,
		   uint64_t now, void *arg)
{
	struct calls *cs = arg;
	struct call *other;

	if (what == CALL_KIN_WANTED)
		make(cs, c, now);
	if (what == CALL_KIN_RIPE)
		robot_answer(cs, c, now);
	if (what == CALL_KIN_WANTED || what == CALL_KIN_RIPE)
		return;

	other = calls_find(cs,
			   what == CALL_KIN_NEWS      ? c->referrer
			   : what == CALL_KIN_SENT_ON ? c->transfer.other
						      : c->replaces,
			   false);
	if (!other || other == c)
		return;

	if (what == CALL_KIN_NEWS)
		transfer_news(other, code, now);
	else if (what == CALL_KIN_SENT_ON && c->transfer.other)
		call_hangup(other, now);
	else if (what == CALL_KIN_TOOK)
		call_abandon(other, 200, "Replaced by another call", now);
}

/* ---- Replaces ---- */

static bool same_address(const struct pl *a, const char *b)
{
	struct sip_taddr v;
	struct uri u;
	struct pl pl;

	pl_set_str(&pl, b);
	return !grammar_addr(&v, a) && !grammar_uri(&u, &pl) &&
	       !pl_cmp(&v.uri.user, &u.user) &&
	       !pl_casecmp(&v.uri.host, &u.host);
}

/* Whether it comes from the peer of the call, or in its name */
static bool is_peers(const struct call *old, const struct sip_msg *msg)
{
	const struct sip_hdr *by = sip_msg_hdr(msg, SIP_HDR_REFERRED_BY);
	const char *peer = invite_peer_uri(old->inv);

	return same_address(&msg->from.val, peer) ||
	       (by && same_address(&by->val, peer));
}

static unsigned judge(const struct calls *cs, const struct replaces *r,
		      enum replaces_match match, const struct call *old,
		      const struct sip_msg *msg)
{
	const struct config *cfg = cs->prm.cfg;

	if (config_is(cfg, "call", "replace", "no"))
		return FORBIDDEN;
	if (match == REPLACES_ENDING || old->state == CALL_ENDING)
		return DECLINE;
	if (match == REPLACES_CALLED)
		return NO_CALL;
	if (match == REPLACES_UP && (r->early_only || old->state != CALL_UP))
		return BUSY;
	if (config_is(cfg, "call", "replace", "referred") &&
	    !is_peers(old, msg))
		return FORBIDDEN;

	return 0;
}

unsigned transfers_replaced(struct calls *cs, const struct line *line,
			    const struct invite *inv, const struct sip_msg *msg,
			    struct call **oldp)
{
	enum replaces_match match = REPLACES_OTHER;
	struct call *old = NULL;
	struct replaces r;
	unsigned code;

	*oldp = NULL;
	if (replaces_get(&r, msg))
		return 0;

	for (unsigned i = 0; i < cs->callc && !old; i++) {
		struct call *c = cs->callv[i];

		if (call_line(c) != line || !c->inv)
			continue;
		match = replaces_match(&r, c->inv);
		if (match != REPLACES_OTHER)
			old = c;
	}
	if (!old && config_is(cs->prm.cfg, "call", "replace", "no"))
		return FORBIDDEN;
	if (!old)
		return replaces_past(&r, inv) ? DECLINE : NO_CALL;

	code = judge(cs, &r, match, old, msg);
	*oldp = code ? NULL : old;
	return code;
}
