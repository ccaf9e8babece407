/**
 * @file core/call/call_show.c  A call, for people and programs
 */
#include "core/base/log.h"
#include "core/call/call_parts.h"
#include "core/call/call_show.h"
#include "core/call/picture.h"
#include "core/call/session_show.h"

static const char *state_name(enum call_state state)
{
	static const char *const namev[] = {
		"gathering", "calling", "ringing", "incoming",
		"answering", "up",	"ending",
	};

	return namev[state];
}

static const char *peer_of(const struct call *c)
{
	return c->inv ? invite_peer_uri(c->inv) : c->to;
}

static bool is_insecure(const struct call *c)
{
	const char *kind = session_keying(c->session);

	return kind && strcmp(kind, "dtls") != 0;
}

int call_print(struct re_printf *pf, const struct call *c)
{
	struct pl peer;

	pl_set_str(&peer, peer_of(c));
	return re_hprintf(
		pf, "%u %s %s %H%s%s%s%s%s%s%s%s\n", c->id,
		c->incoming ? "in" : "out", state_name(c->state), log_text,
		&peer, c->asks ? " elsewhere: xfer yes|no" : "",
		c->muted ? " muted" : "", c->hold.on ? " holding" : "",
		c->hold.remote ? " held" : "", c->media_up ? " media up" : "",
		is_insecure(c) ? " insecure" : "",
		c->shows == SIGHT_SCREEN ? " shows the screen" : "",
		c->sees == SESSION_SLIDES ? " sees slides" : "");
}

int call_stats_print(struct re_printf *pf, const struct call *c)
{
	return re_hprintf(pf, "call %u\n%H", c->id, session_print, c->session);
}

json_t *call_json(const struct call *c)
{
	struct pl peer;

	pl_set_str(&peer, peer_of(c));
	return json_pack(
		"{s:i, s:s, s:s, s:s, s:o, s:b, s:b, s:b, s:b, "
		"s:b, s:s?, s:s?, s:s?, s:O*}",
		"id", (int)c->id, "line", c->line->name, "direction",
		c->incoming ? "in" : "out", "state", state_name(c->state),
		"peer", event_string(&peer), "asks", (int)c->asks, "muted",
		(int)c->muted, "holding", (int)c->hold.on, "held",
		(int)c->hold.remote, "media", (int)(c->media_up != 0), "shows",
		picture_shown(c), "sees", picture_seen(c), "keying",
		session_keying(c->session), "history", c->history);
}

static double since(uint64_t from, uint64_t to)
{
	return to > from ? (double)(to - from) / CLOCK_MS : 0;
}

json_t *call_stats_json(const struct call *c)
{
	return json_pack("{s:i, s:f, s:f, s:o}", "id", (int)c->id, "answer_ms",
			 since(c->begun, c->answered), "media_ms",
			 since(c->begun, c->media_up), "media",
			 session_json(c->session));
}
