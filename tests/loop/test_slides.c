/**
 * @file tests/loop/test_slides.c  Calls that show a screen, in virtual time
 */
#include <math.h>
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	FPS = 5,
	GAP = 10, /* Of sound that is not counted as sounding [ms] */
};

#define VIDEO  "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"
#define SCREEN VIDEO "[screen]\nsize=640x360\nfps=5\n"

static const char *const bothv[] = { SCREEN, VIDEO };
static const struct calls_way screen = {
	.send = true,
	.recv = true,
	.media = CALLS_SCREEN,
};
static const struct calls_way audio = {
	.send = true,
	.recv = true,
	.media = CALLS_AUDIO,
};

/* Phone 0 has all, and phone 1 all but a screen to show */
static void begin(uint32_t seed)
{
	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
	film_give_screen(0);
	rig_start(seed, bothv);
}

static void establish(const struct calls_way *way)
{
	unsigned id;

	assert_int_equal(phone_call(rig_phone(0), "b", way, &id, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_false(film_stats(0)->sharing);
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(CLOCK_S);
}

static void end(void)
{
	(void)phone_hangup(rig_phone(0), 0, clock_now());
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "terminated", WAIT));
		assert_false(film_stats(i)->open);
		assert_false(film_stats(i)->sharing);
		assert_int_equal(film_stats(i)->encoders, 0);
		assert_int_equal(film_stats(i)->spliced, 0);
	}
	rig_stop();
	film_reset();
}

/* What both hear while time passes: the other's tone, without a gap */
static void hear(uint64_t time)
{
	struct sound_heard heardv[RIG_PHONES], h;

	for (unsigned i = 0; i < RIG_PHONES; i++)
		rig_heard(i, &heardv[i]);
	rig_run(time);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &h);
		assert_true(h.sounding - heardv[i].sounding >=
			    time / CLOCK_MS - GAP);
		assert_true(fabs(h.frequency - rig_tonev[i]) <
			    rig_tonev[i] / 100);
	}
}

static void show(bool on)
{
	assert_int_equal(phone_screen(rig_phone(0), 0, on, clock_now()), 0);
}

/* A member of phone i's call, "" for null */
static const char *said(unsigned i, const char *key)
{
	static char text[32];
	json_t *js = phone_calls_json(rig_phone(i));
	const json_t *m = json_object_get(json_array_get(js, 0), key);

	assert_non_null(m);
	str_ncpy(text, json_is_null(m) ? "" : json_string_value(m),
		 sizeof(text));
	json_decref(js);
	return text;
}

/* What phone 1 sees of phone 0 in `time`: the screen, the camera, or nothing */
static void sees(uint64_t time, bool slides, bool camera)
{
	const struct film_stats *st = film_stats(1);
	unsigned shown = st->shown, all = st->slides;
	const unsigned seconds = (unsigned)(time / CLOCK_S);

	hear(time);
	shown = st->shown - shown;
	all = st->slides - all;
	assert_true(slides ? all >= FPS * seconds - 1 : !all);
	assert_int_equal(shown - all > 0, camera);
	assert_int_equal(film_stats(0)->sharing, slides);
	assert_int_equal(film_stats(0)->open, camera);
	assert_string_equal(said(0, "shows"), slides   ? "screen"
					      : camera ? "camera"
						       : "");
	assert_string_equal(said(1, "sees"), slides   ? "slides"
					     : camera ? "picture"
						      : "");
}

static void test_slides_are_called_with(void **state)
{
	const json_t *ev;
	(void)state;

	begin(1);
	establish(&screen);
	sees(4 * CLOCK_S, true, false);
	assert_int_equal(film_stats(0)->captured, 0);
	assert_int_equal(film_stats(0)->width, 640);
	assert_int_equal(film_stats(0)->fps, FPS);
	assert_string_equal(said(1, "shows"), "camera");
	rig_forget();

	/* It ends; the camera, which nobody wanted, stays closed. What the
	   other side shows goes on */
	show(false);
	assert_non_null(rig_wait(0, "m_stream_video_local_removed", WAIT));
	assert_non_null(rig_wait(1, "m_stream_video_remote_removed", WAIT));
	rig_run(CLOCK_S);
	sees(3 * CLOCK_S, false, false);
	assert_string_equal(said(0, "sees"), "picture");

	show(true);
	ev = rig_wait(0, "m_stream_video_local_added", WAIT);
	assert_non_null(ev);
	assert_string_equal(json_string_value(json_object_get(ev, "source")),
			    "screen");
	ev = rig_wait(1, "m_stream_video_remote_added", WAIT);
	assert_non_null(ev);
	assert_string_equal(json_string_value(json_object_get(ev, "content")),
			    "slides");
	rig_run(CLOCK_S);
	sees(3 * CLOCK_S, true, false);
	assert_int_equal(film_stats(0)->captured, 0);
	end();
}

static void test_slides_come_into_a_call_of_sound(void **state)
{
	(void)state;

	begin(10);
	establish(&audio);
	sees(2 * CLOCK_S, false, false);
	show(true);
	assert_non_null(rig_wait(1, "m_stream_video_remote_added", WAIT));
	rig_run(CLOCK_S);
	sees(3 * CLOCK_S, true, false);
	assert_int_equal(phone_screen(rig_phone(0), 0, true, clock_now()),
			 EALREADY);
	show(false);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, false, false);
	assert_int_equal(phone_screen(rig_phone(0), 0, false, clock_now()),
			 EALREADY);

	/* Without the picture in between, too */
	show(true);
	rig_run(CLOCK_S);
	assert_int_equal(phone_video(rig_phone(0), 0, false, clock_now()), 0);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, false, false);
	show(true);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, true, false);
	assert_int_equal(film_stats(0)->captured, 0);
	end();
}

static void test_slides_take_the_place_of_the_camera(void **state)
{
	(void)state;

	begin(20);
	establish(NULL);
	sees(2 * CLOCK_S, false, true);
	for (unsigned i = 0; i < 3; i++) {
		show(true);
		assert_false(film_stats(0)->open);
		rig_run(CLOCK_S);
		sees(2 * CLOCK_S, true, false);
		show(false);
		assert_false(film_stats(0)->sharing);
		rig_run(CLOCK_S);
		sees(2 * CLOCK_S, false, true);
	}

	/* As does the camera of the slides when it is asked for */
	show(true);
	rig_run(CLOCK_S);
	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, false, true);
	end();
}

static void test_slides_are_muted_as_the_camera_is(void **state)
{
	unsigned slides, black;
	(void)state;

	begin(30);
	establish(&screen);
	assert_int_equal(phone_video_mute(rig_phone(0), 0, true, clock_now()),
			 0);
	rig_run(CLOCK_S);
	assert_false(film_stats(0)->sharing);
	slides = film_stats(1)->slides;
	black = film_stats(1)->black;
	rig_run(2 * CLOCK_S);
	assert_int_equal(film_stats(1)->slides, slides);
	assert_true(film_stats(1)->black > black);

	/* Black stays black, whatever is to be seen later */
	show(false);
	rig_run(CLOCK_S);
	show(true);
	rig_run(2 * CLOCK_S);
	assert_false(film_stats(0)->sharing);
	assert_int_equal(film_stats(1)->slides, slides);
	assert_int_equal(phone_video_mute(rig_phone(0), 0, false, clock_now()),
			 0);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, true, false);
	end();
}

static void test_slides_wait_while_the_call_is_on_hold(void **state)
{
	(void)state;

	begin(40);
	establish(NULL);
	show(true);
	rig_run(CLOCK_S);
	assert_int_equal(phone_hold(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(CLOCK_S);
	assert_false(film_stats(0)->sharing);
	assert_int_equal(phone_hold(rig_phone(0), 0, false, clock_now()), 0);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, true, false);

	/* What ends within comes back as what was before */
	assert_int_equal(phone_hold(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(CLOCK_S);
	show(false);
	rig_run(CLOCK_S);
	assert_false(film_stats(0)->open);
	assert_int_equal(phone_hold(rig_phone(0), 0, false, clock_now()), 0);
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, false, true);
	end();
}

static void test_slides_can_be_answered_with(void **state)
{
	unsigned id;
	(void)state;

	begin(50);
	assert_int_equal(phone_call(rig_phone(1), "a", NULL, &id, clock_now()),
			 0);
	assert_non_null(rig_wait(0, "ringing", WAIT));
	assert_int_equal(
		phone_answer(rig_phone(0), 0, CALLS_SCREEN, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(CLOCK_S);
	sees(2 * CLOCK_S, true, false);
	assert_int_equal(film_stats(0)->captured, 0);
	end();
}

static void test_slides_need_a_screen(void **state)
{
	unsigned id;
	(void)state;

	begin(60);
	assert_int_equal(
		phone_call(rig_phone(1), "a", &screen, &id, clock_now()),
		ENOTSUP);
	establish(NULL);
	assert_int_equal(phone_screen(rig_phone(1), 0, true, clock_now()),
			 ENOTSUP);
	assert_int_equal(phone_screen(rig_phone(1), 0, false, clock_now()),
			 EALREADY);
	assert_int_equal(phone_screen(rig_phone(1), 99, true, clock_now()),
			 ENOENT);
	sees(2 * CLOCK_S, false, true);
	end();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_slides_are_called_with),
		cmocka_unit_test(test_slides_come_into_a_call_of_sound),
		cmocka_unit_test(test_slides_take_the_place_of_the_camera),
		cmocka_unit_test(test_slides_are_muted_as_the_camera_is),
		cmocka_unit_test(test_slides_wait_while_the_call_is_on_hold),
		cmocka_unit_test(test_slides_can_be_answered_with),
		cmocka_unit_test(test_slides_need_a_screen),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
