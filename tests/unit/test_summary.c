/**
 * @file tests/unit/test_summary.c  Messages that wait
 */
#include "tests/unit/test.h"
#include "core/sip/summary.h"

static const struct {
	const char *text, *account;
	int err;
	bool waiting, counted;
	uint32_t fresh, old;
} casev[] = {
	/* RFC 3842 section 5.2 */
	{ "Messages-Waiting: yes\r\n"
	  "Message-Account: sip:alice@vmail.example.com\r\n"
	  "Voice-Message: 2/8 (0/2)\r\n",
	  "sip:alice@vmail.example.com", 0, true, true, 2, 8 },
	{ "Messages-Waiting: no\r\n", "", 0, false, false, 0, 0 },
	{ "messages-waiting:YES\nvoice-message: 1/0", "", 0, true, true, 1, 0 },
	{ "Messages-Waiting: yes\r\nVoice-Message: many/0\r\n"
	  "Fax-Message: 1/2\r\n\r\nTo: <x>\r\n",
	  "", 0, true, false, 0, 0 },
	{ "Messages-Waiting: yes\r\nVoice-Message: 99999999999/1\r\n", "", 0,
	  true, true, UINT32_MAX, 1 },
	{ "", "", EBADMSG, false, false, 0, 0 },
	{ "Voice-Message: 1/2\r\n", "", EBADMSG, false, false, 0, 0 },
	{ "Messages-Waiting", "", 0, false, false, 0, 0 },
};

static void test_summary_counts_voice_messages(void **state)
{
	struct summary s;
	struct pl pl;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		pl_set_str(&pl, casev[i].text);
		assert_int_equal(summary_decode(&s, &pl), casev[i].err);
		if (casev[i].err)
			continue;
		assert_int_equal(s.waiting, casev[i].waiting);
		assert_int_equal(s.counted, casev[i].counted);
		assert_int_equal(s.fresh, casev[i].fresh);
		assert_int_equal(s.old, casev[i].old);
		assert_int_equal(pl_strcmp(&s.account, casev[i].account), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_counts_voice_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
