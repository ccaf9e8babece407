/**
 * @file tests/unit/test_frames.c  Tests of the WebSocket frames
 */
#include "tests/unit/test.h"
#include "core/net/frames.h"

/* What a server may not send, and with which code it is failed */
static const struct {
	const char *name, *bytes;
	size_t n;
	unsigned code;
} faultv[] = {
#define F(name, bytes, code)                                                   \
	{                                                                      \
		name, bytes, sizeof(bytes) - 1, code                           \
	}
	F("masked",
	  "\x81\x81"
	  "abcdX",
	  1002),
	F("reserved bit 1", "\xc1\x01X", 1002),
	F("reserved bit 2", "\xa1\x01X", 1002),
	F("reserved bit 3", "\x91\x01X", 1002),
	F("reserved bit of a ping", "\xc9\x00", 1002),
	F("opcode 3", "\x83\x01X", 1002),
	F("opcode 7", "\x87\x01X", 1002),
	F("opcode 11", "\x8b\x01X", 1002),
	F("opcode 15", "\x8f\x00", 1002),
	F("continuation of nothing", "\x80\x01X", 1002),
	F("text in text", "\x01\x01X\x81\x01Y", 1002),
	F("binary in text", "\x01\x01X\x82\x01Y", 1002),
	F("fragmented ping", "\x09\x01X", 1002),
	F("long ping", "\x89\x7e\x00\x7e", 1002),
	F("length not minimal, 16 bits", "\x81\x7e\x00\x7d", 1002),
	F("length not minimal, 64 bits",
	  "\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 1002),
	F("length negative", "\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 1002),
	F("length too big", "\x81\x7f\x00\x00\x00\x00\x00\x02\x00\x01X", 1009),
	F("length huge", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xffX", 1009),
	F("not UTF-8", "\x81\x02\xc3\x28", 1007),
	F("half a character", "\x81\x01\xc3", 1007),
	F("surrogate", "\x81\x03\xed\xa0\x80", 1007),
	F("overlong", "\x81\x02\xc0\xaf", 1007),
	F("over U+10FFFF", "\x81\x04\xf4\x90\x80\x80", 1007),
#undef F
};

static void test_frames_refuse_what_breaks_the_rules(void **state)
{
	struct frames_item it;
	struct frames *f;
	int err;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(faultv); i++) {
		for (size_t chunk = 1; chunk <= 64; chunk += 63) {
			size_t n = faultv[i].n;

			assert_int_equal(frames_alloc(&f, FRAMES_CLIENT), 0);
			err = EAGAIN;
			for (size_t k = 0; k < n && err == EAGAIN; k += chunk) {
				frames_input(f, (uint8_t *)faultv[i].bytes + k,
					     n - k < chunk ? n - k : chunk);
				err = frames_next(f, &it);
			}
			if (err == EAGAIN || !err ||
			    (unsigned)it.code != faultv[i].code || !it.why)
				fail_msg("%s: %d", faultv[i].name, err);
			mem_deref(f);
		}
	}
}

static void test_frames_know_when_they_are_within_one(void **state)
{
	static const uint8_t text[] = "\x01\x01S\x89\x02hi\x80\x7e\x00\x7e";
	uint8_t payload[126] = { 0 };
	struct frames_item it;
	struct frames *f;
	(void)state;

	assert_int_equal(frames_alloc(&f, FRAMES_CLIENT), 0);
	assert_false(frames_is_partial(f));
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		frames_input(f, text + i, 1);
		/* The ping comes in the midst of the message */
		assert_int_equal(frames_next(f, &it), i == 6 ? 0 : EAGAIN);
		assert_true(frames_is_partial(f));
	}
	assert_int_equal(it.ctrlc, 0);
	frames_input(f, payload, sizeof(payload));
	assert_int_equal(frames_next(f, &it), 0);
	assert_int_equal(it.kind, FRAMES_TEXT);
	assert_int_equal(mbuf_get_left(it.mb), 1 + sizeof(payload));
	assert_false(frames_is_partial(f));
	mem_deref(it.mb);
	mem_deref(f);
}

static void test_frames_know_utf8(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} v[] = {
		{ "", true },
		{ "abc", true },
		{ "\x7f", true },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xbf", false },
		{ "\xc0\x80", false },
		{ "\xc1\xbf", false },
		{ "\xc2", false },
		{ "\xc2\x41", false },
		{ "\xc2\xc0", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xe1\x80", false },
		{ "\xed\xa0\x80", false },
		{ "\xed\xbf\xbf", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xf1\x80\x80", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf5\x80\x80\x80", false },
		{ "\xff", false },
		{ "a\xe2\x82\xac"
		  "b",
		  true },
		{ "a\xe2\x82", false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (frames_is_utf8((const uint8_t *)v[i].text,
				   strlen(v[i].text)) != v[i].ok)
			fail_msg("%zu", i);
	}
	assert_true(frames_is_utf8((const uint8_t *)"a\0b", 3));
}

static void test_frames_know_close_codes(void **state)
{
	static const unsigned badv[] = { 0,    999,  1004, 1005, 1006,
					 1015, 1016, 2999, 5000, 65535 };
	static const unsigned goodv[] = { 1000, 1001, 1002, 1003, 1007,
					  1011, 1012, 1014, 3000, 4999 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_false(frames_is_code(badv[i]));
	for (size_t i = 0; i < ARRAY_SIZE(goodv); i++)
		assert_true(frames_is_code(goodv[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_refuse_what_breaks_the_rules),
		cmocka_unit_test(test_frames_know_when_they_are_within_one),
		cmocka_unit_test(test_frames_know_utf8),
		cmocka_unit_test(test_frames_know_close_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
