/**
 * @file core/net/sysbus.c  Sysbus
 *
 * sd-bus says what its descriptor is to be watched for and when it wants to
 * be called without that; both may change with every call of it.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/library.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/sysbus.h"

enum {
	TURN = 32,		     /* Messages in one go, ours           */
	CALL_TIMEOUT = 10 * CLOCK_S, /* For an answer, ours [us]           */
};

#define LIBRARY "libsystemd.so.0"
#define SOCKET	"/run/dbus/system_bus_socket" /* D-Bus specification */
#define ADDRESS "DBUS_SYSTEM_BUS_ADDRESS"     /* The same            */

#define SYMBOL(field, symbol)                                                  \
	{                                                                      \
		symbol, offsetof(struct sysbus_lib, field)                     \
	}

struct sysbus {
	sd_bus *bus;
	struct loop_watch *watch;
	struct loop_timer timer;
	sysbus_lost_h *h;
	void *arg;
};

struct sysbus_lib sysbus_lib;

static const struct library_symbol symbolv[] = {
	SYMBOL(open_system, "sd_bus_open_system"),
	SYMBOL(close_unref, "sd_bus_close_unref"),
	SYMBOL(get_fd, "sd_bus_get_fd"),
	SYMBOL(get_events, "sd_bus_get_events"),
	SYMBOL(get_timeout, "sd_bus_get_timeout"),
	SYMBOL(process, "sd_bus_process"),
	SYMBOL(add_match, "sd_bus_add_match_async"),
	SYMBOL(new_call, "sd_bus_message_new_method_call"),
	SYMBOL(call, "sd_bus_call_async"),
	SYMBOL(unref, "sd_bus_message_unref"),
	SYMBOL(set_auto_start, "sd_bus_message_set_auto_start"),
	SYMBOL(append, "sd_bus_message_append"),
	SYMBOL(append_array, "sd_bus_message_append_array"),
	SYMBOL(open_container, "sd_bus_message_open_container"),
	SYMBOL(close_container, "sd_bus_message_close_container"),
	SYMBOL(read, "sd_bus_message_read"),
	SYMBOL(get_error, "sd_bus_message_get_error"),
	SYMBOL(get_path, "sd_bus_message_get_path"),
};

static int load(void)
{
	if (sysbus_lib.process)
		return 0;
	if (!getenv(ADDRESS) && access(SOCKET, F_OK))
		return ENOENT;
	if (!library_exists(LIBRARY))
		return ENOSYS;

	return library_load(&sysbus_lib, LIBRARY, symbolv, ARRAY_SIZE(symbolv));
}

static void destructor(void *arg)
{
	struct sysbus *b = arg;

	loop_timer_cancel(&b->timer);
	mem_deref(b->watch);
	if (b->bus)
		sysbus_lib.close_unref(b->bus);
}

/* @return 0, errno */
static int rewatch(struct sysbus *b)
{
	int events = sysbus_lib.get_events(b->bus);
	uint64_t due = CLOCK_NEVER;
	int flags = 0;

	if (events < 0)
		return -events;
	if (events & POLLIN)
		flags |= LOOP_READ;
	if (events & POLLOUT)
		flags |= LOOP_WRITE;

	/* Of the same clock as ours */
	if (sysbus_lib.get_timeout(b->bus, &due) < 0)
		due = CLOCK_NEVER;
	loop_timer_arm(&b->timer, due);
	return loop_watch_set(b->watch, flags);
}

/* Call this last: the handler may free b */
static void process(struct sysbus *b, uint64_t now)
{
	int n = 1, err;

	for (unsigned i = 0; i < TURN && n > 0; i++)
		n = sysbus_lib.process(b->bus, NULL);

	err = n < 0 ? -n : rewatch(b);
	if (!err && n > 0)
		loop_timer_arm(&b->timer, now);
	if (!err)
		return;

	log_debug("sysbus: lost: %m\n", err);
	loop_timer_cancel(&b->timer);
	b->watch = mem_deref(b->watch);
	b->h(now, b->arg);
}

static void on_fd(int flags, uint64_t now, void *arg)
{
	(void)flags;

	process(arg, now);
}

static void on_timer(uint64_t now, void *arg)
{
	process(arg, now);
}

int sysbus_open(struct sysbus **bp, sysbus_lost_h *h, void *arg)
{
	struct sysbus *b;
	int err;

	err = load();
	if (err)
		return err;

	b = mem_zalloc(sizeof(*b), destructor);
	if (!b)
		return ENOMEM;

	b->h = h;
	b->arg = arg;
	loop_timer_init(&b->timer, "sysbus", on_timer, b);
	err = -sysbus_lib.open_system(&b->bus);
	if (err <= 0) {
		err = loop_watch_alloc(&b->watch, "sysbus",
				       sysbus_lib.get_fd(b->bus), LOOP_READ,
				       on_fd, b);
	}
	if (!err)
		loop_timer_arm(&b->timer, clock_now());

	if (err)
		mem_deref(b);
	else
		*bp = b;

	return err;
}

/* What was queued goes out from the loop */
static int queued(struct sysbus *b, int ret)
{
	if (ret < 0)
		return -ret;

	loop_timer_arm(&b->timer, clock_now());
	return 0;
}

int sysbus_match(struct sysbus *b, const char *rule, sd_bus_message_handler_t h,
		 void *arg)
{
	return queued(b,
		      sysbus_lib.add_match(b->bus, NULL, rule, h, NULL, arg));
}

int sysbus_new(struct sysbus *b, sd_bus_message **mp, const char *dest,
	       const char *path, const char *iface, const char *member)
{
	int ret;

	*mp = NULL;
	ret = sysbus_lib.new_call(b->bus, mp, dest, path, iface, member);
	if (ret >= 0)
		ret = sysbus_lib.set_auto_start(*mp, 0);

	return ret < 0 ? -ret : 0;
}

int sysbus_call(struct sysbus *b, sd_bus_message *m, sd_bus_message_handler_t h,
		void *arg)
{
	int ret = sysbus_lib.call(b->bus, NULL, m, h, arg, CALL_TIMEOUT);

	sysbus_lib.unref(m);
	return queued(b, ret);
}
