/**
 * @file core/sip/header.h  Header: lines of a message that we write
 *
 *     values, some of them foreign -> [header] -> "Name: value\r\n"
 *
 * No value can end its line: what holds CR, LF, NUL or another control
 * character is refused, and so nothing can be injected.
 */
#ifndef CORE_SIP_HEADER_H
#define CORE_SIP_HEADER_H

#include "core/base/re.h"

/**
 * Add a header line at mb->pos, which is the end. On errors nothing is
 * added.
 *
 * @param mb    Where to
 * @param name  A token, of ours or from the configuration
 * @param fmt   libre's formats: %r struct pl, %H function and argument
 *
 * @return 0, EINVAL a name or value that cannot be a line, ENOMEM
 */
int header_add(struct mbuf *mb, const char *name, const char *fmt, ...);

/**
 * Print a foreign value, each fold of it one space; for %H. A value of
 * message_decode() then is safe, but for control characters after a
 * backslash, which header_add() refuses.
 */
int header_value(struct re_printf *pf, const struct pl *pl);

/** Whether text may stand in a header value or a start line */
bool header_safe(const struct pl *pl);

/** Whether a string may; NULL may not */
bool header_safe_str(const char *str);

#endif
