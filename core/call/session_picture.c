/**
 * @file core/call/session_picture.c  Session: what of it is seen
 */
#include "core/call/session_picture.h"

void session_set_video_mute(struct session *s, bool mute)
{
	if (s->senses.sight)
		sight_set_mute(s->senses.sight, mute);
}

int session_set_video(struct session *s, bool on)
{
	return wishes_set_video(&s->wishes, s->offer, s->senses.sight, on);
}

int session_set_screen(struct session *s, bool on)
{
	return wishes_set_screen(&s->wishes, s->offer, s->senses.sight, on);
}

void session_wish(struct session *s, uint64_t now)
{
	if (s->senses.sight)
		sight_wish(s->senses.sight, now);
}

bool session_shares(const struct session *s)
{
	return s->senses.sight && sight_source(s->senses.sight) == SIGHT_SCREEN;
}

enum sight_source session_shows(const struct session *s)
{
	return s->senses.sight && sight_sends(s->senses.sight)
		       ? sight_source(s->senses.sight)
		       : SIGHT_NOTHING;
}

enum session_view session_sees(const struct session *s)
{
	const struct offer_media *m = offer_active(s->offer, OFFER_VIDEO);

	if (!s->senses.sight || !sight_receives(s->senses.sight))
		return SESSION_DARK;

	return m && m->remote && description_content(m->remote, "slides")
		       ? SESSION_SLIDES
		       : SESSION_PICTURE;
}
