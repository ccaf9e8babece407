/**
 * @file tests/loop/support/wsserver.c  A WebSocket server for tests
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "core/net/upgrade.h"
#include "core/net/wsock.h"
#include "tests/loop/support/wsserver.h"

enum {
	BACKLOG = 8,
	READ_SIZE = 16384,
};

struct conn {
	struct le le;
	struct wsserver *s;
	int fd;
	struct loop_watch *watch;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	struct mbuf *head;
	struct wsock *wsock;
};

static int tls_send(void *arg, const unsigned char *p, size_t n)
{
	struct conn *c = arg;
	ssize_t k = send(c->fd, p, n, MSG_NOSIGNAL);

	return k < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)k;
}

static int tls_recv(void *arg, unsigned char *p, size_t n)
{
	struct conn *c = arg;
	ssize_t k = recv(c->fd, p, n, MSG_DONTWAIT);

	if (k < 0)
		return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ
				       : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	return (int)k;
}

static void conn_destructor(void *arg)
{
	struct conn *c = arg;

	list_unlink(&c->le);
	mem_deref(c->watch);
	(void)close(c->fd);
	mbedtls_ssl_free(&c->ssl);
	mbedtls_ssl_config_free(&c->conf);
	mem_deref(c->wsock);
	mem_deref(c->head);
}

static int conn_write(struct conn *c, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = c->s->cert ? mbedtls_ssl_write(&c->ssl, p, n)
				       : send(c->fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return EPIPE;
		p += k;
		n -= (size_t)k;
	}

	return 0;
}

static int on_send(struct mbuf *mb, void *arg)
{
	return conn_write(arg, mbuf_buf(mb), mbuf_get_left(mb));
}

static void on_recv(struct mbuf *mb, bool text, uint64_t now, void *arg)
{
	struct conn *c = arg;
	(void)text;
	(void)now;

	++c->s->messages;
	(void)wsock_send(c->wsock, mb);
}

static void on_close(int err, const char *reason, uint64_t now, void *arg)
{
	struct conn *c = arg;
	(void)now;

	if (!err)
		str_ncpy(c->s->close, reason, sizeof(c->s->close));
	mem_deref(c);
}

static void answer(struct conn *c)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	char key[25] = "", accept[UPGRADE_TEXT_SIZE], text[512];
	const char *p = strstr(c->s->request, name);
	struct mbuf *mb;

	assert_non_null(p);
	memcpy(key, p + strlen(name), sizeof(key) - 1);
	assert_int_equal(upgrade_accept(accept, key), 0);
	if (c->s->mode == WSSERVER_BUSY) {
		str_ncpy(text, "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n",
			 sizeof(text));
	} else {
		(void)re_snprintf(text, sizeof(text),
				  "HTTP/1.1 101 Switching\r\n"
				  "Upgrade: websocket\r\n"
				  "Connection: upgrade\r\n"
				  "Sec-WebSocket-Accept: %s\r\n%s\r\n%s",
				  accept,
				  c->s->mode == WSSERVER_NO_PROTO
					  ? ""
					  : "Sec-WebSocket-Protocol: sip\r\n",
				  c->s->mode == WSSERVER_EAGER ? "\x81\x05"
								 "eager"
							       : "");
	}

	++c->s->upgraded;
	mb = mbuf_alloc(1);
	(void)mbuf_write_str(mb, text);
	(void)conn_write(c, mb->buf, mb->end);
	mem_deref(mb);
	assert_int_equal(wsock_alloc(&c->wsock, FRAMES_SERVER, on_send, on_recv,
				     on_close, c),
			 0);
	if (c->s->mode == WSSERVER_DEAF)
		c->watch = mem_deref(c->watch);
}

static void on_bytes(struct conn *c, const uint8_t *p, size_t n, uint64_t now)
{
	if (c->wsock) {
		wsock_recv(c->wsock, p, n, now); /* May free c */
		return;
	}
	if (c->s->mode == WSSERVER_SILENT)
		return;

	(void)mbuf_write_mem(c->head, p, n);
	(void)mbuf_write_u8(c->head, 0);
	c->head->pos = --c->head->end;
	if (!strstr((char *)c->head->buf, "\r\n\r\n"))
		return;

	str_ncpy(c->s->request, (char *)c->head->buf, sizeof(c->s->request));
	answer(c);
}

static void on_socket(int flags, uint64_t now, void *arg)
{
	struct conn *c = arg;
	uint8_t buf[READ_SIZE];
	ssize_t n;
	(void)flags;

	if (!c->s->cert) {
		n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
	} else if (c->s->mode == WSSERVER_SILENT) {
		return;
	} else {
		n = mbedtls_ssl_read(&c->ssl, buf, sizeof(buf));
		if (n == MBEDTLS_ERR_SSL_WANT_READ)
			return;
	}

	if (n <= 0)
		mem_deref(c);
	else
		on_bytes(c, buf, (size_t)n, now);
}

static void start_tls(struct conn *c)
{
	struct wsserver *s = c->s;

	assert_int_equal(
		mbedtls_ssl_config_defaults(&c->conf, MBEDTLS_SSL_IS_SERVER,
					    MBEDTLS_SSL_TRANSPORT_STREAM,
					    MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbed_conf_policy(&c->conf);
	assert_int_equal(mbedtls_ssl_conf_own_cert(&c->conf, &s->cert->crt,
						   &s->cert->key),
			 0);
	assert_int_equal(mbedtls_ssl_setup(&c->ssl, &c->conf), 0);
	mbedtls_ssl_set_bio(&c->ssl, c, tls_send, tls_recv, NULL);
}

static void on_accept(int flags, uint64_t now, void *arg)
{
	struct wsserver *s = arg;
	struct conn *c;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
	(void)flags;
	(void)now;

	if (fd < 0)
		return;

	++s->accepted;
	if (s->mode == WSSERVER_SLAM) {
		(void)close(fd);
		return;
	}

	c = mem_zalloc(sizeof(*c), conn_destructor);
	c->s = s;
	c->fd = fd;
	c->head = mbuf_alloc(READ_SIZE);
	mbedtls_ssl_init(&c->ssl);
	mbedtls_ssl_config_init(&c->conf);
	if (s->cert)
		start_tls(c);
	list_append(&s->conns, &c->le, c);
	assert_int_equal(loop_watch_alloc(&c->watch, "server", fd, LOOP_READ,
					  on_socket, c),
			 0);
}

void wsserver_start(struct wsserver *s, const char *addr)
{
	const int on = 1;
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, addr, s->port), 0);
	s->fd = socket(sa_af(&sa), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	assert_true(s->fd >= 0);
	(void)setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(s->fd, &sa.u.sa, sa.len), 0);
	assert_int_equal(listen(s->fd, BACKLOG), 0);
	assert_int_equal(getsockname(s->fd, &sa.u.sa, &sa.len), 0);
	s->port = sa_port(&sa);
	assert_int_equal(loop_watch_alloc(&s->watch, "listen", s->fd, LOOP_READ,
					  on_accept, s),
			 0);
}

void wsserver_drop(struct wsserver *s)
{
	list_flush(&s->conns);
}

void wsserver_send(struct wsserver *s, const char *text, size_t fragment)
{
	size_t n = strlen(text);

	for (struct le *le = list_head(&s->conns); le; le = le->next) {
		struct conn *c = le->data;

		for (size_t i = 0; i < n;) {
			size_t k = fragment && n - i > fragment ? fragment
								: n - i;
			uint8_t head[4] = { (uint8_t)((i ? 0 : 1) |
						      (i + k == n ? 0x80 : 0)),
					    126, (uint8_t)(k >> 8),
					    (uint8_t)k };

			if (k < 126)
				head[1] = (uint8_t)k;
			(void)conn_write(c, head, k < 126 ? 2 : 4);
			(void)conn_write(c, (const uint8_t *)text + i, k);
			i += k;
		}
	}
}

void wsserver_stop(struct wsserver *s)
{
	wsserver_drop(s);
	s->watch = mem_deref(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}
