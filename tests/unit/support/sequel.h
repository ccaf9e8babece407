/**
 * @file tests/unit/support/sequel.h  Sequel: frames that follow each other
 *
 *     frames of packets -> [sequel] -> reorder -> frames: are they whole?
 *
 * A payload says of which frame it is, which packet of how many.
 */
#ifndef TESTS_UNIT_SUPPORT_SEQUEL_H
#define TESTS_UNIT_SUPPORT_SEQUEL_H

#include "core/media/reorder.h"

enum {
	SEQUEL_FRAME = 33 * CLOCK_MS,
	SEQUEL_TICKS = 3000,  /**< Of the RTP clock in a frame              */
	SEQUEL_FIRST = 65000, /**< Sequence number                          */
	SEQUEL_LIMIT = 64,    /**< Packets in a frame of tests, at most     */
};

/** When it begins [us] */
static const uint64_t SEQUEL_START = 5000ULL * CLOCK_S;

enum sequel_flag {
	SEQUEL_STARTS = 1,
	SEQUEL_KEY = 2,
};

struct sequel_payload {
	uint32_t flags, frame, index, count;
};

struct sequel {
	struct reorder *r;
	struct packet p; /**< The next one       */
	uint32_t frame;	 /**< The next one       */
	uint64_t now;
	uint32_t given;	  /**< Frames             */
	uint32_t last;	  /**< The last one given */
	unsigned splices; /**< Must stay 0        */
};

/** Its payloads' */
extern const struct reorder_format sequel_format;

/** Begin; free s->r */
void sequel_begin(struct sequel *s);

/** Numbers of its reorder */
struct reorder_stats sequel_stats(const struct sequel *s);

/** How many frames come out now; each is checked */
unsigned sequel_get(struct sequel *s);

/** Put a packet. @return as reorder_put() */
int sequel_put(struct sequel *s, const struct packet *p, unsigned flags,
	       uint32_t frame, unsigned index, unsigned count);

/** A frame of so many packets; those whose bit is set in `lost` do not come.
 *  @return how many frames came out */
unsigned sequel_feed(struct sequel *s, bool key_frame, unsigned count,
		     uint64_t lost);

#endif
