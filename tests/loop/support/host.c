/**
 * @file tests/loop/support/host.c  A server on loopback with its host.visitors
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "tests/support/memory.h"
#include "tests/loop/support/host.h"

struct host host = { .dir = "/tmp/boardphone-host-XXXXXX" };

static bool (*condition)(void);
static bool late;

static void check(void)
{
	if (condition && condition())
		loop_stop();
}

static void on_late(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	late = true;
	loop_stop();
}

/* Run the loop until true, or for a time when it is not to become true */
bool host_run_for(bool (*done)(void), uint64_t time)
{
	struct loop_timer timer;

	if (done())
		return true;

	condition = done;
	late = false;
	loop_timer_init(&timer, "late", on_late, NULL);
	loop_timer_arm(&timer, clock_now() + time);
	while (!late && !done())
		assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&timer);
	condition = NULL;
	return !late;
}

void host_run(bool (*done)(void))
{
	if (!host_run_for(done, HOST_WAIT))
		fail_msg("too late");
}

static void visitor_up(uint64_t now, void *arg)
{
	struct visitor *v = arg;
	(void)now;

	v->up = true;
	check();
}

static void visitor_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct visitor *v = arg;
	(void)now;

	v->got += mbuf_get_left(mb);
	if (v->leaves)
		v->s = mem_deref(v->s);
	else
		(void)stream_send(v->s, mbuf_buf(mb), mbuf_get_left(mb));
	check();
}

static void visitor_close(int err, const char *reason, uint64_t now, void *arg)
{
	struct visitor *v = arg;
	(void)now;

	v->closed = true;
	v->err = err;
	str_ncpy(v->reason, reason, sizeof(v->reason));
	v->s = mem_deref(v->s);
	check();
}

static void on_accept(int fd, const struct sa *peer, uint64_t now, void *arg)
{
	struct visitor *v = &host.visitorv[host.visitors];
	(void)now;
	(void)arg;

	assert_true(sa_is_loopback(peer));
	assert_true(host.visitors < HOST_VISITORS);
	++host.visitors;
	if (host.turns_away) {
		(void)close(fd);
		check();
		return;
	}

	v->leaves = host.leaving;
	v->err = stream_accept(&v->s, fd, peer, host.plain ? NULL : host.cert,
			       visitor_up, visitor_recv, visitor_close, v);
	if (v->err) {
		assert_true(memory_failed());
		v->closed = true;
	} else {
		assert_true(sa_cmp(stream_peer(v->s), peer, SA_ALL));
	}
	check();
}

void host_begin(const char *addr)
{
	char reason[LISTENER_REASON_MAX];
	struct sa sa;

	memset(host.visitorv, 0, sizeof(host.visitorv));
	host.visitors = 0;
	host.leaving = host.turns_away = host.plain = false;
	assert_int_equal(sa_set_str(&sa, addr, 0), 0);
	assert_int_equal(
		listener_alloc(&host.lis, &sa, 1, on_accept, NULL, reason), 0);
	assert_int_equal(resolver_alloc(&host.resolver), 0);
}

void host_end(void)
{
	host.lis = mem_deref(host.lis);
	for (unsigned i = 0; i < HOST_VISITORS; i++)
		host.visitorv[i].s = mem_deref(host.visitorv[i].s);
	host.resolver = mem_deref(host.resolver);
}

static void client_up(uint64_t now, void *arg)
{
	struct client *c = arg;
	(void)now;

	c->up = true;
	check();
}

static void client_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct client *c = arg;
	(void)now;

	c->got += mbuf_get_left(mb);
	c->last = mb->buf[mb->end - 1];
	check();
}

static void client_close(int err, const char *reason, uint64_t now, void *arg)
{
	struct client *c = arg;
	(void)now;

	c->closed = true;
	c->err = err;
	str_ncpy(c->reason, reason, sizeof(c->reason));
	check();
}

void host_dial(const char *name)
{
	struct stream_params prm = {
		.resolver = host.resolver,
		.host = name,
		.port = sa_port(listener_local(host.lis, 0)),
		.secure = !host.plain,
		.ca_file = pagecert_file(host.cert),
	};

	memset(&host.c, 0, sizeof(host.c));
	assert_int_equal(stream_connect(&host.c.s, &prm, client_up, client_recv,
					client_close, &host.c),
			 0);
}

/* A socket of our own, without TLS. @return it, non-blocking */
int host_knock(void)
{
	const struct sa *sa = listener_local(host.lis, 0);
	int fd = socket(sa_af(sa), SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, &sa->u.sa, sa->len), 0);
	return fd;
}

bool host_both_up(void)
{
	return host.c.closed || (host.c.up && host.visitorv[0].up);
}

bool host_client_closed(void)
{
	return host.c.closed;
}

bool host_visitor_closed(void)
{
	return host.visitorv[0].closed;
}

bool host_one_came(void)
{
	return host.visitors;
}

bool host_never(void)
{
	return false;
}

int host_open(void)
{
	char reason[PAGECERT_REASON_MAX];
	struct pagecert_params prm = { .state = host.dir };

	if (!mkdtemp(host.dir))
		return -1;

	prm.wall = clock_wall() / CLOCK_S;
	return pagecert_alloc(&host.cert, &prm, reason) ? -1 : 0;
}

void host_close(void)
{
	(void)unlink(pagecert_file(host.cert));
	(void)rmdir(host.dir);
	host.cert = mem_deref(host.cert);
}
