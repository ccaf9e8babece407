/**
 * @file core/base/config_board.h  What a board has, below the user's file
 *
 *     [board] name -> BOARDS/NAME.conf -> [config_board] -> config
 *
 * A board's file is a configuration like any other, without accounts. What the
 * user's file gives counts more, key by key, and name by name in sections of
 * free names; `[board] without` leaves out what is not wired.
 *
 * A part of config, for its own use.
 */
#ifndef CORE_BASE_CONFIG_BOARD_H
#define CORE_BASE_CONFIG_BOARD_H

#include "core/base/config_read.h"

enum {
	CONFIG_BOARD_PATH = 256, /**< Of a board's file [bytes], ours */
};

/** auto, a name, or the absolute path of a file */
const char *config_check_board(const char *v);

/**
 * Find the file of a machine.
 *
 * @param path        Set to it, CONFIG_BOARD_PATH bytes
 * @param dir         Where the files are
 * @param compatible  What the device tree says it is: texts that end with 0,
 *                    the most exact first
 * @param len         Of them all [bytes]
 *
 * @return false: there is none
 */
bool config_board_find(char *path, const char *dir, const char *compatible,
		       size_t len);

/**
 * Put what the board's file says below what the user's file said. Mistakes
 * are told with the name of the board's file.
 *
 * @return 0 also when mistakes were told, ENOMEM
 */
int config_board_add(struct config *c, struct config_faults *faults);

#endif
