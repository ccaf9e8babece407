/**
 * @file core/call/session.c  Session
 */
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/endpoint.h"
#include "core/call/figures.h"
#include "core/call/medium.h"
#include "core/call/session.h"
#include "core/media/audio.h"

enum {
	TRACK_LEN = 24, /* Random characters of an msid track, RFC 8830 */
};

struct session {
	struct session_handlers h;
	const struct config *cfg;
	struct voice *voice;
	struct voice_user user;
	struct medium medium;
	struct offer *offer;
	struct offer *unanswered; /* A copy, until the call is answered */
	struct transport *transport;
	struct audio *audio;
	struct loop_timer timer;
	char *cname;
	char track[TRACK_LEN + 1];
	uint32_t ssrc;
	bool send, recv; /* What we want           */
	bool ready;	 /* Gathered               */
	bool talking;	 /* The microphone is open */
	bool muted;
	bool forked; /* The transport has begun with another fork */
	bool deaf;   /* The sound device fails */
	bool closed;
};

static void session_destructor(void *arg)
{
	struct session *s = arg;

	s->closed = true; /* Nothing arms the timer again */
	loop_timer_cancel(&s->timer);
	voice_detach(s->voice, &s->user);
	mem_deref(s->audio);
	mem_deref(s->transport);
	mem_deref(s->offer);
	mem_deref(s->unanswered);
	mem_deref(s->voice);
	mem_deref(s->cname);
}

/* ---- Time: one timer for all that has a due() ---- */

static void arm(struct session *s)
{
	uint64_t due;

	if (s->closed)
		return;

	due = transport_due(s->transport);
	if (s->audio)
		due = clock_min(due, audio_due(s->audio));

	loop_timer_arm(&s->timer, due);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct session *s = mem_ref(arg);

	if (s->audio && audio_due(s->audio) <= now)
		audio_tick(s->audio, now);
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

/* ---- The path of sound: voice <-> audio <-> transport ---- */

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct session *s = arg;

	audio_period(s->audio, mic, spk, frames, now);
}

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

	if (s->audio)
		audio_recv(s->audio, mb, now);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct session *s = arg;

	if (!s->audio)
		return;

	audio_recv_report(s->audio, mb, now);
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

	if (s->audio)
		audio_set_open(s->audio, true, now);
	arm(s);
	s->h.up(now, s->h.arg);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct session *s = arg;

	if (s->audio)
		audio_set_open(s->audio, false, now);
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

static int add_audio(struct session *s)
{
	const struct offer_medium m = {
		.type = OFFER_AUDIO,
		.dir = (s->send ? SDP_SENDONLY : SDP_INACTIVE) |
		       (s->recv ? SDP_RECVONLY : SDP_INACTIVE),
		.codecv = s->medium.codecv,
		.codecc = s->medium.codecc,
		.ptime = (uint32_t)(config_number(s->cfg, "audio", "ptime") /
				    CLOCK_MS),
		.tias = (uint32_t)config_number(s->cfg, "audio", "bitrate"),
		.ssrc = s->ssrc,
		.cname = s->cname,
		.stream = s->cname,
		.track = s->track,
	};

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
	s->cfg = prm->cfg;
	s->voice = mem_ref(prm->voice);
	s->send = prm->send;
	s->recv = prm->recv;
	s->user.shared = prm->shared;
	s->ssrc = entropy_u32();
	entropy_text(s->track, sizeof(s->track));
	loop_timer_init(&s->timer, "session", timer_handler, s);

	err = str_dup(&s->cname, prm->cname);
	if (!err)
		err = medium_audio(&s->medium, prm->cfg);
	if (!err)
		err = offer_alloc(&s->offer, NULL);
	if (!err)
		err = add_audio(s);
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

static int start_audio(struct session *s, const struct audio_media *media,
		       uint64_t now)
{
	struct audio_params prm = {
		.ssrc = s->ssrc,
		.cname = s->cname,
		.rtph = session_send,
		.reporth = session_send_report,
		.digith = digit_handler,
		.arg = s,
	};
	int err;

	err = voice_attach(s->voice, &s->user, period_handler, s, &prm.sound);
	s->deaf = err != 0;
	if (err)
		return err;

	err = audio_alloc(&s->audio, &prm, media, now);
	if (err) {
		voice_detach(s->voice, &s->user);
		return err;
	}

	audio_set_mute(s->audio, s->muted);
	if (transport_is_up(s->transport))
		audio_set_open(s->audio, true, now);
	return 0;
}

/* Bring the audio path to what is agreed now */
static int update_audio(struct session *s, uint64_t now)
{
	const struct offer_media *om = offer_active(s->offer, OFFER_AUDIO);
	struct audio_media media;
	int err;

	if (!om)
		return ENOENT;

	err = medium_agreed(&media, om, s->cfg);
	if (err)
		return err;

	media.send = s->talking && (om->dir & SDP_SENDONLY);
	media.recv = om->dir & SDP_RECVONLY;
	if (s->audio)
		err = audio_set_media(s->audio, &media, now);
	else
		err = start_audio(s, &media, now);

	arm(s);
	return err;
}

/* After an exchange: the audio path, if it is there or wanted by now */
static int follow(struct session *s, uint64_t now)
{
	return s->audio || s->talking ? update_audio(s, now) : 0;
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
	return s->deaf;
}

/* ---- In the call ---- */

int session_listen(struct session *s, uint64_t now)
{
	return update_audio(s, now);
}

int session_talk(struct session *s, uint64_t now)
{
	s->talking = true;
	s->unanswered = mem_deref(s->unanswered);
	return offer_active(s->offer, OFFER_AUDIO) ? update_audio(s, now) : 0;
}

void session_close(struct session *s, uint64_t now)
{
	if (s->closed)
		return;

	s->closed = true;
	loop_timer_cancel(&s->timer);
	voice_detach(s->voice, &s->user);
	if (s->audio)
		audio_bye(s->audio, now);
	transport_close(s->transport, now);
}

void session_set_mute(struct session *s, bool mute)
{
	s->muted = mute;
	if (s->audio)
		audio_set_mute(s->audio, mute);
}

int session_send_digits(struct session *s, const char *digits)
{
	if (!s->audio || config_is(s->cfg, "audio", "dtmf", "info"))
		return ENOTSUP;

	return audio_send_digits(s->audio, digits);
}

int session_print(struct re_printf *pf, const struct session *s)
{
	int err = re_hprintf(pf, "%H\n", transport_print, s->transport);

	if (s->audio)
		err |= re_hprintf(pf, "%H\n", audio_print, s->audio);

	return err;
}

json_t *session_json(const struct session *s)
{
	return json_pack(
		"{s:b, s:o}", "up", (int)transport_is_up(s->transport), "audio",
		s->audio ? figures_audio(s->audio, s->voice) : json_null());
}
