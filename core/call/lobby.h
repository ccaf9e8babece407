/**
 * @file core/call/lobby.h  Lobby: what guests may do, and what is said to them
 *
 *     phone -> [lobby] -> reception -> guests
 *                 '-----> calls, events, who obeys the page's buttons
 *
 * Joins the browsers of the page with the calls of the phone: who calls is
 * answered, who is forgotten has no calls, and a message is for people or for
 * machines.
 */
#ifndef CORE_CALL_LOBBY_H
#define CORE_CALL_LOBBY_H

#include "core/call/calls.h"
#include "core/call/reception.h"

/** Content-Type of messages for machines: page to board and back */
#define LOBBY_JSON "application/vnd.boardphone+json"

/** Content-Type of messages for people */
#define LOBBY_TEXT "text/plain;charset=UTF-8"

struct lobby;

/**
 * A message for machines, see order.h, came from a browser.
 *
 * @param m        Body, and the reply to be set
 * @param talking  The browser is in an established call
 */
typedef void(lobby_machine_h)(struct reception_message *m, bool talking,
			      uint64_t now, void *arg);

/** What it is made of; all of it outlives it */
struct lobby_params {
	const struct config *cfg;
	const struct gate_driver *gate;
	const struct webfile *filev; /**< The page; may be NULL */
	struct event_bus *events;
	struct calls *calls;
};

/** Allocate; reads or makes the password. @return as reception_alloc() */
int lobby_alloc(struct lobby **lp, const struct lobby_params *prm);

/** Its guests; lives as long as the lobby */
struct reception *lobby_reception(const struct lobby *l);

/** Who hears messages for machines; they are refused with 415 without */
void lobby_set_machine(struct lobby *l, lobby_machine_h *h, void *arg);

/** Send a message for machines to each browser in an established call */
void lobby_tell(struct lobby *l, const json_t *what, uint64_t now);

#endif
