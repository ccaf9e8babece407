/**
 * @file tests/unit/test_sdes.c  Tests of the keys in SDP
 */
#include "tests/unit/test.h"
#include "core/net/ciphers.h"
#include "core/net/protect.h"

#define CM80  "AES_CM_128_HMAC_SHA1_80"
#define KEY   "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define KEY28 "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="

static int decode(struct sdes *s, const char *text, const char **whyp)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return sdes_decode(s, &pl, whyp);
}

/* RFC 4568 sections 4.1, 6.1 and 9; RFC 7714 section 14.2 */
static void test_sdes_reads_what_it_may(void **state)
{
	static const struct {
		const char *text;
		uint32_t tag;
		enum sdes_suite suite;
		uint64_t lifetime;
	} v[] = {
		{ "1 " CM80 " " KEY, 1, SDES_CM_80, SDES_LIFETIME },
		{ "1 " CM80 " " KEY "|2^20", 1, SDES_CM_80, 1 << 20 },
		{ "2\taes_cm_128_hmac_sha1_32  " KEY "|1048576", 2, SDES_CM_32,
		  1048576 },
		{ "999999999 " CM80 " " KEY "|2^48 WSH=64 -NEW=1", 999999999,
		  SDES_CM_80, SDES_LIFETIME },
		{ "3 AEAD_AES_128_GCM " KEY28, 3, SDES_GCM_128, SDES_LIFETIME },
	};
	const char *why;
	struct sdes s;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (decode(&s, v[i].text, &why))
			fail_msg("%s: %s", v[i].text, why);
		assert_int_equal(s.tag, v[i].tag);
		assert_int_equal(s.suite, v[i].suite);
		assert_true(s.lifetime == v[i].lifetime);
	}
	assert_memory_equal(s.key, "\0\1\2\3\4\5\6\7", 8);
}

static const struct {
	const char *text;
	int err;
} refusedv[] = {
	{ "", EBADMSG },
	{ "1", EBADMSG },
	{ "1 " CM80, EBADMSG },
	{ "x " CM80 " " KEY, EBADMSG },
	{ "0 " CM80 " " KEY, EBADMSG },
	{ "-1 " CM80 " " KEY, EBADMSG },
	{ "1234567890 " CM80 " " KEY, EBADMSG },
	{ "1 AES_192_CM_HMAC_SHA1_80 " KEY, ENOTSUP },
	{ "1 F8_128_HMAC_SHA1_80 " KEY, ENOTSUP },
	{ "1 NULL_HMAC_SHA1_80 " KEY, ENOTSUP },
	{ "1 " CM80 " outline:x", EBADMSG },
	{ "1 " CM80 " inline:", EBADMSG },
	{ "1 " CM80 " " KEY "A", EBADMSG },
	{ "1 " CM80 " " KEY "AAAA", EBADMSG },
	{ "1 " CM80 " " KEY28, EBADMSG }, /* Of another suite */
	{ "1 " CM80 " inline:d0Rmdmcm_CspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
	  EBADMSG },
	{ "1 " CM80 " inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJS==",
	  EBADMSG },
	/* Bits behind the end: another text of the same bytes */
	{ "1 AEAD_AES_128_GCM "
	  "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGx==",
	  EBADMSG },
	{ "1 " CM80 " " KEY "|", EBADMSG },
	{ "1 " CM80 " " KEY "|0", EBADMSG },
	{ "1 " CM80 " " KEY "|2^", EBADMSG },
	{ "1 " CM80 " " KEY "|2^49", EBADMSG },
	{ "1 " CM80 " " KEY "|2^20|", EBADMSG },
	{ "1 " CM80 " " KEY "|281474976710657", EBADMSG },
	{ "1 " CM80 " " KEY "|99999999999999999999", EBADMSG },
	{ "1 " CM80 " " KEY "|x:1", EBADMSG },
	{ "1 " CM80 " " KEY "|1:129", EBADMSG },
	{ "1 " CM80 " " KEY "|1:1|2^20", EBADMSG },
	{ "1 " CM80 " " KEY "|1:", EBADMSG },
	{ "1 " CM80 " " KEY "|:1", EBADMSG },
	{ "1 " CM80 " " KEY "|1:4", ENOTSUP },
	{ "1 " CM80 " " KEY "|2^20|1:4", ENOTSUP },
	{ "1 " CM80 " " KEY ";" KEY, ENOTSUP },
	{ "1 " CM80 " " KEY " UNENCRYPTED_SRTP", ENOTSUP },
	{ "1 " CM80 " " KEY " UNENCRYPTED_SRTCP", ENOTSUP },
	{ "1 " CM80 " " KEY " UNAUTHENTICATED_SRTP", ENOTSUP },
	{ "1 " CM80 " " KEY " KDR=0", ENOTSUP },
	{ "1 " CM80 " " KEY " FEC_ORDER=SRTP_FEC", ENOTSUP },
	{ "1 " CM80 " " KEY " WSH=63", EBADMSG },
	{ "1 " CM80 " " KEY " WHO=KNOWS", ENOTSUP },
};

static void test_sdes_refuses_what_it_must(void **state)
{
	static const uint8_t none[SDES_KEY];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(refusedv); i++) {
		const char *why = "";
		struct sdes s;
		int err = decode(&s, refusedv[i].text, &why);

		if (err != refusedv[i].err || !*why)
			fail_msg("%s: %d %s", refusedv[i].text, err, why);
		assert_memory_equal(s.key, none, sizeof(none));
	}
}

static void test_sdes_writes_what_it_reads(void **state)
{
	(void)state;

	for (int i = 0; i < SDES_SUITES; i++) {
		struct sdes a, b, c;
		char text[SDES_LINE];
		const char *why;

		sdes_make(&a, 7, (enum sdes_suite)i);
		sdes_make(&c, 7, (enum sdes_suite)i);
		assert_true(re_snprintf(text, sizeof(text), "%H", sdes_print,
					&a) > 0);
		assert_int_equal(decode(&b, text, &why), 0);
		assert_int_equal(b.tag, 7);
		assert_true(sdes_same(&a, &b));
		assert_false(sdes_same(&a, &c));
		sdes_wipe(&b);
		assert_false(sdes_same(&a, &b));
	}
}

static struct mbuf *packet(unsigned seq)
{
	static const uint8_t head[] = { 0x80, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct mbuf *mb = mbuf_alloc(200);

	assert_int_equal(mbuf_write_mem(mb, head, sizeof(head)), 0);
	assert_int_equal(mbuf_fill(mb, 0x55, 100), 0);
	mb->buf[3] = (uint8_t)seq;
	mb->pos = 0;
	return mb;
}

/* @return what opening it says */
static int pass(struct protect *from, struct protect *to, unsigned seq)
{
	struct mbuf *mb = packet(seq);
	int err;

	assert_int_equal(protect_seal_packet(from, mb), 0);
	assert_true(mbuf_get_left(mb) > 112);
	err = protect_open_packet(to, mb);
	if (!err) {
		assert_int_equal(mbuf_get_left(mb), 112);
		assert_int_equal(mbuf_buf(mb)[111], 0x55);
	}
	mem_deref(mb);
	return err;
}

static void test_sdes_keys_seal_and_open_in_every_suite(void **state)
{
	size_t before;
	(void)state;

	assert_int_equal(ciphers_start(), 0); /* It keeps a little */
	before = test_blocks();

	for (int i = 0; i < SDES_SUITES; i++) {
		struct protect *a, *b;
		struct sdes x, y, z;

		sdes_make(&x, 1, (enum sdes_suite)i);
		sdes_make(&y, 1, (enum sdes_suite)i);
		sdes_make(&z, 1, (enum sdes_suite)i);
		z.lifetime = 2;
		assert_int_equal(protect_alloc_sdes(&a, &x, &y), 0);
		assert_int_equal(protect_alloc_sdes(&b, &y, &x), 0);
		assert_int_equal(pass(a, b, 1), 0);
		assert_int_equal(pass(b, a, 1), 0);

		/* a goes on with another key, which serves for two */
		mem_deref(a);
		assert_int_equal(protect_alloc_sdes(&a, &z, &y), 0);
		assert_int_equal(pass(a, b, 2), EACCES);
		assert_int_equal(protect_set_rx(b, &z), 0);
		assert_int_equal(pass(a, b, 3), 0);
		assert_int_equal(pass(a, b, 4), 0);
		assert_int_equal(pass(a, b, 5), EKEYEXPIRED);
		assert_int_equal(pass(b, a, 2), 0);
		z.suite = i ? SDES_GCM_256 : SDES_CM_32;
		assert_int_equal(protect_set_rx(b, &z), EINVAL);
		mem_deref(a);
		mem_deref(b);
	}
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sdes_reads_what_it_may),
		cmocka_unit_test(test_sdes_refuses_what_it_must),
		cmocka_unit_test(test_sdes_writes_what_it_reads),
		cmocka_unit_test(test_sdes_keys_seal_and_open_in_every_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
