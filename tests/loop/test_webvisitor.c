/**
 * @file tests/loop/test_webvisitor.c  Those who take their time at the page
 *
 * Big files to slow readers, through a socket that is full; and guests who
 * fall silent, for whom time is made to pass.
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/webserver.h"
#include "tests/loop/support/webguest.h"

enum {
	BIG = 12 << 20, /* More than the kernel takes on loopback */
	MINUTE = 60 * CLOCK_S,
};

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

static uint8_t big[BIG];
static const struct webfile filev[] = {
	{ "/", "text/html", "a-1", false, (const uint8_t *)"page", 4 },
	{ "/big", "text/plain", "a-2", false, big, sizeof(big) },
	{ NULL, NULL, NULL, false, NULL, 0 },
};

static struct webserver *server;
static struct webguest guest;
static struct webconn *conn;
static unsigned ended;
static int end_err;
static size_t total;

static void on_end(int err, const char *reason, uint64_t now, void *arg)
{
	(void)reason;
	(void)now;
	(void)arg;

	++ended;
	end_err = err;
}

static void on_open(struct webconn *c, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	conn = mem_ref(c);
	webconn_set_handlers(c, NULL, on_end, NULL);
}

static int setup(void **state)
{
	struct webserver_params prm = { .listenc = 1,
					.filev = filev,
					.openh = on_open };
	char reason[WEBSERVER_REASON_MAX];
	struct sa sa;
	(void)state;

	ended = 0;
	total = 0;
	assert_int_equal(sa_set_str(&sa, "127.0.0.1", 0), 0);
	prm.listenv = &sa;
	assert_int_equal(webserver_alloc(&server, &prm, reason), 0);
	webguest_connect(&guest, webserver_port(server));
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	loop_virtual_end();
	webguest_close(&guest);
	conn = mem_deref(conn);
	server = mem_deref(server);
	return 0;
}

/* Whether something is in what the server prints of itself */
static bool prints(const char *what)
{
	char text[1024];

	(void)re_snprintf(text, sizeof(text), "%H", webserver_print, server);
	return strstr(text, what);
}

static bool is_stuck(void)
{
	return prints(" writing requests=1") && !prints("queued=0 ");
}

static bool is_answered(void)
{
	webguest_read(&guest);
	return strstr(guest.in, "\r\n\r\npage");
}

static bool has_all(void)
{
	for (unsigned i = 0; i < 64; i++) {
		webguest_read(&guest);
		if (!total) {
			const char *end = strstr(guest.in, "\r\n\r\n");

			total += end ? (size_t)(guest.in + guest.inc - end) - 4
				     : 0;
		} else {
			total += guest.inc;
		}
		webguest_forget(&guest);
	}

	return total >= BIG;
}

static void test_webvisitor_sends_big_files_to_slow_readers(void **state)
{
	(void)state;

	webguest_text(&guest, GET("/big"));
	webguest_run(is_stuck);
	webguest_run(has_all);
	assert_int_equal(total, BIG);
	webguest_text(&guest, GET("/"));
	webguest_run(is_answered);
}

static bool has_left(void *arg)
{
	(void)arg;

	return !prints("127.0.0.1:") || (!prints("silent") && !prints("up "));
}

/* Run on, in virtual time, until nobody is there; how long that took [s] */
static unsigned leaves_after(void)
{
	uint64_t start = clock_now();

	loop_virtual_run(start + MINUTE, has_left, NULL);
	assert_true(has_left(NULL));
	return (unsigned)((clock_now() - start + CLOCK_S / 2) / CLOCK_S);
}

static bool is_silent(void)
{
	return prints("\nsilent 127.0.0.1:");
}

static void test_webvisitor_drops_who_says_nothing(void **state)
{
	(void)state;

	webguest_run(is_silent);
	assert_in_range(leaves_after(), 9, 10);
}

static bool is_reading(void)
{
	return prints(" reading requests=0");
}

static void test_webvisitor_drops_who_does_not_finish(void **state)
{
	(void)state;

	webguest_text(&guest, "GET / HT");
	webguest_run(is_reading);
	assert_in_range(leaves_after(), 9, 10);
}

static void test_webvisitor_drops_who_has_no_more_to_ask(void **state)
{
	(void)state;

	webguest_text(&guest, GET("/"));
	webguest_run(is_answered);
	assert_in_range(leaves_after(), 4, 5);
}

static void test_webvisitor_drops_who_does_not_take_his_file(void **state)
{
	(void)state;

	webguest_text(&guest, GET("/big"));
	webguest_run(is_stuck);
	assert_in_range(leaves_after(), 28, 30);
}

static bool has_conn(void)
{
	webguest_read(&guest);
	return conn && strstr(guest.in, "\r\n\r\n");
}

static bool has_ended(void *arg)
{
	(void)arg;

	return ended;
}

static void test_webconn_ends_who_answers_no_ping(void **state)
{
	uint64_t start;
	(void)state;

	webguest_upgrade(&guest, "");
	webguest_run(has_conn);
	webguest_forget(&guest);
	start = clock_now();
	loop_virtual_run(start + MINUTE, has_ended, NULL);
	assert_int_equal(ended, 1);
	assert_int_equal(end_err, ETIMEDOUT);
	assert_in_range(clock_now() - start, 34 * CLOCK_S, 41 * CLOCK_S);
	webguest_read(&guest);
	assert_int_equal((uint8_t)guest.in[0], 0x89);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_webvisitor_sends_big_files_to_slow_readers),
		T(test_webvisitor_drops_who_says_nothing),
		T(test_webvisitor_drops_who_does_not_finish),
		T(test_webvisitor_drops_who_has_no_more_to_ask),
		T(test_webvisitor_drops_who_does_not_take_his_file),
		T(test_webconn_ends_who_answers_no_ping),
	};
	int err;

	log_set_level(LOG_LEVEL_WARNING);
	memset(big, 'y', sizeof(big));
	if (loop_init())
		return 1;

	err = cmocka_run_group_tests(tests, NULL, NULL);
	loop_close();
	return err;
}
