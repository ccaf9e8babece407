/**
 * @file tests/unit/test_request.c  Bytes of requests, replies and headers
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/escape.h"

static const struct request_via via = { "WSS", "x.invalid", "z9hG4bKa" };

static struct request complete(const struct request *part)
{
	struct request r = *part;

	r.method = r.method ? r.method : "MESSAGE";
	r.uri = r.uri ? r.uri : "sip:b@c";
	r.from = r.from ? r.from : "<sip:a@c>;tag=1";
	r.to = r.to ? r.to : "<sip:b@c>";
	r.callid = r.callid ? r.callid : "d";
	r.cseq = 4294967295U;
	return r;
}

static void test_request_refuses_what_would_inject(void **state)
{
	static const char *const badv[] = { "<sip:a>\r\nX: y", "<sip:a>\nX",
					    "<sip:a>\rX", "<sip:a>\x01" };
	static const struct request casev[] = {
		{ .method = "INV\r\nITE" },
		{ .method = "INV ITE" },
		{ .method = "" },
		{ .uri = "sip:a b" },
		{ .uri = "sip:a\r\nX: y" },
		{ .uri = "" },
		{ .callid = "a\rb" },
		{ .callid = "a b" },
		{ .ctype = "text/plain\r\nX: y" },
		{ .routev = badv, .routec = 1 },
		{ .routev = badv, .routec = REQUEST_ROUTES + 1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		const struct request r = complete(&casev[i]);
		struct mbuf *mb = NULL;

		assert_int_equal(request_encode(&mb, &r, &via), EINVAL);
		assert_null(mb);
	}

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		struct request r = complete(&(struct request){ .cseq = 1 });
		struct mbuf *mb = NULL;

		r.from = badv[i];
		assert_int_equal(request_encode(&mb, &r, &via), EINVAL);
		r.from = r.to;
		r.to = badv[i];
		assert_int_equal(request_encode(&mb, &r, &via), EINVAL);
	}
}

static void test_request_counts_bytes_not_characters(void **state)
{
	static const char text[] = "P\xc3\xaa"
				   "che \xc3\xa0 la moule\r\n\r\n";
	struct request r = complete(&(struct request){ .cseq = 1 });
	struct sip_msg *msg = NULL;
	struct mbuf *mb = NULL;
	struct pl body;
	(void)state;

	r.ctype = "text/plain;charset=utf-8";
	pl_set_str(&r.body, text);
	assert_int_equal(request_encode(&mb, &r, &via), 0);
	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	body = message_body(msg);
	assert_int_equal(body.l, strlen(text));
	assert_int_equal(pl_strcmp(&body, text), 0);
	assert_true(message_body_is(msg, "text/plain"));
	assert_int_equal(msg->cseq.num, 4294967295U);
	mem_deref(msg);
	mem_deref(mb);
}

static void test_request_header_adds_a_line_or_nothing(void **state)
{
	static const struct {
		const char *name, *value;
		int err;
	} casev[] = {
		{ "Subject", "a\tb \xc3\xa9", 0 },
		{ "X-Y.z!", "", 0 },
		{ "Sub ject", "a", EINVAL },
		{ "", "a", EINVAL },
		{ "A:", "a", EINVAL },
		{ "A\r\nB", "a", EINVAL },
		{ "Subject", "a\r\nB: c", EINVAL },
		{ "Subject", "\n", EINVAL },
		{ "Subject", "a\r", EINVAL },
		{ "Subject", "\x1b[2J", EINVAL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct mbuf *mb = mbuf_alloc(8);
		char want[64];

		assert_int_equal(header_add(mb, "Up", "%u", 7), 0);
		assert_int_equal(
			header_add(mb, casev[i].name, "%s", casev[i].value),
			casev[i].err);
		re_snprintf(want, sizeof(want), "Up: 7\r\n%s%s%s%s",
			    casev[i].err ? "" : casev[i].name,
			    casev[i].err ? "" : ": ",
			    casev[i].err ? "" : casev[i].value,
			    casev[i].err ? "" : "\r\n");
		assert_int_equal(mb->end, strlen(want));
		assert_memory_equal(mb->buf, want, mb->end);
		assert_int_equal(mb->pos, mb->end);
		mem_deref(mb);
	}
}

static void test_request_display_name_survives(void **state)
{
	static const char name[] = "Bob \"B\\\" <sip:evil>;tag=x, \xc3\xa9";
	struct request r = complete(&(struct request){ .cseq = 1 });
	struct sip_msg *msg = NULL;
	struct mbuf *mb = NULL;
	char from[128], back[64];
	struct pl pl;
	(void)state;

	pl_set_str(&pl, name);
	re_snprintf(from, sizeof(from), "\"%H\" <sip:%H@c>;tag=1", escape_quote,
		    &pl, escape_user, &pl);
	r.from = from;
	assert_int_equal(request_encode(&mb, &r, &via), 0);
	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	assert_int_equal(pl_strcmp(&msg->from.tag, "1"), 0);
	re_snprintf(back, sizeof(back), "%H", escape_unquote, &msg->from.dname);
	assert_string_equal(back, name);
	re_snprintf(back, sizeof(back), "%H", escape_unpercent,
		    &msg->from.uri.user);
	assert_string_equal(back, name);
	mem_deref(msg);
	mem_deref(mb);
}

static void test_request_reply_has_a_reason_for_every_code(void **state)
{
	(void)state;

	for (uint16_t i = 100; i < 700; i++)
		assert_true(strlen(reply_reason(i)) > 0);
	assert_string_equal(reply_reason(486), "Busy Here");
	assert_string_equal(reply_reason(499), "Request Failure");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_refuses_what_would_inject),
		cmocka_unit_test(test_request_counts_bytes_not_characters),
		cmocka_unit_test(test_request_header_adds_a_line_or_nothing),
		cmocka_unit_test(test_request_display_name_survives),
		cmocka_unit_test(
			test_request_reply_has_a_reason_for_every_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
