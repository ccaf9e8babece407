/**
 * @file app/client.h  Client: the side of `boardphone ctl`
 *
 *     shell -> [client] -> unix socket -> control
 *
 * The protocol is in app/control.h.
 */
#ifndef APP_CLIENT_H
#define APP_CLIENT_H

#include <stdbool.h>

/**
 * Run one command in the running phone, its output on standard output.
 * Blocks until it is done; `events` never is.
 *
 * @return 0, or the command's errno; ECONNREFUSED or ENOENT: no phone listens
 *         at path; ECONNRESET: it ended before it answered
 */
int client_run(const char *path, bool json, int argc, char *argv[]);

#endif
