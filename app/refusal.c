/**
 * @file app/refusal.c  Refusal
 */
#include <stdio.h>
#include "app/refusal.h"
#include "core/base/log.h"

/** Who brought it */
enum source {
	CARD,
	RELOAD,
	SOURCES,
};

static const char *const namev[SOURCES] = { "card", "reload" };

struct refusal {
	struct event_bus *events;
	char *path;			  /* FILE.refused         */
	char whyv[SOURCES][REFUSAL_TEXT]; /* "": it is not refused */
};

static void refusal_destructor(void *arg)
{
	struct refusal *r = arg;

	mem_deref(r->path);
}

int refusal_alloc(struct refusal **rp, const char *path,
		  struct event_bus *events)
{
	struct refusal *r = mem_zalloc(sizeof(*r), refusal_destructor);
	int err;

	if (!r)
		return ENOMEM;

	r->events = events;
	err = re_sdprintf(&r->path, "%s.refused", path);
	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

static bool any(const struct refusal *r)
{
	return *r->whyv[CARD] || *r->whyv[RELOAD];
}

/* What is said again is no news */
static void set(struct refusal *r, enum source source, const char *why)
{
	char *is = r->whyv[source];
	const bool was = any(r);

	if (!strcmp(is, why))
		return;

	str_ncpy(is, why, REFUSAL_TEXT);
	if (*is)
		event_emit(r->events, EVENT_CONFIG_REFUSED, NULL, 0,
			   "source:s reason:s", namev[source], is);
	else if (was && !any(r))
		event_emit(r->events, EVENT_CONFIG_ACCEPTED, NULL, 0, NULL);
}

/* The first line that is no mere warning, else the last one that is */
static void first_fault(char why[REFUSAL_TEXT], FILE *file)
{
	static const char warning[] = "warning: ";
	bool is = false;

	while (!is && fgets(why, REFUSAL_TEXT, file)) {
		why[strcspn(why, "\n")] = '\0';
		is = *why && strncmp(why, warning, strlen(warning)) != 0;
	}
	if (!*why)
		str_ncpy(why, "wrong", REFUSAL_TEXT);
}

void refusal_look(struct refusal *r)
{
	FILE *file = fopen(r->path, "re");
	char why[REFUSAL_TEXT] = "";
	struct pl pl;

	if (file) {
		first_fault(why, file);
		(void)fclose(file);
	}
	pl_set_str(&pl, why);
	if (*why && strcmp(why, r->whyv[CARD]))
		log_warning("config: the card's file is refused, and the one "
			    "before it in force: %H\n",
			    log_text, &pl);
	set(r, CARD, why);
}

void refusal_reload(struct refusal *r, const struct mbuf *why)
{
	FILE *file = why && why->end ? fmemopen(why->buf, why->end, "r") : NULL;
	char text[REFUSAL_TEXT] = "";

	refusal_look(r);
	if (file)
		first_fault(text, file);
	else if (why)
		str_ncpy(text, "wrong", sizeof(text));
	if (file)
		(void)fclose(file);
	set(r, RELOAD, text);
}

/* ---- Showing ---- */

int refusal_print(struct re_printf *pf, const struct refusal *r)
{
	int err = 0;

	for (unsigned i = 0; i < SOURCES; i++) {
		struct pl pl;

		pl_set_str(&pl, r->whyv[i]);
		if (pl.l)
			err |= re_hprintf(pf,
					  "configuration refused (%s): %H\n",
					  namev[i], log_text, &pl);
	}

	return err;
}

json_t *refusal_json(const struct refusal *r)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < SOURCES; i++) {
		struct pl pl;

		pl_set_str(&pl, r->whyv[i]);
		if (pl.l)
			(void)json_array_append_new(
				list,
				json_pack("{s:s, s:o}", "source", namev[i],
					  "reason", event_string(&pl)));
	}

	return list;
}
