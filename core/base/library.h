/**
 * @file core/base/library.h  Library: one that is loaded when it is needed
 *
 *     driver, console -> [library] -> dlopen()
 *
 * What only some phones use, a sound card's library or a terminal's line
 * editor, costs the others neither memory nor time. Whoever uses one has a
 * table of pointers to its functions, which this fills. A library stays
 * until the program ends.
 */
#ifndef CORE_BASE_LIBRARY_H
#define CORE_BASE_LIBRARY_H

#include "core/base/re.h"

/** A function or variable to be found */
struct library_symbol {
	const char *name;
	size_t offset; /**< Of the pointer to it in the table */
};

/** Whether there is such a library; loads it when there is */
bool library_exists(const char *file);

/**
 * Load a library; harmless when called again. A warning says what is wrong.
 *
 * @param table  Table of pointers, all set, or none on error
 * @param file   Its file name, e.g. "libasound.so.2"
 * @param symv   What to find
 *
 * @return 0, ENOENT no such library, or it has not all of them
 */
int library_load(void *table, const char *file,
		 const struct library_symbol *symv, size_t n);

#endif
