/**
 * @file tests/unit/test_resampler.c  Tests of the resampler and of drift
 *
 * A sine goes in; what comes out is compared with the sine that fits best.
 * The oracle is libsamplerate.
 */
#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/base/drift.h"
#include "core/base/resampler.h"

enum {
	AMPLITUDE = 16000,
	SECONDS = 2,
	BLOCK_MS = 10
};

/* Signal to residual of the best fit [dB], and the level of the fit [dB] */
static double fit(const int16_t *v, unsigned n, double w, double *levelp)
{
	double ss = 0, cc = 0, sc = 0, vs = 0, vc = 0, vv = 0, a, b, det, res;

	for (unsigned i = 0; i < n; i++) {
		double s = sin(w * i), c = cos(w * i);

		ss += s * s;
		cc += c * c;
		sc += s * c;
		vs += v[i] * s;
		vc += v[i] * c;
		vv += (double)v[i] * v[i];
	}
	det = ss * cc - sc * sc;
	a = (vs * cc - vc * sc) / det;
	b = (vc * ss - vs * sc) / det;
	res = vv - a * vs - b * vc;
	*levelp = 10 * log10((a * a + b * b) / AMPLITUDE / AMPLITUDE);
	return 10 * log10((vv - res) / (res > 1e-9 ? res : 1e-9));
}

static unsigned run(struct resampler *r, int16_t *out, uint32_t in, double hz)
{
	unsigned block = in * BLOCK_MS / 1000, made = 0;
	int16_t *pcm = mem_alloc(block * sizeof(*pcm), NULL);

	for (unsigned i = 0; i < in * SECONDS / block; i++) {
		for (unsigned k = 0; k < block; k++)
			pcm[k] = (int16_t)lrint(
				AMPLITUDE *
				sin(2 * M_PI * hz * (i * block + k) / in));
		unsigned n = resampler_put(r, pcm, block, out + made);

		assert_true(n <= resampler_room(r, block));
		made += n;
	}
	mem_deref(pcm);
	return made;
}

static const uint32_t ratev[] = { 8000,	 11025, 12000, 16000, 22050,
				  24000, 32000, 44100, 48000 };

static void test_resampler_keeps_a_tone_at_every_ratio(void **state)
{
	int16_t *out = mem_alloc(3 * 48000 * SECONDS * sizeof(*out), NULL);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		for (size_t k = 0; k < 2 * ARRAY_SIZE(ratev); k++) {
			uint32_t in = ratev[i], to = ratev[k / 2];
			double snr, level;
			struct resampler *r;
			unsigned n;

			assert_int_equal(
				resampler_alloc(&r, in, to, in / 100, k % 2),
				0);
			n = run(r, out, in, 1000);
			assert_in_range(n, to * SECONDS - to / 50,
					to * SECONDS + 1);
			snr = fit(out + 500, n - 500, 2 * M_PI * 1000 / to,
				  &level);
			if (snr < 75 || fabs(level) > 0.05)
				fail_msg("%u to %u: %.1f dB, %.2f dB", in, to,
					 snr, level);
			mem_deref(r);
		}
	}
	mem_deref(out);
}

static void test_resampler_lets_no_alias_through(void **state)
{
	int16_t *out = mem_alloc(48000 * SECONDS * sizeof(*out), NULL);
	static const double hzv[] = { 4900, 7000, 9500, 15500, 20000 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(hzv); i++) {
		struct resampler *r;
		unsigned n;

		assert_int_equal(resampler_alloc(&r, 48000, 8000, 480, false),
				 0);
		n = run(r, out, 48000, hzv[i]);
		for (unsigned k = 200; k < n - 200; k++)
			assert_in_range(out[k] + 2, 0, 4); /* -78 dB */
		mem_deref(r);
	}
	mem_deref(out);
}

/* Ratio moved every block as the drift controller does */
static void test_resampler_follows_drift_without_clicks(void **state)
{
	enum {
		RATE = 48000,
		BLOCK = 960,
		BLOCKS = 500
	};
	int16_t *out = mem_alloc(2 * RATE * 12 * sizeof(*out), NULL);
	int16_t pcm[BLOCK];
	struct resampler *r;
	unsigned made = 0;
	double worst = 0;
	(void)state;

	assert_int_equal(resampler_alloc(&r, RATE, RATE, BLOCK, true), 0);
	for (unsigned i = 0; i < BLOCKS; i++) {
		for (unsigned k = 0; k < BLOCK; k++)
			pcm[k] = (int16_t)lrint(
				AMPLITUDE *
				sin(2 * M_PI * 1000 * (i * BLOCK + k) / RATE));
		resampler_set_speed(r, (int32_t)(300 * sin(i / 30.0)));
		made += resampler_put(r, pcm, BLOCK, out + made);
	}

	/* A click is where a sample is not what its two neighbours say */
	for (unsigned i = 1000; i < made - 1; i++) {
		double w = 2 * cos(2 * M_PI * 1000 / RATE);
		double e = fabs(out[i + 1] + out[i - 1] - w * out[i]);

		worst = e > worst ? e : worst;
	}
	assert_true(worst < 6); /* Rounding gives 2 */
	mem_deref(r);
	mem_deref(out);
}

/* Noise below a sixth of the rate or so, in both forms */
static void make_noise(int16_t *in, float *x, unsigned n)
{
	double low[4] = { 0 };
	uint32_t seed = 1;

	for (unsigned i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		low[0] += ((int32_t)seed / 65536.0 - low[0]) * 0.4;
		for (unsigned k = 1; k < 4; k++)
			low[k] += (low[k - 1] - low[k]) * 0.4;
		in[i] = (int16_t)lrint(low[3] / 2);
		x[i] = in[i];
	}
}

static void test_resampler_agrees_with_libsamplerate(void **state)
{
	enum {
		IN = 44100,
		OUT = 48000,
		N = 44100
	};
	float *x = mem_alloc(N * sizeof(*x), NULL);
	float *y = mem_alloc(2 * N * sizeof(*y), NULL);
	int16_t *in = mem_alloc(N * sizeof(*in), NULL);
	int16_t *out = mem_alloc(2 * N * sizeof(*out), NULL);
	SRC_DATA d = { .data_in = x,
		       .data_out = y,
		       .input_frames = N,
		       .output_frames = 2 * N,
		       .src_ratio = (double)OUT / IN };
	double best = 1e30;
	struct resampler *r;
	unsigned made = 0;
	(void)state;

	make_noise(in, x, N);
	assert_int_equal(src_simple(&d, SRC_SINC_BEST_QUALITY, 1), 0);
	assert_int_equal(resampler_alloc(&r, IN, OUT, N, false), 0);
	made = resampler_put(r, in, N, out);

	/* Ours is late by its filter: find by how much, to a whole sample */
	for (unsigned lag = 20; lag < 30; lag++) {
		double e = 0, p = 0;

		for (unsigned i = 2000; i + 2000 < made; i++) {
			double diff = out[i + lag] - (double)y[i];

			e += diff * diff;
			p += (double)y[i] * y[i];
		}
		best = e / p < best ? e / p : best;
	}
	/* The filters' delays differ by a part of a sample: -25 dB is that */
	assert_true(best < 0.02);
	mem_deref(r);
	mem_deref(x);
	mem_deref(y);
	mem_deref(in);
	mem_deref(out);
}

static void test_resampler_refuses_other_rates(void **state)
{
	struct resampler *r;
	(void)state;

	assert_int_equal(resampler_alloc(&r, 7999, 8000, 80, false), EINVAL);
	assert_int_equal(resampler_alloc(&r, 8000, 96000, 80, false), EINVAL);
}

static void test_resampler_clips_and_does_not_wrap(void **state)
{
	int16_t in[480], out[960];
	struct resampler *r;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(in); i++)
		in[i] = i / 40 % 2 ? INT16_MAX : INT16_MIN;
	assert_int_equal(resampler_alloc(&r, 48000, 48000, 480, true), 0);
	(void)resampler_put(r, in, 480, out);
	assert_int_equal(out[40 + 23 + 10] < 0, in[40 + 10] < 0);
	mem_deref(r);
}

static void test_drift_finds_the_clock_and_holds_the_delay(void **state)
{
	(void)state;

	for (int ppm = -300; ppm <= 300; ppm += 100) {
		struct drift d = { .speed = 0 };
		double error = 0;
		uint64_t now = CLOCK_S;

		for (unsigned i = 0; i < 50 * 120; i++) {
			now += 20 * CLOCK_MS;
			error += (ppm - d.speed) * 0.02;
			(void)drift_put(&d, (int64_t)error, now);
			assert_true(fabs(error) < 3000);
		}
		assert_true(abs(d.speed - ppm) <= 2);
		assert_true(fabs(error) < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resampler_keeps_a_tone_at_every_ratio),
		cmocka_unit_test(test_resampler_lets_no_alias_through),
		cmocka_unit_test(test_resampler_follows_drift_without_clicks),
		cmocka_unit_test(test_resampler_agrees_with_libsamplerate),
		cmocka_unit_test(test_resampler_refuses_other_rates),
		cmocka_unit_test(test_resampler_clips_and_does_not_wrap),
		cmocka_unit_test(
			test_drift_finds_the_clock_and_holds_the_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
