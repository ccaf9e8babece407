/**
 * @file app/supervisor.h  Supervisor: says that the phone lives, or not
 *
 *     loop, sound device, registration -> [supervisor] -> systemd
 *                                               '-------> /dev/watchdog
 *
 * Both are fed only while all three live: the loop, for it is a timer of it;
 * media, while a device that is open beats; the registration, while something
 * is heard of it as often as before. A server that is away is no reason: its
 * retries are heard of.
 */
#ifndef APP_SUPERVISOR_H
#define APP_SUPERVISOR_H

#include "app/commands.h"

enum {
	SUPERVISOR_SILENCE = 3 * CLOCK_S, /**< Of a device that is open [us] */
	SUPERVISOR_TICK = 2 * CLOCK_S,	  /**< At least so often [us], ours  */
	SUPERVISOR_TIMES = 3,	  /**< Longer than ever before is too long   */
	SUPERVISOR_HARDWARE = 30, /**< Of the hardware [s], ours             */
};

/** Nothing of the registration: too long at the least, and before it is known
    how often [us]; [account] expires is a day at most */
#define SUPERVISOR_QUIET   (3600ULL * CLOCK_S)
#define SUPERVISOR_UNKNOWN (25 * 3600ULL * CLOCK_S)

struct supervisor;

/**
 * Start.
 *
 * @param device  Hardware watchdog; "" none. A warning says what is wrong
 *
 * @return 0, ENOMEM
 */
int supervisor_alloc(struct supervisor **sp, const struct commands_context *ctx,
		     struct event_bus *events, const char *device);

/** All is started */
void supervisor_ready(struct supervisor *s);

/** The end was asked for; it is still fed */
void supervisor_stopping(struct supervisor *s);

/** Why it is not fed, NULL: it is; for the status and for tests */
const char *supervisor_fault(const struct supervisor *s, uint64_t now);

#endif
