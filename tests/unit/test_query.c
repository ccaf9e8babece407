/**
 * @file tests/unit/test_query.c  Tests of query and check: STUN messages
 *
 * The vectors are those of RFC 5769.
 */
#include "tests/unit/test.h"
#include "core/base/entropy.h"
#include "core/net/check.h"
#include "core/net/query.h"

enum {
	SEEDS = 20000,
	BUFFER = 2048,
};

static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";

static const uint8_t request[] = {
	0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
	0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10,
	0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
	0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
	0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
	0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
	0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
	0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
	0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};

static const uint8_t response4[] = {
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
	0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b,
	0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
	0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3,
	0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7,
	0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

static const uint8_t response6[] = {
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
	0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b,
	0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
	0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
	0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1,
	0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
	0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};

static const uint8_t longterm[] = {
	0x00, 0x01, 0x00, 0x60, 0x21, 0x12, 0xa4, 0x42, 0x78, 0xad, 0x34, 0x33,
	0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e, 0x00, 0x06, 0x00, 0x12,
	0xe3, 0x83, 0x9e, 0xe3, 0x83, 0x88, 0xe3, 0x83, 0xaa, 0xe3, 0x83, 0x83,
	0xe3, 0x82, 0xaf, 0xe3, 0x82, 0xb9, 0x00, 0x00, 0x00, 0x15, 0x00, 0x1c,
	0x66, 0x2f, 0x2f, 0x34, 0x39, 0x39, 0x6b, 0x39, 0x35, 0x34, 0x64, 0x36,
	0x4f, 0x4c, 0x33, 0x34, 0x6f, 0x4c, 0x39, 0x46, 0x53, 0x54, 0x76, 0x79,
	0x36, 0x34, 0x73, 0x41, 0x00, 0x14, 0x00, 0x0b, 0x65, 0x78, 0x61, 0x6d,
	0x70, 0x6c, 0x65, 0x2e, 0x6f, 0x72, 0x67, 0x00, 0x00, 0x08, 0x00, 0x14,
	0xf6, 0x70, 0x24, 0x65, 0x6d, 0xd6, 0x4a, 0x3e, 0x02, 0xb8, 0xe0, 0x71,
	0x2e, 0x85, 0xc9, 0xa2, 0x8c, 0xa8, 0x96, 0x66,
};

static struct mbuf *copy(const uint8_t *p, size_t n)
{
	struct mbuf *mb = mbuf_alloc(n);

	assert_non_null(mb);
	assert_int_equal(mbuf_write_mem(mb, p, n), 0);
	mb->pos = 0;
	return mb;
}

static void test_query_reads_the_request_of_rfc_5769(void **state)
{
	struct mbuf *mb = copy(request, sizeof(request));
	struct stun_unknown_attr ua;
	struct stun_msg *msg;
	struct check_in in;
	(void)state;

	assert_int_equal(query_decode(&msg, &ua, mb), 0);
	assert_int_equal(ua.typec, 0);
	assert_true(check_authentic(msg, password));
	assert_false(check_authentic(msg, "VOkJxbRl1RmTxUk/WvJxBu"));
	assert_false(check_authentic(msg, ""));
	assert_int_equal(check_read(&in, msg), 0);
	assert_string_equal(in.lufrag, "evtj");
	assert_string_equal(in.rufrag, "h6vY");
	assert_int_equal(in.priority, 0x6e0001ff);
	assert_true(in.controlled);
	assert_false(in.controlling);
	assert_true(in.tiebreaker == 0x932ff9b151263b36);
	assert_false(in.use);
	mem_deref(msg);
	mem_deref(mb);
}

static void expect_mapped(const uint8_t *p, size_t n, const char *addr)
{
	struct mbuf *mb = copy(p, n);
	struct stun_unknown_attr ua;
	struct stun_attr *attr;
	struct stun_msg *msg;
	struct sa sa;

	assert_int_equal(query_decode(&msg, &ua, mb), 0);
	assert_true(check_authentic(msg, password));
	attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
	assert_non_null(attr);
	assert_int_equal(sa_set_str(&sa, addr, 32853), 0);
	assert_true(sa_cmp(&attr->v.sa, &sa, SA_ALL));
	mem_deref(msg);
	mem_deref(mb);
}

static void test_query_reads_the_responses_of_rfc_5769(void **state)
{
	(void)state;

	expect_mapped(response4, sizeof(response4), "192.0.2.1");
	expect_mapped(response6, sizeof(response6),
		      "2001:db8:1234:5678:11:2233:4455:6677");
}

static void test_query_reads_long_term_credentials(void **state)
{
	/* The user name is Matrix in katakana, the password after SASLprep */
	static const char key[] = "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa"
				  "\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9"
				  ":example.org:TheMatrIX";
	struct mbuf *mb = copy(longterm, sizeof(longterm));
	struct stun_unknown_attr ua;
	uint8_t hash[MD5_SIZE];
	struct stun_msg *msg;
	(void)state;

	md5((const uint8_t *)key, sizeof(key) - 1, hash);
	assert_int_equal(query_decode(&msg, &ua, mb), 0);
	assert_int_equal(stun_msg_chk_mi(msg, hash, sizeof(hash)), 0);
	mem_deref(msg);
	mem_deref(mb);
}

static int decode(const uint8_t *p, size_t n)
{
	struct mbuf *mb = copy(p, n);
	struct stun_unknown_attr ua;
	struct stun_msg *msg = NULL;
	int err = query_decode(&msg, &ua, mb);

	mem_deref(msg);
	mem_deref(mb);
	return err;
}

static bool believed(const uint8_t *p, size_t n)
{
	struct mbuf *mb = copy(p, n);
	struct stun_unknown_attr ua;
	struct stun_msg *msg = NULL;
	bool ok = !query_decode(&msg, &ua, mb) &&
		  check_authentic(msg, password);

	mem_deref(msg);
	mem_deref(mb);
	return ok;
}

static void test_query_believes_no_changed_bit(void **state)
{
	uint8_t bad[sizeof(request)];
	(void)state;

	assert_true(believed(request, sizeof(request)));
	for (size_t bit = 0; bit < sizeof(request) * 8; bit++) {
		memcpy(bad, request, sizeof(bad));
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(believed(bad, sizeof(bad)));
	}
	for (size_t n = 0; n < sizeof(request); n++)
		assert_int_equal(decode(request, n), EBADMSG);
}

static void test_query_refuses_what_follows_the_integrity(void **state)
{
	static const uint8_t use[] = { 0, 0x25, 0, 0 };
	uint8_t bad[sizeof(response4) + sizeof(use)];
	size_t at = sizeof(response4) - 8;
	(void)state;

	/* USE-CANDIDATE between MESSAGE-INTEGRITY and FINGERPRINT, and no
	   FINGERPRINT that could be wrong */
	memcpy(bad, response4, at);
	memcpy(bad + at, use, sizeof(use));
	bad[3] = (uint8_t)(at + sizeof(use) - STUN_HEADER_SIZE);
	assert_int_equal(decode(bad, at + sizeof(use)), EBADMSG);
}

static void test_query_refuses_too_many_attributes(void **state)
{
	uint8_t many[STUN_HEADER_SIZE + 4 * (QUERY_ATTRIBUTES + 1)];
	(void)state;

	for (size_t n = QUERY_ATTRIBUTES; n <= QUERY_ATTRIBUTES + 1; n++) {
		memset(many, 0, sizeof(many));
		memcpy(many, request, STUN_HEADER_SIZE);
		many[3] = (uint8_t)(4 * n);
		for (size_t i = 0; i < n; i++)
			many[STUN_HEADER_SIZE + 4 * i] = 0xc0;
		assert_int_equal(decode(many, STUN_HEADER_SIZE + 4 * n),
				 n == QUERY_ATTRIBUTES ? 0 : EBADMSG);
	}
}

static void test_query_survives_any_message(void **state)
{
	(void)state;

	for (unsigned i = 0; i < SEEDS; i++) {
		uint8_t p[BUFFER];
		size_t n = sizeof(longterm);

		/* Without FINGERPRINT, so that libre sees it */
		memcpy(p, longterm, n);
		for (unsigned k = 0; k < 4; k++)
			p[entropy_between(STUN_HEADER_SIZE, n - 1)] =
				(uint8_t)entropy_u32();
		(void)decode(p, n);
	}
}

static void test_query_repeats_and_expires(void **state)
{
	/* Rc 7, Rm 16, RFC 8489 section 6.2.1, in multiples of the RTO */
	static const unsigned sendv[] = { 0, 1, 3, 7, 15, 31, 63 };
	const uint64_t rto = 500 * CLOCK_MS;
	struct query q = { .mb = NULL };
	uint64_t now = CLOCK_S;
	(void)state;

	assert_true(query_due(&q) == CLOCK_NEVER);
	assert_int_equal(query_step(&q, now), QUERY_WAIT);
	query_set_tid(&q);
	query_start(&q, mbuf_alloc(1), rto, QUERY_SENDS, now);
	for (size_t i = 0; i < ARRAY_SIZE(sendv); i++) {
		assert_true(query_due(&q) == now + sendv[i] * rto);
		assert_int_equal(query_step(&q, query_due(&q) - 1), QUERY_WAIT);
		assert_int_equal(query_step(&q, query_due(&q)), QUERY_SEND);
	}
	assert_true(query_due(&q) == now + 79 * rto);
	assert_int_equal(query_step(&q, query_due(&q)), QUERY_EXPIRED);
	assert_false(query_active(&q));
}

static void test_check_answers_are_read_by_check(void **state)
{
	const struct check_keys k = { .lufrag = "mine",
				      .rufrag = "yours",
				      .rpwd = "password",
				      .controlling = true,
				      .tiebreaker = 0x0123456789abcdef };
	const struct stun_unknown_attr odd = { { 0x71 }, 1 };
	struct mbuf *mb, *ok, *bad;
	struct stun_unknown_attr ua;
	struct stun_msg *msg, *r;
	struct check_in in;
	struct query q;
	struct sa src;
	(void)state;

	query_set_tid(&q);
	sa_set_str(&src, "2001:db8::1", 7);
	assert_int_equal(check_request(&mb, &q, &k, 7, true), 0);
	assert_int_equal(query_decode(&msg, &ua, mb), 0);
	assert_true(check_authentic(msg, k.rpwd));
	assert_int_equal(check_read(&in, msg), 0);
	assert_string_equal(in.lufrag, "yours");
	assert_string_equal(in.rufrag, "mine");
	assert_true(in.use && in.controlling && !in.controlled);
	assert_true(in.tiebreaker == k.tiebreaker);

	assert_int_equal(check_response(&ok, msg, k.rpwd, &src), 0);
	assert_int_equal(query_decode(&r, &ua, ok), 0);
	assert_true(check_authentic(r, k.rpwd));
	assert_memory_equal(stun_msg_tid(r), q.tid, sizeof(q.tid));
	mem_deref(r);

	assert_int_equal(check_error(&bad, msg, k.rpwd, CHECK_UNKNOWN, &odd),
			 0);
	assert_int_equal(query_decode(&r, &ua, bad), 0);
	assert_true(check_authentic(r, k.rpwd));
	assert_int_equal(stun_msg_attr(r, STUN_ATTR_ERR_CODE)->v.err_code.code,
			 CHECK_UNKNOWN);
	assert_int_equal(
		stun_msg_attr(r, STUN_ATTR_UNKNOWN_ATTR)->v.unknown_attr.typec,
		1);
	mem_deref(r);
	mem_deref(bad);
	mem_deref(ok);
	mem_deref(msg);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_reads_the_request_of_rfc_5769),
		cmocka_unit_test(test_query_reads_the_responses_of_rfc_5769),
		cmocka_unit_test(test_query_reads_long_term_credentials),
		cmocka_unit_test(test_query_believes_no_changed_bit),
		cmocka_unit_test(test_query_refuses_what_follows_the_integrity),
		cmocka_unit_test(test_query_refuses_too_many_attributes),
		cmocka_unit_test(test_query_survives_any_message),
		cmocka_unit_test(test_query_repeats_and_expires),
		cmocka_unit_test(test_check_answers_are_read_by_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
