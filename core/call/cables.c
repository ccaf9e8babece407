/**
 * @file core/call/cables.c  Cables
 *
 * A line is what one m-line that carries others, or only itself, is sent on:
 * a transport for RTP, and one for RTCP unless both share it. A medium keeps
 * its line while it lasts, because the peer keeps its end of it, too.
 */
#include "core/base/log.h"
#include "core/call/cables.h"
#include "core/call/endpoint.h"
#include "core/net/demux.h"

enum {
	AUDIO = OFFER_AUDIO,
	VIDEO = OFFER_VIDEO,
};

static struct cable *rtp_of(struct cables *cs, unsigned line)
{
	return &cs->v[2 * line];
}

static struct cable *rtcp_of(struct cables *cs, unsigned line)
{
	return &cs->v[2 * line + 1];
}

/* Of a medium; what has none yet comes to the first */
static unsigned line_of(const struct cables *cs, unsigned type)
{
	return cs->seatv[type] == CABLES_NONE ? 0 : (unsigned)cs->seatv[type];
}

static unsigned media_of(const struct cables *cs, unsigned line)
{
	return (line_of(cs, AUDIO) == line ? CABLES_SOUND : 0U) |
	       (line_of(cs, VIDEO) == line ? CABLES_PICTURE : 0U);
}

static void drop(struct cable *c)
{
	c->t = mem_deref(c->t);
	c->begun = c->ready = false;
}

/* ---- Handlers of the transports ---- */

static void check_ready(struct cables *cs, uint64_t now)
{
	if (cs->told || !cables_ready(cs))
		return;

	cs->told = true;
	cs->h->ready(now, cs->arg);
}

static void gathered_handler(uint64_t now, void *arg)
{
	struct cable *c = arg;

	c->ready = true;
	check_ready(c->cs, now);
}

static void up_handler(uint64_t now, void *arg)
{
	struct cable *c = arg;

	if (!c->report)
		c->cs->h->open(media_of(c->cs, c->line), true, now, c->cs->arg);
}

static void packet_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct cable *c = arg;

	if (!c->report)
		c->cs->h->packet(media_of(c->cs, c->line), mb, now, c->cs->arg);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct cable *c = arg;

	c->cs->h->report(media_of(c->cs, c->line), mb, now, c->cs->arg);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct cable *c = arg;
	struct cables *cs = c->cs;

	if (c == &cs->v[0]) {
		cs->h->down(err, reason, now, cs->arg);
		return;
	}

	if (err)
		log_info("cables: line %u%s: %s\n", c->line,
			 c->report ? ", RTCP" : "", reason);
	drop(c);
	if (c->report)
		return;

	drop(rtcp_of(cs, c->line));
	cs->h->open(media_of(cs, c->line), false, now, cs->arg);
}

static void wake_handler(void *arg)
{
	struct cable *c = arg;

	c->cs->h->wake(c->cs->arg);
}

static const struct transport_handlers handlers = {
	.gathered = gathered_handler,
	.up = up_handler,
	.packet = packet_handler,
	.report = report_handler,
	.down = down_handler,
	.wake = wake_handler,
};

/* ---- Life ---- */

static int open_cable(struct cables *cs, struct cable *c, uint64_t now)
{
	int err;

	if (c->t)
		return 0;

	err = transport_alloc(&c->t, &cs->prm, &handlers, c, now);
	if (!err)
		cs->told = false;
	return err;
}

int cables_init(struct cables *cs, const struct transport_params *prm,
		const struct cables_handlers *h, void *arg, uint64_t now)
{
	cs->prm = *prm;
	cs->h = h;
	cs->arg = arg;
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		cs->v[i].cs = cs;
		cs->v[i].line = i / 2;
		cs->v[i].report = i % 2;
	}
	for (unsigned i = 0; i < CABLES_LINES; i++)
		cs->seatv[i] = CABLES_NONE;

	return open_cable(cs, &cs->v[0], now);
}

void cables_free(struct cables *cs)
{
	for (unsigned i = 0; i < CABLES_ALL; i++)
		drop(&cs->v[i]);
}

void cables_close(struct cables *cs, uint64_t now)
{
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t)
			transport_close(cs->v[i].t, now);
	}
}

bool cables_ready(const struct cables *cs)
{
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t && !cs->v[i].ready)
			return false;
	}

	return true;
}

/* Those that have not begun. The ready handler may free the owner: it comes
   last */
static int gather(struct cables *cs, uint64_t now)
{
	struct cable *v[CABLES_ALL];
	unsigned n = 0;
	int err = 0;

	cs->gathering = true;
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t && !cs->v[i].begun)
			v[n++] = &cs->v[i];
	}
	for (unsigned i = 0; i < n; i++)
		v[i]->begun = true;
	for (unsigned i = 0; i < n; i++) {
		err = err ? err : transport_gather(v[i]->t, now);
		if (err)
			drop(v[i]); /* It would never be ready */
	}

	return err;
}

int cables_gather(struct cables *cs, uint64_t now)
{
	return gather(cs, now);
}

int cables_restart(struct cables *cs, uint64_t now)
{
	int err = 0;

	cs->told = false;
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t)
			cs->v[i].ready = false;
	}
	for (unsigned i = CABLES_ALL; i-- > 0 && !err;) {
		if (cs->v[i].t)
			err = transport_restart(cs->v[i].t, now);
	}

	return err;
}

bool cables_stranded(const struct cables *cs)
{
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t && transport_stranded(cs->v[i].t))
			return true;
	}

	return false;
}

/* ---- Who sits where ---- */

static const struct offer_media *active(const struct offer *o, unsigned type)
{
	return offer_active(o, (enum offer_type)type);
}

static void take_seats(struct cables *cs, const struct offer *o)
{
	const struct offer_media *a = active(o, AUDIO), *v = active(o, VIDEO);
	int *seat = cs->seatv;

	if (a && v && a->transport == v->transport) {
		const int both = seat[AUDIO] != CABLES_NONE   ? seat[AUDIO]
				 : seat[VIDEO] != CABLES_NONE ? seat[VIDEO]
							      : 0;

		seat[AUDIO] = seat[VIDEO] = both;
		return;
	}

	if (a && seat[AUDIO] == CABLES_NONE)
		seat[AUDIO] = v && seat[VIDEO] == 0;
	if (v && a &&
	    (seat[VIDEO] == CABLES_NONE || seat[VIDEO] == seat[AUDIO]))
		seat[VIDEO] = !seat[AUDIO];
	else if (v && seat[VIDEO] == CABLES_NONE)
		seat[VIDEO] = 0;
}

/* Whether the m-line that carries a medium wants its RTCP apart */
static bool wants_rtcp(const struct offer *o, const struct offer_media *om)
{
	om = om ? offer_media(o, om->transport) : NULL;
	return om && om->remote && !om->remote->rtcp_mux;
}

static bool wants_any_rtcp(const struct offer *o)
{
	return wants_rtcp(o, active(o, AUDIO)) ||
	       wants_rtcp(o, active(o, VIDEO));
}

/* Who wants one RTCP apart is taken to want the other's, too */
int cables_prepare(struct cables *cs, const struct offer *o, uint64_t now)
{
	const bool rtcp = wants_any_rtcp(o);
	int err = 0;

	take_seats(cs, o);
	cs->settled |= offer_state(o) == OFFER_REMOTE;
	if (offer_apart(o) && offer_state(o) == OFFER_STABLE &&
	    line_of(cs, VIDEO) == line_of(cs, AUDIO))
		cs->seatv[active(o, AUDIO) ? VIDEO : AUDIO] =
			!line_of(cs, active(o, AUDIO) ? AUDIO : VIDEO);

	for (unsigned i = 0; i < CABLES_LINES && !err; i++) {
		const unsigned line = line_of(cs, i);

		err = open_cable(cs, rtp_of(cs, line), now);
		if (!err && rtcp)
			err = open_cable(cs, rtcp_of(cs, line), now);
	}

	return !err && cs->gathering ? gather(cs, now) : err;
}

bool cables_leave_out(const struct cables *cs, struct offer *o)
{
	const struct cable *c = &cs->v[2 * line_of(cs, VIDEO)];

	return active(o, AUDIO) && active(o, VIDEO) && (!c->t || !c->ready) &&
	       !offer_set_enabled(o, OFFER_VIDEO, false);
}

bool cables_lack(struct cables *cs, struct offer *o)
{
	bool again = false;

	/* Refused for want of BUNDLE, maybe: that is worth one question */
	if (!cs->settled && !active(o, VIDEO) && offer_apart(o))
		again = !offer_set_enabled(o, OFFER_VIDEO, true);
	cs->settled = true;
	for (unsigned i = 0; i < CABLES_LINES; i++)
		again |= wants_rtcp(o, active(o, i)) &&
			 !rtcp_of(cs, line_of(cs, i))->t;

	return again;
}

/* ---- Offer and answer ---- */

int cables_describe(const struct cables *cs, struct offer *o)
{
	unsigned i = 0;
	int err;

	do {
		/* All of them, as each may come to carry the others */
		const struct offer_media *om = offer_media(o, i);
		const unsigned line = om && om->ours ? line_of(cs, om->type)
						     : 0;
		const struct cable *c = &cs->v[2 * line];

		err = c->t && c->ready ? endpoint_describe(o, i, c[0].t, c[1].t)
				       : 0;
	} while (!err && ++i < offer_count(o));

	return err;
}

static int connect_line(struct cables *cs, const struct offer *o, unsigned line,
			const struct offer_media *om, uint64_t now)
{
	struct cable *rtp = rtp_of(cs, line), *rtcp = rtcp_of(cs, line);
	int err;

	if (!rtp->t)
		return 0;

	err = endpoint_connect(o, om, rtp->t, NULL, now);
	if (err)
		return err;

	if (om->remote->rtcp_mux)
		drop(rtcp);
	else if (rtcp->t)
		err = endpoint_connect(o, om, rtcp->t, rtp->t, now);
	return err;
}

int cables_connect(struct cables *cs, const struct offer *o, uint64_t now)
{
	bool usedv[CABLES_LINES] = { false };
	int err = 0;

	if (!endpoint_media(o))
		return ENOENT;

	take_seats(cs, o);
	for (unsigned i = 0; i < CABLES_LINES && !err; i++) {
		const struct offer_media *om = active(o, i);
		const unsigned line = line_of(cs, i);

		if (!om || usedv[line])
			continue;
		usedv[line] = true;
		err = connect_line(cs, o, line, offer_media(o, om->transport),
				   now);
	}
	if (err || usedv[1] || offer_apart(o))
		return err;

	drop(rtp_of(cs, 1));
	drop(rtcp_of(cs, 1));
	for (unsigned i = 0; i < CABLES_LINES; i++) {
		if (cs->seatv[i] == 1)
			cs->seatv[i] = CABLES_NONE;
	}
	return 0;
}

void cables_forget(struct cables *cs)
{
	for (unsigned i = 1; i < CABLES_ALL; i++)
		drop(&cs->v[i]);
	for (unsigned i = 0; i < CABLES_LINES; i++)
		cs->seatv[i] = CABLES_NONE;
	cs->settled = false;
}

/* ---- Media ---- */

int cables_send(struct cables *cs, enum offer_type type, struct mbuf *mb)
{
	const unsigned line = line_of(cs, type);
	struct cable *rtp = rtp_of(cs, line), *rtcp = rtcp_of(cs, line);

	if (!rtp->t)
		return ENOTCONN;
	if (demux_sort(mbuf_buf(mb), mbuf_get_left(mb)) != DEMUX_REPORT)
		return transport_send_packet(rtp->t, mb);

	return transport_send_report(rtcp->t ? rtcp->t : rtp->t, mb);
}

unsigned cables_up(const struct cables *cs)
{
	unsigned up = 0;

	for (unsigned i = 0; i < CABLES_LINES; i++) {
		const struct transport *t = cs->v[2 * i].t;

		if (t && transport_is_up(t))
			up |= media_of(cs, i);
	}

	return up;
}

uint64_t cables_due(const struct cables *cs)
{
	uint64_t due = CLOCK_NEVER;

	for (unsigned i = 0; i < CABLES_ALL; i++) {
		if (cs->v[i].t)
			due = clock_min(due, transport_due(cs->v[i].t));
	}

	return due;
}

void cables_tick(struct cables *cs, uint64_t now)
{
	for (unsigned i = 0; i < CABLES_ALL; i++) {
		struct transport *t = cs->v[i].t;

		if (t && transport_due(t) <= now)
			transport_tick(t, now);
	}
}

int cables_print(struct re_printf *pf, const struct cables *cs)
{
	int err = 0;

	for (unsigned i = 0; i < CABLES_ALL; i++) {
		const struct cable *c = &cs->v[i];

		if (!c->t)
			continue;
		if (i)
			err |= re_hprintf(pf, "\nline %u%s: ", c->line,
					  c->report ? ", RTCP" : "");
		err |= transport_print(pf, c->t);
	}

	return err;
}
