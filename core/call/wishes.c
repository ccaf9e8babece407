/**
 * @file core/call/wishes.c  Wishes
 */
#include "core/call/wishes.h"

enum sdp_dir wishes_dir(const struct wishes *w)
{
	return (w->send ? SDP_SENDONLY : SDP_INACTIVE) |
	       (w->recv && !w->hold ? SDP_RECVONLY : SDP_INACTIVE);
}

int wishes_show(struct wishes *w, struct offer *o, const struct sight *s)
{
	struct offer_medium m;
	int err;

	sight_medium(s, &m);
	m.dir = wishes_dir(w) & sight_dir(s);
	if (m.dir == SDP_INACTIVE && !w->hold)
		return ENOTSUP;

	err = offer_add(o, &m);
	w->shown = !err;
	return err;
}

static int set_picture(struct wishes *w, struct offer *o, const struct sight *s,
		       bool on)
{
	if (!w->shown)
		return on ? wishes_show(w, o, s) : 0;

	offer_set_dir(o, OFFER_VIDEO, wishes_dir(w) & sight_dir(s));
	offer_set_content(o, OFFER_VIDEO, sight_content(s));
	return offer_set_enabled(o, OFFER_VIDEO, on);
}

int wishes_set_video(struct wishes *w, struct offer *o, struct sight *s,
		     bool on)
{
	if (!s)
		return ENOTSUP;

	/* What is on a screen is seen no more at once */
	if (on)
		sight_set_source(s, SIGHT_CAMERA);
	else if (sight_source(s) == SIGHT_SCREEN)
		sight_set_source(s, SIGHT_NOTHING);
	w->camera = false;
	return set_picture(w, o, s, on);
}

static int show_screen(struct wishes *w, struct offer *o, struct sight *s)
{
	const struct offer_media *m = offer_active(o, OFFER_VIDEO);
	const enum sight_source before = sight_source(s);
	int err;

	sight_set_source(s, SIGHT_SCREEN);
	err = sight_content(s) ? set_picture(w, o, s, true) : ENOTSUP;
	if (err)
		sight_set_source(s, before);
	else
		w->camera = before == SIGHT_CAMERA && m &&
			    (m->dir & SDP_SENDONLY);
	return err;
}

int wishes_set_screen(struct wishes *w, struct offer *o, struct sight *s,
		      bool on)
{
	const struct offer_media *m = offer_active(o, OFFER_VIDEO);
	bool sees;

	if (!s)
		return ENOTSUP;
	if (on == (sight_source(s) == SIGHT_SCREEN))
		return EALREADY;
	if (on)
		return show_screen(w, o, s);

	sees = m && (m->dir & SDP_RECVONLY);
	sight_set_source(s, w->camera ? SIGHT_CAMERA : SIGHT_NOTHING);
	return set_picture(w, o, s, w->camera || sees);
}

void wishes_set_hold(struct wishes *w, struct offer *o, const struct sight *s,
		     bool on)
{
	w->hold = on;
	offer_set_dir(o, OFFER_AUDIO, wishes_dir(w));
	if (s)
		offer_set_dir(o, OFFER_VIDEO, wishes_dir(w) & sight_dir(s));
}

enum wishes_ear wishes_ear(const struct wishes *w, const struct offer *o)
{
	static const enum offer_type typev[] = { OFFER_AUDIO, OFFER_VIDEO };
	const enum sdp_dir mask = w->send ? SDP_RECVONLY : SDP_SENDONLY;
	enum wishes_ear ear = WISHES_UNKNOWN;

	if (!w->send && w->hold)
		return WISHES_UNKNOWN;

	for (size_t i = 0; i < ARRAY_SIZE(typev); i++) {
		const struct offer_media *m = offer_active(o, typev[i]);

		if (!m)
			continue;
		if (m->remote_dir & mask)
			return WISHES_OPEN;
		ear = WISHES_SHUT;
	}

	return ear;
}
