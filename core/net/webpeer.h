/**
 * @file core/net/webpeer.h  Web peer: one connection, as long as it is HTTP
 *
 *     webserver <-> bytes <-> [webpeer] <-> webrequest, website
 *
 * One request after the other, each answered before the next is looked at.
 * No socket and no clock: after each input ask webpeer_next() what to do.
 */
#ifndef CORE_NET_WEBPEER_H
#define CORE_NET_WEBPEER_H

#include "core/base/clock.h"
#include "core/net/website.h"

enum {
	WEBPEER_REQUEST_MAX = 10 * CLOCK_S, /**< For a request to be whole,
						 SECURITY rows 15, 43 [us]  */
	WEBPEER_REPLY_MAX = 30 * CLOCK_S,   /**< For a reply to be taken,
						 ours [us]                  */
	WEBPEER_IDLE_MAX = 5 * CLOCK_S,	    /**< Between two, ours [us]     */
	WEBPEER_SLOW_READ = 2 * CLOCK_S,    /**< A request that takes longer
						 yields to others, ours [us] */
	WEBPEER_SLOW_WRITE = 5 * CLOCK_S,   /**< So does a reply, ours [us] */
};

/** What to do now */
enum webpeer_next {
	WEBPEER_READ = 0, /**< Wait for bytes, or webpeer_due()            */
	WEBPEER_WRITE,	  /**< Write webpeer_output()                      */
	WEBPEER_UPGRADE,  /**< Call webpeer_upgrade() or webpeer_refuse()  */
	WEBPEER_CLOSE,	  /**< Close, once all is written                  */
};

struct webpeer;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int webpeer_alloc(struct webpeer **pp, const struct website *site,
		  uint64_t now);

/** There is no TLS: whatever is asked for, it is sent to https and closed */
void webpeer_set_plain(struct webpeer *p);

/** Bytes from the peer */
void webpeer_recv(struct webpeer *p, const uint8_t *data, size_t size,
		  uint64_t now);

/** What to do now */
enum webpeer_next webpeer_next(const struct webpeer *p);

/**
 * What to write.
 *
 * @param size  Set to how much there is, not 0 when WEBPEER_WRITE
 *
 * @return Bytes, until the next call with p
 */
const uint8_t *webpeer_output(const struct webpeer *p, size_t *size);

/** So much of it was written [bytes] */
void webpeer_sent(struct webpeer *p, size_t size, uint64_t now);

/**
 * Let the upgrade happen. Nothing else is to be called but mem_deref().
 *
 * @param replyp  Set to what to write; the caller's
 * @param restp   Set to what came behind the request; the caller's
 */
void webpeer_upgrade(struct webpeer *p, struct mbuf **replyp,
		     struct mbuf **restp);

/** Do not: answer with this status instead */
void webpeer_refuse(struct webpeer *p, enum webrequest_status status,
		    uint64_t now);

/** Whether it is between two requests, and nobody waits */
bool webpeer_is_idle(const struct webpeer *p);

/** The Host that is no name of the board, while that is being answered; else
    NULL */
const char *webpeer_stranger(const struct webpeer *p);

/** From when on it may be dropped when somebody else wants its place [us] */
uint64_t webpeer_yields(const struct webpeer *p);

/** When to call webpeer_tick() [us] */
uint64_t webpeer_due(const struct webpeer *p);

/** Time has come */
void webpeer_tick(struct webpeer *p, uint64_t now);

/** Print counters, for %H */
int webpeer_print(struct re_printf *pf, const struct webpeer *p);

#endif
