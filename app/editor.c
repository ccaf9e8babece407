/**
 * @file app/editor.c  Editor
 */
#include "app/editor.h"
#include "core/base/library.h"

struct editor editor;

int editor_load(void)
{
#define SYMBOL(x) { #x, offsetof(struct editor, x) },
	static const struct library_symbol symv[] = { EDITOR(SYMBOL) };
#undef SYMBOL

	if (editor.el_init_fd)
		return 0;

	return library_load(&editor, "libedit.so.2", symv, ARRAY_SIZE(symv));
}
