/**
 * @file app/commands_config.h  Commands of the configuration, and recorder
 *
 *     commands -> [commands_config] -> reload, config, scribe
 */
#ifndef APP_COMMANDS_CONFIG_H
#define APP_COMMANDS_CONFIG_H

#include "app/request.h"

/** config check|reload|set|show */
command_h cmd_config;

/** recorder: the last lines of log */
command_h cmd_recorder;

#endif
