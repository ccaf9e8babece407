/**
 * @file tests/unit/test_alsa.c  Tests of what the ALSA driver calculates
 *
 * alsa_samples: every format there and back. alsa_pace: a card that plays at
 * another clock, in virtual time. No card.
 */
#include <math.h>
#include "tests/unit/test.h"
#include "drivers/alsa_pace.h"
#include "drivers/alsa_samples.h"

enum {
	FRAMES = 5,
	CHANNELS = 8,
	PERIOD = 480,
	RATE = 48000,
	TARGET = 10000, /* [us] */
};

static const int16_t pcm[2 * FRAMES] = { 0,	1,	-1,  32767, -32768,
					 12345, -12345, 255, -256,  77 };

static void test_alsa_samples_come_back_in_every_format(void **state)
{
	uint8_t raw[sizeof(int32_t) * CHANNELS * FRAMES];
	int16_t back[2 * FRAMES];
	(void)state;

	for (const snd_pcm_format_t *f = alsa_samples_formatv;
	     *f != SND_PCM_FORMAT_UNKNOWN; f++) {
		for (unsigned theirs = 2; theirs <= CHANNELS; theirs++) {
			memset(raw, 0x55, sizeof(raw));
			alsa_samples_put(raw, *f, theirs, pcm, 2, FRAMES);
			alsa_samples_get(back, 2, raw, *f, theirs, FRAMES);
			assert_memory_equal(back, pcm, sizeof(pcm));
		}
		alsa_samples_put(raw, *f, 1, pcm, 1, FRAMES);
		alsa_samples_get(back, 1, raw, *f, 1, FRAMES);
		assert_memory_equal(back, pcm, FRAMES * sizeof(*pcm));
	}
}

static void test_alsa_samples_mix_and_spread(void **state)
{
	static const int16_t in[] = { 100, 300, -32768, 32767 };
	int16_t one[2], raw[8];
	(void)state;

	alsa_samples_get(one, 1, (const uint8_t *)in, SND_PCM_FORMAT_S16, 2, 2);
	assert_int_equal(one[0], 200);
	assert_int_equal(one[1], 0);

	alsa_samples_put((uint8_t *)raw, SND_PCM_FORMAT_S16, 4, in, 1, 2);
	assert_int_equal(raw[0], 100);
	assert_int_equal(raw[1], 100);
	assert_int_equal(raw[2], 0);
	assert_int_equal(raw[3], 0);
	assert_int_equal(raw[5], 300);

	alsa_samples_put((uint8_t *)raw, SND_PCM_FORMAT_S16, 1, in, 2, 1);
	assert_int_equal(raw[0], 200);
	alsa_samples_get(raw, 2, (const uint8_t *)in, SND_PCM_FORMAT_S16, 1, 1);
	assert_int_equal(raw[0], 100);
	assert_int_equal(raw[1], 100);
}

struct card {
	struct alsa_pace *pace;
	double waiting; /* [us] */
	double lowest, highest;
	uint64_t now;
};

/* The playing card is slower by so much than the microphone that beats */
static void play(struct card *c, double ppm, uint32_t rate, unsigned seconds)
{
	const int16_t spk[PERIOD] = { 0 };
	int16_t out[2 * PERIOD];

	c->lowest = 1e9;
	c->highest = 0;
	for (unsigned i = 0; i < seconds * 100; i++) {
		unsigned n;

		alsa_pace_measure(c->pace, (int64_t)c->waiting, c->now);
		n = alsa_pace_put(c->pace, spk, out);
		assert_true(n <= alsa_pace_room(c->pace));
		c->waiting += n * 1e6 / rate - 10000.0 * (1 - ppm / 1e6);
		c->now += 10 * CLOCK_MS;
		c->lowest = fmin(c->lowest, c->waiting);
		c->highest = fmax(c->highest, c->waiting);
	}
}

static long clocks(const struct card *c)
{
	char text[128];

	(void)re_snprintf(text, sizeof(text), "%H", alsa_pace_print, c->pace);
	return strtol(strstr(text, "clocks=") + 7, NULL, 10);
}

static void pace(double ppm, uint32_t rate)
{
	const struct sound_format fmt = { RATE, 1, PERIOD };
	struct card c = { .waiting = TARGET, .now = CLOCK_S };

	assert_int_equal(alsa_pace_alloc(&c.pace, &fmt, rate, TARGET), 0);
	play(&c, ppm, rate, 60);
	assert_true(c.lowest > TARGET - 4000 && c.highest < TARGET + 4000);
	play(&c, ppm, rate, 600);
	assert_true(c.lowest > TARGET - 1000 && c.highest < TARGET + 1000);
	if (fabs(ppm) > 50)
		assert_true(fabs((double)clocks(&c) - ppm) < 5);
	mem_deref(c.pace);
}

static void test_alsa_pace_follows_another_clock(void **state)
{
	static const double ppmv[] = { 0, 20, -20, 200, -200, 300, -300 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ppmv); i++)
		pace(ppmv[i], RATE);
	pace(200, 44100);
	pace(-200, 16000);
}

static void test_alsa_pace_copies_at_one_clock(void **state)
{
	const struct sound_format fmt = { RATE, 2, PERIOD };
	int16_t spk[2 * PERIOD], out[4 * PERIOD];
	struct alsa_pace *p;
	unsigned n = 0;
	(void)state;

	for (unsigned i = 0; i < 2 * PERIOD; i++)
		spk[i] = (int16_t)(i * 31);
	assert_int_equal(alsa_pace_alloc(&p, &fmt, RATE, TARGET), 0);
	for (unsigned i = 0; i < 500; i++) {
		alsa_pace_measure(p, TARGET + (i % 2 ? 300 : -300),
				  CLOCK_S + i * 10 * CLOCK_MS);
		n = alsa_pace_put(p, spk, out);
	}
	assert_int_equal(n, PERIOD);
	for (unsigned i = 48; i < 2 * PERIOD; i++)
		assert_int_equal(out[i], spk[i - 48]); /* Half a millisecond */
	mem_deref(p);
}

static void test_alsa_pace_stands_a_restart(void **state)
{
	const struct sound_format fmt = { RATE, 1, PERIOD };
	struct card c = { .waiting = TARGET, .now = CLOCK_S };
	(void)state;

	assert_int_equal(alsa_pace_alloc(&c.pace, &fmt, RATE, TARGET), 0);
	play(&c, 200, RATE, 120);
	c.waiting = 2 * TARGET;
	c.now += 3 * CLOCK_S;
	alsa_pace_restart(c.pace);
	play(&c, 200, RATE, 60);
	assert_true(c.waiting > TARGET - 1000 && c.waiting < TARGET + 1000);
	mem_deref(c.pace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alsa_samples_come_back_in_every_format),
		cmocka_unit_test(test_alsa_samples_mix_and_spread),
		cmocka_unit_test(test_alsa_pace_follows_another_clock),
		cmocka_unit_test(test_alsa_pace_copies_at_one_clock),
		cmocka_unit_test(test_alsa_pace_stands_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
