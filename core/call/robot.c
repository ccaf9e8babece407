/**
 * @file core/call/robot.c  Robot
 */
#include "core/call/call_parts.h"
#include "core/call/robot.h"
#include "core/call/switching.h"
#include "core/sip/answermode.h"

enum {
	FORBIDDEN = 403, /* RFC 5373 section 4 */
};

static bool same_address(const struct pl *a, const char *b)
{
	struct uri u, v;
	struct pl pl;

	pl_set_str(&pl, b);
	return !uri_decode(&u, a) && !uri_decode(&v, &pl) &&
	       !pl_cmp(&u.user, &v.user) && !pl_casecmp(&u.host, &v.host);
}

static bool is_listed(const struct config *cfg, const struct invite *inv)
{
	struct pl item;

	for (unsigned i = 0; config_item(cfg, "call", "auto_answer", i, &item);
	     i++) {
		if (!pl_strcmp(&item, "yes") || !pl_strcmp(&item, "all") ||
		    same_address(&item, invite_peer_uri(inv)))
			return true;
	}

	return false;
}

bool robot_wants(const struct config *cfg, const struct invite *inv,
		 const struct sip_msg *msg)
{
	const enum answermode mode = answermode_get(msg);

	return is_listed(cfg, inv) && mode != ANSWERMODE_MANUAL &&
	       (mode == ANSWERMODE_AUTO ||
		!config_is(cfg, "call", "auto_when", "asked"));
}

unsigned robot_refuses(const struct calls *cs, const struct line *line,
		       const struct sip_msg *msg, bool answer)
{
	const enum answermode_need need = answermode_need(msg);
	const bool can = answer && (line->shared || !switching_busy(cs, NULL));

	return need == ANSWERMODE_NEVER || (need == ANSWERMODE_OR_NOT && !can)
		       ? FORBIDDEN
		       : 0;
}

void robot_sign(struct call *c, bool machine)
{
	const struct sip_msg *msg = invite_msg(c->inv);

	if (machine || (msg && answermode_asked(msg)))
		invite_set_mode(c->inv, machine ? "Auto" : "Manual");
}

/* It waits for the user, unless it would not */
static void put_off(struct call *c, uint64_t now)
{
	const struct sip_msg *msg = invite_msg(c->inv);

	if (msg && answermode_need(msg) == ANSWERMODE_OR_NOT)
		(void)call_reject(c, FORBIDDEN, now);
}

void robot_answer(struct calls *cs, struct call *c, uint64_t now)
{
	const char *media = config_text(cs->prm.cfg, "call", "auto_media");

	if (call_state(c) != CALL_INCOMING)
		return;
	if (switching_busy(cs, c)) {
		put_off(c, now);
		return;
	}

	robot_sign(c, true);
	if (!strcmp(media, "none")) {
		call_set_mute(c, true);
		call_set_video_mute(c, true);
	}
	(void)call_answer(
		c, strcmp(media, "audio") ? CALLS_CONFIGURED : CALLS_AUDIO,
		now);
}

void robot_take(struct calls *cs, struct call *c, uint64_t now)
{
	const uint64_t delay = config_number(cs->prm.cfg, "call", "auto_delay");

	if (call_line(c)->shared) {
		robot_sign(c, true);
		(void)call_answer(c, CALLS_CONFIGURED, now);
	} else if (delay) {
		loop_timer_arm(&c->ripe, now + delay);
	} else {
		robot_answer(cs, c, now);
	}
}
