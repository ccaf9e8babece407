/**
 * @file core/call/calls_parts.h  Calls' inside, for its own files
 *
 *     calls, switching, calls_picture, transfers -> [calls_parts] <- calls_show
 */
#ifndef CORE_CALL_CALLS_PARTS_H
#define CORE_CALL_CALLS_PARTS_H

#include "core/call/call.h"
#include "core/call/servers.h"

enum {
	CNAME_LEN = 16, /* Random characters: 96 bit (RFC 7022 section 4.2) */
};

struct mirror;
struct titles;

struct calls {
	struct calls_params prm;
	struct calls_handlers h;
	struct voice *voice;
	struct music *music;   /* NULL: silence    */
	struct studio *studio; /* NULL: no camera  */
	struct studio *slides; /* NULL: no screen to be shown */
	struct screen *screen; /* NULL: no display */
	struct mirror *mirror; /* NULL: likewise, or no camera, or not wanted */
	struct titles *titles; /* NULL: no display, or not wanted */
	const struct coder *coderv;
	struct identity *identity;
	struct servers *servers;
	struct call *callv[CALLS_MAX]; /* Oldest first */
	unsigned callc;
	unsigned last_id;
	char cname[CNAME_LEN + 1];
	bool stopping;
};

/** The call that is meant, as calls.h says; NULL. In switching.c */
struct call *calls_find(const struct calls *cs, unsigned id, bool ringing);

/** Call whom the peer of another call wants called */
int calls_dial_for(struct calls *cs, struct call *c,
		   const struct calls_way *way, unsigned *idp, uint64_t now);

#endif
