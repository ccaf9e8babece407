/**
 * @file tests/unit/test_refer.c  Tests of Refer-To, Referred-By and Replaces
 */
#include "tests/unit/test.h"
#include "core/sip/dialog.h"
#include "core/sip/message.h"
#include "core/sip/refer.h"
#include "core/sip/replaces.h"

static struct sip_msg *message(const char *method, const char *lines)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg;

	(void)mbuf_printf(mb,
			  "%s sip:a@b.example SIP/2.0\r\n"
			  "Via: SIP/2.0/WSS x.invalid;branch=z9hG4bK1\r\n"
			  "From: <sip:bob@example.org>;tag=far\r\n"
			  "To: <sip:alice@example.org>\r\n"
			  "Call-ID: c1\r\nCSeq: 7 %s\r\n"
			  "Contact: <sip:bob@far.invalid>\r\n"
			  "%sContent-Length: 0\r\n\r\n",
			  method, method, lines);
	mb->pos = 0;
	if (message_decode(&msg, mb, NULL))
		msg = mem_deref(msg);
	mem_deref(mb);
	return msg;
}

#define DIALOG "a%3Bto-tag%3D1%3Bfrom-tag%3D2"

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct {
	const char *lines, *uri, *replaces, *by;
	bool silent, strict;
} targetv[] = {
	{ "Refer-To: <sip:carol@example.org>\r\n", "sip:carol@example.org",
	  NULL, NULL, false, false },
	{ "r: sip:carol@example.org\r\nb: <sip:bob@example.org>\r\n",
	  "sip:carol@example.org", NULL, "<sip:bob@example.org>", false,
	  false },
	{ "Refer-To: \"C\" <sips:c%3F?@h;method=INVITE?Subject=x>\r\n"
	  "Refer-Sub: false\r\n",
	  "sips:c%3F?@h;method=INVITE", NULL, NULL, true, false },
	{ "Refer-To: <sip:carol@h?Replaces=a%40b%3Bto-tag%3D1"
	  "%3Bfrom-tag%3D2&Require=replaces>\r\n"
	  "Referred-By: not an address\r\nRefer-Sub: true\r\n",
	  "sip:carol@h", "a@b;to-tag=1;from-tag=2", NULL, false, true },

	/* A GRUU leads to one device, whatever that one knows */
	{ "Refer-To: <sip:carol@h;gr=1?Replaces=" DIALOG ">\r\n",
	  "sip:carol@h;gr=1", "a;to-tag=1;from-tag=2", NULL, false, false },
	{ "Refer-To: "
	  "<sip:carol@h;gr?Require=x%2C%20Replaces&Replaces=" DIALOG ">\r\n",
	  "sip:carol@h;gr", "a;to-tag=1;from-tag=2", NULL, false, true },
	{ "Refer-To: <sip:carol@h;gr?Require=x&Replaces=" DIALOG ">\r\n",
	  "sip:carol@h;gr", "a;to-tag=1;from-tag=2", NULL, false, false },
	{ "Refer-To: <sip:carol@h?Replaces=" DIALOG ">\r\n", "sip:carol@h",
	  "a;to-tag=1;from-tag=2", NULL, false, true },
	{ "Refer-To: <sip:carol@h?Require=replaces>\r\n", "sip:carol@h", NULL,
	  NULL, false, false },
};

static void test_refer_finds_whom_to_call(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(targetv); i++) {
		struct sip_msg *msg = message("REFER", targetv[i].lines);
		struct refer *r;

		assert_non_null(msg);
		assert_int_equal(refer_decode(&r, msg), 0);
		assert_string_equal(r->uri, targetv[i].uri);
		assert_true(same(r->replaces, targetv[i].replaces));
		assert_true(same(r->by, targetv[i].by));
		assert_int_equal(r->silent, targetv[i].silent);
		assert_int_equal(r->strict, targetv[i].strict);
		mem_deref(r);
		mem_deref(msg);
	}
}

static void test_refer_refuses_what_is_no_call(void **state)
{
	static const struct {
		const char *lines;
		int err;
	} casev[] = {
		{ "", EBADMSG },
		{ "Refer-To: <sip:@>\r\n", EBADMSG },
		{ "Refer-To: <http://example.org/>\r\n", ENOTSUP },
		{ "Refer-To: <tel:+1555>\r\n", ENOTSUP },
		{ "Refer-To: <sip:a@h;method=BYE>\r\n", EPERM },
		{ "Refer-To: <sip:a@h;method=SUBSCRIBE>\r\n", EPERM },
		{ "Refer-To: <sip:a@h?Replaces=x>\r\n", EBADMSG },
		{ "Refer-To: <sip:a@h?Replaces>\r\n", EBADMSG },
		{ "Refer-To: <sip:a@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2"
		  "%0D%0AX%3A>\r\n",
		  EBADMSG },
		{ "Refer-To: <sip:a@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2"
		  "&Replaces=y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
		  EBADMSG },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct sip_msg *msg = message("REFER", casev[i].lines);
		struct refer *r = NULL;

		assert_int_equal(msg ? refer_decode(&r, msg) : EBADMSG,
				 casev[i].err);
		assert_null(r);
		mem_deref(msg);
	}

	assert_null(message("REFER", "Refer-To: <sip:a@h>\r\n"
				     "Refer-To: <sip:b@h>\r\n"));
}

static void test_replaces_needs_both_tags_once(void **state)
{
	static const struct {
		const char *method, *lines;
		int err;
	} casev[] = {
		{ "INVITE", "", ENOENT },
		/* RFC 3891 section 6.1 */
		{ "INVITE",
		  "Replaces: 98732@sip.example.com\r\n ;from-tag=r33th4x0r\r\n"
		  " ;to-tag=ff87ff\r\n",
		  0 },
		{ "INVITE", "Replaces: 1;to-tag=1;from-tag=5;early-only\r\n",
		  0 },
		{ "INVITE", "Replaces: 8@1.1.1.1;to-tag=2;from-tag=0\r\n", 0 },
		{ "INVITE", "Replaces: 1;to-tag=1\r\n", EBADMSG },
		{ "INVITE", "Replaces: 1;from-tag=1\r\n", EBADMSG },
		{ "INVITE", "Replaces: 1;to-tag=1;to-tag=2;from-tag=3\r\n",
		  EBADMSG },
		{ "INVITE", "Replaces: ;to-tag=1;from-tag=3\r\n", EBADMSG },
		{ "INVITE", "Replaces: 1;to-tag=1;from-tag=\"3\"\r\n",
		  EBADMSG },
		{ "INVITE", "Replaces: 1, 2;to-tag=1;from-tag=3\r\n", EBADMSG },
		{ "INVITE",
		  "Replaces: 1;to-tag=1;from-tag=3\r\n"
		  "Join: 1;to-tag=1;from-tag=3\r\n",
		  EBADMSG },
		{ "MESSAGE", "Replaces: 1;to-tag=1;from-tag=3\r\n", EBADMSG },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct sip_msg *msg = message(casev[i].method, casev[i].lines);
		struct replaces r;

		assert_non_null(msg);
		assert_int_equal(replaces_get(&r, msg), casev[i].err);
		mem_deref(msg);
	}

	/* 400 by the decoder, RFC 3891 section 3 */
	assert_null(message("INVITE", "Replaces: 1;to-tag=1;from-tag=3\r\n"
				      "Replaces: 2;to-tag=1;from-tag=3\r\n"));
}

static void test_refer_names_a_dialog_as_the_other_end_has_it(void **state)
{
	struct sip_msg *msg = message("INVITE", ""), *refer;
	struct dialog *d = NULL;
	struct replaces rep;
	char *value = NULL, *line = NULL;
	struct refer *r;
	struct pl pl;
	(void)state;

	assert_int_equal(dialog_alloc_called(&d, msg, "t&1"), 0);
	assert_int_equal(refer_encode(&value, "sip:bob@far.invalid", d), 0);
	assert_string_equal(value,
			    "<sip:bob@far.invalid?Replaces=c1%3Bto-tag%3Dfar"
			    "%3Bfrom-tag%3Dt%261&Require=replaces>");
	value = mem_deref(value);
	assert_int_equal(refer_encode(&value, "sip:bob@far.invalid;gr=x", d),
			 0);
	assert_string_equal(value,
			    "<sip:bob@far.invalid;gr=x?Replaces=c1%3Bto-tag"
			    "%3Dfar%3Bfrom-tag%3Dt%261>");
	value = mem_deref(value);
	d = mem_deref(d);

	assert_int_equal(dialog_alloc_called(&d, msg, "tag"), 0);
	assert_int_equal(refer_encode(&value, "sip:bob@far.invalid", d), 0);
	assert_int_equal(re_sdprintf(&line, "Refer-To: %s\r\n", value), 0);
	refer = message("REFER", line);
	assert_non_null(refer);
	assert_int_equal(refer_decode(&r, refer), 0);
	pl_set_str(&pl, r->replaces);
	assert_int_equal(replaces_decode(&rep, &pl), 0);
	assert_true(dialog_is(d, &rep.callid, &rep.from_tag, &rep.to_tag));
	assert_false(dialog_is(d, &rep.callid, &rep.to_tag, &rep.from_tag));
	mem_deref(r);
	mem_deref(refer);
	mem_deref(line);
	mem_deref(value);
	mem_deref(d);
	mem_deref(msg);

	assert_int_equal(refer_encode(&value, "sip:a@h?x=y", NULL), EINVAL);
	assert_int_equal(refer_encode(&value, "sip:a@h>;x", NULL), EINVAL);
	assert_int_equal(refer_encode(&value, "sip:a@h\r\nX:", NULL), EINVAL);
	assert_int_equal(refer_encode(&value, "sip:a@h", NULL), 0);
	assert_string_equal(value, "<sip:a@h>");
	mem_deref(value);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_refer_finds_whom_to_call),
		cmocka_unit_test(test_refer_refuses_what_is_no_call),
		cmocka_unit_test(test_replaces_needs_both_tags_once),
		cmocka_unit_test(
			test_refer_names_a_dialog_as_the_other_end_has_it),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
