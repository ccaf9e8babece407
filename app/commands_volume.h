/**
 * @file app/commands_volume.h  Command of the card's mixer
 *
 *     commands -> [commands_volume] -> sound device
 */
#ifndef APP_COMMANDS_VOLUME_H
#define APP_COMMANDS_VOLUME_H

#include "app/request.h"

/** volume [speaker|microphone] [PERCENT|mute|unmute] */
command_h cmd_volume;

#endif
