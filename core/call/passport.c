/**
 * @file core/call/passport.c  Passport
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/call/extras.h"
#include "core/call/passport.h"

static const char agent_name[] = "Boardphone/" BOARDPHONE_VERSION;

/* What is configured, NULL when it is not */
static const char *given(const struct config *cfg, const char *section,
			 const char *key)
{
	const char *text = config_text(cfg, section, key);

	return *text ? text : NULL;
}

/* The lines of [headers], each a string of its own */
static int make_headers(struct passport *pp, const struct config *cfg)
{
	const char *name, *value;
	int err = 0;

	for (unsigned i = 0; !err && i < ORIGIN_HEADERS_MAX &&
			     config_entry(cfg, "headers", i, &name, &value);
	     i++)
		err = re_sdprintf(&pp->headerv[i], "%s: %s", name, value);

	return err;
}

static struct origin_params make_origin(const struct config *cfg)
{
	const char *agent = given(cfg, "transport", "user_agent");
	const struct origin_params op = {
		.user = given(cfg, "account", "user"),
		.realm = given(cfg, "account", "realm"),
		.display_name = given(cfg, "account", "display_name"),
		.reg_id = (unsigned)config_number(cfg, "account", "reg_id"),
		.outbound_proxy = given(cfg, "transport", "outbound_proxy"),
		.user_agent = agent ? agent : agent_name,
		.session_timer = config_number(cfg, "call", "session_timer"),
		.reliable = !config_is(cfg, "call", "reliable", "no"),
		.gruu = config_is(cfg, "account", "gruu", "no")
				? ORIGIN_GRUU_NONE
			: config_is(cfg, "account", "gruu", "temp")
				? ORIGIN_GRUU_TEMPORARY
				: ORIGIN_GRUU_PUBLIC,
		.insecure = config_bool(cfg, "transport", "insecure"),
		.rtcweb_breaker = config_bool(cfg, "compat", "rtcweb_breaker"),
		.click2call = config_bool(cfg, "compat", "click2call"),
	};

	return op;
}

int passport_open(struct passport *pp, const struct config *cfg)
{
	const struct ua_params up = {
		.origin = make_origin(cfg),
		.auth_user = given(cfg, "account", "auth_user"),
		.password = given(cfg, "account", "password"),
		.ha1 = given(cfg, "account", "ha1"),
		.sha256_only = config_is(cfg, "account", "auth_min", "sha256"),
		.auth_in_call = config_bool(cfg, "account", "auth_in_call"),
		.named = !config_bool(cfg, "account", "early_ims"),
		.contact_ha1 = config_bool(cfg, "compat", "contact_ha1"),
		.expires = (uint32_t)(config_number(cfg, "account", "expires") /
				      CLOCK_S),
		.calls_max = (unsigned)config_number(cfg, "call", "max"),
	};

	int err;

	memset(pp, 0, sizeof(*pp));
	pp->params = up;
	instance_print(pp->instance, config_text(cfg, "account", "instance"),
		       up.origin.user, up.origin.realm);
	pp->params.origin.instance = pp->instance;
	pp->params.origin.headerv = (const char *const *)(uintptr_t)pp->headerv;
	if (up.contact_ha1)
		log_warning("account: [%s] tells the hash of its password in "
			    "each INVITE ([compat] contact_ha1)\n",
			    config_name(cfg));
	err = extras_caps_text(&pp->caps, config_text(cfg, "account", "caps"));
	pp->params.origin.caps = pp->caps;
	return err ? err : make_headers(pp, cfg);
}

void passport_close(struct passport *pp)
{
	pp->caps = mem_deref(pp->caps);
	for (unsigned i = 0; pp->headerv[i]; i++)
		pp->headerv[i] = mem_deref(pp->headerv[i]);
}
