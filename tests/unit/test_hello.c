/**
 * @file tests/unit/test_hello.c  Tests of the ClientHello's reassembly
 *
 * The shape is Chromium's: a hello of 1413 bytes as two fragments of 1175
 * and 238 bytes, a datagram each.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/net/hello.h"

enum {
	HEAD = 13 + 12, /* Of record and fragment [bytes] */
	TOTAL = 1413,
	FIRST = 1175,
	SECOND = TOTAL - FIRST,
};

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 7 + i / 256);
}

/* Append a record of one fragment of a hello that has `total` bytes */
static void add_record(struct mbuf *mb, unsigned seq, unsigned number,
		       size_t total, size_t offset, size_t len)
{
	uint8_t head[HEAD] = {
		22,
		0xfe,
		0xff,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		(uint8_t)seq,
		(uint8_t)((len + 12) >> 8),
		(uint8_t)(len + 12),
		1,
		(uint8_t)(total >> 16),
		(uint8_t)(total >> 8),
		(uint8_t)total,
		0,
		(uint8_t)number,
		(uint8_t)(offset >> 16),
		(uint8_t)(offset >> 8),
		(uint8_t)offset,
		(uint8_t)(len >> 16),
		(uint8_t)(len >> 8),
		(uint8_t)len,
	};

	mbuf_write_mem(mb, head, sizeof(head));
	for (size_t i = 0; i < len; i++)
		mbuf_write_u8(mb, byte_at(offset + i));
}

static struct mbuf *datagram(unsigned seq, unsigned number, size_t total,
			     size_t offset, size_t len)
{
	struct mbuf *mb = mbuf_alloc(64);

	add_record(mb, seq, number, total, offset, len);
	mbuf_set_pos(mb, 0);
	return mb;
}

static int put(struct hello *h, struct mbuf *mb, struct mbuf **outp)
{
	int err;

	*outp = NULL;
	mbuf_set_pos(mb, 0);
	err = hello_put(h, mb, outp);
	mem_deref(mb);
	return err;
}

/* out must be exactly this one whole record; frees it */
static void check_whole(struct mbuf *out, unsigned seq, unsigned number,
			size_t total)
{
	struct mbuf *want = datagram(seq, number, total, 0, total);

	assert_non_null(out);
	assert_int_equal(mbuf_get_left(out), mbuf_get_left(want));
	assert_memory_equal(mbuf_buf(out), mbuf_buf(want), mbuf_get_left(want));
	mem_deref(out);
	mem_deref(want);
}

static void test_hello_puts_two_fragments_together_in_any_order(void **state)
{
	struct hello *h;
	struct mbuf *out;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);

	assert_int_equal(put(h, datagram(0, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(put(h, datagram(1, 0, TOTAL, FIRST, SECOND), &out), 0);
	check_whole(out, 1, 0, TOTAL);

	/* The retransmission, the other way round */
	assert_int_equal(put(h, datagram(3, 0, TOTAL, FIRST, SECOND), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(2, 0, TOTAL, 0, FIRST), &out), 0);
	check_whole(out, 2, 0, TOTAL);

	mem_deref(h);
}

static void test_hello_bears_duplicates_and_overlaps(void **state)
{
	struct hello *h;
	struct mbuf *out;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	assert_int_equal(put(h, datagram(0, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(put(h, datagram(0, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(put(h, datagram(1, 0, TOTAL, 100, 500), &out), EAGAIN);
	assert_int_equal(put(h, datagram(2, 0, TOTAL, 1300, 113), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(3, 0, TOTAL, 1000, 200), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(4, 0, TOTAL, 1200, 213), &out), 0);
	check_whole(out, 4, 0, TOTAL);
	mem_deref(h);
}

static void test_hello_keeps_two_messages_apart(void **state)
{
	struct hello *h;
	struct mbuf *out;
	(void)state;

	/* Those from before a HelloVerifyRequest mix with those after it */
	assert_int_equal(hello_alloc(&h), 0);
	assert_int_equal(put(h, datagram(0, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(put(h, datagram(4, 1, TOTAL + 20, 0, FIRST), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(2, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(
		put(h, datagram(5, 1, TOTAL + 20, FIRST, SECOND + 20), &out),
		0);
	check_whole(out, 5, 1, TOTAL + 20);
	assert_int_equal(put(h, datagram(3, 0, TOTAL, FIRST, SECOND), &out), 0);
	check_whole(out, 3, 0, TOTAL);
	mem_deref(h);
}

static void test_hello_begins_anew_when_the_length_changes(void **state)
{
	struct hello *h;
	struct mbuf *out;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	assert_int_equal(put(h, datagram(0, 0, TOTAL, 0, FIRST), &out), EAGAIN);
	assert_int_equal(put(h, datagram(1, 0, 1500, FIRST, 325), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(2, 0, 1500, 0, FIRST), &out), 0);
	check_whole(out, 2, 0, 1500);
	mem_deref(h);
}

static void test_hello_finds_fragments_in_one_datagram(void **state)
{
	struct mbuf *mb = mbuf_alloc(64), *out;
	struct hello *h;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	add_record(mb, 0, 0, TOTAL, 0, FIRST);
	add_record(mb, 1, 0, TOTAL, FIRST, SECOND);
	assert_int_equal(put(h, mb, &out), 0);
	check_whole(out, 1, 0, TOTAL);
	mem_deref(h);
}

static void test_hello_passes_all_else_untouched(void **state)
{
	static const struct {
		const char *what;
		uint8_t first[14];
		size_t len;
	} casev[] = {
		{ "empty", { 0 }, 0 },
		{ "short", { 22, 0xfe, 0xff }, 3 },
		{ "not DTLS",
		  { 22, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1 },
		  14 },
		{ "cut",
		  { 22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 1 },
		  14 },
		{ "encrypted",
		  { 22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1 },
		  14 },
	};
	struct mbuf *mb, *out;
	struct hello *h;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		mb = mbuf_alloc(64);
		mbuf_write_mem(mb, casev[i].first, casev[i].len);
		mbuf_set_pos(mb, 0);
		assert_int_equal(hello_put(h, mb, &out), 0);
		assert_ptr_equal(out, mb);
		mem_deref(out);
		mem_deref(mb);
	}

	mem_deref(h);
}

static void test_hello_passes_a_whole_hello_and_neighbours(void **state)
{
	static const uint8_t alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0,
					 0,  0,	   9,	 0, 2, 2, 40 };
	struct mbuf *mb = datagram(0, 0, 300, 0, 300), *out;
	struct hello *h;
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	assert_int_equal(hello_put(h, mb, &out), 0);
	assert_ptr_equal(out, mb);
	mem_deref(out);
	mem_deref(mb);

	/* What stands beside a fragment stays */
	mb = mbuf_alloc(64);
	mbuf_write_mem(mb, alert, sizeof(alert));
	add_record(mb, 0, 0, TOTAL, 0, 100);
	assert_int_equal(put(h, mb, &out), 0);
	assert_int_equal(mbuf_get_left(out), sizeof(alert));
	assert_memory_equal(mbuf_buf(out), alert, sizeof(alert));
	mem_deref(out);
	mem_deref(h);
}

static void test_hello_has_its_limits(void **state)
{
	struct hello *h;
	struct mbuf *out;
	char text[128];
	(void)state;

	assert_int_equal(hello_alloc(&h), 0);
	assert_int_equal(put(h, datagram(0, 0, HELLO_MAX + 1, 0, 100), &out),
			 EAGAIN);
	assert_int_equal(put(h, datagram(1, 2, TOTAL, 0, 100), &out), EAGAIN);

	/* Every other byte: more stretches than are remembered */
	for (unsigned i = 0; i < HELLO_RANGES + 5; i++)
		assert_int_equal(put(h, datagram(i, 0, 200, 2 * i, 1), &out),
				 EAGAIN);

	re_snprintf(text, sizeof(text), "%H", hello_print, h);
	assert_string_equal(text, "hellos=0 fragments=39 refused=7");

	/* ... and still it comes together */
	assert_int_equal(put(h, datagram(50, 0, 200, 0, 150), &out), EAGAIN);
	assert_int_equal(put(h, datagram(51, 0, 200, 150, 50), &out), 0);
	check_whole(out, 51, 0, 200);
	mem_deref(h);
}

/* Random cuts in random order with duplicates give the same message */
static void test_hello_comes_together_over_many_seeds(void **state)
{
	const size_t before = test_blocks();
	(void)state;

	for (unsigned seed = 0; seed < 300; seed++) {
		struct hello *h;
		struct mbuf *out = NULL;
		unsigned seq = 0;
		int err = EAGAIN;

		srand(seed);
		assert_int_equal(hello_alloc(&h), 0);
		while (err == EAGAIN) {
			size_t cut = 64 * (size_t)(rand() % 23);
			size_t len = 1 + (size_t)(rand() % 200);

			if (len > TOTAL - cut)
				len = TOTAL - cut;
			err = put(h, datagram(seq++, 0, TOTAL, cut, len), &out);
		}

		assert_int_equal(err, 0);
		check_whole(out, seq - 1, 0, TOTAL);
		mem_deref(h);
	}

	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_hello_puts_two_fragments_together_in_any_order),
		cmocka_unit_test(test_hello_bears_duplicates_and_overlaps),
		cmocka_unit_test(test_hello_keeps_two_messages_apart),
		cmocka_unit_test(
			test_hello_begins_anew_when_the_length_changes),
		cmocka_unit_test(test_hello_finds_fragments_in_one_datagram),
		cmocka_unit_test(test_hello_passes_all_else_untouched),
		cmocka_unit_test(
			test_hello_passes_a_whole_hello_and_neighbours),
		cmocka_unit_test(test_hello_has_its_limits),
		cmocka_unit_test(test_hello_comes_together_over_many_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
