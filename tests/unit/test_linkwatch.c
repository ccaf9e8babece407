/**
 * @file tests/unit/test_linkwatch.c  Linkwatch, homes, netlink's messages
 */
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include "core/base/loop.h"
#include "core/net/homes.h"
#include "core/net/linkwatch.h"
#include "core/net/netlink.h"
#include "tests/unit/test.h"

enum {
	MANY = 20,
};

/* A network of addresses only */
static struct {
	const char *addrv[4];
	network_changed_h *h;
	void *arg;
} sys;

static unsigned told;

static int list(const struct network *n, network_address_h *h, void *arg)
{
	struct sa sa;
	(void)n;

	for (unsigned i = 0; i < ARRAY_SIZE(sys.addrv) && sys.addrv[i]; i++) {
		assert_int_equal(sa_set_str(&sa, sys.addrv[i], 0), 0);
		if (h(&sa, arg))
			break;
	}

	return 0;
}

static int watch(void **wp, const struct network *n, network_changed_h *h,
		 void *arg)
{
	(void)n;

	*wp = NULL;
	sys.h = h;
	sys.arg = arg;
	return 0;
}

static const struct network net = { .addressesh = list, .watchh = watch };

static void changed_handler(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	++told;
}

static struct linkwatch *begin(void)
{
	struct linkwatch *l;

	told = 0;
	memset(&sys, 0, sizeof(sys));
	sys.addrv[0] = "10.0.0.1";
	sys.addrv[1] = "127.0.0.1";
	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(linkwatch_alloc(&l, &net, changed_handler, NULL), 0);
	return l;
}

static void pass(uint64_t us)
{
	loop_virtual_run(clock_now() + us, NULL, NULL);
}

static void end(struct linkwatch *l)
{
	mem_deref(l);
	loop_virtual_end();
}

static void test_linkwatch_tells_a_burst_once(void **state)
{
	struct linkwatch *l = begin();
	(void)state;

	sys.addrv[0] = "10.0.0.2";
	for (unsigned i = 0; i < MANY; i++) {
		sys.h(false, clock_now(), sys.arg);
		pass(CLOCK_MS);
	}
	assert_int_equal(told, 0);
	pass(LINKWATCH_WAIT);
	assert_int_equal(told, 1);
	pass(10 * CLOCK_S);
	assert_int_equal(told, 1);
	end(l);
}

static void test_linkwatch_is_silent_when_all_is_as_before(void **state)
{
	struct linkwatch *l = begin();
	(void)state;

	sys.h(false, clock_now(), sys.arg);
	pass(CLOCK_S);
	assert_int_equal(told, 0);

	/* There and back within the wait */
	sys.addrv[0] = "10.0.0.2";
	sys.h(false, clock_now(), sys.arg);
	sys.addrv[0] = "10.0.0.1";
	sys.h(false, clock_now(), sys.arg);
	pass(CLOCK_S);
	assert_int_equal(told, 0);
	end(l);
}

static void test_linkwatch_tells_of_the_default_route(void **state)
{
	struct linkwatch *l = begin();
	(void)state;

	sys.h(true, clock_now(), sys.arg);
	pass(CLOCK_S);
	assert_int_equal(told, 1);
	end(l);
}

static void test_linkwatch_needs_a_network_that_tells(void **state)
{
	static const struct network still = { .addressesh = list };
	struct linkwatch *l;
	(void)state;

	assert_int_equal(linkwatch_alloc(&l, &still, changed_handler, NULL),
			 ENOTSUP);
}

static void test_homes_know_their_addresses(void **state)
{
	struct linkwatch *l = begin();
	struct sa sa;
	(void)state;

	assert_int_equal(sa_set_str(&sa, "10.0.0.1", 5060), 0);
	assert_true(homes_has(&net, &sa));
	assert_int_equal(sa_set_str(&sa, "10.0.0.2", 5060), 0);
	assert_false(homes_has(&net, &sa));
	assert_int_equal(sa_set_str(&sa, "fe80::1", 5060), 0);
	assert_true(homes_has(&net, &sa));
	end(l);
}

/* As the kernel has them, IFF_RUNNING after the first packets */
static void test_network_is_connected_before_it_is_called_running(void **state)
{
	static const struct {
		unsigned flags;
		bool connected;
	} v[] = {
		{ IFF_UP | IFF_LOWER_UP | IFF_RUNNING, true },
		{ IFF_UP | IFF_LOWER_UP, true },
		{ IFF_UP | IFF_RUNNING, false }, /* The cable is pulled */
		{ IFF_UP, false },
		{ IFF_LOWER_UP, false },
		{ IFF_UP | IFF_LOWER_UP | IFF_DORMANT, false },
		{ 0, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		assert_int_equal(network_connected(v[i].flags), v[i].connected);
}

static size_t message(uint8_t *p, uint16_t type, uint8_t dst_len, uint8_t table,
		      uint8_t kind)
{
	const struct rtmsg r = { .rtm_dst_len = dst_len,
				 .rtm_table = table,
				 .rtm_type = kind };
	const struct nlmsghdr h = { .nlmsg_len = NLMSG_LENGTH(sizeof(r)),
				    .nlmsg_type = type };

	memcpy(p, &h, sizeof(h));
	memcpy(p + NLMSG_HDRLEN, &r, sizeof(r));
	return NLMSG_SPACE(sizeof(r));
}

static void test_netlink_knows_the_default_route(void **state)
{
	uint8_t data[256];
	size_t n;
	(void)state;

	n = message(data, RTM_NEWROUTE, 24, RT_TABLE_MAIN, RTN_UNICAST);
	assert_false(netlink_is_default(data, n));
	n += message(data + n, RTM_DELROUTE, 0, RT_TABLE_LOCAL, RTN_UNICAST);
	n += message(data + n, RTM_NEWROUTE, 0, RT_TABLE_MAIN, RTN_UNREACHABLE);
	n += message(data + n, RTM_NEWADDR, 0, RT_TABLE_MAIN, RTN_UNICAST);
	assert_false(netlink_is_default(data, n));
	n += message(data + n, RTM_DELROUTE, 0, RT_TABLE_MAIN, RTN_UNICAST);
	assert_true(netlink_is_default(data, n));

	/* Cut anywhere, and with a length of zero */
	while (n--)
		(void)netlink_is_default(data, n);
	memset(data, 0, sizeof(data));
	assert_false(netlink_is_default(data, sizeof(data)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linkwatch_tells_a_burst_once),
		cmocka_unit_test(
			test_linkwatch_is_silent_when_all_is_as_before),
		cmocka_unit_test(test_linkwatch_tells_of_the_default_route),
		cmocka_unit_test(test_linkwatch_needs_a_network_that_tells),
		cmocka_unit_test(test_homes_know_their_addresses),
		cmocka_unit_test(
			test_network_is_connected_before_it_is_called_running),
		cmocka_unit_test(test_netlink_knows_the_default_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
