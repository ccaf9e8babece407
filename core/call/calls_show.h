/**
 * @file core/call/calls_show.h  All calls, for people and programs
 *
 *     calls -> [calls_show] -> `status`, `calls`, `stats`
 */
#ifndef CORE_CALL_CALLS_SHOW_H
#define CORE_CALL_CALLS_SHOW_H

#include <jansson.h>
#include "core/call/calls.h"

/** Sound device and servers for `status`, a line each, for %H */
int calls_media_print(struct re_printf *pf, const struct calls *cs);

/** A line for each call, for %H */
int calls_print(struct re_printf *pf, const struct calls *cs);

/** Media statistics of each call, for %H */
int calls_stats_print(struct re_printf *pf, const struct calls *cs);

/** The same as JSON. @return a new reference, NULL without memory */
json_t *calls_json(const struct calls *cs);
json_t *calls_stats_json(const struct calls *cs);

#endif
