/**
 * @file core/net/announce.c  Announce
 *
 *     connect -> new group -> addresses, service, commit -> established
 *         ^___________|____________|_______________|  begin anew, later
 *
 * Whatever happens, an answer that is none, another name, another address,
 * Avahi's restart, ends the connection, and with it what Avahi has for us;
 * then all begins anew. Nothing of an old attempt can come into a new one.
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <strings.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/announce.h"
#include "core/net/linkwatch.h"
#include "core/net/network.h"
#include "core/net/sysbus.h"

enum {
	SOON = 1 * CLOCK_S,    /* After something has changed, ours [us]     */
	LATER = 30 * CLOCK_S,  /* After something went wrong, ours [us]      */
	ADDRS_MAX = 16,	       /* Announced, ours                            */
	LABEL_MAX = 63,	       /* RFC 1035 section 2.3.4 [bytes]             */
	ANY = -1,	       /* avahi-common/address.h: IF_UNSPEC          */
	NO_REVERSE = 16,       /* avahi-common/defs.h: PUBLISH_NO_REVERSE    */
	SERVER_RUNNING = 2,    /* The same: AVAHI_SERVER_RUNNING             */
	GROUP_ESTABLISHED = 2, /* The same: AVAHI_ENTRY_GROUP_ESTABLISHED    */
	GROUP_COLLISION = 3,   /* The same: AVAHI_ENTRY_GROUP_COLLISION      */
	GROUP_FAILURE = 4,     /* The same: AVAHI_ENTRY_GROUP_FAILURE        */
};

#define AVAHI	  "org.freedesktop.Avahi"
#define SERVER	  AVAHI ".Server"
#define GROUP	  AVAHI ".EntryGroup"
#define COLLISION AVAHI ".CollisionError"
#define ABSENT	  "org.freedesktop.DBus.Error.ServiceUnknown"
#define NO_OWNER  "org.freedesktop.DBus.Error.NameHasNoOwner"
#define TXT	  "path=/"

struct announce {
	struct sysbus *bus;
	struct linkwatch *links;
	struct loop_timer timer; /* Begin anew */
	char label[LABEL_MAX + 1];
	char name[ANNOUNCE_NAME_MAX]; /* That is tried, or announced      */
	char group[128];	      /* Path of the entry group, "" none */
	unsigned index;		      /* Of the name                      */
	uint16_t port;
	bool own;	 /* It is the machine's name: Avahi has its addresses */
	bool up;	 /* Avahi says so                                     */
	const char *why; /* Not up                                        */
};

static int begin(struct announce *a);

/* Not from here: a callback of the bus may be what calls */
static void again(struct announce *a, const char *why, uint64_t wait)
{
	if (a->up)
		log_info("announce: %s is not announced: %s\n", a->name, why);
	else if (strcmp(a->why, why))
		log_debug("announce: %s\n", why);

	a->up = false;
	a->why = why;
	loop_timer_arm(&a->timer, clock_now() + wait);
}

static void collided(struct announce *a)
{
	if (loop_timer_armed(&a->timer))
		return;

	log_info("announce: another one has the name %s\n", a->name);
	a->index = (a->index + 1) % ANNOUNCE_NAMES;
	again(a, "another one has that name", a->index ? SOON : LATER);
}

static void on_timer(uint64_t now, void *arg)
{
	struct announce *a = arg;
	int err;
	(void)now;

	a->bus = mem_deref(a->bus);
	a->group[0] = '\0';
	err = begin(a);
	if (err == ENOSYS)
		again(a, "no libsystemd", LATER);
	else if (err)
		again(a, "no D-Bus", LATER);
}

static void on_lost(uint64_t now, void *arg)
{
	(void)now;

	again(arg, "D-Bus is gone", LATER);
}

static void on_links(uint64_t now, void *arg)
{
	(void)now;

	again(arg, "addresses change", SOON);
}

/* @return whether it is the answer that was hoped for */
static bool is_good(struct announce *a, sd_bus_message *m, const char *what)
{
	const sd_bus_error *e = sysbus_lib.get_error(m);

	if (!e || loop_timer_armed(&a->timer))
		return !e;

	if (!strcmp(e->name, ABSENT) || !strcmp(e->name, NO_OWNER)) {
		a->why = "Avahi does not run"; /* Its coming is a signal */
		log_debug("announce: Avahi does not run\n");
	} else if (!strcmp(e->name, COLLISION)) {
		collided(a);
	} else {
		log_debug("announce: %s: %s\n", what, e->name);
		again(a, "Avahi refuses", LATER);
	}

	return false;
}

/* An address may be refused, on an interface that Avahi does not serve */
static int on_address(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	const sd_bus_error *e = sysbus_lib.get_error(m);
	struct announce *a = arg;
	(void)unused;

	if (e && !strcmp(e->name, COLLISION))
		collided(a);
	else if (e)
		log_debug("announce: address: %s\n", e->name);
	return 0;
}

static int on_service(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	(void)unused;

	(void)is_good(arg, m, "service");
	return 0;
}

static int on_commit(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	(void)unused;

	(void)is_good(arg, m, "commit");
	return 0;
}

static int add_address(struct announce *a, int index, const struct sa *addr)
{
	char text[64];
	sd_bus_message *m;
	int err;

	(void)re_snprintf(text, sizeof(text), "%j", addr);
	err = sysbus_new(a->bus, &m, AVAHI, a->group, GROUP, "AddAddress");
	if (!err && sysbus_lib.append(m, "iiuss", (int32_t)index, (int32_t)ANY,
				      (uint32_t)NO_REVERSE, a->name, text) < 0)
		err = EPROTO;
	if (err) {
		sysbus_lib.unref(m);
		return err;
	}

	return sysbus_call(a->bus, m, on_address, a);
}

/* Whether people in the house could use it */
static bool is_useful(const struct ifaddrs *i, struct sa *addr)
{
	if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) ||
	    !network_connected(i->ifa_flags))
		return false;

	return !sa_set_sa(addr, i->ifa_addr) && !sa_is_linklocal(addr);
}

static int add_addresses(struct announce *a)
{
	struct ifaddrs *list;
	unsigned n = 0;
	struct sa addr;
	int err = 0;

	if (getifaddrs(&list))
		return errno;

	for (struct ifaddrs *i = list; i && n < ADDRS_MAX && !err;
	     i = i->ifa_next) {
		if (!is_useful(i, &addr))
			continue;
		err = add_address(a, (int)if_nametoindex(i->ifa_name), &addr);
		++n;
	}

	freeifaddrs(list);
	return err ? err : n ? 0 : ENETDOWN;
}

static int append_service(struct announce *a, sd_bus_message *m)
{
	char label[ANNOUNCE_NAME_MAX];
	int ret;

	str_ncpy(label, a->name, sizeof(label));
	label[strcspn(label, ".")] = '\0';
	ret = sysbus_lib.append(m, "iiussssq", (int32_t)ANY, (int32_t)ANY,
				(uint32_t)0, label, "_https._tcp", "",
				a->own ? "" : a->name, a->port);
	if (ret >= 0)
		ret = sysbus_lib.open_container(m, 'a', "ay");
	if (ret >= 0)
		ret = sysbus_lib.append_array(m, 'y', TXT, strlen(TXT));

	return ret < 0 ? ret : sysbus_lib.close_container(m);
}

static int add_service(struct announce *a)
{
	sd_bus_message *m;
	int err;

	err = sysbus_new(a->bus, &m, AVAHI, a->group, GROUP, "AddService");
	if (!err && append_service(a, m) < 0)
		err = EPROTO;
	if (err) {
		sysbus_lib.unref(m);
		return err;
	}

	return sysbus_call(a->bus, m, on_service, a);
}

static int commit(struct announce *a)
{
	sd_bus_message *m;
	int err;

	err = sysbus_new(a->bus, &m, AVAHI, a->group, GROUP, "Commit");
	return err ? err : sysbus_call(a->bus, m, on_commit, a);
}

static int on_group(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	struct announce *a = arg;
	const char *path;
	int err = 0;
	(void)unused;

	if (!is_good(a, m, "group"))
		return 0;
	if (sysbus_lib.read(m, "o", &path) < 0)
		return 0;

	str_ncpy(a->group, path, sizeof(a->group));
	if (!a->own)
		err = add_addresses(a);
	if (!err)
		err = add_service(a);
	if (!err)
		err = commit(a);
	if (err)
		again(a, err == ENETDOWN ? "no address" : "no memory", LATER);

	return 0;
}

static int on_group_state(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	struct announce *a = arg;
	const char *path = sysbus_lib.get_path(m), *error;
	int32_t state;
	(void)unused;

	if (!path || strcmp(path, a->group))
		return 0;
	if (sysbus_lib.read(m, "is", &state, &error) < 0)
		return 0;

	if (state == GROUP_COLLISION) {
		collided(a);
	} else if (state == GROUP_FAILURE) {
		again(a, "Avahi failed", LATER);
	} else if (state == GROUP_ESTABLISHED && !a->up) {
		a->up = true;
		a->why = "";
		log_info("announce: %H\n", announce_print, a);
	}

	return 0;
}

static int on_server_state(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	const char *error;
	int32_t state;
	(void)unused;

	if (sysbus_lib.read(m, "is", &state, &error) >= 0)
		again(arg, "Avahi changes its name", SOON);
	return 0;
}

static int on_owner(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	const char *name, *from, *to;
	(void)unused;

	if (sysbus_lib.read(m, "sss", &name, &from, &to) >= 0)
		again(arg, *to ? "Avahi starts" : "Avahi ended", SOON);
	return 0;
}

static int match_signals(struct announce *a)
{
	int err;

	err = sysbus_match(a->bus,
			   "type='signal',sender='org.freedesktop.DBus',"
			   "member='NameOwnerChanged',arg0='" AVAHI "'",
			   on_owner, a);
	if (!err) {
		err = sysbus_match(a->bus,
				   "type='signal',sender='" AVAHI "',"
				   "interface='" GROUP "',"
				   "member='StateChanged'",
				   on_group_state, a);
	}
	if (!err) {
		err = sysbus_match(a->bus,
				   "type='signal',sender='" AVAHI "',"
				   "interface='" SERVER "',"
				   "member='StateChanged'",
				   on_server_state, a);
	}

	return err;
}

/* Avahi has the addresses of the name already when it is the machine's */
static int on_host(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	struct announce *a = arg;
	sd_bus_message *next;
	const char *host;
	size_t n;
	int err;
	(void)unused;

	if (!is_good(a, m, "name of the machine"))
		return 0;
	if (sysbus_lib.read(m, "s", &host) < 0)
		return 0;

	n = strcspn(a->name, ".");
	a->own = strlen(host) == n && !strncasecmp(host, a->name, n);
	err = sysbus_new(a->bus, &next, AVAHI, "/", SERVER, "EntryGroupNew");
	if (!err)
		err = sysbus_call(a->bus, next, on_group, a);
	if (err)
		again(a, "no memory", LATER);

	return 0;
}

static int begin(struct announce *a)
{
	sd_bus_message *m;
	int err;

	err = announce_print_name(a->name, a->label, a->index);
	if (!err)
		err = sysbus_open(&a->bus, on_lost, a);
	if (err)
		return err;

	a->why = "Avahi is asked";
	err = match_signals(a);
	if (!err)
		err = sysbus_new(a->bus, &m, AVAHI, "/", SERVER, "GetHostName");

	return err ? err : sysbus_call(a->bus, m, on_host, a);
}

static void destructor(void *arg)
{
	struct announce *a = arg;

	loop_timer_cancel(&a->timer);
	mem_deref(a->links);
	mem_deref(a->bus);
}

int announce_alloc(struct announce **ap, const char *name, uint16_t port)
{
	struct announce *a;
	int err;

	a = mem_zalloc(sizeof(*a), destructor);
	if (!a)
		return ENOMEM;

	a->port = port;
	a->why = "it begins";
	loop_timer_init(&a->timer, "announce", on_timer, a);
	str_ncpy(a->label, name, sizeof(a->label));
	err = announce_print_name(a->name, name, 0);
	if (!err)
		err = linkwatch_alloc(&a->links, network_kernel(), on_links, a);
	if (err) {
		mem_deref(a);
		return err;
	}

	loop_timer_arm(&a->timer, clock_now());
	*ap = a;
	return 0;
}

int announce_print_name(char *buf, const char *name, unsigned i)
{
	char end[4] = "";
	size_t n = strlen(name);

	if (!n || n > LABEL_MAX || strchr(name, '.'))
		return EINVAL;
	if (i)
		(void)re_snprintf(end, sizeof(end), "-%u", i + 1);

	/* What is too long for a label gives way to the number */
	if (n + strlen(end) > LABEL_MAX)
		n = LABEL_MAX - strlen(end);

	return re_snprintf(buf, ANNOUNCE_NAME_MAX, "%b%s.local", name, n, end) <
			       0
		       ? EINVAL
		       : 0;
}

const char *announce_name(const struct announce *a)
{
	return a->up ? a->name : NULL;
}

int announce_print(struct re_printf *pf, const struct announce *a)
{
	enum {
		HTTPS = 443, /* RFC 9110 section 4.2.2 */
	};

	if (!a->up)
		return re_hprintf(pf, "not announced: %s", a->why);
	if (a->port == HTTPS)
		return re_hprintf(pf, "announced as %s", a->name);

	return re_hprintf(pf, "announced as %s, port %u", a->name, a->port);
}
