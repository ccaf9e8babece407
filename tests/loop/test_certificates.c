/**
 * @file tests/loop/test_certificates.c  Good and bad certificates
 *
 * Each is shown by a real server on loopback; the flow takes it, or refuses
 * it with the reason in words.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "tests/loop/support/flowtest.h"

enum {
	URL_SIZE = 128,
	POLLS = 500, /* Of 10 ms, for openssl to start */
	POLL_MS = 10,
};

static struct pki ca, other_ca, dead_ca, middle;

/* What the server shows, and what is to be said of it; NULL: trusted */
static const struct {
	const char *name, *host, *reason;
	struct pki_params prm;
	struct pki *chain; /* Sent too                                    */
	struct pki *trust; /* Trust anchor; ca when NULL                  */
} casev[] = {
	{ .name = "good",
	  .host = "sip.test",
	  .prm = { .san = "D:sip.test", .issuer = &ca } },
	{ .name = "wildcard",
	  .host = "sip.example.test",
	  .prm = { .san = "D:*.example.test", .issuer = &ca } },
	{ .name = "address",
	  .host = "127.0.0.1",
	  .prm = { .san = "I:127.0.0.1", .issuer = &ca } },
	{ .name = "chain",
	  .host = "sip.test",
	  .prm = { .san = "D:sip.test", .issuer = &middle },
	  .chain = &middle },
	{ .name = "wrong name",
	  .host = "sip.test",
	  .reason = "certificate is not for sip.test",
	  .prm = { .san = "D:other.test", .issuer = &ca } },
	{ .name = "wildcard too wide",
	  .host = "sip.example.test",
	  .reason = "certificate is not for sip.example.test",
	  .prm = { .san = "D:*.test", .issuer = &ca } },
	{ .name = "wildcard in part",
	  .host = "sip.test",
	  .reason = "certificate is not for sip.test",
	  .prm = { .san = "D:s*.test", .issuer = &ca } },
	{ .name = "common name only",
	  .host = "sip.test",
	  .reason = "has no name in subjectAltName",
	  .prm = { .cn = "sip.test", .issuer = &ca } },
	{ .name = "common name of an address",
	  .host = "127.0.0.1",
	  .reason = "has no address in subjectAltName",
	  .prm = { .cn = "127.0.0.1", .issuer = &ca } },
	{ .name = "address as a name",
	  .host = "127.0.0.1",
	  .reason = "has no address in subjectAltName",
	  .prm = { .san = "D:127.0.0.1", .issuer = &ca } },
	{ .name = "another address",
	  .host = "127.0.0.1",
	  .reason = "certificate is not for 127.0.0.1",
	  .prm = { .san = "I:127.0.0.2 D:sip.test", .issuer = &ca } },
	{ .name = "expired",
	  .host = "sip.test",
	  .reason = "certificate expired at 2021-01-02 03:04 UTC",
	  .prm = { .san = "D:sip.test",
		   .issuer = &ca,
		   .from = "20200102030405",
		   .to = "20210102030405" } },
	{ .name = "not yet valid",
	  .host = "sip.test",
	  .reason = "certificate is not valid before 2045-01-02 03:04 UTC",
	  .prm = { .san = "D:sip.test",
		   .issuer = &ca,
		   .from = "20450102030405",
		   .to = "20490102030405" } },
	{ .name = "unknown authority",
	  .host = "sip.test",
	  .reason = "not signed by a known authority",
	  .prm = { .san = "D:sip.test", .issuer = &other_ca } },
	{ .name = "self-signed",
	  .host = "sip.test",
	  .reason = "not signed by a known authority",
	  .prm = { .san = "D:sip.test" } },
	{ .name = "chain is missing",
	  .host = "sip.test",
	  .reason = "not signed by a known authority",
	  .prm = { .san = "D:sip.test", .issuer = &middle } },
	{ .name = "expired authority",
	  .host = "sip.test",
	  .reason = "authority expired at 2021-01-02 03:04 UTC",
	  .prm = { .san = "D:sip.test", .issuer = &dead_ca },
	  .trust = &dead_ca },
	{ .name = "SHA-1",
	  .host = "sip.test",
	  .reason = "weak",
	  .prm = { .san = "D:sip.test", .issuer = &ca, .sha1 = true } },
	{ .name = "everything wrong",
	  .host = "sip.test",
	  .reason = "not for sip.test",
	  .prm = { .san = "D:x",
		   .issuer = &other_ca,
		   .from = "20200102030405",
		   .to = "20210102030405" } },
};

static void try_one(size_t i)
{
	struct wsserver server = { .mode = WSSERVER_GOOD };
	char url[URL_SIZE];
	struct flowtest t;
	struct pki cert;

	pki_make(&cert, &casev[i].prm);
	server.cert = &cert;
	if (casev[i].chain) {
		assert_int_equal(mbedtls_x509_crt_parse(
					 &cert.crt,
					 (const uint8_t *)casev[i].chain->pem,
					 strlen(casev[i].chain->pem) + 1),
				 0);
	}
	wsserver_start(&server, "127.0.0.1");
	flowtest_init(&t, "127.0.0.1 sip.test sip.example.test\n",
		      casev[i].trust ? casev[i].trust : &ca);
	(void)re_snprintf(url, sizeof(url), "wss://%s:%%u", casev[i].host);
	flowtest_start(&t, url, server.port);
	flowtest_settle(&t);

	print_message("%s: %s\n", casev[i].name, t.reason);
	if (!casev[i].reason) {
		assert_int_equal(t.state, FLOW_UP);
		flowtest_say(&t, "x", 1);
	} else {
		assert_int_equal(t.state, FLOW_FAILED);
		assert_int_equal(t.err, EACCES);
		assert_non_null(strstr(t.reason, casev[i].reason));
		assert_int_equal(server.upgraded, 0);
	}

	flowtest_free(&t);
	wsserver_stop(&server);
	pki_free(&cert);
}

static void test_certificates_are_taken_or_refused_with_reason(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		try_one(i);
}

static void test_certificates_need_an_authority_file(void **state)
{
	struct wsserver server = { .mode = WSSERVER_GOOD };
	struct flowtest t;
	struct pki cert;
	(void)state;

	pki_make(&cert,
		 &(struct pki_params){ .san = "D:sip.test", .issuer = &ca });
	server.cert = &cert;
	wsserver_start(&server, "127.0.0.1");
	flowtest_init(&t, "127.0.0.1 sip.test\n", NULL);
	str_ncpy(t.ca, "/nonexistent.pem", sizeof(t.ca));
	flowtest_start(&t, "wss://sip.test:%u", server.port);
	flowtest_settle(&t);
	assert_int_equal(t.state, FLOW_FAILED);
	assert_int_equal(t.err, ENOENT);
	assert_non_null(strstr(t.reason, "/nonexistent.pem"));
	flowtest_free(&t);
	wsserver_stop(&server);
	pki_free(&cert);
}

static uint16_t free_port(void)
{
	struct wsserver s = { .port = 0 };

	wsserver_start(&s, "127.0.0.1");
	wsserver_stop(&s);
	return s.port;
}

static bool accepts(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sa sa;
	int err;

	(void)sa_set_str(&sa, "127.0.0.1", port);
	err = connect(fd, &sa.u.sa, sa.len);
	(void)close(fd);
	return !err;
}

/* OpenSSL's server, which shows whatever it is given. @return its process,
   0 when there is none */
static pid_t start_openssl(const char *file, uint16_t port)
{
	char where[URL_SIZE];
	pid_t pid;

	(void)re_snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(EXIT_FAILURE);
		(void)execlp("openssl", "openssl", "s_server", "-www",
			     "-accept", where, "-cert", file, "-key", file,
			     NULL);
		_exit(EXIT_FAILURE);
	}

	for (unsigned i = 0; i < POLLS; i++) {
		if (accepts(port))
			return pid;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 0;
		(void)poll(NULL, 0, POLL_MS);
	}

	fail_msg("openssl does not start");
	return 0;
}

static void try_openssl(bool client, int err, const char *reason)
{
	char file[URL_SIZE], key[PKI_PEM_MAX];
	struct flowtest t;
	struct pki cert;
	uint16_t port = free_port();
	pid_t pid;
	int fd;

	pki_make(&cert, &(struct pki_params){ .san = "D:sip.test",
					      .issuer = &ca,
					      .client = client });
	pki_write(file, sizeof(file), &cert, NULL);
	assert_int_equal(mbedtls_pk_write_key_pem(&cert.key, (uint8_t *)key,
						  sizeof(key)),
			 0);
	fd = open(file, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, key, strlen(key)), strlen(key));
	(void)close(fd);

	pid = start_openssl(file, port);
	if (pid) {
		flowtest_init(&t, "127.0.0.1 sip.test\n", &ca);
		flowtest_start(&t, "wss://sip.test:%u", port);
		flowtest_settle(&t);
		print_message("openssl: %s\n", t.reason);
		assert_int_equal(t.err, err);
		assert_non_null(strstr(t.reason, reason));
		flowtest_free(&t);
	}
	if (pid) {
		(void)kill(pid, SIGTERM);
		(void)waitpid(pid, NULL, 0);
	}
	(void)unlink(file);
	pki_free(&cert);
	if (!pid)
		skip(); /* No openssl here */
}

static void test_certificates_of_openssl_are_checked_too(void **state)
{
	(void)state;

	try_openssl(false, ECONNREFUSED, "server answers 200");
	try_openssl(true, EACCES, "not for a TLS server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_certificates_are_taken_or_refused_with_reason),
		cmocka_unit_test(test_certificates_need_an_authority_file),
		cmocka_unit_test(test_certificates_of_openssl_are_checked_too),
	};
	int n;

	if (loop_init())
		return 1;
	log_set_level(LOG_LEVEL_WARNING + 1);
	pki_make(&ca, &(struct pki_params){ .cn = "Test CA", .ca = true });
	pki_make(&other_ca,
		 &(struct pki_params){ .cn = "Other CA", .ca = true });
	pki_make(&dead_ca, &(struct pki_params){ .cn = "Dead CA",
						 .ca = true,
						 .from = "20200102030405",
						 .to = "20210102030405" });
	pki_make(&middle, &(struct pki_params){ .cn = "Middle CA",
						.ca = true,
						.issuer = &ca });
	n = cmocka_run_group_tests(tests, NULL, NULL);
	pki_free(&middle);
	pki_free(&dead_ca);
	pki_free(&other_ca);
	pki_free(&ca);
	loop_close();
	return n;
}
