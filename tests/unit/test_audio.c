/**
 * @file tests/unit/test_audio.c  Tests of the whole path of sound
 *
 * Two paths joined by a network of delay, jitter and loss, each with a sound
 * card of its own clock, in virtual time.
 */
#include <math.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "tests/unit/support/duet.h"

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void check_tone(const struct duet_side *s, const char *what)
{
	struct sound_heard h = duet_heard(s);

	if (fabs(h.frequency - DUET_HZ) > DUET_HZ / 100.0 ||
	    fabs(h.level + 20) > 1.5 || h.gap > 0)
		fail_msg("%s: %.1f Hz, %.1f dBFS, gap %u ms", what, h.frequency,
			 h.level, h.gap);
}

static struct audio_stats stats_of(const struct duet_side *s)
{
	struct audio_stats st;

	audio_stats(s->a, &st);
	return st;
}

/* FEATURES A-6.2d: every rate to every codec, mono and stereo */
static void test_audio_plays_a_tone_at_every_rate(void **state)
{
	static const uint32_t ratev[] = { 8000,	 11025, 16000, 22050,
					  32000, 44100, 48000 };
	static const char *codecv[] = { "opus", "G722", "PCMA", "PCMU" };
	size_t before = test_blocks();
	(void)state;

	for (size_t c = 0; c < ARRAY_SIZE(codecv); c++) {
		for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
			size_t k = (i + 3) % ARRAY_SIZE(ratev);
			struct duet *n = duet_alloc(codecv[c], ratev[i],
						    1 + i % 2, ratev[k],
						    1 + (i + c) % 2, 0);

			duet_run(n, 2);
			duet_forget(&n->a);
			duet_forget(&n->b);
			duet_run(n, 3);
			check_tone(&n->a, codecv[c]);
			check_tone(&n->b, codecv[c]);
			assert_int_equal(stats_of(&n->a).jitter.late, 0);
			assert_true(stats_of(&n->b).delay < 40000);
			duet_free(n);
		}
	}
	assert_int_equal(test_blocks(), before);
}

static void test_audio_follows_the_far_clock_without_a_gap(void **state)
{
	static const double ppmv[] = { 300, -300, 200, -50 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ppmv); i++) {
		struct duet *n = duet_alloc("PCMU", 16000, 1, 8000, 1, ppmv[i]);
		struct audio_stats st;

		duet_run(n, 120);
		duet_forget(&n->b);
		duet_run(n, 480);
		st = stats_of(&n->b);
		check_tone(&n->b, "drift");
		assert_int_equal(st.jitter.late, 0);
		assert_int_equal(st.jitter.skipped, 0);
		assert_int_equal(st.cuts, 0);
		assert_true(st.jitter.concealed < 3);
		assert_true(st.delay < 40000);
		if (abs(st.drift - (int)ppmv[i]) > 40)
			fail_msg("%d for %.0f ppm", st.drift, ppmv[i]);
		duet_free(n);
	}
}

static void test_audio_hears_through_loss_and_jitter(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= 5; seed++) {
		struct duet *n = duet_alloc("opus", 16000, 1, 16000, 1, 200);
		struct audio_stats st;
		struct sound_heard h;

		n->seed = seed;
		n->a.speech = n->b.speech = true;
		n->loss = 10;
		n->jitter = 30 * CLOCK_MS;
		duet_run(n, 10);
		duet_forget(&n->b);
		duet_run(n, 30);
		st = stats_of(&n->b);
		h = duet_heard(&n->b);
		if (fabs(h.frequency - DUET_HZ) > DUET_HZ / 100.0 ||
		    fabs(h.level + 24) > 3 || h.gap > 150)
			fail_msg("%.1f Hz, %.1f dBFS, gap %u ms", h.frequency,
				 h.level, h.gap);
		/* Most of the 10 % comes back by FEC */
		assert_true(st.jitter.fec > 60);
		assert_true(st.delay < 120000);
		duet_free(n);
	}
}

static void test_audio_delay_comes_down_after_a_stall(void **state)
{
	struct duet *n = duet_alloc("opus", 16000, 1, 16000, 1, 0);
	struct audio_stats st;
	(void)state;

	duet_run(n, 5);
	for (unsigned i = 0; i < 4; i++) {
		n->delay += 600 * CLOCK_MS; /* All that is on the way later */
		duet_run(n, 1);
		n->delay -= 600 * CLOCK_MS;
		duet_run(n, 20);
		st = stats_of(&n->b);
		assert_true(st.delay < 100000);
	}
	n->cut = true;
	duet_run(n, 5);
	n->cut = false;
	duet_run(n, 1);
	duet_forget(&n->b);
	duet_run(n, 10);
	check_tone(&n->b, "after an outage");
	assert_true(stats_of(&n->b).delay < 60000);
	duet_free(n);
}

static void test_audio_sends_digits_between_the_tone(void **state)
{
	struct duet *n = duet_alloc("opus", 48000, 1, 8000, 1, 0);
	struct audio_stats st;
	(void)state;

	duet_run(n, 1);
	assert_int_equal(audio_send_digits(n->a.a, "12#9"), 0);
	assert_int_equal(audio_send_digits(n->a.a, "x"), EINVAL);
	duet_run(n, 3);
	assert_string_equal(n->b.digits, "12#9");
	audio_stats(n->a.a, &st);
	assert_int_equal(st.digits_sent, 4);
	duet_forget(&n->b);
	duet_run(n, 2);
	check_tone(&n->b, "after digits");
	audio_stats(n->b.a, &st);
	assert_int_equal(st.report.rx_lost, 0);
	assert_int_equal(st.report.rx_restarts, 0);
	duet_free(n);
}

static void test_audio_sends_nothing_before_it_is_open(void **state)
{
	struct duet *n = duet_alloc("opus", 48000, 1, 48000, 1, 0);
	struct audio_media m = duet_media("opus");
	(void)state;

	audio_set_open(n->a.a, false, n->now);
	duet_run(n, 1);
	assert_int_equal(n->a.packets, 0);
	assert_true(audio_due(n->a.a) == CLOCK_NEVER);
	audio_set_open(n->a.a, true, n->now);
	duet_run(n, 1);
	assert_in_range(n->a.packets, 48, 51);
	m.send = false;
	assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
	duet_run(n, 1);
	assert_in_range(n->a.packets, 48, 51);
	duet_free(n);
}

static void test_audio_goes_on_after_hold(void **state)
{
	struct duet *n = duet_alloc("PCMU", 48000, 1, 48000, 2, 0);
	struct audio_media m = duet_media("PCMU");
	uint16_t seq;
	uint32_t ts;
	(void)state;

	for (unsigned i = 0; i < 10; i++) {
		duet_run(n, 1);
		seq = n->a.seq;
		ts = n->a.ts;
		m.send = m.recv = false;
		assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
		duet_run(n, 7);
		m.send = m.recv = true;
		assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
		duet_run(n, 1);
		duet_forget(&n->a);
		duet_forget(&n->b);
		duet_run(n, 1);
		check_tone(&n->a, "after hold");
		check_tone(&n->b, "after hold");
		assert_in_range((uint16_t)(n->a.seq - seq), 98, 101);
		assert_in_range(n->a.ts - ts, 9 * 8000 - 400, 9 * 8000 + 400);
		assert_true(stats_of(&n->b).delay < 50000);
	}
	assert_int_equal(stats_of(&n->b).jitter.resync, 0);
	duet_free(n);
}

static void test_audio_changes_its_codec(void **state)
{
	struct duet *n = duet_alloc("opus", 48000, 1, 48000, 1, 0);
	struct audio_media m = duet_media("opus");
	(void)state;

	m.codecv[1] = duet_media("PCMA").codecv[0];
	m.codecc = 2;
	assert_int_equal(audio_set_media(n->b.a, &m, n->now), 0);
	duet_run(n, 2);
	m.codecv[0] = m.codecv[1];
	m.codecv[1] = duet_media("opus").codecv[0];
	assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
	duet_run(n, 2);
	duet_forget(&n->a);
	duet_forget(&n->b);
	duet_run(n, 2);
	check_tone(&n->a, "opus");
	check_tone(&n->b, "PCMA");
	duet_free(n);
}

static void test_audio_mutes(void **state)
{
	struct duet *n = duet_alloc("PCMU", 8000, 1, 8000, 1, 0);
	(void)state;

	audio_set_mute(n->a.a, true);
	duet_run(n, 2);
	assert_true(duet_heard(&n->b).sounding == 0);
	assert_int_equal(n->a.packets, 100);
	audio_set_mute(n->a.a, false);
	duet_run(n, 2);
	assert_true(duet_heard(&n->b).sounding > 1800);
	duet_free(n);
}

static void test_audio_survives_garbage(void **state)
{
	struct duet *n = duet_alloc("opus", 48000, 1, 48000, 1, 0);
	uint32_t seed = 7;
	(void)state;

	duet_run(n, 1);
	for (unsigned i = 0; i < 2000; i++) {
		struct mbuf *mb = mbuf_alloc(64);
		unsigned size = next(&seed) % 60;

		for (unsigned k = 0; k < size; k++)
			(void)mbuf_write_u8(mb, (uint8_t)next(&seed));
		mb->pos = 0;
		if (i % 2 && size > 2) {
			mb->buf[0] = 0x80;
			mb->buf[1] = i % 4 == 1 ? DUET_PT : DUET_DIGIT_PT;
		}
		audio_recv(n->b.a, mb, n->now);
		audio_recv_report(n->b.a, mb, n->now);
		mem_deref(mb);
		if (i % 10 == 0)
			duet_beat(&n->b);
	}
	duet_run(n, 2);
	duet_forget(&n->b);
	duet_run(n, 2);
	check_tone(&n->b, "after garbage");
	duet_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audio_plays_a_tone_at_every_rate),
		cmocka_unit_test(
			test_audio_follows_the_far_clock_without_a_gap),
		cmocka_unit_test(test_audio_hears_through_loss_and_jitter),
		cmocka_unit_test(test_audio_delay_comes_down_after_a_stall),
		cmocka_unit_test(test_audio_sends_digits_between_the_tone),
		cmocka_unit_test(test_audio_sends_nothing_before_it_is_open),
		cmocka_unit_test(test_audio_goes_on_after_hold),
		cmocka_unit_test(test_audio_changes_its_codec),
		cmocka_unit_test(test_audio_mutes),
		cmocka_unit_test(test_audio_survives_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
