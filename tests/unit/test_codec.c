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
	assert_null(codec_at(3));
	assert_ptr_equal(codec_static(0), type_of("pcmu"));
	assert_ptr_equal(codec_static(8), type_of("PCMA"));
	assert_null(codec_static(111));
	assert_null(codec_static(CODEC_NO_PT));
	assert_null(type_of("G722"));
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
	assert_int_equal(codec_ticks(codec_at(1), bad, 160), 160);
	assert_int_equal(codec_ticks(codec_at(1), bad, 961), 0);
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

static void test_conceal_goes_on_without_a_click_and_dies(void **state)
{
	static int16_t v[8000];
	struct conceal *c;
	(void)state;

	assert_int_equal(conceal_alloc(&c), 0);
	for (double hz = 150; hz < 420; hz += 17) {
		int16_t good[1600];
		int slope;

		tone(v, 8000, 0, hz, 8000);
		slope = steepest(v, 8000);
		for (unsigned i = 0; i < 10; i++)
			conceal_good(c, v + i * 160, 160);
		for (unsigned i = 10; i < 16; i++)
			conceal_bad(c, v + i * 160, 160);
		assert_true(steepest(v + 1500, 1000) < slope * 2);
		for (unsigned i = 1600 + 480; i < 2560; i++)
			assert_int_equal(v[i], 0); /* 60 ms */
		memcpy(good, v + 2560, sizeof(good));
		conceal_good(c, v + 2560, 160);
		assert_int_equal(v[2560], 0);
		assert_true(steepest(v + 2550, 170) < slope * 2);
		assert_memory_equal(v + 2600, good + 40, 200);
	}
	mem_deref(c);
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
		cmocka_unit_test(test_conceal_goes_on_without_a_click_and_dies),
		cmocka_unit_test(test_stretch_cuts_without_a_click),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
