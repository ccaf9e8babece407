/**
 * @file core/call/titles.c  Titles
 *
 * The call that is meant is looked at now and then, and with each event of
 * one: what has changed is drawn anew.
 */
#include "core/base/loop.h"
#include "core/call/call_parts.h"
#include "core/call/calls_parts.h"
#include "core/call/glyphs.h"
#include "core/call/placard.h"
#include "core/call/titles.h"

enum {
	WIDTH = 640, /* Of the band [pixels] */
	HEIGHT = 44,
	DOT = 2,	 /* Of a letter [pixels]           */
	MARGIN = 10,	 /* On the left                    */
	FIRST = 5,	 /* Line from above                */
	SECOND = 26,	 /* Likewise                       */
	LUMA_WHO = 235,	 /* BT.601, limited range          */
	LUMA_WHAT = 180, /* Light grey, as of the placards */
	CARD_WIDTH = 160,
	CARD_HEIGHT = 120,
	MINUTE = 60,
};

struct titles {
	const struct calls *calls;
	struct screen *screen;
	struct mirror *mirror;
	bool banded;
	struct event_listener *listener;
	struct loop_timer timer;
	struct titles_text text;  /* As drawn                       */
	struct titles_text ended; /* Of the last call, for a while  */
	uint64_t until;		  /* [us]                           */
	struct frame *band, *card;
};

static void titles_destructor(void *arg)
{
	struct titles *t = arg;
	const struct display_overlay nothing = { .band = NULL };

	loop_timer_cancel(&t->timer);
	mem_deref(t->listener);
	if (t->screen)
		screen_overlay(t->screen, &nothing, clock_now());
	mem_deref(t->screen);
	mem_deref(t->mirror);
	mem_deref(t->band);
	mem_deref(t->card);
}

/* ---- What is said ---- */

/* Who rings here before all, then who is talked with, then the newest */
static unsigned rank(const struct call *c)
{
	if (c->state == CALL_INCOMING)
		return 2;
	return c->state == CALL_UP && !c->hold.on;
}

static const struct call *call_of(const struct titles *t)
{
	const struct call *best = NULL;

	for (unsigned i = 0; i < t->calls->callc; i++) {
		const struct call *c = t->calls->callv[i];

		if (!best || rank(c) >= rank(best))
			best = c;
	}
	return best;
}

/* The name, or else the address without scheme, port and parameters */
static void say_who(char *who, const struct call *c)
{
	const char *name = c->inv ? invite_peer_name(c->inv) : "";
	const char *uri = c->inv ? invite_peer_uri(c->inv) : c->to;
	const char *colon = uri ? strchr(uri, ':') : NULL;
	const char *at = uri ? strchr(uri, '@') : NULL;

	str_ncpy(who, uri ? uri : "", TITLES_LINE);
	if (str_isset(name)) {
		str_ncpy(who, name, TITLES_LINE);
		return;
	}
	if (colon && (!at || colon < at)) {
		str_ncpy(who, colon + 1, TITLES_LINE);
		who[strcspn(who, ";?")] = '\0';
	}
}

static const char *state_of(const struct call *c)
{
	switch (c->state) {
	case CALL_GATHERING:
	case CALL_CALLING:
		return "is being called";
	case CALL_RINGING:
		return "it rings there";
	case CALL_INCOMING:
		return "is calling";
	case CALL_ANSWERING:
		return "is being answered";
	case CALL_ENDING:
		return "is being hung up";
	default:
		return c->hold.on	? "is on hold"
		       : c->hold.remote ? "holds the call"
					: "in call";
	}
}

static bool is_seen(const struct call *c)
{
	return c->shows == SIGHT_CAMERA && !c->black && !c->veiled;
}

static void say_what(char *what, const struct call *c, uint64_t now)
{
	const bool up = c->state == CALL_UP;
	const uint64_t s = up && c->answered ? (now - c->answered) / CLOCK_S
					     : 0;
	const bool screen = c->shows == SIGHT_SCREEN;
	char time[TITLES_LINE] = "";

	if (up)
		(void)re_snprintf(time, sizeof(time), " %u:%02u",
				  (unsigned)(s / MINUTE),
				  (unsigned)(s % MINUTE));
	(void)re_snprintf(what, TITLES_LINE, "%s%s%s%s%s", state_of(c), time,
			  up && screen	      ? ", the screen is shown"
			  : up && !is_seen(c) ? ", camera off"
					      : "",
			  up && c->muted ? ", microphone off" : "",
			  up && !c->sees ? ", no picture comes" : "");
}

static void say(const struct titles *t, const struct call *c,
		struct titles_text *text, uint64_t now)
{
	memset(text, 0, sizeof(*text));
	if (c) {
		say_who(text->who, c);
		say_what(text->what, c, now);
	} else if (now < t->until) {
		*text = t->ended;
	}
}

const struct titles_text *titles_text(const struct titles *t)
{
	return &t->text;
}

/* ---- What is drawn ---- */

static void draw_band(struct titles *t)
{
	struct frame *f;

	t->band = mem_deref(t->band);
	if (!t->banded || (!*t->text.who && !*t->text.what) ||
	    frame_alloc(&f, FRAME_I420, WIDTH, HEIGHT))
		return;

	frame_black(f);
	glyphs_draw(f, MARGIN, FIRST, DOT, LUMA_WHO, t->text.who);
	glyphs_draw(f, MARGIN, SECOND, DOT, LUMA_WHAT, t->text.what);
	t->band = f;
}

/* Our picture, or that there is none; NULL while it is not the time */
static struct frame *inset_of(struct titles *t, const struct call *c)
{
	if (!t->mirror || !c || c->state != CALL_UP || c->shows == SIGHT_SCREEN)
		return NULL;
	if (is_seen(c))
		return mirror_picture(t->mirror);
	if (!t->card)
		(void)placard_alloc(&t->card, PLACARD_AWAY,
				    FRAME_BIT(FRAME_I420), CARD_WIDTH,
				    CARD_HEIGHT);
	return t->card;
}

static void on_timer(uint64_t now, void *arg)
{
	struct titles *t = arg;
	const struct call *c = call_of(t);
	struct titles_text text;
	struct display_overlay o;

	say(t, c, &text, now);
	if (memcmp(&text, &t->text, sizeof(text))) {
		t->text = text;
		draw_band(t);
	}
	o.band = t->band;
	o.inset = inset_of(t, c);
	screen_overlay(t->screen, &o, now);
	if (c || now < t->until)
		loop_timer_arm(&t->timer, now + TITLES_TICK);
}

static void on_event(const struct event *ev, void *arg)
{
	struct titles *t = arg;
	const char *reason;

	if (str_cmp(ev->session, "call"))
		return;
	if (ev->type == EVENT_TERMINATED) {
		reason = json_string_value(json_object_get(ev->json, "reason"));
		memcpy(t->ended.who, t->text.who, sizeof(t->ended.who));
		(void)re_snprintf(t->ended.what, sizeof(t->ended.what),
				  "has ended: %s", reason ? reason : "");
		t->until = clock_now() + TITLES_END;
	}
	loop_timer_arm(&t->timer, 0);
}

int titles_alloc(struct titles **tp, const struct calls *calls,
		 struct screen *screen, struct mirror *mirror, bool band,
		 struct event_bus *events)
{
	struct titles *t = mem_zalloc(sizeof(*t), titles_destructor);
	int err;

	if (!t)
		return ENOMEM;

	t->calls = calls;
	t->screen = mem_ref(screen);
	t->mirror = mem_ref(mirror);
	t->banded = band;
	loop_timer_init(&t->timer, "titles", on_timer, t);
	err = event_listen(&t->listener, events, on_event, t);
	if (err)
		mem_deref(t);
	else
		*tp = t;
	return err;
}
