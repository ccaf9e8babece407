/**
 * @file app/commands_picture.h  Commands of the picture: video, snapshot
 *
 *     commands -> [commands_picture] -> phone -> calls, studio
 */
#ifndef APP_COMMANDS_PICTURE_H
#define APP_COMMANDS_PICTURE_H

#include "app/request.h"

command_h cmd_keyframe, cmd_snapshot, cmd_video;

#endif
