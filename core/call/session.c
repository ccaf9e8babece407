/**
 * @file core/call/session.c  Session
 */
#include "core/call/endpoint.h"
#include "core/call/session_parts.h"

static void session_destructor(void *arg)
{
	struct session *s = arg;

	s->closed = true; /* Nothing arms the timer again */
	loop_timer_cancel(&s->timer);
	senses_free(&s->senses);
	cables_free(&s->cables);
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

	due = cables_due(&s->cables);
	due = clock_min(due, senses_due(&s->senses));
	due = clock_min(due, silence_due(&s->silence));
	loop_timer_arm(&s->timer, due);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct session *s = mem_ref(arg);

	senses_tick(&s->senses, now);
	cables_tick(&s->cables, now);
	if (!s->closed && silence_tick(&s->silence, now) &&
	    s->h.silent(now, s->h.arg))
		silence_asked(&s->silence, now);

	if (mem_nrefs(s) > 1)
		arm(s);
	mem_deref(s);
}

static void wake_handler(void *arg)
{
	arm(arg);
}

/* ---- The paths of media: hearing <-> transport ---- */

static void send_sound(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;
	(void)now;

	(void)cables_send(&s->cables, OFFER_AUDIO, mb);
}

static void send_picture(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;
	(void)now;

	(void)cables_send(&s->cables, OFFER_VIDEO, mb);
}

static void packet_handler(unsigned media, struct mbuf *mb, uint64_t now,
			   void *arg)
{
	struct session *s = arg;

	if (!s->heard)
		s->h.heard(now, s->h.arg);
	s->heard = true;
	silence_heard(&s->silence, now);
	senses_recv(&s->senses, media, mb, now);
	arm(s);
}

static void report_handler(unsigned media, struct mbuf *mb, uint64_t now,
			   void *arg)
{
	struct session *s = arg;

	senses_recv_report(&s->senses, media, mb, now);
	arm(s);
}

static void digit_handler(char digit, uint64_t now, void *arg)
{
	struct session *s = arg;

	s->h.digit(digit, now, s->h.arg);
}

/* ---- The channel ---- */

static void ready_handler(uint64_t now, void *arg)
{
	struct session *s = arg;

	s->h.ready(now, s->h.arg);
}

/* Of sound, or of a picture alone, tells that media flow */
static void open_handler(unsigned media, bool open, uint64_t now, void *arg)
{
	struct session *s = arg;

	senses_set_open(&s->senses, media, open, now);
	arm(s);
	if (open &&
	    (media & CABLES_SOUND || !offer_active(s->offer, OFFER_AUDIO)))
		s->h.up(now, s->h.arg);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct session *s = arg;

	senses_set_open(&s->senses, CABLES_SOUND | CABLES_PICTURE, false, now);
	s->h.down(err, reason, now, s->h.arg);
}

static const struct cables_handlers cables_handlers = {
	.ready = ready_handler,
	.open = open_handler,
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
		.music = prm->music,
		.cname = s->cname,
		.shared = prm->shared,
		.rtph = send_sound,
		.reporth = send_sound,
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
		.slides = prm->slides,
		.screen = prm->screen,
		.coderv = prm->coderv,
		.cname = s->cname,
		.rtph = send_picture,
		.reporth = send_picture,
		.wakeh = wake_handler,
		.arg = s,
	};
	int err;

	if (prm->share && prm->offerer && !prm->slides)
		return ENOTSUP;
	if (!prm->studio && !prm->slides && !prm->screen)
		return prm->audio || !prm->offerer ? 0 : ENOTSUP;

	err = sight_alloc(&s->senses.sight, &sp);
	if (!err && prm->share)
		sight_set_source(s->senses.sight, SIGHT_SCREEN);
	if (!err && prm->video)
		err = wishes_show(&s->wishes, s->offer, s->senses.sight);
	if (err == ENOENT || err == ENOTSUP)
		err = prm->audio || !prm->offerer ? 0 : ENOTSUP;
	return err;
}

int session_alloc(struct session **sp, const struct session_params *prm,
		  const struct session_handlers *h, uint64_t now)
{
	struct transport_params tp = {
		.network = prm->net,
		.identity = prm->identity,
		.serverv = prm->serverv,
		.serverc = prm->serverc,
		.offerer = prm->offerer,
	};
	struct session *s = mem_zalloc(sizeof(*s), session_destructor);
	int err;

	if (!s)
		return ENOMEM;

	s->h = *h;
	s->wishes.send = prm->send;
	s->wishes.recv = prm->recv;
	loop_timer_init(&s->timer, "session", timer_handler, s);

	err = str_dup(&s->cname, prm->cname);
	if (!err)
		err = endpoint_begin(&s->offer, &tp, prm->cfg);
	if (!err)
		err = add_hearing(s, prm);
	if (!err)
		err = add_sight(s, prm);
	if (!err)
		err = cables_init(&s->cables, &tp, &cables_handlers, s, now);
	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

int session_gather(struct session *s, uint64_t now)
{
	return cables_gather(&s->cables, now);
}

/* ICE anew, with a name and password that our next offer tells */
static int restart(struct session *s, uint64_t now)
{
	int err;

	s->forked = false;
	s->untold = true;
	err = cables_restart(&s->cables, now);
	arm(s);
	return err;
}

int session_move(struct session *s, uint64_t now)
{
	silence_forget(&s->silence, now);
	return cables_stranded(&s->cables) ? restart(s, now) : EALREADY;
}

bool session_ready(const struct session *s)
{
	return cables_ready(&s->cables);
}

/* ---- Offer and answer ---- */

/* Bring the paths to what is agreed now */
static int update(struct session *s, uint64_t now)
{
	int err;

	if (!endpoint_media(s->offer))
		return ENOENT;

	err = senses_update(&s->senses, s->offer, s->talking, s->wishes.hold,
			    cables_up(&s->cables), now);
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
	int err = cables_describe(&s->cables, s->offer);

	if (!err)
		err = offer_create(s->offer, mbp);
	if (!err)
		s->wishes.offered = s->wishes.hold;
	if (!err && !s->talking && !s->unanswered)
		err = offer_fork(&s->unanswered, s->offer);

	return err;
}

int session_take_offer(struct session *s, struct mbuf *mb, uint64_t now)
{
	int err = offer_take_offer(s->offer, mb);

	if (err)
		return err;

	/* RFC 8839 section 4.4.3: an answer restarts ICE if the offer does */
	err = s->untold && !(session_ready(s) && endpoint_restarts(s->offer))
		      ? EINPROGRESS
		      : cables_prepare(&s->cables, s->offer, now);
	if (err)
		session_rollback(s);
	return err;
}

int session_answer(struct session *s, struct mbuf **mbp, uint64_t now)
{
	const bool out = cables_leave_out(&s->cables, s->offer);
	int err;

	err = cables_connect(&s->cables, s->offer, now);
	if (!err)
		err = cables_describe(&s->cables, s->offer);
	if (!err)
		err = offer_answer(s->offer, mbp);
	if (!err)
		err = follow(s, now);
	if (err) {
		*mbp = mem_deref(*mbp);
		offer_rollback(s->offer);
	} else {
		s->wishes.held = s->wishes.hold;
		s->untold = false;
	}
	if (out) {
		(void)offer_set_enabled(s->offer, OFFER_VIDEO, true);
		s->again = true;
	}

	arm(s);
	return err;
}

void session_rollback(struct session *s)
{
	offer_rollback(s->offer);
}

/* Only an offer of ours that restarts ICE mends it that the answer is of
   another fork, or restarts ICE though we have not */
static int connect_all(struct session *s, uint64_t now)
{
	const bool strange = !s->untold && endpoint_restarts(s->offer);

	s->again |= strange;
	if (s->forked || strange)
		return restart(s, now);

	s->untold = false;
	return cables_connect(&s->cables, s->offer, now);
}

int session_take_answer(struct session *s, struct mbuf *mb, uint64_t now)
{
	int err;

	err = offer_take_answer(s->offer, mb);
	if (!err)
		s->wishes.held = s->wishes.offered;
	if (!err)
		err = connect_all(s, now);
	if (!err)
		err = follow(s, now);
	if (!err)
		s->again |= cables_lack(&s->cables, s->offer);

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
	cables_forget(&s->cables);
}

const char *session_why(const struct session *s)
{
	return offer_why(s->offer);
}

bool session_offering(const struct session *s)
{
	return offer_state(s->offer) == OFFER_LOCAL;
}

bool session_again(struct session *s)
{
	const bool again = s->again;

	s->again = false;
	return again;
}

void session_prepare(struct session *s, uint64_t now)
{
	(void)cables_prepare(&s->cables, s->offer, now);
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
	cables_close(&s->cables, now);
}

void session_set_mute(struct session *s, bool mute)
{
	hearing_set_mute(s->senses.hearing, mute);
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

void session_tone(struct session *s, enum tones_kind tone, unsigned ms)
{
	hearing_tone(s->senses.hearing, tone, ms);
}

int session_send_digits(struct session *s, const char *digits)
{
	return hearing_send_digits(s->senses.hearing, digits);
}

enum wishes_ear session_ear(const struct session *s)
{
	return wishes_ear(&s->wishes, s->offer);
}

const char *session_keying(const struct session *s)
{
	return endpoint_keying(s->offer);
}

bool session_sounds(const struct session *s)
{
	return offer_active(s->offer, OFFER_AUDIO) != NULL;
}

bool session_heard(const struct session *s)
{
	return s->heard;
}

bool session_deaf(const struct session *s)
{
	return hearing_deaf(s->senses.hearing);
}

bool session_held(const struct session *s)
{
	return s->wishes.held;
}
