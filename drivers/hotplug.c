/**
 * @file drivers/hotplug.c  Hotplug
 */
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "drivers/hotplug.h"

enum {
	MESSAGE = 4096, /* As lib/kobject_uevent.c has at most, twice  */
	KERNEL = 1,	/* Group of what the kernel says, not udev     */
	AT_ONCE = 64,	/* Messages in one turn of the loop, ours      */
};

struct hotplug {
	int fd;
	struct loop_watch *watch;
	const char *subsystem;
	hotplug_h *h;
	void *arg;
};

bool hotplug_is(const char *message, size_t size, const char *subsystem)
{
	static const char key[] = "SUBSYSTEM=";
	const size_t len = strlen(key), more = strlen(subsystem);
	size_t at = 0;

	while (at < size) {
		const size_t n = strnlen(message + at, size - at);

		if (n == len + more && !memcmp(message + at, key, len) &&
		    !memcmp(message + at + len, subsystem, more))
			return true;
		at += n + 1;
	}
	return false;
}

/* Of the kernel, which has port 0, and of nobody else */
static ssize_t receive(int fd, char *message)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, message, MESSAGE, MSG_DONTWAIT,
			     (struct sockaddr *)&from, &len);

	return n > 0 && from.nl_pid ? 0 : n;
}

static void on_message(int flags, uint64_t now, void *arg)
{
	struct hotplug *p = arg;
	char message[MESSAGE];
	bool any = false;
	(void)flags;

	for (unsigned i = 0; i < AT_ONCE; i++) {
		const ssize_t n = receive(p->fd, message);

		if (n < 0 && errno == ENOBUFS)
			any = true; /* There was more than fits */
		else if (n < 0)
			break;
		else
			any = any ||
			      hotplug_is(message, (size_t)n, p->subsystem);
	}
	if (any)
		p->h(now, p->arg);
}

static void hotplug_destructor(void *arg)
{
	struct hotplug *p = arg;

	mem_deref(p->watch);
	if (p->fd >= 0)
		(void)close(p->fd);
}

int hotplug_alloc(struct hotplug **hp, const char *subsystem, hotplug_h *h,
		  void *arg)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
					   .nl_groups = KERNEL };
	struct hotplug *p;
	int err = 0;

	p = mem_zalloc(sizeof(*p), hotplug_destructor);
	if (!p)
		return ENOMEM;

	p->subsystem = subsystem;
	p->h = h;
	p->arg = arg;
	p->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_KOBJECT_UEVENT);
	if (p->fd < 0 ||
	    bind(p->fd, (const struct sockaddr *)&group, sizeof(group)))
		err = errno;
	if (!err)
		err = loop_watch_alloc(&p->watch, "hotplug", p->fd, LOOP_READ,
				       on_message, p);
	if (err)
		mem_deref(p);
	else
		*hp = p;
	return err;
}
