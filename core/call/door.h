/**
 * @file core/call/door.h  Door: relays that open for a time, and to whom
 *
 *     command ----------------------.
 *     page's MESSAGE -> order ------+-> [door] -> output
 *     digits of a call -> code -----'      '----> events, pages
 *
 * Whoever asks must be in an established call, which the caller of these
 * functions makes sure of. An opening is always as long as configured: asking
 * again meanwhile does not lengthen it. Codes are compared in constant time;
 * DOOR_TRIES wrong ones, in whatever calls, lock codes for DOOR_LOCK (SECURITY
 * row 9). All is closed when the door is freed.
 */
#ifndef CORE_CALL_DOOR_H
#define CORE_CALL_DOOR_H

#include "core/base/event.h"
#include "core/base/loop.h"
#include "core/device/output.h"

enum {
	DOOR_RELAYS = 8,	  /**< Relays, ours                       */
	DOOR_CODE_MIN = 4,	  /**< Digits of a code, ours             */
	DOOR_CODE_MAX = 16,	  /**< Same                               */
	DOOR_TRIES = 5,		  /**< Wrong codes (SECURITY row 9)       */
	DOOR_LOCK = 60 * CLOCK_S, /**< Then [us] (SECURITY row 9)        */
	DOOR_PAUSE = 5 * CLOCK_S, /**< Between digits of a code [us], ours */
};

/** Who opened */
enum door_by {
	DOOR_BY_COMMAND, /**< Console, control socket, a button */
	DOOR_BY_PAGE,	 /**< The page's button, by MESSAGE     */
	DOOR_BY_CODE,	 /**< Digits in a call                  */
};

struct door;

/** A relay opened, or closed again */
typedef void(door_h)(const char *relay, bool open, enum door_by by,
		     uint64_t now, void *arg);

/** A relay; texts are copied, a reference to the output is kept */
struct door_relay {
	const char *name;
	struct output *output;
	uint64_t time;	  /**< It opens so long [us]        */
	const char *code; /**< Digits, "" or NULL: none     */
	bool page;	  /**< The page's button may open it */
};

/** Allocate, without relays. @return 0, ENOMEM */
int door_alloc(struct door **dp, struct event_bus *events);

/**
 * Add a relay.
 *
 * @return 0, ENOMEM, ENOSPC too many, EEXIST the name, EINVAL a code that is
 *         none, or begins another one
 */
int door_add(struct door *d, const struct door_relay *relay);

/** Who hears of each opening and closing; NULL for nobody */
void door_set_handler(struct door *d, door_h *h, void *arg);

/**
 * Open a relay for its time.
 *
 * @param name  NULL or "" for the first
 *
 * @return 0 (also when open already), ENOENT no such relay, EPERM not from
 *         the page, or errno of the output
 */
int door_open(struct door *d, const char *name, enum door_by by, uint64_t now);

/**
 * A digit came in an established call.
 *
 * @param call  Its number: codes of two calls do not mix
 */
void door_digit(struct door *d, unsigned call, char digit, uint64_t now);

/** Whether codes are locked now */
bool door_locked(const struct door *d, uint64_t now);

/** Number of relays */
unsigned door_relays(const struct door *d);

/**
 * For /board.json: [{"name":"door","way":"message"}], `way` is "message" or
 * "dtmf"; what the page can open neither way is left out.
 *
 * @return New reference, NULL without memory
 */
json_t *door_ways_json(const struct door *d);

/** For `status`: a line each; and as a list */
int door_print(struct re_printf *pf, const struct door *d);
json_t *door_json(const struct door *d);

/** The word for who opened, as in events */
const char *door_by_name(enum door_by by);

#endif
