/**
 * @file core/call/encoding.c  Encoding
 *
 * The encoder is made anew with the next frame, never in its own handlers.
 */
#include "core/base/log.h"
#include "core/call/encoding.h"
#include "core/call/ladder.h"
#include "core/call/studio.h"
#include "core/media/keyrule.h"

struct encoding {
	struct encoding_params prm;
	struct list users; /* struct studio_user */
	struct choice choice;
	struct encoder *encoder;
	struct encoder_prefs full;  /* Now: not more than the camera has    */
	struct encoder_prefs prefs; /* What the encoder was told            */
	unsigned width, height;	    /* Of the camera's frames               */
	struct ladder ladder;
	struct keyrule keys;
	unsigned since; /* The last IDR [frames]                      */
	uint64_t due;	/* When the next frame is [us]                */
	uint64_t retry; /* No other encoder before [us]               */
	struct frame *cardv[PLACARD_AWAY + 1];
	bool faulty;  /* The encoder is to be made anew             */
	bool passing; /* The camera encodes                         */
	uint32_t units, dropped, waived; /* Counters              */
};

static void drop_cards(struct encoding *e)
{
	for (unsigned i = 0; i < ARRAY_SIZE(e->cardv); i++)
		e->cardv[i] = mem_deref(e->cardv[i]);
}

static void encoding_destructor(void *arg)
{
	struct encoding *e = arg;

	list_clear(&e->users);
	mem_deref(e->encoder);
	drop_cards(e);
}

/* A user may leave within its handler */
static void deliver(struct encoding *e, const struct encoder_unit *unit,
		    uint64_t now)
{
	struct le *le = e->users.head;

	++e->units;
	while (le) {
		struct studio_user *u = le->data;

		le = le->next;
		if (u->held)
			continue;
		u->begun |= unit->key;
		if (u->begun)
			u->h(unit, now, u->arg);
	}
}

static void unit_handler(const struct encoder_unit *unit, uint64_t now,
			 void *arg)
{
	struct encoding *e = arg;

	choice_unit(&e->choice);
	deliver(e, unit, now);
}

static void fault_handler(int err, void *arg)
{
	struct encoding *e = arg;

	if (e->faulty)
		return;

	choice_fault(&e->choice, err);
	e->faulty = true;
	if (err == ENOTSUP) /* Another one, at once */
		e->retry = 0;
}

static void configure_size(struct encoder_prefs *full, const struct config *cfg,
			   bool screen)
{
	if (screen) {
		full->fps = (unsigned)config_number(cfg, "screen", "fps");
		config_size(cfg, "screen", "size", &full->width, &full->height);
	} else {
		full->fps = (unsigned)config_number(cfg, "video", "fps");
		config_size(cfg, "video", "size", &full->width, &full->height);
	}
	full->width &= ~1U;
	full->height &= ~1U;
}

void encoding_configure(struct encoding_params *prm, const struct config *cfg,
			bool screen, const struct coder *coderv,
			const char *codec)
{
	prm->codec = codec;
	prm->coderv = coderv;
	prm->only = config_text(cfg, "video", "encoder");
	prm->interval = config_number(cfg, "video", "iframe_interval");
	prm->full.bitrate = (uint32_t)config_number(cfg, "video", "bitrate");
	configure_size(&prm->full, cfg, screen);
}

static int make(struct encoding *e)
{
	return choice_make(&e->choice, &e->encoder, &e->prefs, unit_handler,
			   fault_handler, e);
}

/* Whether there is an encoder; a new one begins with an IDR */
static bool ready(struct encoding *e, uint64_t now)
{
	int err;

	if (e->encoder && !e->faulty)
		return true;
	if (now < e->retry)
		return false;

	e->encoder = mem_deref(e->encoder);
	keyrule_start(&e->keys);
	drop_cards(e); /* It may want another format */
	err = make(e);
	e->faulty = false;
	e->retry = now + ENCODING_PAUSE;
	return !err;
}

int encoding_alloc(struct encoding **ep, const struct encoding_params *prm)
{
	struct encoding *e;
	int err;

	e = mem_zalloc(sizeof(*e), encoding_destructor);
	if (!e)
		return ENOMEM;

	e->prm = *prm;
	choice_init(&e->choice, prm->coderv, prm->codec, prm->only, prm->news);
	e->full = e->prefs = prm->full;
	keyrule_init(&e->keys,
		     prm->interval > CONFIG_FRAMES_MAX ? prm->interval : 0);
	err = make(e);
	if (err)
		mem_deref(e);
	else
		*ep = e;
	return err;
}

void encoding_join(struct encoding *e, struct studio_user *u)
{
	u->begun = u->full = false;
	list_append(&e->users, &u->le, u);
	if (!u->held)
		keyrule_wish(&e->keys);
}

void encoding_leave(struct studio_user *u)
{
	list_unlink(&u->le);
}

bool encoding_idle(const struct encoding *e)
{
	return list_isempty(&e->users);
}

/* Whether nobody would get what is made */
static bool is_held(const struct encoding *e)
{
	for (struct le *le = e->users.head; le; le = le->next) {
		const struct studio_user *u = le->data;

		if (!u->held)
			return false;
	}

	return true;
}

void encoding_wish(struct encoding *e)
{
	keyrule_wish(&e->keys);
}

/* The slowest of them */
static uint32_t rate(const struct encoding *e)
{
	uint32_t least = e->prm.full.bitrate;

	for (struct le *le = e->users.head; le; le = le->next) {
		const struct studio_user *u = le->data;

		if (!u->held)
			least = MIN(least, u->bitrate);
	}

	return MAX(least, ENCODING_RATE_MIN);
}

/* Whether nobody who is not held can take a picture now */
static bool is_full(const struct encoding *e)
{
	for (struct le *le = e->users.head; le; le = le->next) {
		const struct studio_user *u = le->data;

		if (!u->held && !u->full)
			return false;
	}

	return true;
}

/* Whether somebody has packetization-mode 0 */
static bool is_single(const struct encoding *e)
{
	for (struct le *le = e->users.head; le; le = le->next) {
		const struct studio_user *u = le->data;

		if (u->single)
			return true;
	}

	return false;
}

static void tune(struct encoding *e, uint64_t now)
{
	struct encoder_prefs to;

	(void)ladder_step(&e->ladder, &e->full, rate(e), now, &to);
	to.nal_max = is_single(e) ? ENCODING_NAL_MAX : 0;
	if (!memcmp(&to, &e->prefs, sizeof(to)))
		return;

	if (to.width != e->prefs.width || to.height != e->prefs.height ||
	    to.nal_max != e->prefs.nal_max)
		keyrule_start(&e->keys);
	if (!to.nal_max && choice_relax(&e->choice))
		e->faulty = true;
	e->prefs = to;
	if (encoder_set(e->encoder, &to) == ENOTSUP)
		fault_handler(ENOTSUP, e);
}

/* Not larger nor faster than the camera, its shape kept */
static void fit(struct encoding *e, const struct frame *f, unsigned fps)
{
	const struct encoder_prefs *most = &e->prm.full;
	unsigned width = f->width, height = f->height;

	fps = fps ? MIN(fps, most->fps) : most->fps;
	if (e->width == f->width && e->height == f->height &&
	    e->full.fps == fps)
		return;

	e->width = f->width;
	e->height = f->height;
	if (width > most->width) {
		height = height * most->width / width;
		width = most->width;
	}
	if (height > most->height) {
		width = width * most->height / height;
		height = most->height;
	}
	e->full.width = MAX(width & ~1U, FRAME_SIDE_MIN);
	e->full.height = MAX(height & ~1U, FRAME_SIDE_MIN);
	e->full.fps = fps;
	memset(&e->ladder, 0, sizeof(e->ladder));
	drop_cards(e);
}

/* A frame may be early by half its time; after a gap it begins anew */
static bool is_due(struct encoding *e, uint64_t now)
{
	const uint64_t time = CLOCK_S / e->prefs.fps;

	if (now + time / 2 < e->due)
		return false;

	e->due = MAX(e->due, now) + time;
	return true;
}

static void encode(struct encoding *e, struct frame *f, uint64_t now)
{
	bool key;
	int err;

	if (is_full(e)) {
		++e->waived;
		return;
	}

	++e->since;
	if (e->prm.interval && e->prm.interval <= CONFIG_FRAMES_MAX &&
	    e->since >= e->prm.interval)
		keyrule_start(&e->keys);
	key = keyrule_take(&e->keys, now);
	if (key)
		e->since = 0;

	err = encoder_put(e->encoder, f, key);
	if (!err)
		return;

	++e->dropped;
	if (key && err != EAGAIN) /* Which keeps the wish */
		keyrule_start(&e->keys);
}

/* The camera's own; its IDRs cannot be asked for */
static void pass(struct encoding *e, const struct frame *f, uint64_t now)
{
	const struct encoder_unit unit = {
		.data = f->planev[0],
		.size = f->size,
		.key = f->key,
		.time = f->time,
		.width = f->width,
		.height = f->height,
	};

	if (!e->passing) {
		e->encoder = mem_deref(e->encoder);
		for (struct le *le = e->users.head; le; le = le->next)
			((struct studio_user *)le->data)->begun = false;
	}
	e->passing = true;
	deliver(e, &unit, now);
}

void encoding_put(struct encoding *e, struct frame *f, unsigned fps,
		  uint64_t now)
{
	if (f->format == FRAME_H264) {
		if (!strcmp(e->prm.codec, "H264"))
			pass(e, f, now);
		return;
	}

	e->passing = false;
	e->cardv[PLACARD_AWAY] = mem_deref(e->cardv[PLACARD_AWAY]);
	if (is_held(e) || !ready(e, now))
		return;

	fit(e, f, fps);
	tune(e, now);
	if (ready(e, now) && is_due(e, now))
		encode(e, f, now);
}

void encoding_show(struct encoding *e, enum placard what, uint64_t now)
{
	struct frame *f;

	if (is_held(e) || !ready(e, now))
		return;

	e->passing = false;
	tune(e, now);
	if (!ready(e, now))
		return;
	if (!e->cardv[what] &&
	    placard_alloc(&e->cardv[what], what, e->choice.coder->formats,
			  e->full.width, e->full.height))
		return;
	if (placard_at(&f, e->cardv[what], now))
		return;

	encode(e, f, now);
	mem_deref(f);
}

bool encoding_passes(const struct encoding *e)
{
	return !e->choice.coder->hardware && !is_single(e);
}

const struct coder *encoding_coder(const struct encoding *e)
{
	return e->choice.coder;
}

static int print_encoder(struct re_printf *pf, const struct encoding *e)
{
	if (e->passing)
		return re_hprintf(pf, "by the camera");
	if (!e->encoder)
		return re_hprintf(pf, "by %s, to be made",
				  e->choice.coder->name);

	return re_hprintf(pf, "%ux%u at %u, %u bit/s, %H", e->prefs.width,
			  e->prefs.height, e->prefs.fps, e->prefs.bitrate,
			  encoder_print, e->encoder);
}

int encoding_print(struct re_printf *pf, const struct encoding *e)
{
	return re_hprintf(pf,
			  "%s users=%u %H units=%u keys=%u/%u dropped=%u "
			  "waived=%u faults=%u steps=%u",
			  e->prm.codec, list_count(&e->users), print_encoder, e,
			  e->units, e->keys.made, e->keys.wishes, e->dropped,
			  e->waived, e->choice.faults, e->ladder.steps);
}
