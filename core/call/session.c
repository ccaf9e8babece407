/**
 * @file core/call/session.c  Session
 */
#include "core/base/loop.h"
#include "core/call/endpoint.h"
#include "core/call/hearing.h"
#include "core/call/session.h"

struct session {
	struct session_handlers h;
	struct hearing *hearing;
	struct offer *offer;
	struct offer *unanswered; /* A copy, until the call is answered */
	struct transport *transport;
	struct loop_timer timer;
	char *cname;
	bool send, recv; /* What we want           */
	bool ready;	 /* Gathered               */
	bool talking;	 /* The microphone is open */
	bool forked;	 /* The transport has begun with another fork */
	bool closed;
};

static void session_destructor(void *arg)
{
	struct session *s = arg;

	s->closed = true; /* Nothing arms the timer again */
	loop_timer_cancel(&s->timer);
	mem_deref(s->hearing);
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
	due = clock_min(due, hearing_due(s->hearing));
	loop_timer_arm(&s->timer, due);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct session *s = mem_ref(arg);

	hearing_tick(s->hearing, now);
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

	hearing_recv(s->hearing, mb, now);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;

	hearing_recv_report(s->hearing, mb, now);
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

	hearing_set_open(s->hearing, true, now);
	arm(s);
	s->h.up(now, s->h.arg);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct session *s = arg;

	hearing_set_open(s->hearing, false, now);
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

static enum sdp_dir wanted(const struct session *s)
{
	return (s->send ? SDP_SENDONLY : SDP_INACTIVE) |
	       (s->recv ? SDP_RECVONLY : SDP_INACTIVE);
}

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

	err = hearing_alloc(&s->hearing, &hp);
	if (err)
		return err;

	hearing_medium(s->hearing, &m);
	m.dir = wanted(s);
	return offer_add(s->offer, &m);
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
	};
	struct session *s;
	int err;

	s = mem_zalloc(sizeof(*s), session_destructor);
	if (!s)
		return ENOMEM;

	s->h = *h;
	s->send = prm->send;
	s->recv = prm->recv;
	loop_timer_init(&s->timer, "session", timer_handler, s);

	err = str_dup(&s->cname, prm->cname);
	if (!err)
		err = offer_alloc(&s->offer, NULL);
	if (!err)
		err = add_hearing(s, prm);
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
	const struct offer_media *om = offer_active(s->offer, OFFER_AUDIO);
	int err;

	if (!om)
		return ENOENT;

	err = hearing_update(s->hearing, om, s->talking,
			     transport_is_up(s->transport), now);
	arm(s);
	return err;
}

/* After an exchange: the paths, if they are there or wanted by now */
static int follow(struct session *s, uint64_t now)
{
	return hearing_begun(s->hearing) || s->talking ? update(s, now) : 0;
}

int session_offer(struct session *s, struct mbuf **mbp)
{
	int err = endpoint_describe(s->offer, s->transport);

	if (!err)
		err = offer_create(s->offer, mbp);
	if (!err && !s->talking) {
		s->unanswered = mem_deref(s->unanswered);
		err = offer_fork(&s->unanswered, s->offer);
	}

	return err;
}

int session_take_offer(struct session *s, struct mbuf *mb)
{
	return offer_take_offer(s->offer, mb);
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

bool session_deaf(const struct session *s)
{
	return hearing_deaf(s->hearing);
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
	return offer_active(s->offer, OFFER_AUDIO) ? update(s, now) : 0;
}

void session_close(struct session *s, uint64_t now)
{
	if (s->closed)
		return;

	s->closed = true;
	loop_timer_cancel(&s->timer);
	hearing_close(s->hearing, now);
	transport_close(s->transport, now);
}

void session_set_mute(struct session *s, bool mute)
{
	hearing_set_mute(s->hearing, mute);
}

int session_send_digits(struct session *s, const char *digits)
{
	return hearing_send_digits(s->hearing, digits);
}

int session_print(struct re_printf *pf, const struct session *s)
{
	return re_hprintf(pf, "%H\n%H", transport_print, s->transport,
			  hearing_print, s->hearing);
}

json_t *session_json(const struct session *s)
{
	return json_pack("{s:b, s:o}", "up", (int)transport_is_up(s->transport),
			 "audio", hearing_json(s->hearing));
}
