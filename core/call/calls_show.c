/**
 * @file core/call/calls_show.c  All calls, for people and programs
 */
#include "core/call/call_show.h"
#include "core/call/calls_parts.h"
#include "core/call/calls_show.h"

int calls_media_print(struct re_printf *pf, const struct calls *cs)
{
	int err = re_hprintf(pf, "%H\n", voice_print, cs->voice);

	if (cs->studio)
		err |= re_hprintf(pf, "%H", studio_print, cs->studio);
	if (cs->screen)
		err |= re_hprintf(pf, "%H\n", screen_print, cs->screen);
	if (cs->servers)
		err |= re_hprintf(pf, "ice servers: %H\n", servers_print,
				  cs->servers);
	return err;
}

int calls_print(struct re_printf *pf, const struct calls *cs)
{
	int err = cs->callc ? 0 : re_hprintf(pf, "no calls\n");

	for (unsigned i = 0; i < cs->callc; i++)
		err |= call_print(pf, cs->callv[i]);

	return err;
}

int calls_stats_print(struct re_printf *pf, const struct calls *cs)
{
	int err = cs->callc ? 0 : re_hprintf(pf, "no calls\n");

	for (unsigned i = 0; i < cs->callc; i++)
		err |= call_stats_print(pf, cs->callv[i]);

	return err;
}

/* A list of what `make` says of each call */
static json_t *each(const struct calls *cs,
		    json_t *(*make)(const struct call *c))
{
	json_t *list = json_array();

	for (unsigned i = 0; i < cs->callc; i++)
		(void)json_array_append_new(list, make(cs->callv[i]));

	return list;
}

json_t *calls_json(const struct calls *cs)
{
	return each(cs, call_json);
}

json_t *calls_stats_json(const struct calls *cs)
{
	return each(cs, call_stats_json);
}
