/**
 * @file core/call/news.h  News: what a NOTIFY says, as JSON
 *
 *     NOTIFY -> tidings -> [news] -> pidf | summary -> event i_notify
 *
 * Of presence {"entity", "basic", "note"}, of messages {"waiting", "new",
 * "old", "account"}; foreign text is made safe.
 */
#ifndef CORE_CALL_NEWS_H
#define CORE_CALL_NEWS_H

#include <jansson.h>
#include "core/sip/package.h"

/** Read the body. @return new reference, NULL: another type, it cannot be
    read, no memory */
json_t *news_json(enum package package, const struct sip_msg *msg);

/** Print them behind a comma, for %H; nothing when NULL */
int news_print(struct re_printf *pf, const json_t *news);

#endif
