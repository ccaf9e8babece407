/**
 * @file tests/loop/test_server.c  Stream as the page's server
 *
 * Over the kernel's loopback: our own client, openssl's, and peers that do
 * not mean well. What is measured is printed.
 */
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "tests/support/memory.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "tests/loop/support/host.h"

enum {
	BIG = 200 * 1000,    /* Under what a stream queues [bytes]       */
	MEMORY_STEPS = 500,  /* Tries without memory ...                 */
	MEMORY_STRIDE = 101, /* ... so many allocations apart; a prime   */
};

static bool got_big(void)
{
	return host.c.closed || host.c.got == BIG;
}

static void test_server_and_client_talk(void **state)
{
	static const char *const addrv[] = { "127.0.0.1", "::1" };
	static uint8_t big[BIG];
	struct sa local;
	char text[512];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(addrv); i++) {
		uint64_t start;

		host_begin(addrv[i]);
		start = clock_now();
		host_dial(addrv[i]);
		host_run(host_both_up);
		assert_string_equal(host.c.reason, "");
		print_message("up after %u us\n",
			      (unsigned)(clock_now() - start));

		memset(big, 'x', sizeof(big));
		big[BIG - 1] = 'z';
		assert_int_equal(stream_send(host.c.s, big, sizeof(big)), 0);
		host_run(got_big);
		assert_int_equal(host.c.last, 'z');
		assert_int_equal(stream_local(host.visitorv[0].s, &local), 0);
		assert_true(
			sa_cmp(&local, listener_local(host.lis, 0), SA_ALL));
		(void)re_snprintf(text, sizeof(text), "%H", stream_print,
				  host.visitorv[0].s);
		assert_non_null(strstr(text, "TLSv1."));
		print_message("%s\n", text);

		/* The client goes: the server is told, and the other way */
		host.c.s = mem_deref(host.c.s);
		host_run(host_visitor_closed);
		assert_int_equal(host.visitorv[0].err, ECONNRESET);
		assert_string_equal(host.visitorv[0].reason,
				    "closed by the client");
		host_end();
	}
}

static void test_server_says_goodbye(void **state)
{
	(void)state;

	host_begin("127.0.0.1");
	host_dial("127.0.0.1");
	host_run(host_both_up);
	host.visitorv[0].s = mem_deref(host.visitorv[0].s);
	host_run(host_client_closed);
	assert_int_equal(host.c.err, ECONNRESET);
	assert_non_null(strstr(host.c.reason, "closed by the server"));
	host.c.s = mem_deref(host.c.s);
	host_end();
}

static void test_server_may_do_without_tls(void **state)
{
	static uint8_t big[BIG];
	(void)state;

	host_begin("127.0.0.1");
	host.plain = true;
	host_dial("127.0.0.1");
	host_run(host_both_up);
	assert_int_equal(stream_send(host.c.s, big, sizeof(big)), 0);
	host_run(got_big);
	host.c.s = mem_deref(host.c.s);
	host_run(host_visitor_closed);
	assert_string_equal(host.visitorv[0].reason, "client closed");
	host_end();

	/* What comes before it is up is not lost, and not early */
	host_begin("127.0.0.1");
	host.plain = host.leaving = true;
	{
		int fd = host_knock();

		assert_int_equal(send(fd, "hello", 5, 0), 5);
		host_run(host_one_came);
		while (!host.visitorv[0].got)
			(void)host_run_for(host_visitor_closed, CLOCK_MS);
		assert_true(host.visitorv[0].up);
		(void)close(fd);
	}
	host_end();
}

static void test_server_is_trusted_by_name_only(void **state)
{
	(void)state;

	host_begin("127.0.0.1");
	host_dial("localhost");
	host_run(host_both_up);
	assert_string_equal(host.c.reason, "");
	host.c.s = mem_deref(host.c.s);
	host_end();

	host_begin("127.0.0.2"); /* Not an address of the certificate */
	host_dial("127.0.0.2");
	host_run(host_client_closed);
	assert_int_equal(host.c.err, EACCES);
	assert_non_null(strstr(host.c.reason, "not for 127.0.0.2"));
	host.c.s = mem_deref(host.c.s);
	host_run(host_visitor_closed);
	assert_true(host.visitorv[0].err == EPROTO ||
		    host.visitorv[0].err == ECONNRESET);
	print_message("%s\n", host.visitorv[0].reason);
	host_end();
}

/* What is not TLS, and what is too much of it */
static void test_server_survives_other_protocols(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t size;
	} casev[] = {
		{ "HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27 },
		{ "a record of 64 kB", "\x16\x03\x01\xff\xff\x01\x00\xff\xff",
		  9 },
		{ "an alert", "\x15\x03\x03\x00\x02\x02\x28", 7 },
		{ "SSL 2", "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11 },
		{ "data", "\x17\x03\x03\x00\x01x", 6 },
		{ "an empty hello", "\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9 },
		{ "an empty record", "\x16\x03\x01\x00\x00", 5 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		int fd;

		host_begin("127.0.0.1");
		fd = host_knock();
		assert_int_equal(send(fd, casev[i].bytes, casev[i].size, 0),
				 casev[i].size);
		(void)shutdown(fd, SHUT_WR);
		host_run(host_visitor_closed);
		print_message("%s: %s\n", casev[i].name,
			      host.visitorv[0].reason);
		assert_true(host.visitorv[0].err);
		assert_false(host.visitorv[0].up);
		(void)close(fd);
		host_end();
	}
}

static bool two_closed(void)
{
	return host.visitorv[0].closed && host.visitorv[1].closed;
}

/* Ten seconds for the handshake, whether one says nothing or says it slowly */
static void test_server_waits_ten_seconds_for_a_handshake(void **state)
{
	static const uint8_t hello[] = { 0x16, 0x03, 0x01, 0x01, 0x00 };
	uint64_t start = clock_now();
	int silent, slow;
	(void)state;

	host_begin("127.0.0.1");
	silent = host_knock();
	slow = host_knock();
	for (size_t i = 0; i < sizeof(hello) && !two_closed(); i++) {
		(void)send(slow, hello + i, 1, MSG_NOSIGNAL);
		(void)host_run_for(two_closed, 2 * CLOCK_S);
	}
	host_run(two_closed);
	assert_true(clock_now() - start < 11 * CLOCK_S);
	assert_true(clock_now() - start >= STREAM_SETUP_MAX);
	assert_int_equal(host.visitorv[0].err, ETIMEDOUT);
	assert_int_equal(host.visitorv[1].err, ETIMEDOUT);
	assert_non_null(strstr(host.visitorv[1].reason, "takes too long"));
	(void)close(silent);
	(void)close(slow);
	host_end();
}

static void test_server_drops_a_client_that_does_not_read(void **state)
{
	static uint8_t big[BIG];
	int err = 0;
	(void)state;

	host_begin("127.0.0.1");
	host.plain = true;
	{
		int fd = host_knock();

		while (!host.visitorv[0].up)
			(void)host_run_for(host_visitor_closed, CLOCK_MS);
		for (unsigned i = 0; i < 1000 && !err; i++)
			err = stream_send(host.visitorv[0].s, big, sizeof(big));
		assert_int_equal(err, ENOBUFS);
		host_run(host_visitor_closed);
		assert_int_equal(host.visitorv[0].err, ENOBUFS);
		assert_string_equal(host.visitorv[0].reason,
				    "client does not read");
		(void)close(fd);
	}
	host_end();
}

/* What a browser and others of their kind see. @return its status */
static int openssl(const char *options, char *out, size_t size)
{
	char cmd[512];
	size_t n = 0;
	ssize_t k;
	FILE *p;

	(void)re_snprintf(cmd, sizeof(cmd),
			  "echo x | timeout 9 openssl s_client -ign_eof "
			  "-connect 127.0.0.1:%u %s 2>&1",
			  sa_port(listener_local(host.lis, 0)), options);
	p = popen(cmd, "re");
	assert_non_null(p);
	for (;;) {
		struct pollfd pfd = { .fd = fileno(p), .events = POLLIN };

		(void)host_run_for(host_never, CLOCK_MS);
		if (!poll(&pfd, 1, 0))
			continue;
		k = read(fileno(p), out + n, size - 1 - n);
		if (k <= 0)
			break;
		n += (size_t)k;
	}
	out[n] = '\0';

	return pclose(p);
}

static void test_server_pleases_openssl(void **state)
{
	char out[32768], options[256], session[64];
	int status;
	(void)state;

	(void)re_snprintf(session, sizeof(session), "%s/session", host.dir);
	host_begin("127.0.0.1");
	host.leaving = true; /* So that it ends when it has said something */
	(void)re_snprintf(options, sizeof(options),
			  "-CAfile %s -verify_ip 127.0.0.1 -servername door "
			  "-verify_return_error -alpn h2,http/1.1 "
			  "-sess_out %s",
			  pagecert_file(host.cert), session);
	status = openssl(options, out, sizeof(out));
	if (strstr(out, "not found")) {
		host_end();
		skip();
	}
	assert_int_equal(status, 0);
	assert_non_null(strstr(out, "ALPN protocol: http/1.1"));
	assert_non_null(strstr(out, "Verify return code: 0"));
	assert_non_null(strstr(out, "New, TLSv1."));

	/* The session is taken up again, which costs no signature */
	(void)re_snprintf(options, sizeof(options), "-sess_in %s", session);
	assert_int_equal(openssl(options, out, sizeof(out)), 0);
	assert_non_null(strstr(out, "Reused, TLSv1."));

	/* What is too old, or of no use */
	assert_int_not_equal(
		openssl("-tls1_1 -cipher ALL:@SECLEVEL=0", out, sizeof(out)),
		0);
	assert_int_not_equal(
		openssl("-tls1_2 -cipher AES128-SHA", out, sizeof(out)), 0);
	assert_int_not_equal(openssl("-alpn h2", out, sizeof(out)), 0);
	(void)unlink(session);
	host_end();
}

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		++n;
	(void)closedir(d);
	return n;
}

static void come_and_go(unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		int fd;

		host_begin("127.0.0.1");
		host.leaving = i % 2;
		host_dial("127.0.0.1");
		host_run(i % 3 ? host_both_up : host_one_came);
		fd = host_knock();
		if (host.c.up)
			(void)stream_send(host.c.s, (const uint8_t *)"x", 1);
		if (i % 4 == 3 && host.leaving && host.c.up)
			host_run(host_client_closed);
		host.c.s = mem_deref(host.c.s);
		host_end();
		(void)close(fd);
	}
}

static void test_server_leaks_nothing(void **state)
{
	unsigned fds = descriptors();
	size_t blocks;
	(void)state;

	come_and_go(12);
	blocks = memory_blocks(); /* 0 with a sanitizer, which looks too */
	come_and_go(24);
	assert_int_equal(descriptors(), fds);
	assert_int_equal(memory_blocks(), blocks);
}

static bool either(void)
{
	return host_both_up() || host.visitorv[0].closed;
}

/* Some allocation fails, each in its turn; it may be the client's, too */
static void test_server_survives_without_memory(void **state)
{
	unsigned up = 0, down = 0;
	bool failed = true;
	(void)state;

	for (long n = 0; n < MEMORY_STEPS && failed; n++) {
		host_begin("127.0.0.1");
		host_dial("127.0.0.1");
		memory_fail_after(n * MEMORY_STRIDE, true);
		if (host_run_for(either, CLOCK_S / 2) && host.c.up)
			++up;
		else
			++down;
		failed = memory_failed();
		memory_fail_after(-1, false);
		host.c.s = mem_deref(host.c.s);
		host_end();
	}
	print_message("%u up, %u not\n", up, down);
	assert_true(up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_and_client_talk),
		cmocka_unit_test(test_server_says_goodbye),
		cmocka_unit_test(test_server_may_do_without_tls),
		cmocka_unit_test(test_server_is_trusted_by_name_only),
		cmocka_unit_test(test_server_survives_other_protocols),
		cmocka_unit_test(test_server_waits_ten_seconds_for_a_handshake),
		cmocka_unit_test(test_server_drops_a_client_that_does_not_read),
		cmocka_unit_test(test_server_pleases_openssl),
		cmocka_unit_test(test_server_leaks_nothing),
		cmocka_unit_test(test_server_survives_without_memory),
	};
	int n;

	if (loop_init() || host_open())
		return 1;
	log_set_level(LOG_LEVEL_WARNING + 1);
	n = cmocka_run_group_tests(tests, NULL, NULL);
	host_close();
	loop_close();
	return n;
}
