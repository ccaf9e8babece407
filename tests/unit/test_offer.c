/**
 * @file tests/unit/test_offer.c  Tests of the first offer and answer
 *
 * Descriptions of Chromium are files in tests/vectors/sdp; those of other
 * shapes are made here from a few lines.
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

/* Files, and how many of their m-lines are there and accepted */
static const struct {
	const char *name;
	unsigned lines, active;
	bool video;
} offerv[] = {
	{ "chromium-audio-offer", 1, 1, false },
	{ "jssip-audio-offer", 1, 1, false },
	{ "jssip-av-offer", 2, 2, true },
	{ "jssip-av-offer", 2, 1, false },
	{ "chromium-hold-offer", 1, 1, false },
	{ "chromium-mdns-offer", 1, 1, false },
	{ "chromium-upgrade-offer", 2, 1, false },
	{ "chromium-upgrade-offer", 2, 2, true },
	{ "chromium-stopped-offer", 2, 1, true },
	{ "chromium-restart-offer", 2, 1, true },
	{ "chromium-av-balanced-offer", 2, 2, true },
	{ "chromium-av-max-compat-offer", 2, 2, true },
	{ "chromium-av-max-bundle-offer", 2, 2, true },
	{ "chromium-av-max-bundle-offer", 2, 1, false },
	{ "chromium-data-offer", 3, 2, true },
	{ "chromium-recvonly-offer", 2, 2, true },
	{ "chromium-video-first-offer", 4, 2, true },
	{ "chromium-video-first-offer", 4, 1, false },
	{ "chromium-simulcast-offer", 2, 2, true },
};

static void test_offer_answers_chromium_line_by_line(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(offerv); i++) {
		struct offer *o = side_phone(offerv[i].video);
		struct mbuf *mb = side_file(offerv[i].name);
		struct description *d, *remote;
		unsigned active = 0;

		assert_int_equal(offer_take_offer(o, mb), 0);
		mb->pos = 0;
		assert_int_equal(description_decode(&remote, mb, NULL), 0);
		d = side_answer(o);
		assert_int_equal(d->mediac, offerv[i].lines);
		for (size_t k = 0; k < d->mediac; k++) {
			const struct description_media *a = d->mediav[k];
			const struct description_media *r = remote->mediav[k];

			assert_string_equal(a->type, r->type);
			assert_string_equal(a->proto, r->proto);
			assert_string_equal(a->mid, r->mid);
			assert_false(a->bundle_only);
			active += !description_refused(a);
			assert_int_equal(a->group,
					 description_refused(a) ? -1 : 0);
		}
		assert_int_equal(active, offerv[i].active);
		mem_deref(remote);
		mem_deref(d);
		mem_deref(mb);
		mem_deref(o);
	}
}

static void test_offer_agrees_on_opus_with_chromium(void **state)
{
	struct offer *o = side_phone(false);
	struct mbuf *mb = side_file("chromium-audio-offer");
	const struct offer_media *m;
	struct description *d;
	(void)state;

	assert_int_equal(offer_take_offer(o, mb), 0);
	d = side_answer(o);
	m = offer_active(o, OFFER_AUDIO);
	assert_non_null(m);
	assert_string_equal(m->agreedv[0].codec->name, "opus");
	assert_int_equal(m->agreedv[0].pt_send, 111);
	assert_string_equal(m->agreedv[0].fmtp, "minptime=10;useinbandfec=1");
	assert_int_equal(m->agreedc, 3);
	assert_int_equal(m->eventc, 2);
	assert_int_equal(m->eventv[0].pt_send, 110);
	assert_int_equal(m->eventv[0].codec->rate, 48000);
	assert_int_equal(m->setup, DESCRIPTION_SETUP_ACTIVE);
	assert_int_equal(m->extv[0].id, 4);
	assert_int_equal(m->remote->candidatec, 8);
	assert_int_equal(m->remote->ssrcv[0].ssrc, 2885309890u);
	assert_string_equal(d->mediav[0]->formats, "111 0 8 110 126");
	assert_int_equal(d->mediav[0]->setup, DESCRIPTION_SETUP_ACTIVE);
	assert_int_equal(d->mediav[0]->candidatec, 1);
	assert_int_equal(d->mediav[0]->port, 5000);
	mem_deref(d);
	mem_deref(mb);
	mem_deref(o);
}

static void test_offer_bundles_what_chromium_bundles(void **state)
{
	struct offer *o = side_phone(true);
	struct mbuf *mb = side_file("chromium-data-offer");
	const struct offer_media *m;
	struct description *d;
	(void)state;

	assert_int_equal(offer_take_offer(o, mb), 0);
	d = side_answer(o);
	m = offer_active(o, OFFER_VIDEO);
	assert_int_equal(m->transport, offer_index(o, OFFER_AUDIO));
	assert_int_equal(m->agreedv[0].fbc, 3);
	assert_string_equal(d->mediav[m->transport]->ufrag, "ufrag");
	assert_string_equal(d->mediav[offer_index(o, OFFER_VIDEO)]->ufrag, "");
	assert_int_equal(d->groupv[0].c, 2);
	mem_deref(d);
	mem_deref(mb);
	mem_deref(o);
}

static void test_offer_takes_what_chromium_answers(void **state)
{
	static const struct {
		const char *name;
		bool video, second;
	} casev[] = {
		{ "chromium-answers-a", false, false },
		{ "chromium-answers-av", true, false },
		{ "chromium-answers-av2", true, true },
		{ "jssip-answers-a", false, false },
		{ "jssip-answers-av", true, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct offer *o = side_phone(casev[i].video);
		struct mbuf *in = side_file(casev[i].name), *out;
		const struct offer_media *a, *v;

		side_transport(o, 0, "offr");
		if (casev[i].second)
			side_transport(o, 1, "offv");
		assert_int_equal(offer_create(o, &out), 0);
		assert_int_equal(offer_take_answer(o, in), 0);
		a = offer_active(o, OFFER_AUDIO);
		v = offer_active(o, OFFER_VIDEO);
		assert_string_equal(a->agreedv[0].codec->name, "opus");
		assert_int_equal(a->setup, DESCRIPTION_SETUP_PASSIVE);
		assert_int_equal(a->eventc, 2);
		assert_int_equal(a->remote->candidatec, 8);
		assert_true(!v == !casev[i].video);
		assert_true(!v || v->transport == 0);
		mem_deref(in);
		mem_deref(out);
		mem_deref(o);
	}
}

static void test_offer_puts_one_transport_on_one_line(void **state)
{
	struct offer *o = side_phone(true);
	struct description *d;
	struct mbuf *mb;
	(void)state;

	side_transport(o, 0, "same");
	side_transport(o, 1, "same");
	assert_int_equal(offer_create(o, &mb), 0);
	assert_int_equal(description_decode(&d, mb, NULL), 0);
	assert_true(d->mediav[1]->bundle_only);
	assert_string_equal(d->mediav[1]->ufrag, "");
	mem_deref(d);
	mem_deref(mb);

	offer_rollback(o);
	side_transport(o, 1, "othr");
	assert_int_equal(offer_create(o, &mb), 0);
	assert_int_equal(description_decode(&d, mb, NULL), 0);
	assert_false(d->mediav[1]->bundle_only);
	assert_string_equal(d->mediav[1]->ufrag, "othr");
	mem_deref(d);
	mem_deref(mb);
	mem_deref(o);
}

static void test_offer_two_phones_agree(void **state)
{
	struct offer *a = side_phone(false), *b = side_phone(false);
	const struct offer_media *m, *n;
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	m = offer_active(a, OFFER_AUDIO);
	n = offer_active(b, OFFER_AUDIO);
	assert_non_null(m);
	assert_non_null(n);
	assert_string_equal(m->remote->ufrag, "answ");
	assert_string_equal(n->remote->ufrag, "offr");
	assert_int_equal(m->setup, DESCRIPTION_SETUP_PASSIVE);
	assert_int_equal(n->setup, DESCRIPTION_SETUP_ACTIVE);
	assert_int_equal(m->dir, SDP_SENDRECV);
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_refuses_answers_that_do_not_fit(void **state)
{
	static const struct {
		const char *answer, *why;
		int err;
	} casev[] = {
		{ "hello", "SDP line 1", EBADMSG },
		{ SIDE_HEAD, "no m-line", EBADMSG },
		{ SIDE_HEAD SIDE_AUDIO, "has 1 m-lines, the offer had 2",
		  EPROTO },
		{ SIDE_HEAD SIDE_AUDIO SIDE_AUDIO, "is audio, not video",
		  EPROTO },
		{ SIDE_HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" SIDE_AUDIO,
		  "is video, not audio", EPROTO },
		{ SIDE_HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n"
			    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n",
		  "refused all", ENOTSUP },
		{ SIDE_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
			    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n",
		  "no fingerprint", EPROTO },
		{ SIDE_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 18\r\n" SIDE_TRANSPORT
			    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n",
		  "no codec in common", EPROTO },
		{ SIDE_HEAD SIDE_AUDIO "a=setup:actpass\r\n"
				       "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n",
		  "actpass in an answer", EPROTO },
		{ SIDE_HEAD SIDE_AUDIO "a=mid:1\r\nm=video 0 RTP/SAVPF 96\r\n",
		  "mid of another", EPROTO },
		{ SIDE_HEAD SIDE_AUDIO SIDE_AUDIO SIDE_AUDIO, "has 3 m-lines",
		  EPROTO },
		{ SIDE_HEAD SIDE_AUDIO "m=video 0 RTP/AVP 31\r\n", "", 0 },
	};
	struct offer *o = side_phone(true);
	struct mbuf *mb;
	(void)state;

	side_transport(o, 0, "offr");
	side_transport(o, 1, "offv");
	assert_int_equal(offer_create(o, &mb), 0);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		assert_int_equal(side_take_answer(o, casev[i].answer),
				 casev[i].err);
		if (casev[i].err)
			assert_non_null(strstr(offer_why(o), casev[i].why));
	}
	assert_int_equal(offer_state(o), OFFER_STABLE);
	assert_null(offer_active(o, OFFER_VIDEO));
	mem_deref(mb);
	mem_deref(o);
}

static void test_offer_refuses_offers_that_are_not_secure(void **state)
{
	static const struct {
		const char *offer, *why;
	} casev[] = {
		{ SIDE_HEAD "m=audio 9 RTP/AVP 0\r\n", "no fingerprint" },
		{ SIDE_HEAD "m=audio 9 RTP/SAVP 0\r\na=crypto:1 "
			    "AES_CM_128_HMAC_SHA1_80 inline:x\r\n",
		  "keys are in the SDP" },
		{ SIDE_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtcp-mux\r\n"
			    "a=fingerprint:sha-1 AB:CD\r\n",
		  "SHA-256 or better" },
		{ SIDE_HEAD
		  "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 host.invalid\r\n"
		  "a=rtcp-mux\r\n"
		  "a=fingerprint:sha-256 " SIDE_PRINT "\r\n",
		  "no ICE" },
		{ SIDE_HEAD
		  "m=application 9 UDP/DTLS/SCTP x\r\n" SIDE_TRANSPORT,
		  "type" },
		{ SIDE_HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n",
		  "ports are 0" },
		{ SIDE_HEAD SIDE_AUDIO "a=setup:holdconn\r\n", "holdconn" },
		{ SIDE_HEAD "m=audio 9 TCP/RTP/FOO 0\r\n" SIDE_TRANSPORT,
		  "protocol" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct offer *o = side_phone(false);

		assert_int_equal(side_take_offer(o, casev[i].offer), ENOTSUP);
		assert_non_null(strstr(offer_why(o), casev[i].why));
		assert_int_equal(offer_state(o), OFFER_STABLE);
		mem_deref(o);
	}
}

/* Offers of 1 to 4 m-lines of every mixture (A-6.2a) */
static void test_offer_answers_every_mixture_of_lines(void **state)
{
	static const char *const linev[] = {
		"m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\n" SIDE_TRANSPORT,
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" SIDE_TRANSPORT
		"a=rtpmap:96 VP8/90000\r\n",
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
		"m=audio 0 RTP/AVP 18 0\r\n",
		"m=text 9 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n",
		"m=video 9 RTP/AVP 31\r\n",
	};
	const size_t n = ARRAY_SIZE(linev);
	(void)state;

	for (size_t mix = 1; mix < n * n * n * n; mix++) {
		char s[8192] = SIDE_HEAD;
		struct description *d, *remote;
		struct offer *o = side_phone(mix % 2);
		struct mbuf *mb;

		for (size_t rest = mix; rest; rest /= n)
			strcat(s, linev[rest % n]);
		mb = side_text(s);
		assert_int_equal(description_decode(&remote, mb, NULL), 0);
		if (side_take_offer(o, s)) {
			mem_deref(remote);
			mem_deref(mb);
			mem_deref(o);
			continue;
		}
		d = side_answer(o);
		assert_int_equal(d->mediac, remote->mediac);
		for (size_t i = 0; i < d->mediac; i++) {
			const struct description_media *m = d->mediav[i];
			const char *formats = remote->mediav[i]->formats;

			assert_string_equal(m->type, remote->mediav[i]->type);
			assert_string_equal(m->proto, remote->mediav[i]->proto);
			assert_int_equal(strncmp(m->formats, formats,
						 strcspn(formats, " ")),
					 0);
		}
		mem_deref(d);
		mem_deref(remote);
		mem_deref(mb);
		mem_deref(o);
	}
}

static void test_offer_does_not_leak(void **state)
{
	size_t before = test_blocks();

	test_offer_answers_chromium_line_by_line(state);
	test_offer_refuses_answers_that_do_not_fit(state);
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_answers_chromium_line_by_line),
		cmocka_unit_test(test_offer_agrees_on_opus_with_chromium),
		cmocka_unit_test(test_offer_bundles_what_chromium_bundles),
		cmocka_unit_test(test_offer_takes_what_chromium_answers),
		cmocka_unit_test(test_offer_puts_one_transport_on_one_line),
		cmocka_unit_test(test_offer_two_phones_agree),
		cmocka_unit_test(test_offer_refuses_answers_that_do_not_fit),
		cmocka_unit_test(test_offer_refuses_offers_that_are_not_secure),
		cmocka_unit_test(test_offer_answers_every_mixture_of_lines),
		cmocka_unit_test(test_offer_does_not_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
