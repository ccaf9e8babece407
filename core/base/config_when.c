/**
 * @file core/base/config_when.c  When a key that was changed counts
 */
#include "core/base/config_print.h"
#include "core/base/config_table.h"
#include "core/base/config_when.h"

/** The first row that fits; a key "" is each of the section */
static const struct {
	const char *section, *key;
	enum config_when when;
} rowv[] = {
	{ "account", "", CONFIG_AT_ACCOUNT },
	{ "transport", "", CONFIG_AT_ACCOUNT },
	{ "compat", "", CONFIG_AT_ACCOUNT },
	{ "headers", "", CONFIG_AT_ACCOUNT },
	{ "presence", "", CONFIG_AT_ACCOUNT },
	{ "ice", "policy", CONFIG_AT_CALL },
	{ "ice", "loopback", CONFIG_AT_CALL },
	{ "audio", "codecs", CONFIG_AT_CALL },
	{ "audio", "bitrate", CONFIG_AT_CALL },
	{ "audio", "ptime", CONFIG_AT_CALL },
	{ "audio", "fec", CONFIG_AT_CALL },
	{ "audio", "dtmf", CONFIG_AT_CALL },
	{ "audio", "speaker_volume", CONFIG_AT_ONCE },
	{ "audio", "microphone_volume", CONFIG_AT_ONCE },
	{ "video", "size", CONFIG_AT_CALL },
	{ "video", "fps", CONFIG_AT_CALL },
	{ "video", "bitrate", CONFIG_AT_CALL },
	{ "video", "iframe_interval", CONFIG_AT_CALL },
	{ "video", "encoder", CONFIG_AT_CALL },
	{ "video", "codecs", CONFIG_AT_CALL },
	{ "screen", "size", CONFIG_AT_CALL },
	{ "screen", "fps", CONFIG_AT_CALL },
	/* These the accounts say of themselves */
	{ "call", "max", CONFIG_AT_START },
	{ "call", "transfer", CONFIG_AT_START },
	{ "call", "replace", CONFIG_AT_START },
	{ "call", "session_timer", CONFIG_AT_START },
	{ "call", "reliable", CONFIG_AT_START },
	{ "call", "hold_music", CONFIG_AT_START },
	{ "call", "", CONFIG_AT_CALL },
	{ "page", "answer", CONFIG_AT_ONCE },
	{ "buttons", "", CONFIG_AT_ONCE },
	{ "inputs", "", CONFIG_AT_ONCE },
	{ "lamps", "", CONFIG_AT_ONCE },
};

enum config_when config_when(const char *section, const char *key)
{
	if (!key && !strcmp(section, CONFIG_ACCOUNT))
		return CONFIG_AT_START;

	for (size_t i = 0; i < ARRAY_SIZE(rowv); i++) {
		if (!strcmp(rowv[i].section, section) &&
		    (!*rowv[i].key || (key && !strcmp(rowv[i].key, key))))
			return rowv[i].when;
	}

	return CONFIG_AT_START;
}

const char *config_when_name(enum config_when w)
{
	static const char *const namev[] = {
		[CONFIG_AT_START] = "at the next start",
		[CONFIG_AT_CALL] = "for the next call",
		[CONFIG_AT_ACCOUNT] = "at once; the account begins anew",
		[CONFIG_AT_ONCE] = "at once",
	};

	return namev[w];
}

/* ---- Differences ---- */

/** Two configurations, or two accounts of them */
struct pair {
	const struct config *a, *b;
	config_diff_h *h;
	void *arg;
};

static void diff_section(const struct pair *p, const char *section)
{
	for (size_t i = 0; i < config_keyc; i++) {
		const struct config_key *k = &config_keyv[i];

		if (!strcmp(k->section, section) &&
		    strcmp(config_text(p->a, section, k->key),
			   config_text(p->b, section, k->key)))
			p->h(p->b, section, k->key, p->arg);
	}
	for (size_t i = 0; i < config_freec; i++) {
		if (!strcmp(config_freev[i].section, section) &&
		    !config_same_entries(p->a, p->b, section))
			p->h(p->b, section, NULL, p->arg);
	}
}

static const struct config *named(const struct config *c, const char *name)
{
	const struct config *account;

	for (unsigned n = 0; (account = config_named(c, n)); n++) {
		if (!strcmp(config_name(account), name))
			return account;
	}

	return NULL;
}

/* Accounts of one, and what they are in the other */
static void diff_accounts(const struct pair *p)
{
	const struct config *one;

	for (unsigned n = 0; (one = config_named(p->a, n)); n++) {
		if (!named(p->b, config_name(one)))
			p->h(one, CONFIG_ACCOUNT, NULL, p->arg);
	}
	for (unsigned n = 0; (one = config_named(p->b, n)); n++) {
		const struct pair both = { named(p->a, config_name(one)), one,
					   p->h, p->arg };
		const char *section;

		if (!both.a)
			p->h(one, CONFIG_ACCOUNT, NULL, p->arg);
		for (unsigned i = 0; both.a && (section = config_section(i));
		     i++) {
			if (config_section_named(section))
				diff_section(&both, section);
		}
	}
}

void config_diff(const struct config *a, const struct config *b,
		 config_diff_h *h, void *arg)
{
	const struct pair p = { a, b, h, arg };
	const char *section;

	for (unsigned i = 0; (section = config_section(i)); i++)
		diff_section(&p, section);
	diff_accounts(&p);
}
