/**
 * @file app/console.c  Console
 *
 * Keys that come while an answer is being shown wait for their turn, so that
 * a line that is typed ahead, or pasted, is read by a prompt; all but Ctrl-C.
 */
#include <stdlib.h>
#include "app/console.h"
#include "app/login.h"
#include "app/pager.h"
#include "app/prompt.h"
#include "app/terminal.h"
#include "app/words.h"

enum {
	ANSWER = 1024,	      /* First size of an answer [bytes]        */
	ETX = 3,	      /* Ctrl-C                                 */
	REOPEN = 5 * CLOCK_S, /* A serial port that went away [us] */
};

struct console {
	struct console_params prm;
	struct terminal *terminal;
	struct prompt *prompt;
	struct pager pager;
	struct keys keys;
	struct answer *answer; /* Of a command that goes on */
	struct login *login;   /* NULL: anybody may          */
	struct loop_timer idle;
	struct event_listener *listener;
	struct scribe_reader *reader;
	struct loop_timer reopen;
	uint64_t missed; /* Lines that did not fit             */
	bool paging;
	bool begin;  /* The prompt is to begin anew        */
	bool asking; /* PAGER_MORE is shown                */
};

static void dispatch(struct console *c);

/* ---- Out ---- */

static void uncover(struct console *c)
{
	prompt_hide(c->prompt);
	if (c->asking)
		(void)terminal_printf(c->terminal, "\r\033[K");
	c->asking = false;
}

static void tell(struct console *c, const char *prefix, const char *line)
{
	if (!c->terminal || !login_is_open(c->login))
		return;
	if (answer_screen(c->answer)) {
		++c->missed;
		return;
	}

	uncover(c);
	if (terminal_printf(c->terminal, "%s%s\n", prefix, line))
		++c->missed;
}

static void log_handler(enum log_level level, const char *line, void *arg)
{
	tell(arg, level == LOG_LEVEL_WARNING ? "warning: " : "", line);
}

static void event_handler(const struct event *ev, void *arg)
{
	tell(arg, "", ev->line);
}

/* Whether keys are for the prompt, or for PAGER_MORE */
static bool accepts(const struct console *c)
{
	return c->terminal && !answer_running(c->answer) &&
	       (c->asking || !pager_waits(&c->pager));
}

static void show_prompt(struct console *c)
{
	if (c->missed && !answer_screen(c->answer)) {
		uncover(c);
		if (!terminal_printf(c->terminal,
				     "(%llu lines were not shown)\n",
				     (unsigned long long)c->missed))
			c->missed = 0;
	}
	if (answer_running(c->answer))
		return;

	if (!login_is_open(c->login)) {
		if (c->begin)
			(void)terminal_printf(c->terminal, "password: ");
		c->begin = false;
		return;
	}

	if (c->begin)
		prompt_begin(c->prompt);
	else
		prompt_show(c->prompt);
	c->begin = false;
}

/* Show as much as the line takes, then what comes after it */
static void feed(struct console *c)
{
	struct pl line;
	int err = 0;

	while (terminal_held(c->terminal) < TERMINAL_LOW) {
		err = pager_get(&c->pager, &line);
		if (err)
			break;
		(void)terminal_put(c->terminal, line.p, line.l);
	}

	if (err == ENOENT)
		show_prompt(c);
	else if (err == EAGAIN && !c->asking)
		c->asking = !terminal_printf(c->terminal, PAGER_MORE);
}

static void low_handler(uint64_t now, void *arg)
{
	struct console *c = arg;
	(void)now;

	feed(c);
	dispatch(c);
}

/* ---- A command ---- */

static void say(struct console *c, const char *p, size_t n)
{
	if (pager_put(&c->pager, p, n))
		++c->missed;
}

static void later_handler(const char *p, size_t n, void *arg)
{
	struct console *c = arg;

	if (!c->terminal)
		return;
	say(c, p, n);
	feed(c);
}

static void end_handler(int err, void *arg)
{
	struct console *c = arg;
	(void)err;

	c->begin = true;
	if (c->terminal)
		feed(c);
}

/* A picture is left out while the one before has not been taken */
static bool room_handler(void *arg)
{
	const struct console *c = arg;

	return c->terminal && !pager_waits(&c->pager) &&
	       terminal_held(c->terminal) < TERMINAL_LOW;
}

static int new_answer(struct console *c)
{
	const struct answer_handlers h = {
		.texth = later_handler,
		.endh = end_handler,
		.roomh = room_handler,
		.arg = c,
	};

	c->answer = mem_deref(c->answer);
	return answer_alloc(&c->answer, &h);
}

static void set_page(struct console *c)
{
	unsigned rows, columns;

	terminal_size(c->terminal, &rows, &columns);
	c->pager.columns = columns;
	c->pager.rows = c->paging && !answer_running(c->answer) ? rows : 0;
	pager_begin(&c->pager);
}

/* What is of this console only. @return whether it was */
static bool own(struct console *c, int *np, char *wordv[])
{
	static char often[] = "1";
	const int n = *np;

	if (n == 1 && !strcmp(wordv[0], "top"))
		wordv[(*np)++] = often;
	if (n != 2 || strcmp(wordv[0], "more"))
		return false;

	c->paging = !strcmp(wordv[1], "on");
	return c->paging || !strcmp(wordv[1], "off");
}

static void run(struct console *c, char *line)
{
	struct mbuf *out = mbuf_alloc(ANSWER);
	char *wordv[WORDS_MAX];
	int err, n = 0;

	if (!out || new_answer(c)) {
		mem_deref(out);
		return;
	}

	err = words_split(line, wordv, &n);
	if (err == EINVAL)
		(void)mbuf_printf(out, "a quote is not closed\n");
	else if (err)
		(void)mbuf_printf(out, "too many words\n");
	else if (n && !own(c, &n, wordv))
		(void)commands_begin(c->prm.ctx, n, wordv, false, out,
				     c->answer, clock_now());

	say(c, (const char *)out->buf, out->end);
	mem_deref(out);
}

/* ---- Keys ---- */

/* Ctrl-C: enough of what is shown, or of what was typed */
static void interrupt(struct console *c)
{
	const bool idle = accepts(c) && !c->asking && !prompt_typed(c->prompt);

	answer_stop(c->answer);
	pager_clear(&c->pager);
	uncover(c);
	(void)terminal_printf(c->terminal, "^C\n");
	c->begin = true;
	if (idle && !c->prm.device)
		c->prm.ctx->quith(c->prm.ctx->arg);
}

static void take_key(struct console *c)
{
	char *line;

	if (keys_peek(&c->keys) == ETX) {
		(void)keys_drop(&c->keys);
		interrupt(c);
		return;
	}
	if (c->asking) {
		if (pager_key(&c->pager, keys_drop(&c->keys)))
			uncover(c);
		return;
	}

	line = prompt_key(c->prompt, &c->keys);
	if (!line)
		return;

	c->begin = true;
	if (*line)
		run(c, line);
	set_page(c);
	free(line);
}

static void dispatch(struct console *c)
{
	while (accepts(c) && keys_ready(&c->keys)) {
		/* The line may be full just where an answer ended */
		if (c->begin)
			show_prompt(c);
		take_key(c);
		if (c->begin || !c->asking)
			feed(c);
	}
}

/* Ctrl-C does not wait, nor does what was typed before it happen */
static size_t urgent(struct console *c, const uint8_t *p, size_t n)
{
	const uint8_t *etx = memchr(p, ETX, n);

	if (!etx || accepts(c))
		return 0;

	memset(&c->keys, 0, sizeof(c->keys));
	interrupt(c);
	feed(c);
	return (size_t)(etx - p) + 1;
}

/* ---- Who may ---- */

static void login_say(const char *text, void *arg)
{
	struct console *c = arg;

	(void)terminal_printf(c->terminal, "\n%s%s", text, *text ? "\n" : "");
	c->begin = true;
	feed(c);
}

static void login_opened(uint64_t now, void *arg)
{
	struct console *c = arg;

	loop_timer_arm(&c->idle, now + LOGIN_IDLE);
	login_say("", c);
}

static void log_out(struct console *c)
{
	answer_stop(c->answer);
	pager_clear(&c->pager);
	uncover(c);
	loop_timer_cancel(&c->idle);
	login_shut(c->login);
	login_say("", c);
}

static void idle_handler(uint64_t now, void *arg)
{
	(void)now;

	log_out(arg);
}

/* One key ends what draws the screen */
static bool ends(const struct console *c, const uint8_t *p, size_t n)
{
	return answer_screen(c->answer) && n == 1 && (*p == 'q' || *p == 'Q');
}

static void keys_handler(const uint8_t *p, size_t n, uint64_t now, void *arg)
{
	struct console *c = arg;
	size_t used;

	if (!n && !c->prm.device) {
		c->prm.ctx->quith(c->prm.ctx->arg);
		return;
	}
	if (!n) {
		answer_stop(c->answer);
		loop_timer_arm(&c->reopen, now + REOPEN);
		return;
	}
	if (!login_is_open(c->login)) {
		for (size_t i = 0; i < n; i++)
			login_key(c->login, p[i], now);
		return;
	}
	if (c->login)
		loop_timer_arm(&c->idle, now + LOGIN_IDLE);
	if (ends(c, p, n)) {
		interrupt(c);
		feed(c);
		return;
	}

	used = urgent(c, p, n);
	keys_put(&c->keys, p + used, n - used);
	dispatch(c);
}

static void prompt_end(void *arg)
{
	struct console *c = arg;

	if (!c->prm.device)
		c->prm.ctx->quith(c->prm.ctx->arg);
	else if (c->login)
		loop_timer_arm(&c->idle, 0); /* Not inside of libedit */
}

static void choices_handler(struct mbuf *mb, void *arg)
{
	struct console *c = arg;

	(void)terminal_printf(c->terminal, "%b\n", mb->buf, mb->end);
}

/* ---- The console ---- */

static void close_line(struct console *c)
{
	if (c->terminal && c->prompt)
		uncover(c);
	pager_clear(&c->pager);
	c->asking = false;
	c->prompt = mem_deref(c->prompt);
	c->terminal = mem_deref(c->terminal);
}

static int open_line(struct console *c)
{
	int err = terminal_alloc(&c->terminal, c->prm.device,
				 c->prm.device ? c->prm.baud : 0, keys_handler,
				 low_handler, c);

	if (!err)
		err = prompt_alloc(&c->prompt, c->terminal,
				   c->prm.device != NULL, prompt_end,
				   choices_handler, c);
	if (err) {
		close_line(c);
		return err;
	}

	memset(&c->keys, 0, sizeof(c->keys));
	login_shut(c->login);
	loop_timer_cancel(&c->idle);
	c->paging = c->prm.paging;
	c->begin = true;
	set_page(c);
	feed(c);
	return 0;
}

static void reopen_handler(uint64_t now, void *arg)
{
	struct console *c = arg;

	close_line(c);
	if (open_line(c))
		loop_timer_arm(&c->reopen, now + REOPEN);
}

/* A serial port may be plugged in later */
static int open_first(struct console *c)
{
	const int err = open_line(c);

	if (!err || !c->prm.device || err == ENOMEM)
		return err;

	log_warning("console: %s cannot be used: %m; it is tried again\n",
		    c->prm.device, err);
	loop_timer_arm(&c->reopen, clock_now() + REOPEN);
	return 0;
}

static void console_destructor(void *arg)
{
	struct console *c = arg;

	loop_timer_cancel(&c->reopen);
	loop_timer_cancel(&c->idle);
	mem_deref(c->reader);
	mem_deref(c->listener);
	answer_stop(c->answer);
	mem_deref(c->answer);
	close_line(c);
	mem_deref(c->login);
}

int console_alloc(struct console **cp, const struct console_params *prm)
{
	struct console *c = mem_zalloc(sizeof(*c), console_destructor);
	int err;

	if (!c)
		return ENOMEM;

	c->prm = *prm;
	loop_timer_init(&c->reopen, "console reopen", reopen_handler, c);
	loop_timer_init(&c->idle, "console idle", idle_handler, c);
	err = *prm->password_hash ? login_alloc(&c->login, prm->password_hash,
						login_opened, login_say, c)
				  : 0;
	if (!err)
		err = open_first(c);
	if (!err)
		err = event_listen(&c->listener, prm->events, event_handler, c);
	if (!err)
		err = scribe_read(&c->reader, prm->scribe, !prm->device,
				  log_handler, c);
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}
