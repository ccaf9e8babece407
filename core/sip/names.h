/**
 * @file core/sip/names.h  Names: the headers that SIP has
 *
 *     "v", "Via" -> [names] -> SIP_HDR_VIA, a list
 *
 * libre knows a header by 12 bits of a hash, so that an invented name can
 * pass for a Content-Length. Here the name is compared.
 */
#ifndef CORE_SIP_NAMES_H
#define CORE_SIP_NAMES_H

#include "core/base/re.h"

/** How often a header may stand in a message */
enum names_kind {
	NAMES_ANY,  /**< Any number of lines, not split at commas        */
	NAMES_ONCE, /**< One value: a second one is an error             */
	NAMES_LIST, /**< Any number of values, on one or several lines   */
};

/** A header */
struct names_entry {
	const char *name;
	enum sip_hdrid id;
	enum names_kind kind;
	char compact; /**< Its short form in lower case, or 0 */
};

/** Find a header by name, long or short; NULL when it is not known */
const struct names_entry *names_find(const struct pl *name);

/**
 * Under which key libre's sip_msg_xhdr() looks for a name: the hash of its
 * own decoder.
 */
uint32_t names_key(const struct pl *name);

#endif
