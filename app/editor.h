/**
 * @file app/editor.h  Editor: libedit, loaded with the first terminal
 *
 *     console -> [editor] -> libedit.so.2
 *
 * el_x() is called as editor.el_x(), after editor_load(). A phone without a
 * terminal needs 300 kB less memory for it.
 */
#ifndef APP_EDITOR_H
#define APP_EDITOR_H

#include <stdio.h>
#include <histedit.h>

/** What is used */
#define EDITOR(X)                                                              \
	X(el_end)                                                              \
	X(el_get)                                                              \
	X(el_gets)                                                             \
	X(el_init_fd)                                                          \
	X(el_insertstr)                                                        \
	X(el_line)                                                             \
	X(el_resize)                                                           \
	X(el_set)                                                              \
	X(history)                                                             \
	X(history_end)                                                         \
	X(history_init)

/** A pointer to each */
#define EDITOR_POINTER(x) __typeof__(x) *x;
struct editor {
	EDITOR(EDITOR_POINTER)
};

extern struct editor editor;

/**
 * Load it; harmless when called again.
 *
 * @return 0, ENOENT it is not installed; a warning was written
 */
int editor_load(void);

#endif
