/**
 * @file tests/unit/test_dialog.c  Tests of dialogs, RFC 3261 section 12
 */
#include "tests/unit/test.h"
#include "core/sip/dialog.h"
#include "core/sip/message.h"

static struct sip_msg *decode(const char *text)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg = NULL;

	assert_non_null(mb);
	assert_int_equal(mbuf_write_str(mb, text), 0);
	mb->pos = 0;
	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	mem_deref(mb);
	return msg;
}

static struct sip_msg *invite(const char *further)
{
	char text[2048];

	(void)re_snprintf(text, sizeof(text),
			  "INVITE sip:me@x.invalid SIP/2.0\r\n"
			  "Via: SIP/2.0/WSS p.example;branch=z9hG4bK1\r\n"
			  "From: \"Bob\" <sip:bob@example.org>;tag=ft\r\n"
			  "To: <sip:me@example.org>\r\n"
			  "Call-ID: c1\r\n"
			  "CSeq: 7 INVITE\r\n"
			  "%s"
			  "Content-Length: 0\r\n\r\n",
			  further);
	return decode(text);
}

static struct sip_msg *response(unsigned code, const char *further)
{
	char text[2048];

	(void)re_snprintf(text, sizeof(text),
			  "SIP/2.0 %u Text\r\n"
			  "Via: SIP/2.0/WSS me.invalid;branch=z9hG4bK1\r\n"
			  "From: <sip:me@example.org>;tag=mine\r\n"
			  "To: <sip:bob@example.org>;tag=his\r\n"
			  "Call-ID: c2\r\n"
			  "CSeq: 3 INVITE\r\n"
			  "%s"
			  "Content-Length: 0\r\n\r\n",
			  code, further);
	return decode(text);
}

static void print_headers(char *text, size_t size, const struct dialog *d)
{
	struct request r;
	int n = 0;

	dialog_fill(d, &r);
	for (size_t i = 0; i < r.routec; i++)
		n += re_snprintf(text + n, size - (size_t)n, "Route: %s\r\n",
				 r.routev[i]);
	(void)re_snprintf(text + n, size - (size_t)n,
			  "From: %s\r\nTo: %s\r\nCall-ID: %s\r\n", r.from, r.to,
			  r.callid);
	assert_string_equal(r.uri, dialog_ruri(d));
}

static void check_headers(const struct dialog *d, const char *expected)
{
	char text[1024];

	print_headers(text, sizeof(text), d);
	assert_string_equal(text, expected);
}

static void test_dialog_called_keeps_the_order_of_routes(void **s)
{
	struct sip_msg *msg = invite("Record-Route: <sip:a;lr>, <sip:b;lr>\r\n"
				     "Record-Route: <sip:c;lr;x=1>\r\n"
				     "Contact: <sip:bob@1.2.3.4:99;ob>\r\n");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_called(&d, msg, "mytag"), 0);
	assert_false(dialog_confirmed(d));
	assert_false(dialog_calling(d));
	assert_string_equal(dialog_ruri(d), "sip:bob@1.2.3.4:99;ob");
	check_headers(d, "Route: <sip:a;lr>\r\n"
			 "Route: <sip:b;lr>\r\n"
			 "Route: <sip:c;lr;x=1>\r\n"
			 "From: <sip:me@example.org>;tag=mytag\r\n"
			 "To: \"Bob\" <sip:bob@example.org>;tag=ft\r\n"
			 "Call-ID: c1\r\n");
	assert_int_equal(dialog_next_cseq(d), 1);
	mem_deref(d);
	mem_deref(msg);
}

static void test_dialog_calling_reverses_the_routes(void **s)
{
	struct sip_msg *msg = response(180, "Record-Route: <sip:far;lr>\r\n"
					    "Record-Route: <sip:near;lr>\r\n"
					    "Contact: <sip:bob@b>\r\n");
	struct sip_msg *ok = response(200, "Record-Route: <sip:new;lr>\r\n"
					   "Contact: <sip:bob@c>\r\n");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_calling(&d, msg, "sip:bob@x"), 0);
	assert_false(dialog_confirmed(d));
	check_headers(d, "Route: <sip:near;lr>\r\n"
			 "Route: <sip:far;lr>\r\n"
			 "From: <sip:me@example.org>;tag=mine\r\n"
			 "To: <sip:bob@example.org>;tag=his\r\n"
			 "Call-ID: c2\r\n");

	/* RFC 3261 section 13.2.2.4: the 2xx decides */
	assert_int_equal(dialog_confirm(d, ok), 0);
	assert_true(dialog_confirmed(d));
	assert_string_equal(dialog_ruri(d), "sip:bob@c");
	check_headers(d, "Route: <sip:new;lr>\r\n"
			 "From: <sip:me@example.org>;tag=mine\r\n"
			 "To: <sip:bob@example.org>;tag=his\r\n"
			 "Call-ID: c2\r\n");
	assert_int_equal(dialog_next_cseq(d), 4);
	mem_deref(d);
	mem_deref(ok);
	mem_deref(msg);
}

static void test_dialog_without_contact_goes_by_the_invite(void **s)
{
	struct sip_msg *msg = response(200, "");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_calling(&d, msg, "sip:bob@x"), 0);
	assert_true(dialog_confirmed(d));
	assert_string_equal(dialog_ruri(d), "sip:bob@x");
	mem_deref(d);
	mem_deref(msg);

	msg = invite("");
	assert_int_equal(dialog_alloc_called(&d, msg, "t"), EBADMSG);
	mem_deref(msg);
}

static void test_dialog_goes_through_a_strict_router(void **s)
{
	struct sip_msg *msg = invite("Record-Route: <sip:old.example>\r\n"
				     "Record-Route: <sip:b;lr>\r\n"
				     "Contact: <sip:bob@b>\r\n");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_called(&d, msg, "t"), 0);
	assert_string_equal(dialog_ruri(d), "sip:old.example");
	check_headers(d, "Route: <sip:b;lr>\r\n"
			 "Route: <sip:bob@b>\r\n"
			 "From: <sip:me@example.org>;tag=t\r\n"
			 "To: \"Bob\" <sip:bob@example.org>;tag=ft\r\n"
			 "Call-ID: c1\r\n");
	mem_deref(d);
	mem_deref(msg);
}

static struct sip_msg *bye(const char *from, const char *to, unsigned cseq)
{
	char text[1024];

	(void)re_snprintf(text, sizeof(text),
			  "BYE sip:me@x.invalid SIP/2.0\r\n"
			  "Via: SIP/2.0/WSS p.example;branch=z9hG4bK9\r\n"
			  "From: <sip:bob@example.org>%s\r\n"
			  "To: <sip:me@example.org>%s\r\n"
			  "Call-ID: c1\r\n"
			  "CSeq: %u BYE\r\n"
			  "Content-Length: 0\r\n\r\n",
			  from, to, cseq);
	return decode(text);
}

static void test_dialog_matches_by_both_tags(void **s)
{
	static const struct {
		const char *from, *to;
		bool match;
	} stepv[] = {
		{ ";tag=ft", ";tag=t", true },	{ ";tag=ft", ";tag=T", false },
		{ ";tag=FT", ";tag=t", false }, { ";tag=ft", "", false },
		{ "", ";tag=t", false },
	};
	struct sip_msg *msg = invite("Contact: <sip:bob@b>\r\n");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_called(&d, msg, "t"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct sip_msg *b = bye(stepv[i].from, stepv[i].to, 8);

		assert_int_equal(dialog_matches(d, b), stepv[i].match);
		mem_deref(b);
	}
	mem_deref(d);
	mem_deref(msg);
}

static void test_dialog_refuses_an_old_cseq(void **s)
{
	static const struct {
		unsigned cseq;
		int err;
	} stepv[] = { { 7, EBADMSG },
		      { 6, EBADMSG },
		      { 8, 0 },
		      { 8, EBADMSG },
		      { 4000000000, 0 } };
	struct sip_msg *msg = invite("Contact: <sip:bob@b>\r\n");
	struct dialog *d = NULL;
	(void)s;

	assert_int_equal(dialog_alloc_called(&d, msg, "t"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct sip_msg *b = bye(";tag=ft", ";tag=t", stepv[i].cseq);

		assert_int_equal(dialog_take_cseq(d, b), stepv[i].err);
		mem_deref(b);
	}
	mem_deref(d);
	mem_deref(msg);
}

static void test_dialog_unfolds_what_it_sends_again(void **s)
{
	struct sip_msg *msg = invite("Record-Route: <sip:a;lr>\r\n"
				     " ;x=1\r\n"
				     "Contact: <sip:bob@b>\r\n"
				     "\t;expires=7\r\n");
	struct dialog *d = NULL;
	char text[1024];
	(void)s;

	assert_int_equal(dialog_alloc_called(&d, msg, "t"), 0);
	print_headers(text, sizeof(text), d);
	assert_null(strstr(text, "\r\n "));
	assert_non_null(strstr(text, "Route: <sip:a;lr>"));
	mem_deref(d);
	mem_deref(msg);
}

static void test_dialog_limits_the_route_set(void **s)
{
	char text[1600] = "Contact: <sip:bob@b>\r\n";
	struct sip_msg *msg;
	struct dialog *d = NULL;
	size_t before = test_blocks();
	(void)s;

	for (int i = 0; i <= DIALOG_ROUTES_MAX; i++)
		(void)strcat(text, "Record-Route: <sip:abc.example;lr>\r\n");
	msg = invite(text);
	assert_int_equal(dialog_alloc_called(&d, msg, "t"), E2BIG);
	mem_deref(msg);
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialog_called_keeps_the_order_of_routes),
		cmocka_unit_test(test_dialog_calling_reverses_the_routes),
		cmocka_unit_test(
			test_dialog_without_contact_goes_by_the_invite),
		cmocka_unit_test(test_dialog_goes_through_a_strict_router),
		cmocka_unit_test(test_dialog_matches_by_both_tags),
		cmocka_unit_test(test_dialog_refuses_an_old_cseq),
		cmocka_unit_test(test_dialog_unfolds_what_it_sends_again),
		cmocka_unit_test(test_dialog_limits_the_route_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
