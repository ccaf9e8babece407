/**
 * @file core/call/session_show.c  Session, for people and programs
 */
#include "core/call/endpoint.h"
#include "core/call/session_parts.h"
#include "core/call/session_show.h"

int session_print(struct re_printf *pf, const struct session *s)
{
	return re_hprintf(pf, "%H\n%H", cables_print, &s->cables, senses_print,
			  &s->senses);
}

json_t *session_json(const struct session *s)
{
	return senses_json(&s->senses,
			   endpoint_json(s->offer, cables_up(&s->cables) != 0));
}
