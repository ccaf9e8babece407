/**
 * @file tests/unit/test_alsa_volume.c  Tests of percent and steps of a card
 *
 * The figures are 60 dB for a tenth, worked out by hand as alsamixer has them.
 * No card.
 */
#include "drivers/alsa_volume.h"
#include "tests/unit/test.h"

enum {
	FIRST_SEED = 1,
	SEEDS = 200,
};

/* snd-dummy; a USB headset; one whose least step is silence */
static const struct alsa_volume_range dummy = { -50, 100, -4500, 0 },
				      usb = { 0, 30, -2400, 600 },
				      narrow = { 0, 10, -2000, 400 },
				      silent = { 0, 255, ALSA_VOLUME_SILENT,
						 0 };

static const struct {
	const struct alsa_volume_range *range;
	unsigned percent;
	long db;
} casev[] = {
	{ &dummy, 0, -4500 },	{ &dummy, 100, 0 },
	{ &dummy, 50, -1380 },	{ &dummy, 60, -1039 },
	{ &narrow, 0, -2000 },	{ &narrow, 50, -800 },
	{ &narrow, 100, 400 },	{ &silent, 0, ALSA_VOLUME_SILENT },
	{ &silent, 10, -6000 }, { &silent, 50, -1806 },
	{ &silent, 100, 0 },	{ &usb, 100, 600 },
};

static void test_alsa_volume_is_that_of_alsamixer(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		assert_int_equal(
			alsa_volume_db(casev[i].range, casev[i].percent),
			casev[i].db);
		assert_int_equal(
			alsa_volume_percent(casev[i].range, casev[i].db),
			casev[i].percent);
	}
	assert_int_equal(alsa_volume_percent(&dummy, 100), ALSA_VOLUME_MAX);
	assert_int_equal(alsa_volume_percent(&dummy, -9000), 0);
	assert_int_equal(alsa_volume_db(&dummy, 400), 0);
}

/* Whatever a card says of itself: more is louder, the ends are the ends, and
   a percentage is found again */
static void test_alsa_volume_grows_in_any_range(void **state)
{
	(void)state;

	for (unsigned seed = FIRST_SEED; seed <= SEEDS; seed++) {
		uint32_t random = seed * 2654435761U;
		const long width = 100 + (long)(random % 9000),
			   low = -(long)(random / 9000 % 8000);
		const struct alsa_volume_range r = {
			(long)(random % 7) - 3, 10 + (long)(random % 300),
			random % 5 ? low : ALSA_VOLUME_SILENT, low + width
		};
		long db = r.db_min - 1, step = r.min - 1;

		for (unsigned p = 0; p <= ALSA_VOLUME_MAX; p++) {
			assert_true(alsa_volume_db(&r, p) >= db);
			assert_true(alsa_volume_step(&r, p) >= step);
			db = alsa_volume_db(&r, p);
			step = alsa_volume_step(&r, p);
			assert_in_range(alsa_volume_percent(&r, db) + 1, p,
					p + 2);
		}
		assert_int_equal(alsa_volume_db(&r, 0), r.db_min);
		assert_int_equal(db, r.db_max);
		assert_int_equal(alsa_volume_step(&r, 0), r.min);
		assert_int_equal(step, r.max);
	}
}

static void test_alsa_volume_of_steps_alone(void **state)
{
	const struct alsa_volume_range r = { -50, 100, 0, 0 },
				       one = { 4, 4, 0, 0 };
	(void)state;

	assert_int_equal(alsa_volume_step(&r, 60), 40);
	assert_int_equal(alsa_volume_of_step(&r, 40), 60);
	assert_int_equal(alsa_volume_of_step(&r, -50), 0);
	assert_int_equal(alsa_volume_of_step(&r, 100), ALSA_VOLUME_MAX);
	assert_int_equal(alsa_volume_step(&one, 60), 4);
	assert_int_equal(alsa_volume_of_step(&one, 4), ALSA_VOLUME_MAX);
	assert_int_equal(alsa_volume_percent(&one, 0), ALSA_VOLUME_MAX);
}

static void test_alsa_volume_knows_what_cards_call_it(void **state)
{
	(void)state;

	assert_int_equal(alsa_volume_rank(SOUND_SPEAKER, "Master"), 0);
	assert_int_equal(alsa_volume_rank(SOUND_MICROPHONE, "Capture"), 0);
	assert_true(alsa_volume_rank(SOUND_SPEAKER, "PCM") <
		    alsa_volume_rank(SOUND_SPEAKER, "Mic"));
	assert_true(alsa_volume_rank(SOUND_MICROPHONE, "Mic") <
		    alsa_volume_rank(SOUND_MICROPHONE, "CD"));
	assert_int_equal(alsa_volume_rank(SOUND_SPEAKER, "Synth"),
			 alsa_volume_rank(SOUND_SPEAKER, ""));
}

static void test_alsa_volume_finds_the_control_asked_for(void **state)
{
	static const struct {
		const char *asked, *name;
		unsigned index;
		bool is;
	} askedv[] = {
		{ "PCM", "PCM", 0, true },
		{ "PCM", "PCM", 1, false },
		{ "PCM,1", "PCM", 1, true },
		{ "PCM,1", "PCM", 0, false },
		{ "PCM,0", "PCM", 0, true },
		{ "PCM,", "PCM", 0, false },
		{ "PCM,1x", "PCM", 1, false },
		{ "PCM 2", "PCM", 0, false },
		{ "P", "PCM", 0, false },
		{ "Front Mic", "Front Mic", 0, true },
		{ "A,1", "A,1", 0, true },
		{ "pcm", "PCM", 0, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(askedv); i++)
		assert_int_equal(alsa_volume_is(askedv[i].asked, askedv[i].name,
						askedv[i].index),
				 askedv[i].is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alsa_volume_is_that_of_alsamixer),
		cmocka_unit_test(test_alsa_volume_grows_in_any_range),
		cmocka_unit_test(test_alsa_volume_of_steps_alone),
		cmocka_unit_test(test_alsa_volume_knows_what_cards_call_it),
		cmocka_unit_test(test_alsa_volume_finds_the_control_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
