/**
 * @file tests/unit/test_demux.c  Tests of the first octet
 */
#include "tests/unit/test.h"
#include "core/net/demux.h"

static void test_demux_sorts_by_the_first_octet(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 256; i++) {
		const uint8_t v[] = { (uint8_t)i, 0 };
		enum demux_kind want = DEMUX_NONE;

		if (i <= 3)
			want = DEMUX_STUN;
		else if (i >= 20 && i <= 63)
			want = DEMUX_DTLS;
		else if (i >= 64 && i <= 79)
			want = DEMUX_CHANNEL;
		else if (i >= 128 && i <= 191)
			want = DEMUX_PACKET;

		assert_int_equal(demux_sort(v, sizeof(v)), want);
		assert_int_equal(demux_sort(v, 1), DEMUX_NONE);
	}

	assert_int_equal(demux_sort(NULL, 0), DEMUX_NONE);
}

static void test_demux_tells_reports_from_packets(void **state)
{
	(void)state;

	for (unsigned type = 0; type < 256; type++) {
		const uint8_t v[] = { 0x80, (uint8_t)type };
		bool report = (type & 0x7f) >= 64 && (type & 0x7f) <= 95;

		assert_int_equal(demux_sort(v, sizeof(v)),
				 report ? DEMUX_REPORT : DEMUX_PACKET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_demux_sorts_by_the_first_octet),
		cmocka_unit_test(test_demux_tells_reports_from_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
