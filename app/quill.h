/**
 * @file app/quill.h  Quill: what libedit edits lines with, kept for good
 *
 *     prompt -> [quill] -> libedit -> terminal
 *
 * libedit and the library of terminals that it uses lose some kB each time
 * that an editor is ended. A serial port that comes and goes for years would
 * use up the memory: so an editor is laid aside when its terminal goes, and
 * taken again for the next of its kind. There are as many as there ever were
 * terminals at once.
 */
#ifndef APP_QUILL_H
#define APP_QUILL_H

#include "app/editor.h"
#include "app/terminal.h"

enum {
	QUILL_HISTORY = 100, /**< Lines kept, in memory only: a line may hold
				  a PIN; forgotten when it is laid aside  */
};

struct quill;

/** Set up an editor that is new: keys, functions, what is asked of it */
typedef void(quill_new_h)(EditLine *el);

/**
 * Take one. Give it back with quill_lay(), before the terminal goes.
 *
 * @param serial  For a line that says neither what it is nor its size
 * @param arg     The editor's EL_CLIENTDATA
 *
 * @return 0, ENOENT libedit is not installed, ENOMEM, or errno
 */
int quill_take(struct quill **qp, struct terminal *t, bool serial,
	       quill_new_h *newh, void *arg);

/** Lay it aside, without what it remembers; harmless with NULL */
void quill_lay(struct quill *q);

/** The editor */
EditLine *quill_editor(const struct quill *q);

/** Remember a line */
void quill_remember(struct quill *q, const char *line);

/** Bring what was printed to the terminal */
void quill_flush(struct quill *q);

/** The terminal has this size */
void quill_resize(struct quill *q, unsigned rows, unsigned columns);

#endif
