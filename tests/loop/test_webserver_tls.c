/**
 * @file tests/loop/test_webserver_tls.c  The page's server through TLS
 *
 * With a certificate of the board's own, and our flow as the browser that
 * was told to trust it.
 */
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/pagecert.h"
#include "core/net/webserver.h"
#include "tests/support/memory.h"
#include "tests/loop/support/flowtest.h"
#include "tests/loop/support/webguest.h"

static struct flowtest t;
static struct pagecert *cert;
static struct webserver *server;
static struct webconn *conn;
static struct webguest guest;
static char folder[64];
static unsigned ended;
static int end_err;

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	(void)webconn_send(conn, mb); /* Who waits for it sees it */
}

static void on_end(int err, const char *reason, uint64_t now, void *arg)
{
	(void)reason;
	(void)now;
	(void)arg;

	++ended;
	end_err = err;
	conn = mem_deref(conn);
}

static void on_open(struct webconn *c, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	conn = mem_ref(c);
	webconn_set_handlers(c, on_recv, on_end, NULL);
}

static void begin(void)
{
	struct pagecert_params cprm = { .state = folder };
	struct webserver_params prm = { .listenc = 1, .openh = on_open };
	char reason[PAGECERT_REASON_MAX];
	struct sa sa;

	str_ncpy(folder, "/tmp/boardphone-test-XXXXXX", sizeof(folder));
	assert_non_null(mkdtemp(folder));
	cprm.wall = clock_wall() / CLOCK_S;
	assert_int_equal(pagecert_alloc(&cert, &cprm, reason), 0);
	assert_int_equal(sa_set_str(&sa, "127.0.0.1", 0), 0);
	prm.listenv = &sa;
	prm.cert = cert;
	assert_int_equal(webserver_alloc(&server, &prm, reason), 0);
	flowtest_init(&t, "127.0.0.1 localhost\n", NULL);
	str_ncpy(t.ca, pagecert_file(cert), sizeof(t.ca));
	ended = 0;
}

static void end(void)
{
	flowtest_free(&t);
	conn = mem_deref(conn);
	server = mem_deref(server);
	cert = mem_deref(cert);
	assert_int_equal(rmdir(folder), 0);
}

static bool has_ended(void)
{
	return ended > 0;
}

static void test_webserver_talks_to_a_phone(void **state)
{
	static char big[100000];
	char text[1024];
	(void)state;

	begin();
	flowtest_start(&t, "wss://localhost:%u/sip", webserver_port(server));
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);
	flowtest_say(&t, "OPTIONS sip:a SIP/2.0\r\n\r\n", 1);
	assert_string_equal(t.text, "OPTIONS sip:a SIP/2.0\r\n\r\n");
	memset(big, 'x', sizeof(big) - 1);
	flowtest_say(&t, big, 2);
	assert_string_equal(t.text, big);
	(void)re_snprintf(text, sizeof(text), "%H", webserver_print, server);
	assert_non_null(strstr(text, "upgraded=1 "));
	assert_non_null(strstr(text, "TLSv1."));

	flow_close(t.f, clock_now());
	webguest_run(has_ended);
	assert_int_equal(end_err, 0);
	end();
}

static void test_webserver_takes_a_phone_over_its_address(void **state)
{
	(void)state;

	begin();
	flowtest_start(&t, "wss://127.0.0.1:%u/sip", webserver_port(server));
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_UP);
	webconn_close(conn, FRAMES_GOING_AWAY, "bye", clock_now());
	webguest_run(has_ended);
	assert_int_equal(end_err, 0);
	flowtest_until(&t, FLOW_DOWN);
	end();
}

static bool is_closed(void)
{
	webguest_read(&guest);
	return guest.closed;
}

/* Who types an address without https */
static void test_webserver_sends_who_speaks_http_to_https(void **state)
{
	(void)state;

	begin();
	webguest_connect(&guest, webserver_port(server));
	webguest_text(&guest,
		      "GET /x HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n\r\n");
	webguest_run(is_closed);
	assert_memory_equal(guest.in, "HTTP/1.1 307 ", 13);
	assert_non_null(
		strstr(guest.in, "\r\nLocation: https://127.0.0.1:8443/\r\n"));
	assert_null(strstr(guest.in, "Strict-Transport-Security"));
	webguest_close(&guest);

	webguest_connect(&guest, webserver_port(server));
	webguest_text(&guest, "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
	webguest_run(is_closed);
	assert_memory_equal(guest.in, "HTTP/1.1 421 ", 13);
	webguest_close(&guest);

	webguest_connect(&guest, webserver_port(server));
	webguest_upgrade(&guest, "");
	webguest_run(is_closed);
	assert_memory_equal(guest.in, "HTTP/1.1 307 ", 13);
	webguest_close(&guest);
	end();
}

static void test_webserver_closes_what_is_no_tls(void **state)
{
	static const char *const v[] = {
		"\x16\x03\x01\x7f\xff\x01",
		"\x16\x03\x01\x01\x01\xff a hello that is none",
		"\x80\x2e\x01\x03\x01 an old hello\r\n\r\n",
	};
	char junk[300];
	(void)state;

	begin();
	memset(junk, 'x', sizeof(junk));
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		webguest_connect(&guest, webserver_port(server));
		webguest_text(&guest, v[i]);
		(void)webguest_say(&guest, junk, sizeof(junk));
		webguest_run(is_closed);
		webguest_close(&guest);
	}
	end();
}

static bool is_over(void)
{
	webguest_read(&guest);
	return guest.closed || strstr(guest.in, "\r\n\r\n");
}

/* A guest who asks for a file, then for a WebSocket, then says something */
static void whole_life(uint16_t port)
{
	webguest_connect(&guest, port);
	webguest_text(&guest, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	webguest_run(is_over);
	if (!guest.closed) {
		webguest_forget(&guest);
		webguest_upgrade(&guest, "");
		webguest_run(is_over);
	}
	if (!guest.closed) {
		webguest_frame(&guest, 0x81, "hello");
		webguest_frame(&guest, 0x88, "\x03\xe8");
		webguest_run(is_closed);
	}
	webguest_close(&guest);
}

/* With a server of its own, whose listener has seen nobody yet */
static bool lives_without(long n, bool once)
{
	struct webserver_params prm = { .listenc = 1, .openh = on_open };
	char reason[WEBSERVER_REASON_MAX];
	bool failed;
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, "127.0.0.1", 0), 0);
	prm.listenv = &sa;
	assert_int_equal(webserver_alloc(&server, &prm, reason), 0);
	memory_fail_after(n, once);
	whole_life(webserver_port(server));
	failed = memory_failed();
	memory_fail_after(-1, false);
	conn = mem_deref(conn);
	whole_life(webserver_port(server));
	conn = mem_deref(conn);
	server = mem_deref(server);
	return failed;
}

static void test_webserver_survives_without_memory(void **state)
{
	bool some = true, one = true;
	size_t before;
	(void)state;

	(void)lives_without(-1, false);
	before = memory_blocks();
	for (long n = 0; some || one; n++) {
		some = lives_without(n, false);
		one = lives_without(n, true);
		assert_int_equal(memory_blocks(), before);
		assert_true(n < 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_webserver_talks_to_a_phone),
		cmocka_unit_test(test_webserver_takes_a_phone_over_its_address),
		cmocka_unit_test(test_webserver_sends_who_speaks_http_to_https),
		cmocka_unit_test(test_webserver_closes_what_is_no_tls),
		cmocka_unit_test(test_webserver_survives_without_memory),
	};
	int err;

	log_set_level(LOG_LEVEL_WARNING + 1);
	if (loop_init())
		return 1;

	err = cmocka_run_group_tests(tests, NULL, NULL);
	loop_close();
	return err;
}
