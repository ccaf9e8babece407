/**
 * @file app/scribe.h  Scribe: where lines of log go
 *
 *     log -> [scribe] -> standard error, or the journal with fields
 *               '------> consoles
 */
#ifndef APP_SCRIBE_H
#define APP_SCRIBE_H

#include "core/base/log.h"

struct scribe;
struct scribe_reader;

/**
 * Take the log over, until it is freed; a process has one at most.
 *
 * @return 0, ENOMEM
 */
int scribe_alloc(struct scribe **sp);

/**
 * Read every line until mem_deref() of the reader.
 *
 * @param tty  It shows them where standard error does, if that is a terminal
 *
 * @return 0, ENOMEM
 */
int scribe_read(struct scribe_reader **rp, struct scribe *s, bool tty,
		log_line_h *h, void *arg);

#endif
