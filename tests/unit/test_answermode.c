/**
 * @file tests/unit/test_answermode.c  Tests of what callers wish
 */
#include "tests/unit/test.h"
#include "core/sip/answermode.h"
#include "core/sip/message.h"

static const struct {
	const char *lines;
	enum answermode mode;
} casev[] = {
	{ "", ANSWERMODE_NONE },
	{ "Answer-Mode: Auto\r\n", ANSWERMODE_AUTO },
	{ "answer-mode:  AUTO ;require\r\n", ANSWERMODE_AUTO },
	{ "Answer-Mode: Manual\r\n", ANSWERMODE_MANUAL },
	{ "Answer-Mode: Automatic\r\n", ANSWERMODE_NONE },
	{ "Answer-Mode: Manual\r\nCall-Info: <x:>;answer-after=0\r\n",
	  ANSWERMODE_MANUAL },
	{ "Alert-Info: <http://x>;Info=Alert-AutoAnswer\r\n", ANSWERMODE_AUTO },
	{ "Alert-Info: info=alert-auto\r\n", ANSWERMODE_NONE },
	{ "Call-Info: <sip:a>;answer-after=5\r\n", ANSWERMODE_AUTO },
};

static void test_answermode_reads_what_is_in_use(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct mbuf *mb = mbuf_alloc(512);
		struct sip_msg *msg = NULL;

		assert_non_null(mb);
		assert_int_equal(
			mbuf_printf(mb,
				    "INVITE sip:b@x SIP/2.0\r\n"
				    "Via: SIP/2.0/WSS a;branch=z9hG4bK1\r\n"
				    "From: <sip:a@x>;tag=1\r\n"
				    "To: <sip:b@x>\r\nCall-ID: 1\r\n"
				    "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
				    "Contact: <sip:a@x>\r\n%s"
				    "Content-Length: 0\r\n\r\n",
				    casev[i].lines),
			0);
		mb->pos = 0;
		assert_int_equal(message_decode(&msg, mb, NULL), 0);
		assert_int_equal(answermode_get(msg), casev[i].mode);
		mem_deref(msg);
		mem_deref(mb);
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_answermode_reads_what_is_in_use),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
