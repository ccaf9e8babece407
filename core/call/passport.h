/**
 * @file core/call/passport.h  Passport: an account as it is configured
 *
 *     [account] [transport] [headers] -> [passport] -> account -> ua
 *
 * Who the account is and what it may, in the form that its user agent takes.
 */
#ifndef CORE_CALL_PASSPORT_H
#define CORE_CALL_PASSPORT_H

#include "core/base/config.h"
#include "core/call/instance.h"
#include "core/sip/ua.h"

/** Not to be copied: params points into it, and into the configuration */
struct passport {
	struct ua_params params; /**< Handlers are left to the owner */
	char *headerv[ORIGIN_HEADERS_MAX + 1];
	char instance[INSTANCE_LEN];
	char *caps;
};

/** Fill it; passport_close() also after a failure. @return 0, ENOMEM */
int passport_open(struct passport *pp, const struct config *cfg);

/** Free what it holds; params is of no use then */
void passport_close(struct passport *pp);

#endif
