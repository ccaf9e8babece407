/**
 * @file core/sip/escape.h  Escape: quoted strings and percent signs
 *
 *     "Bob \"B\"" -> [escape] -> Bob "B"         both ways, all for %H
 */
#ifndef CORE_SIP_ESCAPE_H
#define CORE_SIP_ESCAPE_H

#include "core/base/re.h"

/** Print what stands between quotes without its backslashes */
int escape_unquote(struct re_printf *pf, const struct pl *pl);

/** Print for between quotes: \ before " and \, control characters left out */
int escape_quote(struct re_printf *pf, const struct pl *pl);

/** Print with %41 turned to A, once. May print a NUL */
int escape_unpercent(struct re_printf *pf, const struct pl *pl);

/** Print a user name for a URI: what may not stand there becomes %41 */
int escape_user(struct re_printf *pf, const struct pl *pl);

/** Print for a token, likewise */
int escape_token(struct re_printf *pf, const struct pl *pl);

/** Print for the value of a header in a URI, likewise */
int escape_hvalue(struct re_printf *pf, const struct pl *pl);

#endif
