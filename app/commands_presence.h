/**
 * @file app/commands_presence.h  Commands of presence and waiting messages
 *
 *     commands -> [commands_presence] -> phone -> tidings
 */
#ifndef APP_COMMANDS_PRESENCE_H
#define APP_COMMANDS_PRESENCE_H

#include "app/request.h"

command_h cmd_presence, cmd_watch, cmd_unwatch;

#endif
