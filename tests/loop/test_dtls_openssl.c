/**
 * @file tests/loop/test_dtls_openssl.c  DTLS-SRTP against OpenSSL
 *
 *     keying <- UDP on loopback -> openssl s_client | s_server
 *
 * The keys must be those that OpenSSL exports. Skipped without openssl.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/net/keying.h"

enum {
	PATIENCE = 10 * CLOCK_S, /* For one handshake [us] */
	KEY = 16,
	SALT = 14,
	ARGS = 32,
};

#define PROFILE "SRTP_AES128_CM_SHA1_80"

static int pipev[2] = { -1, -1 }; /* Input of openssl */
static char dir[] = "/tmp/test_dtls_openssl.XXXXXX";
static char pem[64], out[64];
static struct identity *id, *theirs;

struct side {
	struct keying *k;
	int fd;
	struct sockaddr_in peer;
	unsigned up;
	bool down;
	struct keying_keys keys;
};

static int setup(void **state)
{
	(void)state;

	if (!mkdtemp(dir))
		return -1;

	re_snprintf(pem, sizeof(pem), "%s/their.pem", dir);
	re_snprintf(out, sizeof(out), "%s/out", dir);
	return identity_alloc(&id) || identity_alloc(&theirs) ||
	       identity_save(theirs, pem);
}

static int teardown(void **state)
{
	(void)state;
	mem_deref(id);
	mem_deref(theirs);
	unlink(pem);
	unlink(out);
	return rmdir(dir);
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct side *s = arg;

	if (s->peer.sin_port)
		(void)sendto(s->fd, mbuf_buf(mb), mbuf_get_left(mb), 0,
			     (struct sockaddr *)&s->peer, sizeof(s->peer));
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	struct side *s = arg;
	(void)now;

	++s->up;
	s->keys = *keys;
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct side *s = arg;
	(void)now;

	s->down = true;
	if (err)
		print_message("%s\n", reason);
}

static uint16_t open_socket(int *fdp)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*fdp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(*fdp >= 0);
	assert_int_equal(bind(*fdp, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(*fdp, (struct sockaddr *)&sin, &len), 0);
	return ntohs(sin.sin_port);
}

/* Start openssl with the words of a line, output in a file. Its input is a
   pipe, since at the end of input it would end */
static pid_t run_openssl(const char *line)
{
	char buf[1024], *argv[ARGS + 1], *save = NULL;
	unsigned n = 0;
	pid_t pid;

	str_ncpy(buf, line, sizeof(buf));
	for (char *w = strtok_r(buf, " ", &save); w && n < ARGS;
	     w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;

	if (pipev[0] < 0)
		assert_int_equal(pipe2(pipev, O_CLOEXEC), 0);

	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;

	(void)dup2(pipev[0], 0);
	(void)dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
	(void)dup2(1, 2);
	execvp("openssl", argv);
	_exit(127);
}

static void receive(struct side *s)
{
	struct mbuf *mb = mbuf_alloc(4096);
	socklen_t len = sizeof(s->peer);
	ssize_t n;

	n = recvfrom(s->fd, mb->buf, mb->size, 0, (struct sockaddr *)&s->peer,
		     &len);
	if (n > 0) {
		mb->end = (size_t)n;
		keying_recv(s->k, mb, clock_now());
	}
	mem_deref(mb);
}

/* Until the program has printed the keys and we are up */
static bool pump(struct side *s, bool (*done)(void), uint64_t patience)
{
	uint64_t end = clock_now() + patience;

	while (!s->down && !(s->up && done())) {
		struct pollfd pfd = { .fd = s->fd, .events = POLLIN };

		if (clock_now() > end)
			return false;
		if (poll(&pfd, 1, 10) > 0)
			receive(s);
		keying_tick(s->k, clock_now());
	}

	return s->up && done();
}

/* Read "    Keying material: HEX"; false when it is not there yet */
static bool read_keys(uint8_t *v, size_t len)
{
	static const char what[] = "Keying material: ";
	char line[512];
	bool found = false;
	FILE *f = fopen(out, "re");

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *p = strstr(line, what);

		found = p && strlen(p) >= sizeof(what) - 1 + 2 * len;
		for (size_t i = 0; found && i < len; i++) {
			unsigned byte;

			if (sscanf(p + sizeof(what) - 1 + 2 * i, "%2x",
				   &byte) != 1)
				found = false;
			v[i] = (uint8_t)byte;
		}
	}
	if (f)
		fclose(f);

	return found;
}

static bool have_keys(void)
{
	uint8_t v[2 * KEYING_KEY];

	return read_keys(v, sizeof(v));
}

static void check_keys(const uint8_t *client, const uint8_t *server)
{
	uint8_t v[2 * KEYING_KEY];

	assert_true(read_keys(v, sizeof(v)));
	assert_memory_equal(client, v, KEY);
	assert_memory_equal(server, v + KEY, KEY);
	assert_memory_equal(client + KEY, v + 2 * KEY, SALT);
	assert_memory_equal(server + KEY, v + 2 * KEY + SALT, SALT);
}

static bool have_openssl(void)
{
	return 0 == system("openssl version >/dev/null 2>&1");
}

static void start_side(struct side *s, enum keying_role role)
{
	assert_int_equal(keying_alloc(&s->k, role, id, send_handler, up_handler,
				      down_handler, s),
			 0);
	keying_set_peer(s->k, identity_fingerprint(theirs), 1, clock_now());
	keying_start(s->k, clock_now());
}

static void check_client(const char *options)
{
	struct side s = { 0 };
	char line[1024];
	uint16_t port;
	pid_t pid;

	(void)unlink(out);
	port = open_socket(&s.fd);
	start_side(&s, KEYING_SERVER);
	re_snprintf(line, sizeof(line),
		    "openssl s_client -dtls1_2 -connect 127.0.0.1:%u "
		    "-use_srtp " PROFILE " -keymatexport EXTRACTOR-dtls_srtp "
		    "-keymatexportlen 60 -cert %s -key %s %s",
		    port, pem, pem, options);
	pid = run_openssl(line);
	assert_true(pump(&s, have_keys, PATIENCE));
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	check_keys(s.keys.rx, s.keys.tx);

	mem_deref(s.k);
	close(s.fd);
}

static void test_dtls_agrees_with_s_client(void **state)
{
	(void)state;
	if (!have_openssl())
		skip();

	check_client("");
	check_client("-cipher ECDHE-ECDSA-CHACHA20-POLY1305");
	check_client("-curves X25519:P-256");
}

/* A hello of 1.6 kB, cut to datagrams of 1300 and of 256 bytes */
static void test_dtls_takes_a_fragmented_hello(void **state)
{
	static const char *const mtuv[] = { "1300", "256" };
	char options[1024];
	(void)state;

	if (!have_openssl())
		skip();

	for (size_t i = 0; i < ARRAY_SIZE(mtuv); i++) {
		size_t n;

		re_snprintf(options, sizeof(options), "-mtu %s -alpn ",
			    mtuv[i]);
		n = strlen(options);
		for (unsigned j = 0; n < 600; j++) {
			re_snprintf(options + n, sizeof(options) - n,
				    "%sprotocol-with-a-long-name-%u",
				    j ? "," : "", j);
			n = strlen(options);
		}
		check_client(options);
	}
}

static void test_dtls_agrees_with_s_server(void **state)
{
	struct side s = { 0 };
	char line[1024];
	uint16_t port;
	pid_t pid;
	int fd;
	(void)state;

	if (!have_openssl())
		skip();

	/* A free port: one that just was in use */
	(void)unlink(out);
	port = open_socket(&fd);
	close(fd);
	re_snprintf(line, sizeof(line),
		    "openssl s_server -dtls1_2 -accept 127.0.0.1:%u "
		    "-use_srtp " PROFILE " -keymatexport EXTRACTOR-dtls_srtp "
		    "-keymatexportlen 60 -cert %s -key %s -verify 1",
		    port, pem, pem);
	pid = run_openssl(line);

	open_socket(&s.fd);
	s.peer.sin_family = AF_INET;
	s.peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s.peer.sin_port = htons(port);
	start_side(&s, KEYING_CLIENT);
	assert_true(pump(&s, have_keys, PATIENCE));
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	check_keys(s.keys.tx, s.keys.rx);

	mem_deref(s.k);
	close(s.fd);
}

static bool never(void)
{
	return false;
}

/* RFC 8827 section 6.5: it must be refused. OpenSSL gives up then */
static void test_dtls_refuses_to_renegotiate(void **state)
{
	struct side s = { 0 };
	char line[1024];
	uint16_t port;
	pid_t pid;
	(void)state;

	if (!have_openssl())
		skip();

	(void)unlink(out);
	port = open_socket(&s.fd);
	start_side(&s, KEYING_SERVER);
	re_snprintf(line, sizeof(line),
		    "openssl s_client -dtls1_2 -connect 127.0.0.1:%u "
		    "-use_srtp " PROFILE " -keymatexport EXTRACTOR-dtls_srtp "
		    "-keymatexportlen 60 -cert %s -key %s",
		    port, pem, pem);
	pid = run_openssl(line);
	assert_true(pump(&s, have_keys, PATIENCE));
	assert_int_equal(write(pipev[1], "R\n", 2), 2);
	(void)pump(&s, never, CLOCK_S);
	assert_int_equal(s.up, 1);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);

	mem_deref(s.k);
	close(s.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dtls_agrees_with_s_client),
		cmocka_unit_test(test_dtls_takes_a_fragmented_hello),
		cmocka_unit_test(test_dtls_agrees_with_s_server),
		cmocka_unit_test(test_dtls_refuses_to_renegotiate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
