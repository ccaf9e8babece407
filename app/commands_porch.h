/**
 * @file app/commands_porch.h  Commands of the porch: bell, door, messages
 *
 *     commands -> [commands_porch] -> buttons, porch, door, phone
 */
#ifndef APP_COMMANDS_PORCH_H
#define APP_COMMANDS_PORCH_H

#include "app/request.h"

command_h cmd_button, cmd_door, cmd_msg, cmd_password, cmd_ring;

/** What `status` adds: buttons, relays, whether it rings. @return 0, ENOMEM */
int commands_porch_status(const struct request *rq);

/** The same as members of an object */
int commands_porch_status_json(const struct request *rq, json_t *js);

#endif
