/**
 * @file app/commands_check.h  Commands that try the devices
 *
 *     commands -> [commands_check] -> earcheck, eyecheck, loopback
 */
#ifndef APP_COMMANDS_CHECK_H
#define APP_COMMANDS_CHECK_H

#include "app/request.h"

/** check audio|video */
command_h cmd_check;

/** loopback audio|video [SECONDS] */
command_h cmd_loopback;

#endif
