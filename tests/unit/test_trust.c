/**
 * @file tests/unit/test_trust.c  Tests of the names and times of certificates
 *
 * A subjectAltName is written as words: D:name dNSName, I:address or I#hex
 * iPAddress, U:uri, E:mail, R:registered id.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/net/trust.h"

enum {
	DER_MAX = 1024,
	BUILD = 1700000000, /* A time before that of any build [s] */
};

struct der {
	uint8_t p[DER_MAX];
	size_t n;
};

/* Wrap what is there into a tag and its length */
static void wrap(struct der *d, uint8_t tag)
{
	uint8_t head[4] = { tag };
	size_t n = 2;

	if (d->n < 128) {
		head[1] = (uint8_t)d->n;
	} else {
		head[1] = 0x82;
		head[2] = (uint8_t)(d->n >> 8);
		head[3] = (uint8_t)d->n;
		n = 4;
	}

	assert_true(d->n + n <= DER_MAX);
	memmove(d->p + n, d->p, d->n);
	memcpy(d->p, head, n);
	d->n += n;
}

static void append(struct der *d, const void *p, size_t n)
{
	assert_true(d->n + n <= DER_MAX);
	memcpy(d->p + d->n, p, n);
	d->n += n;
}

static void add_name(struct der *d, const char *word)
{
	struct der v = { .n = 0 };
	uint8_t tag = 0;
	struct sa a;

	switch (word[0]) {
	case 'D':
		tag = 0x82;
		append(&v, word + 2, strlen(word + 2));
		break;
	case 'I':
		tag = 0x87;
		if (word[1] == '#') {
			uint8_t raw[32];
			size_t n = strlen(word + 2) / 2;

			assert_int_equal(str_hex(raw, n, word + 2), 0);
			append(&v, raw, n);
			break;
		}
		assert_int_equal(sa_set_str(&a, word + 2, 0), 0);
		if (sa_af(&a) == AF_INET)
			append(&v, &a.u.in.sin_addr, 4);
		else
			append(&v, &a.u.in6.sin6_addr, 16);
		break;
	case 'U':
		tag = 0x86;
		append(&v, word + 2, strlen(word + 2));
		break;
	case 'E':
		tag = 0x81;
		append(&v, word + 2, strlen(word + 2));
		break;
	default:
		tag = 0x88;
		append(&v, "\x2a\x03", 2);
		break;
	}

	wrap(&v, tag);
	append(d, v.p, v.n);
}

/* Extensions with basicConstraints first, then the names */
static void make(struct der *out, const char *names)
{
	static const uint8_t basic[] = { 0x30, 0x0c, 0x06, 0x03, 0x55,
					 0x1d, 0x13, 0x01, 0x01, 0xff,
					 0x04, 0x02, 0x30, 0x00 };
	struct der san = { .n = 0 }, ext = { .n = 0 };
	char copy[DER_MAX], *p, *save;

	out->n = 0;
	append(out, basic, sizeof(basic));
	if (names) {
		str_ncpy(copy, names, sizeof(copy));
		for (p = strtok_r(copy, " ", &save); p;
		     p = strtok_r(NULL, " ", &save))
			add_name(&san, p);
		wrap(&san, 0x30);
		wrap(&san, 0x04);
		append(&ext, "\x06\x03\x55\x1d\x11", 5);
		append(&ext, san.p, san.n);
		wrap(&ext, 0x30);
		append(out, ext.p, ext.n);
	}
	wrap(out, 0x30);
}

#define LABEL63                                                                \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *names, *host;
	bool ok;
} casev[] = {
	/* Names, RFC 9525 section 6.3 */
	{ "D:sip.example.com", "sip.example.com", true },
	{ "D:SIP.Example.COM", "sip.example.com", true },
	{ "D:sip.example.com", "SIP.EXAMPLE.com", true },
	{ "D:sip.example.com", "sip.example.com.", true },
	{ "D:other.example.com D:sip.example.com", "sip.example.com", true },
	{ "U:sip:x E:a@b R: D:sip.example.com", "sip.example.com", true },
	{ "D:localhost", "localhost", true },
	{ "D:a_b.example.com", "a_b.example.com", true },
	{ "D:" LABEL63 ".example.com", LABEL63 ".example.com", true },
	{ "D:xn--bcher-kva.example", "xn--bcher-kva.example", true },
	{ "D:example.com", "sip.example.com", false },
	{ "D:sip.example.com", "example.com", false },
	{ "D:sip.example.com", "xsip.example.com", false },
	{ "D:sip.example.com", "sip.example.co", false },
	{ "D:sip.example.com.", "sip.example.com", false },
	{ "D:.example.com", "sip.example.com", false },
	{ "D:", "sip.example.com", false },
	{ "D:sip..example.com", "sip.example.com", false },
	{ "D:" LABEL63 "a.example.com", LABEL63 "a.example.com", false },
	{ NULL, "sip.example.com", false },
	{ "", "sip.example.com", false },

	/* Wildcards: the whole left-most label, for one label */
	{ "D:*.example.com", "sip.example.com", true },
	{ "D:*.EXAMPLE.com", "sip.example.com", true },
	{ "D:*.a.example.com", "b.a.example.com", true },
	{ "D:*.example.com", "example.com", false },
	{ "D:*.example.com", ".example.com", false },
	{ "D:*.example.com", "a.b.example.com", false },
	{ "D:s*.example.com", "sip.example.com", false },
	{ "D:*p.example.com", "sip.example.com", false },
	{ "D:s*p.example.com", "sip.example.com", false },
	{ "D:sip.*.com", "sip.example.com", false },
	{ "D:*.*.com", "sip.example.com", false },
	{ "D:**.example.com", "sip.example.com", false },
	{ "D:*", "localhost", false },
	{ "D:*.", "localhost", false },
	{ "D:*.com", "example.com", false },
	{ "D:*.example", "sip.example", false },
	{ "D:xn--*.example.com", "xn--a.example.com", false },
	{ "D:*.example.com", "*.example.com", false },

	/* Other kinds of names do not count */
	{ "U:sip:sip.example.com", "sip.example.com", false },
	{ "U:https://sip.example.com/", "sip.example.com", false },
	{ "E:root@sip.example.com", "sip.example.com", false },
	{ "R:", "sip.example.com", false },

	/* Addresses are iPAddress and nothing else */
	{ "I:192.0.2.1", "192.0.2.1", true },
	{ "I:2001:db8::1", "2001:db8::1", true },
	{ "I:2001:db8::1", "2001:DB8:0:0::1", true },
	{ "I:192.0.2.2 I:192.0.2.1 D:x", "192.0.2.1", true },
	{ "I:::1", "::1", true },
	{ "I:192.0.2.2", "192.0.2.1", false },
	{ "I:2001:db8::2", "2001:db8::1", false },
	{ "D:192.0.2.1", "192.0.2.1", false },
	{ "D:*.0.2.1", "192.0.2.1", false },
	{ "D:2001:db8::1", "2001:db8::1", false },
	{ "U:sip:192.0.2.1", "192.0.2.1", false },
	{ "I#c0000201ffffffff", "192.0.2.1", false },
	{ "I#c00002", "192.0.2.1", false },
	{ "I#", "192.0.2.1", false },
	{ "I#00000000000000000000ffffc0000201", "192.0.2.1", false },
	{ "I:192.0.2.1", "sip.example.com", false },
};

static void test_trust_compares_names_as_rfc_9525_says(void **state)
{
	struct trust_check c;
	struct der d;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		int err;

		make(&d, casev[i].names);
		assert_int_equal(trust_check_init(&c, casev[i].host, BUILD), 0);
		err = trust_match_extensions(d.p, d.n, &c, NULL);
		if (err != (casev[i].ok ? 0 : ENOENT)) {
			fail_msg("[%s] for %s: %d",
				 casev[i].names ? casev[i].names : "none",
				 casev[i].host, err);
		}
	}
}

static void test_trust_takes_no_nul_in_a_name(void **state)
{
	struct pl nul = { "sip.example.com\0.evil.org", 25 };
	struct pl end = { "sip.example.com\0", 16 };
	(void)state;

	assert_false(trust_match_dns(&nul, "sip.example.com"));
	assert_false(trust_match_dns(&end, "sip.example.com"));
	end.l = 15;
	assert_true(trust_match_dns(&end, "sip.example.com"));
}

static void test_trust_says_whether_there_is_any_name(void **state)
{
	struct trust_check c;
	struct der d;
	bool saw;
	(void)state;

	assert_int_equal(trust_check_init(&c, "h", BUILD), 0);
	make(&d, NULL);
	assert_int_equal(trust_match_extensions(d.p, d.n, &c, &saw), ENOENT);
	assert_false(saw);
	assert_int_equal(trust_match_extensions(NULL, 0, &c, &saw), ENOENT);
	assert_false(saw);
	make(&d, "U:x I:1.2.3.4");
	assert_int_equal(trust_match_extensions(d.p, d.n, &c, &saw), ENOENT);
	assert_false(saw);
	make(&d, "D:x");
	assert_int_equal(trust_match_extensions(d.p, d.n, &c, &saw), ENOENT);
	assert_true(saw);
}

static void test_trust_survives_malformed_extensions(void **state)
{
	struct trust_check c;
	struct der d, e;
	(void)state;

	assert_int_equal(trust_check_init(&c, "sip.example.com", BUILD), 0);
	make(&d, "U:a E:b I:1.2.3.4 D:*.example.org D:sip.example.com");
	for (size_t n = 1; n < d.n; n++)
		assert_int_equal(trust_match_extensions(d.p, n, &c, NULL),
				 EBADMSG);

	/* Any byte changed: no crash, and no other name accepted */
	for (size_t i = 0; i < d.n; i++) {
		for (unsigned v = 0; v < 256; v++) {
			e = d;
			e.p[i] = (uint8_t)v;
			(void)trust_match_extensions(e.p, e.n, &c, NULL);
		}
	}
	append(&d, "", 1);
	assert_int_equal(trust_match_extensions(d.p, d.n, &c, NULL), EBADMSG);
}

static void test_trust_refuses_what_is_no_host(void **state)
{
	char name[TRUST_HOST_MAX + 3];
	struct trust_check c;
	(void)state;

	memset(name, 'a', sizeof(name));
	name[TRUST_HOST_MAX + 1] = '\0';
	assert_int_equal(trust_check_init(&c, name, BUILD), EINVAL);
	assert_int_equal(trust_check_init(&c, "", BUILD), EINVAL);
	assert_int_equal(trust_check_init(&c, ".", BUILD), EINVAL);
}

static void test_trust_has_a_floor_of_time(void **state)
{
	const uint64_t year = 365 * 86400, build = trust_floor();
	struct trust_check c;
	(void)state;

	assert_true(build > BUILD);
	assert_false(trust_time_known(0));
	assert_false(trust_time_known(build - 1));
	assert_true(trust_time_known(build));
	assert_true(trust_time_known(build + 9 * year));
	assert_false(trust_time_known(build + 11 * year));

	assert_int_equal(trust_check_init(&c, "h", 0), 0);
	assert_false(c.time_known);
	assert_true(c.wall == build);
	assert_int_equal(trust_check_init(&c, "h", build + year), 0);
	assert_true(c.time_known);
	assert_true(c.wall == build + year);

	trust_set_floor(build - year);
	assert_true(trust_floor() == build);
	trust_set_floor(build + year);
	assert_true(trust_floor() == build + year);
	trust_set_floor(build);
	assert_true(trust_floor() == build + year);
	assert_false(trust_time_known(build));
	assert_true(trust_time_known(build + 11 * year - 86400));
}

static void test_trust_names_a_missing_or_empty_file(void **state)
{
	char reason[TRUST_REASON_MAX] = "";
	mbedtls_x509_crt ca;
	(void)state;

	assert_int_equal(trust_load(&ca, "/nonexistent/ca.pem", reason),
			 ENOENT);
	assert_non_null(strstr(reason, "/nonexistent/ca.pem"));
	mbedtls_x509_crt_free(&ca);

	assert_int_equal(trust_load(&ca, SOURCE_DIR "/CMakeLists.txt", reason),
			 EBADMSG);
	assert_non_null(strstr(reason, "no certificate"));
	mbedtls_x509_crt_free(&ca);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust_compares_names_as_rfc_9525_says),
		cmocka_unit_test(test_trust_takes_no_nul_in_a_name),
		cmocka_unit_test(test_trust_says_whether_there_is_any_name),
		cmocka_unit_test(test_trust_survives_malformed_extensions),
		cmocka_unit_test(test_trust_refuses_what_is_no_host),
		cmocka_unit_test(test_trust_has_a_floor_of_time),
		cmocka_unit_test(test_trust_names_a_missing_or_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
