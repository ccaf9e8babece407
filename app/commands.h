/**
 * @file app/commands.h  Commands: ONE table for console, socket and page
 *
 *     console, control socket -> [commands] -> core/call/phone
 *
 * A command has a name, its arguments, a line of help and a function. What it
 * answers is text, or JSON when asked for.
 */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/answer.h"
#include "core/call/phone.h"

struct buttons;
struct door;
struct porch;
struct refusal;
struct reload;
struct scribe;

/** What comes after the phone */
enum commands_end {
	COMMANDS_QUIT,
	COMMANDS_RESTART, /**< Itself again, with the file as it is then */
	COMMANDS_IDLE,	  /**< The same, once there is no call           */
	COMMANDS_REBOOT,  /**< The board anew                            */
};

/** What commands work on; lives as long as the process */
struct commands_context {
	struct phone *phone;
	struct porch *porch; /**< These three may be NULL: then their
				      commands say so                  */
	struct door *door;
	struct buttons *buttons;
	struct inputs *inputs; /**< These four may be NULL, too      */
	struct lamps *lamps;
	struct sound *sound;	     /**< As app/soundloan.h               */
	const struct optics *optics; /**< Its camera as app/cameraloan.h   */
	const struct config *cfg;
	struct reload *reload;	 /**< May be NULL: there is no file      */
	struct refusal *refusal; /**< Likewise                           */
	struct scribe *scribe;	 /**< May be NULL                        */
	struct event_bus *events;
	void (*quith)(void *arg); /**< Stop the phone and end */
	void (*endh)(enum commands_end end,
		     void *arg); /**< The same; NULL: it cannot be chosen */
	void *arg;
};

/** One line for help and completion */
struct commands_info {
	const char *name;
	const char *args; /**< "" for none */
	const char *help;
};

/**
 * Run a command.
 *
 * @param argc,argv  Words, the first is the command
 * @param json       Answer in JSON
 * @param out        The answer, or one line that says what is wrong, is
 *                   appended; text ends with a newline, or is empty
 *
 * @return 0 or errno: ENOSYS no such command, EINVAL wrong arguments
 */
int commands_run(const struct commands_context *ctx, int argc, char *argv[],
		 bool json, struct mbuf *out, uint64_t now);

/**
 * Likewise, of which more may come later.
 *
 * @param later  For a command that takes its time; NULL: nobody waits
 *
 * @return EINPROGRESS: it goes on, and ends with answer_end() of `later`
 */
int commands_begin(const struct commands_context *ctx, int argc, char *argv[],
		   bool json, struct mbuf *out, struct answer *later,
		   uint64_t now);

/**
 * Whether words could be a command: it exists, with that many arguments, and
 * a ring plan can be read.
 *
 * @param why  Set to what is wrong, after EINVAL
 *
 * @return 0, EINVAL, ENOMEM
 */
int commands_check(int argc, char *argv[], char *why, size_t size);

/** The i-th command, NULL after the last */
const struct commands_info *commands_get(unsigned i);

#endif
