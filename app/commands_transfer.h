/**
 * @file app/commands_transfer.h  Commands of transfer
 *
 *     commands -> [commands_transfer] -> phone
 */
#ifndef APP_COMMANDS_TRANSFER_H
#define APP_COMMANDS_TRANSFER_H

#include "app/request.h"

command_h cmd_transfer, cmd_xfer;

#endif
