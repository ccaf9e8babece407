/**
 * @file tests/loop/test_picture.c  Calls with a picture, in virtual time
 */
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	FPS = 30,
	GAP_MAX = 100 * CLOCK_MS, /* A key frame is paced [us] */
};

#define VIDEO "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"

static const char *const bothv[] = { VIDEO, VIDEO };

static void give_both(void)
{
	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
}

/* Phone 0 calls phone 1; both have agreed on media when this returns */
static unsigned establish(const struct calls_way *way)
{
	unsigned id;

	assert_int_equal(phone_call(rig_phone(0), "b", way, &id, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:call", WAIT));
		assert_non_null(rig_wait(i, "media_added", WAIT));
	}
	return id;
}

static void hang_up(void)
{
	(void)phone_hangup(rig_phone(0), 0, clock_now());
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "terminated", WAIT));
		assert_false(film_stats(i)->open);
		assert_int_equal(film_stats(i)->encoders, 0);
		assert_int_equal(film_stats(i)->spliced, 0);
	}
	rig_stop();
	film_reset();
}

static void test_picture_goes_both_ways(void **state)
{
	(void)state;

	give_both();
	rig_start(1, bothv);
	(void)establish(NULL);
	rig_run(500 * CLOCK_MS);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_measure(i);
	rig_run(10 * CLOCK_S);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		const struct film_stats *st = film_stats(i);

		assert_true(st->shown >= 10 * FPS);
		assert_true(st->gap <= GAP_MAX);
		assert_int_equal(st->black, 0);
		assert_int_equal(rig_count(i, "m_stream_video_local_added"), 1);
		assert_int_equal(rig_count(i, "m_stream_video_remote_added"),
				 1);
	}
	hang_up();
}

static void test_picture_is_there_before_sound_could_be_missed(void **state)
{
	uint64_t answered;
	unsigned id;
	(void)state;

	give_both();
	rig_start(2, bothv);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, &id, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	rig_run(CLOCK_S);
	assert_false(film_stats(0)->open);
	assert_false(film_stats(1)->open);
	answered = clock_now();
	assert_int_equal(rig_answer(1), 0);
	rig_run(2 * CLOCK_S);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_true(film_stats(i)->shown > 0);
		assert_true(film_stats(i)->first - answered <= 400 * CLOCK_MS);
	}
	hang_up();
}

static void test_picture_camera_is_closed_until_somebody_answers(void **state)
{
	unsigned id;
	(void)state;

	give_both();
	rig_start(3, bothv);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, &id, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	rig_run(5 * CLOCK_S);
	assert_int_equal(film_stats(0)->captured, 0);
	assert_int_equal(film_stats(1)->captured, 0);
	assert_int_equal(phone_reject(rig_phone(1), 0, 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated", WAIT));
	rig_stop();
	film_reset();
}

static void test_picture_key_frames_come_as_configured(void **state)
{
	static const struct {
		const char *interval;
		unsigned least, most; /* Within 20 s */
	} casev[] = {
		{ "500ms", 38, 43 },
		{ "2s", 10, 12 },
		{ "10s", 2, 4 },
		{ "0", 1, 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		char text[200];
		const char *v[RIG_PHONES] = { text, VIDEO };

		re_snprintf(text, sizeof(text), "%siframe_interval=%s\n", VIDEO,
			    casev[i].interval);
		give_both();
		rig_start((uint32_t)i, v);
		(void)establish(NULL);
		rig_run(20 * CLOCK_S);
		assert_in_range(film_stats(0)->keys, casev[i].least,
				casev[i].most);
		hang_up();
	}
}

static void test_picture_survives_losses(void **state)
{
	static const struct {
		unsigned loss, shown; /* [1/1000] */
		uint64_t gap;
	} casev[] = {
		{ 50, 970, 400 * CLOCK_MS },
		{ 100, 940, 600 * CLOCK_MS },
		{ 200, 800, 1800 * CLOCK_MS },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		const struct ether_weather w = { .delay = 20 * CLOCK_MS,
						 .jitter = 5 * CLOCK_MS,
						 .loss = casev[i].loss };
		unsigned before[RIG_PHONES];

		give_both();
		rig_start((uint32_t)i + 10, bothv);
		(void)establish(NULL);
		ether_set(&w);
		rig_run(2 * CLOCK_S);
		for (unsigned k = 0; k < RIG_PHONES; k++) {
			film_measure(k);
			before[k] = film_stats(k)->shown;
		}
		rig_run(20 * CLOCK_S);
		for (unsigned k = 0; k < RIG_PHONES; k++) {
			const unsigned n = film_stats(k)->shown - before[k];

			print_message("loss %u/1000, phone %u: %u of %u "
				      "shown, longest gap %llu ms\n",
				      casev[i].loss, k, n, 20 * FPS,
				      (unsigned long long)film_stats(k)->gap /
					      CLOCK_MS);
			assert_true(n * 1000 >= 20 * FPS * casev[i].shown);
			assert_true(film_stats(k)->gap <= casev[i].gap);
		}
		hang_up();
	}
}

static void test_picture_is_back_soon_after_a_total_loss(void **state)
{
	const struct ether_weather gone = { .delay = 5 * CLOCK_MS,
					    .loss = 1000 };
	const struct ether_weather fine = { .delay = 5 * CLOCK_MS };
	uint64_t back;
	(void)state;

	for (uint32_t seed = 20; seed < 25; seed++) {
		give_both();
		rig_start(seed, bothv);
		(void)establish(NULL);
		rig_run(3 * CLOCK_S);
		ether_set(&gone);
		rig_run(5 * CLOCK_S);
		ether_set(&fine);
		back = clock_now();
		film_measure(0);
		film_measure(1);
		rig_run(700 * CLOCK_MS);
		for (unsigned i = 0; i < RIG_PHONES; i++) {
			assert_true(film_stats(i)->last > back);
			assert_true(film_stats(i)->gap <= 700 * CLOCK_MS);
		}
		hang_up();
	}
}

static void test_picture_is_added_and_dropped_in_a_call(void **state)
{
	static const struct calls_way audio = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	unsigned shown;
	(void)state;

	give_both();
	rig_start(30, bothv);
	(void)establish(&audio);
	rig_run(CLOCK_S);
	assert_int_equal(film_stats(0)->captured, 0);
	assert_int_equal(film_stats(1)->captured, 0);

	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	assert_non_null(rig_wait(0, "m_stream_video_remote_added", WAIT));
	rig_run(2 * CLOCK_S);
	assert_true(film_stats(0)->shown >= FPS);
	assert_true(film_stats(1)->shown >= FPS);

	assert_int_equal(phone_video(rig_phone(0), 0, false, clock_now()), 0);
	assert_non_null(rig_wait(1, "m_stream_video_remote_removed", WAIT));
	rig_run(100 * CLOCK_MS);
	shown = film_stats(0)->shown;
	assert_false(film_stats(0)->open);
	assert_false(film_stats(1)->open);
	rig_run(CLOCK_S);
	assert_int_equal(film_stats(0)->shown, shown);

	/* Who dropped it may have it back; the other one may not */
	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	assert_non_null(rig_wait(0, "m_stream_video_remote_added", WAIT));
	rig_run(2 * CLOCK_S);
	assert_true(film_stats(0)->shown > shown + FPS);
	hang_up();
}

static void test_picture_goes_one_way(void **state)
{
	static const struct {
		struct calls_way way;
		bool there, back;
	} casev[] = {
		{ { .send = true, .media = CALLS_AV }, true, false },
		{ { .recv = true, .media = CALLS_AV }, false, true },
		{ { .send = true, .recv = true, .media = CALLS_VIDEO },
		  true,
		  true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		give_both();
		rig_start((uint32_t)i + 40, bothv);
		(void)establish(&casev[i].way);
		rig_run(2 * CLOCK_S);
		assert_int_equal(film_stats(1)->shown > FPS, casev[i].there);
		assert_int_equal(film_stats(0)->shown > FPS, casev[i].back);
		assert_int_equal(film_stats(0)->open, casev[i].there);
		assert_int_equal(film_stats(1)->open, casev[i].back);
		hang_up();
	}
}

static void test_picture_is_muted_and_survives_its_camera(void **state)
{
	unsigned black, shown;
	(void)state;

	give_both();
	rig_start(50, bothv);
	(void)establish(NULL);
	rig_run(CLOCK_S);
	assert_int_equal(phone_video_mute(rig_phone(0), 0, true, clock_now()),
			 0);
	rig_run(200 * CLOCK_MS);
	black = film_stats(1)->black;
	shown = film_stats(1)->shown;
	rig_run(3 * CLOCK_S);
	assert_true(film_stats(1)->shown - shown >= 3);
	assert_int_equal(film_stats(1)->black - black,
			 film_stats(1)->shown - shown);
	assert_int_equal(phone_video_mute(rig_phone(0), 0, false, clock_now()),
			 0);
	rig_run(CLOCK_S);
	black = film_stats(1)->black;
	rig_run(CLOCK_S);
	assert_int_equal(film_stats(1)->black, black);

	film_lose(0, true);
	assert_non_null(rig_wait(0, "device_lost", WAIT));
	shown = film_stats(1)->shown;
	rig_run(3 * CLOCK_S);
	assert_true(film_stats(1)->shown - shown >= 3);
	film_lose(0, false);
	assert_non_null(rig_wait(0, "device_back", WAIT));
	rig_run(CLOCK_S);
	film_measure(1);
	rig_run(CLOCK_S);
	assert_true(film_stats(1)->gap <= GAP_MAX);
	hang_up();
}

static void test_picture_is_refused_where_nothing_can_show_it(void **state)
{
	const char *const v[] = { VIDEO, NULL };
	(void)state;

	film_reset();
	film_give(0, true, true);
	rig_start(60, v);
	(void)establish(NULL);
	rig_run(CLOCK_S);
	assert_int_equal(film_stats(0)->captured, 0);
	assert_int_equal(rig_count(0, "m_stream_video_local_added"), 0);
	hang_up();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_picture_goes_both_ways),
		cmocka_unit_test(
			test_picture_is_there_before_sound_could_be_missed),
		cmocka_unit_test(
			test_picture_camera_is_closed_until_somebody_answers),
		cmocka_unit_test(test_picture_key_frames_come_as_configured),
		cmocka_unit_test(test_picture_survives_losses),
		cmocka_unit_test(test_picture_is_back_soon_after_a_total_loss),
		cmocka_unit_test(test_picture_is_added_and_dropped_in_a_call),
		cmocka_unit_test(test_picture_goes_one_way),
		cmocka_unit_test(test_picture_is_muted_and_survives_its_camera),
		cmocka_unit_test(
			test_picture_is_refused_where_nothing_can_show_it),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
