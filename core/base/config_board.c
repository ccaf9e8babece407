/**
 * @file core/base/config_board.c  What a board has, below the user's file
 */
#include <ctype.h>
#include <sys/stat.h>
#include "core/base/config_board.h"
#include "core/base/config_file.h"
#include "core/base/config_table.h"
#include "core/base/log.h"

/* What the device tree of this machine says it is */
static const char compatible_file[] =
	"/sys/firmware/devicetree/base/compatible";

static bool is_name(const char *v)
{
	for (const char *p = v; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-_,", *p))
			return false;
	}

	return *v != '\0';
}

const char *config_check_board(const char *v)
{
	return is_name(v) || (*v == '/' && strlen(v) < CONFIG_BOARD_PATH)
		       ? NULL
		       : "auto, a name, such as rpi-4, or the path of a file";
}

bool config_board_find(char *path, const char *dir, const char *compatible,
		       size_t len)
{
	char name[CONFIG_BOARD_PATH];

	for (size_t i = 0; i < len; i += strlen(name) + 1) {
		struct stat st;
		const size_t n = strnlen(compatible + i, len - i);

		if (n >= sizeof(name))
			return false;

		memcpy(name, compatible + i, n);
		name[n] = '\0';
		if (!is_name(name) || re_snprintf(path, CONFIG_BOARD_PATH,
						  "%s/%s.conf", dir, name) < 0)
			continue;
		if (!stat(path, &st))
			return true;
	}

	return false;
}

/* The file of this machine. @return ENOENT: there is none; why says it */
static int find_own(char *path, char *text, char *why, size_t size)
{
	size_t len = 0;
	mode_t mode;
	struct pl first;

	if (config_file_read(compatible_file, text, &len, &mode) || !len) {
		(void)re_snprintf(why, size,
				  "this machine does not say what "
				  "it is; give its name");
		return ENOENT;
	}
	if (config_board_find(path, BOARDPHONE_BOARDS, text, len))
		return 0;

	first.p = text;
	first.l = strnlen(text, len);
	(void)re_snprintf(why, size,
			  "nothing is known of this machine, '%H'; give the "
			  "name of one like it, or take it out",
			  log_text, &first);
	return ENOENT;
}

static bool is_left_out(const struct config *c, const char *name)
{
	struct pl item;

	for (unsigned i = 0; config_item(c, "board", "without", i, &item);
	     i++) {
		if (!pl_strcasecmp(&item, name))
			return true;
	}

	return false;
}

static bool has_entry(const struct config *c, const char *section,
		      const char *name)
{
	const char *other, *text;

	for (unsigned n = 0; config_entry(c, section, n, &other, &text); n++) {
		if (!str_casecmp(other, name))
			return true;
	}

	return false;
}

/* Both were right where they were written; now there may be too many */
static int put(struct config *c, const char *section, const char *key,
	       const char *text, struct config_faults *faults)
{
	char why[CONFIG_TEXT_MAX] = "";
	int err = config_set(c, section, key, text, why, sizeof(why));

	if (err && err != ENOMEM)
		config_fault(faults, true, 0, "[%s] %s: %s", section, key, why);
	return err == ENOMEM ? err : 0;
}

/* Put what `board` gives, and c does not, into c */
static int merge(struct config *c, const struct config *board,
		 struct config_faults *faults)
{
	int err = 0;

	for (size_t i = 0; i < config_keyc && !err; i++) {
		const char *section = config_keyv[i].section;
		const char *key = config_keyv[i].key;

		if (config_given(board, section, key) &&
		    !config_given(c, section, key))
			err = put(c, section, key,
				  config_text(board, section, key), faults);
	}
	for (size_t i = 0; i < config_freec && !err; i++) {
		const char *section = config_freev[i].section, *name, *text;

		for (unsigned n = 0;
		     !err && config_entry(board, section, n, &name, &text);
		     n++) {
			if (!is_left_out(c, name) &&
			    !has_entry(c, section, name))
				err = put(c, section, name, text, faults);
		}
	}

	return err;
}

/* A name that leaves out nothing is a mistake in it */
static void check_left_out(const struct config *c, const struct config *board,
			   struct config_faults *faults)
{
	char name[CONFIG_NAME_MAX + 1];
	struct pl item;

	for (unsigned i = 0; config_item(c, "board", "without", i, &item);
	     i++) {
		bool found = false;

		(void)pl_strcpy(&item, name, sizeof(name));
		for (size_t k = 0; k < config_freec; k++)
			found |= has_entry(board, config_freev[k].section,
					   name);
		if (!found)
			config_fault(faults, true,
				     config_line(c, "board", "without"),
				     "[board] without: the board has no '%r'; "
				     "give names of its buttons, inputs, lamps "
				     "or relays",
				     &item);
	}
}

static int add(struct config *c, const char *path, char *text,
	       struct config_faults *faults)
{
	struct config_faults own = { .name = path,
				     .h = faults->h,
				     .arg = faults->arg };
	const unsigned line = config_line(c, "board", "name");
	struct config *board = NULL;
	size_t len;
	mode_t mode;
	int err;

	err = config_file_read(path, text, &len, &mode);
	if (err) {
		config_fault(faults, true, line,
			     "[board] name: %s cannot be read: %m; give a "
			     "board that is in %s",
			     path, err, BOARDPHONE_BOARDS);
		return 0;
	}

	err = config_alloc(&board);
	if (!err)
		err = config_read(board, text, len, &own);
	if (!err && config_named(board, 0))
		config_fault(&own, true, 0,
			     "accounts; take them out: they are the user's");
	faults->count += own.count;
	if (!err && !own.count) {
		check_left_out(c, board, faults);
		err = merge(c, board, faults);
	}

	mem_deref(board);
	return err;
}

int config_board_add(struct config *c, struct config_faults *faults)
{
	const char *name = config_text(c, "board", "name");
	char path[CONFIG_BOARD_PATH], why[CONFIG_TEXT_MAX];
	char *text;
	int err = 0;

	if (!*name)
		return 0;

	text = mem_zalloc(CONFIG_FILE_MAX + 1, NULL);
	if (!text)
		return ENOMEM;

	if (!strcmp(name, "auto")) {
		err = find_own(path, text, why, sizeof(why));
		if (err)
			config_fault(faults, false,
				     config_line(c, "board", "name"),
				     "[board] name: %s", why);
	} else if (*name == '/') {
		str_ncpy(path, name, sizeof(path));
	} else if (re_snprintf(path, sizeof(path), "%s/%s.conf",
			       BOARDPHONE_BOARDS, name) < 0) {
		err = EINVAL;
	}
	err = err ? 0 : add(c, path, text, faults);

	mem_deref(text);
	return err;
}
