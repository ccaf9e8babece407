/**
 * @file tests/unit/test_offer_video.c  Tests of codecs that are repeated
 *
 * H264 and VP8, each with an "rtx" of its own (RFC 4588 section 8.1).
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

static bool mode_one(const struct offer_codec *codec, const char *fmtp)
{
	(void)codec;

	return strstr(fmtp, "packetization-mode=1") != NULL &&
	       strstr(fmtp, "42e01f") != NULL;
}

static const struct offer_codec codecv[] = {
	{ .name = "H264",
	  .rate = 90000,
	  .channels = 1,
	  .pt = 100,
	  .fmtp = "packetization-mode=1;profile-level-id=42e01f",
	  .match = mode_one },
	{ .name = "rtx", .rate = 90000, .channels = 1, .pt = 101 },
	{ .name = "VP8", .rate = 90000, .channels = 1, .pt = 102 },
	{ .name = "rtx",
	  .rate = 90000,
	  .channels = 1,
	  .pt = 103,
	  .repairs = 2 },
};

static struct offer *phone(void)
{
	struct offer_medium a = side_medium(OFFER_AUDIO),
			    v = side_medium(OFFER_VIDEO);
	struct offer *o;

	v.codecv = codecv;
	v.codecc = ARRAY_SIZE(codecv);
	v.ssrc = 5;
	v.rtx_ssrc = 6;
	assert_int_equal(offer_alloc(&o, NULL), 0);
	assert_int_equal(offer_add(o, &a), 0);
	assert_int_equal(offer_add(o, &v), 0);
	return o;
}

static bool has(struct mbuf *mb, const char *line)
{
	return memmem(mb->buf, mb->end, line, strlen(line)) != NULL;
}

static void test_offer_answers_each_codec_with_its_own_repetition(void **state)
{
	struct offer *o = phone();
	struct mbuf *mb = side_file("jssip-av-offer"), *answer;
	const struct offer_media *m;
	(void)state;

	assert_int_equal(offer_take_offer(o, mb), 0);
	side_transport(o, 0, "ufrag");
	assert_int_equal(offer_answer(o, &answer), 0);
	m = offer_active(o, OFFER_VIDEO);
	assert_non_null(m);
	assert_int_equal(m->agreedc, 2);
	for (size_t i = 0; i < m->agreedc; i++) {
		char line[64];

		assert_int_not_equal(m->agreedv[i].rtx_send, 0);
		assert_int_equal(m->agreedv[i].rtx_send,
				 m->agreedv[i].rtx_recv);
		re_snprintf(line, sizeof(line), "a=fmtp:%u apt=%u\r\n",
			    m->agreedv[i].rtx_recv, m->agreedv[i].pt_recv);
		assert_true(has(answer, line));
		assert_true(has(mb, line));
	}
	assert_true(has(answer, "a=ssrc-group:FID 5 6\r\n"));
	mem_deref(answer);
	mem_deref(mb);
	mem_deref(o);
}

static void test_offer_offers_repetition_and_takes_it_answered(void **state)
{
	struct offer *a = phone(), *b = phone();
	struct mbuf *offer, *answer;
	const struct offer_media *m;
	(void)state;

	side_transport(a, 0, "ufrag");
	assert_int_equal(offer_create(a, &offer), 0);
	assert_true(has(offer, "a=fmtp:101 apt=100\r\n"));
	assert_true(has(offer, "a=fmtp:103 apt=102\r\n"));
	assert_int_equal(offer_take_offer(b, offer), 0);
	side_transport(b, 0, "other");
	assert_int_equal(offer_answer(b, &answer), 0);
	assert_int_equal(offer_take_answer(a, answer), 0);
	m = offer_active(a, OFFER_VIDEO);
	assert_int_equal(m->agreedc, 2);
	assert_int_equal(m->agreedv[0].rtx_send, 101);
	assert_int_equal(m->agreedv[1].rtx_recv, 103);
	mem_deref(offer);
	mem_deref(answer);
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_goes_without_repetition_if_the_peer_does(void **state)
{
	static const char text[] =
		"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n"
		"m=video 6000 UDP/TLS/RTP/SAVPF 120 121\r\n"
		"c=IN IP4 192.0.2.9\r\na=mid:v\r\na=rtcp-mux\r\n"
		"a=rtpmap:120 VP8/90000\r\na=rtpmap:121 rtx/90000\r\n"
		"a=fmtp:121 apt=99\r\na=ice-ufrag:abcd\r\n"
		"a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
		"a=fingerprint:sha-256 " SIDE_PRINT "\r\n";
	struct offer *o = phone();
	const struct offer_media *m;
	(void)state;

	assert_int_equal(side_take_offer(o, text), 0);
	m = offer_active(o, OFFER_VIDEO);
	assert_int_equal(m->agreedc, 1);
	assert_string_equal(m->agreedv[0].codec->name, "VP8");
	assert_int_equal(m->agreedv[0].rtx_send, 0);
	mem_deref(o);
}

/* One exchange, `a` offering */
static struct mbuf *exchange(struct offer *a, struct offer *b)
{
	struct mbuf *offer, *answer;

	assert_int_equal(offer_create(a, &offer), 0);
	assert_int_equal(offer_take_offer(b, offer), 0);
	side_transport(b, 0, "other");
	assert_int_equal(offer_answer(b, &answer), 0);
	assert_int_equal(offer_take_answer(a, answer), 0);
	mem_deref(answer);
	return offer;
}

static void test_offer_says_slides_while_they_are_sent(void **state)
{
	static const char line[] = "a=content:slides\r\n";
	struct offer *a = phone(), *b = phone();
	const int index = offer_index(a, OFFER_VIDEO);
	struct mbuf *offer;
	(void)state;

	side_transport(a, 0, "ufrag");
	mem_deref(exchange(a, b));

	offer_set_content(a, OFFER_VIDEO, "slides");
	offer = exchange(a, b);
	assert_true(has(offer, line));
	assert_int_equal(offer_index(a, OFFER_VIDEO), index);
	assert_true(description_content(offer_active(b, OFFER_VIDEO)->remote,
					"slides"));
	mem_deref(offer);

	/* Who sends nothing says nothing of it */
	offer_set_dir(a, OFFER_VIDEO, SDP_RECVONLY);
	offer = exchange(a, b);
	assert_false(has(offer, line));
	mem_deref(offer);

	offer_set_dir(a, OFFER_VIDEO, SDP_SENDRECV);
	offer_set_content(a, OFFER_VIDEO, NULL);
	offer = exchange(a, b);
	assert_false(has(offer, line));
	assert_int_equal(offer_count(a), 2);
	assert_false(description_content(offer_active(b, OFFER_VIDEO)->remote,
					 "slides"));
	mem_deref(offer);
	mem_deref(a);
	mem_deref(b);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_offer_answers_each_codec_with_its_own_repetition),
		cmocka_unit_test(
			test_offer_offers_repetition_and_takes_it_answered),
		cmocka_unit_test(
			test_offer_goes_without_repetition_if_the_peer_does),
		cmocka_unit_test(test_offer_says_slides_while_they_are_sent),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
