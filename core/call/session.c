/**
 * @file core/call/session.c  Session
 */
#include "core/base/loop.h"
#include "core/call/endpoint.h"
#include "core/call/senses.h"
#include "core/call/session.h"
#include "core/call/wishes.h"

struct session {
	struct session_handlers h;
	struct senses senses;
	struct offer *offer;
	struct offer *unanswered; /* A copy, until the call is answered */
	struct transport *transport;
	struct loop_timer timer;
	char *cname;
	struct wishes wishes;
	bool ready;   /* Gathered               */
	bool talking; /* The microphone is open */
	bool forked;  /* The transport has begun with another fork */
	bool heard;   /* A packet came          */
	bool closed;
};

static void session_destructor(void *arg)
{
	struct session *s = arg;

	s->closed = true; /* Nothing arms the timer again */
	loop_timer_cancel(&s->timer);
	senses_free(&s->senses);
	mem_deref(s->transport);
	mem_deref(s->offer);
	mem_deref(s->unanswered);
	mem_deref(s->cname);
}

/* ---- Time: one timer for all that has a due() ---- */

static void arm(struct session *s)
{
	uint64_t due;

	if (s->closed)
		return;

	due = transport_due(s->transport);
	due = clock_min(due, senses_due(&s->senses));
	loop_timer_arm(&s->timer, due);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct session *s = mem_ref(arg);

	senses_tick(&s->senses, now);
	if (transport_due(s->transport) <= now)
		transport_tick(s->transport, now);

	if (mem_nrefs(s) > 1)
		arm(s);
	mem_deref(s);
}

static void wake_handler(void *arg)
{
	arm(arg);
}

/* ---- The paths of media: hearing <-> transport ---- */

static void session_send(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;
	(void)now;

	(void)transport_send_packet(s->transport, mb);
}

static void session_send_report(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;
	(void)now;

	(void)transport_send_report(s->transport, mb);
}

static void packet_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;

	if (!s->heard)
		s->h.heard(now, s->h.arg);
	s->heard = true;
	senses_recv(&s->senses, mb, now);
	arm(s);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;

	senses_recv_report(&s->senses, mb, now);
	arm(s);
}

static void digit_handler(char digit, uint64_t now, void *arg)
{
	struct session *s = arg;

	s->h.digit(digit, now, s->h.arg);
}

/* ---- The channel ---- */

static void gathered_handler(uint64_t now, void *arg)
{
	struct session *s = arg;

	s->ready = true;
	s->h.ready(now, s->h.arg);
}

static void up_handler(uint64_t now, void *arg)
{
	struct session *s = arg;

	senses_set_open(&s->senses, true, now);
	arm(s);
	s->h.up(now, s->h.arg);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct session *s = arg;

	senses_set_open(&s->senses, false, now);
	s->h.down(err, reason, now, s->h.arg);
}

static const struct transport_handlers transport_handlers = {
	.gathered = gathered_handler,
	.up = up_handler,
	.packet = packet_handler,
	.report = report_handler,
	.down = down_handler,
	.wake = wake_handler,
};

/* ---- Making one ---- */

static int add_hearing(struct session *s, const struct session_params *prm)
{
	const struct hearing_params hp = {
		.cfg = prm->cfg,
		.voice = prm->voice,
		.cname = s->cname,
		.shared = prm->shared,
		.rtph = session_send,
		.reporth = session_send_report,
		.digith = digit_handler,
		.arg = s,
	};
	struct offer_medium m;
	int err;

	err = hearing_alloc(&s->senses.hearing, &hp);
	if (err)
		return err;

	if (prm->offerer && !prm->audio)
		return 0;

	hearing_medium(s->senses.hearing, &m);
	m.dir = wishes_dir(&s->wishes);
	return offer_add(s->offer, &m);
}

static int add_sight(struct session *s, const struct session_params *prm)
{
	const struct sight_params sp = {
		.cfg = prm->cfg,
		.studio = prm->studio,
		.screen = prm->screen,
		.coderv = prm->coderv,
		.cname = s->cname,
		.rtph = session_send,
		.reporth = session_send_report,
		.wakeh = wake_handler,
		.arg = s,
	};
	int err;

	if (!prm->studio && !prm->screen)
		return prm->audio || !prm->offerer ? 0 : ENOTSUP;

	err = sight_alloc(&s->senses.sight, &sp);
	if (!err && prm->video)
		err = wishes_show(&s->wishes, s->offer, s->senses.sight);
	if (err == ENOENT || err == ENOTSUP)
		err = prm->audio || !prm->offerer ? 0 : ENOTSUP;
	return err;
}

int session_alloc(struct session **sp, const struct session_params *prm,
		  const struct session_handlers *h, uint64_t now)
{
	const struct transport_params tp = {
		.network = prm->net,
		.identity = prm->identity,
		.serverv = prm->serverv,
		.serverc = prm->serverc,
		.offerer = prm->offerer,
		.relayonly = config_is(prm->cfg, "ice", "policy", "relay"),
		.loopback = config_bool(prm->cfg, "ice", "loopback"),
		.fixed = !config_bool(prm->cfg, "call", "symmetric"),
	};
	struct session *s;
	int err;

	s = mem_zalloc(sizeof(*s), session_destructor);
	if (!s)
		return ENOMEM;

	s->h = *h;
	s->wishes.send = prm->send;
	s->wishes.recv = prm->recv;
	loop_timer_init(&s->timer, "session", timer_handler, s);

	err = str_dup(&s->cname, prm->cname);
	if (!err)
		err = offer_alloc(&s->offer, NULL);
	if (!err)
		err = add_hearing(s, prm);
	if (!err)
		err = add_sight(s, prm);
	if (!err)
		err = transport_alloc(&s->transport, &tp, &transport_handlers,
				      s, now);
	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

int session_gather(struct session *s, uint64_t now)
{
	int err = transport_gather(s->transport, now);

	if (!err)
		arm(s);
	return err;
}

/* ICE anew, with a name and password that our next offer tells */
static int restart(struct session *s, uint64_t now)
{
	int err;

	s->forked = false;
	s->ready = false;
	err = transport_restart(s->transport, now);
	arm(s);
	return err;
}

int session_move(struct session *s, uint64_t now)
{
	return transport_stranded(s->transport) ? restart(s, now) : EALREADY;
}

bool session_ready(const struct session *s)
{
	return s->ready;
}

/* ---- Offer and answer ---- */

/* Bring the paths to what is agreed now */
static int update(struct session *s, uint64_t now)
{
	int err;

	if (!endpoint_media(s->offer))
		return ENOENT;

	err = senses_update(&s->senses, s->offer, s->talking && !s->wishes.hold,
			    transport_is_up(s->transport), now);
	arm(s);
	return err;
}

/* After an exchange: the paths, if they are there or wanted by now */
static int follow(struct session *s, uint64_t now)
{
	return hearing_begun(s->senses.hearing) || s->talking ? update(s, now)
							      : 0;
}

int session_offer(struct session *s, struct mbuf **mbp)
{
	int err = endpoint_describe(s->offer, s->transport);

	if (!err)
		err = offer_create(s->offer, mbp);
	if (!err && !s->talking && !s->unanswered)
		err = offer_fork(&s->unanswered, s->offer);

	return err;
}

/* Both on one transport, or without a picture: a peer that does not BUNDLE */
static int drop_unbundled(struct session *s)
{
	const struct offer_media *a = offer_active(s->offer, OFFER_AUDIO);
	const struct offer_media *v = offer_active(s->offer, OFFER_VIDEO);

	return a && v && a->transport != v->transport
		       ? offer_set_enabled(s->offer, OFFER_VIDEO, false)
		       : 0;
}

int session_take_offer(struct session *s, struct mbuf *mb)
{
	int err = offer_take_offer(s->offer, mb);

	return err ? err : drop_unbundled(s);
}

int session_answer(struct session *s, struct mbuf **mbp, uint64_t now)
{
	int err;

	err = endpoint_connect(s->offer, s->transport, now);
	if (!err)
		err = endpoint_describe(s->offer, s->transport);
	if (!err)
		err = offer_answer(s->offer, mbp);
	if (!err)
		err = follow(s, now);
	if (err) {
		*mbp = mem_deref(*mbp);
		offer_rollback(s->offer);
	}

	arm(s);
	return err;
}

void session_rollback(struct session *s)
{
	offer_rollback(s->offer);
}

int session_take_answer(struct session *s, struct mbuf *mb, uint64_t now)
{
	int err;

	err = offer_take_answer(s->offer, mb);
	if (!err && s->forked)
		err = restart(s, now);
	else if (!err)
		err = endpoint_connect(s->offer, s->transport, now);
	if (!err)
		err = follow(s, now);

	arm(s);
	return err;
}

void session_forget_answer(struct session *s)
{
	if (!s->unanswered)
		return;

	mem_deref(s->offer);
	s->offer = s->unanswered;
	s->unanswered = NULL;
	s->forked = true;
}

const char *session_why(const struct session *s)
{
	return offer_why(s->offer);
}

bool session_offering(const struct session *s)
{
	return offer_state(s->offer) == OFFER_LOCAL;
}

bool session_heard(const struct session *s)
{
	return s->heard;
}

bool session_deaf(const struct session *s)
{
	return hearing_deaf(s->senses.hearing);
}

/* ---- In the call ---- */

int session_listen(struct session *s, uint64_t now)
{
	return update(s, now);
}

int session_talk(struct session *s, uint64_t now)
{
	s->talking = true;
	s->unanswered = mem_deref(s->unanswered);
	return endpoint_media(s->offer) ? update(s, now) : 0;
}

void session_close(struct session *s, uint64_t now)
{
	if (s->closed)
		return;

	s->closed = true;
	loop_timer_cancel(&s->timer);
	senses_close(&s->senses, now);
	transport_close(s->transport, now);
}

void session_set_mute(struct session *s, bool mute)
{
	hearing_set_mute(s->senses.hearing, mute);
}

void session_set_video_mute(struct session *s, bool mute)
{
	if (s->senses.sight)
		sight_set_mute(s->senses.sight, mute);
}

int session_set_video(struct session *s, bool on)
{
	return wishes_set_video(&s->wishes, s->offer, s->senses.sight, on);
}

void session_set_hold(struct session *s, bool on, uint64_t now)
{
	wishes_set_hold(&s->wishes, s->offer, s->senses.sight, on);

	/* Nothing of us is heard from here on, whatever the peer will say */
	(void)follow(s, now);
}

void session_set_front(struct session *s, bool front)
{
	hearing_set_front(s->senses.hearing, front);
}

enum wishes_ear session_ear(const struct session *s)
{
	return wishes_ear(&s->wishes, s->offer);
}

void session_wish(struct session *s, uint64_t now)
{
	if (s->senses.sight)
		sight_wish(s->senses.sight, now);
}

bool session_shows(const struct session *s)
{
	return s->senses.sight && sight_sends(s->senses.sight);
}

bool session_sees(const struct session *s)
{
	return s->senses.sight && sight_receives(s->senses.sight);
}

int session_send_digits(struct session *s, const char *digits)
{
	return hearing_send_digits(s->senses.hearing, digits);
}

int session_print(struct re_printf *pf, const struct session *s)
{
	return re_hprintf(pf, "%H\n%H", transport_print, s->transport,
			  senses_print, &s->senses);
}

json_t *session_json(const struct session *s)
{
	return senses_json(
		&s->senses,
		json_pack("{s:b}", "up", (int)transport_is_up(s->transport)));
}
