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

int wishes_set_video(struct wishes *w, struct offer *o, const struct sight *s,
		     bool on)
{
	if (!s)
		return ENOTSUP;
	if (!w->shown)
		return on ? wishes_show(w, o, s) : 0;

	return offer_set_enabled(o, OFFER_VIDEO, on);
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
