/**
 * @file tests/unit/support/wire.h  Wire: what a test sends and what it sees
 *
 *     test -> wire_recv() -> transactions -> [wire] -> wire_code(), ...
 */
#ifndef TESTS_UNIT_SUPPORT_WIRE_H
#define TESTS_UNIT_SUPPORT_WIRE_H

#include "core/sip/transactions.h"

enum {
	WIRE_MAX = 512, /**< Messages kept */
};

/** Zero it before use */
struct wire {
	struct mbuf *sentv[WIRE_MAX];
	size_t sentc;
	int err; /**< What wire_send() returns; then nothing is kept */
};

/** Keeps the message; a transactions_send_h, arg is struct wire */
int wire_send(struct mbuf *mb, void *arg);

/** Forget all messages */
void wire_clear(struct wire *w);

/** A buffer from printed text, pos 0; libre's formats */
struct mbuf *wire_text(const char *fmt, ...);

/** A buffer from a file of tests/vectors, pos 0 */
struct mbuf *wire_vector(const char *name);

/** Give text to the transactions; libre's formats */
void wire_recv(struct transactions *t, uint64_t now, const char *fmt, ...);

/** Decode the i-th message that was sent; the caller owns it */
struct sip_msg *wire_msg(const struct wire *w, size_t i);

/** Status of the i-th message, 0 if it is a request or not there */
uint16_t wire_code(const struct wire *w, size_t i);

/** Whether the i-th message is such a request */
bool wire_is(const struct wire *w, size_t i, const char *method);

/** Whether the i-th message has this text */
bool wire_has(const struct wire *w, size_t i, const char *text);

#endif
