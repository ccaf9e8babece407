/**
 * @file tests/loop/support/webguest.h  Somebody who connects to the page
 *
 * A socket without TLS, by which a test says whatever it likes; and a way to
 * run the loop until something has happened.
 */
#ifndef TESTS_LOOP_SUPPORT_WEBGUEST_H
#define TESTS_LOOP_SUPPORT_WEBGUEST_H

#include "core/base/re.h"

enum {
	WEBGUEST_IN = 1 << 18,
};

struct webguest {
	int fd;
	char in[WEBGUEST_IN]; /**< What came, with a final 0 */
	size_t inc;
	bool closed; /**< By the other side         */
	bool deaf;   /**< Reads nothing             */
};

/** Connect to a port of 127.0.0.1 */
void webguest_connect(struct webguest *g, uint16_t port);

/** The same from another address of loopback */
void webguest_connect_from(struct webguest *g, uint16_t port, const char *addr);

/** Say it, all or as much as the socket takes; returns how much [bytes] */
size_t webguest_say(struct webguest *g, const void *p, size_t size);

/** Say text */
void webguest_text(struct webguest *g, const char *text);

/** Forget what came */
void webguest_forget(struct webguest *g);

/** Ask for a WebSocket; the answer is not waited for */
void webguest_upgrade(struct webguest *g, const char *more);

/** Say a masked frame: its first byte (0x81 text), and what is in it */
void webguest_frame(struct webguest *g, uint8_t first, const char *text);

/** Read what is there */
void webguest_read(struct webguest *g);

/** Close */
void webguest_close(struct webguest *g);

/** Run the loop until true; fails the test after 8 s. Asked again and again,
    so that it may read from guests */
void webguest_run(bool (*done)(void));

/** How many descriptors the process has open */
unsigned webguest_descriptors(void);

#endif
