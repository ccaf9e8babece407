/**
 * @file core/call/sight.c  Sight
 */
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/call/figures.h"
#include "core/call/sight.h"
#include "core/media/extension.h"
#include "core/media/videostats.h"

enum {
	TRACK_LEN = 24,	  /* Random characters of an msid track, RFC 8830 */
	RATE_FIRST = 600, /* What is tried until the way is known [kbit/s], as
			     much as VGA needs at once; ours              */
	KILO = 1000,
	RTP_HEAD = 2, /* Bytes up to the payload type */
	PT_MASK = 0x7f,
};

struct sight {
	struct sight_params prm;
	struct palette palette;
	struct studio_user user;
	struct screen_user viewer;
	struct video *video;
	struct video_media media; /* Agreed, when there is a video */
	char track[TRACK_LEN + 1];
	uint32_t ssrc, rtx_ssrc;
	uint32_t rate; /* Known of the way [bit/s], 0 not yet */
	enum sight_source source;
	bool open, muted, blind;
};

/* Of what is shown; NULL: nothing is */
static struct studio *studio_of(const struct sight *s)
{
	switch (s->source) {
	case SIGHT_CAMERA:
		return s->prm.studio;
	case SIGHT_SCREEN:
		return s->prm.slides;
	default:
		return NULL;
	}
}

static void detach(struct sight *s)
{
	struct studio *st = studio_of(s);

	if (st)
		studio_detach(st, &s->user);
}

static void sight_destructor(void *arg)
{
	struct sight *s = arg;

	detach(s);
	if (s->prm.screen)
		screen_detach(s->prm.screen, &s->viewer);
	mem_deref(s->video);
	mem_deref(s->prm.studio);
	mem_deref(s->prm.slides);
	mem_deref(s->prm.screen);
}

int sight_alloc(struct sight **sp, const struct sight_params *prm)
{
	struct sight *s;
	int err;

	s = mem_zalloc(sizeof(*s), sight_destructor);
	if (!s)
		return ENOMEM;

	s->prm = *prm;
	s->source = SIGHT_CAMERA;
	(void)mem_ref(prm->studio);
	(void)mem_ref(prm->slides);
	(void)mem_ref(prm->screen);
	s->ssrc = entropy_u32();
	s->rtx_ssrc = entropy_u32();
	entropy_text(s->track, sizeof(s->track));
	err = palette_list(&s->palette, prm->cfg,
			   prm->studio ? prm->studio : prm->slides,
			   prm->coderv);
	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

void sight_medium(const struct sight *s, struct offer_medium *m)
{
	const struct offer_medium own = {
		.type = OFFER_VIDEO,
		.codecv = s->palette.codecv,
		.codecc = s->palette.codecc,
		.extv = { EXTENSION_URI_TIME, EXTENSION_URI_TRANSPORT },
		.tias = (uint32_t)config_number(s->prm.cfg, "video", "bitrate"),
		.ssrc = s->ssrc,
		.rtx_ssrc = s->rtx_ssrc,
		.cname = s->prm.cname,
		.stream = s->prm.cname,
		.track = s->track,
		.content = sight_content(s),
	};

	*m = own;
}

const char *sight_content(const struct sight *s)
{
	return s->source == SIGHT_SCREEN && s->prm.slides ? "slides" : NULL;
}

enum sight_source sight_source(const struct sight *s)
{
	return s->source;
}

enum sdp_dir sight_dir(const struct sight *s)
{
	return (studio_of(s) ? SDP_SENDONLY : SDP_INACTIVE) |
	       (s->prm.screen ? SDP_RECVONLY : SDP_INACTIVE);
}

/* ---- Handlers of the video path ---- */

static void packet_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct sight *s = arg;

	s->prm.rtph(mb, now, s->prm.arg);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct sight *s = arg;

	s->prm.reporth(mb, now, s->prm.arg);
}

static void wish_handler(uint64_t now, void *arg)
{
	struct sight *s = arg;
	struct studio *st = studio_of(s);

	if (st)
		studio_wish(st, &s->user, now);
}

static void rate_handler(uint32_t bitrate, uint64_t now, void *arg)
{
	struct sight *s = arg;
	struct studio *st = studio_of(s);
	(void)now;

	if (bitrate)
		s->rate = bitrate;
	if (st)
		studio_rate(st, &s->user, bitrate);
}

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct sight *s = arg;

	if (s->prm.screen)
		screen_show(s->prm.screen, &s->viewer, f, now);
}

static void wake_handler(void *arg)
{
	struct sight *s = arg;

	s->prm.wakeh(s->prm.arg);
}

static void unit_handler(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct sight *s = arg;

	video_put(s->video, u, now);
	s->prm.wakeh(s->prm.arg);
}

/* ---- What is agreed ---- */

static int start(struct sight *s, uint64_t now)
{
	const struct video_params prm = {
		.ssrc = s->ssrc,
		.rtx_ssrc = s->rtx_ssrc,
		.cname = s->prm.cname,
		.coderv = s->prm.coderv,
		.rtph = packet_handler,
		.reporth = report_handler,
		.wishh = wish_handler,
		.rateh = rate_handler,
		.frameh = frame_handler,
		.wakeh = wake_handler,
		.arg = s,
	};

	return video_alloc(&s->video, &prm, &s->media, now);
}

/* The camera is open while something of it can be sent, and not longer. It
   begins while the channel is made, for both take their time */
static int follow_camera(struct sight *s)
{
	const char *codec = s->media.codecv[0].name;
	const uint32_t first = MIN(s->media.bitrate, RATE_FIRST * KILO);
	struct studio *st = studio_of(s);
	int err;

	if (!st)
		return 0;

	studio_detach(st, &s->user);
	if (!s->video || !s->media.send)
		return 0;

	s->user.held = !s->open;
	s->user.muted = s->muted;
	s->user.single = s->media.codecv[0].single;
	err = studio_attach(st, &s->user, codec, s->rate ? s->rate : first,
			    unit_handler, s);
	if (err && !s->blind)
		log_warning("sight: no picture is sent: %m\n", err);
	s->blind = err != 0;
	return 0; /* A call without our picture is better than none */
}

static void follow_screen(struct sight *s)
{
	if (!s->prm.screen)
		return;
	if (s->video && s->media.recv)
		screen_attach(s->prm.screen, &s->viewer);
	else
		screen_detach(s->prm.screen, &s->viewer);
}

/* No picture any more, or never one. The path stays: the same source may not
   begin anew with other sequence numbers (RFC 3711 section 3.3.1) */
static void rest(struct sight *s, uint64_t now)
{
	s->media.send = s->media.recv = false;
	s->open = false;
	if (s->video) {
		(void)video_set_media(s->video, &s->media, now);
		video_set_open(s->video, false, now);
	}
	(void)follow_camera(s);
	follow_screen(s);
}

static bool same_sending(const struct video_media *a,
			 const struct video_media *b)
{
	return a->send == b->send &&
	       a->codecv[0].single == b->codecv[0].single &&
	       !strcmp(a->codecv[0].name, b->codecv[0].name);
}

int sight_update(struct sight *s, const struct offer_media *om, bool talk,
		 bool open, uint64_t now)
{
	const struct video_media old = s->media;
	const bool begun = s->video != NULL, was_open = s->open;
	int err;

	if (!om) {
		rest(s, now);
		return 0;
	}

	err = palette_agreed(&s->media, om, s->prm.cfg);
	if (err)
		return err;

	s->media.send = talk && (om->dir & SDP_SENDONLY);
	s->media.recv = om->dir & SDP_RECVONLY;
	err = begun ? video_set_media(s->video, &s->media, now) : start(s, now);
	if (err)
		return err;

	s->open = open;
	video_set_open(s->video, open, now);
	follow_screen(s);
	return begun && was_open == open && same_sending(&old, &s->media)
		       ? 0
		       : follow_camera(s);
}

bool sight_blind(const struct sight *s)
{
	return s->blind;
}

bool sight_sends(const struct sight *s)
{
	return s->video && s->media.send && !s->blind && studio_of(s);
}

bool sight_receives(const struct sight *s)
{
	return s->video && s->media.recv;
}

/* ---- In the call ---- */

void sight_set_open(struct sight *s, bool open, uint64_t now)
{
	s->open = open;
	if (!s->video)
		return;

	video_set_open(s->video, open, now);
	if (open && s->user.le.list) {
		s->user.held = false;
		wish_handler(now, s);
	} else if (open) {
		(void)follow_camera(s);
	} else {
		detach(s);
	}
}

bool sight_owns(const struct sight *s, const struct mbuf *mb)
{
	return s->video && mbuf_get_left(mb) >= RTP_HEAD &&
	       video_owns(s->video, mb->buf[mb->pos + 1] & PT_MASK);
}

void sight_recv(struct sight *s, struct mbuf *mb, uint64_t now)
{
	video_recv(s->video, mb, now);
}

void sight_recv_report(struct sight *s, struct mbuf *mb, uint64_t now)
{
	if (s->video)
		video_recv_report(s->video, mb, now);
}

void sight_set_latency(struct sight *s, int64_t latency)
{
	if (s->video)
		video_set_latency(s->video, latency);
}

void sight_wish(struct sight *s, uint64_t now)
{
	wish_handler(now, s);
}

void sight_set_mute(struct sight *s, bool mute)
{
	struct studio *st = studio_of(s);

	s->muted = mute;
	if (st)
		studio_mute(st, &s->user, mute);
}

void sight_set_source(struct sight *s, enum sight_source source)
{
	if (s->source == source)
		return;

	detach(s);
	s->source = source;
	s->blind = false;
	if (s->video && s->media.send)
		(void)follow_camera(s);
}

void sight_close(struct sight *s, uint64_t now)
{
	if (s->video)
		video_bye(s->video, now);
	s->video = mem_deref(s->video);
	rest(s, now);
}

uint64_t sight_due(const struct sight *s)
{
	return s->video ? video_due(s->video) : CLOCK_NEVER;
}

void sight_tick(struct sight *s, uint64_t now)
{
	if (s->video && video_due(s->video) <= now)
		video_tick(s->video, now);
}

int sight_print(struct re_printf *pf, const struct sight *s)
{
	return s->video ? re_hprintf(pf, "%H\n", video_print, s->video) : 0;
}

json_t *sight_json(const struct sight *s)
{
	return s->video ? figures_video(s->video) : json_null();
}
