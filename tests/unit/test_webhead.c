/**
 * @file tests/unit/test_webhead.c  Tests of heads of HTTP messages
 */
#include "tests/unit/test.h"
#include "core/net/webhead.h"

static struct http_msg *decode(const char *text)
{
	struct mbuf *mb = mbuf_alloc(1);
	struct http_msg *msg = NULL;

	(void)mbuf_write_str(mb, text);
	mb->pos = 0;
	assert_int_equal(http_msg_decode(&msg, mb, true), 0);
	mem_deref(mb);
	return msg;
}

static void test_webhead_finds_the_end_however_it_comes(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest\r\n\r\n";
	const size_t end = strlen(text) - strlen("rest\r\n\r\n");
	(void)state;

	for (size_t step = 1; step < sizeof(text); step++) {
		size_t scanned = 0, found = 0, n;

		for (n = step; !found && n < strlen(text) + step; n += step) {
			size_t have = n < strlen(text) ? n : strlen(text);

			found = webhead_size((const uint8_t *)text, have,
					     &scanned);
		}
		assert_int_equal(found, end);
	}
}

static void test_webhead_refuses_controls_and_folds(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool clean;
	} v[] = {
		{ "A: b\r\n\r\n", 8, true },
		{ "A:\tb\xff\r\n\r\n", 9, true },
		{ "A: \0\r\n\r\n", 8, false },
		{ "A: b\n\r\n", 7, false },
		{ "A: b\rc\r\n\r\n", 10, false },
		{ "A: b\r\n c\r\n\r\n", 12, false },
		{ "A: b\r\n\tc\r\n\r\n", 12, false },
		{ "A: \x7f\r\n\r\n", 8, false },
		{ "A: b\r", 5, false },
		{ "", 0, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		assert_int_equal(
			webhead_is_clean((const uint8_t *)v[i].text, v[i].size),
			v[i].clean);
}

static void test_webhead_counts_headers_by_name(void **state)
{
	struct http_msg *msg = decode("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n"
				      "x: 2\r\nConnection: a, B ,c\r\n\r\n");
	(void)state;

	assert_int_equal(webhead_count(msg, "HOST"), 1);
	assert_int_equal(webhead_count(msg, "X"), 2);
	assert_int_equal(webhead_count(msg, "Y"), 0);
	assert_int_equal(pl_strcmp(webhead_only(msg, "host"), "a"), 0);
	assert_null(webhead_only(msg, "X"));
	assert_null(webhead_only(msg, "Y"));
	assert_true(webhead_has(msg, "connection", "b"));
	assert_true(webhead_has(msg, "connection", "C"));
	assert_false(webhead_has(msg, "connection", "d"));
	assert_false(webhead_has(msg, "X", "3"));
	mem_deref(msg);
}

static void test_webhead_takes_lists_apart(void **state)
{
	static const char *const wantv[] = { "a", "b c", "d" };
	struct pl list = PL(" a ,,\tb c, , d,"), element;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wantv); i++) {
		assert_true(webhead_element(&list, &element));
		assert_int_equal(pl_strcmp(&element, wantv[i]), 0);
	}
	assert_false(webhead_element(&list, &element));

	list = pl_null;
	assert_false(webhead_element(&list, &element));
}

static void test_webhead_knows_tokens(void **state)
{
	(void)state;

	/* RFC 9110 section 5.6.2 */
	for (int c = 0; c < 256; c++) {
		bool is = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') ||
			  (c && strchr("!#$%&'*+-.^_`|~", c));

		assert_int_equal(webhead_is_tchar(c), is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_webhead_finds_the_end_however_it_comes),
		cmocka_unit_test(test_webhead_refuses_controls_and_folds),
		cmocka_unit_test(test_webhead_counts_headers_by_name),
		cmocka_unit_test(test_webhead_takes_lists_apart),
		cmocka_unit_test(test_webhead_knows_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
