/**
 * @file tests/unit/support/spool.h  Spool: video units and packets of a test
 *
 *     vector, seed -> [spool] -> packetizer -> [spool] -> depacketizer
 */
#ifndef TESTS_UNIT_SUPPORT_SPOOL_H
#define TESTS_UNIT_SUPPORT_SPOOL_H

#include "core/media/payload.h"

enum {
	SPOOL_MAX = 4096, /**< Packets kept */
};

struct spool_packet {
	uint16_t seq;
	uint32_t ts;
	bool marker;
	uint8_t *data;
	size_t size;
};

/** Zero it before use, set seq and ts as wished */
struct spool {
	struct spool_packet packetv[SPOOL_MAX];
	size_t packetc;
	size_t max;   /**< Longest payload that may come, 0: any        */
	uint16_t seq; /**< Of the next packet                           */
	uint32_t ts;  /**< Of the unit                                  */
	int err;      /**< What spool_put() returns; nothing is kept then */
};

/** Keeps a copy; a payload_h, arg is struct spool */
int spool_put(const struct payload *p, void *arg);

/** Forget all packets */
void spool_clear(struct spool *r);

/** Lose, repeat and swap packets, each with a chance of 1 in `odds` */
void spool_harm(struct spool *r, uint32_t *seed, uint32_t odds);

/** The next random number, below n */
uint32_t spool_random(uint32_t *seed, uint32_t n);

/** A file of tests/vectors/video, pos 0 */
struct mbuf *spool_vector(const char *name);

/** Append a start code and a NAL unit of `size`, with random contents that a
 *  byte stream carries */
void spool_nal(struct mbuf *mb, uint8_t first, size_t size, uint32_t *seed);

/** Append all slices of an access unit */
void spool_slices(struct mbuf *mb, const uint8_t *data, size_t size);

#endif
