/**
 * @file core/sip/presence.c  Presence
 */
#include <assert.h>
#include "core/sip/origin.h"
#include "core/sip/presence.h"
#include "core/sip/registration.h"

struct presence {
	struct origin *o;
	struct publication *pub;
	bool stopped;
};

static void presence_destructor(void *arg)
{
	struct presence *pr = arg;

	mem_deref(pr->pub);
}

int presence_alloc(struct presence **pp, struct origin *o,
		   const struct presence_handlers *h)
{
	struct presence *pr;
	int err;

	assert(pp && o && h);

	pr = mem_zalloc(sizeof(*pr), presence_destructor);
	if (!pr)
		return ENOMEM;

	pr->o = o;
	err = publication_alloc(&pr->pub, o, h->publishh, h->arg);
	if (err)
		mem_deref(pr);
	else
		*pp = pr;
	return err;
}

int presence_publish(struct presence *pr, enum pidf_basic basic,
		     const char *note, uint64_t now)
{
	return pr->stopped ? ESHUTDOWN
			   : publication_set(pr->pub, basic, note, now);
}

void presence_unpublish(struct presence *pr, uint64_t now)
{
	publication_stop(pr->pub, now);
}

const struct publication *presence_publication(const struct presence *pr)
{
	return pr->pub;
}

void presence_follow(struct presence *pr, const struct registration *reg,
		     uint64_t now)
{
	enum registration_state state = registration_state(reg);

	if (!pr)
		return;
	if (!origin_up(pr->o))
		publication_way(pr->pub, false, now);
	else if (state == REGISTRATION_ON || state == REGISTRATION_OFF)
		publication_way(pr->pub, true, now);
}

void presence_stop(struct presence *pr, uint64_t now)
{
	if (!pr)
		return;

	pr->stopped = true;
	publication_stop(pr->pub, now);
}

bool presence_idle(const struct presence *pr)
{
	return !pr || publication_state(pr->pub) == PUBLICATION_OFF;
}

uint64_t presence_due(const struct presence *pr)
{
	return pr ? publication_due(pr->pub) : CLOCK_NEVER;
}

void presence_tick(struct presence *pr, uint64_t now)
{
	if (pr)
		publication_tick(pr->pub, now);
}

int presence_print(struct re_printf *pf, const struct presence *pr)
{
	return pr ? re_hprintf(pf, "presence: %H\n", publication_print, pr->pub)
		  : 0;
}
