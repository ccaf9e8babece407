/**
 * @file tests/loop/support/exchange.h  Exchange: a SIP server in memory
 *
 *     phone A -> trunk -> [exchange] -> trunk -> phone B
 *
 * Registrar and record-routing proxy for a few phones in one process, in
 * virtual time, without digest. It forwards by the user of the Request-URI,
 * as a proxy does: one Via put on top of requests and taken off responses.
 * Each realm of an account is a server by itself.
 */
#ifndef TESTS_LOOP_SUPPORT_EXCHANGE_H
#define TESTS_LOOP_SUPPORT_EXCHANGE_H

#include "core/call/trunk.h"

enum {
	EXCHANGE_TRUNKS = 4,
	EXCHANGE_DELAY = 5 * CLOCK_MS, /**< A message's way, one hop [us] */
};

/** Counters for tests */
struct exchange_stats {
	unsigned registers, invites, reinvites, byes, unroutable;
	unsigned pracks, updates;
	unsigned probes; /**< A phone asked whether we are there */
};

/** What goes wrong at the server; zero for nothing */
struct exchange_mood {
	int send_err;	      /**< Sending fails with it: the flow broke and
				   nobody has said so yet            */
	const char *swallows; /**< Requests of this method vanish      */
	const char *refuses;  /**< re-INVITEs get this instead: "488 No" */
	const char *why;      /**< Told when the connection is cut     */
	bool stuck;	      /**< A connection that is to close does not */
	bool garbles;	      /**< 2xx to INVITE have an SDP of no use */
	void (*edits)(struct mbuf *mb); /**< What passes, but its Via */
	bool forks; /**< Before a 2xx to INVITE, early media of
				   somebody else who rang too        */
};

/** Set the mood, until exchange_reset() */
void exchange_set_mood(const struct exchange_mood *mood);

/** Forget everything; call it before each test and after the last */
void exchange_reset(void);

/** What went through since the reset */
const struct exchange_stats *exchange_stats(void);

/** Cut (or mend) the connection of everybody, as a dying server does */
void exchange_set_up(bool up);

/** The same of one server */
void exchange_set_server_up(const char *realm, bool up);

/**
 * Break the connection of one phone; another one follows. What dialogs knew
 * of the old one leads nowhere then, as a proxy's alias of a connection does,
 * until the phone sends an INVITE, or a 2xx to one.
 */
void exchange_lose(unsigned i);

/** Takes what else it would forward. @return whether it did */
typedef bool(exchange_agent_h)(unsigned i, const struct sip_msg *msg,
			       uint64_t now);

/** Set who takes requests of phone i first; NULL: nobody */
void exchange_set_agent(exchange_agent_h *h);

/** Looks at what passes; each may be NULL */
struct exchange_spy {
	/** Phone i sent a request */
	void (*sent)(unsigned i, struct sip_msg *msg);

	/** Phone i sent a response */
	void (*replied)(unsigned i, const struct sip_msg *msg);

	/** A message is about to go to phone i. @return whether it is taken */
	bool (*post)(unsigned i, struct mbuf *mb, uint64_t now);
};

/** Set who looks; NULL: nobody. Borrowed */
void exchange_set_spy(const struct exchange_spy *spy);

/** Answer in the server's name; extra are header lines */
void exchange_respond(unsigned i, const struct sip_msg *msg, const char *status,
		      const char *extra, uint64_t now);

/** Bring a message to phone i, past the spy */
void exchange_deliver(unsigned i, struct mbuf *mb, uint64_t now);

/** The driver for struct phone_params */
const struct trunk_driver *exchange_trunk(void);

#endif
