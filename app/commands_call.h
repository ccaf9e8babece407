/**
 * @file app/commands_call.h  Command that makes a call
 *
 *     commands -> [commands_call] -> phone_call()
 */
#ifndef APP_COMMANDS_CALL_H
#define APP_COMMANDS_CALL_H

#include "app/request.h"

command_h cmd_call;

/** Read audio, video, av or screen. @return false: it is another word */
bool commands_media(const char *word, enum calls_media *mediap);

#endif
