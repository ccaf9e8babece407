/**
 * @file tests/unit/test_sender.c  Tests of sender: from sound to packets
 */
#include "tests/unit/test.h"
#include "core/media/sender.h"

enum {
	RATE = 8000,
	FRAMES = 160, /* 20 ms */
	DIGIT_PT = 101,
	EVENTS_MAX = 64,
};

static struct packet eventv[EVENTS_MAX];
static unsigned eventc;

static void on_packet(struct mbuf *mb, const struct packet *hdr, size_t payload,
		      uint64_t now, void *arg)
{
	(void)mb;
	(void)payload;
	(void)now;
	(void)arg;

	if (hdr->pt == DIGIT_PT && eventc < EVENTS_MAX)
		eventv[eventc++] = *hdr;
}

static struct sender *make(void)
{
	struct sender_format fmt = {
		.sound = { .rate = RATE, .channels = 1, .period = FRAMES },
		.digit_pt = DIGIT_PT,
		.digit_clock = RATE,
	};
	struct sender *s;

	eventc = 0;
	assert_int_equal(codec_alloc(&fmt.codec, codec_static(0), RATE, NULL),
			 0);
	assert_int_equal(sender_alloc(&s, 1, on_packet, NULL), 0);
	assert_int_equal(sender_set_format(s, &fmt), 0);
	mem_deref(fmt.codec);
	return s;
}

/* RFC 4733 section 2.5.1.2: an event has one timestamp. A receiver takes
   another one for another digit, and a door's code has one too many then */
static void test_sender_keeps_a_digit_s_time_over_a_stall(void **state)
{
	static const int16_t silence[FRAMES];
	(void)state;

	for (unsigned stall = 0; stall < 9; stall++) {
		struct sender *s = make();
		uint64_t now = CLOCK_S;

		assert_int_equal(sender_digits(s, "5"), 0);
		for (unsigned i = 0; i < 20; i++) {
			if (i == stall)
				now += 300 * CLOCK_MS;
			sender_put(s, silence, FRAMES, now);
			now += 20 * CLOCK_MS;
		}

		assert_int_equal(eventc, 5 + DIGITS_ENDS - 1);
		for (unsigned i = 0; i < eventc; i++) {
			assert_int_equal(eventv[i].ts, eventv[0].ts);
			assert_int_equal(eventv[i].marker, i == 0);
		}
		mem_deref(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sender_keeps_a_digit_s_time_over_a_stall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
