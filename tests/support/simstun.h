/**
 * @file tests/support/simstun.h  A STUN server on the simulated network
 */
#ifndef TESTS_SUPPORT_SIMSTUN_H
#define TESTS_SUPPORT_SIMSTUN_H

#include "core/net/icehost.h"
#include "tests/support/simnet.h"

/** A server; tells who asks what its address is */
struct simstun {
	struct simnet_host host;
	struct dgram *d;
	struct icehost server; /**< For agents */
	unsigned requests, indications;
	bool dead; /**< Answers nothing */
};

/** Open it on an address, port 3478 */
void simstun_open(struct simstun *s, struct simnet *net, const char *addr);

/** Close it */
void simstun_close(struct simstun *s);

#endif
