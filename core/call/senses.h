/**
 * @file core/call/senses.h  Senses: sound and picture of one session
 *
 *     session -> [senses] -> hearing    audio path -> voice
 *                    '-----> sight      video path -> studio, screen
 *
 * What a session does to both alike, and who of them a packet is for.
 */
#ifndef CORE_CALL_SENSES_H
#define CORE_CALL_SENSES_H

#include "core/call/cables.h"
#include "core/call/hearing.h"
#include "core/call/sight.h"

/** Both; embed it and zero it */
struct senses {
	struct hearing *hearing;
	struct sight *sight; /**< NULL: neither camera nor display */
};

/** Free both; harmless when there are none */
void senses_free(struct senses *s);

/**
 * Bring the paths to what is agreed now.
 *
 * @param talk  Whether microphone and camera may be open
 * @param hold  ... but for that we hold the call
 * @param open  For which media the encrypted channel is open: enum
 *              cables_media, or-ed
 *
 * @return 0, or errno of the sound device
 */
int senses_update(struct senses *s, const struct offer *o, bool talk, bool hold,
		  unsigned open, uint64_t now);

/** The encrypted channel of these media is open, or no longer */
void senses_set_open(struct senses *s, unsigned media, bool open, uint64_t now);

/** RTP and RTCP that came for one of these media, from mb->pos */
void senses_recv(struct senses *s, unsigned media, struct mbuf *mb,
		 uint64_t now);
void senses_recv_report(struct senses *s, unsigned media, struct mbuf *mb,
			uint64_t now);

/** RTCP BYE, devices given back */
void senses_close(struct senses *s, uint64_t now);

uint64_t senses_due(const struct senses *s);
void senses_tick(struct senses *s, uint64_t now);

/** Print, for %H */
int senses_print(struct re_printf *pf, const struct senses *s);

/** Add "audio" and "video" to an object. @return it, NULL without memory */
json_t *senses_json(const struct senses *s, json_t *js);

#endif
