/**
 * @file tests/unit/test_control.c  Tests of the control socket
 *
 * With a real socket on this machine, in the real loop; the commands that are
 * used need no phone.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "app/control.h"

enum {
	PATIENCE = 5 * CLOCK_S,
	POLL = CLOCK_MS,
	ANSWER_MAX = 1 << 20,
	USER_ONLY = 0600,
	GROUP_TOO = 0660,
	MODE_MASK = 0777,
};

struct fixture {
	char path[64];
	struct commands_context ctx;
	struct event_bus *events;
	struct control *control;
	unsigned quits;
	struct loop_timer timer;
	uint64_t until;
	bool (*done)(struct fixture *f);

	/* The client that is looked at */
	int fd;
	bool closed;
	size_t n;
	char text[ANSWER_MAX];
};

static struct fixture f;

static void on_quit(void *arg)
{
	++((struct fixture *)arg)->quits;
}

static void hear(void)
{
	ssize_t n;

	while (f.fd >= 0 && !f.closed && f.n + 1 < sizeof(f.text)) {
		n = recv(f.fd, f.text + f.n, sizeof(f.text) - 1 - f.n,
			 MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			break;
		f.closed = n <= 0;
		f.n += n > 0 ? (size_t)n : 0;
	}
	f.text[f.n] = '\0';
}

static void on_timer(uint64_t now, void *arg)
{
	(void)arg;

	if (f.done(&f) || now > f.until)
		loop_stop();
	else
		loop_timer_arm(&f.timer, now + POLL);
}

static void run(bool (*done)(struct fixture *f))
{
	f.done = done;
	f.until = clock_now() + PATIENCE;
	loop_timer_init(&f.timer, "test", on_timer, NULL);
	loop_timer_arm(&f.timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_true(done(&f));
}

static int dial(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	str_ncpy(un.sun_path, f.path, sizeof(un.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

static void say(const char *text)
{
	size_t n = strlen(text);

	f.n = 0;
	f.text[0] = '\0';
	assert_int_equal(send(f.fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

static bool exited(struct fixture *x)
{
	hear();
	return strstr(x->text, "{\"exit\":") != NULL;
}

static bool closed(struct fixture *x)
{
	hear();
	return x->closed;
}

/* Without reading a byte */
static bool hung_up(struct fixture *x)
{
	struct pollfd p = { .fd = x->fd };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

static int setup(void **state)
{
	(void)state;

	memset(&f, 0, sizeof(f));
	f.fd = -1;
	(void)re_snprintf(f.path, sizeof(f.path), "/tmp/test_control.%d",
			  (int)getpid());
	f.ctx.quith = on_quit;
	f.ctx.arg = &f;
	assert_int_equal(loop_init(), 0);
	assert_int_equal(event_bus_alloc(&f.events), 0);
	assert_int_equal(
		control_alloc(&f.control, f.path, USER_ONLY, &f.ctx, f.events),
		0);
	f.fd = dial();
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	if (f.fd >= 0)
		(void)close(f.fd);
	mem_deref(f.control);
	mem_deref(f.events);
	assert_int_not_equal(access(f.path, F_OK), 0);
	loop_close();
	return 0;
}

static void test_control_answers_commands(void **state)
{
	(void)state;

	say("{\"command\":[\"help\",\"call\"],\"json\":false}\n");
	run(exited);
	assert_non_null(strstr(f.text, "call somebody"));
	assert_non_null(strstr(f.text, "{\"exit\":0}\n"));
	say("{\"command\":[\"jump\"],\"json\":true}\n");
	run(exited);
	assert_non_null(strstr(f.text, "no such command"));
	assert_null(strstr(f.text, "{\"exit\":0}"));
	say("{\"command\":[\"quit\"]}\n");
	run(exited);
	assert_int_equal(f.quits, 1);

	/* In pieces, and two at once */
	say("{\"command\":[\"he");
	say("lp\"]}\n{\"command\":[\"help\",\"\\u00e9\"]}\n");
	run(exited);
	assert_non_null(strstr(f.text, "{\"exit\":0}\n"));
}

static void test_control_refuses_what_is_no_request(void **state)
{
	static const char *const badv[] = {
		"\n",
		"garbage\n",
		"{}\n",
		"{\"command\":[]}\n",
		"{\"command\":\"help\"}\n",
		"{\"command\":[1]}\n",
		"{\"command\":[\"help\",null]}\n",
		"{\"command\":[\"a\\u0000b\"]}\n",
		"{\"command\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
		"\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]"
		"}"
		"\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		say(badv[i]);
		run(exited);
		assert_string_equal(f.text, "{\"exit\":22}\n");
	}
}

static void test_control_drops_who_sends_too_much(void **state)
{
	char line[CONTROL_REQUEST + 4096];
	(void)state;

	memset(line, ' ', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	say(line);
	run(closed);
}

static void test_control_is_for_one_phone_and_some_clients(void **state)
{
	struct control *other;
	struct stat st;
	int fdv[CONTROL_CLIENTS];
	(void)state;

	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & MODE_MASK, USER_ONLY);
	assert_int_equal(
		control_alloc(&other, f.path, USER_ONLY, &f.ctx, f.events),
		EADDRINUSE);

	/* One is there already: the last of these is one too many */
	for (size_t i = 0; i < ARRAY_SIZE(fdv); i++) {
		say("{\"command\":[\"help\"]}\n");
		run(exited);
		fdv[i] = dial();
	}
	(void)close(f.fd);
	f.fd = fdv[ARRAY_SIZE(fdv) - 1];
	run(closed);
	for (size_t i = 0; i + 1 < ARRAY_SIZE(fdv); i++)
		(void)close(fdv[i]);
}

static void test_control_takes_over_what_a_dead_phone_left(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)state;

	f.control = mem_deref(f.control);
	str_ncpy(un.sun_path, f.path, sizeof(un.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	(void)close(fd);
	assert_int_equal(
		control_alloc(&f.control, f.path, GROUP_TOO, &f.ctx, f.events),
		0);
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & MODE_MASK, GROUP_TOO);
}

static bool listening(struct fixture *x)
{
	event_emit(x->events, EVENT_STATS, NULL, 0, NULL);
	hear();
	return strstr(x->text, "stats") != NULL;
}

static void emit(unsigned n)
{
	static const char text[] = "sixty-four bytes or so of a text that "
				   "makes an event a little longer";

	for (unsigned i = 0; i < n; i++)
		event_emit(f.events, EVENT_STATS, NULL, 0, "n:u text:s", i,
			   text);
}

static bool has_last(struct fixture *x)
{
	hear();
	return strstr(x->text, "\\\"n\\\":999,") != NULL ||
	       strstr(x->text, "\\\"n\\\": 999,") != NULL;
}

static void test_control_streams_events(void **state)
{
	(void)state;

	say("{\"command\":[\"events\"]}\n");
	run(listening);
	f.n = 0;
	emit(1000);
	run(has_last);
	assert_false(f.closed);
}

static void test_control_lets_go_of_who_does_not_read(void **state)
{
	(void)state;

	say("{\"command\":[\"events\"]}\n");
	run(listening);

	/* Far beyond what socket and backlog hold; nobody reads meanwhile */
	emit(20000);
	run(hung_up);
	(void)close(f.fd);
	f.closed = false;
	f.fd = dial();
	say("{\"command\":[\"help\"]}\n");
	run(exited);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(h) cmocka_unit_test_setup_teardown(h, setup, teardown)
		TEST(test_control_answers_commands),
		TEST(test_control_refuses_what_is_no_request),
		TEST(test_control_drops_who_sends_too_much),
		TEST(test_control_is_for_one_phone_and_some_clients),
		TEST(test_control_takes_over_what_a_dead_phone_left),
		TEST(test_control_streams_events),
		TEST(test_control_lets_go_of_who_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
