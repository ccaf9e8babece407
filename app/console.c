/**
 * @file app/console.c  Console
 *
 * libedit works key by key here: it is called when a whole key is there and
 * is back at once, so the loop never waits for somebody who types.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "app/console.h"
#include "app/editor.h"
#include "app/keys.h"
#include "app/words.h"
#include "core/base/log.h"

enum {
	HISTORY = 100, /* Lines kept, in memory only: a line may hold a PIN */
	ANSWER = 1024, /* First size of an answer [bytes]                   */
	CHUNK = 256,   /* Read at once [bytes]                              */
};

struct console {
	const struct commands_context *ctx;
	struct loop_watch *watch;
	struct event_listener *listener;
	EditLine *el;
	History *history;
	struct keys keys;
};

static char *prompt(EditLine *el)
{
	static char text[] = "boardphone> ";
	(void)el;

	return text;
}

static void erase_line(void)
{
	(void)fputs("\r\033[K", stdout);
}

static void draw_line(struct console *c)
{
	(void)fflush(stdout);
	(void)editor.el_set(c->el, EL_REFRESH);
}

static void log_handler(enum log_level level, const char *line, void *arg)
{
	erase_line();
	(void)printf("%s%s\n", level == LOG_LEVEL_WARNING ? "warning: " : "",
		     line);
	draw_line(arg);
}

static void event_handler(const struct event *ev, void *arg)
{
	erase_line();
	(void)printf("%s\n", ev->line);
	draw_line(arg);
}

/* ---- A line ---- */

static void run(struct console *c, char *line)
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
		(void)commands_run(c->ctx, n, wordv, false, out, clock_now());

	erase_line();
	(void)fwrite(out->buf, 1, out->end, stdout);
	mem_deref(out);
}

static void take_line(struct console *c, const char *text, size_t len)
{
	HistEvent ev;
	char *line = strndup(text, len);

	if (!line)
		return;

	line[strcspn(line, "\r\n")] = '\0';
	if (*line) {
		(void)editor.history(c->history, &ev, H_ENTER, line);
		run(c, line);
	}
	free(line);
}

/* ---- A key ---- */

static int get_key(EditLine *el, wchar_t *wc)
{
	struct console *c;
	int32_t key;

	(void)editor.el_get(el, EL_CLIENTDATA, &c);
	key = keys_get(&c->keys);
	if (key < 0)
		return 0;

	*wc = (wchar_t)key;
	return 1;
}

/* Begin with an empty line; libedit shows the prompt */
static void new_line(struct console *c)
{
	(void)fflush(stdout);
	(void)editor.el_set(c->el, EL_UNBUFFERED, 0);
	(void)editor.el_set(c->el, EL_UNBUFFERED, 1);
}

static void input_handler(int flags, uint64_t now, void *arg)
{
	struct console *c = mem_ref(arg);
	uint8_t chunk[CHUNK];
	ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));
	(void)flags;
	(void)now;

	if (n <= 0) {
		c->watch = mem_deref(c->watch);
		c->ctx->quith(c->ctx->arg);
		goto out;
	}

	keys_put(&c->keys, chunk, (size_t)n);
	while (mem_nrefs(c) > 1 && keys_ready(&c->keys)) {
		int len = 0;
		const char *line = editor.el_gets(c->el, &len);

		if (line && len > 0 && line[len - 1] == '\n') {
			take_line(c, line, (size_t)len);
			new_line(c);
		}
	}
out:
	mem_deref(c);
}

/* End of file, Ctrl-D on an empty line */
static unsigned char key_end(EditLine *el, int ch)
{
	const LineInfo *li = editor.el_line(el);
	struct console *c;
	(void)ch;

	if (li->lastchar != li->buffer)
		return CC_ERROR;

	(void)editor.el_get(el, EL_CLIENTDATA, &c);
	c->ctx->quith(c->ctx->arg);
	return CC_NORM;
}

/* Tab: the rest of the command's name, as far as it is certain */
static unsigned char key_complete(EditLine *el, int ch)
{
	const LineInfo *li = editor.el_line(el);
	const size_t len = (size_t)(li->cursor - li->buffer);
	const struct commands_info *info, *first = NULL;
	char rest[CHUNK];
	size_t common = 0;
	(void)ch;

	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++) {
		size_t n = len;

		if (strncmp(info->name, li->buffer, len))
			continue;
		if (!first) {
			first = info;
			common = strlen(info->name);
			continue;
		}
		while (n < common && info->name[n] == first->name[n])
			n++;
		common = n;
	}

	if (!first || common < len || common - len >= sizeof(rest) - 1)
		return CC_ERROR;

	(void)re_snprintf(rest, sizeof(rest), "%b%s", first->name + len,
			  common - len, first->name[common] ? "" : " ");
	return *rest && !editor.el_insertstr(el, rest) ? CC_REFRESH : CC_ERROR;
}

/* ---- The console ---- */

static void console_destructor(void *arg)
{
	struct console *c = arg;

	log_set_handler(NULL, NULL);
	mem_deref(c->listener);
	mem_deref(c->watch);
	if (c->el) {
		erase_line();
		(void)fflush(stdout);
		editor.el_end(c->el); /* Gives the terminal its mode back */
	}
	if (c->history)
		editor.history_end(c->history);
}

static int start_editing(struct console *c)
{
	HistEvent ev;

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	c->history = editor.history_init();
	c->el = editor.el_init("boardphone", stdin, stdout, stderr);
	if (!c->history || !c->el)
		return ENOMEM;

	(void)editor.history(c->history, &ev, H_SETSIZE, HISTORY);
	(void)editor.el_set(c->el, EL_CLIENTDATA, c);
	(void)editor.el_set(c->el, EL_EDITOR, "emacs");
	(void)editor.el_set(c->el, EL_SIGNAL, 0);
	(void)editor.el_set(c->el, EL_PROMPT, prompt);
	(void)editor.el_set(c->el, EL_HIST, editor.history, c->history);
	(void)editor.el_set(c->el, EL_GETCFN, get_key);
	(void)editor.el_set(c->el, EL_ADDFN, "complete", "complete",
			    key_complete);
	(void)editor.el_set(c->el, EL_ADDFN, "end", "end", key_end);
	(void)editor.el_set(c->el, EL_BIND, "\t", "complete", NULL);
	(void)editor.el_set(c->el, EL_BIND, "^D", "end", NULL);
	(void)editor.el_set(c->el, EL_UNBUFFERED, 1);
	return 0;
}

int console_alloc(struct console **cp, const struct commands_context *ctx,
		  struct event_bus *events)
{
	struct console *c;
	int err;

	if (!isatty(STDIN_FILENO) || editor_load())
		return ENOTTY;

	c = mem_zalloc(sizeof(*c), console_destructor);
	if (!c)
		return ENOMEM;

	c->ctx = ctx;
	err = start_editing(c);
	if (!err)
		err = event_listen(&c->listener, events, event_handler, c);
	if (!err)
		err = loop_watch_alloc(&c->watch, "console", STDIN_FILENO,
				       LOOP_READ, input_handler, c);
	if (err) {
		mem_deref(c);
		return err;
	}

	log_set_handler(log_handler, c);
	draw_line(c);
	*cp = c;
	return 0;
}
