/**
 * @file app/mdoc.h  Mdoc: text and arguments as mdoc(7) wants them
 *
 *     manual -> [mdoc] -> man(1)
 *
 * Both are for %H.
 */
#ifndef APP_MDOC_H
#define APP_MDOC_H

#include "core/base/re.h"

/** Print text as it is, nothing in it is markup; each sentence on a line */
int mdoc_text(struct re_printf *pf, const char *text);

/**
 * Print the form of arguments as the rest of a macro's line: what is in
 * [brackets] may be left out, | stands between choices, -x is an option, words
 * in CAPITALS are replaced, others are given as they are.
 */
int mdoc_form(struct re_printf *pf, const char *form);

#endif
