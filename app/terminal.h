/**
 * @file app/terminal.h  Terminal: a tty that takes what it can, when it can
 *
 *     tty -> [terminal] -> console
 *     console -> [terminal] queue -> tty, at its pace
 *
 * A serial line takes a second for what is printed in a millisecond. What it
 * has not taken yet waits in a queue with an end; nobody waits for it. The
 * tty is raw for keys while it is open, and as it was afterwards.
 */
#ifndef APP_TERMINAL_H
#define APP_TERMINAL_H

#include "core/base/loop.h"

enum {
	TERMINAL_QUEUE = 16384,	 /**< Not taken yet [bytes]: 1.4 s at 115200
				      baud, ours                            */
	TERMINAL_RESERVE = 4096, /**< ... of which for keys [bytes], ours   */
	TERMINAL_LOW = 512,	 /**< Here more may come [bytes], ours      */
	TERMINAL_ROWS = 24,	 /**< Of a line that does not say, VT100    */
	TERMINAL_COLUMNS = 80,
	TERMINAL_BAUD = 115200, /**< Default of [console] baud              */
};

/** Keys came; n is 0 when the line is gone: then free it, here or later */
typedef void(terminal_keys_h)(const uint8_t *p, size_t n, uint64_t now,
			      void *arg);

/** The queue fell below TERMINAL_LOW; called from the loop */
typedef void(terminal_low_h)(uint64_t now, void *arg);

struct terminal;

/**
 * Open a tty. Free it with mem_deref(), which gives the tty its mode back; not
 * inside terminal_keys_h or terminal_low_h.
 *
 * @param path  Of a serial port; NULL: standard input and output
 * @param baud  Of a serial port; 0 leaves it as it is
 *
 * @return 0, ENOTTY it is none, EINVAL no such baud rate, or errno of open
 */
int terminal_alloc(struct terminal **tp, const char *path, unsigned baud,
		   terminal_keys_h *keysh, terminal_low_h *lowh, void *arg);

/**
 * Queue a text, all of it or nothing; a new line is \n.
 *
 * @return 0, ENOBUFS it does not fit: the tty is slow, or takes nothing
 */
int terminal_put(struct terminal *t, const char *p, size_t n);

/** Likewise, re_printf(), up to LOG_LINE_MAX with its colours */
int terminal_printf(struct terminal *t, const char *fmt, ...);

/** What is waiting [bytes] */
size_t terminal_held(const struct terminal *t);

/** Queue what a line editor prints, TERMINAL_RESERVE more of it. What does not
    fit then is lost */
void terminal_edit(struct terminal *t, const char *p, size_t n);

/** How many lines and columns it has */
void terminal_size(struct terminal *t, unsigned *rows, unsigned *columns);

/** Whether a baud rate can be had */
bool terminal_rate_ok(uint64_t baud);

#endif
