/**
 * @file tests/unit/test_keypress.c  Tests of digits in INFO bodies
 */
#include "core/sip/keypress.h"
#include "tests/unit/test.h"

static void test_keypress_reads_what_gateways_send(void **state)
{
	static const struct {
		const char *ctype, *body;
		char digit;
	} casev[] = {
		{ "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n",
		  '5' },
		{ "application/dtmf-relay", "Signal= 5\r\nDuration= 160\r\n",
		  '5' },
		{ "Application/DTMF-Relay; x=y", "Duration=1\r\nsignal=#\r\n",
		  '#' },
		{ "application/dtmf-relay", "Signal=d\r\n", 'D' },
		{ "application/dtmf-relay", "Signal=11\r\n", '#' },
		{ "application/dtmf-relay", "Signal=17\r\n", 0 },
		{ "application/dtmf-relay", "Signal=!\r\n", 0 },
		{ "application/dtmf-relay", "", 0 },
		{ "application/dtmf", "*", '*' },
		{ "application/dtmf", "12", 'A' },
		{ "application/dtmfx", "1", 0 },
		{ "text/plain", "Signal=5", 0 },
		{ "", "Signal=5", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct pl ctype, body;

		pl_set_str(&ctype, casev[i].ctype);
		pl_set_str(&body, casev[i].body);
		assert_int_equal(keypress_decode(&ctype, &body),
				 casev[i].digit);
	}
}

static void test_keypress_reads_what_it_writes(void **state)
{
	const char *digits = "0123456789*#ABCD";
	struct pl ctype, body;
	(void)state;

	pl_set_str(&ctype, keypress_type);
	for (; *digits; digits++) {
		struct mbuf *mb = mbuf_alloc(1);

		assert_int_equal(keypress_encode(mb, *digits), 0);
		mb->pos = 0;
		pl_set_mbuf(&body, mb);
		assert_int_equal(keypress_decode(&ctype, &body), *digits);
		mem_deref(mb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keypress_reads_what_gateways_send),
		cmocka_unit_test(test_keypress_reads_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
