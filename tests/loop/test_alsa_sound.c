/**
 * @file tests/loop/test_alsa_sound.c  Tests of a card that fails at its return
 *
 * libasound's own device "null" in place of a card; what it says is the test's.
 */
#include "drivers/alsa_lib.h"
#include "drivers/alsa_sound.h"
#include "tests/unit/test.h"
#include "core/base/loop.h"

enum {
	LIMIT = 10 * CLOCK_S, /* For a test [us] */
	BEATS = 20,	      /* That are waited for */
};

static struct {
	struct alsa_lib real;
	struct loop_timer end;
	struct sound *s;
	bool away;
	unsigned starts; /* That were tried, of which these fail: */
	unsigned failures;
	uint64_t beats, since; /* Of which so many when it was last tried */
	int state;
} rig;

static int open_null(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream,
		     int mode)
{
	(void)name;

	return rig.away ? -ENODEV
			: rig.real.pcm_open(pcm, "null", stream, mode);
}

static int start_badly(snd_pcm_t *pcm)
{
	rig.since = rig.beats;
	return rig.starts++ < rig.failures ? -EIO : rig.real.pcm_start(pcm);
}

static void on_end(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	fail_msg("%llu beats, %u starts", (unsigned long long)rig.beats,
		 rig.starts);
}

static void on_signal(int sig, void *arg)
{
	(void)sig;
	(void)arg;
	loop_stop();
}

static int setup(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	loop_timer_init(&rig.end, "test", on_end, NULL);
	if (alsa_lib_load() || loop_init())
		return -1;

	rig.real = alsa;
	alsa.pcm_open = open_null;
	alsa.pcm_start = start_badly;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loop_timer_cancel(&rig.end);
	rig.s = mem_deref(rig.s);
	alsa = rig.real;
	loop_close();
	return 0;
}

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	(void)mic;
	(void)spk;
	(void)frames;
	(void)now;
	(void)arg;

	if (++rig.beats == rig.since + BEATS && rig.starts > rig.failures)
		loop_stop();
}

static void on_state(int err, void *arg)
{
	(void)arg;

	rig.state = err;
}

static void test_alsa_sound_beats_on_when_a_card_comes_badly(void **state)
{
	static const struct sound_prefs prefs = { 0 };
	struct sound_format fmt;
	(void)state;

	rig.away = true;
	assert_int_equal(alsa_sound_alloc(&rig.s, "hw:99", &prefs), 0);
	assert_int_equal(sound_start(rig.s, &fmt, on_period, on_state, NULL),
			 0);
	rig.away = false;
	rig.failures = 1;
	loop_timer_arm(&rig.end, clock_now() + LIMIT);
	assert_int_equal(loop_run(on_signal, NULL), 0);
	assert_int_equal(rig.state, 0);
	assert_true(rig.starts > rig.failures);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test_setup_teardown(
			test_alsa_sound_beats_on_when_a_card_comes_badly, setup,
			teardown),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
