/**
 * @file tests/loop/test_flow.c  The flow against a real server on loopback
 *
 * TCP, TLS and WebSocket through the kernel. Random waits are zero, so that
 * nothing here takes long.
 */
#include <dirent.h>
#include <sys/random.h>
#include "tests/unit/test.h"
#include "tests/support/memory.h"
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "tests/loop/support/flowtest.h"

static struct pki ca, cert;
static struct flowtest t;
static struct wsserver server;

/* Eight bytes are a random wait: the least */
static void least(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	if (n == sizeof(uint64_t))
		memset(p, 0, n);
	else
		assert_int_equal(getrandom(p, n, 0), n);
}

static void begin(enum wsserver_mode mode, const char *hosts)
{
	memset(&server, 0, sizeof(server));
	server.mode = mode;
	server.cert = &cert;
	wsserver_start(&server, "127.0.0.1");
	flowtest_init(&t, hosts, &ca);
}

static void end(void)
{
	flowtest_free(&t);
	wsserver_stop(&server);
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

static bool has_closed(const struct flowtest *u)
{
	return u->state == FLOW_IDLE && u->told[FLOW_IDLE];
}

static void test_flow_comes_up_and_carries_messages(void **state)
{
	static char big[100000];
	uint64_t start = clock_now();
	char text[512];
	struct sa local;
	(void)state;

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u/ws?a=b", server.port);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);
	print_message("up after %u us\n", (unsigned)(clock_now() - start));
	assert_int_equal(t.told[FLOW_CONNECTING], 1);
	assert_non_null(strstr(server.request, "GET /ws?a=b HTTP/1.1\r\n"));
	assert_int_equal(flow_local(t.f, &local), 0);
	assert_true(sa_is_loopback(&local) && sa_port(&local));

	flowtest_say(&t, "OPTIONS sip:a SIP/2.0\r\n\r\n", 1);
	assert_string_equal(t.text, "OPTIONS sip:a SIP/2.0\r\n\r\n");
	memset(big, 'x', sizeof(big) - 1);
	flowtest_say(&t, big, 2);
	assert_string_equal(t.text, big);

	/* A time of the server's, however odd, disturbs nothing */
	flow_set_timer(t.f, 0, clock_now());
	flow_set_timer(t.f, UINT32_MAX, clock_now());
	flow_set_timer(t.f, 1, clock_now());
	(void)re_snprintf(text, sizeof(text), "%H", flow_print, t.f);
	assert_non_null(strstr(text, "TLSv1."));
	assert_non_null(strstr(text, "rx=2 tx=2"));
	end();
}

static bool has_three(const struct flowtest *u)
{
	return u->messages == 3;
}

static void test_flow_joins_fragments_and_answers_crlf(void **state)
{
	(void)state;

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	for (size_t i = 0; i < 3; i++)
		wsserver_send(&server, "INVITE sip:b SIP/2.0\r\n\r\n", i * 5);
	flowtest_run(&t, has_three);
	assert_string_equal(t.text, "INVITE sip:b SIP/2.0\r\n\r\n");
	assert_int_equal(server.messages, 0);

	/* Ping of RFC 5626: the echo of its pong is nothing either */
	wsserver_send(&server, "\r\n\r\n", 0);
	flowtest_say(&t, "x", 4);
	assert_int_equal(server.messages, 2);
	end();
}

static void test_flow_takes_frames_behind_the_upgrade(void **state)
{
	(void)state;

	begin(WSSERVER_EAGER, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	flowtest_say(&t, "x", 2);
	assert_string_equal(t.text, "x");
	end();
}

static void test_flow_goes_without_tls_only_when_allowed(void **state)
{
	char reason[FLOW_REASON_MAX];
	const char *url = "ws://sip.test";
	struct flow_params prm = { .urlv = &url, .urlc = 1 };
	(void)state;

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	server.cert = NULL;
	flowtest_start(&t, "ws://sip.test:%u/", server.port);
	flowtest_settle(&t);
	flowtest_say(&t, "x", 1);
	prm.resolver = t.resolver;
	assert_int_equal(flow_alloc(&t.f, &prm, NULL, NULL, NULL, reason),
			 EPERM);
	assert_non_null(strstr(reason, "insecure"));
	url = "wss://u:p@sip.test";
	assert_int_equal(flow_alloc(&t.f, &prm, NULL, NULL, NULL, reason),
			 EINVAL);
	assert_non_null(strstr(reason, "user"));
	end();
}

static void test_flow_tries_urls_and_addresses_in_turn(void **state)
{
	struct wsserver wrong = { .mode = WSSERVER_GOOD };
	struct pki other;
	(void)state;

	/* Nothing listens on ::1 and 127.0.0.3; TLS fails on 127.0.0.2 */
	begin(WSSERVER_GOOD, "::1 sip.test\n127.0.0.3 sip.test other.test\n"
			     "127.0.0.2 sip.test\n127.0.0.1 sip.test\n");
	pki_make(&other, &(struct pki_params){ .san = "D:sip.test" });
	wrong.cert = &other;
	wrong.port = server.port;
	wsserver_start(&wrong, "127.0.0.2");
	flowtest_start(&t,
		       "wss://nowhere.invalid:%u wss://other.test:%u "
		       "wss://sip.test:%u",
		       server.port);
	resolver_set_servers(t.resolver, NULL, 0);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);
	assert_non_null(strstr(flow_url(t.f), "sip.test"));
	assert_int_equal(wrong.accepted, 1);
	assert_int_equal(t.told[FLOW_CONNECTING], 3);
	end();
	wsserver_stop(&wrong);
	pki_free(&other);
}

static void test_flow_comes_back_after_a_loss(void **state)
{
	(void)state;

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	wsserver_drop(&server);
	flowtest_until(&t, FLOW_DOWN);
	assert_int_equal(t.err, ECONNRESET);
	flowtest_until(&t, FLOW_UP);
	flowtest_say(&t, "x", 1);

	/* Lost again so soon: this time it waits; and is told to hurry */
	wsserver_drop(&server);
	flowtest_until(&t, FLOW_DOWN);
	assert_true(flow_retry_due(t.f) > clock_now() + 10 * CLOCK_S);
	flow_restart(t.f, "network changed", true, clock_now());
	flowtest_until(&t, FLOW_UP);
	flow_restart(t.f, "network changed", true, clock_now());
	flowtest_until(&t, FLOW_DOWN);
	assert_string_equal(t.reason, "network changed");
	flowtest_until(&t, FLOW_UP);
	assert_int_equal(server.accepted, 4);

	/* The server is gone */
	wsserver_stop(&server);
	flow_restart(t.f, "network changed", true, clock_now());
	flowtest_until(&t, FLOW_FAILED);
	assert_non_null(strstr(t.reason, "cannot connect to 127.0.0.1:"));
	assert_true(flow_retry_due(t.f) > clock_now() + 10 * CLOCK_S);
	end();
}

static void test_flow_closes_in_order(void **state)
{
	(void)state;

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	flow_close(t.f, clock_now());
	flowtest_run(&t, has_closed);
	assert_string_equal(server.close, "peer closed: 1000 ");
	assert_int_equal(t.told[FLOW_DOWN] + t.told[FLOW_FAILED], 0);
	end();

	/* Before it is up, and while it waits */
	begin(WSSERVER_SILENT, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_until(&t, FLOW_CONNECTING);
	flow_close(t.f, clock_now());
	flowtest_run(&t, has_closed);
	end();

	begin(WSSERVER_SLAM, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_until(&t, FLOW_FAILED);
	flow_close(t.f, clock_now());
	flowtest_run(&t, has_closed);
	assert_true(flow_retry_due(t.f) == CLOCK_NEVER);
	end();
}

static void test_flow_refuses_bad_servers(void **state)
{
	(void)state;

	begin(WSSERVER_NO_PROTO, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_FAILED);
	assert_int_equal(t.err, EPROTO);
	assert_non_null(strstr(t.reason, "subprotocol sip"));
	end();

	begin(WSSERVER_BUSY, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	assert_non_null(strstr(t.reason, "503 Busy"));
	assert_true(flow_retry_due(t.f) > clock_now() + 110 * CLOCK_S);
	end();

	/* TLS to a server without */
	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	server.cert = NULL;
	server.mode = WSSERVER_SLAM;
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_FAILED);
	end();
}

static void test_flow_drops_a_server_that_does_not_read(void **state)
{
	struct mbuf *mb = mbuf_alloc(60000);
	unsigned i;
	int err = 0;
	(void)state;

	mbuf_fill(mb, 'x', 60000);
	mb->pos = 0;
	begin(WSSERVER_DEAF, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	for (i = 0; i < 1000 && !err; i++)
		err = flow_send(t.f, mb);
	assert_int_equal(err, ENOBUFS);
	assert_int_equal(flow_send(t.f, mb), ENOTCONN);
	assert_int_equal(t.state, FLOW_UP);
	flowtest_until(&t, FLOW_DOWN);
	assert_int_equal(t.err, ENOBUFS);
	mem_deref(mb);
	end();
}

/* Up, and silent: lost by a question only, and made anew without waiting */
static void test_flow_asks_a_silent_server_and_comes_back(void **state)
{
	uint64_t asked;
	(void)state;

	begin(WSSERVER_DEAF, "127.0.0.1 sip.test\n");
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);
	asked = clock_now();
	assert_true(flow_probe(t.f, asked));
	assert_true(flow_probe(t.f, asked));
	flowtest_until(&t, FLOW_DOWN);
	assert_int_equal(t.err, ETIMEDOUT);
	assert_in_range(clock_now() - asked, FLOW_PATIENCE, 2 * FLOW_PATIENCE);
	assert_true(t.due <= clock_now());
	server.mode = WSSERVER_GOOD;
	flowtest_until(&t, FLOW_CONNECTING);
	assert_false(flow_probe(t.f, clock_now()));
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);

	/* This one answers: nothing happens */
	assert_true(flow_probe(t.f, clock_now()));
	flowtest_say(&t, "x", 1);
	assert_int_equal(t.told[FLOW_DOWN], 1);
	end();
}

static bool is_freed(const struct flowtest *u)
{
	return !u->f;
}

static void test_flow_may_be_freed_in_any_handler(void **state)
{
	static const enum flow_state atv[] = { FLOW_CONNECTING, FLOW_UP,
					       FLOW_DOWN, FLOW_FAILED };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(atv); i++) {
		begin(atv[i] == FLOW_FAILED ? WSSERVER_NO_PROTO
					    : WSSERVER_EAGER,
		      "127.0.0.1 sip.test\n");
		t.free_at = atv[i];
		flowtest_start(&t, "wss://sip.test:%u", server.port);
		if (atv[i] != FLOW_CONNECTING)
			flowtest_settle(&t);
		if (atv[i] == FLOW_DOWN)
			wsserver_drop(&server);
		flowtest_run(&t, is_freed);
		end();
	}

	begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
	t.free_on_recv = true;
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	wsserver_send(&server, "one", 0);
	wsserver_send(&server, "two", 0);
	flowtest_run(&t, is_freed);
	assert_int_equal(t.messages, 1);
	end();
}

static void come_and_go(unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		begin(WSSERVER_GOOD, "127.0.0.1 sip.test\n");
		flowtest_start(&t, "wss://sip.test:%u", server.port);
		if (i % 4)
			flowtest_settle(&t);
		if (i % 4 == 2)
			wsserver_drop(&server);
		if (i % 4 == 3)
			flow_close(t.f, clock_now());
		end();
	}
}

static void test_flow_leaks_nothing(void **state)
{
	unsigned fds = descriptors();
	size_t blocks;
	(void)state;

	come_and_go(4);
	blocks = memory_blocks(); /* 0 with a sanitizer, which looks too */
	come_and_go(20);
	assert_int_equal(descriptors(), fds);
	assert_int_equal(memory_blocks(), blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow_comes_up_and_carries_messages),
		cmocka_unit_test(test_flow_joins_fragments_and_answers_crlf),
		cmocka_unit_test(test_flow_takes_frames_behind_the_upgrade),
		cmocka_unit_test(test_flow_goes_without_tls_only_when_allowed),
		cmocka_unit_test(test_flow_tries_urls_and_addresses_in_turn),
		cmocka_unit_test(test_flow_comes_back_after_a_loss),
		cmocka_unit_test(test_flow_closes_in_order),
		cmocka_unit_test(test_flow_refuses_bad_servers),
		cmocka_unit_test(test_flow_drops_a_server_that_does_not_read),
		cmocka_unit_test(test_flow_asks_a_silent_server_and_comes_back),
		cmocka_unit_test(test_flow_may_be_freed_in_any_handler),
		cmocka_unit_test(test_flow_leaks_nothing),
	};
	int n;

	if (loop_init())
		return 1;
	log_set_level(LOG_LEVEL_WARNING);
	entropy_set_source(least, NULL);
	pki_make(&ca, &(struct pki_params){ .cn = "Test CA", .ca = true });
	pki_make(&cert,
		 &(struct pki_params){ .san = "D:sip.test", .issuer = &ca });
	n = cmocka_run_group_tests(tests, NULL, NULL);
	pki_free(&cert);
	pki_free(&ca);
	loop_close();
	return n;
}
