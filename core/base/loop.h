/**
 * @file core/base/loop.h  Loop: the one event loop, every handler timed
 *
 *     epoll (libre) -> [loop] -> handlers(now)
 *     virtual clock -> [loop] -> handlers(now)         in tests
 *
 * One thread, one loop. A handler is back within LOOP_SLOW; `loop` on the
 * console names those that are not. Timers have microseconds and take an
 * absolute time, so that protocol code can say when it is `due`.
 */
#ifndef CORE_BASE_LOOP_H
#define CORE_BASE_LOOP_H

#include "core/base/clock.h"

enum {
	LOOP_SLOW = 5 * CLOCK_MS, /**< A handler may take this long [us] */
	LOOP_READ = 1,		  /**< Flags of a watch: readable        */
	LOOP_WRITE = 2,		  /**< writable                          */
	LOOP_EXCEPT = 4,	  /**< error, hang-up                    */
};

/** A timer fired. It is no longer armed; arm it again if needed */
typedef void(loop_timer_h)(uint64_t now, void *arg);

/** A descriptor is ready; flags are LOOP_READ, _WRITE, _EXCEPT */
typedef void(loop_fd_h)(int flags, uint64_t now, void *arg);

/** A signal arrived, in the loop's thread */
typedef void(loop_signal_h)(int sig, void *arg);

/** A timer; embed it, loop_timer_init() it, never copy it */
struct loop_timer {
	struct le le;
	uint64_t due; /**< [us], meaningful while armed */
	const char *name;
	loop_timer_h *h;
	void *arg;
};

struct loop_watch;

/** Start libre and the loop, once per process. @return 0 or errno */
int loop_init(void);

/** Undo loop_init(); objects must be gone before */
void loop_close(void);

/**
 * Run until loop_stop(). SIGINT, SIGTERM and SIGHUP go to the handler.
 *
 * @return 0, or errno of the poll
 */
int loop_run(loop_signal_h *h, void *arg);

/** Make loop_run() return soon */
void loop_stop(void);

/**
 * Prepare a timer. Must be called before anything else with it.
 *
 * @param name  Static string that names the handler in loop_print()
 */
void loop_timer_init(struct loop_timer *t, const char *name, loop_timer_h *h,
		     void *arg);

/**
 * Arm the timer, or move it if it is armed.
 *
 * @param due  Monotonic time [us]; past times fire at once, from the loop;
 *             CLOCK_NEVER cancels
 */
void loop_timer_arm(struct loop_timer *t, uint64_t due);

/** Disarm; harmless when not armed or zeroed. Every destructor does it */
void loop_timer_cancel(struct loop_timer *t);

/** Whether the timer is armed */
bool loop_timer_armed(const struct loop_timer *t);

/** How many timers are armed now: as many after a call as before it */
unsigned loop_timers(void);

/**
 * Watch a descriptor. Free with mem_deref(), which stops watching and does
 * not close the descriptor; allowed inside the handler.
 *
 * @param name   Static string that names the handler in loop_print()
 * @param flags  LOOP_READ | LOOP_WRITE | LOOP_EXCEPT
 *
 * @return 0, ENOMEM, or errno of epoll
 */
int loop_watch_alloc(struct loop_watch **wp, const char *name, int fd,
		     int flags, loop_fd_h *h, void *arg);

/** Change what is watched for. @return 0 or errno of epoll */
int loop_watch_set(struct loop_watch *w, int flags);

/**
 * Run all timers in virtual time, without sleeping, until `until` [us] or
 * until `stop` returns true (may be NULL). The clock then is virtual and
 * stays so until loop_virtual_end(). No descriptor is looked at.
 */
void loop_virtual_run(uint64_t until, bool (*stop)(void *arg), void *arg);

/** Back to the kernel's clock */
void loop_virtual_end(void);

/**
 * The handler that took longest since this was asked last.
 *
 * @param namep  Set to its name, "" when none ran; may be NULL
 *
 * @return How long [us]
 */
uint64_t loop_longest(const char **namep);

/** Print each handler's calls, mean, maximum and slow calls, a line each */
int loop_print(struct re_printf *pf, void *unused);

#endif
