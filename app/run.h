/**
 * @file app/run.h  Run: the telephone, from start to orderly end
 *
 *     main -> [run] -> loop, phone, control socket, console
 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/commands.h"

/**
 * Be the telephone until SIGTERM, SIGINT or `quit`. What cannot be done is
 * said in one sentence, and nothing stays half started.
 *
 * @param path  Where cfg was read
 * @param endp  Set to what is to come after it
 *
 * @return 0, or errno of what stopped the start
 */
int run_phone(struct config *cfg, const char *path, enum commands_end *endp);

#endif
