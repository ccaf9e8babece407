/**
 * @file tests/unit/test_sound.c  Tests of the sound drivers and the board
 *
 * The simulated ones in virtual time; alsa-lib's plugins `null` and `file`,
 * which need no device, for a moment of real time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "board/board.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/wave.h"

struct user {
	struct sound_format fmt;
	uint64_t beats, frames;
	uint64_t first, last; /* [us] */
	uint64_t stop_at;     /* Beats, then the loop ends */
	bool echo;	      /* Plays what it captures    */
	int states, err;
	int peak;
};

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	struct user *u = arg;
	size_t n = (size_t)frames * u->fmt.channels;

	assert_int_equal(frames, u->fmt.period);
	if (!u->beats++)
		u->first = now;
	u->last = now;
	u->frames += frames;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(spk[i], 0);
		u->peak = abs(mic[i]) > u->peak ? abs(mic[i]) : u->peak;
	}
	if (u->echo)
		memcpy(spk, mic, n * sizeof(*spk));
	if (u->stop_at && u->beats >= u->stop_at)
		loop_stop();
}

static void on_state(int err, void *arg)
{
	struct user *u = arg;

	++u->states;
	u->err = err;
}

static void no_log(enum log_level level, const char *line, void *arg)
{
	unsigned *lines = arg;
	(void)level;

	assert_true(strlen(line) > 10);
	++*lines;
}

static struct sound *make(const char *device, uint32_t rate, unsigned ch)
{
	struct sound_prefs prefs = { .rate = rate, .channels = ch };
	struct sound *s;

	assert_int_equal(board_sound_alloc(&board_sim, &s, device, &prefs), 0);
	return s;
}

static void run(struct sound *s, struct user *u, uint64_t us)
{
	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(sound_start(s, &u->fmt, on_period, on_state, u), 0);
	loop_virtual_run(clock_now() + us, NULL, NULL);
	sound_stop(s);
}

static void test_sound_refuses_what_it_does_not_understand(void **state)
{
	static const char *v[] = {
		"sim:",
		"sim:tone=",
		"sim:tone=x",
		"sim:tone=0",
		"sim:tone=-5",
		"sim:tone=24000",
		"sim:tone=1000,",
		"sim:tone=1000,0",
		"sim:tone=nan",
		"sim:tone=1000,-20,5000",
		"sim:tone=1000;",
		"sim:tone=1000,-20,0,0",
		"sim:file=",
		"sim:file=/nonexistent.wav",
		"sim:file=/dev/null",
		"sim",
		"none:x",
		"oss:/dev/dsp",
		"alsa:no such one",
		"alsa:hw:77",
	};
	const struct sound_prefs prefs = { .rate = 0 };
	unsigned lines = 0;
	struct sound *s;
	(void)state;

	log_set_handler(no_log, &lines);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		unsigned before = lines;

		if (!board_sound_alloc(&board_sim, &s, v[i], &prefs))
			fail_msg("%s", v[i]);
		if (lines != before + 1)
			fail_msg("%s: %u lines", v[i], lines - before);
	}
	log_set_handler(NULL, NULL);
}

static void test_sound_hears_its_own_tone(void **state)
{
	static const uint32_t ratev[] = { 8000, 44100, 48000 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		struct user u = { .echo = true };
		struct sound_heard h;
		struct sound *s = make("sim:tone=440,-30", ratev[i],
				       1 + (unsigned)i % 2);

		run(s, &u, 3 * CLOCK_S);
		assert_int_equal(sound_heard(s, &h), 0);
		assert_true(fabs(h.frequency - 440) < 0.5);
		assert_true(fabs(h.level + 30) < 0.1);
		assert_int_equal(h.gap, 0);
		assert_in_range(h.sounding, 2900, 3010);
		assert_in_range(u.beats, 299, 300);
		mem_deref(s);
	}
	loop_virtual_end();
}

static void test_sound_clock_is_as_wrong_as_told(void **state)
{
	struct sound *s = make("sim:tone=1000,-20,200", 48000, 1);
	struct user u = { .beats = 0 };
	(void)state;

	run(s, &u, 1000ULL * CLOCK_S);
	assert_in_range(u.beats, 100019, 100020);
	mem_deref(s);
	loop_virtual_end();
}

static void silence_beats(const int16_t *mic, int16_t *spk, unsigned frames,
			  uint64_t now, void *arg)
{
	struct user *u = arg;
	(void)now;

	++u->beats;
	if (u->beats < 100 || u->beats >= 107)
		memcpy(spk, mic, frames * sizeof(*spk));
}

static void test_sound_measures_the_longest_gap(void **state)
{
	struct sound *s = make("sim:tone", 48000, 1);
	struct user u = { .beats = 0 };
	struct sound_heard h;
	(void)state;

	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(sound_start(s, &u.fmt, silence_beats, on_state, &u),
			 0);
	assert_int_equal(sound_start(s, &u.fmt, silence_beats, on_state, &u),
			 EALREADY);
	loop_virtual_run(clock_now() + 2 * CLOCK_S, NULL, NULL);
	assert_int_equal(sound_heard(s, &h), 0);
	assert_in_range(h.gap, 65, 70);
	assert_true(fabs(h.frequency - 1000) < 1);
	mem_deref(s); /* While it beats */
	loop_virtual_end();
}

static void test_sound_plays_a_file_into_a_file(void **state)
{
	char in[] = "/tmp/boardphone-in-XXXXXX";
	char out[] = "/tmp/boardphone-out-XXXXXX";
	struct user u = { .echo = true };
	int16_t pcm[1600], back[1600];
	char device[128];
	struct sound *s;
	struct wave *w;
	(void)state;

	close(mkstemp(in));
	close(mkstemp(out));
	for (unsigned i = 0; i < ARRAY_SIZE(pcm); i++)
		pcm[i] = (int16_t)(i * 20);
	assert_int_equal(wave_create(&w, in, 16000, 1), 0);
	wave_write(w, pcm, ARRAY_SIZE(pcm));
	mem_deref(w);

	(void)re_snprintf(device, sizeof(device), "sim:file=%s,%s", in, out);
	s = make(device, 0, 0);
	run(s, &u, 500 * CLOCK_MS);
	assert_int_equal(u.fmt.rate, 16000);
	mem_deref(s);
	loop_virtual_end();

	assert_int_equal(wave_open(&w, out), 0);
	assert_int_equal(wave_rate(w), 16000);
	assert_int_equal(wave_channels(w), 1);
	wave_read(w, back, ARRAY_SIZE(back));
	assert_memory_equal(pcm, back, sizeof(pcm));
	wave_read(w, back, ARRAY_SIZE(back));
	assert_int_equal(back[0], 0);
	mem_deref(w);
	(void)unlink(in);
	(void)unlink(out);
}

static void test_sound_none_is_silent(void **state)
{
	struct sound *s = make("none", 0, 0);
	struct user u = { .echo = true };
	(void)state;

	run(s, &u, CLOCK_S);
	assert_int_equal(u.peak, 0);
	assert_in_range(u.beats, 99, 100);
	mem_deref(s);
	loop_virtual_end();
}

/* In real time, until so many beats */
static void run_alsa(struct sound *s, struct user *u, unsigned beats)
{
	u->stop_at = beats;
	assert_int_equal(loop_init(), 0);
	assert_int_equal(sound_start(s, &u->fmt, on_period, on_state, u), 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
	sound_stop(s);
	loop_close();
}

static void test_sound_alsa_null_does_not_spin(void **state)
{
	struct user u = { .echo = true };
	struct sound *s = make("alsa:null", 0, 0);
	struct sound_heard h;
	uint64_t took;
	(void)state;

	run_alsa(s, &u, 60);
	took = u.last - u.first;
	assert_true(took >= 50ULL * u.fmt.period * CLOCK_S / u.fmt.rate);
	assert_int_equal(sound_heard(s, &h), ENOTSUP);
	assert_int_equal(u.states, 0);
	mem_deref(s);
}

/* A card that comes late, or was pulled out before the start */
static void test_sound_alsa_waits_for_a_card(void **state)
{
	struct user u = { .echo = true };
	struct sound *s;
	unsigned lines = 0;
	(void)state;

	log_set_handler(no_log, &lines);
	s = make("alsa:hw:31", 0, 0);
	assert_int_equal(lines, 1);
	run_alsa(s, &u, 20);
	assert_int_equal(u.fmt.rate, 48000);
	assert_int_equal(u.fmt.period, 480);
	assert_int_equal(u.peak, 0);
	assert_int_equal(u.states, 1);
	assert_int_equal(u.err, ENOENT);
	mem_deref(s);
	log_set_handler(NULL, NULL);
}

static void test_sound_alsa_plays_and_captures_files(void **state)
{
	char conf[] = "/tmp/boardphone-alsa-XXXXXX";
	char out[] = "/tmp/boardphone-pcm-XXXXXX";
	struct user u = { .echo = true };
	struct sound *s;
	int16_t pcm[960];
	FILE *f;
	(void)state;

	close(mkstemp(out));
	f = fdopen(mkstemp(conf), "w");
	assert_non_null(f);
	(void)fprintf(f,
		      "</usr/share/alsa/alsa.conf>\n"
		      "pcm.boardphone { type file slave.pcm null file %s "
		      "infile /dev/zero format raw }\n",
		      out);
	(void)fclose(f);
	(void)setenv("ALSA_CONFIG_PATH", conf, 1);

	s = make("alsa:boardphone", 16000, 2);
	run_alsa(s, &u, 10);
	assert_int_equal(u.fmt.rate, 16000);
	assert_int_equal(u.fmt.channels, 2);
	mem_deref(s);
	(void)unsetenv("ALSA_CONFIG_PATH");

	f = fopen(out, "rb");
	assert_non_null(f);
	assert_int_equal(fread(pcm, sizeof(pcm), 1, f), 1);
	(void)fclose(f);
	(void)unlink(conf);
	(void)unlink(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_sound_refuses_what_it_does_not_understand),
		cmocka_unit_test(test_sound_hears_its_own_tone),
		cmocka_unit_test(test_sound_clock_is_as_wrong_as_told),
		cmocka_unit_test(test_sound_measures_the_longest_gap),
		cmocka_unit_test(test_sound_plays_a_file_into_a_file),
		cmocka_unit_test(test_sound_none_is_silent),
		cmocka_unit_test(test_sound_alsa_null_does_not_spin),
		cmocka_unit_test(test_sound_alsa_waits_for_a_card),
		cmocka_unit_test(test_sound_alsa_plays_and_captures_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
