/**
 * @file tests/unit/test_music.c  Tests of music, and of the mouth
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/wave.h"
#include "core/call/mouth.h"

enum {
	FRAMES = 80,
};

static struct config *config(const char *music)
{
	char text[256];
	struct config *cfg;

	(void)re_snprintf(text, sizeof(text),
			  "[account]\nrealm=a.example\nuser=a\n"
			  "[transport]\nurl=wss://a.example/\n"
			  "[call]\nhold_music=%s\n",
			  music);
	assert_int_equal(
		config_parse(&cfg, "t", text, strlen(text), NULL, NULL), 0);
	return cfg;
}

/* A file of that many samples: a sine of this height, or the other way round
   in both channels */
static void make_file(char *path, uint32_t rate, unsigned channels, unsigned n,
		      double hz, int peak)
{
	int16_t frame[WAVE_CHANNELS_MAX];
	struct wave *w;

	close(mkstemp(path));
	assert_int_equal(wave_create(&w, path, rate, channels), 0);
	for (unsigned i = 0; i < n; i++) {
		for (unsigned c = 0; c < channels; c++)
			frame[c] =
				(int16_t)(peak * sin(2 * M_PI * hz * i / rate));
		wave_write(w, frame, 1);
	}
	mem_deref(w);
}

/* Level and number of zero crossings of the next n samples */
static double hear(struct music_player *p, unsigned n, unsigned *crossings,
		   int *peak)
{
	int16_t pcm[FRAMES], last = 0;
	double sum = 0;

	*crossings = 0;
	*peak = 0;
	for (unsigned at = 0; at < n; at += FRAMES) {
		music_get(p, pcm, FRAMES);
		for (unsigned i = 0; i < FRAMES; i++) {
			sum += pcm[i] * pcm[i];
			*peak = MAX(*peak, abs(pcm[i]));
			*crossings += (last < 0) != (pcm[i] < 0);
			last = pcm[i];
		}
	}
	return 10 * log10(sum / n / 32768 / 32768 + 1e-12);
}

static void test_music_of_any_rate_is_heard_softly_and_again(void **state)
{
	static const struct {
		uint32_t rate, out;
		unsigned channels;
		int peak;
		double level;
	} v[] = {
		{ 8000, 48000, 1, 30000, -20 },
		{ 22050, 16000, 2, 30000, -20 },
		{ 44100, 8000, 2, 30000, -20 },
		{ 48000, 48000, 1, 1000, -33.3 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		char path[] = "/tmp/test_music_XXXXXX";
		struct config *cfg;
		struct music *m;
		struct music_player *p;
		unsigned crossings;
		double level;
		int peak;

		/* Half a second, which is played for two */
		make_file(path, v[i].rate, v[i].channels, v[i].rate / 2, 600,
			  v[i].peak);
		cfg = config(path);
		m = NULL;
		assert_int_equal(music_alloc(&m, cfg), 0);
		assert_non_null(m);
		assert_int_equal(music_play(&p, m, v[i].out), 0);
		(void)hear(p, v[i].out / 10, &crossings, &peak);
		level = hear(p, 2 * v[i].out, &crossings, &peak);
		print_message("%u to %u Hz: %.1f dBFS, peak %d, %u crossings\n",
			      v[i].rate, v[i].out, level, peak, crossings);
		assert_true(fabs(level - v[i].level) < 0.5);
		assert_true(peak <= 16384);
		assert_true(crossings >= 2390 && crossings <= 2410);
		mem_deref(p);
		mem_deref(m);
		mem_deref(cfg);
		(void)unlink(path);
	}
}

static void test_music_of_a_bad_file_is_silence(void **state)
{
	char path[] = "/tmp/test_music_XXXXXX", empty[] = "/tmp/test_XXXXXX";
	const char *const badv[] = { path, empty, "sim:tone=9", "none" };
	struct music *m = NULL;
	FILE *f;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING + 1);
	close(mkstemp(path));
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("RIFF....WAVEnothing of the kind", f);
	(void)fclose(f);
	make_file(empty, 8000, 1, 0, 600, 0);
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		struct config *cfg = config(badv[i]);

		assert_int_equal(music_alloc(&m, cfg), 0);
		assert_null(m);
		mem_deref(cfg);
	}
	(void)unlink(path);
	(void)unlink(empty);
}

static void test_mouth_sings_instead_and_beeps_beside(void **state)
{
	const struct sound_format fmt = { 8000, 2, FRAMES };
	struct config *cfg = config("sim:tone=500");
	struct mouth mo = { 0 };
	struct music *m = NULL;
	int16_t mic[2 * FRAMES];
	const int16_t *said;
	unsigned beeps = 0;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(mic); i++)
		mic[i] = 7;
	assert_int_equal(music_alloc(&m, cfg), 0);
	assert_int_equal(mouth_open(&mo, m, &fmt), 0);
	assert_ptr_equal(mouth_speak(&mo, mic, FRAMES), mic);
	assert_int_equal(mouth_speak(&mo, NULL, FRAMES)[0], 0);

	/* Music, in both channels, and nothing of the microphone */
	mouth_sing(&mo, true);
	assert_true(mouth_busy(&mo));
	for (unsigned i = 0; i < 8; i++)
		said = mouth_speak(&mo, mic, FRAMES);
	for (unsigned i = 0; i < FRAMES; i++)
		assert_int_equal(said[2 * i], said[2 * i + 1]);
	assert_true(abs(said[10]) + abs(said[14]) + abs(said[18]) > 3000);
	mouth_sing(&mo, false);
	assert_ptr_equal(mouth_speak(&mo, mic, FRAMES), mic);

	/* A tone for its time, beside the microphone */
	mouth_tone(&mo, TONES_LIMIT, 100);
	while (mouth_busy(&mo)) {
		said = mouth_speak(&mo, mic, FRAMES);
		assert_true(said[4] != 7 && said[4] == said[5]);
		++beeps;
	}
	assert_int_equal(beeps, 10);
	assert_ptr_equal(mouth_speak(&mo, mic, FRAMES), mic);
	mouth_close(&mo);
	mouth_close(&mo);
	mem_deref(m);

	/* Without music there is none */
	assert_int_equal(mouth_open(&mo, NULL, &fmt), 0);
	mouth_sing(&mo, true);
	assert_false(mouth_busy(&mo));
	mouth_close(&mo);
	mem_deref(cfg);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_music_of_any_rate_is_heard_softly_and_again),
		cmocka_unit_test(test_music_of_a_bad_file_is_silence),
		cmocka_unit_test(test_mouth_sings_instead_and_beeps_beside),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
