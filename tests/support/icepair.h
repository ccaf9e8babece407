/**
 * @file tests/support/icepair.h  Two ICE agents and what happened to them
 *
 *     side 0 (controlling) -> simnet -> side 1 (controlled)
 *
 * Signalling is a delay of the test's choice: what one side says reaches the
 * other by icepair_tell().
 */
#ifndef TESTS_SUPPORT_ICEPAIR_H
#define TESTS_SUPPORT_ICEPAIR_H

#include "core/net/agent.h"
#include "tests/support/simnet.h"

enum {
	ICEPAIR_STATES = 32,
	ICEPAIR_PACKET = 100, /**< Size of a media datagram [bytes] */
};

/** One of the two */
struct icepair_side {
	struct agent *agent;
	struct simnet_host host;
	struct loop_timer timer;
	struct loop_timer media;
	enum agent_state statev[ICEPAIR_STATES];
	size_t statec;
	uint64_t at[AGENT_LOST + 1]; /**< When each state came last [us]   */
	unsigned received, unsent, sent; /**< Media datagrams              */
	uint64_t last;			 /**< When media came last [us]    */
	bool free_in_state; /**< Free the agent in its next state handler */
	bool free_in_recv;  /**< Free it in its next recv handler         */
	bool sending;
};

/** The two */
struct icepair {
	struct simnet net;
	struct icepair_side v[2];
};

/** Prepare network and hosts without addresses */
void icepair_init(struct icepair *ip, uint32_t seed);

/** Make the agents; params may be NULL for defaults */
void icepair_start(struct icepair *ip, const struct agent_params *params0,
		   const struct agent_params *params1);

/** Free all */
void icepair_close(struct icepair *ip);

/** Gather on one side; asserts success */
void icepair_gather(struct icepair *ip, unsigned side);

/** Tell the other side what this one's description says, through SDP text */
void icepair_tell(struct icepair *ip, unsigned from);

/** Send media from a side every 20 ms, from now on */
void icepair_media(struct icepair *ip, unsigned side);

/** For simnet_run(): both are selected */
bool icepair_selected(void *arg);

/** Run until both are selected. @return the time it took [us]; 0 not */
uint64_t icepair_connect(struct icepair *ip, uint64_t limit);

/** Whether the state was ever told */
bool icepair_was(const struct icepair *ip, unsigned side,
		 enum agent_state state);

#endif
