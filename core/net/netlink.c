/**
 * @file core/net/netlink.c  Netlink
 */
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/netlink.h"

enum {
	BURST = 16,	/* Datagrams a handler takes at once, ours         */
	MESSAGE = 8192, /* Longest datagram of the kernel, netlink(7): what
			   is cut off has begun with a change all the same */
	GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
		 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
};

struct netlink {
	int fd;
	struct loop_watch *watch;
	network_changed_h *h;
	void *arg;
};

static void netlink_destructor(void *arg)
{
	struct netlink *nl = arg;

	mem_deref(nl->watch);
	if (nl->fd >= 0)
		close(nl->fd);
}

static bool is_default(const uint8_t *body, size_t size, unsigned type)
{
	struct rtmsg r;

	if (type != RTM_NEWROUTE && type != RTM_DELROUTE)
		return false;
	if (size < sizeof(r))
		return false;

	memcpy(&r, body, sizeof(r));
	return !r.rtm_dst_len && r.rtm_table == RT_TABLE_MAIN &&
	       r.rtm_type == RTN_UNICAST;
}

bool netlink_is_default(const uint8_t *data, size_t size)
{
	struct nlmsghdr m;
	size_t step;

	for (; size >= NLMSG_HDRLEN; data += step, size -= step) {
		memcpy(&m, data, sizeof(m));
		if (m.nlmsg_len < NLMSG_HDRLEN || m.nlmsg_len > size)
			return false;
		if (is_default(data + NLMSG_HDRLEN, m.nlmsg_len - NLMSG_HDRLEN,
			       m.nlmsg_type))
			return true;

		step = MIN(NLMSG_ALIGN((size_t)m.nlmsg_len), size);
	}

	return false;
}

/* @return bytes, 0 not of the kernel, -1 no more */
static ssize_t read_one(struct netlink *nl, uint8_t *data, size_t size)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(from);
	ssize_t n;

	n = recvfrom(nl->fd, data, size, 0, (struct sockaddr *)&from, &len);
	return n > 0 && from.nl_pid ? 0 : n;
}

static void ready_handler(int flags, uint64_t now, void *arg)
{
	struct netlink *nl = arg;
	bool routed = false, changed = false;
	uint8_t data[MESSAGE];
	ssize_t n = 0;
	(void)flags;

	for (unsigned i = 0; i < BURST && n >= 0; i++) {
		n = read_one(nl, data, sizeof(data));
		changed |= n > 0;
		routed |= n > 0 && netlink_is_default(data, (size_t)n);
	}

	/* Messages were lost: anything may have changed */
	if (n < 0 && errno == ENOBUFS)
		changed = routed = true;
	if (changed)
		nl->h(routed, now, nl->arg);
}

static int netlink_open(struct netlink *nl)
{
	const struct sockaddr_nl local = { .nl_family = AF_NETLINK,
					   .nl_groups = GROUPS };

	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_ROUTE);
	if (nl->fd < 0)
		return errno;
	if (bind(nl->fd, (const struct sockaddr *)&local, sizeof(local)))
		return errno;

	return loop_watch_alloc(&nl->watch, "netlink", nl->fd, LOOP_READ,
				ready_handler, nl);
}

int netlink_watch(void **wp, const struct network *n, network_changed_h *h,
		  void *arg)
{
	struct netlink *nl;
	int err;
	(void)n;

	nl = mem_zalloc(sizeof(*nl), netlink_destructor);
	if (!nl)
		return ENOMEM;

	nl->fd = -1;
	nl->h = h;
	nl->arg = arg;
	err = netlink_open(nl);
	if (err)
		mem_deref(nl);
	else
		*wp = nl;
	return err;
}
