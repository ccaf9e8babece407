/**
 * @file core/call/calls.c  Calls
 *
 * A handler of a call may end any of them, hence the care in the loops.
 */
#include "core/base/entropy.h"
#include "core/call/calls_parts.h"
#include "core/call/music.h"
#include "core/call/robot.h"
#include "core/call/switching.h"
#include "core/call/titles.h"
#include "core/call/transfer.h"
#include "core/call/transfers.h"
#include "core/sip/refer.h"

static void calls_destructor(void *arg)
{
	struct calls *cs = arg;

	while (cs->callc)
		mem_deref(cs->callv[--cs->callc]);
	mem_deref(cs->titles);
	mem_deref(cs->servers);
	mem_deref(cs->studio);
	mem_deref(cs->slides);
	mem_deref(cs->screen);
	mem_deref(cs->mirror);
	mem_deref(cs->voice);
	mem_deref(cs->music);
	mem_deref(cs->identity);
}

/* What is said on the display, and our own picture there */
static int make_titles(struct calls *cs)
{
	const bool band = config_bool(cs->prm.cfg, "video", "titles");

	if (!cs->screen || (!band && !cs->mirror))
		return 0;

	return titles_alloc(&cs->titles, cs, cs->screen, cs->mirror, band,
			    cs->prm.events);
}

static int make_camera(struct calls *cs, const struct optics *o)
{
	struct optics own = *o;
	int err = 0;

	if (o->display && config_bool(cs->prm.cfg, "video", "self_view")) {
		err = mirror_alloc(&cs->mirror, o->camera);
		if (!err)
			own.camera = mirror_camera(cs->mirror);
	}
	return err ? err
		   : studio_alloc(&cs->studio, cs->prm.cfg, false, &own,
				  cs->prm.events);
}

static int make_optics(struct calls *cs, const struct optics *o)
{
	int err = 0;

	if (!o)
		return 0;

	cs->coderv = o->coderv;
	if (o->camera)
		err = make_camera(cs, o);
	if (!err && o->screen)
		err = studio_alloc(&cs->slides, cs->prm.cfg, true, o,
				   cs->prm.events);
	if (!err && o->display)
		err = screen_alloc(&cs->screen, o->display,
				   config_text(cs->prm.cfg, "video", "display"),
				   cs->prm.events);
	return err ? err : make_titles(cs);
}

int calls_alloc(struct calls **csp, const struct calls_params *prm)
{
	struct calls *cs;
	int err;

	cs = mem_zalloc(sizeof(*cs), calls_destructor);
	if (!cs)
		return ENOMEM;

	cs->prm = *prm;
	entropy_text(cs->cname, sizeof(cs->cname));
	err = voice_alloc(&cs->voice, prm->sound,
			  config_text(prm->cfg, "audio", "device"),
			  prm->events);
	if (!err)
		err = music_alloc(&cs->music, prm->cfg);
	if (!err)
		err = make_optics(cs, prm->optics);
	if (!err)
		err = identity_alloc(&cs->identity);
	if (err)
		mem_deref(cs);
	else
		*csp = cs;
	return err;
}

void calls_set_handlers(struct calls *cs, const struct calls_handlers *h)
{
	cs->h = *h;
}

int calls_start(struct calls *cs, uint64_t now)
{
	return servers_alloc(&cs->servers, cs->prm.cfg, now);
}

/* ---- Their beginning and end ---- */

static void over_handler(struct call *c, uint64_t now, void *arg)
{
	struct calls *cs = arg;
	unsigned i = 0;

	while (i < cs->callc && cs->callv[i] != c)
		i++;
	if (i == cs->callc)
		return; /* Over before it was one of ours */

	--cs->callc;
	memmove(&cs->callv[i], &cs->callv[i + 1],
		(cs->callc - i) * sizeof(cs->callv[0]));
	switching_follow(cs);
	if (cs->h.over)
		cs->h.over(call_id(c), now, cs->h.arg);
	mem_deref(c);

	/* Unless another one was called inside */
	switching_back(cs, now);
}

static void answered_handler(struct call *c, uint64_t now, void *arg)
{
	struct calls *cs = arg;

	switching_answered(cs, c, now);
	switching_follow(cs);
	if (cs->h.answered)
		cs->h.answered(call_id(c), now, cs->h.arg);
}

static void digit_handler(struct call *c, char digit, uint64_t now, void *arg)
{
	struct calls *cs = arg;

	if (cs->h.digit)
		cs->h.digit(call_id(c), digit, now, cs->h.arg);
}

static enum calls_media media_of(const struct config *cfg,
				 const struct calls_way *way)
{
	if (way && way->media)
		return way->media;

	return config_is(cfg, "call", "media", "audio")	   ? CALLS_AUDIO
	       : config_is(cfg, "call", "media", "video")  ? CALLS_VIDEO
	       : config_is(cfg, "call", "media", "screen") ? CALLS_SCREEN
							   : CALLS_AV;
}

static struct session_params session_params(const struct calls *cs,
					    const struct line *line,
					    bool offerer,
					    const struct calls_way *way)
{
	const struct config *cfg = cs->prm.cfg;
	const enum calls_media media = media_of(cfg, way);
	const bool directed = way && !way->undirected;
	struct session_params prm = {
		.cfg = cfg,
		.net = cs->prm.net,
		.identity = cs->identity,
		.voice = cs->voice,
		.music = cs->music,
		.studio = cs->studio,
		.slides = cs->slides,
		.screen = cs->screen,
		.coderv = cs->coderv,
		.cname = cs->cname,
		.offerer = offerer,
		.shared = line->shared,
		.send = directed ? way->send
				 : !config_is(cfg, "call", "direction",
					      "recvonly"),
		.recv = directed ? way->recv
				 : !config_is(cfg, "call", "direction",
					      "sendonly"),
		.audio = media != CALLS_VIDEO,
		.video = media != CALLS_AUDIO,
		.share = media == CALLS_SCREEN,
	};

	prm.serverv = servers_get(cs->servers, &prm.serverc);
	return prm;
}

static struct call_params call_params(struct calls *cs, const struct line *line,
				      const struct session_params *session)
{
	const struct call_params prm = {
		.id = ++cs->last_id,
		.line = line,
		.events = cs->prm.events,
		.session = session,
		.overh = over_handler,
		.answeredh = answered_handler,
		.digith = digit_handler,
		.kinh = transfers_kin,
		.arg = cs,
	};

	return prm;
}

static bool ending(const struct call *c)
{
	return call_state(c) == CALL_ENDING;
}

/* A peer that does not confirm the end of a call is not in the way */
static bool full(const struct calls *cs, const struct line *line)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cs->callc; i++)
		n += call_line(cs->callv[i]) == line && !ending(cs->callv[i]);

	return cs->stopping || cs->callc == CALLS_MAX || n >= line->max;
}

/* `from`: the call whose peer wants this one, or NULL */
static int dial(struct calls *cs, const struct line *line, const char *to,
		const struct calls_way *way, const struct call *from,
		unsigned *idp, uint64_t now)
{
	struct session_params sp;
	struct call_params cp;
	struct call *c;
	int err;

	if (full(cs, line))
		return EBUSY;

	sp = session_params(cs, line, true, way);
	cp = call_params(cs, line, &sp);
	cp.extras = way ? way->extras : NULL;
	cp.refer = from ? from->transfer.refer : NULL;
	cp.referrer = from ? call_id(from) : 0;
	err = call_dial(&c, &cp, to, now);
	line_wake(line);
	if (err)
		return err;

	cs->callv[cs->callc++] = c;
	if (!from)
		switching_dial(cs, c, now);
	if (idp)
		*idp = call_id(c);
	return 0;
}

int calls_dial(struct calls *cs, const struct line *line, const char *to,
	       const struct calls_way *way, unsigned *idp, uint64_t now)
{
	return dial(cs, line, to, way, NULL, idp, now);
}

int calls_dial_for(struct calls *cs, struct call *c,
		   const struct calls_way *way, unsigned *idp, uint64_t now)
{
	return dial(cs, call_line(c), c->transfer.refer->uri, way, c, idp, now);
}

void calls_take(struct calls *cs, const struct line *line, struct invite *inv,
		const struct sip_msg *msg, bool answer, uint64_t now)
{
	struct session_params sp;
	struct call_params cp;
	struct calls_way way;
	struct call *c, *old;
	unsigned code = transfers_replaced(cs, line, inv, msg, &old);

	if (!code && (old ? cs->callc == CALLS_MAX : full(cs, line)))
		code = 486;
	if (!code && !old)
		code = robot_refuses(cs, line, msg, answer);
	if (code) {
		(void)invite_reject(inv, code, NULL, now);
		return;
	}

	if (old)
		way = transfer_way(old);
	sp = session_params(cs, line, !mbuf_get_left(msg->mb),
			    old ? &way : NULL);
	cp = call_params(cs, line, &sp);
	cp.replaces = old ? call_id(old) : 0;
	if (call_ring(&c, &cp, inv, msg, now))
		return;

	cs->callv[cs->callc++] = c;
	if (old)
		transfer_inherit(c, old, now);
	switching_ring(cs, c);
	if (old) {
		robot_sign(c, true);
		(void)call_answer(c, way.media, now);
	} else if (answer) {
		robot_take(cs, c, now);
	}
}

void calls_stop(struct calls *cs, uint64_t now)
{
	cs->stopping = true;
	calls_end(cs, NULL, now);
}

void calls_end(struct calls *cs, const struct line *line, uint64_t now)
{
	for (unsigned i = cs->callc; i--;) {
		if (i < cs->callc && (!line || call_line(cs->callv[i]) == line))
			call_hangup(cs->callv[i], now);
	}
}

/* ---- One of them ---- */

int calls_reject(struct calls *cs, unsigned id, unsigned code, uint64_t now)
{
	struct call *c = calls_find(cs, id, true);
	const struct line *line;
	int err;

	if (!c)
		return ENOENT;

	line = call_line(c);
	err = call_reject(c, code, now);
	line_wake(line);
	return err;
}

int calls_hangup(struct calls *cs, unsigned id, uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	const struct line *line;

	if (!c)
		return ENOENT;

	line = call_line(c);
	call_hangup(c, now);
	line_wake(line);
	switching_back(cs, now);
	return 0;
}

int calls_dismiss(struct calls *cs, unsigned id, unsigned code,
		  const char *text, uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	const struct line *line;

	if (!c)
		return ENOENT;

	line = call_line(c);
	call_abandon(c, code, text, now);
	line_wake(line);
	return 0;
}

int calls_dtmf(struct calls *cs, unsigned id, const char *digits, uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	const struct line *line;
	int err;

	if (!c)
		return ENOENT;

	line = call_line(c);
	err = call_dtmf(c, digits, now);
	line_wake(line);
	return err;
}

int calls_info(struct calls *cs, unsigned id, const char *type,
	       const char *body, uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	const struct line *line;
	int err;

	if (!c)
		return ENOENT;

	line = call_line(c);
	err = call_info(c, type, body, now);
	line_wake(line);
	return err;
}

int calls_mute(struct calls *cs, unsigned id, bool on)
{
	struct call *c = calls_find(cs, id, false);

	if (!c)
		return ENOENT;

	call_set_mute(c, on);
	return 0;
}

/* ---- All of them ---- */

/* Nothing of a call is freed here: what is sent is answered later */
void calls_renew(struct calls *cs, const struct line *line, uint64_t now)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		if (call_line(cs->callv[i]) == line)
			call_renew(cs->callv[i], now);
	}
	line_wake(line);
}

void calls_resume(struct calls *cs, const struct line *line, uint64_t now)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		if (call_line(cs->callv[i]) == line)
			call_resume(cs->callv[i], now);
	}
	line_wake(line);
}

void calls_move(struct calls *cs, uint64_t now)
{
	for (unsigned i = cs->callc; i--;) {
		const struct line *line;

		if (i >= cs->callc)
			continue;
		line = call_line(cs->callv[i]);
		call_move(cs->callv[i], now);
		line_wake(line);
	}
}

unsigned calls_count(const struct calls *cs, const struct line *line)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cs->callc; i++)
		n += !line || call_line(cs->callv[i]) == line;

	return n;
}

bool calls_talking(const struct calls *cs, const struct line *line)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		if (call_line(cs->callv[i]) == line &&
		    call_state(cs->callv[i]) == CALL_UP)
			return true;
	}

	return false;
}

const struct line *calls_line(const struct calls *cs, unsigned id)
{
	const struct call *c = id ? calls_find(cs, id, false) : NULL;

	return c ? call_line(c) : NULL;
}

bool calls_established(const struct calls *cs, unsigned id)
{
	const struct call *c = id ? calls_find(cs, id, false) : NULL;

	return c && call_state(c) == CALL_UP;
}
