/**
 * @file app/console.c  Console
 *
 * libedit's callback interface has no argument, hence the one static object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <editline/readline.h>
#include "app/console.h"
#include "app/words.h"
#include "core/base/log.h"

enum {
	HISTORY = 100, /* Lines kept, in memory only: a line may hold a PIN */
	ANSWER = 1024, /* First size of an answer [bytes] */
};

struct console {
	const struct commands_context *ctx;
	struct loop_watch *watch;
	struct event_listener *listener;
	bool busy; /* An answer is being printed */
};

static struct console *console;

static void erase_prompt(void)
{
	if (!console->busy)
		(void)fputs("\r\033[K", stdout);
}

static void print_prompt(void)
{
	if (!console->busy) {
		rl_on_new_line();
		rl_redisplay();
	}
	(void)fflush(stdout);
}

static void log_handler(enum log_level level, const char *line, void *arg)
{
	(void)arg;

	erase_prompt();
	(void)printf("%s%s\n", level == LOG_LEVEL_WARNING ? "warning: " : "",
		     line);
	print_prompt();
}

static void event_handler(const struct event *ev, void *arg)
{
	(void)arg;

	erase_prompt();
	(void)printf("%s\n", ev->line);
	print_prompt();
}

static void run(char *line)
{
	struct mbuf *out = mbuf_alloc(ANSWER);
	char *wordv[WORDS_MAX];
	int err, n = 0;

	if (!out)
		return;

	err = words_split(line, wordv, &n);
	if (err == EINVAL)
		(void)mbuf_printf(out, "a quote is not closed\n");
	else if (err)
		(void)mbuf_printf(out, "too many words\n");
	else
		(void)commands_run(console->ctx, n, wordv, false, out,
				   clock_now());

	(void)fwrite(out->buf, 1, out->end, stdout);
	(void)fflush(stdout);
	mem_deref(out);
}

static void line_handler(char *line)
{
	if (!line) { /* End of input */
		(void)fputc('\n', stdout);
		console->ctx->quith(console->ctx->arg);
		return;
	}

	if (*line) {
		(void)add_history(line);
		console->busy = true;
		run(line);
		if (console)
			console->busy = false;
	}

	free(line);
}

static char *complete_name(const char *text, int state)
{
	static unsigned next;
	const struct commands_info *info;

	if (!state)
		next = 0;

	while ((info = commands_get(next)) != NULL) {
		++next;
		if (!strncmp(info->name, text, strlen(text)))
			return strdup(info->name);
	}

	return NULL;
}

static char **complete(const char *text, int start, int end)
{
	(void)end;

	rl_attempted_completion_over = 1; /* Never file names */
	return start ? NULL : rl_completion_matches(text, complete_name);
}

static void input_handler(int flags, uint64_t now, void *arg)
{
	(void)flags;
	(void)now;
	(void)arg;

	rl_callback_read_char();
}

static void console_destructor(void *arg)
{
	struct console *c = arg;

	mem_deref(c->listener);
	if (c->watch) {
		mem_deref(c->watch);
		rl_callback_handler_remove();
		log_set_handler(NULL, NULL);
	}
	console = NULL;
}

int console_alloc(struct console **cp, const struct commands_context *ctx,
		  struct event_bus *events)
{
	struct console *c;
	int err;

	if (!isatty(STDIN_FILENO))
		return ENOTTY;

	c = mem_zalloc(sizeof(*c), console_destructor);
	if (!c)
		return ENOMEM;

	c->ctx = ctx;
	console = c;
	err = event_listen(&c->listener, events, event_handler, c);
	if (!err)
		err = loop_watch_alloc(&c->watch, "console", STDIN_FILENO,
				       LOOP_READ, input_handler, c);
	if (err) {
		mem_deref(c);
		return err;
	}

	stifle_history(HISTORY);
	rl_attempted_completion_function = complete;
	rl_callback_handler_install("boardphone> ", line_handler);
	log_set_handler(log_handler, c);
	*cp = c;
	return 0;
}
