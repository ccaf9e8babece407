/**
 * @file app/scribe.h  Scribe: where lines of log go
 *
 *     log -> [scribe] -> standard error, or the journal with fields
 *               |------> consoles
 *               '------> the last SCRIBE_LINES of them, for `recorder`
 */
#ifndef APP_SCRIBE_H
#define APP_SCRIBE_H

#include "core/base/log.h"

enum {
	SCRIBE_LINES = 200, /**< Remembered, ours               */
	SCRIBE_LINE = 160,  /**< Of each as much [bytes], ours  */
};

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

/** Print the lines that are remembered, the oldest first, for %H: seconds
    before now, and the line */
int scribe_print(struct re_printf *pf, const struct scribe *s);

#endif
