/**
 * @file app/commands_picture.h  Commands of the picture: video, screen ...
 *
 *     commands -> [commands_picture] -> phone -> calls, studio
 */
#ifndef APP_COMMANDS_PICTURE_H
#define APP_COMMANDS_PICTURE_H

#include "app/request.h"

command_h cmd_keyframe, cmd_screen, cmd_snapshot, cmd_video;

/** Answer as request_call(), knowing whether our screen was wanted */
int commands_screen_say(const struct request *rq, bool screen, int err);

#endif
