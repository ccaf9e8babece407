/**
 * @file app/prompt.c  Prompt
 */
#include <stdlib.h>
#include "app/complete.h"
#include "app/prompt.h"
#include "app/quill.h"

enum {
	CHOICES = 256, /* Usual size of them [bytes] */
};

struct prompt {
	struct terminal *terminal;
	struct keys *keys; /* While one is taken */
	struct quill *quill;
	EditLine *el; /* Of the quill */
	prompt_end_h *endh;
	prompt_choices_h *choicesh;
	void *arg;
	unsigned rows, columns; /* As libedit knows them */
	bool shown;
};

static char *text(EditLine *el)
{
	static char prompt[] = PROMPT_TEXT;
	(void)el;

	return prompt;
}

/* Somebody may have made the window larger */
static void resize(struct prompt *p)
{
	unsigned rows, columns;

	terminal_size(p->terminal, &rows, &columns);
	if (rows == p->rows && columns == p->columns)
		return;

	p->rows = rows;
	p->columns = columns;
	quill_resize(p->quill, rows, columns);
}

void prompt_hide(struct prompt *p)
{
	const LineInfo *li;
	size_t row;

	if (!p->shown)
		return;

	p->shown = false;
	li = editor.el_line(p->el);
	row = (strlen(PROMPT_TEXT) + (size_t)(li->cursor - li->buffer)) /
	      p->columns;
	if (row)
		(void)terminal_printf(p->terminal, "\033[%zuA", row);
	(void)terminal_printf(p->terminal, "\r\033[J");
}

void prompt_show(struct prompt *p)
{
	if (p->shown)
		return;

	p->shown = true;
	resize(p);
	(void)editor.el_set(p->el, EL_REFRESH);
	quill_flush(p->quill);
}

/* libedit begins a line when it is told that it is not to be interrupted */
void prompt_begin(struct prompt *p)
{
	resize(p);
	(void)editor.el_set(p->el, EL_UNBUFFERED, 0);
	(void)editor.el_set(p->el, EL_UNBUFFERED, 1);
	quill_flush(p->quill);
	p->shown = true;
}

bool prompt_typed(const struct prompt *p)
{
	const LineInfo *li = editor.el_line(p->el);

	return li->lastchar != li->buffer;
}

static char *take(struct prompt *p, const char *line, int len)
{
	char *copy;

	if (!line || len <= 0 || line[len - 1] != '\n')
		return NULL;

	copy = strndup(line, strcspn(line, "\r\n"));
	if (copy && *copy)
		quill_remember(p->quill, copy);
	p->shown = false;
	return copy;
}

char *prompt_key(struct prompt *p, struct keys *keys)
{
	const char *line;
	int len = 0;
	char *copy;

	prompt_show(p);
	p->keys = keys;
	line = editor.el_gets(p->el, &len);
	copy = take(p, line, len);
	quill_flush(p->quill);
	p->keys = NULL;
	return copy;
}

/* ---- Called by libedit ---- */

static struct prompt *prompt_of(EditLine *el)
{
	struct prompt *p = NULL;

	(void)editor.el_get(el, EL_CLIENTDATA, &p);
	return p;
}

static int get_key(EditLine *el, wchar_t *wc)
{
	struct prompt *p = prompt_of(el);
	const int32_t key = p->keys ? keys_get(p->keys) : -1;

	if (key < 0)
		return 0;

	*wc = (wchar_t)key;
	return 1;
}

/* End of file, Ctrl-D on an empty line */
static unsigned char key_end(EditLine *el, int ch)
{
	struct prompt *p = prompt_of(el);
	(void)ch;

	if (prompt_typed(p))
		return CC_ERROR;

	p->endh(p->arg);
	return CC_NORM;
}

/* Tab */
static unsigned char key_complete(EditLine *el, int ch)
{
	const LineInfo *li = editor.el_line(el);
	struct prompt *p = prompt_of(el);
	char rest[COMPLETE_MAX];
	struct mbuf *choices = mbuf_alloc(CHOICES);
	unsigned n;
	(void)ch;

	n = complete_line(li->buffer, (size_t)(li->cursor - li->buffer), rest,
			  choices);
	if (!*rest && n > 1 && choices) {
		prompt_hide(p);
		p->choicesh(choices, p->arg);
	}
	mem_deref(choices);
	if (!*rest || editor.el_insertstr(el, rest))
		return n > 1 ? CC_NORM : CC_ERROR;

	return CC_REFRESH;
}

/* ---- The prompt ---- */

static void prompt_destructor(void *arg)
{
	struct prompt *p = arg;

	quill_lay(p->quill);
}

static void new_handler(EditLine *el)
{
	(void)editor.el_set(el, EL_PROMPT, text);
	(void)editor.el_set(el, EL_GETCFN, get_key);
	(void)editor.el_set(el, EL_ADDFN, "complete", "complete", key_complete);
	(void)editor.el_set(el, EL_ADDFN, "end", "end", key_end);
	(void)editor.el_set(el, EL_BIND, "\t", "complete", NULL);
	(void)editor.el_set(el, EL_BIND, "^D", "end", NULL);
}

int prompt_alloc(struct prompt **pp, struct terminal *t, bool serial,
		 prompt_end_h *endh, prompt_choices_h *choicesh, void *arg)
{
	struct prompt *p = mem_zalloc(sizeof(*p), prompt_destructor);
	int err;

	if (!p)
		return ENOMEM;

	p->terminal = t;
	p->endh = endh;
	p->choicesh = choicesh;
	p->arg = arg;
	err = quill_take(&p->quill, t, serial, new_handler, p);
	if (err) {
		mem_deref(p);
		return err;
	}

	p->el = quill_editor(p->quill);
	resize(p);
	*pp = p;
	return 0;
}
