/**
 * @file core/sip/package.h  Package: what one can subscribe to
 *
 *     "presence" -> [package] -> Event and Accept of a SUBSCRIBE
 */
#ifndef CORE_SIP_PACKAGE_H
#define CORE_SIP_PACKAGE_H

#include "core/base/re.h"

enum package {
	PACKAGE_PRESENCE, /**< RFC 3856                                   */
	PACKAGE_MESSAGES, /**< message-summary, RFC 3842                  */
	PACKAGES,
};

/** As in Event */
const char *package_name(enum package package);

/** The type of its bodies */
const char *package_type(enum package package);

/** The package of that name. @return false: we know none */
bool package_find(enum package *packagep, const char *name);

/** Add Event and Accept. @return 0 or errno of header_add() */
int package_add(struct mbuf *headers, enum package package);

#endif
