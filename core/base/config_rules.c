/**
 * @file core/base/config_rules.c  What keys say to each other
 */
#include "core/base/config_compat.h"
#include "core/base/config_machine.h"
#include "core/base/config_rules.h"

static void check_account(const struct config *c, config_rule_h *fault,
			  void *arg)
{
	const char *ha1 = config_text(c, "account", "ha1");

	if (*ha1 && *config_text(c, "account", "password"))
		fault(c, "account", "ha1",
		      "both password and ha1; give only one of them", arg);
	if (config_is(c, "account", "auth_min", "sha256") &&
	    strlen(ha1) == strlen("00112233445566778899aabbccddeeff"))
		fault(c, "account", "ha1",
		      "it is of MD5, but auth_min=sha256; give one of SHA-256",
		      arg);
}

static void check_transport(const struct config *c, config_rule_h *fault,
			    void *arg)
{
	struct pl url;

	for (unsigned i = 0; config_item(c, "transport", "url", i, &url); i++) {
		if (url.l > strlen("ws:") &&
		    !strncmp(url.p, "ws:", strlen("ws:")) &&
		    !config_bool(c, "transport", "insecure"))
			fault(c, "transport", "url",
			      "ws:// is not encrypted; give wss://, or "
			      "insecure = yes",
			      arg);
	}
}

static void check_call(const struct config *c, config_rule_h *fault, void *arg)
{
	if (!config_is(c, "call", "offer", "dtls") &&
	    !config_bool(c, "call", "insecure_media"))
		fault(c, "call", "offer",
		      "others could listen; give dtls, or insecure_media = yes",
		      arg);
}

static void check_ice(const struct config *c, config_rule_h *fault, void *arg)
{
	bool turn = false, none = false;
	unsigned count = 0;
	struct pl item;

	while (config_item(c, "ice", "servers", count, &item)) {
		turn |= item.l > strlen("turn:") &&
			!strncmp(item.p, "turn:", strlen("turn:"));
		none |= !pl_strcmp(&item, "none");
		++count;
	}
	if (none && count > 1)
		fault(c, "ice", "servers", "none beside a server; give either",
		      arg);
	if (config_is(c, "ice", "policy", "relay") && !turn)
		fault(c, "ice", "policy",
		      "relay without a turn: server; give one in servers", arg);
}

static void check_screen(const struct config *c, config_rule_h *fault,
			 void *arg)
{
	if (config_is(c, "call", "media", "screen") &&
	    config_is(c, "screen", "source", "none"))
		fault(c, "call", "media",
		      "screen, and there is none; give [screen] source", arg);
}

static void check_page(const struct config *c, config_rule_h *fault, void *arg)
{
	bool cert = *config_text(c, "page", "cert") != '\0';
	bool key = *config_text(c, "page", "key") != '\0';

	if (cert && !key)
		fault(c, "page", "key", "cert without its key; give both", arg);
	if (key && !cert)
		fault(c, "page", "cert",
		      "key without its certificate; give both", arg);
}

/* Whether what must be given is given; all of it, or nothing beside a page or
   accounts with a name */
static void check_needed(const struct config *c, bool any, config_rule_h *fault,
			 void *arg)
{
	for (size_t i = 0; i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];

		any |= k->example && *config_text(c, k->section, k->key);
	}

	for (size_t i = 0; any && i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];

		if (k->example && !*config_text(c, k->section, k->key))
			fault(c, k->section, k->key, NULL, arg);
	}
}

/* Two ways to one address are two bindings (RFC 5626 section 4.2) */
static void check_twins(const struct config *c, const struct config *account,
			config_rule_h *fault, void *arg)
{
	static const char *const keyv[] = { "user", "realm", "reg_id" };
	const struct config *other;

	for (unsigned n = 0; (other = config_account(c, n)) != account; n++) {
		bool same = true;

		for (size_t i = 0; i < ARRAY_SIZE(keyv); i++)
			same &= !strcmp(
				config_text(other, "account", keyv[i]),
				config_text(account, "account", keyv[i]));
		if (same)
			fault(account, "account", "user",
			      "the same address as in another account; give "
			      "another one, or another reg_id for a second way "
			      "to the server",
			      arg);
	}
}

void config_rules_check(const struct config *c, config_rule_h *fault, void *arg)
{
	const struct config *account;

	check_needed(c,
		     !*config_text(c, "page", "listen") && !config_named(c, 0),
		     fault, arg);
	check_page(c, fault, arg);
	check_account(c, fault, arg);
	check_transport(c, fault, arg);
	config_compat_check(c, fault, arg);
	check_ice(c, fault, arg);
	check_screen(c, fault, arg);
	for (unsigned n = 0; (account = config_named(c, n)); n++) {
		check_needed(account, true, fault, arg);
		check_account(account, fault, arg);
		check_transport(account, fault, arg);
		config_compat_check(account, fault, arg);
		check_twins(c, account, fault, arg);
	}
	check_call(c, fault, arg);
	config_machine_check(c, fault, arg);
}
