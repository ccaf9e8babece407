/**
 * @file core/call/session_show.h  Session, for people and programs
 *
 *     session -> [session_show] -> stats of a call
 */
#ifndef CORE_CALL_SESSION_SHOW_H
#define CORE_CALL_SESSION_SHOW_H

#include "core/call/session.h"

/** Print, for `stats` and %H */
int session_print(struct re_printf *pf, const struct session *s);

/** The same. @return new reference, NULL without memory */
json_t *session_json(const struct session *s);

#endif
