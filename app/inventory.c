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
			  "cameras, for [video] camera:\n%H"
			  "screens, for [screen] source:\n%H"
			  "displays, for [video] display:\n%H"
			  "codecs, for [video] encoder:\n%H"
			  "lines, for [buttons] and [relays]:\n%H",
			  board_sound_list, &board_sim, board_camera_list,
			  &board_sim, board_screen_list, &board_sim,
			  board_display_list, &board_sim, board_coder_list,
			  &board_sim, board_gpio_list, &board_sim);
}
