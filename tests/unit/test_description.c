/**
 * @file tests/unit/test_description.c  Tests of SDP text to structs and back
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"
#include "core/sip/description_encode.h"

#define LINE "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"

static struct description *decode(const char *s)
{
	struct description_fault fault;
	struct description *d = NULL;
	struct mbuf *mb = side_text(s);
	int err = description_decode(&d, mb, &fault);

	if (err)
		print_error("line %u: %s\n", fault.line, fault.why);
	assert_int_equal(err, 0);
	mem_deref(mb);
	return d;
}

static const struct {
	const char *text;
	unsigned line;
	int err;
} faultv[] = {
	{ "", 0, EBADMSG },
	{ "v=0\r\n", 0, EBADMSG },
	{ "v=1\r\n" LINE, 1, EBADMSG },
	{ "s=-\r\nv=0\r\n" LINE, 1, EBADMSG },
	{ "v=0\r\nv=0\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\nhello\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\na\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\no=- 1 1\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\nc=IN IP5 x\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\nc=IN IP4\r\n" LINE, 2, EBADMSG },
	{ "v=0\r\nm=audio\r\n", 2, EBADMSG },
	{ "v=0\r\nm=audio 9 RTP/AVP\r\n", 2, EBADMSG },
	{ "v=0\r\nm=audio 65536 RTP/AVP 0\r\n", 2, EBADMSG },
	{ "v=0\r\nm=audio -1 RTP/AVP 0\r\n", 2, EBADMSG },
	{ "v=0\r\nm=audio 9 RTP/AVP 128\r\n", 2, EBADMSG },
	{ "v=0\r\nm=audio 9 RTP/AVP x\r\n", 2, EBADMSG },
	{ "v=0\r\nm=au\"dio 9 RTP/AVP 0\r\n", 2, EBADMSG },
	{ "v=0\r\n" LINE "a=rtpmap:0 PCMU\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=rtpmap:0 PCMU/x\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=rtpmap:0 PCMU/0\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=rtpmap:0 PCMU/8000/999\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=ice-ufrag:abc\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=ice-ufrag:ab cd\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=ice-pwd:01234567890123456789\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=fingerprint:sha-256\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=fingerprint:sha-256 AB:\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=fingerprint:sha-256 A:BC\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=setup:both\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=mid:a b\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=mid:\r\n", 3, EBADMSG },
	{ "v=0\r\n" LINE "a=mid:x\r\n" LINE "a=mid:x\r\n", 0, EBADMSG },
	{ "v=0\r\n" LINE "a=x\ry\r\n", 3, EBADMSG },
};

static void test_description_faults_name_their_line(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(faultv); i++) {
		struct description_fault fault;
		struct description *d = NULL;
		struct mbuf *mb = side_text(faultv[i].text);

		if (!description_decode(&d, mb, &fault))
			print_error("%s", faultv[i].text);
		assert_null(d);
		mb->pos = 0;
		assert_int_equal(description_decode(&d, mb, &fault),
				 faultv[i].err);
		assert_int_equal(fault.line, faultv[i].line);
		assert_true(*fault.why);
		mem_deref(mb);
	}
}

static void test_description_tolerates_what_does_no_harm(void **state)
{
	static const char *const casev[] = {
		"v=0\n" LINE,
		"v=0\r\n\r\nm=audio 9/2 RTP/AVP 0",
		"v=0\r\nz=0 0\r\nk=clear:x\r\nr=1\r\n" LINE "i=x\r\n",
		"v=0\r\n" LINE "a=rtpmap:99 foo\r\na=rtcp-fb:99 nack\r\n",
		"v=0\r\n" LINE "a=extmap:0 x\r\na=extmap:999 x\r\na=extmap\r\n",
		"v=0\r\n" LINE "a=ssrc:x\r\na=ssrc:99999999999 a\r\n",
		"v=0\r\n" LINE "a=ptime:20.5\r\na=rtcp:x\r\nb=AS:x\r\nb=\r\n",
		"v=0\r\n" LINE "a=ice-pwd:012345678901234567890\r\n",
		"v=0\r\na=group:LS 1 2\r\na=group:BUNDLE 7 8\r\n" LINE,
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		mem_deref(decode(casev[i]));
}

static void test_description_session_level_counts_for_each_line(void **state)
{
	struct description *d = decode(
		"v=0\r\no=a 1 7 IN IP6 ::1\r\ns=x\r\nc=IN IP6 ::1\r\n"
		"b=AS:10\r\na=sendonly\r\na=setup:active\r\n"
		"a=ice-ufrag:sess\r\na=ice-pwd:0123456789012345678901\r\n"
		"a=fingerprint:sha-256 AA\r\na=fingerprint:sha-512 BB\r\n"
		"a=extmap:1 urn:a\r\na=tls-id:t\r\n" LINE
		"m=video 9 RTP/AVP 31\r\na=ice-ufrag:medi\r\n"
		"c=IN IP4 192.0.2.1\r\na=fingerprint:sha-256 CC\r\n"
		"a=recvonly\r\na=setup:passive\r\na=extmap:2 urn:b\r\n");
	const struct description_media *a = d->mediav[0], *v = d->mediav[1];
	(void)state;

	assert_int_equal(d->version, 7);
	assert_string_equal(a->ufrag, "sess");
	assert_string_equal(a->address, "::1");
	assert_true(a->ip6);
	assert_int_equal(a->dir, SDP_SENDONLY);
	assert_int_equal(a->setup, DESCRIPTION_SETUP_ACTIVE);
	assert_int_equal(a->printc, 2);
	assert_int_equal(a->tias, 10000);
	assert_int_equal(a->extc, 1);
	assert_string_equal(a->tls_id, "t");
	assert_string_equal(v->ufrag, "medi");
	assert_string_equal(v->pwd, a->pwd);
	assert_false(v->ip6);
	assert_int_equal(v->printc, 1);
	assert_string_equal(v->printv[0].value, "CC");
	assert_int_equal(v->dir, SDP_RECVONLY);
	assert_int_equal(v->extc, 2);
	mem_deref(d);
}

static void test_description_reads_a_line_of_chromium(void **state)
{
	struct mbuf *mb = side_file("chromium-av-balanced-offer");
	struct description *d;
	const struct description_media *v;
	const struct description_format *f;
	struct pl value;
	(void)state;

	assert_int_equal(description_decode(&d, mb, NULL), 0);
	assert_int_equal(d->mediac, 2);
	assert_true(d->extmap_mixed);
	assert_int_equal(d->groupv[0].c, 2);
	v = d->mediav[1];
	assert_string_equal(v->type, "video");
	assert_int_equal(v->group, 0);
	assert_int_equal(v->ssrcc, 2);
	assert_true(*v->ssrcv[0].cname);
	f = description_format(v, 96);
	assert_string_equal(f->name, "VP8");
	assert_int_equal(f->rate, 90000);
	assert_int_equal(f->fbc, 5);
	for (size_t i = 0; i < v->formatc; i++) {
		f = &v->formatv[i];
		if (!strcmp(f->name, "H264"))
			assert_true(description_param(
				f->fmtp, "profile-level-id", &value));
	}
	mem_deref(d);
	mem_deref(mb);
}

static void test_description_limits_hold(void **state)
{
	const size_t size = 200000;
	char *s = malloc(size);
	struct description_fault fault;
	struct description *d;
	struct mbuf *mb;
	(void)state;

	strcpy(s, "v=0\r\n");
	for (unsigned i = 0; i <= DESCRIPTION_MEDIA; i++)
		strcat(s, LINE);
	mb = side_text(s);
	assert_int_equal(description_decode(&d, mb, &fault), EOVERFLOW);
	assert_int_equal(fault.line, 2 + DESCRIPTION_MEDIA);
	mem_deref(mb);

	strcpy(s, "v=0\r\nm=audio 9 RTP/AVP");
	for (unsigned i = 0; i < 128; i++)
		re_snprintf(s + strlen(s), size - strlen(s), " %u", i);
	strcat(s, "\r\n");
	for (unsigned i = 0; i < 300; i++) {
		strcat(s, "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n");
		re_snprintf(s + strlen(s), size - strlen(s),
			    "a=ssrc:%u cname:x\r\na=extmap:%u urn\r\n"
			    "a=rtcp-fb:* x\r\n",
			    i, i);
	}
	d = decode(s);
	assert_int_equal(d->mediav[0]->formatc, DESCRIPTION_FORMATS);
	assert_int_equal(d->mediav[0]->candidatec, DESCRIPTION_CANDIDATES);
	assert_int_equal(d->mediav[0]->ssrcc, DESCRIPTION_SSRCS);
	assert_int_equal(d->mediav[0]->extc, DESCRIPTION_EXTS);
	assert_int_equal(d->mediav[0]->formatv[0].fbc, DESCRIPTION_FBS);
	mem_deref(d);

	memset(s, 'x', size);
	memcpy(s, "v=0\r\ns=", 7);
	s[DESCRIPTION_LINE + 100] = '\0';
	mb = side_text(s);
	assert_int_equal(description_decode(&d, mb, &fault), EOVERFLOW);
	assert_int_equal(fault.line, 2);
	mem_deref(mb);
	free(s);
}

static void test_description_encode_smuggles_nothing(void **state)
{
	struct description_media *m;
	struct description *d;
	struct mbuf *mb = mbuf_alloc(64);
	(void)state;

	assert_int_equal(description_alloc(&d), 0);
	m = description_add(d, "audio", "RTP/SAVPF");
	m->formats = "0";
	m->msid = "a\r\na=ice-ufrag:evil";
	assert_int_equal(description_encode(mb, d), EINVAL);
	mem_deref(mb);
	mem_deref(d);
}

static void test_description_content_is_a_list_of_tags(void **state)
{
	static const struct {
		const char *text;
		bool slides;
	} casev[] = {
		{ "", false },
		{ "a=content:slides\r\n", true },
		{ "a=content:SLIDES\r\n", true },
		{ "a=content:alt,slides\r\n", true },
		{ "a=content:slides,\r\n", true },
		{ "a=content:,,slides\r\n", true },
		{ "a=content:slide\r\n", false },
		{ "a=content:slidesx,main\r\n", false },
		{ "a=content:sl ides\r\na=content:slides\r\n", true },
		{ "a=content:main\r\na=content:slides\r\n", false },
		{ "a=content:\r\n", false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct description *d;
		char text[256];

		re_snprintf(text, sizeof(text), "v=0\r\n" LINE "%s",
			    casev[i].text);
		d = decode(text);
		assert_int_equal(description_content(d->mediav[0], "slides"),
				 casev[i].slides);
		mem_deref(d);
	}
}

static void test_description_there_and_back_is_the_same(void **state)
{
	static const char *const namev[] = {
		"chromium-audio-offer",	      "chromium-audio-answer",
		"chromium-av-balanced-offer", "chromium-data-answer",
		"chromium-stopped-offer",     "chromium-video-first-answer",
		"chromium-simulcast-offer",   "chromium-answers-av2",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(namev); i++) {
		struct mbuf *in = side_file(namev[i]);
		struct mbuf *one = mbuf_alloc(64), *two = mbuf_alloc(64);
		struct description *d, *e;
		json_t *json;

		assert_int_equal(description_decode(&d, in, NULL), 0);
		assert_int_equal(description_encode(one, d), 0);
		one->pos = 0;
		assert_int_equal(description_decode(&e, one, NULL), 0);
		assert_int_equal(description_encode(two, e), 0);
		assert_int_equal(one->end, two->end);
		assert_memory_equal(one->buf, two->buf, one->end);
		json = description_json(d);
		assert_int_equal(
			json_array_size(json_object_get(json, "media")),
			d->mediac);
		json_decref(json);
		mem_deref(d);
		mem_deref(e);
		mem_deref(in);
		mem_deref(one);
		mem_deref(two);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_description_faults_name_their_line),
		cmocka_unit_test(test_description_tolerates_what_does_no_harm),
		cmocka_unit_test(
			test_description_session_level_counts_for_each_line),
		cmocka_unit_test(test_description_reads_a_line_of_chromium),
		cmocka_unit_test(test_description_limits_hold),
		cmocka_unit_test(test_description_encode_smuggles_nothing),
		cmocka_unit_test(test_description_content_is_a_list_of_tags),
		cmocka_unit_test(test_description_there_and_back_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
