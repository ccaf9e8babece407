/**
 * @file core/base/log.h  Log: one line, to standard error or the journal
 *
 *     every module -> [log] -> stderr | console
 *
 * warning: someone has to act. info: a call, a device or the registration
 * changed. debug: off unless -v, never per packet. What repeats is a counter
 * in an object, not a line. Foreign text goes through log_text().
 */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include "core/base/re.h"

enum log_level {
	LOG_LEVEL_DEBUG = 0,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
};

enum {
	LOG_TEXT_MAX = 128,  /**< Foreign text is cut here [bytes]
				 (SECURITY row 31, ours)          */
	LOG_LINE_MAX = 1024, /**< A line is cut here [bytes], ours */
};

/** Receives each line, without newline. Default: standard error */
typedef void(log_line_h)(enum log_level level, const char *line, void *arg);

/** Lines below this level are dropped; default LOG_LEVEL_INFO */
void log_set_level(enum log_level level);

/** Send lines elsewhere; NULL for standard error again */
void log_set_handler(log_line_h *h, void *arg);

/* libre's formats: %m errno, %J address, %H function+argument, %r struct pl */
void log_warning(const char *fmt, ...);
void log_info(const char *fmt, ...);
void log_debug(const char *fmt, ...);

/**
 * Print foreign text safely, for %H: control characters, backslash and
 * invalid UTF-8 become \xNN, and all is cut after LOG_TEXT_MAX.
 *
 *     log_info("call: from %H\n", log_text, &pl);
 */
int log_text(struct re_printf *pf, const struct pl *pl);

#endif
