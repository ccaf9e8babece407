/**
 * @file app/live.h  Live: what goes on in the calls now
 *
 *     calls, sound device, loop -> [live] -> `top`
 *
 * Bit rates and losses are those since the picture before.
 */
#ifndef APP_LIVE_H
#define APP_LIVE_H

#include "app/request.h"

/** top [SECONDS]: once, or again and again */
command_h cmd_top;

#endif
