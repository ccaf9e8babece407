/**
 * @file tests/unit/test_capture.c  Tests of the way from heartbeats to frames
 */
#include "tests/unit/test.h"
#include "core/media/capture.h"

enum {
	RATE = 8000,
	PERIOD = 80, /* 10 ms */
	PTIME = 20,  /* [ms]  */
	PERIODS_MAX = 8,
};

struct heard {
	unsigned frames, samples;
	int16_t first, last;
	uint64_t when;
};

static void frame_handler(const int16_t *pcm, unsigned samples, uint64_t now,
			  void *arg)
{
	struct heard *h = arg;

	++h->frames;
	h->samples = samples;
	h->first = pcm[0];
	h->last = pcm[samples - 1];
	h->when = now;
}

static const struct sound_format sound = { RATE, 1, PERIOD };

/* Every sample of the n-th period has the value n */
static void period(int16_t *pcm, unsigned n)
{
	for (unsigned i = 0; i < PERIOD; i++)
		pcm[i] = (int16_t)n;
}

static void test_capture_makes_frames_of_periods(void **state)
{
	size_t before = test_blocks();
	struct heard h = { .frames = 0 };
	int16_t pcm[PERIOD];
	struct capture *c;
	(void)state;

	assert_int_equal(
		capture_alloc(&c, &sound, RATE, PTIME, frame_handler, &h), 0);
	for (unsigned i = 1; i <= PERIODS_MAX; i++) {
		period(pcm, i);
		capture_put(c, pcm, PERIOD, i);
		assert_int_equal(h.frames, i / 2);
	}
	assert_int_equal(h.samples, 2 * PERIOD);
	assert_int_equal(h.first, PERIODS_MAX - 1);
	assert_int_equal(h.last, PERIODS_MAX);
	mem_deref(c);
	assert_int_equal(test_blocks(), before);
}

/* However long it was held, the first period fills a frame, with the sound
 * that came last */
static void test_capture_that_was_held_begins_at_once(void **state)
{
	(void)state;

	for (unsigned held = 1; held < PERIODS_MAX; held++) {
		struct heard h = { .frames = 0 };
		int16_t pcm[PERIOD];
		struct capture *c;

		assert_int_equal(capture_alloc(&c, &sound, RATE, PTIME,
					       frame_handler, &h),
				 0);
		for (unsigned i = 1; i <= held; i++) {
			period(pcm, i);
			capture_hold(c, pcm, PERIOD);
		}
		assert_int_equal(h.frames, 0);
		period(pcm, held + 1);
		capture_put(c, pcm, PERIOD, held + 1);
		assert_int_equal(h.frames, 1);
		assert_int_equal(h.first, held);
		assert_int_equal(h.last, held + 1);
		assert_int_equal(h.when, held + 1);
		mem_deref(c);
	}
}

static void test_capture_sends_nothing_from_before_muting(void **state)
{
	struct heard h = { .frames = 0 };
	int16_t pcm[PERIOD] = { 0 };
	struct capture *c;
	(void)state;

	assert_int_equal(
		capture_alloc(&c, &sound, RATE, PTIME, frame_handler, &h), 0);
	period(pcm, 1);
	capture_put(c, pcm, PERIOD, 1);
	capture_silence(c);
	period(pcm, 0);
	capture_put(c, pcm, PERIOD, 2);
	assert_int_equal(h.frames, 1);
	assert_int_equal(h.first, 0);
	mem_deref(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capture_makes_frames_of_periods),
		cmocka_unit_test(test_capture_that_was_held_begins_at_once),
		cmocka_unit_test(test_capture_sends_nothing_from_before_muting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
