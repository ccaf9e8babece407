/**
 * @file tests/unit/test_soundloan.c  Tests of the sound device's loan
 *
 * The simulated device, in virtual time.
 */
#include "app/soundloan.h"
#include "core/base/loop.h"
#include "drivers/sim_sound.h"
#include "tests/unit/test.h"

struct user {
	unsigned beats, recalls;
};

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	(void)mic;
	(void)spk;
	(void)frames;
	(void)now;
	++((struct user *)arg)->beats;
}

static void on_recall(void *arg)
{
	++((struct user *)arg)->recalls;
}

static void on_state(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void pass(uint64_t time)
{
	loop_virtual_run(clock_now() + time, NULL, NULL);
}

static void test_soundloan_gives_the_phone_its_device_back(void **state)
{
	const struct sound_prefs prefs = { .rate = 0 };
	struct user phone = { 0 }, check = { 0 };
	struct soundloan_figures figures;
	struct sound *inner, *loan;
	struct sound_format fmt;
	(void)state;

	loop_virtual_run(CLOCK_S, NULL, NULL);
	assert_int_equal(sim_sound_alloc(&inner, "tone", &prefs), 0);
	assert_int_equal(soundloan_alloc(&loan, inner), 0);
	mem_deref(inner);

	assert_int_equal(
		soundloan_borrow(loan, &fmt, on_period, on_recall, &check), 0);
	assert_int_equal(
		soundloan_borrow(loan, &fmt, on_period, on_recall, &check),
		EALREADY);
	pass(100 * CLOCK_MS);
	assert_int_equal(check.beats, 10);

	assert_int_equal(sound_start(loan, &fmt, on_period, on_state, &phone),
			 0);
	assert_int_equal(check.recalls, 1);
	pass(100 * CLOCK_MS);
	assert_int_equal(check.beats, 10);
	assert_int_equal(phone.beats, 10);
	soundloan_return(loan); /* Harmless */
	assert_int_equal(
		soundloan_borrow(loan, &fmt, on_period, on_recall, &check),
		EBUSY);
	soundloan_figures(loan, &figures);
	assert_true(figures.open);
	assert_int_equal(figures.beats, 10);
	assert_in_range(figures.gap, 9 * CLOCK_MS, 11 * CLOCK_MS);

	sound_stop(loan);
	assert_int_equal(
		soundloan_borrow(loan, &fmt, on_period, on_recall, &check), 0);
	soundloan_return(loan);
	pass(100 * CLOCK_MS);
	assert_int_equal(check.beats, 10);
	assert_int_equal(check.recalls, 1);
	mem_deref(loan);
	loop_virtual_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_soundloan_gives_the_phone_its_device_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
