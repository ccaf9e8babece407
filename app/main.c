/**
 * @file app/main.c  Main: the program's modes
 *
 *     shell, systemd -> [main] -> run, check, devices, ctl, ...
 *
 * Exit status: 0 it worked, 1 it did not, 2 wrong usage, 85 the board is to be
 * started anew.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "app/client.h"
#include "app/inventory.h"
#include "app/manual.h"
#include "app/notify.h"
#include "app/parse.h"
#include "app/run.h"
#include "app/secret.h"
#include "app/selftest.h"
#include "app/usage.h"
#include "app/wiring.h"
#include "core/base/config_machine.h"
#include "core/base/config_print.h"
#include "core/base/log.h"

enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_REBOOT = 85, /* boardphone.service knows it */
};

static const char default_config[] = "/etc/boardphone.conf";

/** Options of all modes */
struct options {
	const char *config;
	const char *socket;
	bool json, verbose, help, version;
};

static int usage(void)
{
	(void)re_fprintf(stderr, "%H", usage_print, NULL);
	return STATUS_USAGE;
}

/* Told of each mistake in the configuration */
static void fault_handler(bool fatal, const char *text, void *arg)
{
	unsigned *n = arg;

	(void)fprintf(stderr, "%s%s\n", fatal ? "" : "warning: ", text);
	if (fatal)
		++*n;
}

static int load(struct config **cfgp, const char *path)
{
	unsigned faults = 0;
	int err = config_load(cfgp, path, fault_handler, &faults);

	if (!err)
		err = wiring_check(*cfgp, &board_sim, path, fault_handler,
				   &faults);
	if (err && !faults)
		(void)re_fprintf(stderr, "%s: %m\n", path, err);

	return err;
}

/* Systemd starts it again; else it does so itself. What is open is closed by
   that, as all has FD_CLOEXEC */
static void start_again(const struct options *o)
{
	if (notify_manager())
		return;

	(void)execl("/proc/self/exe", "boardphone", "run", "-c", o->config,
		    o->verbose ? "-v" : NULL, NULL);
	(void)re_fprintf(stderr, "cannot start again: %m\n", errno);
}

static int mode_run(const struct options *o)
{
	enum commands_end end = COMMANDS_QUIT;
	struct config *cfg = NULL;
	int err;

	if (o->verbose)
		log_set_level(LOG_LEVEL_DEBUG);

	err = load(&cfg, o->config);
	if (!err)
		err = run_phone(cfg, o->config, &end);

	mem_deref(cfg);
	if (err)
		return STATUS_FAILED;
	if (end == COMMANDS_RESTART)
		start_again(o);

	return end == COMMANDS_REBOOT ? STATUS_REBOOT : STATUS_OK;
}

static int mode_check(const struct options *o)
{
	struct config *cfg = NULL;
	int err = load(&cfg, o->config);

	if (!err)
		(void)printf("%s: right\n", o->config);

	mem_deref(cfg);
	return err ? STATUS_FAILED : STATUS_OK;
}

static int mode_settings(const struct options *o)
{
	struct config *cfg = NULL;
	int err = load(&cfg, o->config);

	if (!err)
		(void)re_printf("%H", config_machine_print, cfg);

	mem_deref(cfg);
	return err ? STATUS_FAILED : STATUS_OK;
}

/* The control socket: as told, as configured, or the default */
static const char *socket_path(const struct options *o, struct config **cfgp)
{
	if (o->socket)
		return o->socket;
	if (config_load(cfgp, o->config, NULL, NULL) && config_alloc(cfgp))
		return "";

	return config_text(*cfgp, "control", "socket");
}

static int mode_ctl(const struct options *o, int argc, char *argv[])
{
	static char top[] = "top", often[] = "1";
	static char *livev[] = { top, often };
	struct config *cfg = NULL;
	const char *path;
	int err;

	if (!argc)
		return usage();

	/* A person wants to see it move; ended by Ctrl-C */
	if (argc == 1 && !strcmp(argv[0], "top") && isatty(STDOUT_FILENO) &&
	    !o->json) {
		argv = livev;
		argc = ARRAY_SIZE(livev);
	}

	path = socket_path(o, &cfg);
	err = client_run(path, o->json, argc, argv);
	if (err == ECONNREFUSED || err == ENOENT)
		(void)fprintf(stderr, "no phone answers at %s\n", path);
	else if (err == ECONNRESET)
		(void)fprintf(stderr, "the phone ended\n");

	mem_deref(cfg);
	return err ? STATUS_FAILED : STATUS_OK;
}

static int mode_manual(int argc, char *argv[])
{
	if (argc > 1 || (argc && strcmp(argv[0], "conf")))
		return usage();

	(void)re_printf("%H", argc ? manual_print_conf : manual_print, NULL);
	return STATUS_OK;
}

/* Not an argument: others could see it */
static int mode_hash(void)
{
	char password[SECRET_MAX] = "", hash[CONFIG_TEXT_MAX];
	int err;

	(void)fprintf(stderr, "password: ");
	if (!fgets(password, sizeof(password), stdin))
		return STATUS_FAILED;

	password[strcspn(password, "\n")] = '\0';
	err = *password ? secret_hash(hash, sizeof(hash), password) : EINVAL;
	if (err)
		(void)re_fprintf(stderr, "no hash: %m\n", err);
	else
		(void)puts(hash);
	return err ? STATUS_FAILED : STATUS_OK;
}

/* Options may stand before and behind the mode, but not behind `ctl CMD` */
static bool parse_options(struct options *o, int argc, char *argv[])
{
	static const struct option longv[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+c:s:vh", longv, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'j':
			o->json = true;
			break;
		case 'h':
			o->help = true;
			break;
		case 'V':
			o->version = true;
			break;
		default:
			return false;
		}
	}

	return true;
}

static int mode_of(const char *mode, const struct options *o, int argc,
		   char *argv[])
{
	if (!strcmp(mode, "ctl"))
		return mode_ctl(o, argc, argv);
	if (!strcmp(mode, "parse") && argc == 2)
		return parse_file(argv[0], argv[1]) ? STATUS_FAILED : STATUS_OK;
	if (!strcmp(mode, "manual"))
		return mode_manual(argc, argv);
	if (argc)
		return usage();
	if (!strcmp(mode, "run"))
		return mode_run(o);
	if (!strcmp(mode, "check"))
		return mode_check(o);
	if (!strcmp(mode, "settings"))
		return mode_settings(o);
	if (!strcmp(mode, "hash"))
		return mode_hash();
	if (!strcmp(mode, "selftest"))
		return selftest_run() ? STATUS_FAILED : STATUS_OK;
	if (!strcmp(mode, "devices"))
		(void)re_printf("%H", inventory_print, NULL);
	else if (!strcmp(mode, "example"))
		(void)re_printf("%H", config_print_example, NULL);
	else
		return usage();

	return STATUS_OK;
}

int main(int argc, char *argv[])
{
	struct options o = { .config = default_config };
	const char *mode = "run";

	if (!parse_options(&o, argc, argv))
		return usage();

	if (optind < argc) {
		mode = argv[optind];
		argc -= optind;
		argv += optind;
		optind = 1;
		if (!parse_options(&o, argc, argv))
			return usage();
	}

	if (o.help)
		(void)re_printf("%H", usage_print, NULL);
	else if (o.version)
		(void)puts(BOARDPHONE_VERSION);
	if (o.help || o.version)
		return STATUS_OK;

	return mode_of(mode, &o, argc - optind, argv + optind);
}
