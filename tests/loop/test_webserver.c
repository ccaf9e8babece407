/**
 * @file tests/loop/test_webserver.c  The page's server through real sockets
 *
 * On loopback and without TLS, so that guests can be as bad as they like;
 * with TLS in test_webserver_tls.c.
 */
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/webserver.h"
#include "tests/loop/support/webguest.h"

enum {
	GUESTS = 12,
};

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

static const struct webfile filev[] = {
	{ "/", "text/html", "a-1", false, (const uint8_t *)"page", 4 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};

static struct webserver *server;
static struct webguest gv[GUESTS];
static struct webconn *connv[GUESTS]; /* In the order of their opening    */
static unsigned opened, messages, ended;
static int end_err;
static char last[1024];
static unsigned descriptors;
static bool refuse, echo, drop_in_open, drop_in_recv;
static unsigned wanted;
static uint64_t start;

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct webconn **slot = arg;
	(void)now;

	++messages;
	(void)re_snprintf(last, sizeof(last), "%b", mbuf_buf(mb),
			  mbuf_get_left(mb));
	if (echo)
		assert_int_equal(webconn_send(*slot, mb), 0);
	if (drop_in_recv)
		*slot = mem_deref(*slot);
}

static void on_end(int err, const char *reason, uint64_t now, void *arg)
{
	struct webconn **slot = arg;
	(void)now;

	++ended;
	end_err = err;
	str_ncpy(last, reason, sizeof(last));
	*slot = mem_deref(*slot);
}

static void on_open(struct webconn *c, uint64_t now, void *arg)
{
	struct webconn **slot = &connv[opened++];
	(void)now;
	(void)arg;

	if (refuse)
		return;
	*slot = mem_ref(c);
	webconn_set_handlers(c, on_recv, on_end, slot);
	if (drop_in_open)
		server = mem_deref(server);
}

static int setup(void **state)
{
	static const char *const namev[] = { "door", NULL };
	struct webserver_params prm = {
		.listenc = 1, .namev = namev, .filev = filev, .openh = on_open
	};
	char reason[WEBSERVER_REASON_MAX];
	struct sa sa;
	(void)state;

	memset(gv, 0, sizeof(gv));
	opened = messages = ended = 0;
	refuse = drop_in_open = drop_in_recv = false;
	echo = true;
	descriptors = webguest_descriptors();
	assert_int_equal(sa_set_str(&sa, "127.0.0.1", 0), 0);
	prm.listenv = &sa;
	assert_int_equal(webserver_alloc(&server, &prm, reason), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	for (unsigned i = 0; i < GUESTS; i++) {
		webguest_close(&gv[i]);
		connv[i] = mem_deref(connv[i]);
	}
	server = mem_deref(server);
	return webguest_descriptors() == descriptors ? 0 : -1;
}

static void join(unsigned i)
{
	webguest_connect(&gv[i], webserver_port(server));
}

static bool is_answered(void)
{
	const char *end;

	for (unsigned i = 0; i < GUESTS; i++)
		webguest_read(&gv[i]);

	end = strstr(gv[0].in, "\r\n\r\n");
	return end && end[4];
}

static void ask(const char *text)
{
	webguest_forget(&gv[0]);
	webguest_text(&gv[0], text);
	webguest_run(is_answered);
}

static bool has_opened(void)
{
	for (unsigned i = 0; i < GUESTS; i++)
		webguest_read(&gv[i]);
	return opened >= wanted && strstr(gv[wanted - 1].in, "\r\n\r\n");
}

/* A guest who has a WebSocket, and has read the answer to the upgrade */
static void enter(unsigned i)
{
	join(i);
	webguest_upgrade(&gv[i], "");
	wanted = i + 1;
	webguest_run(has_opened);
	webguest_forget(&gv[i]);
}

static bool has_messages(void)
{
	for (unsigned i = 0; i < GUESTS; i++)
		webguest_read(&gv[i]);
	return messages >= wanted && (!echo || gv[0].inc);
}

static bool has_ended(void)
{
	for (unsigned i = 0; i < GUESTS; i++)
		webguest_read(&gv[i]);
	return ended >= wanted;
}

static bool is_closed(void)
{
	webguest_read(&gv[0]);
	return gv[0].closed;
}

static void test_webserver_serves_the_page_again_and_again(void **state)
{
	(void)state;

	join(0);
	for (unsigned i = 0; i < 3; i++) {
		ask(GET("/"));
		assert_memory_equal(gv[0].in, "HTTP/1.1 200 OK\r\n", 17);
		assert_non_null(strstr(gv[0].in, "\r\n\r\npage"));
	}
	assert_int_equal(webserver_set_info(server, "{\"a\":1}"), 0);
	ask(GET("/board.json"));
	assert_non_null(strstr(gv[0].in, "\r\n\r\n{\"a\":1}"));
	ask("GET / HTTP/1.1\r\nHost: door.local:8443\r\n\r\n");
	assert_memory_equal(gv[0].in, "HTTP/1.1 200 OK\r\n", 17);
	ask("GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
	assert_memory_equal(gv[0].in, "HTTP/1.1 421 ", 13);
}

static void test_webserver_makes_websockets(void **state)
{
	struct mbuf *mb = mbuf_alloc(1);
	(void)state;

	join(0);
	webguest_upgrade(&gv[0], "Origin: https://localhost\r\n");
	webguest_frame(&gv[0], 0x81, "early");
	wanted = 1;
	webguest_run(has_opened);
	webguest_run(has_messages);
	assert_string_equal(last, "early");
	assert_true(sa_is_loopback(webconn_peer(connv[0])));

	/* Keep-alive of RFC 5626: the pong is no message for the owner */
	webguest_forget(&gv[0]);
	webguest_frame(&gv[0], 0x81, "\r\n\r\n");
	webguest_run(has_messages);
	assert_int_equal(messages, 1);
	assert_memory_equal(gv[0].in, "\x81\x02\r\n", 4);

	/* The owner closes; the peer answers; that is the end */
	(void)mbuf_write_str(mb, "x");
	webconn_close(connv[0], FRAMES_GOING_AWAY, "bye", clock_now());
	assert_int_equal(webconn_send(connv[0], mb), ENOTCONN);
	webconn_close(connv[0], FRAMES_GOING_AWAY, "bye", clock_now());
	mem_deref(mb);
	webguest_frame(&gv[0], 0x88, "\x03\xe9");
	webguest_run(has_ended);
	assert_int_equal(end_err, 0);
	webguest_run(is_closed);
	assert_memory_equal(gv[0].in + 4,
			    "\x88\x05\x03\xe9"
			    "bye",
			    7);
}

static void test_webserver_says_when_a_peer_is_gone(void **state)
{
	(void)state;

	enter(0);
	webguest_close(&gv[0]);
	wanted = 1;
	webguest_run(has_ended);
	assert_int_equal(end_err, ECONNRESET);

	enter(1);
	webguest_frame(&gv[1], 0x83, "no such frame");
	wanted = 2;
	webguest_run(has_ended);
	assert_int_equal(end_err, EPROTO);
}

static void test_webserver_refuses_other_pages_and_places(void **state)
{
	static const char *const originv[] = {
		"Origin: https://evil.test\r\n",
		"Origin: https://localhost:8443\r\n",
		"Origin: http://localhost\r\n",
		"Origin: null\r\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(originv); i++) {
		join(0);
		webguest_upgrade(&gv[0], originv[i]);
		webguest_run(is_answered);
		assert_memory_equal(gv[0].in, "HTTP/1.1 403 ", 13);
		webguest_close(&gv[0]);
	}
	assert_int_equal(opened, 0);
}

static void test_webserver_displaces_strangers_only(void **state)
{
	(void)state;

	for (unsigned i = 0; i < WEBSERVER_CONNS_MAX; i++)
		enter(i);
	webconn_trust(connv[0]);
	assert_true(webconn_is_trusted(connv[0]));
	enter(WEBSERVER_CONNS_MAX);
	wanted = 1;
	webguest_run(has_ended);
	assert_int_equal(end_err, EBUSY);
	assert_null(connv[1]); /* The oldest but for the trusted one */
	assert_non_null(connv[0]);
	assert_memory_equal(gv[1].in, "\x88\x0a\x03\xf5too many", 12);

	for (unsigned i = 0; i <= WEBSERVER_CONNS_MAX; i++) {
		if (connv[i])
			webconn_trust(connv[i]);
	}
	webguest_close(&gv[0]);
	wanted = 2;
	webguest_run(has_ended);
	enter(WEBSERVER_CONNS_MAX + 1); /* There is a place again */
	webconn_trust(connv[WEBSERVER_CONNS_MAX + 1]);
	join(0);
	webguest_upgrade(&gv[0], "");
	webguest_run(is_answered);
	assert_memory_equal(gv[0].in, "HTTP/1.1 503 ", 13);
	webguest_run(is_closed);
	assert_int_equal(ended, 2);
}

/* Whoever opens many stands in his own way, not in that of others */
static void test_webserver_displaces_where_most_come_from(void **state)
{
	(void)state;

	enter(0);
	for (unsigned i = 1; i <= WEBSERVER_CONNS_MAX + 1; i++) {
		webguest_connect_from(&gv[i], webserver_port(server),
				      "127.0.0.2");
		webguest_upgrade(&gv[i], "");
		wanted = i + 1;
		webguest_run(has_opened);
	}
	wanted = 2;
	webguest_run(has_ended);
	assert_non_null(connv[0]);
	assert_null(connv[1]);
	assert_null(connv[2]);
}

/* All but the last two take a place and say little or nothing */
static void test_webserver_lets_the_slow_wait_for_no_one(void **state)
{
	(void)state;

	for (unsigned i = 1; i <= WEBSERVER_VISITORS_MAX; i++) {
		join(i);
		webguest_text(&gv[i], "GET / HT");
	}
	start = clock_now();
	join(0);
	ask(GET("/"));
	assert_non_null(strstr(gv[0].in, "\r\n\r\npage"));
	assert_true(clock_now() - start < 4 * CLOCK_S);

	/* Now there is an idle one, who makes place at once */
	join(WEBSERVER_VISITORS_MAX + 1);
	webguest_text(&gv[WEBSERVER_VISITORS_MAX + 1], "GET / HT");
	start = clock_now();
	webguest_run(is_closed);
	assert_true(clock_now() - start < 2 * CLOCK_S);
}

static void test_webserver_answers_what_is_malformed(void **state)
{
	static char huge[20000];
	(void)state;

	memset(huge, 'x', sizeof(huge));
	join(0);
	(void)webguest_say(&gv[0], "GET /", 5);
	(void)webguest_say(&gv[0], huge, sizeof(huge));
	webguest_run(is_closed);
	webguest_close(&gv[0]);

	join(0);
	webguest_text(&gv[0], "\x16\x03\x01\x02\r\n\r\n");
	webguest_run(is_closed);
	assert_memory_equal(gv[0].in, "HTTP/1.1 400 ", 13);
	webguest_close(&gv[0]);

	join(0);
	webguest_text(&gv[0], "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
	webguest_run(is_closed);
	assert_memory_equal(gv[0].in, "HTTP/1.1 405 ", 13);
}

static void test_webserver_ends_who_does_not_read(void **state)
{
	struct mbuf *mb = mbuf_alloc(FRAMES_MESSAGE_MAX);
	int err = 0;
	(void)state;

	enter(0);
	gv[0].deaf = true;
	(void)mbuf_fill(mb, 'x', 60000);
	mb->pos = 0;
	for (unsigned i = 0; i < 1000 && !err; i++)
		err = webconn_send(connv[0], mb);
	assert_int_equal(err, ENOBUFS);
	wanted = 1;
	webguest_run(has_ended);
	assert_int_equal(end_err, ENOBUFS);
	mem_deref(mb);
}

static uint8_t frames[700];

static bool is_flooded(void)
{
	webguest_read(&gv[0]);
	webguest_forget(&gv[0]);
	(void)webguest_say(&gv[0], frames, sizeof(frames));
	return clock_now() - start > 1500 * CLOCK_MS;
}

static void test_webserver_reads_a_flood_slowly(void **state)
{
	char text[1024];
	(void)state;

	for (size_t i = 0; i < sizeof(frames); i += 7)
		memcpy(frames + i, "\x81\x81\0\0\0\0x", 7);
	enter(0);
	echo = false;
	start = clock_now();
	webguest_run(is_flooded);
	print_message("%u messages\n", messages);
	assert_in_range(messages, 500, 2000); /* Of 100 a millisecond */
	(void)re_snprintf(text, sizeof(text), "%H", webserver_print, server);
	assert_null(strstr(text, "held=0"));
	assert_non_null(strstr(text, "held="));
	assert_int_equal(ended, 0);
}

static void test_webserver_closes_what_nobody_wants(void **state)
{
	(void)state;

	refuse = true;
	join(0);
	webguest_upgrade(&gv[0], "");
	webguest_run(is_closed);
	assert_non_null(strstr(gv[0].in, "HTTP/1.1 101 "));
	assert_non_null(strstr(gv[0].in, "\r\n\r\n\x88\x02\x03\xe9"));
}

static void test_webserver_may_be_freed_in_its_handlers(void **state)
{
	struct webguest *g = &gv[1];
	(void)state;

	join(1); /* A visitor at that time */
	drop_in_open = true;
	enter(0);
	assert_null(server);
	webguest_frame(&gv[0], 0x81, "still there");
	wanted = 1;
	webguest_run(has_messages);
	assert_string_equal(last, "still there");

	drop_in_recv = true;
	echo = false;
	webguest_frame(&gv[0], 0x81, "one");
	webguest_frame(&gv[0], 0x81, "two");
	webguest_run(is_closed);
	assert_int_equal(messages, 2);
	assert_int_equal(ended, 0);
	webguest_close(g);
}

/* Messages that came right behind the upgrade, of which he wants only one */
static void test_webserver_stops_when_its_owner_has_gone(void **state)
{
	(void)state;

	drop_in_recv = true;
	echo = false;
	join(0);
	webguest_upgrade(&gv[0], "");
	for (unsigned i = 0; i < 3; i++)
		webguest_frame(&gv[0], 0x81, "early");
	webguest_run(is_closed);
	assert_int_equal(messages, 1);
	assert_int_equal(ended, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_webserver_serves_the_page_again_and_again),
		T(test_webserver_makes_websockets),
		T(test_webserver_says_when_a_peer_is_gone),
		T(test_webserver_refuses_other_pages_and_places),
		T(test_webserver_displaces_strangers_only),
		T(test_webserver_displaces_where_most_come_from),
		T(test_webserver_lets_the_slow_wait_for_no_one),
		T(test_webserver_answers_what_is_malformed),
		T(test_webserver_ends_who_does_not_read),
		T(test_webserver_reads_a_flood_slowly),
		T(test_webserver_closes_what_nobody_wants),
		T(test_webserver_may_be_freed_in_its_handlers),
		T(test_webserver_stops_when_its_owner_has_gone),
	};
	int err;

	log_set_level(LOG_LEVEL_WARNING);
	if (loop_init())
		return 1;

	err = cmocka_run_group_tests(tests, NULL, NULL);
	loop_close();
	return err;
}
