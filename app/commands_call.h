/**
 * @file app/commands_call.h  Commands that make a call, and speak to its peer
 *
 *     commands -> [commands_call] -> phone_call(), phone_info()
 */
#ifndef APP_COMMANDS_CALL_H
#define APP_COMMANDS_CALL_H

#include "app/request.h"

command_h cmd_call, cmd_info;

/** Read audio, video, av or screen. @return false: it is another word */
bool commands_media(const char *word, enum calls_media *mediap);

#endif
