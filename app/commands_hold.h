/**
 * @file app/commands_hold.h  Commands of hold
 *
 *     commands -> [commands_hold] -> phone
 */
#ifndef APP_COMMANDS_HOLD_H
#define APP_COMMANDS_HOLD_H

#include "app/request.h"

command_h cmd_hold, cmd_resume, cmd_switch;

#endif
