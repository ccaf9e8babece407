/**
 * @file tests/loop/test_network.c  Tests of network: the kernel's, on loopback
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "core/net/candidate.h"
#include "core/net/network.h"

enum {
	LIMIT = 2 * CLOCK_S, /* For one test [us] */
	BULK = 60000,	     /* Through a stream [bytes] */
	PIECE = 1000,	     /* Of a stream that does not end [bytes] */
	STREAM = 8 << 20,    /* Of which so much is read [bytes] */
	SLOW = 8192,	     /* Buffers of its socket [bytes] */
	GROWTH = 4096,	     /* What the process may grow by [KiB] */
	TEXT = 64,
};

static struct {
	struct loop_timer end;
	struct dgram *a, *b;
	struct conduit *c;
	struct mbuf *piece;
	struct sa src;
	char text[TEXT];
	unsigned received;
	size_t bytes;
	int err;
	unsigned states;
	bool free_it;
} rig;

static void on_end(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	fail_msg("nothing came");
}

static void on_signal(int sig, void *arg)
{
	(void)sig;
	(void)arg;
	loop_stop();
}

static void run(void)
{
	loop_timer_init(&rig.end, "test", on_end, NULL);
	loop_timer_arm(&rig.end, clock_now() + LIMIT);
	assert_int_equal(loop_run(on_signal, NULL), 0);
	loop_timer_cancel(&rig.end);
}

static int setup(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	return loop_init();
}

static int teardown(void **state)
{
	(void)state;
	rig.a = mem_deref(rig.a);
	rig.b = mem_deref(rig.b);
	rig.c = mem_deref(rig.c);
	rig.piece = mem_deref(rig.piece);
	loop_close();
	return 0;
}

static void on_datagram(const struct sa *src, struct mbuf *mb, uint64_t now,
			void *arg)
{
	(void)now;
	(void)arg;

	assert_int_equal(mb->pos, NETWORK_HEADROOM);
	rig.src = *src;
	(void)re_snprintf(rig.text, sizeof(rig.text), "%b", mbuf_buf(mb),
			  mbuf_get_left(mb));
	++rig.received;
	if (rig.free_it)
		rig.b = mem_deref(rig.b);
	loop_stop();
}

static void open_both(const char *addr)
{
	const struct network *n = network_kernel();
	struct sa local;

	sa_set_str(&local, addr, 0);
	assert_int_equal(network_open(&rig.a, n, &local, on_datagram, NULL), 0);
	assert_int_equal(network_open(&rig.b, n, &local, on_datagram, NULL), 0);
}

static int say(const char *text, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	int err;

	mbuf_fill(mb, ' ', size);
	memcpy(mb->buf, text, strlen(text));
	mb->pos = 0;
	err = dgram_send(rig.a, dgram_local(rig.b), mb);
	mem_deref(mb);
	return err;
}

static void test_network_carries_datagrams(void **state)
{
	static const char *const addrv[] = { "127.0.0.1", "::1" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(addrv); i++) {
		open_both(addrv[i]);
		assert_int_equal(say("hello", 5), 0);
		run();
		assert_string_equal(rig.text, "hello");
		assert_true(sa_cmp(&rig.src, dgram_local(rig.a), SA_ALL));
		rig.a = mem_deref(rig.a);
		rig.b = mem_deref(rig.b);
	}
}

static void test_network_drops_giants_and_goes_on(void **state)
{
	(void)state;

	open_both("127.0.0.1");
	assert_int_equal(say("giant", NETWORK_DATAGRAM + 1), 0);
	assert_int_equal(say("dwarf", 5), 0);
	run();
	assert_string_equal(rig.text, "dwarf");
	assert_int_equal(rig.received, 1);
}

static void test_network_socket_may_be_freed_in_its_handler(void **state)
{
	(void)state;

	open_both("127.0.0.1");
	rig.free_it = true;
	assert_int_equal(say("one", 3), 0);
	assert_int_equal(say("two", 3), 0);
	run();
	assert_null(rig.b);
	assert_int_equal(rig.received, 1);
}

static bool on_address(const struct sa *addr, void *arg)
{
	unsigned *seen = arg;

	assert_int_equal(sa_port(addr), 0);
	assert_false(sa_af(addr) == AF_INET6 && sa_is_linklocal(addr));

	/* Loopback comes last */
	if (candidate_is_loopback(addr))
		++*seen;
	else
		assert_int_equal(*seen, 0);
	return false;
}

static void test_network_lists_addresses_loopback_last(void **state)
{
	unsigned loopback = 0;
	(void)state;

	assert_int_equal(
		network_addresses(network_kernel(), on_address, &loopback), 0);
	assert_true(loopback >= 1);
}

static void on_bytes(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	rig.bytes += mbuf_get_left(mb);
	if (rig.bytes == BULK)
		loop_stop();
}

static void on_conduit(int err, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	rig.err = err;
	++rig.states;
	loop_stop();
}

static int listener(struct sa *sa)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	assert_int_equal(sa_set_sa(sa, (struct sockaddr *)&in), 0);
	return fd;
}

static void test_network_connects_and_carries_bytes(void **state)
{
	struct mbuf *mb = mbuf_alloc(BULK);
	static uint8_t buf[BULK];
	struct sa peer;
	int fd, accepted;
	size_t got = 0;
	(void)state;

	fd = listener(&peer);
	mbuf_fill(mb, 'x', BULK);
	mb->pos = 0;
	assert_int_equal(network_connect(&rig.c, network_kernel(), &peer,
					 on_bytes, on_conduit, NULL),
			 0);
	assert_int_equal(conduit_send(rig.c, mb), ENOTCONN);
	run();
	assert_int_equal(rig.err, 0);

	accepted = accept(fd, NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(conduit_send(rig.c, mb), 0);
	while (got < BULK) {
		ssize_t n = recv(accepted, buf, sizeof(buf), 0);

		assert_true(n > 0);
		got += (size_t)n;
	}

	/* And back, and the end */
	assert_int_equal(send(accepted, buf, BULK, 0), BULK);
	run();
	assert_int_equal(rig.bytes, BULK);
	close(accepted);
	run();
	assert_int_equal(rig.err, ECONNRESET);
	assert_int_equal(rig.states, 2);
	assert_int_equal(conduit_send(rig.c, mb), ENOTCONN);
	mem_deref(mb);
	close(fd);
}

static void test_network_bounds_what_waits(void **state)
{
	struct mbuf *mb = mbuf_alloc(BULK);
	unsigned taken = 0;
	struct sa peer;
	int fd, err;
	(void)state;

	fd = listener(&peer);
	mbuf_fill(mb, 'x', BULK);
	mb->pos = 0;
	assert_int_equal(network_connect(&rig.c, network_kernel(), &peer,
					 on_bytes, on_conduit, NULL),
			 0);
	run();
	do {
		err = conduit_send(rig.c, mb);
	} while (!err && ++taken < 1000);
	assert_int_equal(err, ENOBUFS);
	mem_deref(mb);
	close(fd);
}

static long peak(void)
{
	struct rusage u;

	assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
	assert_true(u.ru_maxrss > 0);
	return u.ru_maxrss; /* [KiB] */
}

static void fill(void)
{
	while (!conduit_send(rig.c, rig.piece))
		;
}

/* The peer reads some, and as much as there is room for is sent */
static void on_slow_peer(int flags, uint64_t now, void *arg)
{
	static uint8_t buf[SLOW / 2];
	const int *fd = arg;
	ssize_t n = recv(*fd, buf, sizeof(buf), 0);
	(void)flags;
	(void)now;

	assert_true(n > 0);
	rig.bytes += (size_t)n;
	fill();
	if (rig.bytes >= STREAM)
		loop_stop();
}

static void test_network_makes_room_for_what_was_sent(void **state)
{
	struct loop_watch *watch;
	int fd, next, accepted, size = SLOW;
	struct sa peer;
	long before;
	(void)state;

	/* What waits is more than the sockets take: never empty */
	fd = listener(&peer);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	next = dup(fd); /* The number of the next one */
	close(next);
	assert_int_equal(network_connect(&rig.c, network_kernel(), &peer,
					 on_bytes, on_conduit, NULL),
			 0);
	assert_int_equal(
		setsockopt(next, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
		0);
	run();
	accepted = accept(fd, NULL, NULL);
	assert_int_equal(loop_watch_alloc(&watch, "test: peer", accepted,
					  LOOP_READ, on_slow_peer, &accepted),
			 0);

	rig.piece = mbuf_alloc(PIECE);
	mbuf_fill(rig.piece, 'x', PIECE);
	rig.piece->pos = 0;
	fill();
	before = peak();
	run();
	assert_in_range(peak() - before, 0, GROWTH);
	mem_deref(watch);
	close(accepted);
	close(fd);
}

static void test_network_tells_of_a_refused_connection(void **state)
{
	struct sa peer;
	(void)state;

	close(listener(&peer));
	assert_int_equal(network_connect(&rig.c, network_kernel(), &peer,
					 on_bytes, on_conduit, NULL),
			 0);
	run();
	assert_int_equal(rig.err, ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_network_carries_datagrams,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_network_drops_giants_and_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_network_socket_may_be_freed_in_its_handler, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_network_lists_addresses_loopback_last, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_network_connects_and_carries_bytes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_network_bounds_what_waits,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_network_makes_room_for_what_was_sent, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_network_tells_of_a_refused_connection, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
