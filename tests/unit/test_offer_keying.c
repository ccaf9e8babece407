/**
 * @file tests/unit/test_offer_keying.c  Tests of where keys come from
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

#define ADDRESS "c=IN IP4 192.0.2.9\r\na=rtcp-mux\r\n"
#define KEY	"inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define CM80	"a=crypto:5 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n"
#define CM32	"a=crypto:6 AES_CM_128_HMAC_SHA1_32 " KEY "\r\n"
#define PRINT	"a=fingerprint:sha-256 " SIDE_PRINT "\r\na=setup:actpass\r\n"

static struct sdes keyv[SDES_SUITES];

static struct offer *insecure(enum offer_keying offered, bool video)
{
	struct offer *o = side_phone(video);

	for (uint32_t i = 0; i < SDES_SUITES; i++)
		sdes_make(&keyv[i], i + 1, (enum sdes_suite)i);
	offer_set_keying(o, true, offered);
	return o;
}

static void set_transport(struct offer *o)
{
	struct offer_transport t = {
		.ufrag = "abcd",
		.pwd = "abcdefghijklmnopqrstuvwx",
		.fingerprint = "sha-256 " SIDE_PRINT,
		.keyv = keyv,
	};

	assert_int_equal(sa_set_str(&t.address, "192.0.2.1", 5000), 0);
	assert_int_equal(offer_set_transport(o, 0, &t), 0);
}

/* What we write, as text with its 0 */
static char *text_of(struct offer *o, bool answer)
{
	struct mbuf *mb = NULL;
	char *text;

	set_transport(o);
	assert_int_equal(answer ? offer_answer(o, &mb) : offer_create(o, &mb),
			 0);
	assert_int_equal(mbuf_strdup(mb, &text, mbuf_get_left(mb)), 0);
	mem_deref(mb);
	return text;
}

static void test_keying_takes_the_best_of_an_offer(void **state)
{
	static const struct {
		const char *offer, *said, *unsaid;
		enum offer_keying keying;
	} v[] = {
		{ "m=audio 4000 RTP/AVP 0\r\n" ADDRESS, "RTP/AVP 0", "a=crypto",
		  OFFER_BARE },
		{ "m=audio 4000 RTP/AVPF 0\r\n" ADDRESS CM80, "RTP/AVPF 0",
		  "fingerprint", OFFER_SDES }, /* RFC 8643 */
		{ "m=audio 4000 RTP/AVP 0\r\n" ADDRESS "a=crypto:1 FOO " KEY
		  "\r\n",
		  "RTP/AVP 0", "a=crypto", OFFER_BARE },
		{ "m=audio 4000 RTP/SAVP 0\r\n" ADDRESS CM80 CM32,
		  "a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:", "crypto:6",
		  OFFER_SDES },
		{ "m=audio 4000 RTP/SAVPF 0\r\n" ADDRESS "a=crypto:1 FOO " KEY
		  "\r\n" CM32,
		  "a=crypto:6 AES_CM_128_HMAC_SHA1_32 inline:", "crypto:1",
		  OFFER_SDES },
		{ "m=audio 4000 RTP/SAVPF 0\r\n" ADDRESS CM80 PRINT,
		  "a=fingerprint", "a=crypto", OFFER_DTLS },
		{ "m=audio 4000 RTP/AVP 0\r\n" ADDRESS PRINT, "a=fingerprint",
		  "a=crypto", OFFER_DTLS },
	};
	char offer[2048];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct offer *o = insecure(OFFER_DTLS, false);
		const struct offer_media *m;
		char *text;

		(void)re_snprintf(offer, sizeof(offer), "%s%s", SIDE_HEAD,
				  v[i].offer);
		assert_int_equal(side_take_offer(o, offer), 0);
		text = text_of(o, true);
		m = offer_active(o, OFFER_AUDIO);
		assert_int_equal(m->keying, v[i].keying);
		if (!strstr(text, v[i].said) || strstr(text, v[i].unsaid) ||
		    (v[i].keying && strstr(text, "fingerprint")))
			fail_msg("%zu: %s", i, text);
		assert_null(strstr(text, KEY)); /* Ours, not theirs */
		mem_deref(text);
		mem_deref(o);
	}
}

static void test_keying_refuses_what_is_not_to_be_had(void **state)
{
	static const struct {
		const char *offer, *why;
	} v[] = {
		{ "m=audio 4000 RTP/SAVP 0\r\n" ADDRESS, "no a=crypto" },
		{ "m=audio 4000 RTP/SAVP 0\r\n" ADDRESS
		  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n",
		  "base64" },
		{ "m=audio 4000 RTP/SAVP 0\r\n" ADDRESS
		  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY
		  " UNENCRYPTED_SRTP\r\n",
		  "parameter" },
		{ "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n" ADDRESS CM80,
		  "keys are in the SDP" },
		{ "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n" ADDRESS,
		  "no fingerprint" },
		{ "m=audio 4000 RTP/SAVP 0\r\n" ADDRESS CM80
		  "a=fingerprint:sha-1 AB:CD\r\n",
		  "SHA-256" },
		{ "m=video 4000 RTP/SAVPF 96\r\na=rtpmap:96 "
		  "VP8/90000\r\n" ADDRESS CM32,
		  "for sound" },
	};
	char offer[2048];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct offer *o = insecure(OFFER_DTLS, true);

		(void)re_snprintf(offer, sizeof(offer), "%s%s", SIDE_HEAD,
				  v[i].offer);
		assert_int_equal(side_take_offer(o, offer), ENOTSUP);
		if (!strstr(offer_why(o), v[i].why))
			fail_msg("%zu: %s", i, offer_why(o));
		mem_deref(o);
	}
}

/* Nobody gets less out of our offer than it asks for */
static void test_keying_of_an_answer_is_what_was_offered(void **state)
{
	static const char bare[] = "RTP/AVP 0\r\n" ADDRESS;
	static const char *const keysv[] = {
		"RTP/SAVP 0\r\n" ADDRESS
		"a=crypto:3 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n",
		"RTP/SAVP 0\r\n" ADDRESS CM80, /* Another tag */
		"RTP/SAVP 0\r\n" ADDRESS
		"a=crypto:3 AES_CM_128_HMAC_SHA1_32 " KEY "\r\n",
		"RTP/SAVP 0\r\n" ADDRESS
		"a=crypto:3 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n"
		"a=crypto:4 AES_CM_128_HMAC_SHA1_32 " KEY "\r\n",
	};
	const struct {
		enum offer_keying offered;
		const char *answer;
		int err;
	} v[] = {
		{ OFFER_DTLS, bare, EPROTO },
		{ OFFER_DTLS, keysv[0], EPROTO },
		{ OFFER_SDES, bare, EPROTO },
		{ OFFER_SDES, keysv[0], 0 },
		{ OFFER_SDES, keysv[1], EPROTO },
		{ OFFER_SDES, keysv[2], EPROTO },
		{ OFFER_SDES, keysv[3], EPROTO },
		{ OFFER_SDES, "RTP/SAVP 0\r\n" ADDRESS PRINT, EPROTO },
		{ OFFER_BARE, bare, 0 },
		{ OFFER_BARE, "RTP/AVP 0\r\n" ADDRESS CM80, 0 },
		{ OFFER_BARE, keysv[0], EPROTO },
	};
	char answer[2048];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct offer *o = insecure(v[i].offered, false);
		char *text = text_of(o, false);
		int err;

		assert_true(!strstr(text, "fingerprint") ==
			    (v[i].offered != OFFER_DTLS));
		assert_true(!strstr(text, "a=crypto:3 AES_CM_128_HMAC_SHA1_"
					  "80 inline:") ==
			    (v[i].offered != OFFER_SDES));
		(void)re_snprintf(answer, sizeof(answer), "%sm=audio 4000 %s",
				  SIDE_HEAD, v[i].answer);
		err = side_take_answer(o, answer);
		if (err != v[i].err)
			fail_msg("%zu: %d %s", i, err, offer_why(o));
		mem_deref(text);
		mem_deref(o);
	}
}

/* Within a call neither side changes it, in neither direction */
static void test_keying_stays_what_it_was(void **state)
{
	static const char *const v[] = {
		SIDE_HEAD "m=audio 4000 RTP/AVPF 0\r\n" ADDRESS,
		SIDE_HEAD "m=audio 4000 RTP/SAVPF 0\r\n" ADDRESS CM80,
		SIDE_HEAD "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" ADDRESS PRINT,
	};
	static const enum offer_keying keyingv[] = { OFFER_BARE, OFFER_SDES,
						     OFFER_DTLS };
	static const char *const protov[] = { " RTP/AVPF ", " RTP/SAVPF ",
					      " UDP/TLS/RTP/SAVPF " };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct offer *o = insecure(OFFER_DTLS, false);
		char *text;

		assert_int_equal(side_take_offer(o, v[i]), 0);
		mem_deref(text_of(o, true));
		for (size_t k = 0; k < ARRAY_SIZE(v); k++) {
			if (k == i)
				continue;
			assert_int_equal(side_take_offer(o, v[k]), ENOTSUP);
			assert_non_null(strstr(offer_why(o), "changes how"));
		}
		assert_int_equal(side_take_offer(o, v[i]), 0);
		mem_deref(text_of(o, true));

		/* So does our own offer */
		text = text_of(o, false);
		assert_true(!strstr(text, "fingerprint") ==
			    (keyingv[i] != OFFER_DTLS));
		assert_true(!strstr(text, "a=crypto") ==
			    (keyingv[i] != OFFER_SDES));
		assert_non_null(strstr(text, protov[i]));
		mem_deref(text);
		mem_deref(o);
	}
}

/* The suite too, although the peer has better ones now */
static void test_keying_keeps_its_suite(void **state)
{
	struct offer *o = insecure(OFFER_DTLS, false);
	const char *at;
	char *text;
	(void)state;

	assert_int_equal(
		side_take_offer(o, SIDE_HEAD
				"m=audio 4000 RTP/AVP 0\r\n" ADDRESS CM80),
		0);
	mem_deref(text_of(o, true));
	text = text_of(o, false);
	at = strstr(text, "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:");
	assert_non_null(at);
	assert_null(strstr(at + 1, "a=crypto"));
	assert_ptr_equal(strstr(text, "a=crypto"), at);
	assert_int_equal(
		side_take_answer(o, SIDE_HEAD
				 "m=audio 4000 RTP/AVP 0\r\n" ADDRESS
				 "a=crypto:3 AES_CM_128_HMAC_SHA1_80 " KEY
				 "\r\n"),
		0);
	mem_deref(text);

	assert_int_equal(
		side_take_offer(o, SIDE_HEAD
				"m=audio 4000 RTP/AVP 0\r\n" ADDRESS CM32 CM80),
		0);
	text = text_of(o, true);
	assert_non_null(strstr(text, "a=crypto:5 AES_CM_128_HMAC_SHA1_80 "));
	assert_null(strstr(text, "a=crypto:6"));
	mem_deref(text);
	mem_deref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keying_takes_the_best_of_an_offer),
		cmocka_unit_test(test_keying_refuses_what_is_not_to_be_had),
		cmocka_unit_test(test_keying_of_an_answer_is_what_was_offered),
		cmocka_unit_test(test_keying_stays_what_it_was),
		cmocka_unit_test(test_keying_keeps_its_suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
