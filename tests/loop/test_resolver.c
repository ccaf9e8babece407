/**
 * @file tests/loop/test_resolver.c  The resolver against a name server
 *
 * The name server is a UDP socket on loopback in the same loop, and answers
 * as its table says.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "core/net/resolver.h"

enum {
	PACKET_MAX = 512,
	QNAME_OFFSET = 12, /* After the header, RFC 1035 section 4.1.1 */
	WAIT = 9 * CLOCK_S,
};

/* What the server does with a question, by the first label */
enum answer {
	BOTH = 0,  /* A and AAAA             */
	ONLY_A,	   /* No AAAA, said so       */
	MUTE_AAAA, /* Nothing is said of it  */
	ALIAS,	   /* CNAME to both          */
	CIRCLE,	   /* CNAME to itself        */
	POINTER,   /* Compression loop       */
	GARBAGE,
	MANY, /* 30 addresses           */
	NONE, /* NXDOMAIN               */
	MUTE, /* Nothing is ever said   */
};

static const char *const labelv[] = { "both",	"onlya",   "muteaaaa", "alias",
				      "circle", "pointer", "garbage",  "many",
				      "none",	"mute" };

static struct {
	struct loop_watch *watch;
	int fd;
	struct sa addr;
	unsigned questions;
	bool gone; /* Knows of nothing */
	uint32_t ttl;
} server;

static struct {
	bool done;
	int err;
	unsigned n;
	char text[1024]; /* Addresses with ports */
} result;

static struct resolver *resolver;

static void put_rr(struct mbuf *mb, uint16_t type, const void *data,
		   uint16_t size)
{
	(void)mbuf_write_u16(mb, htons(0xc000 | QNAME_OFFSET));
	(void)mbuf_write_u16(mb, htons(type));
	(void)mbuf_write_u16(mb, htons(DNS_CLASS_IN));
	(void)mbuf_write_u32(mb, htonl(server.ttl));
	(void)mbuf_write_u16(mb, htons(size));
	(void)mbuf_write_mem(mb, data, size);
}

/* @return number of records */
static uint16_t put_addresses(struct mbuf *mb, uint16_t type, unsigned n)
{
	struct sa a;

	for (unsigned i = 0; i < n; i++) {
		(void)sa_set_str(&a,
				 type == DNS_TYPE_A ? "192.0.2.0" : "::", 0);
		if (type == DNS_TYPE_A) {
			a.u.in.sin_addr.s_addr = htonl(0xc0000201 + i);
			put_rr(mb, type, &a.u.in.sin_addr, 4);
		} else {
			a.u.in6.sin6_addr.s6_addr[15] = (uint8_t)(i + 1);
			put_rr(mb, type, &a.u.in6.sin6_addr, 16);
		}
	}

	return (uint16_t)n;
}

static enum answer kind_of(const struct mbuf *mb)
{
	for (unsigned i = 0; i < ARRAY_SIZE(labelv); i++) {
		size_t n = strlen(labelv[i]);

		if (mb->buf[QNAME_OFFSET] == n &&
		    !memcmp(mb->buf + QNAME_OFFSET + 1, labelv[i], n))
			return (enum answer)i;
	}

	return NONE;
}

/* Answers behind the question. @return their number */
static uint16_t put_answer(struct mbuf *mb, enum answer kind, uint16_t type)
{
	static const uint8_t itself[] = { 0xc0, QNAME_OFFSET };
	static const uint8_t target[] = { 1, 't', 0 };
	size_t pos;
	uint16_t n;

	switch (kind) {
	case BOTH:
		return put_addresses(mb, type, 1);
	case ONLY_A:
	case MUTE_AAAA:
		return put_addresses(mb, type, type == DNS_TYPE_A);
	case MANY:
		return put_addresses(mb, type, 15);
	case ALIAS:
		put_rr(mb, DNS_TYPE_CNAME, target, sizeof(target));
		pos = mb->end - sizeof(target);
		n = put_addresses(mb, type, 1);
		/* Its owner is the target, not the question */
		mb->buf[pos + sizeof(target) + 1] = (uint8_t)pos;
		mb->buf[pos + sizeof(target)] = (uint8_t)(0xc0 | pos >> 8);
		return (uint16_t)(n + 1);
	case CIRCLE:
		put_rr(mb, DNS_TYPE_CNAME, itself, sizeof(itself));
		return 1;
	case POINTER:
		pos = mb->end;
		put_rr(mb, DNS_TYPE_CNAME, target, sizeof(target));
		mb->buf[pos] = (uint8_t)(0xc0 | pos >> 8);
		mb->buf[pos + 1] = (uint8_t)pos;
		return 1;
	case GARBAGE:
		(void)mbuf_fill(mb, 0xff, 40);
		return 3;
	default:
		return 0;
	}
}

static void on_question(int flags, uint64_t now, void *arg)
{
	struct mbuf *mb = mbuf_alloc(PACKET_MAX);
	struct sa from = { .len = sizeof(from.u) };
	enum answer kind;
	uint16_t type, n;
	ssize_t size;
	(void)flags;
	(void)now;
	(void)arg;

	size = recvfrom(server.fd, mb->buf, PACKET_MAX, 0, &from.u.sa,
			&from.len);
	assert_true(size > QNAME_OFFSET);
	++server.questions;
	mb->pos = mb->end = (size_t)size;
	type = mb->buf[size - 3];
	kind = server.gone ? NONE : kind_of(mb);
	n = put_answer(mb, kind, type);
	mb->buf[2] |= 0x84; /* QR, AA */
	mb->buf[3] = kind == NONE ? DNS_RCODE_NAME_ERR : 0;
	mb->buf[7] = (uint8_t)n;
	if (kind != MUTE && !(kind == MUTE_AAAA && type == DNS_TYPE_AAAA))
		(void)sendto(server.fd, mb->buf, mb->end, 0, &from.u.sa,
			     from.len);
	mem_deref(mb);
}

static void on_answer(int err, const struct sa *addrv, unsigned n, uint64_t now,
		      void *arg)
{
	(void)now;
	(void)arg;

	result.done = true;
	result.err = err;
	result.n = n;
	result.text[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(result.text);

		(void)re_snprintf(result.text + len, sizeof(result.text) - len,
				  "%s%J", i ? " " : "", &addrv[i]);
	}
	loop_stop();
}

static void on_late(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	loop_stop();
}

/* @return how long it took [us] */
static uint64_t ask(const char *host)
{
	struct resolver_query *q;
	struct loop_timer late;
	uint64_t start = clock_now();

	memset(&result, 0, sizeof(result));
	loop_timer_init(&late, "late", on_late, NULL);
	loop_timer_arm(&late, start + WAIT);
	assert_int_equal(
		resolver_query(&q, resolver, host, 5061, on_answer, NULL), 0);
	assert_false(result.done);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_true(result.done);
	loop_timer_cancel(&late);
	mem_deref(q);
	return clock_now() - start;
}

static int setup(void **state)
{
	(void)state;

	memset(&server, 0, sizeof(server));
	server.ttl = 60;
	(void)sa_set_str(&server.addr, "127.0.0.1", 0);
	server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.fd, &server.addr.u.sa, server.addr.len),
			 0);
	assert_int_equal(
		getsockname(server.fd, &server.addr.u.sa, &server.addr.len), 0);
	assert_int_equal(loop_watch_alloc(&server.watch, "dns", server.fd,
					  LOOP_READ, on_question, NULL),
			 0);
	assert_int_equal(resolver_alloc(&resolver), 0);
	resolver_set_servers(resolver, &server.addr, 1);
	resolver_set_hosts_file(resolver, "/dev/null");
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	resolver = mem_deref(resolver);
	server.watch = mem_deref(server.watch);
	(void)close(server.fd);
	return 0;
}

static void test_resolver_takes_literals_without_asking(void **state)
{
	(void)state;

	(void)ask("192.0.2.9");
	assert_string_equal(result.text, "192.0.2.9:5061");
	(void)ask("2001:db8::9");
	assert_string_equal(result.text, "[2001:db8::9]:5061");
	(void)ask("localhost");
	assert_int_equal(result.n, 2);
	assert_int_equal(server.questions, 0);
}

static void test_resolver_refuses_what_is_no_name(void **state)
{
	static const char *const v[] = { "",	"a b",	"a..b",
					 "a/b", "a\nb", "\xc3\xa4" };
	struct resolver_query *q;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(
			resolver_query(&q, resolver, v[i], 1, on_answer, NULL),
			EINVAL);
	}
}

static void test_resolver_gives_addresses_of_both_families(void **state)
{
	(void)state;

	(void)ask("both.test");
	assert_int_equal(result.err, 0);
	assert_int_equal(result.n, 2);
	assert_non_null(strstr(result.text, "192.0.2.1:5061"));
	assert_non_null(strstr(result.text, "[::1]:5061"));

	/* From memory now, the final dot or none */
	(void)ask("BOTH.test.");
	assert_int_equal(result.n, 2);
	assert_int_equal(server.questions, 2);

	(void)ask("onlya.test");
	assert_string_equal(result.text, "192.0.2.1:5061");
	(void)ask("alias.test");
	assert_int_equal(result.n, 2);
	(void)ask("many.test");
	assert_int_equal(result.n, ADDRESSES_MAX);
}

static void test_resolver_waits_little_for_the_other_family(void **state)
{
	uint64_t took;
	(void)state;

	took = ask("muteaaaa.test");
	assert_string_equal(result.text, "192.0.2.1:5061");
	assert_true(took >= RESOLVER_DELAY);
	assert_true(took < 2 * CLOCK_S);
}

static void test_resolver_survives_malicious_answers(void **state)
{
	static const char *const v[] = { "circle.test", "pointer.test",
					 "none.test" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		(void)ask(v[i]);
		assert_int_not_equal(result.err, 0);
		assert_int_equal(result.n, 0);
	}
	(void)ask("none.test");
	assert_int_equal(result.err, ENOENT);
}

static void test_resolver_gives_up_and_keeps_old_addresses(void **state)
{
	char text[1024];
	uint64_t took;
	(void)state;

	/* Fresh for five seconds, whatever it says */
	server.ttl = 0;
	(void)ask("both.test");
	(void)ask("both.test");
	assert_int_equal(server.questions, 2);

	took = ask("mute.test");
	assert_int_equal(result.err, ETIMEDOUT);
	assert_true(took >= RESOLVER_TIMEOUT - CLOCK_S);
	assert_true(took < RESOLVER_TIMEOUT + 2 * CLOCK_S);

	/* Now it is old, and the server knows of nothing any more */
	server.gone = true;
	server.questions = 0;
	(void)ask("both.test");
	assert_int_equal(server.questions, 2);
	assert_int_equal(result.err, 0);
	assert_int_equal(result.n, 2);
	(void)re_snprintf(text, sizeof(text), "%H", resolver_print, resolver);
	assert_non_null(strstr(text, "hits=1 stale=1 failed=1"));
	assert_non_null(strstr(text, "both.test: "));
}

static void test_resolver_forgets_when_told_to(void **state)
{
	struct resolver_query *qv[8];
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(qv); i++) {
		assert_int_equal(resolver_query(&qv[i], resolver, "mute.test",
						1, on_answer, NULL),
				 0);
	}
	(void)ask("onlya.test");
	for (unsigned i = 0; i < ARRAY_SIZE(qv); i++)
		mem_deref(qv[i]); /* A sanitizer sees what is left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_resolver_takes_literals_without_asking),
		T(test_resolver_refuses_what_is_no_name),
		T(test_resolver_gives_addresses_of_both_families),
		T(test_resolver_waits_little_for_the_other_family),
		T(test_resolver_survives_malicious_answers),
		T(test_resolver_gives_up_and_keeps_old_addresses),
		T(test_resolver_forgets_when_told_to),
#undef T
	};
	int n;

	if (loop_init())
		return 1;
	n = cmocka_run_group_tests(tests, NULL, NULL);
	loop_close();
	return n;
}
