/**
 * @file app/netview.c  Network view
 *
 * What the kernel has in memory: nothing here waits for the network.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include "app/netview.h"
#include "core/net/network.h"

enum {
	LINE = 256,
	HEX = 16,
	GATEWAY_FLAG = 2, /* RTF_GATEWAY of linux/route.h */
};

static const char sys_net[] = "/sys/class/net";

/* A line of a file about an interface, "" when there is none */
static void read_line(char *text, size_t size, const char *name,
		      const char *what)
{
	char path[LINE];
	FILE *f;

	*text = '\0';
	(void)re_snprintf(path, sizeof(path), "%s/%s/%s", sys_net, name, what);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(text, (int)size, f))
		*text = '\0'; /* The speed of a link that is down */
	text[strcspn(text, "\n")] = '\0';
	(void)fclose(f);
}

static int print_interface(struct mbuf *mb, const struct ifaddrs *ifa)
{
	char state[LINE], speed[LINE], errors[LINE], dropped[LINE];
	const char *name = ifa->ifa_name;

	read_line(state, sizeof(state), name, "operstate");
	read_line(speed, sizeof(speed), name, "speed");
	read_line(errors, sizeof(errors), name, "statistics/rx_errors");
	read_line(dropped, sizeof(dropped), name, "statistics/rx_dropped");
	return mbuf_printf(
		mb, "%s: %s, %s%s%s%serrors %s, dropped %s\n", name,
		ifa->ifa_flags & IFF_UP ? "on" : "off",
		network_connected(ifa->ifa_flags) ? "link" : "no link",
		*speed && *speed != '-' ? ", " : "",
		*speed && *speed != '-' ? speed : "",
		*speed && *speed != '-' ? " Mbit/s, " : ", ", errors, dropped);
}

static int print_addresses(struct mbuf *mb, const struct ifaddrs *all,
			   const char *name)
{
	int err = 0;

	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		struct sa sa;

		if (!i->ifa_addr || strcmp(i->ifa_name, name) ||
		    (i->ifa_addr->sa_family != AF_INET &&
		     i->ifa_addr->sa_family != AF_INET6))
			continue;
		if (!sa_set_sa(&sa, i->ifa_addr))
			err |= mbuf_printf(mb, "  %j\n", &sa);
	}

	return err;
}

static int print_interfaces(struct mbuf *mb)
{
	struct ifaddrs *all;
	int err = 0;

	if (getifaddrs(&all))
		return mbuf_printf(mb, "no interfaces: %m\n", errno);

	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET ||
		    (i->ifa_flags & IFF_LOOPBACK))
			continue;
		err |= print_interface(mb, i) |
		       print_addresses(mb, all, i->ifa_name);
	}

	freeifaddrs(all);
	return err;
}

/* The way to everybody: destination 0 of the kernel's table */
static int print_gateway(struct mbuf *mb)
{
	FILE *f = fopen("/proc/net/route", "re");
	char line[LINE], name[IFNAMSIZ];
	bool any = false;
	int err = 0;

	while (f && fgets(line, sizeof(line), f)) {
		unsigned to, by, flags;
		struct sa sa;

		if (sscanf(line, "%15s %x %x %x", name, &to, &by, &flags) !=
			    2 + 2 ||
		    to || !(flags & GATEWAY_FLAG))
			continue;
		any = true;
		sa_set_in(&sa, ntohl(by), 0);
		err |= mbuf_printf(mb, "gateway: %j by %s\n", &sa, name);
	}

	if (f)
		(void)fclose(f);
	return any ? err : mbuf_printf(mb, "gateway: none (IPv4)\n");
}

static int print_nameservers(struct mbuf *mb)
{
	static const char word[] = "nameserver ";
	FILE *f = fopen("/etc/resolv.conf", "re");
	char line[LINE];
	int err = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, word, sizeof(word) - 1))
			err |= mbuf_printf(mb, "name server: %s",
					   line + sizeof(word) - 1);
	}

	if (f)
		(void)fclose(f);
	return err;
}

/* "wlan0: 0000   54.  -56.  -256 ...": quality, then the level */
static int print_wireless(struct mbuf *mb)
{
	FILE *f = fopen("/proc/net/wireless", "re");
	char line[LINE], name[IFNAMSIZ];
	int err = 0;

	while (f && fgets(line, sizeof(line), f)) {
		double quality, level;

		if (sscanf(line, " %15[^:]: %*x %lf %lf", name, &quality,
			   &level) == 2 + 1)
			err |= mbuf_printf(mb, "%s: radio %.1f dBm\n", name,
					   level);
	}

	if (f)
		(void)fclose(f);
	return err;
}

int cmd_net(const struct request *rq)
{
	struct mbuf *mb = mbuf_alloc(LINE);
	int err = mb ? 0 : ENOMEM;

	if (!err)
		err = print_interfaces(mb) | print_wireless(mb) |
		      print_gateway(mb) | print_nameservers(mb);
	if (!err && rq->ctx->phone)
		err = mbuf_printf(mb, "%H", phone_print, rq->ctx->phone);
	if (!err)
		err = request_buffer(rq, mb);
	mem_deref(mb);
	return err;
}
