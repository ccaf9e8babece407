/**
 * @file app/manual.h  Manual: boardphone(1) and boardphone.conf(5)
 *
 *     tables of modes, commands, events, keys -> [manual] -> man(1)
 *
 * The pages are printed from the tables that the program itself goes by, and
 * so cannot be out of date. The build keeps what `boardphone manual` prints.
 */
#ifndef APP_MANUAL_H
#define APP_MANUAL_H

#include "core/base/re.h"

/** Print boardphone(1), in mdoc(7), for %H with NULL */
int manual_print(struct re_printf *pf, void *unused);

/** Print boardphone.conf(5), the same */
int manual_print_conf(struct re_printf *pf, void *unused);

#endif
