/**
 * @file tests/unit/test_checks.c  Tests of what a fitter checks devices with
 *
 * In virtual time, with a room in which the microphone hears the loudspeaker,
 * and the simulated camera.
 */
#include <stdlib.h>
#include "app/cameraloan.h"
#include "app/earcheck.h"
#include "app/eyecheck.h"
#include "app/loopback.h"
#include "app/soundloan.h"
#include "drivers/sim_camera.h"
#include "tests/unit/test.h"

enum {
	TEXT = 4096,
	DELAY_MAX = 48000,
	PERIOD_MS = 10,
	PATIENCE = 30 * CLOCK_S,
};

/* A device whose microphone hears its loudspeaker */
struct room {
	struct sound sound;
	struct sound_format fmt;
	unsigned delay; /* [frames], from one heartbeat's to the next's */
	double gain;
	int noise, ppm;
	int16_t ring[DELAY_MAX];
	uint64_t at, beats, begin;
	struct loop_timer timer;
	sound_period_h *ph;
	void *arg;
};

static void on_beat(uint64_t now, void *arg)
{
	int16_t mic[SOUND_PERIOD_MAX] = { 0 }, spk[SOUND_PERIOD_MAX] = { 0 };
	struct room *r = arg;
	const unsigned n = r->fmt.period;

	++r->beats;
	for (unsigned i = 0; i < n; i++) {
		const uint64_t from = r->at + i + DELAY_MAX - r->delay;
		double s = r->gain * r->ring[from % DELAY_MAX];

		s += r->noise ? rand() % (2 * r->noise) - r->noise : 0;
		s = s > INT16_MAX ? INT16_MAX : s < INT16_MIN ? INT16_MIN : s;
		mic[i] = (int16_t)s;
	}
	r->ph(mic, spk, n, now, r->arg);
	for (unsigned i = 0; i < n; i++)
		r->ring[(r->at + i) % DELAY_MAX] = spk[i];
	r->at += n;
	if (r->ph)
		loop_timer_arm(&r->timer,
			       r->begin + (r->beats + 1) * PERIOD_MS *
						  (uint64_t)(CLOCK_S - r->ppm) /
						  1000);
}

static int room_start(struct sound *s, struct sound_format *fmt,
		      sound_period_h *ph, sound_state_h *sh, void *arg)
{
	struct room *r = (struct room *)s;
	(void)sh;

	r->ph = ph;
	r->arg = arg;
	r->at = r->beats = 0;
	r->begin = clock_now();
	*fmt = r->fmt;
	loop_timer_arm(&r->timer, r->begin + PERIOD_MS * CLOCK_MS);
	return 0;
}

static void room_stop(struct sound *s)
{
	struct room *r = (struct room *)s;

	r->ph = NULL;
	loop_timer_cancel(&r->timer);
}

static int room_print(struct re_printf *pf, const struct sound *s)
{
	(void)s;
	return re_hprintf(pf, "room xruns=0");
}

static const struct sound_table room_table = {
	.start = room_start,
	.stop = room_stop,
	.print = room_print,
};

/* ---- Who asked ---- */

static struct fixture {
	struct sound *loan;
	struct answer *answer;
	char text[TEXT];
	size_t n;
	bool ended;
	int err;
} f;

static void on_text(const char *p, size_t n, void *arg)
{
	(void)arg;
	assert_true(f.n + n < sizeof(f.text));
	memcpy(f.text + f.n, p, n);
	f.n += n;
}

static void on_end(int err, void *arg)
{
	(void)arg;
	f.ended = true;
	f.err = err;
}

static bool ended(void *arg)
{
	(void)arg;
	return f.ended;
}

static const struct answer_handlers handlers = { .texth = on_text,
						 .endh = on_end };

static struct room *enter(uint32_t rate, unsigned delay_ms, double gain)
{
	struct room *r = mem_zalloc(sizeof(*r), NULL);

	memset(&f, 0, sizeof(f));
	loop_virtual_run(CLOCK_S, NULL, NULL);
	r->sound.table = &room_table;
	r->fmt.rate = rate;
	r->fmt.channels = 1;
	r->fmt.period = rate / 100;
	r->delay = delay_ms * rate / 1000;
	r->gain = gain;
	r->noise = 30;
	loop_timer_init(&r->timer, "room", on_beat, r);
	assert_int_equal(soundloan_alloc(&f.loan, &r->sound), 0);
	assert_int_equal(answer_alloc(&f.answer, &handlers), 0);
	return r;
}

static void leave(struct room *r)
{
	answer_stop(f.answer);
	f.answer = mem_deref(f.answer);
	f.loan = mem_deref(f.loan);
	mem_deref(r);
	loop_virtual_end();
}

static void wait_for_end(void)
{
	loop_virtual_run(clock_now() + PATIENCE, ended, NULL);
	assert_true(f.ended);
}

static void expect(const char *text)
{
	if (!strstr(f.text, text))
		fail_msg("no '%s' in:\n%s", text, f.text);
}

static void test_checks_hear_the_loudspeaker(void **state)
{
	static const uint32_t ratev[] = { 8000, 16000, 44100, 48000 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		struct room *r = enter(ratev[i], 137, 0.25);
		const char *after;

		r->ppm = 80;
		assert_int_equal(earcheck_start(f.loan, f.answer), 0);
		wait_for_end();
		assert_int_equal(f.err, 0);
		expect("the microphone hears the loudspeaker, 5 of 5 times");
		after = strstr(f.text, "after ");
		assert_in_range(strtol(after + strlen("after "), NULL, 10), 136,
				138);
		expect("ok    12.0 dB weaker");
		expect("clock is 80.0 ppm fast");
		expect("xruns=0");
		leave(r);
	}
}

static void test_checks_say_what_is_wrong_with_sound(void **state)
{
	struct room *r = enter(16000, 20, 0);
	(void)state;

	assert_int_equal(earcheck_start(f.loan, f.answer), 0);
	wait_for_end();
	assert_int_equal(f.err, EIO);
	expect("WRONG the microphone does not hear the loudspeaker");
	leave(r);

	r = enter(16000, 20, 0);
	r->noise = 0;
	assert_int_equal(earcheck_start(f.loan, f.answer), 0);
	wait_for_end();
	expect("WRONG the microphone gives silence");
	leave(r);

	r = enter(16000, 20, 10);
	assert_int_equal(earcheck_start(f.loan, f.answer), 0);
	wait_for_end();
	expect("it cracks");
	leave(r);

	r = enter(16000, 20, 0.001);
	r->noise = 1;
	assert_int_equal(earcheck_start(f.loan, f.answer), 0);
	wait_for_end();
	assert_int_equal(f.err, EIO);
	leave(r);
}

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	(void)mic;
	(void)spk;
	(void)frames;
	(void)now;
	(void)arg;
}

static void test_checks_give_way_to_a_call(void **state)
{
	struct room *r = enter(48000, 20, 0.5);
	struct sound_format fmt;
	(void)state;

	assert_int_equal(earcheck_start(f.loan, f.answer), 0);
	loop_virtual_run(clock_now() + 2 * CLOCK_S, NULL, NULL);
	assert_int_equal(sound_start(f.loan, &fmt, on_period, NULL, NULL), 0);
	assert_true(f.ended);
	assert_int_equal(f.err, ECANCELED);
	expect("a call needs the sound device");
	assert_int_equal(earcheck_start(f.loan, f.answer), EBUSY);
	loop_virtual_run(clock_now() + CLOCK_S, NULL, NULL);
	assert_int_equal(r->beats, 100);
	sound_stop(f.loan);

	assert_int_equal(loopback_start(f.loan, 3, f.answer), 0);
	assert_int_equal(earcheck_start(f.loan, f.answer), EALREADY);
	answer_stop(f.answer);
	assert_null(r->ph); /* Given back */
	leave(r);
}

static void test_checks_count_pictures(void **state)
{
	struct optics o = { .camera = NULL };
	struct config *cfg;
	struct camera *camera;
	(void)state;

	memset(&f, 0, sizeof(f));
	loop_virtual_run(CLOCK_S, NULL, NULL);
	assert_int_equal(config_alloc(&cfg), 0);
	assert_int_equal(answer_alloc(&f.answer, &handlers), 0);
	assert_int_equal(eyecheck_start(&o, cfg, false, 5, f.answer), ENODEV);
	assert_int_equal(sim_camera_alloc(&camera, "pattern"), 0);
	assert_int_equal(cameraloan_alloc(&o.camera, camera), 0);
	mem_deref(camera);
	assert_int_equal(eyecheck_start(&o, cfg, true, 5, f.answer), ENOTSUP);
	assert_int_equal(eyecheck_start(&o, cfg, false, 5, f.answer), 0);
	wait_for_end();
	assert_int_equal(f.err, 0);
	expect("30.0 pictures a second of 30, 0 missing");
	expect("ok    exposure is fine: brightness ");
	mem_deref(f.answer);
	mem_deref(o.camera);
	mem_deref(cfg);
	loop_virtual_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checks_hear_the_loudspeaker),
		cmocka_unit_test(test_checks_say_what_is_wrong_with_sound),
		cmocka_unit_test(test_checks_give_way_to_a_call),
		cmocka_unit_test(test_checks_count_pictures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
