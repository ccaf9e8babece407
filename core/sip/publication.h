/**
 * @file core/sip/publication.h  Publication: telling whether one is there
 *
 *     presence -> [publication] -> pidf -> exchange -> PUBLISH
 *
 * PUBLISH of RFC 3903, event presence: the entity tag is kept and named when
 * the publication is refreshed, changed and removed; a server that does not
 * know it any more (412) is told anew; 423, challenges, pauses after
 * failures. One for each account, made and driven by presence.
 */
#ifndef CORE_SIP_PUBLICATION_H
#define CORE_SIP_PUBLICATION_H

#include "core/base/clock.h"
#include "core/sip/pidf.h"

struct origin;

enum {
	PUBLICATION_EXPIRES = 200,  /**< Asked for [s] (A-4.8)             */
	PUBLICATION_ETAG_MAX = 256, /**< Entity tag [bytes], ours         */
};

enum publication_state {
	PUBLICATION_OFF,     /**< Not wanted                              */
	PUBLICATION_WAITING, /**< Wanted; no way, or pause after failure  */
	PUBLICATION_TRYING,  /**< PUBLISH sent, nothing is published      */
	PUBLICATION_ON,	     /**< Published, maybe refreshing             */
	PUBLICATION_STOPPED, /**< Refused: until set anew, or a new flow   */
	PUBLICATION_LEAVING, /**< PUBLISH with Expires 0 sent             */
};

enum publication_what {
	PUBLICATION_EV_PUBLISHED, /**< 200, to the first or a changed one */
	PUBLICATION_EV_FAILED,	  /**< Not published: code, reason; `retry`
				       says when it tries again           */
	PUBLICATION_EV_REMOVED,	  /**< 200, or gave up; code 0: there was
				       nothing to remove                  */
};

/** One event; texts are valid during the call only */
struct publication_event {
	enum publication_what what;
	unsigned code;	  /**< SIP code; 408 silent, 503 no flow          */
	struct pl reason; /**< Reason phrase, foreign text                */
	uint32_t expires; /**< Time granted [s]                           */
	uint64_t retry;	  /**< Next try [us]; CLOCK_NEVER: none           */
};

/** Called last; it may be freed inside */
typedef void(publication_h)(const struct publication_event *ev, uint64_t now,
			    void *arg);

struct publication;

/**
 * Make a publication, off. Free it with mem_deref(): silent.
 *
 * @param o  Borrowed, must outlive the publication
 *
 * @return 0, ENOMEM
 */
int publication_alloc(struct publication **pp, struct origin *o,
		      publication_h *h, void *arg);

/**
 * Publish this from now on, or as soon as there is a way.
 *
 * @param basic  PIDF_OPEN or PIDF_CLOSED
 * @param note   For people; NULL for none
 *
 * @return 0, EINVAL the note cannot be written
 */
int publication_set(struct publication *p, enum pidf_basic basic,
		    const char *note, uint64_t now);

/** Publish nothing any more; REMOVED follows, if it was on */
void publication_stop(struct publication *p, uint64_t now);

/** Requests can leave now, on a new flow; or no longer */
void publication_way(struct publication *p, bool up, uint64_t now);

enum publication_state publication_state(const struct publication *p);

/** "on", "waiting" ... */
const char *publication_state_name(enum publication_state state);

/** What is to be known of us; basic is PIDF_UNKNOWN when nothing is */
const struct pidf *publication_pidf(const struct publication *p);

/** When to call publication_tick() [us]; CLOCK_NEVER for not at all */
uint64_t publication_due(const struct publication *p);
void publication_tick(struct publication *p, uint64_t now);

/** Print the state on one line, for %H */
int publication_print(struct re_printf *pf, const struct publication *p);

#endif
