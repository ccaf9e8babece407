/**
 * @file tests/unit/test_digits.c  Tests of telephone-event
 */
#include "tests/unit/test.h"
#include "core/media/digits.h"

enum {
	CLOCK = 8000,
	TICKS = 160,
	PACKETS_MAX = 4096
};

struct sent {
	uint32_t ts;
	uint8_t payload[DIGITS_PAYLOAD];
	bool marker;
	char digit;
};

/* All packets of a text, with their timestamps; returns how many */
static unsigned send_all(struct sent *v, const char *text, uint32_t base)
{
	struct digits d = { .clock = 0 };
	struct digits_out out;
	uint32_t begin = base;
	unsigned n = 0;

	digits_init(&d, CLOCK);
	assert_int_equal(digits_put(&d, text), 0);
	for (uint32_t ts = base; digits_busy(&d); ts += TICKS) {
		if (!digits_get(&d, TICKS, &out))
			continue;
		begin = out.marker ? ts : begin;
		v[n].ts = begin;
		v[n].marker = out.marker;
		v[n].digit = out.digit;
		memcpy(v[n++].payload, out.payload, DIGITS_PAYLOAD);
	}
	assert_int_equal(d.sent, strlen(text));
	return n;
}

static void test_digits_sends_as_rfc_4733_says(void **state)
{
	static struct sent v[PACKETS_MAX];
	unsigned n, ends = 0, prior = 0;
	(void)state;

	n = send_all(v, "#", 1000);
	assert_int_equal(n, 5 + DIGITS_ENDS - 1);
	for (unsigned i = 0; i < n; i++) {
		unsigned dur = (unsigned)(v[i].payload[2] << 8 |
					  v[i].payload[3]);

		assert_int_equal(v[i].ts, 1000);
		assert_int_equal(v[i].marker, i == 0);
		assert_int_equal(v[i].payload[0], 11);
		assert_true(dur >= prior);
		prior = dur;
		if (v[i].payload[1] & 0x80) {
			++ends;
			assert_int_equal(dur, CLOCK * DIGITS_TONE / 1000);
		}
	}
	assert_int_equal(ends, DIGITS_ENDS);
}

static void test_digits_refuses_other_characters(void **state)
{
	struct digits d = { .clock = 0 };
	char longest[DIGITS_MAX + 1];
	(void)state;

	digits_init(&d, CLOCK);
	assert_int_equal(digits_put(&d, "12x"), EINVAL);
	assert_false(digits_busy(&d));
	memset(longest, '1', DIGITS_MAX);
	longest[DIGITS_MAX] = '\0';
	assert_int_equal(digits_put(&d, longest), 0);
	assert_int_equal(digits_put(&d, "1"), ENOBUFS);
	assert_int_equal(digits_event('d'), 15);
	assert_int_equal(digits_event('\0'), -1);
	assert_int_equal(digits_char(16), 0);
}

/* Deterministic noise for the properties below */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Loses, repeats and swaps packets; each digit keeps one at least */
static void hear(const char *text, uint32_t base, uint32_t seed)
{
	static struct sent v[PACKETS_MAX];
	struct digits d = { .clock = 0 };
	char heard[DIGITS_MAX + 1] = "";
	unsigned n = send_all(v, text, base), got = 0;
	uint32_t kept_ts = base - 1;

	digits_init(&d, CLOCK);
	for (unsigned i = 0; i + 1 < n; i++) {
		if (v[i].ts == v[i + 1].ts && next(&seed) % 4 == 0) {
			struct sent tmp = v[i];

			v[i] = v[i + 1];
			v[i + 1] = tmp;
		}
	}
	for (unsigned i = 0; i < n; i++) {
		bool last = i + 1 == n || v[i + 1].ts != v[i].ts;
		bool keep = next(&seed) % 2 || (last && kept_ts != v[i].ts);

		for (unsigned k = 0; keep && k <= next(&seed) % 2; k++) {
			char c = digits_recv(&d, v[i].ts, v[i].payload,
					     DIGITS_PAYLOAD);

			kept_ts = v[i].ts;
			if (c)
				heard[got++] = c;
		}
	}
	heard[got] = '\0';
	assert_string_equal(heard, text);
}

static void test_digits_hears_each_digit_once(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 200; seed++) {
		hear("1123*#0ABCD99", seed * 7919, seed);
		hear("5555", UINT32_MAX - 2000, seed);
	}
}

static void test_digits_takes_a_long_one_for_one(void **state)
{
	struct digits d = { .clock = 0 };
	const uint8_t full[] = { 5, 10, 0xff, 0xff }, rest[] = { 5, 10, 1, 0 };
	const uint8_t cut[] = { 5, 10, 1 };
	(void)state;

	digits_init(&d, CLOCK);
	assert_int_equal(digits_recv(&d, 100, full, 4), '5');
	assert_int_equal(digits_recv(&d, 100 + 0xffff, rest, 4), 0);
	assert_int_equal(digits_recv(&d, 100 + 0xffff * 2, rest, 4), '5');
	assert_int_equal(digits_recv(&d, 300000, cut, 3), 0);
	assert_int_equal(d.malformed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digits_sends_as_rfc_4733_says),
		cmocka_unit_test(test_digits_refuses_other_characters),
		cmocka_unit_test(test_digits_hears_each_digit_once),
		cmocka_unit_test(test_digits_takes_a_long_one_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
