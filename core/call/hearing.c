/**
 * @file core/call/hearing.c  Hearing
 */
#include "core/base/entropy.h"
#include "core/call/figures.h"
#include "core/call/hearing.h"
#include "core/call/mouth.h"

enum {
	TRACK_LEN = 24, /* Random characters of an msid track, RFC 8830 */
};

struct hearing {
	struct hearing_params prm;
	struct voice_user user;
	struct medium medium;
	struct audio *audio;
	struct mouth mouth;
	char track[TRACK_LEN + 1];
	uint32_t ssrc;
	bool muted;
	bool speaks; /* Something else than the microphone is heard */
	bool deaf;
};

static void hearing_destructor(void *arg)
{
	struct hearing *h = arg;

	voice_detach(h->prm.voice, &h->user);
	mem_deref(h->audio);
	mouth_close(&h->mouth);
	mem_deref(h->prm.voice);
	mem_deref(h->prm.music);
}

int hearing_alloc(struct hearing **hp, const struct hearing_params *prm)
{
	struct hearing *h;
	int err;

	h = mem_zalloc(sizeof(*h), hearing_destructor);
	if (!h)
		return ENOMEM;

	h->prm = *prm;
	(void)mem_ref(prm->voice);
	(void)mem_ref(prm->music);
	h->user.shared = prm->shared;
	h->ssrc = entropy_u32();
	entropy_text(h->track, sizeof(h->track));
	err = medium_audio(&h->medium, prm->cfg);
	if (err)
		mem_deref(h);
	else
		*hp = h;
	return err;
}

void hearing_medium(const struct hearing *h, struct offer_medium *m)
{
	const struct config *cfg = h->prm.cfg;
	const struct offer_medium own = {
		.type = OFFER_AUDIO,
		.codecv = h->medium.codecv,
		.codecc = h->medium.codecc,
		.ptime = (uint32_t)(config_number(cfg, "audio", "ptime") /
				    CLOCK_MS),
		.tias = (uint32_t)config_number(cfg, "audio", "bitrate"),
		.ssrc = h->ssrc,
		.cname = h->prm.cname,
		.stream = h->prm.cname,
		.track = h->track,
	};

	*m = own;
}

/* What was said and not sent yet is dropped, when that changes */
static void follow_mouth(struct hearing *h)
{
	const bool speaks = mouth_busy(&h->mouth);

	if (speaks == h->speaks || !h->audio)
		return;

	h->speaks = speaks;
	audio_set_mute(h->audio, true);
	audio_set_mute(h->audio, h->muted && !speaks);
}

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct hearing *h = arg;
	const int16_t *said;

	follow_mouth(h);
	said = mouth_speak(&h->mouth, h->muted ? NULL : mic, frames);
	audio_period(h->audio, said, spk, frames, now);
}

static int start(struct hearing *h, const struct audio_media *media, bool open,
		 uint64_t now)
{
	struct audio_params prm = {
		.ssrc = h->ssrc,
		.cname = h->prm.cname,
		.rtph = h->prm.rtph,
		.reporth = h->prm.reporth,
		.digith = h->prm.digith,
		.arg = h->prm.arg,
	};
	int err;

	err = voice_attach(h->prm.voice, &h->user, period_handler, h,
			   &prm.sound);
	h->deaf = err != 0;
	if (err)
		return err;

	err = mouth_open(&h->mouth, h->prm.music, &prm.sound);
	err = err ? err : audio_alloc(&h->audio, &prm, media, now);
	if (err) {
		mouth_close(&h->mouth);
		voice_detach(h->prm.voice, &h->user);
		return err;
	}

	audio_set_mute(h->audio, h->muted);
	if (open)
		audio_set_open(h->audio, true, now);
	return 0;
}

int hearing_update(struct hearing *h, const struct offer_media *om, bool talk,
		   bool hold, bool open, uint64_t now)
{
	struct audio_media media;
	int err;

	if (!om) {
		hearing_close(h, now);
		h->audio = mem_deref(h->audio);
		mouth_close(&h->mouth);
		return 0;
	}

	err = medium_agreed(&media, om, h->prm.cfg);
	if (err)
		return err;

	media.send = talk && (!hold || h->prm.music) &&
		     (om->dir & SDP_SENDONLY);
	media.recv = om->dir & SDP_RECVONLY;
	err = h->audio ? audio_set_media(h->audio, &media, now)
		       : start(h, &media, open, now);
	mouth_sing(&h->mouth, !err && hold);
	follow_mouth(h);
	return err;
}

bool hearing_begun(const struct hearing *h)
{
	return h->audio != NULL;
}

bool hearing_deaf(const struct hearing *h)
{
	return h->deaf;
}

void hearing_set_open(struct hearing *h, bool open, uint64_t now)
{
	if (h->audio)
		audio_set_open(h->audio, open, now);
}

void hearing_recv(struct hearing *h, struct mbuf *mb, uint64_t now)
{
	if (h->audio)
		audio_recv(h->audio, mb, now);
}

void hearing_recv_report(struct hearing *h, struct mbuf *mb, uint64_t now)
{
	if (h->audio)
		audio_recv_report(h->audio, mb, now);
}

int hearing_latency(const struct hearing *h, int64_t *latencyp)
{
	return h->audio ? audio_latency(h->audio, latencyp) : ENOENT;
}

void hearing_set_front(struct hearing *h, bool front)
{
	if (front)
		voice_front(h->prm.voice, &h->user);
	else
		voice_back(h->prm.voice, &h->user);
}

void hearing_set_mute(struct hearing *h, bool mute)
{
	h->muted = mute;
	if (h->audio)
		audio_set_mute(h->audio, mute && !h->speaks);
}

void hearing_tone(struct hearing *h, enum tones_kind tone, unsigned ms)
{
	mouth_tone(&h->mouth, tone, ms);
}

int hearing_send_digits(struct hearing *h, const char *digits)
{
	if (!h->audio || config_is(h->prm.cfg, "audio", "dtmf", "info"))
		return ENOTSUP;

	return audio_send_digits(h->audio, digits);
}

void hearing_close(struct hearing *h, uint64_t now)
{
	voice_detach(h->prm.voice, &h->user);
	if (h->audio)
		audio_bye(h->audio, now);
}

uint64_t hearing_due(const struct hearing *h)
{
	return h->audio ? audio_due(h->audio) : CLOCK_NEVER;
}

void hearing_tick(struct hearing *h, uint64_t now)
{
	if (h->audio && audio_due(h->audio) <= now)
		audio_tick(h->audio, now);
}

int hearing_print(struct re_printf *pf, const struct hearing *h)
{
	return h->audio ? re_hprintf(pf, "%H\n", audio_print, h->audio) : 0;
}

json_t *hearing_json(const struct hearing *h)
{
	return h->audio ? figures_audio(h->audio, h->prm.voice) : json_null();
}
