/**
 * @file app/page.h  The board's own page, as the build put it together
 *
 *     page/ (HTML, CSS, JavaScript) -> page/build.mjs -> [page] -> web server
 *
 * The table stands in a file that the build makes, in no folder of the tree:
 * page/page.cmake. A program built without it has a page that says so.
 */
#ifndef APP_PAGE_H
#define APP_PAGE_H

#include "core/net/webfile.h"

/** The page's files, ended by path NULL */
extern const struct webfile page_filev[];

#endif
