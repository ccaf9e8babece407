/**
 * @file core/call/account_show.h  An account, for people and programs
 *
 *     account -> [account_show] -> `status`
 */
#ifndef CORE_CALL_ACCOUNT_SHOW_H
#define CORE_CALL_ACCOUNT_SHOW_H

#include <jansson.h>
#include "core/call/account.h"

/** Print for `status`: name if it has one, address, "registered" or why not,
    connection */
int account_print(struct re_printf *pf, const struct account *a);

/** @return new reference, NULL without memory */
json_t *account_json(const struct account *a);

#endif
