/**
 * @file app/inventory.c  Inventory
 */
#include "app/inventory.h"
#include "board/board.h"

int inventory_print(struct re_printf *pf, void *unused)
{
	(void)unused;

	return re_hprintf(pf,
			  "sound, for [audio] device:\n%H"
			  "lines, for [buttons] and [relays]:\n%H",
			  board_sound_list, &board_sim, board_gpio_list,
			  &board_sim);
}
