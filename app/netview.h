/**
 * @file app/netview.h  Network view: what a fitter asks of the network
 *
 *     kernel, phone -> [netview] -> `net`
 */
#ifndef APP_NETVIEW_H
#define APP_NETVIEW_H

#include "app/request.h"

/** net: interfaces, addresses, gateway, name servers, servers, calls' ways */
command_h cmd_net;

#endif
