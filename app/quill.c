/**
 * @file app/quill.c  Quill
 *
 * libedit waits for the line to drain when it sets a mode, and it does that
 * for each line: so it gets a pseudo terminal that nothing is ever written
 * to, and what it prints comes by a stream of ours.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "app/quill.h"

struct quill {
	struct quill *next; /* Laid aside, too */
	struct terminal *terminal;
	EditLine *el;
	History *history;
	FILE *stream;
	int master, slave;
	bool serial;
};

/* Those that nobody has */
static struct quill *asidev;

static ssize_t stream_write(void *cookie, const char *p, size_t n)
{
	const struct quill *q = cookie;

	if (q->terminal)
		terminal_edit(q->terminal, p, n);
	return (ssize_t)n;
}

static void quill_destructor(void *arg)
{
	struct quill *q = arg;

	if (q->el)
		editor.el_end(q->el);
	if (q->history)
		editor.history_end(q->history);
	if (q->stream)
		(void)fclose(q->stream);
	if (q->slave >= 0)
		(void)close(q->slave);
	if (q->master >= 0)
		(void)close(q->master);
}

static int open_shadow(struct quill *q)
{
	const char *name;

	q->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (q->master < 0)
		return errno;
	if (grantpt(q->master) || unlockpt(q->master))
		return errno;

	name = ptsname(q->master);
	q->slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	return q->slave < 0 ? errno : 0;
}

static int open_editor(struct quill *q, quill_new_h *newh)
{
	static const cookie_io_functions_t io = { .write = stream_write };
	HistEvent ev;

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	q->stream = fopencookie(q, "w", io);
	if (!q->stream)
		return ENOMEM;
	q->history = editor.history_init();
	q->el = editor.el_init_fd("boardphone", stdin, q->stream, q->stream,
				  q->slave, q->slave, q->slave);
	if (!q->history || !q->el)
		return ENOMEM;

	(void)editor.history(q->history, &ev, H_SETSIZE, QUILL_HISTORY);
	if (q->serial)
		(void)editor.el_set(q->el, EL_TERMINAL, "vt100");
	(void)editor.el_set(q->el, EL_EDITOR, "emacs");
	(void)editor.el_set(q->el, EL_SIGNAL, 0);
	(void)editor.el_set(q->el, EL_HIST, editor.history, q->history);
	newh(q->el);
	return 0;
}

static int make(struct quill **qp, struct terminal *t, bool serial,
		quill_new_h *newh)
{
	struct quill *q = mem_zalloc(sizeof(*q), quill_destructor);
	int err;

	if (!q)
		return ENOMEM;

	q->master = q->slave = -1;
	q->serial = serial;
	q->terminal = t;
	err = open_shadow(q);
	if (!err)
		err = open_editor(q, newh);
	if (err)
		mem_deref(q);
	else
		*qp = q;
	return err;
}

int quill_take(struct quill **qp, struct terminal *t, bool serial,
	       quill_new_h *newh, void *arg)
{
	struct quill *q = NULL;
	int err = editor_load();

	for (struct quill **p = &asidev; *p && !err; p = &(*p)->next) {
		if ((*p)->serial != serial)
			continue;
		q = *p;
		*p = q->next;
		q->terminal = t;
		break;
	}
	if (!err && !q)
		err = make(&q, t, serial, newh);
	if (err)
		return err;

	(void)editor.el_set(q->el, EL_CLIENTDATA, arg);
	*qp = q;
	return 0;
}

void quill_lay(struct quill *q)
{
	HistEvent ev;

	if (!q)
		return;

	(void)fflush(q->stream);
	q->terminal = NULL;
	(void)editor.history(q->history, &ev, H_CLEAR);
	q->next = asidev;
	asidev = q;
}

EditLine *quill_editor(const struct quill *q)
{
	return q->el;
}

void quill_remember(struct quill *q, const char *line)
{
	HistEvent ev;

	(void)editor.history(q->history, &ev, H_ENTER, line);
}

void quill_flush(struct quill *q)
{
	(void)fflush(q->stream);
}

void quill_resize(struct quill *q, unsigned rows, unsigned columns)
{
	const struct winsize ws = {
		.ws_row = (unsigned short)rows,
		.ws_col = (unsigned short)columns,
	};

	(void)ioctl(q->slave, TIOCSWINSZ, &ws);
	editor.el_resize(q->el);
}
