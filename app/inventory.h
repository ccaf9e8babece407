/**
 * @file app/inventory.h  Inventory: what the configuration can name
 *
 *     `boardphone devices` -> [inventory] -> board -> drivers
 */
#ifndef APP_INVENTORY_H
#define APP_INVENTORY_H

#include "core/base/re.h"

/** Print sound devices, cameras and what else this board has, for %H with
    NULL */
int inventory_print(struct re_printf *pf, void *unused);

#endif
