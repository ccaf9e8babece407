/**
 * @file core/base/config_compat.c  Rules of [compat]
 */
#include "core/base/config_compat.h"

enum {
	MD5_DIGITS = 32, /* Of a hash in hex */
};

void config_compat_check(const struct config *c, config_rule_h *fault,
			 void *arg)
{
	const char *ha1 = config_text(c, "account", "ha1");

	if (!config_bool(c, "compat", "contact_ha1"))
		return;

	if (!config_bool(c, "compat", "rtcweb_breaker"))
		fault(c, "compat", "contact_ha1",
		      "only a gateway wants it; give rtcweb_breaker = yes, or "
		      "no",
		      arg);
	if (config_is(c, "account", "auth_min", "sha256") ||
	    (*ha1 && strlen(ha1) != MD5_DIGITS))
		fault(c, "compat", "contact_ha1",
		      "the hash that gateways want is MD5's, which [account] "
		      "forbids; give no",
		      arg);
	else if (!*ha1 && !*config_text(c, "account", "password"))
		fault(c, "compat", "contact_ha1",
		      "there is nothing to send; give a password, or no", arg);
}

void config_compat_warn(const struct config *c, struct config_faults *faults)
{
	const struct config *account;

	for (unsigned n = 0; (account = config_account(c, n)); n++) {
		if (!config_bool(account, "compat", "contact_ha1"))
			continue;
		config_fault(faults, false,
			     config_line(account, "compat", "contact_ha1"),
			     "[compat] contact_ha1: whoever reads an INVITE of "
			     "ours can use the account; take it out where the "
			     "gateway does not insist");
	}
}
