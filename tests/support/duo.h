/**
 * @file tests/support/duo.h  Duo: two transports that call each other
 *
 *     side 0 (offers) -> simnet -> side 1 (answers)
 *
 * What SDP would say goes from one to the other by duo_tell(), so that a
 * test decides when, and may falsify it on the way.
 */
#ifndef TESTS_SUPPORT_DUO_H
#define TESTS_SUPPORT_DUO_H

#include "core/net/transport.h"
#include "tests/support/simnet.h"

enum {
	DUO_CANDIDATES = 16,
	DUO_PACKET = 100,	     /**< Payload [bytes]           */
	DUO_PERIOD = 20 * CLOCK_MS,  /**< Between two packets [us]  */
	DUO_PATIENCE = 40 * CLOCK_S, /**< For what takes long [us]  */
};

/** In which handler a transport is freed */
enum duo_free {
	DUO_KEEP,
	DUO_FREE_GATHERED,
	DUO_FREE_UP,
	DUO_FREE_PACKET,
	DUO_FREE_REPORT,
	DUO_FREE_DOWN,
};

/** One of the two */
struct duo_side {
	struct transport *t;
	struct simnet_host host;
	struct identity *id;
	struct loop_timer timer, media;
	enum duo_free free_in;
	bool fixed;	/**< As in transport_params                  */
	bool close_too; /**< transport_close() before freeing        */
	unsigned gathered, up, down, packets, reports, sent, unsent;
	uint64_t up_at, first_at; /**< First packet [us]             */
	int err;
	char reason[160];
	uint16_t seq;
};

/** What is told, to be changed before it is */
struct duo_words {
	struct transport_remote r;
	const char *candidatev[DUO_CANDIDATES];
	char textv[DUO_CANDIDATES][160];
	char ufrag[64], pwd[64], print[160];
	const char *printv[1];
};

/** The two */
struct duo {
	struct simnet net;
	struct duo_side v[2];
};

/** Network, hosts with an address each, identities; transports gathered */
void duo_open(struct duo *d, uint32_t seed);

/** Make a side's transport anew, fixed: before anything was told */
void duo_fix(struct duo *d, unsigned side);

/** Free all; checks for leaks */
void duo_close(struct duo *d);

/** What a side would say */
void duo_words(struct duo *d, unsigned from, struct duo_words *w);

/** The same without ICE */
void duo_plain_words(struct duo *d, unsigned from, struct duo_words *w);

/** Tell it to the other. @return of transport_set_remote() */
int duo_tell_words(struct duo *d, unsigned to, const struct duo_words *w);

/** Both; asserts success */
void duo_tell(struct duo *d, unsigned from);

/** Tell the offer, and the answer after a time [us] */
void duo_call(struct duo *d, uint64_t delay);

/** Send a packet every DUO_PERIOD and a report every tenth time, from now */
void duo_media(struct duo *d, unsigned side);

/** Run for a time [us] */
void duo_run(uint64_t us);

#endif
