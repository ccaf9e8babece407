/**
 * @file core/sip/scan.h  Scan: cutting pieces off a row of bytes
 *
 *     bytes -> [scan] -> grammar, message, credentials
 *
 * `rest` is what was not looked at yet; what is cut leaves it. Nothing here
 * minds a NUL or looks beyond the length.
 */
#ifndef CORE_SIP_SCAN_H
#define CORE_SIP_SCAN_H

#include "core/base/re.h"

bool scan_is_alpha(char c);
bool scan_is_digit(char c);

/** White space inside a header: also CR and LF, of a folded line */
bool scan_is_lws(char c);

/** Character of a token (RFC 3261 section 25.1) */
bool scan_is_token(char c);

/** Value of a hex digit, -1 if it is none */
int scan_hex(char c);

/** Whether the next byte is this one */
bool scan_starts(const struct pl *rest, char c);

/** Cut n bytes, which must be there */
struct pl scan_cut(struct pl *rest, size_t n);

/** Cut white space */
void scan_skip_lws(struct pl *rest);

/** Cut token characters, maybe none */
struct pl scan_token(struct pl *rest);

/** Cut up to the character, which stays; everything if it is not there */
struct pl scan_until(struct pl *rest, char c);

/**
 * Cut a quoted string, quotes included; rest starts with its first quote.
 *
 * @return 0, EBADMSG it does not end
 */
int scan_quoted(struct pl *str, struct pl *rest);

#endif
