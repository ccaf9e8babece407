/**
 * @file app/usage.h  Usage: the table of the program's modes and options
 *
 *     [usage] -> main: --help; manual: boardphone(1)
 *
 * What a mode does is in main.c; here is how it is called.
 */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include "core/base/re.h"

/** A way to call the program */
struct usage_mode {
	const char *args; /**< Behind the program's name: [may be] a|b WORD  */
	const char *help; /**< A few words                                   */
	const char *more; /**< Sentences for the manual                      */
};

/** An option */
struct usage_option {
	const char *args; /**< Such as "-c FILE"        */
	const char *help; /**< Sentence for the manual  */
};

/** The i-th mode, NULL after the last */
const struct usage_mode *usage_mode(unsigned i);

/** The i-th option, NULL after the last */
const struct usage_option *usage_option(unsigned i);

/** Print all modes, for --help, for %H with NULL */
int usage_print(struct re_printf *pf, void *unused);

#endif
