/**
 * @file core/net/waitroom.h  Waitroom: who has come, and who is next
 *
 *     listener -> [waitroom] -> stream_accept()
 *
 * A handshake costs a small processor 80 ms, so only so many are begun in a
 * second; the others wait. Whose address was let in least is next, and when
 * the room is full the address that has most in it loses one: somebody who
 * connects again and again stands in nobody's way but his own. Holds no
 * clock, and closes nothing.
 */
#ifndef CORE_NET_WAITROOM_H
#define CORE_NET_WAITROOM_H

#include "core/base/clock.h"

enum {
	WAITROOM_SEATS = 32, /**< Who may wait, ours                    */
	WAITROOM_BURST = 12, /**< Let in at once, ours: two browsers    */
	WAITROOM_EVERY = 200 * CLOCK_MS,  /**< Then one so often, ours [us] */
	WAITROOM_PATIENCE = 10 * CLOCK_S, /**< Waits so long, SECURITY row
					       15 [us]                     */
	WAITROOM_SOURCES = 16, /**< Addresses that are remembered, ours    */
};

/** Somebody who waits */
struct waitroom_seat {
	int fd;
	struct sa peer, src; /**< src: what of it counts as an address     */
	uint64_t since;	     /**< [us]; 0: the seat is free                */
};

/** How often an address was let in: falls by one each WAITROOM_EVERY */
struct waitroom_source {
	struct sa src;
	uint64_t weight; /**< Time at which it would be 0 [us] */
};

/** A room; embed it, zeroed */
struct waitroom {
	struct waitroom_seat seatv[WAITROOM_SEATS];
	struct waitroom_source sourcev[WAITROOM_SOURCES];
	uint64_t bucket; /**< Time at which the burst is whole again [us]  */
	uint32_t passed, refused; /**< Counters                            */
};

/**
 * Somebody has come.
 *
 * @return -1, or the descriptor that has to go: his, or another one's
 */
int waitroom_enter(struct waitroom *w, int fd, const struct sa *peer,
		   uint64_t now);

/**
 * Who is next?
 *
 * @param peer  Set to his address
 *
 * @return his descriptor, -1 nobody, or nobody yet
 */
int waitroom_next(struct waitroom *w, struct sa *peer, uint64_t now);

/** Who has waited too long? @return a descriptor, -1 nobody */
int waitroom_late(struct waitroom *w, uint64_t now);

/** Anybody at all. @return a descriptor, -1 nobody */
int waitroom_clear(struct waitroom *w);

/**
 * When to ask again [us].
 *
 * @param full  Nobody can be let in, only leave
 */
uint64_t waitroom_due(const struct waitroom *w, bool full);

#endif
