/**
 * @file core/media/plea.h  Plea: when to ask the sender for a key frame
 *
 *     reorder, gaps, decoder -> [plea] -> feedback_pli -> SRTCP
 *
 * At once when something is lost for good; and after PLEA_WAIT without a
 * picture. Never twice within PLEA_WAIT; repeated until a picture comes. Once
 * there was a picture, a sender that sends nothing is left in peace: a still
 * screen sends a frame now and then, and a dead path brings no PLI either.
 */
#ifndef CORE_MEDIA_PLEA_H
#define CORE_MEDIA_PLEA_H

#include "core/base/clock.h"
#include "core/base/re.h"

enum {
	PLEA_WAIT = 500 * CLOCK_MS, /**< [us], ours; senders grant one in
					 that time (SECURITY row 30)     */
};

/** Its owner allocates it, and looks at the counters only */
struct plea {
	bool up;	/**< Media are to come                          */
	bool seen;	/**< There was a picture                        */
	bool lost;	/**< None can come without a key frame          */
	bool fed;	/**< Packets came since the last picture        */
	bool asked;	/**< At all                                     */
	uint64_t since; /**< Of the last picture, or of the start [us]  */
	uint64_t last;	/**< When it was asked for [us]                 */
	uint32_t pleas; /**< So many                                    */
};

/** Nothing is to come yet */
void plea_init(struct plea *p);

/** Media are up, or up again after a hold */
void plea_start(struct plea *p, uint64_t now);

/** Nothing is to come any more: a hold, an end */
void plea_stop(struct plea *p);

/** A packet of the stream came */
void plea_packet(struct plea *p, uint64_t now);

/** A picture was decoded */
void plea_picture(struct plea *p, uint64_t now);

/** Nothing can be decoded until a key frame comes. May be said often */
void plea_lost(struct plea *p);

/** Whether to ask now; it is then taken as done */
bool plea_take(struct plea *p, uint64_t now);

/** When to call plea_take() next [us], 0 for now, CLOCK_NEVER for never */
uint64_t plea_due(const struct plea *p);

#endif
