/**
 * @file core/call/call_show.h  A call, for people and programs
 *
 *     call -> [call_show] -> `calls`, `stats`
 */
#ifndef CORE_CALL_CALL_SHOW_H
#define CORE_CALL_CALL_SHOW_H

#include <jansson.h>
#include "core/call/call.h"

/** A line for `calls` */
int call_print(struct re_printf *pf, const struct call *c);

/** Media statistics for `stats` */
int call_stats_print(struct re_printf *pf, const struct call *c);

/** @return new references, NULL without memory */
json_t *call_json(const struct call *c);
json_t *call_stats_json(const struct call *c);

#endif
