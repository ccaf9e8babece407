/**
 * @file tests/loop/support/webguest.c  Somebody who connects to the page
 */
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "tests/loop/support/webguest.h"

enum {
	WAIT = 8 * CLOCK_S,
	LOOK = CLOCK_MS, /* So often                 */
	MASK = 0x80,	 /* RFC 6455 section 5.2     */
	SHORT_MAX = 125, /* Payload in one byte      */
	LENGTH_16 = 126,
};

static bool (*condition)(void);
static uint64_t deadline;
static bool met;

void webguest_connect(struct webguest *g, uint16_t port)
{
	webguest_connect_from(g, port, "127.0.0.1");
}

void webguest_connect_from(struct webguest *g, uint16_t port, const char *addr)
{
	struct sa sa;

	memset(g, 0, sizeof(*g));
	g->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(g->fd >= 0);
	assert_int_equal(sa_set_str(&sa, addr, 0), 0);
	assert_int_equal(bind(g->fd, &sa.u.sa, sa.len), 0);
	assert_int_equal(sa_set_str(&sa, "127.0.0.1", port), 0);
	assert_int_equal(connect(g->fd, &sa.u.sa, sa.len), 0);
}

size_t webguest_say(struct webguest *g, const void *p, size_t size)
{
	ssize_t n = send(g->fd, p, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

void webguest_text(struct webguest *g, const char *text)
{
	assert_int_equal(webguest_say(g, text, strlen(text)), strlen(text));
}

void webguest_forget(struct webguest *g)
{
	g->inc = 0;
	g->in[0] = '\0';
}

void webguest_upgrade(struct webguest *g, const char *more)
{
	webguest_text(g, "GET /sip HTTP/1.1\r\nHost: localhost\r\n"
			 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			 "Sec-WebSocket-Version: 13\r\n"
			 "Sec-WebSocket-Protocol: sip\r\n");
	webguest_text(g, more);
	webguest_text(g, "\r\n");
}

void webguest_frame(struct webguest *g, uint8_t first, const char *text)
{
	size_t n = strlen(text);
	uint8_t head[4] = { first, LENGTH_16 | MASK, (uint8_t)(n >> 8),
			    (uint8_t)n };
	uint8_t mask[4] = { 0 };

	if (n <= SHORT_MAX)
		head[1] = (uint8_t)(n | MASK);
	(void)webguest_say(g, head, n <= SHORT_MAX ? 2 : sizeof(head));
	(void)webguest_say(g, mask, sizeof(mask));
	(void)webguest_say(g, text, n);
}

void webguest_read(struct webguest *g)
{
	ssize_t n;

	if (g->fd <= 0 || g->closed || g->deaf)
		return;

	n = recv(g->fd, g->in + g->inc, sizeof(g->in) - 1 - g->inc,
		 MSG_DONTWAIT);
	if (n > 0)
		g->inc += (size_t)n;
	else if (!n || errno == ECONNRESET)
		g->closed = g->inc < sizeof(g->in) - 1;
	g->in[g->inc] = '\0';
}

void webguest_close(struct webguest *g)
{
	if (g->fd > 0)
		(void)close(g->fd);
	g->fd = 0;
}

static void on_look(uint64_t now, void *arg)
{
	met = condition();
	if (met || now >= deadline)
		loop_stop();
	else
		loop_timer_arm(arg, now + LOOK);
}

void webguest_run(bool (*done)(void))
{
	struct loop_timer timer;

	condition = done;
	deadline = clock_now() + WAIT;
	loop_timer_init(&timer, "look", on_look, &timer);
	loop_timer_arm(&timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&timer);
	assert_true(met);
}

unsigned webguest_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		++n;
	(void)closedir(d);
	return n;
}
