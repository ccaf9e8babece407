/**
 * @file core/net/hello.h  Hello: puts a fragmented DTLS ClientHello together
 *
 *     pair of ICE -> [hello] -> keying (mbedTLS as server)
 *
 * Browsers send a ClientHello that fills two datagrams, and mbedTLS before
 * 3.6.6 refuses every fragmented one. This takes the fragments out of the
 * stream of datagrams, in any order, any number of times, and puts in one
 * datagram with the whole message instead. All else passes as it is.
 */
#ifndef CORE_NET_HELLO_H
#define CORE_NET_HELLO_H

#include "core/base/re.h"

enum {
	HELLO_MAX = 8192,  /**< Largest message put together [bytes], ours:
				 post-quantum hellos have some 1500   */
	HELLO_RANGES = 32, /**< Separate stretches remembered, ours  */
};

struct hello;

/** Allocate one for a handshake. Free with mem_deref(). @return 0, ENOMEM */
int hello_alloc(struct hello **hp);

/**
 * Put in a datagram, from mb->pos to its end.
 *
 * @param outp  Set to what the library should be given: mb itself (a new
 *              reference), or a new buffer; the caller owns the reference
 *
 * @return 0, EAGAIN: held back, nothing to give yet; ENOMEM
 */
int hello_put(struct hello *h, struct mbuf *mb, struct mbuf **outp);

/** Print the counters, for %H */
int hello_print(struct re_printf *pf, const struct hello *h);

#endif
