/**
 * @file app/notify.h  Notify: what systemd is told, a datagram each
 *
 *     supervisor -> [notify] -> $NOTIFY_SOCKET
 *     scribe -> [notify] -> journal, with fields
 *
 * Of our own rather than libsystemd's: both protocols are a datagram of lines
 * and promised to stay (sd_notify(3), "Native Journal Protocol"), and that
 * library brings six others into memory.
 */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include "core/base/log.h"

/** Send a line or several, "READY=1". Harmless without systemd */
void notify_send(const char *fmt, ...);

/** Whether systemd started it, and starts it again */
bool notify_manager(void);

/** How often WATCHDOG=1 is expected [us], 0: not at all */
uint64_t notify_watchdog(void);

/**
 * Write a line into the journal, if standard error goes there.
 *
 * @return false: it does not, write it there
 */
bool notify_journal(enum log_level level, const char *line);

#endif
