/**
 * @file tests/unit/support/world.h  World: two keyings and a bad link
 *
 *     keying -> link (delay, loss, reordering; virtual time) -> keying
 */
#ifndef TESTS_UNIT_SUPPORT_WORLD_H
#define TESTS_UNIT_SUPPORT_WORLD_H

#include "tests/unit/test.h"
#include "core/net/keying.h"

enum {
	WORLD_QUEUE = 64,	     /**< Datagrams under way   */
	WORLD_DELAY = 10 * CLOCK_MS, /**< One way [us] */
	WORLD_START = CLOCK_S,	     /**< When it begins [us] */
};

struct world_packet {
	struct mbuf *mb;
	uint64_t at; /* [us] */
	unsigned to;
};

struct world_end {
	struct world *w;
	struct keying *k;
	unsigned self;
	int up, down, err;
	uint64_t up_at, down_at;
	char reason[128];
	struct keying_keys keys;
	bool free_it; /* In the handler */
};

struct world {
	struct world_end endv[2]; /* Client, server */
	struct identity *idv[2];
	struct world_packet packetv[WORLD_QUEUE];
	uint64_t now;
	unsigned loss, jitter; /* [%], [ms]         */
	unsigned drop_first;   /* Datagrams         */
	unsigned sent;
	size_t longest;
	struct mbuf *first; /* The first datagram of the client */
	size_t blocks;	    /* test_blocks() before it was opened */
};

/** Random numbers, the same in each run */
unsigned world_dice(void);

/** Fill with random bytes */
void world_random(uint8_t *p, size_t n, void *unused);

/** Make a client (0) and a server (1), not started */
void world_open(struct world *w, uint32_t seed);

/** Replace an end by one of that role */
void world_replace(struct world *w, unsigned i, enum keying_role role);

/** Tell an end the other's fingerprint */
void world_know(struct world *w, unsigned i);

/** Start both */
void world_start(struct world *w);

/** Run for a time [us] */
void world_run(struct world *w, uint64_t time);

/** Give an end a datagram */
void world_inject(struct world *w, unsigned to, const void *p, size_t len);

/** Both are up with the same keys */
void world_check_up(struct world *w);

/** Free all; checks for leaks */
void world_close(struct world *w);

#endif
