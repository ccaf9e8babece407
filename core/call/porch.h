/**
 * @file core/call/porch.h  Porch: bell and door, and the phone behind them
 *
 *     button, command -> [porch] -> ring -> phone_call(), phone_call_guest()
 *     MESSAGE of a page -> [porch] -> order -> door
 *     digit of a call ---> [porch] -> door -> [porch] -> phone_tell(): pages
 *
 * Hears of all calls and machine messages of the phone; nobody else may set
 * those handlers. It ends before the phone and the door.
 */
#ifndef CORE_CALL_PORCH_H
#define CORE_CALL_PORCH_H

#include "core/call/door.h"
#include "core/call/phone.h"
#include "core/call/ringplan.h"

struct porch;

/**
 * Allocate; tells the page which relays there are. Free with mem_deref(),
 * which is silent.
 *
 * @param door    Its handler is taken
 * @param events  The phone's
 *
 * @return 0, ENOMEM, ENOSPC too many listen to the events
 */
int porch_alloc(struct porch **pp, struct phone *phone, struct door *door,
		struct event_bus *events);

/**
 * Ring by a plan; events `ringing` for each step and `rung` at the end.
 *
 * @param plan  A reference is kept while it rings
 *
 * @return 0, EALREADY it rings: nothing new, ENOENT nobody is there to ring
 */
int porch_ring(struct porch *p, struct ringplan *plan, uint64_t now);

/** Stop ringing; harmless when nothing rings */
void porch_stop(struct porch *p, uint64_t now);

/** For `status`: a line; and as an object */
int porch_print(struct re_printf *pf, const struct porch *p);
json_t *porch_json(const struct porch *p);

#endif
