/**
 * @file core/call/account_show.c  An account, for people and programs
 */
#include "core/call/account_parts.h"
#include "core/call/account_show.h"

static const char *state_name(const struct account *a)
{
	switch (ua_registration_state(a->ua)) {
	case REGISTRATION_ON:
		return "registered";
	case REGISTRATION_TRYING:
		return "registering";
	case REGISTRATION_LEAVING:
		return "unregistering";
	case REGISTRATION_OFF:
		return "not registered (not wanted)";
	case REGISTRATION_STOPPED:
		return "not registered (refused)";
	default:
		return "not registered";
	}
}

int account_print(struct re_printf *pf, const struct account *a)
{
	const bool named = strcmp(a->line.name, CONFIG_ACCOUNT) != 0;
	int err = re_hprintf(pf, "%s%s%s %s%s%s\n", named ? a->line.name : "",
			     named ? ": " : "", ua_aor(a->ua), state_name(a),
			     *a->reason ? ": " : "", a->reason);

	if (a->trunk)
		err |= re_hprintf(pf, "%H\n", a->driver->print, a->trunk);

	return err;
}

json_t *account_json(const struct account *a)
{
	struct pl reason;

	/* May have been cut amid a character */
	pl_set_str(&reason, a->reason);
	return json_pack("{s:s, s:s, s:b, s:s, s:o, s:b}", "name", a->line.name,
			 "aor", ua_aor(a->ua), "registered",
			 (int)account_registered(a), "state", state_name(a),
			 "reason", event_string(&reason), "connected",
			 (int)account_connected(a));
}
