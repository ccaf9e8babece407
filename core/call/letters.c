/**
 * @file core/call/letters.c  Letters
 */
#include "core/base/log.h"
#include "core/call/letters.h"
#include "core/sip/ua.h"

#define MESSAGE "message" /* Session of events */

enum {
	REDIRECTED = 300, /* RFC 3261 section 21.3: and above, */
	REFUSED = 400,	  /* ... up to here                    */
};

struct letters {
	struct event_bus *events;
	struct list letterl;
	unsigned last;
};

struct letter {
	struct le le; /* With the only reference */
	struct letters *ls;
	const struct line *line;
	struct pager *pager;
	char *to;
	unsigned id;
};

static void letter_destructor(void *arg)
{
	struct letter *l = arg;

	list_unlink(&l->le);
	pager_release(l->pager);
	mem_deref(l->to);
}

static void letters_destructor(void *arg)
{
	struct letters *ls = arg;

	list_flush(&ls->letterl);
}

int letters_alloc(struct letters **lsp, struct event_bus *events)
{
	struct letters *ls;

	ls = mem_zalloc(sizeof(*ls), letters_destructor);
	if (!ls)
		return ENOMEM;

	ls->events = events;
	*lsp = ls;
	return 0;
}

static void result_handler(unsigned code, const struct pl *reason, uint64_t now,
			   void *arg)
{
	struct letter *l = arg;
	const bool elsewhere = code >= REDIRECTED && code < REFUSED;
	const enum event_type type = code < REDIRECTED ? EVENT_CONNECTED
						       : EVENT_MESSAGE_ERROR;
	struct pl to;
	(void)now;

	pl_set_str(&to, l->to);
	if (code >= REDIRECTED)
		log_info("message %u to %H: %u %H%s\n", l->id, log_text, &to,
			 code, log_text, reason,
			 elsewhere ? "; messages do not go on to another "
				     "address by themselves"
				   : "");
	event_emit(l->ls->events, type, MESSAGE, l->id,
		   "account:s to:s code:u reason:r", l->line->name, l->to, code,
		   reason);
	mem_deref(l);
}

int letters_send(struct letters *ls, const struct line *line, const char *to,
		 const char *text, unsigned *idp, uint64_t now)
{
	const struct pager_params prm = {
		.to = to,
		.body = { text, strlen(text) },
	};
	struct letter *l = mem_zalloc(sizeof(*l), letter_destructor);
	int err;

	if (!l)
		return ENOMEM;

	l->ls = ls;
	l->line = line;
	err = str_dup(&l->to, to);
	err = err ? err
		  : ua_message(&l->pager, line->ua, &prm, result_handler, l,
			       now);
	if (err) {
		mem_deref(l);
		return err;
	}

	list_append(&ls->letterl, &l->le, l);
	l->id = ++ls->last;
	if (idp)
		*idp = l->id;
	line_wake(line);
	event_emit(ls->events, EVENT_SENT_REQUEST, MESSAGE, l->id,
		   "account:s to:s method:s", line->name, to, "MESSAGE");
	return 0;
}

bool letters_under_way(const struct letters *ls, const struct line *line)
{
	for (struct le *le = ls->letterl.head; le; le = le->next) {
		const struct letter *l = le->data;

		if (l->line == line)
			return true;
	}

	return false;
}
