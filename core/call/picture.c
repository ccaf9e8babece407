/**
 * @file core/call/picture.c  Picture
 */
#include "core/call/picture.h"

const char *picture_shown(const struct call *c)
{
	static const char *const namev[] = {
		[SIGHT_NOTHING] = NULL,
		[SIGHT_CAMERA] = "camera",
		[SIGHT_SCREEN] = "screen",
	};

	return namev[c->shows];
}

const char *picture_seen(const struct call *c)
{
	static const char *const namev[] = {
		[SESSION_DARK] = NULL,
		[SESSION_PICTURE] = "picture",
		[SESSION_SLIDES] = "slides",
	};

	return namev[c->sees];
}

static void tell_shown(struct call *c)
{
	const enum sight_source shows = c->media_up ? session_shows(c->session)
						    : SIGHT_NOTHING;

	if (shows == c->shows)
		return;
	if (c->shows)
		call_emit(c, EVENT_M_STREAM_VIDEO_LOCAL_REMOVED);

	c->shows = shows;
	if (shows)
		event_emit(c->events, EVENT_M_STREAM_VIDEO_LOCAL_ADDED, "call",
			   c->id, "source:s", picture_shown(c));
}

static void tell_seen(struct call *c)
{
	const enum session_view sees = c->media_up ? session_sees(c->session)
						   : SESSION_DARK;

	if (sees == c->sees)
		return;
	if (c->sees)
		call_emit(c, EVENT_M_STREAM_VIDEO_REMOTE_REMOVED);

	c->sees = sees;
	if (sees)
		event_emit(c->events, EVENT_M_STREAM_VIDEO_REMOTE_ADDED, "call",
			   c->id, "content:s", picture_seen(c));
}

void picture_tell(struct call *c)
{
	tell_shown(c);
	tell_seen(c);
}

void call_set_video_mute(struct call *c, bool mute)
{
	c->black = mute;
	c->veiled = false;
	session_set_video_mute(c->session, mute);
}

/* The user has said what the picture is to be, and the peer is told */
static void renew(struct call *c, enum calls_media media, uint64_t now)
{
	if (c->veiled && media != CALLS_AUDIO)
		session_set_video_mute(c->session, c->veiled = false);
	c->media = media;
	negotiation_renew(&c->neg, c->inv, now);
	picture_tell(c);
}

int call_video(struct call *c, bool on, uint64_t now)
{
	int err;

	if (!call_negotiable(c))
		return EINVAL;

	err = session_set_video(c->session, on);
	if (!err)
		renew(c, on ? CALLS_AV : CALLS_AUDIO, now);
	return err;
}

int call_screen(struct call *c, bool on, uint64_t now)
{
	int err;

	if (!call_negotiable(c))
		return EINVAL;

	err = session_set_screen(c->session, on);
	if (err)
		return err;

	renew(c,
	      on			  ? CALLS_SCREEN
	      : session_shows(c->session) ? CALLS_AV
					  : CALLS_AUDIO,
	      now);
	return 0;
}

void call_keyframe(struct call *c, uint64_t now)
{
	session_wish(c->session, now);
}
