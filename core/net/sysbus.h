/**
 * @file core/net/sysbus.h  Sysbus: the system's D-Bus, in our loop
 *
 *     announce <-> [sysbus] <-> sd-bus (libsystemd) <-> D-Bus daemon
 *
 * The library is loaded when there is a bus to connect to; without either
 * nothing happens. Nothing here waits: calls are answered in callbacks.
 */
#ifndef CORE_NET_SYSBUS_H
#define CORE_NET_SYSBUS_H

#include <systemd/sd-bus.h>
#include "core/base/clock.h"

struct sysbus;

/** The functions of libsystemd that are used, set by sysbus_open() */
struct sysbus_lib {
	int (*open_system)(sd_bus **ret);
	sd_bus *(*close_unref)(sd_bus *bus);
	int (*get_fd)(sd_bus *bus);
	int (*get_events)(sd_bus *bus);
	int (*get_timeout)(sd_bus *bus, uint64_t *us);
	int (*process)(sd_bus *bus, sd_bus_message **m);
	int (*add_match)(sd_bus *bus, sd_bus_slot **slot, const char *rule,
			 sd_bus_message_handler_t h,
			 sd_bus_message_handler_t installed, void *arg);
	int (*new_call)(sd_bus *bus, sd_bus_message **m, const char *dest,
			const char *path, const char *iface,
			const char *member);
	int (*call)(sd_bus *bus, sd_bus_slot **slot, sd_bus_message *m,
		    sd_bus_message_handler_t h, void *arg, uint64_t us);
	sd_bus_message *(*unref)(sd_bus_message *m);
	int (*set_auto_start)(sd_bus_message *m, int on);
	int (*append)(sd_bus_message *m, const char *types, ...);
	int (*append_array)(sd_bus_message *m, char type, const void *p,
			    size_t size);
	int (*open_container)(sd_bus_message *m, char type, const char *what);
	int (*close_container)(sd_bus_message *m);
	int (*read)(sd_bus_message *m, const char *types, ...);
	const sd_bus_error *(*get_error)(sd_bus_message *m);
	const char *(*get_path)(sd_bus_message *m);
};

extern struct sysbus_lib sysbus_lib;

/** The connection is gone. May free the bus */
typedef void(sysbus_lost_h)(uint64_t now, void *arg);

/**
 * Connect. Free with mem_deref(), not inside a callback of sd-bus; what the
 * daemon's clients keep for us is gone with it.
 *
 * @return 0, ENOMEM, ENOENT no bus, ENOSYS no library, errno of sd-bus
 */
int sysbus_open(struct sysbus **bp, sysbus_lost_h *h, void *arg);

/** Have signals that match a rule given to a callback. @return 0, errno */
int sysbus_match(struct sysbus *b, const char *rule, sd_bus_message_handler_t h,
		 void *arg);

/**
 * Begin a call; nobody is started for it.
 *
 * @param mp  Set to the message; append arguments, then sysbus_call()
 *
 * @return 0, errno
 */
int sysbus_new(struct sysbus *b, sd_bus_message **mp, const char *dest,
	       const char *path, const char *iface, const char *member);

/** Make the call; the message is released. @return 0, errno */
int sysbus_call(struct sysbus *b, sd_bus_message *m, sd_bus_message_handler_t h,
		void *arg);

#endif
