/**
 * @file app/usage.c  Usage
 */
#include "app/usage.h"

enum {
	HELP_COLUMN = 37, /* Where the few words begin */
};

static const struct usage_mode modev[] = {
	{ "[run] [-c FILE] [-v]", "be the telephone",
	  "In the foreground, with the log on standard error, until SIGTERM: "
	  "then all calls are ended, the account is un-registered and the "
	  "connection closed, within 3 seconds. With a terminal on standard "
	  "input there is a prompt for commands." },
	{ "check [-c FILE]", "is the configuration right?",
	  "Tells each mistake, with file and line and what would be right." },
	{ "settings [-c FILE]", "what [board] says, for scripts",
	  "Prints the keys of [board], checked, a line NAME=VALUE each." },
	{ "example", "a configuration, explained",
	  "Prints a configuration file with every key, its range, its default "
	  "and a sentence about it." },
	{ "devices", "what can be named in it",
	  "Lists sound cards, cameras, displays, codecs and lines." },
	{ "ctl [-s SOCKET] [--json] COMMAND...",
	  "a command to the running phone",
	  "Gives a command to the phone that runs on this machine and prints "
	  "its answer." },
	{ "hash", "a password for the console",
	  "Reads a password and prints what [console] password_hash takes." },
	{ "selftest", "crypto, codecs, devices",
	  "Published test vectors, on the device itself." },
	{ "parse sip|sdp|candidate|rtcp|stun FILE", "what a file says",
	  "Gives a file to the phone's own parser; prints JSON." },
	{ "manual [conf]", "the manual pages",
	  "Prints boardphone(1), or boardphone.conf(5), in mdoc(7)." },
	{ "--help", "this list", "Prints the list of modes." },
	{ "--version", "the program's version", "Prints the version." },
};

static const struct usage_option optionv[] = {
	{ "-c FILE",
	  "The configuration; /etc/boardphone.conf if not given. For ctl, it "
	  "says where the socket is." },
	{ "-s SOCKET", "The control socket, instead of the configured one." },
	{ "-v", "Log everything, as the command log debug does." },
	{ "--json", "Answer in JSON, errors too: their members are code, "
		    "which is an errno, and error, which is a sentence." },
};

const struct usage_mode *usage_mode(unsigned i)
{
	return i < ARRAY_SIZE(modev) ? &modev[i] : NULL;
}

const struct usage_option *usage_option(unsigned i)
{
	return i < ARRAY_SIZE(optionv) ? &optionv[i] : NULL;
}

int usage_print(struct re_printf *pf, void *unused)
{
	int err = 0;
	(void)unused;

	for (unsigned i = 0; i < ARRAY_SIZE(modev) && !err; i++) {
		const struct usage_mode *m = &modev[i];
		const char *before = i ? "      " : "usage:";
		size_t used = strlen(" boardphone ") + strlen(m->args);

		err = re_hprintf(pf, "%s boardphone %s", before, m->args);
		used += strlen(before);
		if (used >= HELP_COLUMN) {
			err |= re_hprintf(pf, "\n");
			used = 0;
		}
		for (; used < HELP_COLUMN; used++)
			err |= re_hprintf(pf, " ");
		err |= re_hprintf(pf, "%s\n", m->help);
	}

	return err;
}
