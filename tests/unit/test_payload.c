/**
 * @file tests/unit/test_payload.c  Tests of payloads and of their assembly
 */
#include "core/media/assembly.h"
#include "tests/unit/test.h"

static void test_payload_is_its_pieces_in_order(void **state)
{
	struct payload p = { .piecec = 0 };
	struct mbuf *mb = mbuf_alloc(1);
	(void)state;

	for (unsigned i = 0; i < PAYLOAD_PIECES; i++)
		assert_true(payload_add(&p, (const uint8_t *)"ab", 1 + i % 2));
	assert_false(payload_add(&p, (const uint8_t *)"ab", 1));
	assert_int_equal(payload_write(mb, &p), 0);
	assert_int_equal(mb->pos, p.size);
	assert_memory_equal(mb->buf, "aabaaba", 7);
	mem_deref(mb);
}

/* RFC 7741 section 4.2 */
static void test_payload_counts_missing_pictures(void **state)
{
	static const struct {
		int before;
		unsigned before_bits;
		int after;
		unsigned after_bits, gap;
	} gapv[] = {
		{ 5, 7, 6, 7, 0 },	  { 5, 7, 9, 7, 3 },
		{ 127, 7, 0, 7, 0 },	  { 126, 7, 1, 7, 2 },
		{ 0x7fff, 15, 0, 15, 0 }, { 0x7ffe, 15, 1, 15, 2 },
		{ 127, 7, 128, 15, 0 },	  { 127, 7, 130, 15, 2 },
		{ -1, 0, 3, 7, 0 },	  { 3, 7, -1, 0, 0 },
		{ 3, 7, 3, 7, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(gapv); i++) {
		const struct payload_unit before = {
			.picture = gapv[i].before,
			.picture_bits = gapv[i].before_bits,
		};
		const struct payload_unit after = {
			.picture = gapv[i].after,
			.picture_bits = gapv[i].after_bits,
		};

		if (payload_unit_gap(&before, &after) != gapv[i].gap)
			fail_msg("%zu", i);
	}
}

static void test_assembly_wants_each_packet_once(void **state)
{
	struct assembly a = { .mb = NULL };
	(void)state;

	assert_int_equal(assembly_init(&a), 0);
	assert_int_equal(assembly_over(&a, true), EBADMSG);

	assembly_begin(&a);
	assert_int_equal(assembly_next(&a, 0xffff, 1, false), 0);
	assert_int_equal(assembly_over(&a, false), EBADMSG);
	assert_int_equal(assembly_over(&a, true), 0);
	assert_int_equal(assembly_next(&a, 0xffff, 1, false), EILSEQ);
	assert_int_equal(assembly_next(&a, 1, 1, false), EILSEQ);
	assert_int_equal(assembly_next(&a, 0, 1, true), 0);
	assert_int_equal(assembly_over(&a, false), 0);
	assert_int_equal(assembly_next(&a, 1, 0, false), 0);
	assert_int_equal(assembly_next(&a, 2, 1, false), EBADMSG);
	assembly_close(&a);
}

static void test_assembly_fails_once_and_for_all(void **state)
{
	struct assembly a = { .mb = NULL };
	char text[64];
	(void)state;

	assert_int_equal(assembly_init(&a), 0);
	assert_int_equal(assembly_fail(&a, EILSEQ), EILSEQ);
	assert_int_equal(assembly_fail(&a, EBADMSG), EILSEQ);
	assert_int_equal(assembly_next(&a, 1, 1, true), EILSEQ);
	assert_int_equal(assembly_over(&a, true), EILSEQ);
	assembly_begin(&a);
	assert_int_equal(assembly_next(&a, 1, 1, true), 0);
	assert_int_equal(assembly_fail(&a, EMSGSIZE), EMSGSIZE);
	(void)re_snprintf(text, sizeof(text), "%H", assembly_print, &a);
	assert_string_equal(text, "units=0 gaps=1 broken=0 large=1");
	assembly_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload_is_its_pieces_in_order),
		cmocka_unit_test(test_payload_counts_missing_pictures),
		cmocka_unit_test(test_assembly_wants_each_packet_once),
		cmocka_unit_test(test_assembly_fails_once_and_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
