/**
 * @file core/call/voice.h  Voice: the one sound device, and who has it
 *
 *     sound device -> [voice] -> session in front -> audio path
 *                        '-----> call progress tones
 *
 * The device is open while somebody needs it and closed otherwise, so that
 * nobody listens between calls. The session attached last is in front: it
 * gets the microphone and the loudspeaker; those behind beat on with silence,
 * and their audio keeps its clock.
 *
 * Users that are `shared` (browsers that watch) are in front together: each
 * hears the microphone, the loudspeaker plays the sum of them, and a tone
 * beside it. One that is not shared stays in front of them.
 */
#ifndef CORE_CALL_VOICE_H
#define CORE_CALL_VOICE_H

#include "core/base/event.h"
#include "core/call/tones.h"

struct voice;

/** A session's share of the device; embed it and zero it */
struct voice_user {
	struct le le;
	sound_period_h *h; /**< The heartbeat */
	void *arg;
	bool shared; /**< Set before voice_attach() */
	bool behind; /**< By voice_back(): nobody is talked to in it */
};

/**
 * Allocate.
 *
 * @param sound   The device, closed; a reference is kept
 * @param name    Of the device, for people
 * @param events  For device_lost and device_back
 *
 * @return 0, ENOMEM
 */
int voice_alloc(struct voice **vp, struct sound *sound, const char *name,
		struct event_bus *events);

/**
 * Attach a user, in front of all (a shared one: of all that are shared);
 * opens the device.
 *
 * @param h    Called with each heartbeat until voice_detach()
 * @param fmt  Set to what the device runs at
 *
 * @return 0, EALREADY attached, or errno of the device: not attached
 */
int voice_attach(struct voice *v, struct voice_user *u, sound_period_h *h,
		 void *arg, struct sound_format *fmt);

/** Detach; harmless when not attached. Closes the device after the last */
void voice_detach(struct voice *v, struct voice_user *u);

/** Bring an attached user to the front; a shared one with all shared ones */
void voice_front(struct voice *v, struct voice_user *u);

/** Send an attached user behind all others. If it is in front all the same,
    tones are played as if nobody were */
void voice_back(struct voice *v, struct voice_user *u);

/**
 * Play a tone, or none; opens the device for it.
 *
 * @param owner  Whose tone it is: it ends when all who began it ended it
 *
 * @return 0, ENOSPC TONES_OWNERS have begun it, or errno of the device
 */
int voice_tone(struct voice *v, const void *owner, enum tones_kind tone);

/** What a simulated loudspeaker heard. @return 0, ENOTSUP */
int voice_heard(const struct voice *v, struct sound_heard *heard);

/** Print device and state on one line, for %H */
int voice_print(struct re_printf *pf, const struct voice *v);

#endif
