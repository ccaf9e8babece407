/**
 * @file app/wake.h  Wake: a signal that means something else than the end
 *
 *     kernel -> [wake] -> run
 */
#ifndef APP_WAKE_H
#define APP_WAKE_H

#include "core/base/loop.h"

/** The signal came, from the loop */
typedef void(wake_h)(void *arg);

struct wake;

/** Listen to a signal, before there are threads. @return 0, ENOMEM, errno */
int wake_alloc(struct wake **wp, int sig, wake_h *h, void *arg);

#endif
