/**
 * @file app/commands_end.h  Commands that end the phone
 *
 *     commands -> [commands_end] -> run -> systemd
 */
#ifndef APP_COMMANDS_END_H
#define APP_COMMANDS_END_H

#include "app/request.h"

command_h cmd_quit, cmd_reboot, cmd_restart;

#endif
