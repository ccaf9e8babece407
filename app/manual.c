/**
 * @file app/manual.c  Manual
 *
 * Sentences that no table has stand here.
 */
#include <ctype.h>
#include <time.h>
#include "app/commands.h"
#include "app/manual.h"
#include "app/mdoc.h"
#include "app/usage.h"
#include "core/base/config_table.h"
#include "core/base/config_value.h"
#include "core/base/config_when.h"
#include "core/base/event.h"

enum {
	DATE_SIZE = sizeof("September 29, 2026"),
};

/* What every page begins with; its date is that of the build */
static int print_head(struct re_printf *pf, const char *title, const char *name,
		      const char *help)
{
	const time_t built = BOARDPHONE_BUILD_TIME;
	char date[DATE_SIZE] = "";
	struct tm tm;

	if (gmtime_r(&built, &tm))
		(void)strftime(date, sizeof(date), "%B %e, %Y", &tm);

	return re_hprintf(pf,
			  ".\\\" Printed by `boardphone manual`\n"
			  ".Dd %s\n.Dt %s\n.Os \"Boardphone %s\"\n"
			  ".Sh NAME\n.Nm %s\n.Nd %s\n",
			  date, title, BOARDPHONE_VERSION, name, help);
}

static const char *default_of(const char *section, const char *key)
{
	size_t i = 0;

	while (strcmp(config_keyv[i].section, section) ||
	       strcmp(config_keyv[i].key, key))
		++i;

	return config_keyv[i].def;
}

/* ---- boardphone(1) ---- */

static int print_modes(struct re_printf *pf)
{
	const struct usage_mode *m;
	int err = re_hprintf(pf, ".Sh SYNOPSIS\n");

	for (unsigned i = 0; (m = usage_mode(i)) != NULL && !err; i++)
		err = re_hprintf(pf, ".Nm\n.%H\n", mdoc_form, m->args);

	err |= re_hprintf(pf, ".Sh DESCRIPTION\n"
			      "A small board with a camera, a microphone, a "
			      "loudspeaker and a button becomes a video "
			      "telephone that a browser, a SIP server or "
			      "another board can call and be called by.\n"
			      ".Pp\nIt is called in one of these ways:\n"
			      ".Bl -tag -width Ds\n");
	for (unsigned i = 0; (m = usage_mode(i)) != NULL && !err; i++)
		err = re_hprintf(pf, ".It%H\n%H\n", mdoc_form, m->args,
				 mdoc_text, m->more);

	return err | re_hprintf(pf, ".El\n");
}

static int print_options(struct re_printf *pf)
{
	const struct usage_option *o;
	int err = re_hprintf(pf, ".Pp\nThe options are:\n"
				 ".Bl -tag -width Ds\n");

	for (unsigned i = 0; (o = usage_option(i)) != NULL && !err; i++)
		err = re_hprintf(pf, ".It%H\n%H\n", mdoc_form, o->args,
				 mdoc_text, o->help);

	return err | re_hprintf(pf, ".El\n");
}

static int print_commands(struct re_printf *pf)
{
	const struct commands_info *c;
	int err = re_hprintf(pf, ".Sh COMMANDS\n"
				 "The same at the prompt and for\n.Cm ctl .\n"
				 ".Ar ID\nis the number of a call; it may be "
				 "left out when there is one only.\n"
				 ".Bl -tag -width Ds\n");

	for (unsigned i = 0; (c = commands_get(i)) != NULL && !err; i++)
		err = re_hprintf(pf, ".It Ic %s%H\n%c%H.\n", c->name, mdoc_form,
				 c->args, toupper(c->help[0]), mdoc_text,
				 c->help + 1);

	return err | re_hprintf(pf, ".El\n");
}

static int print_events(struct re_printf *pf)
{
	int err;

	err = re_hprintf(pf, ".Sh EVENTS\n"
			     "The command\n.Ic events\n"
			     "streams what happens, one JSON object a line, "
			     "whose members\n.Va event\nand\n.Va time\n"
			     "are always there.\n"
			     "JSON schemas of all events and of the answers "
			     "of all commands are in\n"
			     ".Pa docs/schema\nof the sources.\n"
			     "Events have these names:\n"
			     ".Bl -item -compact -offset indent\n");

	for (unsigned i = 0; i < EVENT_TYPES && !err; i++)
		err = re_hprintf(pf, ".It\n.Li %s\n",
				 event_name((enum event_type)i));

	return err | re_hprintf(pf, ".El\n");
}

int manual_print(struct re_printf *pf, void *unused)
{
	int err;
	(void)unused;

	err = print_head(pf, "BOARDPHONE 1", "boardphone",
			 "video telephone for a small board");
	err |= print_modes(pf);
	err |= print_options(pf);
	err |= print_commands(pf);
	err |= print_events(pf);
	return err |
	       re_hprintf(pf,
			  ".Sh FILES\n.Bl -tag -width Ds\n"
			  ".It Pa /etc/boardphone.conf\n"
			  "Configuration, see\n.Xr boardphone.conf 5 .\n"
			  ".It Pa %s\nControl socket.\n"
			  ".It Pa %s\nCertificate and password of the page "
			  "that are made at the first start.\n.El\n"
			  ".Sh EXIT STATUS\n"
			  "0 it worked, 1 it did not, 2 it was called in "
			  "a wrong way, 85 the board is to be started anew.\n"
			  ".Sh SEE ALSO\n.Xr boardphone.conf 5\n",
			  default_of("control", "socket"),
			  default_of("page", "state"));
}

/* ---- boardphone.conf(5) ---- */

static int print_key(struct re_printf *pf, const struct config_key *k)
{
	const bool ranged = k->type != CONFIG_TEXT && k->type != CONFIG_ITEMS;
	int err;

	err = re_hprintf(pf, ".It Cm %s\n%H.\n", k->key, mdoc_text, k->help);
	if (ranged)
		err |= re_hprintf(pf, "Takes %H.\n", config_value_print, k);
	if (k->type == CONFIG_ITEMS)
		err |= re_hprintf(pf, "Takes a list, with commas between.\n");
	if (config_when(k->section, k->key) != CONFIG_AT_START)
		err |= re_hprintf(
			pf, "A change counts %s.\n",
			config_when_name(config_when(k->section, k->key)));
	if (k->secret)
		err |= re_hprintf(pf, "It is a secret, and never shown.\n");
	if (k->example)
		return err | re_hprintf(pf, "An example is\n.Ql %H .\n",
					mdoc_text, k->example);

	return *k->def ? err | re_hprintf(pf, "The default is\n.Ql %H .\n",
					  mdoc_text, k->def)
		       : err;
}

static int print_section(struct re_printf *pf, const char *section)
{
	const char *help = config_section_help(section);
	bool keys = false;
	int err;

	err = re_hprintf(pf, ".Ss [%s]\n%H%s.\n", section, mdoc_text, help,
			 config_section_named(section) ? "; of each account"
						       : "");
	for (size_t i = 0; i < config_keyc && !err; i++) {
		if (strcmp(config_keyv[i].section, section))
			continue;
		if (!keys)
			err = re_hprintf(pf, ".Bl -tag -width Ds\n");
		keys = true;
		err |= print_key(pf, &config_keyv[i]);
	}
	if (keys)
		err |= re_hprintf(pf, ".El\n");

	for (size_t i = 0; i < config_freec && !err; i++) {
		if (!strcmp(config_freev[i].section, section) &&
		    config_when(section, NULL) != CONFIG_AT_START)
			err = re_hprintf(
				pf, "A change counts %s.\n",
				config_when_name(config_when(section, NULL)));
		if (!strcmp(config_freev[i].section, section))
			err |= re_hprintf(pf, "An example is\n.Dl %H\n",
					  mdoc_text, config_freev[i].example);
	}

	return err;
}

static int print_least(struct re_printf *pf)
{
	const char *before = "";
	int err;

	err = re_hprintf(pf, ".Sh EXAMPLES\n"
			     "The least for a phone with its own page:\n"
			     ".Bd -literal -offset indent\n"
			     "[page]\nlisten = 0.0.0.0:443, [::]:443\n.Ed\n"
			     ".Pp\nThe least for a user of a server:\n"
			     ".Bd -literal -offset indent\n");

	for (size_t i = 0; i < config_keyc && !err; i++) {
		const struct config_key *k = &config_keyv[i];

		if (!k->example)
			continue;
		if (strcmp(before, k->section))
			err = re_hprintf(pf, "%s[%s]\n", *before ? "\n" : "",
					 k->section);
		before = k->section;
		err |= re_hprintf(pf, "%s = %H\n", k->key, mdoc_text,
				  k->example);
	}

	return err | re_hprintf(pf, ".Ed\n");
}

int manual_print_conf(struct re_printf *pf, void *unused)
{
	const char *section;
	int err;
	(void)unused;

	err = print_head(pf, "BOARDPHONE.CONF 5", "boardphone.conf",
			 "configuration of boardphone");
	err |= re_hprintf(pf, ".Sh DESCRIPTION\n"
			      "Lines\n.Ar KEY Li = Ar VALUE\nin sections that "
			      "a line\n.Li \\&[ Ns Ar SECTION Ns Li \\&]\n"
			      "begins.\n"
			      "A # or ; that stands first or follows a blank "
			      "begins a comment; \\(dqquotes\\(dq keep "
			      "blanks, # and ;.\n"
			      "Times are in seconds, or have ms, s, m or h; "
			      "rates in bit/s may have k or M.\n"
			      ".Pp\nAn unknown section, key or value stops "
			      "the start, and is told with file and line;\n"
			      ".Ic boardphone check\ntells without a "
			      "start.\n"
			      ".Pp\nFurther accounts have a name:\n"
			      ".Li \\&[account home\\&] ,\n"
			      ".Li \\&[transport home\\&]\n"
			      "and so on.\n"
			      "What these sections do not say is as if not "
			      "given, whatever those without a name say.\n"
			      ".Pp\nThe signal\n.Dv SIGHUP ,\nor the command\n"
			      ".Ic config reload ,\nhas a running phone read "
			      "the file again: with any mistake in it nothing "
			      "changes; else what says so below counts at once "
			      "or for the next call, and all the rest at the "
			      "next start, such as by\n.Ic restart .\n"
			      ".Sh SECTIONS\n");

	for (unsigned i = 0; !err && (section = config_section(i)); i++)
		err = print_section(pf, section);

	err |= print_least(pf);
	return err | re_hprintf(pf, ".Sh SEE ALSO\n.Xr boardphone 1\n");
}
