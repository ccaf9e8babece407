/**
 * @file tests/unit/test_codec.c  Tests of codecs, concealment, stretching
 */
#include <math.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/media/codec.h"
#include "core/media/conceal.h"
#include "core/media/law.h"
#include "core/media/stretch.h"

static const struct codec_type *type_of(const char *name)
{
	struct pl pl;

	pl_set_str(&pl, name);
	return codec_find(&pl, 0, 0);
}

/* ITU-T G.711 tables 2a and 1a: decision and decoded values, in 16 bits */
static void test_codec_laws_are_those_of_g_711(void **state)
{
	(void)state;

	assert_int_equal(law_to_u(0), 0xff);
	assert_int_equal(law_to_u(32635), 0x80);
	assert_int_equal(law_to_u(-32768), 0x00);
	assert_int_equal(law_from_u(0x80), 32124);
	assert_int_equal(law_from_u(0x00), -32124);
	assert_int_equal(law_from_u(0xff), 0);
	assert_int_equal(law_from_u(0xfe), 8);
	assert_int_equal(law_to_a(0), 0xd5);
	assert_int_equal(law_to_a(-1), 0x55);
	assert_int_equal(law_to_a(32767), 0xaa);
	assert_int_equal(law_to_a(-32768), 0x2a);
	assert_int_equal(law_from_a(0xaa), 32256);
	assert_int_equal(law_from_a(0x2a), -32256);
	assert_int_equal(law_from_a(0xd5), 8);

	for (unsigned i = 0; i < 256; i++) {
		uint8_t c = (uint8_t)i;

		if (c != 0x7f) /* Minus zero */
			assert_int_equal(law_to_u(law_from_u(c)), c);
		assert_int_equal(law_to_a(law_from_a(c)), c);
	}
	for (int i = INT16_MIN; i <= INT16_MAX; i++) {
		int16_t s = (int16_t)i;
		int step = abs(i) / 16 + 16;

		if (abs(law_from_a(law_to_a(s)) - i) > step)
			fail_msg("A-law %d", i);
		if (abs(i) < 32124 && abs(law_from_u(law_to_u(s)) - i) > step)
			fail_msg("u-law %d", i);
	}
}

static void test_codec_table_is_what_sdp_says(void **state)
{
	(void)state;

	assert_string_equal(codec_at(0)->name, "opus");
	assert_int_equal(codec_at(0)->channels, 2);
	assert_null(codec_at(4));
	assert_ptr_equal(codec_static(0), type_of("pcmu"));
	assert_ptr_equal(codec_static(8), type_of("PCMA"));
	assert_null(codec_static(111));
	assert_null(codec_static(CODEC_NO_PT));
	assert_ptr_equal(codec_static(9), type_of("g722"));
	assert_int_equal(type_of("G722")->clock, 8000); /* RFC 3551 4.5.2 */
	assert_int_equal(codec_rate(type_of("G722"), 48000), 16000);
}

/* RFC 7587 section 6.1 */
static void test_codec_reads_fmtp(void **state)
{
	static const struct {
		const char *fmtp;
		struct codec_params in, out;
	} v[] = {
		{ "", { .bitrate = 0 }, { .no_fec = true } },
		{ "minptime=10;useinbandfec=1", { .bitrate = 0 }, { 0 } },
		{ "useinbandfec=0", { .bitrate = 0 }, { .no_fec = true } },
		{ "maxaveragebitrate=20000; cbr=1;useinbandfec=1",
		  { .bitrate = 0 },
		  { .bitrate = 20000, .cbr = true } },
		{ "maxaveragebitrate=20000;useinbandfec=1",
		  { .bitrate = 16000 },
		  { .bitrate = 16000 } },
		{ "maxaveragebitrate=510000;useinbandfec=1",
		  { .bitrate = 0 },
		  { .bitrate = 0 } },
		{ "maxplaybackrate=16000;useinbandfec=1",
		  { .bitrate = 0 },
		  { .max_rate = 16000 } },
		{ "maxplaybackrate=99999999999999;useinbandfec=;;=;x",
		  { .max_rate = 8000 },
		  { .max_rate = 8000, .no_fec = true } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct codec_params prm = v[i].in;
		struct pl pl;

		pl_set_str(&pl, v[i].fmtp);
		codec_params_decode(&prm, codec_at(0), &pl);
		if (prm.bitrate != v[i].out.bitrate ||
		    prm.max_rate != v[i].out.max_rate ||
		    prm.no_fec != v[i].out.no_fec || prm.cbr != v[i].out.cbr)
			fail_msg("%s", v[i].fmtp);
	}
}

static void test_codec_finds_what_is_no_payload(void **state)
{
	const uint8_t silk20[] = { 9 << 3, 0, 0 }, bad[] = { 0x03, 0xff };
	(void)state;

	assert_int_equal(codec_ticks(codec_at(0), silk20, 3), 960);
	assert_int_equal(codec_ticks(codec_at(0), silk20, 0), 0);
	assert_int_equal(codec_ticks(codec_at(0), bad, 2), 0);
	assert_int_equal(codec_ticks(type_of("PCMU"), bad, 160), 160);
	assert_int_equal(codec_ticks(type_of("PCMU"), bad, 961), 0);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_codec_decodes_any_bytes(void **state)
{
	static int16_t pcm[CODEC_FRAME_MAX];
	uint32_t seed = 3;
	struct codec *c;
	(void)state;

	assert_int_equal(codec_alloc(&c, type_of("G722"), 16000, NULL), 0);
	for (unsigned i = 0; i < 300; i++) {
		uint8_t v[960];
		unsigned n = 1 + next(&seed) % sizeof(v), got;

		for (unsigned k = 0; k < n; k++)
			v[k] = (uint8_t)next(&seed);
		assert_int_equal(codec_decode(c, pcm, &got, v, n), 0);
		assert_int_equal(got, 2 * n);
		codec_conceal(c, pcm, next(&seed) % 640);
	}
	mem_deref(c);

	assert_int_equal(codec_alloc(&c, codec_at(0), 48000, NULL), 0);
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t v[100];
		unsigned n = next(&seed) % sizeof(v), got;

		for (unsigned k = 0; k < n; k++)
			v[k] = (uint8_t)next(&seed);
		(void)codec_decode(c, pcm, &got, v, n);
		(void)codec_decode_fec(c, pcm, 960, v, n);
		codec_conceal(c, pcm, 960);
		codec_conceal(c, pcm, 7);
	}
	mem_deref(c);
}

/* Its FEC is there once a loss is told, and gives the packet before */
static void test_codec_repeats_a_packet_in_the_next(void **state)
{
	static int16_t in[320], a[CODEC_FRAME_MAX], b[CODEC_FRAME_MAX];
	struct codec *tx, *rx;
	unsigned with = 0, got = 0;
	double t = 0;
	(void)state;

	assert_int_equal(codec_alloc(&tx, codec_at(0), 16000, NULL), 0);
	assert_int_equal(codec_alloc(&rx, codec_at(0), 16000, NULL), 0);
	for (unsigned i = 0; i < 200; i++) {
		struct mbuf *mb = mbuf_alloc(16);

		for (unsigned k = 0; k < 320; k++, t += 1.0 / 16000)
			in[k] = (int16_t)(5000 * sin(2 * M_PI * 300 * t) *
					  (1 + sin(2 * M_PI * 4 * t)));
		if (i == 50)
			codec_set_loss(tx, 10);
		assert_int_equal(codec_encode(tx, mb, in, 320), 0);
		assert_int_equal(mb->pos, mb->end);
		if (codec_has_fec(codec_at(0), mb->buf, mb->end)) {
			assert_true(i >= 50);
			++with;
			assert_int_equal(
				codec_decode_fec(rx, a, 320, mb->buf, mb->end),
				0);
		}
		assert_int_equal(codec_decode(rx, b, &got, mb->buf, mb->end),
				 0);
		assert_int_equal(got, 320);
		mem_deref(mb);
	}
	assert_true(with > 100);
	mem_deref(tx);
	mem_deref(rx);
}

static void tone(int16_t *v, unsigned n, unsigned from, double hz, double rate)
{
	for (unsigned i = 0; i < n; i++)
		v[i] = (int16_t)lrint(10000 *
				      sin(2 * M_PI * hz * (from + i) / rate));
}

/* The largest step from a sample to the next */
static int steepest(const int16_t *v, unsigned n)
{
	int most = 0;

	for (unsigned i = 1; i < n; i++)
		most = abs(v[i] - v[i - 1]) > most ? abs(v[i] - v[i - 1])
						   : most;
	return most;
}

/* Piece is 20 ms, the loss 120 ms from the tenth on */
static void lose(struct conceal *c, double hz, unsigned rate)
{
	static int16_t v[16000], good[3200];
	const unsigned piece = rate / 50, from = 10 * piece, to = 16 * piece;
	int slope;

	tone(v, rate, 0, hz, rate);
	slope = steepest(v, rate);
	for (unsigned i = 0; i < from; i += piece)
		conceal_good(c, v + i, piece);
	for (unsigned i = from; i < to; i += piece)
		conceal_bad(c, v + i, piece);
	assert_true(steepest(v + from - 100, to - from) < slope * 2);
	for (unsigned i = from + 3 * piece; i < to; i++)
		assert_int_equal(v[i], 0); /* 60 ms */
	memcpy(good, v + to, sizeof(*v) * 2 * piece);
	conceal_good(c, v + to, piece);
	assert_int_equal(v[to], 0);
	assert_true(steepest(v + to - 10, piece + 10) < slope * 2);
	assert_memory_equal(v + to + piece / 4, good + piece / 4, piece);
}

static void test_conceal_goes_on_without_a_click_and_dies(void **state)
{
	(void)state;

	for (unsigned rate = 8000; rate <= 16000; rate *= 2) {
		struct conceal *c;

		assert_int_equal(conceal_alloc(&c, rate), 0);
		for (double hz = 150; hz < 420; hz += 17)
			lose(c, hz, rate);
		mem_deref(c);
	}
}

/* Through G.722 and back, a second; the delay of its filters is cut off */
static void through_wide(int16_t *v, unsigned n)
{
	const unsigned piece = 320, late = 22;
	struct codec *c;
	struct mbuf *mb = mbuf_alloc(16);
	unsigned got;

	assert_int_equal(codec_alloc(&c, type_of("G722"), 16000, NULL), 0);
	for (unsigned i = 0; i < n; i += piece) {
		int16_t pcm[CODEC_FRAME_MAX];

		mbuf_rewind(mb);
		assert_int_equal(codec_encode(c, mb, v + i, piece), 0);
		assert_int_equal(mb->end, piece / 2);
		assert_int_equal(codec_ticks(codec_type(c), mb->buf, mb->end),
				 160);
		assert_int_equal(codec_decode(c, pcm, &got, mb->buf, mb->end),
				 0);
		assert_int_equal(got, piece);
		memcpy(v + i, pcm, sizeof(*v) * piece);
	}
	memmove(v, v + late, sizeof(*v) * (n - late));
	mem_deref(mb);
	mem_deref(c);
}

static double power(const int16_t *v, unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (double)v[i] * v[i];
	return sum / n;
}

/* Both bands: up to 3.9 kHz, and from 4.1 to 7 kHz */
static void test_codec_keeps_level_and_pitch_through_g_722(void **state)
{
	static const double hzv[] = { 100, 1000, 3000, 5000, 6900 };
	static int16_t v[16000];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(hzv); i++) {
		unsigned up = 0;
		double before, after;

		tone(v, 16000, 0, hzv[i], 16000);
		before = power(v + 1600, 12800);
		through_wide(v, 16000);
		after = power(v + 1600, 12800);
		assert_true(fabs(10 * log10(after / before)) < 1);
		for (unsigned k = 1600; k < 14400; k++)
			up += v[k] < 0 && v[k + 1] >= 0;
		assert_true(fabs(up / 0.8 - hzv[i]) <= hzv[i] / 100 + 1.25);
	}
}

/* What is too loud is cut, never turned into its opposite */
static void test_codec_cuts_what_is_too_loud_for_g_722(void **state)
{
	static int16_t in[16000], v[16000];
	(void)state;

	for (double gain = 1; gain < 8; gain *= 1.3) {
		for (unsigned i = 0; i < 16000; i++) {
			double x = 32767 * gain *
				   sin(2 * M_PI * 200 * i / 16e3);

			in[i] = (int16_t)(x > 32767    ? 32767
					  : x < -32768 ? -32768
						       : x);
		}
		memcpy(v, in, sizeof(v));
		through_wide(v, 16000);
		for (unsigned i = 100; i < 15900; i++) {
			if (abs(v[i] - in[i]) > 20000)
				fail_msg("%d for %d", v[i], in[i]);
		}
	}
}

static void test_stretch_cuts_without_a_click(void **state)
{
	static const uint32_t ratev[] = { 8000, 16000, 48000 };
	static int16_t v[960];
	(void)state;

	for (size_t r = 0; r < ARRAY_SIZE(ratev); r++) {
		for (double hz = 150; hz < 1500; hz *= 1.13) {
			unsigned n = ratev[r] / 50, left;
			int slope;

			tone(v, n, 3, hz, ratev[r]);
			slope = steepest(v, n);
			left = stretch_cut(v, n, ratev[r]);
			if (left >= n || left < n / 3 ||
			    steepest(v, left) > slope + slope / 4 + 20)
				fail_msg("%u Hz, %.0f Hz: %u of %u, %d of %d",
					 ratev[r], hz, left, n,
					 steepest(v, left), slope);
		}
	}
	memset(v, 0, sizeof(v));
	assert_true(stretch_cut(v, 960, 48000) < 960);
	assert_int_equal(stretch_cut(v, 100, 48000), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codec_laws_are_those_of_g_711),
		cmocka_unit_test(test_codec_table_is_what_sdp_says),
		cmocka_unit_test(test_codec_reads_fmtp),
		cmocka_unit_test(test_codec_finds_what_is_no_payload),
		cmocka_unit_test(test_codec_decodes_any_bytes),
		cmocka_unit_test(test_codec_repeats_a_packet_in_the_next),
		cmocka_unit_test(
			test_codec_keeps_level_and_pitch_through_g_722),
		cmocka_unit_test(test_codec_cuts_what_is_too_loud_for_g_722),
		cmocka_unit_test(test_conceal_goes_on_without_a_click_and_dies),
		cmocka_unit_test(test_stretch_cuts_without_a_click),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
