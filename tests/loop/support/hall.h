/**
 * @file tests/loop/support/hall.h  Hall: a reception, and who comes to it
 *
 *     test -> visitor's ua <-> [hall] <-> reception -> guest
 *
 * Signals only, in virtual time; the owner of the reception is the hall, which
 * counts what it hears.
 */
#ifndef TESTS_LOOP_SUPPORT_HALL_H
#define TESTS_LOOP_SUPPORT_HALL_H

#include "core/call/reception.h"
#include "core/sip/ua.h"

enum {
	HALL_VISITORS = RECEPTION_GUESTS_MAX + 1,
	HALL_SOON = 200 * CLOCK_MS,
};

struct hall_visitor {
	struct ua *ua;
	struct hall_conn *conn; /* NULL: none */
	unsigned messages;
	struct pager *pager;
	unsigned code; /* Of the last answer to a message */
	bool registered;
};

struct hall_conn {
	gate_recv_h *recvh;
	gate_close_h *closeh;
	void *arg;
	struct hall_visitor *visitor;
	struct sa peer;
	bool closing;
	bool trusted;
};

struct hall {
	struct config *cfg;
	struct event_bus *bus;
	struct reception *r;
	gate_open_h *openh;
	void *arg;
	struct hall_visitor visitorv[HALL_VISITORS];
	unsigned calls, renewed, gone, messages, stopped; /* How often heard */
	bool busy; /* What the reception is told of its guests */
};

/** All there is; cfg and bus are the test's */
extern struct hall hall;

/** Let time pass [us] */
void hall_pass(uint64_t us);

/** Make the reception and start it. @return 0 or errno */
int hall_start(void);

/** Make a visitor that has this password. @return 0 or errno */
int hall_make(unsigned i, const char *password);

/** It makes a connection; without memory there is none */
void hall_come(unsigned i);

/** Both, and it registers */
void hall_visit(unsigned i, const char *password);

/** Break a connection, for the board */
void hall_close(struct hall_conn *c, int err, uint64_t now);

/** It sends a message, and the answer is awaited. @return 0 or errno */
int hall_say(unsigned i, const char *ctype);

/** For reception_stop(): counts */
void hall_stopped(uint64_t now, void *arg);

/** Everything goes */
void hall_clear(void);

#endif
