/**
 * @file core/base/config.h  Configuration: one INI file, one table of keys
 *
 *     /etc/boardphone.conf -> [config] -> everybody
 *
 *     [audio]                     # a comment starts a line, or follows a
 *     device = alsa:default       # blank
 *     name   = "with # inside"    # quotes keep blanks, # and ;
 *
 * The table (config_table.c) has section, key, type, range, default and help
 * of each key, and the example file is printed from it. All mistakes of a
 * file are told, each with file and line and what would be right; any one
 * stops the start. Sections of free names ([buttons], [lamps], [relays],
 * [headers]) take any key of a checked form. What is of one account only may
 * be there several times, with its name: [account NAME], [transport NAME].
 */
#ifndef CORE_BASE_CONFIG_H
#define CORE_BASE_CONFIG_H

#include "core/base/re.h"

enum {
	CONFIG_FILE_MAX = 65536, /**< Length of a file [bytes], ours        */
	CONFIG_LINE_MAX = 2048,	 /**< Length of a line [bytes], ours        */
	CONFIG_NAME_MAX = 64,	 /**< Length of a key [bytes], ours         */
	CONFIG_FREE_MAX = 64,	 /**< Entries in a section of free names    */
	CONFIG_ACCOUNTS_MAX = 4, /**< Accounts with a name, ours            */
	CONFIG_ITEMS_MAX = 16,	 /**< Items of a comma list                 */
	CONFIG_FAULTS_MAX = 50,	 /**< Mistakes told before giving up        */
	CONFIG_TEXT_MAX = 512,	 /**< A told mistake is cut here [bytes]    */
	CONFIG_PAST_MAX = 2000,	 /**< Texts kept of config_take(), ours      */
	CONFIG_FRAMES_MAX = 999, /**< As INTERVAL; below any time in [us]   */
};

/** Name of the account that is written without one */
#define CONFIG_ACCOUNT "account"

/** What a value is, and what its getter returns */
enum config_type {
	CONFIG_TEXT,   /**< Any text                  config_text()          */
	CONFIG_BOOL,   /**< yes, no                   config_bool()          */
	CONFIG_NUMBER, /**< Digits                    config_number()        */
	CONFIG_TIME,   /**< 600, 2s, 20ms, 5m, 1h     config_number() [us]   */
	CONFIG_RATE,   /**< 64000, 64k, 2M            config_number() [bit/s]*/
	CONFIG_CHOICE, /**< One of several words      config_is()            */
	CONFIG_LIST,   /**< Some of several words     config_item()          */
	CONFIG_ITEMS,  /**< Comma list of free items  config_item()          */
	CONFIG_SIZE,   /**< 640x480                   config_size()          */
	CONFIG_INTERVAL, /**< TIME, 60f or 0          config_number(): to
			      CONFIG_FRAMES_MAX frames, else [us]          */
};

/** Checks what a type alone cannot. @return NULL, or what would be right */
typedef const char *(config_check_h)(const char *value);

/** One key of the table */
struct config_key {
	const char *section, *key;
	enum config_type type;
	const char *def;       /**< Default; "" is unset                    */
	const char *choices;   /**< Words of CHOICE and LIST, "a|b|c"; for
				    NUMBER, TIME, RATE words besides digits,
				    which count as 0                         */
	uint64_t min, max;     /**< NUMBER, RATE, SIZE; TIME and INTERVAL
				    in [us]                                  */
	config_check_h *check; /**< May be NULL                             */
	const char *help;      /**< One sentence                            */
	const char *example;   /**< Must be given; stands in the example    */
	bool secret;	       /**< Never printed                           */
};

/** One section of free names */
struct config_free {
	const char *section;
	config_check_h *check_name, *check;
	const char *help, *example;
	const char *secret; /**< A value with this in it is one; or NULL */
};

struct config;

/**
 * Told of each mistake, as "FILE:LINE: what is wrong; what would be right",
 * without newline, safe on a terminal.
 *
 * @param fatal  False for a warning, which does not stop the start
 */
typedef void(config_fault_h)(bool fatal, const char *text, void *arg);

/** A configuration of nothing but defaults. @return 0, ENOMEM */
int config_alloc(struct config **cp);

/**
 * Read a file. Warns when it has a secret and others than its owner may read
 * it. Free the configuration with mem_deref(), which wipes the secrets.
 *
 * @param cp   Set to the configuration when all is right
 * @param h    Told of each mistake; may be NULL
 *
 * @return 0, EINVAL: mistakes, each was told; ENOMEM; or errno of opening and
 *         reading, which was told
 */
int config_load(struct config **cp, const char *path, config_fault_h *h,
		void *arg);

/**
 * The same from memory.
 *
 * @param name  Stands before the line number in messages
 *
 * @return 0, EINVAL, ENOMEM
 */
int config_parse(struct config **cp, const char *name, const char *text,
		 size_t len, config_fault_h *h, void *arg);

/**
 * Set one value while running, for the command `set`. Rules over several
 * keys are not checked.
 *
 * @param why  Buffer for what is wrong and would be right
 *
 * @return 0, ENOENT no such key, EINVAL bad value, ENOSPC, ENOMEM
 */
int config_set(struct config *c, const char *section, const char *key,
	       const char *value, char *why, size_t size);

/**
 * Have a key's value from another configuration, for everybody who looks from
 * now on. What was got before is kept, as somebody may have it.
 *
 * @param from  Or an account of it: then of the account of that name here
 *
 * @return 0, ENOMEM, ENOENT no such account, ENOSPC it was done
 *         CONFIG_PAST_MAX times
 */
int config_take(struct config *c, const struct config *from,
		const char *section, const char *key);

/** The same with all entries of a section of free names */
int config_take_entries(struct config *c, const struct config *from,
			const char *section);

/** Counts changes of what is an account's own: another number, another one */
unsigned config_changes(const struct config *account);

/* Getters. Section and key must be in the table with a fitting type: anything
 * else is an assert. Strings live as long as the configuration, or until the
 * same key is set. */

/**
 * The n-th account, from 0: the one without name first, then as the file names
 * them. All getters take it: it has [account], [transport] and so on of its
 * own, the defaults where it says nothing, and all else of the file.
 *
 * @return NULL: there are no more; lives as long as c
 */
const struct config *config_account(const struct config *c, unsigned n);

/** The n-th of those with a name; as config_account() */
const struct config *config_named(const struct config *c, unsigned n);

/** The name of an account, or CONFIG_ACCOUNT */
const char *config_name(const struct config *c);

/** The text as written, without quotes; "" when unset. For every type */
const char *config_text(const struct config *c, const char *section,
			const char *key);

/** Number, time [us] or rate [bit/s]; 0 when unset or a word ("auto") */
uint64_t config_number(const struct config *c, const char *section,
		       const char *key);

/** yes or no */
bool config_bool(const struct config *c, const char *section, const char *key);

/** Whether the text is this word: config_is(c, "ice", "policy", "relay") */
bool config_is(const struct config *c, const char *section, const char *key,
	       const char *word);

/** The n-th item of a list, from 0. @return false when there is none */
bool config_item(const struct config *c, const char *section, const char *key,
		 unsigned n, struct pl *item);

/** Width and height */
void config_size(const struct config *c, const char *section, const char *key,
		 unsigned *width, unsigned *height);

/** Whether the file (or `set`) gave the key, rather than the default */
bool config_given(const struct config *c, const char *section, const char *key);

/** Line of the file that gave the key, 0 if none */
unsigned config_line(const struct config *c, const char *section,
		     const char *key);

/** The n-th entry of a section of free names, from 0. @return false: none */
bool config_entry(const struct config *c, const char *section, unsigned n,
		  const char **name, const char **value);

/** Line of the file that gave an entry of free name, 0 if none */
unsigned config_entry_line(const struct config *c, const char *section,
			   const char *name);

#endif
