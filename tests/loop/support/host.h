/**
 * @file tests/loop/support/host.h  A server on loopback with its visitors
 *
 *     client (stream) -> kernel -> listener -> stream, which echoes
 *
 * Listener, certificate and streams of the page's server, with what they
 * told, and clients of our own.
 */
#ifndef TESTS_LOOP_SUPPORT_HOST_H
#define TESTS_LOOP_SUPPORT_HOST_H

#include "core/net/listener.h"
#include "core/net/pagecert.h"
#include "core/net/stream.h"

enum {
	HOST_WAIT = 15 * CLOCK_S, /**< For anything to happen [us] */
	HOST_VISITORS = 64,
};

/** The server's side of a connection */
struct visitor {
	struct stream *s;
	bool up, closed;
	int err;
	char reason[STREAM_REASON_MAX];
	size_t got;
	bool leaves; /**< Frees the stream when something comes */
};

/** The client's side */
struct client {
	struct stream *s;
	bool up, closed;
	int err;
	char reason[STREAM_REASON_MAX];
	size_t got;
	uint8_t last;
};

/** All of it; there is one */
struct host {
	char dir[64]; /**< With the certificate */
	struct pagecert *cert;
	struct listener *lis;
	struct resolver *resolver;
	struct visitor visitorv[HOST_VISITORS];
	unsigned visitors;
	bool plain;	 /**< No TLS                           */
	bool leaving;	 /**< Visitors are freed when they say something */
	bool turns_away; /**< Visitors are closed and counted  */
	struct client c;
};

extern struct host host;

/** Make the certificate, before the first test. @return 0 or -1 */
int host_open(void);

/** Free it */
void host_close(void);

/** Listen on an address, port 0 */
void host_begin(const char *addr);

/** Free all but the certificate */
void host_end(void);

/** Connect host.c, trusting the certificate */
void host_dial(const char *name);

/** A plain socket of the test's own to the server */
int host_knock(void);

/** Run the loop until true. @return false when the time [us] is over */
bool host_run_for(bool (*done)(void), uint64_t time);

/** Run the loop until true; fails the test after HOST_WAIT */
void host_run(bool (*done)(void));

/** Conditions */
bool host_both_up(void);
bool host_client_closed(void);
bool host_visitor_closed(void);
bool host_one_came(void);
bool host_never(void);

#endif
