/**
 * @file tests/support/simnet.h  Simnet: a simulated network
 *
 *     agent -> [simnet: NAT -> loss, delay -> NAT] -> agent
 *
 * Hosts with addresses, and a network between them that loses, delays,
 * reorders and doubles datagrams as its seed says. Time is the loop's
 * virtual one; deliveries are loop timers.
 */
#ifndef TESTS_SUPPORT_SIMNET_H
#define TESTS_SUPPORT_SIMNET_H

#include "core/base/loop.h"
#include "core/net/network.h"

enum {
	SIMNET_ADDRESSES = 8, /**< Of a host       */
	SIMNET_PER_MILLE = 1000,
};

/** What a NAT does; SIMNET_OPEN is none */
enum simnet_nat {
	SIMNET_OPEN,
	SIMNET_CONE,	  /**< One mapping, filtered by address and port */
	SIMNET_SYMMETRIC, /**< A mapping for each destination            */
};

struct simnet;

/** A host: its network is given to what is tested */
struct simnet_host {
	struct network network; /* First */
	struct simnet *net;
	struct sa addrv[SIMNET_ADDRESSES];
	size_t addrc;
	enum simnet_nat nat;
	struct sa outside; /**< Public address of the NAT */
};

/** A datagram leaves its socket. @return false to lose it */
typedef bool(simnet_filter_h)(const struct sa *src, const struct sa *dst,
			      const struct mbuf *mb, void *arg);

/** What the network is like; may be changed at any time */
struct simnet {
	uint32_t random;
	unsigned loss;	  /**< [1/1000]                                  */
	unsigned doubled; /**< [1/1000]                                  */
	uint64_t delay;	  /**< One way [us]                              */
	uint64_t jitter;  /**< On top, 0..jitter [us]; so reorders       */
	simnet_filter_h *filterh;
	void *arg;
	uint32_t sent, lost; /**< Datagrams                               */
	struct list portl;   /**< Sockets and mappings                    */
	struct list flightl; /**< Under way                               */
	uint16_t next_port;
};

/** Prepare; begins virtual time */
void simnet_init(struct simnet *net, uint32_t seed);

/** Release what is under way; sockets must be closed */
void simnet_close(struct simnet *net);

/** Prepare a host */
void simnet_host_init(struct simnet_host *host, struct simnet *net);

/** Give the host an address */
void simnet_host_add(struct simnet_host *host, const char *addr);

/** Put the host behind a NAT */
void simnet_host_nat(struct simnet_host *host, enum simnet_nat nat,
		     const char *outside);

/** All NATs forget their mappings, as after a restart */
void simnet_remap(struct simnet *net);

/** Run for a time [us], or until stop says so */
void simnet_run(uint64_t us, bool (*stop)(void *arg), void *arg);

/** A random number below n, of the seed */
uint32_t simnet_random(struct simnet *net, uint32_t n);

#endif
