/**
 * @file tests/loop/test_link.c  A call follows the kernel's network
 *
 *     phone 0 - kernel, namespace 0 - veth pair - namespace 1 - phone 1
 *
 * Two whole phones of this process, each in a network namespace that is made
 * here and ends with the process. Needs root; skipped where that is not to
 * be had. Takes the kernel's time.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/candidate.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	BACK = 3 * CLOCK_S, /* SECURITY row 40 */
	LOOK = 20 * CLOCK_MS,
	PACKETS = 40,
	ROUNDS = 3,
	COMMAND_MAX = 256,
};

/* A network of the kernel in a namespace */
struct spot {
	struct network net; /* First: what others see */
	int fd;
};

static struct spot spotv[RIG_PHONES];
static int home = -1;
static bool able;

static const struct spot *enter(const struct network *n)
{
	const struct spot *s = (const struct spot *)(const void *)n;

	assert_int_equal(setns(s->fd, CLONE_NEWNET), 0);
	return s;
}

static int leave(int err)
{
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	return err;
}

static int spot_open(struct dgram **dp, const struct network *n,
		     const struct sa *local, dgram_recv_h *h, void *arg)
{
	(void)enter(n);
	return leave(network_open(dp, network_kernel(), local, h, arg));
}

static int spot_addresses(const struct network *n, network_address_h *h,
			  void *arg)
{
	(void)enter(n);
	return leave(network_addresses(network_kernel(), h, arg));
}

static int spot_watch(void **wp, const struct network *n, network_changed_h *h,
		      void *arg)
{
	(void)enter(n);
	return leave(network_watch(wp, network_kernel(), h, arg));
}

/* Run a command of ip(8) there. @return whether it was done */
static bool ip(unsigned i, const char *words)
{
	char text[COMMAND_MAX];
	int status;

	(void)re_snprintf(text, sizeof(text), "ip %s >/dev/null 2>&1", words);
	(void)enter(&spotv[i].net);
	status = system(text);
	(void)leave(0);
	return status == 0;
}

static bool make_spot(struct spot *s)
{
	const struct network net = {
		.openh = spot_open,
		.addressesh = spot_addresses,
		.watchh = spot_watch,
	};

	s->net = net;
	if (unshare(CLONE_NEWNET))
		return false;

	s->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	(void)leave(0);
	return s->fd >= 0;
}

static bool make_link(void)
{
	char words[COMMAND_MAX];

	(void)re_snprintf(words, sizeof(words),
			  "link add v0 type veth peer name v1 netns "
			  "/proc/%d/fd/%d",
			  (int)getpid(), spotv[1].fd);
	return ip(0, words) && ip(0, "addr add 10.9.0.1/24 dev v0") &&
	       ip(1, "addr add 10.9.0.2/24 dev v1") &&
	       ip(0, "link set v0 up") && ip(1, "link set v1 up");
}

static int setup(void **state)
{
	(void)state;

	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	able = home >= 0 && make_spot(&spotv[0]) && make_spot(&spotv[1]) &&
	       make_link();
	if (!able)
		print_message("no network namespace can be made here: it "
			      "takes root and ip(8)\n");
	return loop_init();
}

static int teardown(void **state)
{
	(void)state;

	loop_close();
	return 0;
}

static bool has_address(const struct sa *addr, void *arg)
{
	bool *found = arg;

	*found = !candidate_is_loopback(addr);
	return *found;
}

static bool is_linked(unsigned i)
{
	bool found = false;

	assert_int_equal(network_addresses(&spotv[i].net, has_address, &found),
			 0);
	return found;
}

static void establish(void)
{
	const struct network *const netv[] = { &spotv[0].net, &spotv[1].net };

	rig_use(netv);
	rig_start(1, NULL);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(
			rig_wait(i, "m_stream_audio_remote_added", WAIT));
	rig_run(CLOCK_S);
}

static void end(void)
{
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
	rig_use(NULL);
}

static unsigned received(unsigned i)
{
	json_t *js = rig_stats(i);
	int n = -1;

	assert_int_equal(json_unpack(js, "{s:{s:{s:{s:i}}}}", "media", "audio",
				     "received", "packets", &n),
			 0);
	json_decref(js);
	return (unsigned)n;
}

/* Sound comes in, at both, before the time is over. 50 packets are a second */
static void assert_sound(uint64_t us)
{
	unsigned goal[] = { received(0) + PACKETS, received(1) + PACKETS };
	uint64_t begun = clock_now();

	while ((received(0) < goal[0] || received(1) < goal[1]) &&
	       clock_now() < begun + us)
		rig_run(LOOK);

	print_message("%u packets after %u ms\n", PACKETS,
		      (unsigned)((clock_now() - begun) / CLOCK_MS));
	assert_true(received(0) >= goal[0] && received(1) >= goal[1]);
}

/* Not when the kernel says that it is running, up to a second later: who has
   a connection by then calls */
static void test_link_has_its_address_once_packets_flow(void **state)
{
	(void)state;

	if (!able)
		skip();

	for (unsigned round = 0; round < ROUNDS; round++) {
		assert_true(is_linked(0) && is_linked(1));
		assert_true(ip(0, "link set v0 down"));
		assert_false(is_linked(0) || is_linked(1));
		assert_true(ip(0, "link set v0 up"));
	}
	assert_true(ip(1, "link set v1 down"));
	assert_false(is_linked(0) || is_linked(1));
	assert_true(ip(1, "link set v1 up"));
	assert_true(is_linked(0) && is_linked(1));
}

static void test_link_gets_another_address_in_a_call(void **state)
{
	(void)state;

	if (!able)
		skip();

	establish();
	assert_sound(BACK);
	assert_true(ip(0, "addr del 10.9.0.1/24 dev v0"));
	assert_true(ip(0, "addr add 10.9.0.3/24 dev v0"));
	exchange_lose(0);
	assert_sound(BACK);
	assert_int_equal(exchange_stats()->reinvites, 1);
	end();
}

static void test_link_loses_its_cable_in_a_call(void **state)
{
	(void)state;

	if (!able)
		skip();

	establish();
	assert_true(ip(1, "link set v1 down"));
	rig_run(2 * CLOCK_S);
	assert_true(ip(1, "link set v1 up"));
	assert_sound(BACK);
	assert_int_equal(exchange_stats()->reinvites, 0);
	/* Both asked their server, by the silence, and not often */
	assert_in_range(exchange_stats()->probes, 2, 4);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_has_its_address_once_packets_flow),
		cmocka_unit_test(test_link_gets_another_address_in_a_call),
		cmocka_unit_test(test_link_loses_its_cable_in_a_call),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
