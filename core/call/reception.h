/**
 * @file core/call/reception.h  Reception: all browsers that are with us
 *
 *     gate -> [reception] -> guest, guest ... -> their lines -> calls
 *                  '-------> password: one for all of them
 *
 * Lets browsers in, knows who is registered, gives messages to all of them
 * and tells the page about the board. Each guest has a line of its own that
 * calls go by.
 */
#ifndef CORE_CALL_RECEPTION_H
#define CORE_CALL_RECEPTION_H

#include <jansson.h>
#include "core/base/event.h"
#include "core/call/gate.h"
#include "core/call/line.h"
#include "core/sip/pager.h"

/** Domain of the board on its own page, and realm of its password */
#define RECEPTION_REALM "boardphone"

/** User of all browsers; they register as sip:home@boardphone */
#define RECEPTION_USER "home"

/** User of the board itself */
#define RECEPTION_BOARD "board"

enum {
	RECEPTION_GUESTS_MAX = 16, /**< Connected, and lost ones that may
					come back; ours                */
};

struct reception;

/** A message of a guest's */
struct reception_message {
	const struct line *line;
	const struct pager_message *m;
	unsigned code;	    /**< Of the reply: set it, if not 200 */
	const char *reason; /**< Of the reply, static; or NULL    */
};

/** What the owner hears; it must free no guest's user agent inside */
struct reception_handlers {
	/** A guest calls; as ua_call_h */
	void (*call)(const struct line *line, struct invite *inv,
		     const struct sip_msg *msg, uint64_t now, void *arg);

	/** A guest came back, whose calls may have missed what was sent */
	void (*renewed)(const struct line *line, uint64_t now, void *arg);

	/** A guest will be forgotten when this returns: end its calls */
	void (*gone)(const struct line *line, uint64_t now, void *arg);

	/** Whether there are calls on the line */
	bool (*busy)(const struct line *line, void *arg);

	/** A message of a guest's */
	void (*message)(struct reception_message *m, uint64_t now, void *arg);

	void *arg;
};

/** What it is made of; all of it outlives it */
struct reception_params {
	const struct config *cfg;
	const struct gate_driver *gate;
	const struct webfile *filev; /**< The page; may be NULL */
	struct event_bus *events;
	struct reception_handlers h;
};

/** One guest, for reception_get() */
struct reception_guest {
	const struct line *line;
	const char *contact; /**< URI to call it by; NULL never registered */
	unsigned id;	     /**< As in events      */
	bool registered;     /**< And connected     */
};

/** All have gone. May free the reception; from the loop */
typedef void(reception_stopped_h)(uint64_t now, void *arg);

/**
 * Allocate; reads or makes the password. mem_deref() is silent.
 *
 * @return 0, ENOMEM, or errno (logged)
 */
int reception_alloc(struct reception **rp, const struct reception_params *prm);

/** Open the gate. @return 0, or errno (logged) */
int reception_start(struct reception *r, uint64_t now);

/** Hang up, close all connections; h is called once, from the loop */
void reception_stop(struct reception *r, reception_stopped_h *h, void *arg,
		    uint64_t now);

/** The i-th guest, registered or not. @return false when there is none */
bool reception_get(const struct reception *r, unsigned i,
		   struct reception_guest *g);

/** How many are registered */
unsigned reception_registered(const struct reception *r);

/**
 * Send a message to registered guests.
 *
 * @param line   To this one only; NULL for all
 * @param ctype  Content-Type
 *
 * @return 0, ENOENT nobody is there, or errno of the last that failed
 */
int reception_send(struct reception *r, const struct line *line,
		   const char *ctype, const char *body, uint64_t now);

/**
 * Tell the page something of the board: a member of /board.json.
 *
 * @param value  A reference is taken over
 *
 * @return 0 or ENOMEM
 */
int reception_publish(struct reception *r, const char *key, json_t *value);

/**
 * Make a new password. Guests have the old one: their calls end, and they
 * have to log in again.
 *
 * @param passwordp  Set to it; lives as long as it is the password
 *
 * @return 0, EPERM it stands in the configuration, or errno of writing it
 */
int reception_new_password(struct reception *r, const char **passwordp,
			   uint64_t now);

/** The password as long as nobody has used it, else "" */
const char *reception_password(const struct reception *r);

/** For `status`: address, password if nobody has used it, guests; for %H */
int reception_print(struct re_printf *pf, const struct reception *r);

/** The same as JSON. @return new reference, NULL without memory */
json_t *reception_json(const struct reception *r);

#endif
