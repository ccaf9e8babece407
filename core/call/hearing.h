/**
 * @file core/call/hearing.h  Hearing: the sound of one session
 *
 *     offer -> medium -> [hearing] -> audio path
 *                            '------> voice, the sound device
 *
 * Brings the audio path to what is agreed, when somebody is to be heard. The
 * device is open from then on until hearing_close().
 */
#ifndef CORE_CALL_HEARING_H
#define CORE_CALL_HEARING_H

#include <jansson.h>
#include "core/call/medium.h"
#include "core/call/music.h"
#include "core/call/voice.h"

struct hearing;

/** What it is made of; all but the handlers outlives it */
struct hearing_params {
	const struct config *cfg;
	struct voice *voice; /**< A reference is kept                 */
	struct music *music; /**< While we hold; NULL: silence        */
	const char *cname;   /**< The same for all of a phone         */
	bool shared;	     /**< Sound is shared with others: voice.h */
	audio_send_h *rtph;
	audio_send_h *reporth;
	audio_digit_h *digith;
	void *arg;
};

/** Allocate. Free with mem_deref(). @return 0, ENOMEM, ENOENT no codec of
    the configuration is known */
int hearing_alloc(struct hearing **hp, const struct hearing_params *prm);

/** Our medium for the offer, but for the direction; lives as long as this */
void hearing_medium(const struct hearing *h, struct offer_medium *m);

/**
 * Follow what is agreed.
 *
 * @param om    The m-line, active; NULL: there is no sound any more
 * @param talk  Whether our microphone may be heard
 * @param hold  ... but for that we hold the call: music at most
 * @param open  Whether the encrypted channel is open
 *
 * @return 0, ENOENT nothing that can be heard, or errno of the device:
 *         hearing_deaf()
 */
int hearing_update(struct hearing *h, const struct offer_media *om, bool talk,
		   bool hold, bool open, uint64_t now);

/** Whether there is an audio path by now */
bool hearing_begun(const struct hearing *h);

/** Whether the sound device could not be opened */
bool hearing_deaf(const struct hearing *h);

/** The encrypted channel is open, or no longer */
void hearing_set_open(struct hearing *h, bool open, uint64_t now);

/** RTP and RTCP that came, from mb->pos; unchanged afterwards */
void hearing_recv(struct hearing *h, struct mbuf *mb, uint64_t now);
void hearing_recv_report(struct hearing *h, struct mbuf *mb, uint64_t now);

/** @return as audio_latency() */
int hearing_latency(const struct hearing *h, int64_t *latencyp);

/** To the front of those that want the sound device, or behind them */
void hearing_set_front(struct hearing *h, bool front);

void hearing_set_mute(struct hearing *h, bool mute);

/** Let the far end hear a tone for that time [ms], muted or not */
void hearing_tone(struct hearing *h, enum tones_kind tone, unsigned ms);

/** @return as audio_send_digits(), ENOTSUP not by telephone-event */
int hearing_send_digits(struct hearing *h, const char *digits);

/** RTCP BYE, device closed */
void hearing_close(struct hearing *h, uint64_t now);

uint64_t hearing_due(const struct hearing *h);
void hearing_tick(struct hearing *h, uint64_t now);

/** Print, for %H; nothing before it has begun */
int hearing_print(struct re_printf *pf, const struct hearing *h);

/** The same. @return new reference, NULL without memory */
json_t *hearing_json(const struct hearing *h);

#endif
