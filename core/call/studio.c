/**
 * @file core/call/studio.c  Studio
 *
 * An encoding for each codec and way: the camera, or black. The camera is
 * stopped at once when nobody needs it; what else follows is done by a timer,
 * since users come and go within handlers of camera and encoders.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/encoding.h"
#include "core/call/profile.h"
#include "core/call/studio.h"
#include "core/call/tripod.h"

enum {
	H264 = 0,
	VP8,
	CODECS,
	CAMERA = 0, /* Ways */
	BLACK,
	WAYS,
	TICK = 500 * CLOCK_MS, /* Of placards: two a second, ours          */
	RETRY = CLOCK_S,       /* Between two tries to open it [us], ours  */
	PROBES = 8,	       /* Ticks until we do without a probe        */
};

static const char *const codecv[CODECS] = { "H264", "VP8" };

struct studio {
	const struct config *cfg;
	struct optics optics; /* The camera is the tripod's */
	struct tripod *tripod;
	struct encoding *encodingv[CODECS][WAYS];
	const struct coder *saidv[CODECS]; /* The log was told of it       */
	struct choice_news news;
	struct list stranded; /* struct studio_user without encoding   */
	struct snapshots snapshots;
	bool screen;		  /* Of it, not of the camera              */
	struct studio_user probe; /* Sees black until the profile is known */
	unsigned probes;
	char profile[PROFILE_SIZE];
	bool absent;	/* There is no encoder for H.264                   */
	uint64_t retry; /* The camera is not opened by us before [us]      */
	struct loop_timer tick, tidy;
};

static void studio_destructor(void *arg)
{
	struct studio *st = arg;

	loop_timer_cancel(&st->tick);
	loop_timer_cancel(&st->tidy);
	encoding_leave(&st->probe);
	list_clear(&st->stranded);
	if (st->tripod)
		tripod_close(st->tripod);
	for (unsigned c = 0; c < CODECS; c++) {
		for (unsigned w = 0; w < WAYS; w++)
			mem_deref(st->encodingv[c][w]);
	}
	mem_deref(st->tripod);
}

static struct encoding_params params(struct studio *st, unsigned codec)
{
	struct encoding_params prm = { .news = &st->news };

	encoding_configure(&prm, st->cfg, st->screen, st->optics.coderv,
			   codecv[codec]);
	return prm;
}

/* @return CODECS: not one of them */
static unsigned codec_of(const char *name)
{
	unsigned c = 0;

	while (c < CODECS && strcmp(codecv[c], name))
		++c;
	return c;
}

static bool can(const struct studio *st, unsigned codec)
{
	const char *only = config_text(st->cfg, "video", "encoder");

	return codec != CODECS && st->tripod->camera &&
	       !(codec == H264 && st->absent) &&
	       choice_can(st->optics.coderv, codecv[codec], only);
}

bool studio_can(const struct studio *st, const char *codec)
{
	return can(st, codec_of(codec));
}

const char *studio_profile(const struct studio *st)
{
	return st->profile;
}

static bool is_seen(const struct studio *st, unsigned codec)
{
	const struct encoding *e = st->encodingv[codec][CAMERA];

	return e && !encoding_idle(e);
}

static bool is_needed(const struct studio *st)
{
	return st->snapshots.waitc || is_seen(st, H264) || is_seen(st, VP8);
}

/* Whether anything is to be done now and then */
static bool is_busy(const struct studio *st)
{
	bool busy = is_needed(st) || !list_isempty(&st->stranded);

	for (unsigned c = 0; c < CODECS; c++) {
		const struct encoding *e = st->encodingv[c][BLACK];

		busy |= e && !encoding_idle(e);
	}
	return busy;
}

/* What all that see the camera can take */
static unsigned formats(const struct studio *st)
{
	unsigned all = TRIPOD_RAW, one = TRIPOD_RAW;

	for (unsigned c = 0; c < CODECS; c++) {
		if (!is_seen(st, c))
			continue;
		one = encoding_coder(st->encodingv[c][CAMERA])->formats &
		      TRIPOD_RAW;
		all &= one;
	}
	return all ? all : one;
}

static bool may_pass(const struct studio *st)
{
	return !st->tripod->passive && !st->snapshots.waitc &&
	       is_seen(st, H264) && !is_seen(st, VP8) &&
	       config_is(st->cfg, "video", "encoder", "auto") &&
	       encoding_passes(st->encodingv[H264][CAMERA]);
}

/* Whether what the camera makes now is of use */
static bool is_fitting(const struct studio *st)
{
	const enum frame_format format = st->tripod->fmt.format;

	return format == FRAME_H264 ? may_pass(st)
				    : (formats(st) & FRAME_BIT(format)) != 0;
}

/* After somebody went; may be within any handler */
static void release(struct studio *st)
{
	if (!is_needed(st))
		tripod_close(st->tripod);
	loop_timer_arm(&st->tidy, 0);
}

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct studio *st = arg;

	for (unsigned c = 0; c < CODECS; c++) {
		if (is_seen(st, c))
			encoding_put(st->encodingv[c][CAMERA], f,
				     st->tripod->fmt.fps, now);
	}
	if (!st->snapshots.waitc || f->format == FRAME_H264 ||
	    st->tripod->frames < TRIPOD_SETTLED)
		return;

	snapshots_take(&st->snapshots, st->optics.jpegh, f, now);
	release(st);
}

static int camera_open(struct studio *st)
{
	const struct encoding_params prm = params(st, H264);
	const struct camera_prefs prefs = {
		.width = prm.full.width,
		.height = prm.full.height,
		.fps = prm.full.fps,
		.formats = formats(st),
	};

	return tripod_open(st->tripod, &prefs, may_pass(st));
}

static int camera_ask(struct studio *st)
{
	int err = st->tripod->open ? 0 : camera_open(st);

	if (err)
		log_warning("studio: cannot open %s: %m\n", st->tripod->name,
			    err);
	return err;
}

/* Free what nobody needs, and have the camera as it is needed */
static void tidy_handler(uint64_t now, void *arg)
{
	struct studio *st = arg;

	for (unsigned c = 0; c < CODECS; c++) {
		for (unsigned w = 0; w < WAYS; w++) {
			struct encoding **ep = &st->encodingv[c][w];

			if (*ep && encoding_idle(*ep))
				*ep = mem_deref(*ep);
		}
	}

	if (!is_busy(st))
		loop_timer_cancel(&st->tick);
	if (!is_needed(st) || (st->tripod->open && !is_fitting(st)))
		tripod_close(st->tripod);
	if (!is_needed(st) || st->tripod->open || now < st->retry)
		return;

	st->retry = now + RETRY;
	tripod_tell(st->tripod, camera_open(st));
}

static void say(struct studio *st, unsigned codec, const struct encoding *e)
{
	const struct coder *c = encoding_coder(e);

	if (st->saidv[codec] != c)
		log_info("studio: %s encodes %s\n", c->name, c->codec);
	st->saidv[codec] = c;
}

static void show(struct studio *st, unsigned codec, uint64_t now)
{
	const bool away = tripod_away(st->tripod, now);
	struct encoding *e = st->encodingv[codec][BLACK];

	if (e && !encoding_idle(e)) {
		encoding_show(e, PLACARD_BLACK, now);
		say(st, codec, e);
	}
	if (!is_seen(st, codec))
		return;

	e = st->encodingv[codec][CAMERA];
	if (away)
		encoding_show(e, PLACARD_AWAY, now);
	say(st, codec, e);
}

static void probe_handler(const struct encoder_unit *unit, uint64_t now,
			  void *arg)
{
	struct studio *st = arg;
	(void)now;

	if (!profile_read(st->profile, unit))
		studio_detach(st, &st->probe);
}

static struct encoding **encoding_of(struct studio *st, unsigned codec,
				     bool muted)
{
	return &st->encodingv[codec][muted ? BLACK : CAMERA];
}

static int encoding_need(struct studio *st, unsigned codec, bool muted)
{
	const struct encoding_params prm = params(st, codec);
	struct encoding **ep = encoding_of(st, codec, muted);

	return *ep ? 0 : encoding_alloc(ep, &prm);
}

static void join(struct studio *st, struct studio_user *u)
{
	encoding_join(*encoding_of(st, u->codec, u->muted), u);
	loop_timer_arm(&st->tick, 0);
}

/* Those for whom there was no memory */
static void rescue(struct studio *st)
{
	struct le *le = st->stranded.head;

	while (le) {
		struct studio_user *u = le->data;

		le = le->next;
		if (encoding_need(st, u->codec, u->muted))
			continue;
		list_unlink(&u->le);
		join(st, u);
	}
}

static void tick_handler(uint64_t now, void *arg)
{
	struct studio *st = arg;

	if (!is_busy(st))
		return;

	loop_timer_arm(&st->tick, now + TICK);
	for (unsigned c = 0; c < CODECS; c++)
		show(st, c, now);
	rescue(st);
	if (st->probe.le.list && ++st->probes == PROBES)
		studio_detach(st, &st->probe);
	snapshots_expire(&st->snapshots, STUDIO_PATIENCE - TICK, now);
	release(st);
}

/* The first H.264 encoder is asked what it makes */
static int probe(struct studio *st)
{
	const struct encoding_params prm = params(st, H264);
	int err;

	profile_guess(st->profile, &prm.full);
	if (!can(st, H264))
		return 0;

	err = encoding_need(st, H264, true);
	if (err == ENOMEM)
		return err;
	if (err) {
		log_warning("studio: nothing encodes H264: %m\n", err);
		st->absent = true;
		return 0;
	}

	st->probe.h = probe_handler;
	st->probe.arg = st;
	st->probe.codec = H264;
	st->probe.muted = true;
	st->probe.bitrate = prm.full.bitrate;
	join(st, &st->probe);
	return 0;
}

int studio_alloc(struct studio **sp, const struct config *cfg, bool screen,
		 const struct optics *optics, struct event_bus *events)
{
	struct studio *st;
	int err;

	st = mem_zalloc(sizeof(*st), studio_destructor);
	if (!st)
		return ENOMEM;

	loop_timer_init(&st->tick, "studio", tick_handler, st);
	loop_timer_init(&st->tidy, "studio tidy", tidy_handler, st);
	st->cfg = cfg;
	st->screen = screen;
	st->news.events = events;
	if (optics)
		st->optics = *optics;
	err = tripod_alloc(&st->tripod,
			   screen ? st->optics.screen : st->optics.camera,
			   screen ? config_text(cfg, "screen", "source")
				  : config_text(cfg, "video", "camera"),
			   events, frame_handler, st);
	if (!err)
		err = probe(st);
	if (err)
		mem_deref(st);
	else
		*sp = st;
	return err;
}

int studio_attach(struct studio *st, struct studio_user *u, const char *codec,
		  uint32_t bitrate, encoder_unit_h *h, void *arg)
{
	int err;

	if (u->le.list)
		return EALREADY;

	u->codec = codec_of(codec);
	if (!can(st, u->codec))
		return ENOTSUP;

	err = encoding_need(st, u->codec, u->muted);
	if (err)
		return err;

	u->bitrate = bitrate;
	u->h = h;
	u->arg = arg;
	join(st, u);
	if (!u->muted)
		err = camera_ask(st);
	if (err)
		studio_detach(st, u);
	else
		loop_timer_arm(&st->tidy, 0);
	return err;
}

void studio_detach(struct studio *st, struct studio_user *u)
{
	if (!u->le.list)
		return;

	encoding_leave(u);
	release(st);
}

void studio_wish(struct studio *st, struct studio_user *u, uint64_t now)
{
	struct encoding *e = *encoding_of(st, u->codec, u->muted);
	(void)now;

	if (u->le.list && e)
		encoding_wish(e);
}

void studio_rate(struct studio *st, struct studio_user *u, uint32_t bitrate)
{
	(void)st;

	u->full = !bitrate;
	u->bitrate = bitrate ? bitrate : u->bitrate;
}

/* Without an encoder for that it gets nothing, rather than what it is not to
   see, until there is one */
void studio_mute(struct studio *st, struct studio_user *u, bool muted)
{
	if (u->muted == muted)
		return;

	u->muted = muted;
	if (!u->le.list)
		return;

	encoding_leave(u);
	if (encoding_need(st, u->codec, muted))
		list_append(&st->stranded, &u->le, u);
	else
		join(st, u);
	release(st);
}

int studio_snapshot(struct studio *st, snapshots_h *h, void *arg, uint64_t now)
{
	const struct tripod *t = st->tripod;
	int err;

	if (!t->camera || tripod_gone(t))
		return ENODEV;
	if (!st->optics.jpegh)
		return ENOTSUP;

	err = snapshots_add(&st->snapshots, h, arg, now);
	if (err)
		return err;

	err = camera_ask(st);
	if (err)
		snapshots_undo(&st->snapshots);
	if (!loop_timer_armed(&st->tick))
		loop_timer_arm(&st->tick, 0);
	release(st);
	return err;
}

bool studio_open(const struct studio *st)
{
	return st->tripod->open;
}

int studio_print(struct re_printf *pf, const struct studio *st)
{
	int err = re_hprintf(pf, "%H snapshots=%u/%u\n", tripod_print,
			     st->tripod, st->snapshots.made,
			     st->snapshots.made + st->snapshots.failed);

	for (unsigned c = 0; c < CODECS; c++) {
		for (unsigned w = 0; w < WAYS; w++) {
			if (st->encodingv[c][w])
				err |= re_hprintf(
					pf, "%s %H\n", w ? "black" : "encoder",
					encoding_print, st->encodingv[c][w]);
		}
	}
	return err;
}
