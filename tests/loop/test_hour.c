/**
 * @file tests/loop/test_hour.c  An hour of a bad call, in seconds
 *
 * 10 % loss, jitter, and a sound card that is 200 ppm fast at one end. The
 * random start of timestamps is chosen just before their wrap; the sequence
 * number wraps, and with it SRTP's rollover counter counts, twice an hour.
 */
#include <math.h>
#include <stdlib.h>
#include "core/base/entropy.h"
#include "tests/loop/support/rig.h"
#include "tests/support/memory.h"

#ifdef __OPTIMIZE__
#define OPTIMIZED true
#else
#define OPTIMIZED false
#endif

enum {
	WAIT = 5 * CLOCK_S,
	SETTLE = 60, /* [s] */
	MINUTES = 59,
	MINUTES_SLOW = 5, /* Where a minute takes as long as ten */
	SEQUENCES = 65536,
	LOSS_MIN = 80, /* Of 1000 packets: 10 % were lost, no more, no less */
	LOSS_MAX = 120,
	DELAY_MAX = 200,     /* [ms], with 40 ms of jitter */
	GROWTH_BYTES = 4096, /* The jitter buffer breathes */
	GROWTH_BLOCKS = 64,  /* The same; a leak a second were 3,540 */
	DRIFT = 200,	     /* [ppm] */
	DRIFT_TOLERANCE = 40,
};

static uint32_t lottery = 1;

/* Numbers of 32 bits begin with 0xffff: timestamps are about to wrap */
static void near_the_wrap(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	for (size_t i = 0; i < n; i++) {
		lottery = lottery * 1664525 + 1013904223;
		p[i] = (uint8_t)(lottery >> 24);
	}
	if (n == sizeof(uint32_t)) {
		uint32_t v;

		memcpy(&v, p, sizeof(v));
		v |= 0xffff0000;
		memcpy(p, &v, sizeof(v));
	}
}

static double number(const json_t *js, const char *a, const char *b)
{
	const json_t *audio = json_object_get(json_object_get(js, "media"),
					      "audio");

	return json_number_value(json_object_get(json_object_get(audio, a), b));
}

/* Bytes under a sanitizer, else blocks */
static size_t held(void)
{
	return test_blocks() ? test_blocks() : memory_blocks();
}

static void check(unsigned i, int drift, bool whole)
{
	json_t *js = rig_stats(i);
	struct sound_heard heard;
	double sent = number(js, "sent", "packets");
	double lost = number(js, "received", "lost") * 1000 /
		      (number(js, "received", "packets") +
		       number(js, "received", "lost"));

	rig_heard(i, &heard);
	print_message("phone %u: %.0f packets, lost %.1f permille, fec %.0f, "
		      "concealed %.0f, delay %.0f ms (target %.0f), clocks "
		      "%.0f ppm, heard %.1f Hz %.1f dB gap %u ms\n",
		      i, sent, lost, number(js, "received", "fec"),
		      number(js, "received", "concealed"),
		      number(js, "received", "delay"),
		      number(js, "received", "target"),
		      number(js, "received", "clocks_ppm"), heard.frequency,
		      heard.level, heard.gap);

	assert_true(!whole || sent > 2 * SEQUENCES);
	assert_true(lost > LOSS_MIN && lost < LOSS_MAX);
	assert_true(number(js, "received", "delay") < DELAY_MAX);
	assert_true(fabs(number(js, "received", "clocks_ppm") - drift) <
		    DRIFT_TOLERANCE);
	assert_true(number(js, "received", "resync") < 2);
	assert_true(fabs(heard.frequency - rig_tonev[i]) < rig_tonev[i] / 100);
	json_decref(js);
}

static void test_hour_of_loss_and_drift_leaves_no_trace(void **state)
{
	static const struct ether_weather bad = {
		.delay = 30 * CLOCK_MS,
		.jitter = 40 * CLOCK_MS,
		.loss = 100,
		.duplicate = 10,
	};
	const bool whole = OPTIMIZED && !test_blocks();
	const unsigned minutes = whole ? MINUTES : MINUTES_SLOW;
	const json_t *ended;
	size_t before;
	(void)state;

	rig_ppmv[1] = DRIFT;
	rig_start(12, NULL);
	entropy_set_source(near_the_wrap, NULL);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "m_stream_audio_remote_added", WAIT));
	assert_non_null(rig_wait(1, "m_stream_audio_remote_added", WAIT));
	ether_set(&bad);

	rig_run((uint64_t)SETTLE * CLOCK_S);
	rig_forget();
	before = held();
	ended = rig_wait(0, "terminated:call",
			 (uint64_t)minutes * 60 * CLOCK_S);
	if (ended) {
		char *text = json_dumps(ended, JSON_COMPACT);

		print_message("over after %llu s: %s\n",
			      (unsigned long long)(clock_now() / CLOCK_S),
			      text);
		free(text);
	}
	assert_null(ended);
	rig_forget(); /* The events that the rig keeps are no leak */
	print_message("held %zu %s after a minute, %zu after %u\n", before,
		      test_blocks() ? "bytes" : "blocks", held(), minutes);
	assert_true(held() <
		    before + (test_blocks() ? GROWTH_BYTES : GROWTH_BLOCKS));
	check(0, DRIFT, whole);
	check(1, -DRIFT, whole);
	rig_stop();
	rig_ppmv[1] = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hour_of_loss_and_drift_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
