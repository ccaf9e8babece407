/**
 * @file tests/unit/test_message.c  Limits and corners of a message
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/describe.h"
#include "core/sip/escape.h"
#include "core/sip/message.h"
#include "core/sip/names.h"

#define START                                                                  \
	"OPTIONS sip:a@b SIP/2.0\r\n"                                          \
	"Via: SIP/2.0/WSS x.invalid;branch=z9hG4bKa\r\n"                       \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"                           \
	"Call-ID: c\r\nCSeq: 1 OPTIONS\r\n"

static struct sip_msg *decode(struct mbuf *mb, int expected)
{
	struct message_fault fault = { 0, NULL };
	struct sip_msg *msg = NULL;

	assert_int_equal(message_decode(&msg, mb, &fault), expected);
	assert_true((expected == EBADMSG) == (fault.scode != 0));
	mem_deref(mb);
	return msg;
}

/* START with n copies of a line */
static struct mbuf *repeated(const char *line, size_t n, size_t tail)
{
	struct mbuf *mb = mbuf_alloc(1024);

	mbuf_write_str(mb, START);
	while (n--)
		mbuf_write_str(mb, line);
	mbuf_write_str(mb, "\r\n");
	mbuf_fill(mb, 'x', tail);
	mb->pos = 0;
	return mb;
}

static void test_message_keeps_its_limits(void **state)
{
	const size_t own = 5; /* Header values of START */
	char line[3 * MESSAGE_LINE_MAX];
	size_t n;
	(void)state;

	mem_deref(decode(repeated("Zz: y\r\n", MESSAGE_HEADERS - own, 0), 0));
	mem_deref(decode(repeated("Zz: y\r\n", MESSAGE_HEADERS - own + 1, 0),
			 EBADMSG));
	mem_deref(decode(repeated("Allow:\r\n", 10000, 0), EBADMSG));
	mem_deref(decode(repeated("Allow: A,B\r\n", 61, 0), 0));
	mem_deref(decode(repeated("Allow: A,B\r\n", 62, 0), EBADMSG));

	for (unsigned more = 0; more < 2; more++) {
		n = (size_t)re_snprintf(line, sizeof(line), "Allow: A");
		for (unsigned i = 1; i < MESSAGE_LIST_MAX + more; i++)
			n += (size_t)re_snprintf(line + n, sizeof(line) - n,
						 ",A");
		re_snprintf(line + n, sizeof(line) - n, "\r\n");
		mem_deref(decode(repeated(line, 1, 0), more ? EBADMSG : 0));

		memset(line, 'x', sizeof(line));
		memcpy(line, "X: ", 3);
		memcpy(line + MESSAGE_LINE_MAX + more, "\r\n", 3);
		mem_deref(decode(repeated(line, 1, 0), more ? EBADMSG : 0));

		n = MESSAGE_MAX - (sizeof(START "\r\n") - 1) + more;
		mem_deref(decode(repeated("", 0, n), more ? EBADMSG : 0));
	}
}

static void test_message_is_linear_in_what_a_peer_sends(void **state)
{
	static const char *const unitv[] = {
		"\"",	"\\",	 "<", ",",     ";", " \r\n ", ":",
		"a=\"", "\r\n ", "%", "\";\"", "/", "<\"",    "X:\r\n",
	};
	static const char *const headv[] = {
		"Contact: ", "Via: ", "To: ", "Content-Type: ", "Route: ",
	};
	(void)state;

	/* 64 kB each; squares of that would time out under a sanitizer */
	for (size_t i = 0; i < ARRAY_SIZE(unitv) * ARRAY_SIZE(headv); i++) {
		struct mbuf *mb = mbuf_alloc(MESSAGE_MAX);
		struct sip_msg *msg = NULL;

		mbuf_write_str(mb, START);
		mbuf_write_str(mb, headv[i % ARRAY_SIZE(headv)]);
		while (mb->end < MESSAGE_MAX - 8)
			mbuf_write_str(mb, unitv[i / ARRAY_SIZE(headv)]);
		mb->pos = 0;
		(void)message_decode(&msg, mb, NULL);
		mem_deref(msg);
		mem_deref(mb);
	}
}

/* Corners of messages */
static const struct {
	const char *text;
	uint16_t scode; /* 0: good */
	bool answerable;
} verdictv[] = {
	{ START "\r\n", 0, true },
	{ "\r\n\r\n" START "\r\n", 0, true },
	{ START "X: a\r\n b\r\n\tc\r\n\r\n", 0, true },
	{ START "Contact: *\r\n\r\n", 0, true },
	{ START "Max-Forwards: 255\r\n\r\n", 0, true },
	{ START "Content-Length: 0\r\n\r\nmore", 0, true },
	{ START "Content-Length:\r\n\r\n", 400, true },
	{ START "Content-Length: 1\r\n\r\n", 400, true },
	{ START "Content-Length: 99999999999999999999\r\n\r\n", 400, true },
	{ START "Content-Length: 0x0\r\n\r\n", 400, true },
	{ START "Max-Forwards: 256\r\n\r\n", 400, true },
	{ START "Max-Forwards: -1\r\n\r\n", 400, true },
	{ START "CSeq: 1 OPTIONS\r\n\r\n", 400, true },
	{ START "t: <sip:a@b>\r\n\r\n", 400, true },
	{ START "X: a\x01\r\n\r\n", 400, true },
	{ START "X: a\rb\r\n\r\n", 400, true },
	{ START "X a\r\n\r\n", 400, true },
	{ START ": a\r\n\r\n", 400, true },
	{ START "X", 400, true },
	{ START "Route: <sip:a>,,<sip:b>\r\n\r\n", 400, true },
	{ START "Contact: <sip:a\r\n\r\n", 400, true },
	{ START "Contact: \"a <sip:a>\r\n\r\n", 400, true },
	{ START "Contact: <sip:a@b@c>\r\n\r\n", 400, true },
	{ START "Contact: <sip:a%4@b>\r\n\r\n", 400, true },
	{ START "Contact: <sip:b:65536>\r\n\r\n", 400, true },
	{ START "Contact: <sip:b:65535>\r\n\r\n", 0, true },
	{ START "Contact: <sip:[::1>\r\n\r\n", 400, true },
	{ START "Contact: <sip:>\r\n\r\n", 400, true },
	{ "OPTIONS sip:a@b SIP/2.0\r\n\r\n", 400, false },
	{ "OPTIONS\r\n\r\n", 400, false },
	{ "SIP/2.0\r\n\r\n", 400, false },
	{ "SIP/2.0 99 X\r\n\r\n", 400, false },
	{ "SIP/2.0 700 X\r\n\r\n", 400, false },
	{ "x", 400, false },
};

static void test_message_verdicts(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(verdictv); i++) {
		struct mbuf *mb = wire_text("%s", verdictv[i].text);
		struct message_fault fault = { 0, NULL };
		struct sip_msg *msg = NULL;
		int err = message_decode(&msg, mb, &fault);

		if (fault.scode != verdictv[i].scode ||
		    !err != !verdictv[i].scode ||
		    !msg == verdictv[i].answerable)
			fail_msg("%s: %d %u %s", verdictv[i].text, err,
				 fault.scode, fault.reason);
		mem_deref(msg);
		mem_deref(mb);
	}
}

static void test_message_does_not_take_a_hash_for_a_name(void **state)
{
	/* An invented name with libre's 12 bits of Content-Length */
	char name[16];
	struct sip_msg *msg;
	unsigned i = 0;
	(void)state;

	do {
		re_snprintf(name, sizeof(name), "Fake-%u", i++);
	} while ((hash_joaat_ci(name, strlen(name)) & 0xfff) !=
		 SIP_HDR_CONTENT_LENGTH);

	msg = decode(wire_text(START "%s: 5000\r\n\r\n", name), 0);
	assert_null(sip_msg_hdr(msg, SIP_HDR_CONTENT_LENGTH));
	assert_non_null(sip_msg_xhdr(msg, name));
	mem_deref(msg);
}

static void test_message_names_agree_with_libre(void **state)
{
	static const char *const namev[] = {
		"Via",
		"Call-ID",
		"CSeq",
		"Content-Length",
		"Record-Route",
		"WWW-Authenticate",
		"Proxy-Authenticate",
		"Service-Route",
		"Min-Expires",
		"Retry-After",
		"Require",
		"Supported",
		"SIP-ETag",
		"RAck",
		"RSeq",
		"Session-Expires",
		"Min-SE",
		"P-Asserted-Identity",
		"Refer-To",
		"Subscription-State",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(namev); i++) {
		const struct names_entry *e;
		struct pl pl;

		pl_set_str(&pl, namev[i]);
		e = names_find(&pl);
		assert_non_null(e);
		assert_int_equal(e->id, hash_joaat_ci(pl.p, pl.l) & 0xfff);
	}
}

static void test_message_finds_parameters_outside_quotes_only(void **state)
{
	struct sip_msg *msg;
	struct pl val;
	(void)state;

	msg = decode(wire_text("OPTIONS sip:a@b SIP/2.0\r\n"
			       "Via: SIP/2.0/WSS x;branch=z9hG4bKa\r\n"
			       "From: \"x;tag=no\" <sip:a@b;tag=no>"
			       ";y=\";tag=no\\\";tag=no\";tag=yes\r\n"
			       "To: sip:a@b;tag=to\r\n"
			       "Call-ID: c\r\nCSeq: 1 OPTIONS\r\n"
			       "Retry-After: 120 (a pause);duration=9\r\n"
			       "Expires: 99999999999\r\n"
			       "Require: 100rel, path\r\n\r\n"),
		     0);
	assert_int_equal(pl_strcmp(&msg->from.tag, "yes"), 0);
	assert_int_equal(pl_strcmp(&msg->to.tag, "to"), 0);
	assert_int_equal(pl_strcmp(&msg->to.auri, "sip:a@b"), 0);
	assert_int_equal(grammar_param(&val, &msg->from.params, "Y"), 0);
	assert_int_equal(pl_strcmp(&val, ";tag=no\\\";tag=no"), 0);
	assert_int_equal(grammar_param(NULL, &msg->from.params, "z"), ENOENT);
	assert_int_equal(message_seconds(msg, SIP_HDR_RETRY_AFTER, 5, 1800),
			 120);
	assert_int_equal(message_seconds(msg, SIP_HDR_EXPIRES, 5, 3600), 3600);
	assert_int_equal(message_seconds(msg, SIP_HDR_MIN_EXPIRES, 5, 9), 5);
	assert_true(message_lists(msg, SIP_HDR_REQUIRE, "PATH"));
	assert_false(message_lists(msg, SIP_HDR_SUPPORTED, "path"));
	mem_deref(msg);
}

static void test_message_text_is_escaped_both_ways(void **state)
{
	static const struct {
		int (*print)(struct re_printf *, const struct pl *);
		const char *in, *out;
	} casev[] = {
		{ escape_unquote, "a \\\"b\\\" \\\\", "a \"b\" \\" },
		{ escape_quote, "a \"b\" \\\r\n", "a \\\"b\\\" \\\\" },
		{ escape_unpercent, "sips%3Auser%40example.com%",
		  "sips:user@example.com%" },
		{ escape_unpercent, "value%2541", "value%41" },
		{ escape_user, "a b@c:d\xc3\xa9", "a%20b%40c%3Ad%C3%A9" },
		{ header_value, "a\r\n  b\n\tc \r\n", "a b c  " },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct pl pl;
		char buf[64];

		pl_set_str(&pl, casev[i].in);
		re_snprintf(buf, sizeof(buf), "%H", casev[i].print, &pl);
		assert_string_equal(buf, casev[i].out);
	}
}

static void test_message_description_is_json(void **state)
{
	static const struct {
		const char *file;
		int err;
		const char *has;
	} casev[] = {
		{ "rfc4475/wsinv.dat", 0,
		  "\"display\":\"J Rosenberg \\\\\\\"\"" },
		{ "rfc4475/esc01.dat", 0,
		  "\"user\":\"sips:user@example.com\"" },
		{ "rfc4475/escnull.dat", 0, "\"user\":\"null-\\u0000-null\"" },
		{ "rfc4475/intmeth.dat", 0, "BEL:\\u0007 NUL:\\u0000 " },
		{ "rfc4475/mpart01.dat", 0, "\"body_length\":553" },
		{ "rfc4475/longreq.dat", 0, "\"body_length\":150" },
		{ "rfc4475/unreason.dat", 0, "\"status\":200" },
		{ "rfc4475/unksm2.dat", 0, "\"scheme\":\"isbn\"" },
		{ "rfc5118/port-unambiguous.dat", 0, "\"port\":5070" },
		{ "rfc4475/ncl.dat", EBADMSG,
		  "{\"error\":\"Bad Content-Length\",\"status\":400}" },
		{ "rfc4475/badvers.dat", EBADMSG, "\"status\":505" },
		{ "rfc4475/bigcode.dat", EBADMSG, "\"error\"" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct mbuf *mb = wire_vector(casev[i].file);
		struct mbuf *out = mbuf_alloc(64);
		struct odict *od = NULL;

		assert_int_equal(describe_message(out, mb), casev[i].err);
		assert_int_equal(json_decode_odict(&od, 8, (char *)out->buf,
						   out->end, 8),
				 0);
		if (!memmem(out->buf, out->end, casev[i].has,
			    strlen(casev[i].has)))
			fail_msg("%s: %.*s", casev[i].file, (int)out->end,
				 (char *)out->buf);
		mem_deref(od);
		mem_deref(out);
		mem_deref(mb);
	}
}

/* Some would take it for none, and add a second one: fuzz_sip found it */
static void test_message_refuses_an_empty_tag(void **state)
{
	static const char *const tov[] = { "<sip:a@b>;tag=", "<sip:a@b>;tag",
					   "sip:a@b;tag=;x=1" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tov); i++) {
		struct mbuf *mb = mbuf_alloc(512);

		assert_int_equal(
			mbuf_printf(mb,
				    "BYE sip:a@b SIP/2.0\r\n"
				    "Via: SIP/2.0/WSS x;branch=z9hG4bKa\r\n"
				    "From: <sip:a@b>;tag=1\r\nTo: %s\r\n"
				    "Call-ID: c\r\nCSeq: 1 BYE\r\n\r\n",
				    tov[i]),
			0);
		mb->pos = 0;
		mem_deref(decode(mb, EBADMSG));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_refuses_an_empty_tag),
		cmocka_unit_test(test_message_keeps_its_limits),
		cmocka_unit_test(test_message_is_linear_in_what_a_peer_sends),
		cmocka_unit_test(test_message_verdicts),
		cmocka_unit_test(test_message_does_not_take_a_hash_for_a_name),
		cmocka_unit_test(test_message_names_agree_with_libre),
		cmocka_unit_test(
			test_message_finds_parameters_outside_quotes_only),
		cmocka_unit_test(test_message_text_is_escaped_both_ways),
		cmocka_unit_test(test_message_description_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
