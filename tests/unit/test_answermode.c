/**
 * @file tests/unit/test_answermode.c  Tests of what callers wish
 */
#include "tests/unit/test.h"
#include "core/sip/answermode.h"
#include "core/sip/message.h"

#define AM   "Answer-Mode: "
#define PRIV "Priv-Answer-Mode: "

static const struct {
	const char *lines;
	enum answermode mode;
	enum answermode_need need;
	bool asked;
} casev[] = {
	{ "", ANSWERMODE_NONE, ANSWERMODE_WISH, false },
	{ AM "Auto\r\n", ANSWERMODE_AUTO, ANSWERMODE_WISH, true },
	{ "answer-mode:  AUTO ;Require\r\n", ANSWERMODE_AUTO, ANSWERMODE_OR_NOT,
	  true },
	{ AM "Auto;x=require\r\n", ANSWERMODE_AUTO, ANSWERMODE_WISH, true },
	{ AM "Auto;x=1 ; require\r\n", ANSWERMODE_AUTO, ANSWERMODE_OR_NOT,
	  true },
	{ AM "Manual\r\n", ANSWERMODE_MANUAL, ANSWERMODE_WISH, true },
	{ AM "Manual;require\r\n", ANSWERMODE_MANUAL, ANSWERMODE_WISH, true },
	{ AM "Automatic\r\n", ANSWERMODE_NONE, ANSWERMODE_WISH, true },
	{ AM "Automatic;require\r\n", ANSWERMODE_NONE, ANSWERMODE_NEVER, true },
	{ AM ";;require\r\n", ANSWERMODE_NONE, ANSWERMODE_WISH, true },
	{ AM "Manual\r\nCall-Info: <x:>;answer-after=0\r\n", ANSWERMODE_MANUAL,
	  ANSWERMODE_WISH, true },
	{ PRIV "Auto\r\n", ANSWERMODE_NONE, ANSWERMODE_WISH, true },
	{ PRIV "Auto\r\n" AM "Auto\r\n", ANSWERMODE_AUTO, ANSWERMODE_WISH,
	  true },
	{ PRIV "Auto;require\r\n" AM "Auto\r\n", ANSWERMODE_AUTO,
	  ANSWERMODE_NEVER, true },
	{ PRIV "Manual;require\r\n" AM "Auto\r\n", ANSWERMODE_MANUAL,
	  ANSWERMODE_WISH, true },
	{ "Alert-Info: <http://x>;Info=Alert-AutoAnswer\r\n", ANSWERMODE_AUTO,
	  ANSWERMODE_WISH, false },
	{ "Alert-Info: info=alert-auto\r\n", ANSWERMODE_NONE, ANSWERMODE_WISH,
	  false },
	{ "Call-Info: <sip:a>;answer-after=5\r\n", ANSWERMODE_AUTO,
	  ANSWERMODE_WISH, false },
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
		assert_int_equal(answermode_need(msg), casev[i].need);
		assert_int_equal(answermode_asked(msg), casev[i].asked);
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
