/**
 * @file app/prompt.h  Prompt: the line that is being typed
 *
 *     keys -> [prompt] -> libedit -> line
 *
 * Editing, history and completion, key by key: libedit is called when a whole
 * key is there, and is back at once. What else is printed hides the line
 * first and shows it again.
 */
#ifndef APP_PROMPT_H
#define APP_PROMPT_H

#include "app/keys.h"
#include "app/terminal.h"

/** What stands before it */
#define PROMPT_TEXT "boardphone> "

/** Ctrl-D on an empty line */
typedef void(prompt_end_h)(void *arg);

/** Words to choose from, to be shown above the line; borrowed */
typedef void(prompt_choices_h)(struct mbuf *mb, void *arg);

struct prompt;

/**
 * Allocate; nothing is shown yet. Free it with mem_deref(), before its
 * terminal.
 *
 * @param serial  It is a line that says neither what it is nor its size
 *
 * @return 0, ENOENT libedit is not installed, ENOMEM
 */
int prompt_alloc(struct prompt **pp, struct terminal *t, bool serial,
		 prompt_end_h *endh, prompt_choices_h *choicesh, void *arg);

/** Begin with an empty line, and show it */
void prompt_begin(struct prompt *p);

/**
 * Take one key of those that are ready.
 *
 * @return The line if it was the last key of one, without the newline: it is
 *         in the history, and free() is the caller's; the prompt is hidden.
 *         Else NULL
 */
char *prompt_key(struct prompt *p, struct keys *keys);

/** Make place for something else on the line; harmless when hidden */
void prompt_hide(struct prompt *p);

/** Show it again; harmless when shown */
void prompt_show(struct prompt *p);

/** Whether anything was typed */
bool prompt_typed(const struct prompt *p);

#endif
