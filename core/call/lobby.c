/**
 * @file core/call/lobby.c  Lobby
 */
#include "core/call/lobby.h"
#include "core/call/mailbox.h"

struct lobby {
	const struct config *cfg;
	struct event_bus *events;
	struct calls *calls;
	struct reception *reception;
	lobby_machine_h *machineh;
	void *machine_arg;
};

static void lobby_destructor(void *arg)
{
	struct lobby *l = arg;

	mem_deref(l->reception);
}

/* Who has the page's password may listen, unless told otherwise */
static void call_handler(const struct line *line, struct invite *inv,
			 const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct lobby *l = arg;

	calls_take(l->calls, line, inv, msg,
		   config_bool(l->cfg, "page", "answer"), now);
}

static void renewed_handler(const struct line *line, uint64_t now, void *arg)
{
	struct lobby *l = arg;

	calls_resume(l->calls, line, now);
}

static void gone_handler(const struct line *line, uint64_t now, void *arg)
{
	struct lobby *l = arg;

	calls_end(l->calls, line, now);
}

static bool busy_handler(const struct line *line, void *arg)
{
	struct lobby *l = arg;

	return calls_count(l->calls, line) != 0;
}

static void message_handler(struct reception_message *rm, uint64_t now,
			    void *arg)
{
	struct lobby *l = arg;

	if (pager_is(rm->m, LOBBY_JSON) && l->machineh)
		l->machineh(rm, calls_talking(l->calls, rm->line), now,
			    l->machine_arg);
	else
		rm->code = mailbox_put(l->events, rm->line->name, rm->m);
}

int lobby_alloc(struct lobby **lp, const struct lobby_params *prm)
{
	struct reception_params rp = {
		.cfg = prm->cfg,
		.gate = prm->gate,
		.filev = prm->filev,
		.events = prm->events,
		.h = {
			.call = call_handler,
			.renewed = renewed_handler,
			.gone = gone_handler,
			.busy = busy_handler,
			.message = message_handler,
		},
	};
	struct lobby *l;
	int err;

	l = mem_zalloc(sizeof(*l), lobby_destructor);
	if (!l)
		return ENOMEM;

	l->cfg = prm->cfg;
	l->events = prm->events;
	l->calls = prm->calls;
	rp.h.arg = l;
	err = reception_alloc(&l->reception, &rp);
	if (err)
		mem_deref(l);
	else
		*lp = l;
	return err;
}

struct reception *lobby_reception(const struct lobby *l)
{
	return l->reception;
}

void lobby_set_machine(struct lobby *l, lobby_machine_h *h, void *arg)
{
	l->machineh = h;
	l->machine_arg = arg;
}

void lobby_tell(struct lobby *l, const json_t *what, uint64_t now)
{
	char *text = json_dumps(what, JSON_COMPACT | JSON_PRESERVE_ORDER);
	struct reception_guest g;

	for (unsigned i = 0; text && reception_get(l->reception, i, &g); i++) {
		if (calls_talking(l->calls, g.line))
			(void)reception_send(l->reception, g.line, LOBBY_JSON,
					     text, now);
	}

	free(text);
}
