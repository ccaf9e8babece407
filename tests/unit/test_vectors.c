/**
 * @file tests/unit/test_vectors.c  The messages of RFC 4475 and RFC 5118
 *
 * Each goes in as if it came over the flow, and the reply on the wire is the
 * one that this telephone gives, among those that VERDICTS.tsv allows. The
 * telephone behind it has no dialog and is not at home: 481 to what is in a
 * dialog, 480 to INVITE, 200 to OPTIONS.
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/screen.h"
#include "core/sip/server.h"
#include "core/sip/ua.h"

enum {
	SILENT = 0,
};

static const struct screen_method methodv[] = {
	{ "INVITE", "application/sdp", "application/sdp" },
	{ "ACK", NULL, NULL },
	{ "BYE", NULL, NULL },
	{ "CANCEL", NULL, NULL },
	{ "OPTIONS", NULL, NULL },
};

static const struct screen_policy policy = { methodv, ARRAY_SIZE(methodv), "" };

static const struct {
	const char *file;
	uint16_t scode;	    /* Of the only reply           */
	const char *header; /* That the reply must have    */
} vectorv[] = {
	{ "rfc4475/wsinv.dat", 481, NULL },
	{ "rfc4475/intmeth.dat", 501, "\r\nAllow: " },
	{ "rfc4475/esc01.dat", 480, NULL },
	{ "rfc4475/escnull.dat", 405, "\r\nAllow: " },
	{ "rfc4475/esc02.dat", 501, "\r\nAllow: " },
	{ "rfc4475/lwsdisp.dat", 200, NULL },
	{ "rfc4475/longreq.dat", 480, NULL },
	{ "rfc4475/dblreq.dat", 405, "\r\nAllow: " },
	{ "rfc4475/semiuri.dat", 200, NULL },
	{ "rfc4475/transports.dat", 200, NULL },
	{ "rfc4475/mpart01.dat", 405, "\r\nAllow: " },
	{ "rfc4475/unreason.dat", SILENT, NULL },
	{ "rfc4475/noreason.dat", SILENT, NULL },
	{ "rfc4475/badinv01.dat", 400, "Bad Via" },
	{ "rfc4475/clerr.dat", 400, "Bad Content-Length" },
	{ "rfc4475/ncl.dat", 400, "Bad Content-Length" },
	{ "rfc4475/scalar02.dat", 400, NULL },
	{ "rfc4475/scalarlg.dat", SILENT, NULL },
	{ "rfc4475/quotbal.dat", 400, "Bad To" },
	{ "rfc4475/ltgtruri.dat", 400, "Bad Request-URI" },
	{ "rfc4475/lwsruri.dat", 400, "Bad Request-URI" },
	{ "rfc4475/lwsstart.dat", 400, "Bad Request-URI" },
	{ "rfc4475/trws.dat", 400, "Bad Start Line" },
	{ "rfc4475/escruri.dat", 400, "Bad Request-URI" },
	{ "rfc4475/baddate.dat", 480, NULL },
	{ "rfc4475/regbadct.dat", 400, "Bad Contact" },
	{ "rfc4475/badaspec.dat", 400, "Bad To" },
	{ "rfc4475/baddn.dat", 400, "Bad From" },
	{ "rfc4475/badvers.dat", 505, "Version Not Supported" },
	{ "rfc4475/mismatch01.dat", 400, "CSeq" },
	{ "rfc4475/mismatch02.dat", 400, "CSeq" },
	{ "rfc4475/bigcode.dat", SILENT, NULL },
	{ "rfc4475/badbranch.dat", 200, NULL },
	{ "rfc4475/insuf.dat", SILENT, NULL },
	{ "rfc4475/unkscm.dat", 416, NULL },
	{ "rfc4475/novelsc.dat", 416, NULL },
	{ "rfc4475/unksm2.dat", 405, "\r\nAllow: " },
	{ "rfc4475/bext01.dat", 420,
	  "\r\nUnsupported: nothingSupportsThis, "
	  "nothingSupportsThisEither\r\n" },
	{ "rfc4475/invut.dat", 415, "\r\nAccept: application/sdp\r\n" },
	{ "rfc4475/regaut01.dat", 405, "\r\nAllow: " },
	{ "rfc4475/multi01.dat", 400, "Header Given Twice" },
	{ "rfc4475/mcl01.dat", 400, "Header Given Twice" },
	{ "rfc4475/bcast.dat", SILENT, NULL },
	{ "rfc4475/zeromf.dat", 200, NULL },
	{ "rfc4475/cparam01.dat", 405, "\r\nAllow: " },
	{ "rfc4475/cparam02.dat", 405, "\r\nAllow: " },
	{ "rfc4475/regescrt.dat", 405, "\r\nAllow: " },
	{ "rfc4475/sdp01.dat", 406, NULL },
	{ "rfc4475/inv2543.dat", 480, NULL },
	{ "rfc4475/baddn-fixed.dat", 400, "Bad From" },
	{ "rfc4475/extra-test.dat", SILENT, NULL },
	{ "rfc5118/ipv6-good.dat", 405, "\r\nAllow: " },
	{ "rfc5118/ipv6-bad.dat", 400, "Bad Request-URI" },
	{ "rfc5118/port-ambiguous.dat", 405, "\r\nAllow: " },
	{ "rfc5118/port-unambiguous.dat", 405, "\r\nAllow: " },
	{ "rfc5118/via-received-param-with-delim.dat", 481, NULL },
	{ "rfc5118/via-received-param-no-delim.dat", 200, NULL },
	{ "rfc5118/ipv6-in-sdp.asprinted.dat", 400, "Bad Content-Length" },
	{ "rfc5118/ipv6-in-sdp.dat", 480, NULL },
	{ "rfc5118/mult-ip-in-header.dat", 481, NULL },
	{ "rfc5118/mult-ip-in-sdp.asprinted.dat", 480, NULL },
	{ "rfc5118/mult-ip-in-sdp.dat", 480, NULL },
	{ "rfc5118/ipv4-mapped-ipv6.asprinted.dat", 480, NULL },
	{ "rfc5118/ipv4-mapped-ipv6.dat", 480, NULL },
	{ "rfc5118/ipv6-bug-abnf-3-colons.dat", 200, NULL },
	{ "rfc5118/ipv6-correct-abnf-2-colons.dat", 200, NULL },
};

static void request_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	struct mbuf *headers = mbuf_alloc(64);
	struct reply r;
	(void)arg;

	assert_non_null(s);
	if (!screen_request(msg, &policy, &r, headers)) {
		if (pl_isset(&msg->to.tag))
			r.scode = 481;
		else
			r.scode = message_is(msg, "OPTIONS") ? 200 : 480;
	}

	assert_int_equal(server_reply(s, &r, now), 0);
	mem_deref(headers);
}

/* The reply is a message, and it belongs to the request */
static void check_echo(const struct wire *w, const char *file)
{
	static const enum sip_hdrid idv[] = { SIP_HDR_VIA, SIP_HDR_FROM,
					      SIP_HDR_CALL_ID, SIP_HDR_CSEQ };
	struct mbuf *mb = wire_vector(file);
	struct sip_msg *req = NULL, *resp = NULL;
	struct mbuf *copy = mbuf_alloc_ref(w->sentv[0]);
	int err;

	(void)message_decode(&req, mb, NULL);
	err = message_decode(&resp, copy, NULL);

	/* What was refused for a header has that header in its reply */
	if (err && w->sentc)
		assert_true(wire_has(w, 0, "SIP/2.0 400 ") ||
			    wire_has(w, 0, "SIP/2.0 505 "));

	for (size_t i = 0; i < ARRAY_SIZE(idv) && !err; i++) {
		const struct sip_hdr *a = sip_msg_hdr(req, idv[i]);
		const struct sip_hdr *b = sip_msg_hdr(resp, idv[i]);
		char abuf[1024], bbuf[1024];

		re_snprintf(abuf, sizeof(abuf), "%H", header_value, &a->val);
		re_snprintf(bbuf, sizeof(bbuf), "%H", header_value, &b->val);
		assert_string_equal(abuf, bbuf);
		assert_int_equal(sip_msg_hdr_count(req, idv[i]),
				 sip_msg_hdr_count(resp, idv[i]));
	}

	if (!err)
		assert_true(resp->to.tag.l);
	mem_deref(req);
	mem_deref(resp);
	mem_deref(mb);
	mem_deref(copy);
}

static void test_vectors_get_the_right_reply(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(vectorv); i++) {
		const size_t blocks = test_blocks();
		struct transactions *t;
		struct wire w = { .sentc = 0 };
		struct mbuf *mb = wire_vector(vectorv[i].file);
		char start[32] = "";

		assert_int_equal(
			transactions_alloc(&t, wire_send, request_handler, &w),
			0);
		transactions_recv(t, mb, CLOCK_S);

		re_snprintf(start, sizeof(start), "SIP/2.0 %u ",
			    vectorv[i].scode);
		if (w.sentc != (vectorv[i].scode != SILENT) ||
		    (w.sentc && !wire_has(&w, 0, start)) ||
		    (vectorv[i].header && !wire_has(&w, 0, vectorv[i].header)))
			fail_msg("%s: %zu replies, %.*s", vectorv[i].file,
				 w.sentc, w.sentc ? (int)w.sentv[0]->end : 0,
				 w.sentc ? (char *)w.sentv[0]->buf : "");
		if (w.sentc)
			check_echo(&w, vectorv[i].file);

		mem_deref(mb);
		mem_deref(t);
		wire_clear(&w);
		assert_int_equal(test_blocks(), blocks);
	}
}

/* The real user agent, which is not registered and takes no call */
static void test_vectors_get_it_from_the_user_agent_too(void **state)
{
	struct wire w = { .sentc = 0 };
	const struct ua_params prm = { .origin = { .user = "alice",
						   .realm = "example.com" },
				       .sendh = wire_send,
				       .arg = &w };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(vectorv); i++) {
		struct mbuf *mb = wire_vector(vectorv[i].file);
		struct ua *ua;
		char start[32] = "";

		assert_int_equal(ua_alloc(&ua, &prm), 0);
		ua_flow(ua, true, CLOCK_S);
		ua_recv(ua, mb, CLOCK_S);

		re_snprintf(start, sizeof(start), "SIP/2.0 %u ",
			    vectorv[i].scode);
		if (w.sentc != (vectorv[i].scode != SILENT) ||
		    (w.sentc && !wire_has(&w, 0, start)))
			fail_msg("%s: %zu replies, %.*s", vectorv[i].file,
				 w.sentc, w.sentc ? (int)w.sentv[0]->end : 0,
				 w.sentc ? (char *)w.sentv[0]->buf : "");

		mem_deref(mb);
		mem_deref(ua);
		wire_clear(&w);
	}
}

/* Decode a valid one */
static struct sip_msg *valid(const char *file)
{
	struct mbuf *mb = wire_vector(file);
	struct sip_msg *msg = NULL;

	assert_int_equal(message_decode(&msg, mb, NULL), 0);
	mem_deref(mb);
	return msg;
}

#define assert_pl(pl, str) assert_int_equal(pl_strcmp(pl, str), 0)

static bool via_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			void *arg)
{
	static const char *const hostv[] = { "192.0.2.2", "spindle.example.com",
					     "192.168.255.111" };
	unsigned *n = arg;
	struct sip_via via;
	(void)msg;

	assert_int_equal(grammar_via(&via, &hdr->val), 0);
	assert_pl(&via.sentby, hostv[(*n)++]);
	return false;
}

static void test_vectors_wsinv_is_understood(void **state)
{
	struct sip_msg *msg = valid("rfc4475/wsinv.dat");
	struct sip_taddr contact;
	struct pl val;
	unsigned n = 0;
	(void)state;

	assert_true(message_is(msg, "INVITE"));
	assert_int_equal(msg->cseq.num, 9);
	assert_pl(&msg->maxfwd, "0068");
	assert_pl(&msg->to.tag, "1918181833n");
	assert_pl(&msg->from.tag, "98asjd8");
	assert_pl(&msg->from.dname, "J Rosenberg \\\\\\\"");
	assert_int_equal(message_body(msg).l, 150);
	assert_true(message_body_is(msg, "application/sdp"));
	sip_msg_hdr_apply(msg, true, SIP_HDR_VIA, via_handler, &n);
	assert_int_equal(n, 3);

	assert_int_equal(
		grammar_addr(&contact, &sip_msg_hdr(msg, SIP_HDR_CONTACT)->val),
		0);
	assert_int_equal(grammar_param(&val, &contact.params, "newparam"), 0);
	assert_pl(&val, "newvalue");
	assert_int_equal(grammar_param(&val, &contact.params, "q"), 0);
	assert_pl(&val, "0.33");
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_ROUTE), 1);
	assert_non_null(sip_msg_xhdr(msg, "UnknownHeaderWithUnusualValue"));
	mem_deref(msg);
}

static void test_vectors_keep_nul_escapes_and_bodies(void **state)
{
	struct sip_msg *msg;
	(void)state;

	msg = valid("rfc4475/intmeth.dat");
	assert_pl(&msg->from.tag, "_token~1'+`*%!-.");
	assert_int_equal(msg->to.dname.l,
			 sizeof("BEL:\\x NUL:\\x DEL:\\x") - 1);
	assert_non_null(sip_msg_xhdr(msg, "extensionHeader-!.%*+_`'~"));
	mem_deref(msg);

	msg = valid("rfc4475/mpart01.dat");
	assert_int_equal(message_body(msg).l, 553);
	mem_deref(msg);

	msg = valid("rfc4475/semiuri.dat");
	assert_pl(&msg->uri.user, "user;par=u%40example.net");
	assert_pl(&msg->uri.host, "example.com");
	assert_false(pl_isset(&msg->uri.params));
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_ACCEPT), 6);
	mem_deref(msg);

	msg = valid("rfc5118/port-ambiguous.dat");
	assert_pl(&msg->uri.host, "2001:db8::10:5070");
	assert_int_equal(msg->uri.port, 0);
	mem_deref(msg);

	msg = valid("rfc5118/port-unambiguous.dat");
	assert_pl(&msg->uri.host, "2001:db8::10");
	assert_int_equal(msg->uri.port, 5070);
	mem_deref(msg);

	msg = valid("rfc4475/cparam01.dat");
	{
		struct sip_taddr c;
		const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_CONTACT);

		assert_int_equal(grammar_addr(&c, &h->val), 0);
		assert_false(pl_isset(&c.uri.params));
		assert_pl(&c.params, ";unknownparam");
	}
	mem_deref(msg);

	msg = valid("rfc4475/longreq.dat");
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_VIA), 34);
	assert_true(msg->from.tag.l > 150);
	mem_deref(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_get_the_right_reply),
		cmocka_unit_test(test_vectors_get_it_from_the_user_agent_too),
		cmocka_unit_test(test_vectors_wsinv_is_understood),
		cmocka_unit_test(test_vectors_keep_nul_escapes_and_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
