/**
 * @file core/sip/grammar.h  Grammar: the pieces that SIP headers are made of
 *
 *     bytes of a header -> [grammar] -> URI, address, Via, parameters, number
 *
 * Strict where RFC 4475 wants a refusal, quote-aware, linear in the length,
 * indifferent to NUL. Everything found points into the bytes given. Fills
 * libre's structures, so that its users can take them. libre's own functions
 * look for a parameter inside quoted strings and refuse unknown schemes.
 */
#ifndef CORE_SIP_GRAMMAR_H
#define CORE_SIP_GRAMMAR_H

#include "core/base/re.h"

/** A parameter was found; val is not set when it has none, and keeps its
    quotes when it has any. @return true to stop */
typedef bool(grammar_param_h)(const struct pl *name, const struct pl *val,
			      void *arg);

/** Without white space at both ends (spaces, tabs, folded lines) */
struct pl grammar_trim(struct pl pl);

/** Whether this is a token (RFC 3261 section 25.1), not empty */
bool grammar_is_token(const struct pl *pl);

/**
 * Decode a decimal number: digits only.
 *
 * @return 0, EBADMSG not a number, ERANGE larger than max (*n is max then)
 */
int grammar_number(uint32_t *n, const struct pl *pl, uint32_t max);

/**
 * Decode a URI. sip: and sips: are checked piece by piece; of other schemes
 * only the scheme is set. An IPv6 host is given without its brackets.
 *
 * @return 0, EBADMSG
 */
int grammar_uri(struct uri *uri, const struct pl *pl);

/**
 * Decode a name-addr or addr-spec with parameters: From, To, Contact, Route,
 * Record-Route, Path, Service-Route (one element), Refer-To. dname keeps its
 * quotes' content with escapes (see grammar_unquote()).
 *
 * @return 0, EBADMSG
 */
int grammar_addr(struct sip_taddr *addr, const struct pl *pl);

/**
 * Decode one Via value; a branch may be missing. addr is not set.
 *
 * @return 0, EBADMSG
 */
int grammar_via(struct sip_via *via, const struct pl *pl);

/**
 * Walk over ";name=value;name" (a semicolon in front is optional).
 *
 * @return 0 (also when the handler stopped), EBADMSG
 */
int grammar_params(const struct pl *params, grammar_param_h *h, void *arg);

/**
 * Get a parameter, by name without regard to case.
 *
 * @param val  Set to the value, without quotes if it had any; may be NULL
 *
 * @return 0, ENOENT
 */
int grammar_param(struct pl *val, const struct pl *params, const char *name);

/**
 * Cut the next element off a comma list; commas in quotes and <> do not
 * count. Elements are trimmed and may be empty.
 *
 * @param el    Set to the element
 * @param rest  What is left; not set (p is NULL) after the last element
 *
 * @return 0, ENOENT no more, EBADMSG open quote
 */
int grammar_next(struct pl *el, struct pl *rest);

/** Whether a comma list has this element, without regard to case */
bool grammar_list_has(const struct pl *pl, const char *element);

/** Whether a Contact is the star that stands for all. RFC 3261 section 25.1
    lets nothing follow; JsSIP puts its parameters there */
bool grammar_is_star(const struct pl *pl);

#endif
