/**
 * @file tests/loop/test_gateway.c  Calls with peers that can less
 *
 * Whole phones with sound and picture, in virtual time, between which a
 * gateway takes out of the SDP what old peers do not know.
 */
#include "tests/loop/support/film.h"
#include "tests/loop/support/gateway.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 5 * CLOCK_S,
	FPS = 30,
};

#define VIDEO "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"

static void start(uint32_t seed, unsigned lacks, const char *extra)
{
	const char *const extrav[RIG_PHONES] = { extra, extra };

	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
	rig_start(seed, extrav);
	gateway_set(lacks);
}

static void establish(void)
{
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:call", WAIT));
		assert_non_null(rig_wait(i, "media_added", WAIT));
	}
}

/* Sound and picture arrive at both, now */
static void assert_media(void)
{
	struct sound_heard before[RIG_PHONES], after;
	unsigned shown[RIG_PHONES];

	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &before[i]);
		shown[i] = film_stats(i)->shown;
	}
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &after);
		print_message("phone %u: %u ms of sound, %u pictures\n", i,
			      (unsigned)(after.sounding - before[i].sounding),
			      film_stats(i)->shown - shown[i]);
		assert_in_range(after.sounding - before[i].sounding,
				TALK / CLOCK_MS * 95 / 100, TALK / CLOCK_MS);
		assert_true(film_stats(i)->shown - shown[i] >= 4 * FPS);
	}
}

/* Whether the other side's reports of a medium come: they tell the way */
static bool reported(unsigned i, const char *medium)
{
	json_t *js = rig_stats(i);
	double ms = 0;

	assert_int_equal(json_unpack(js, "{s:{s:{s:{s:F}}}}", "media", medium,
				     "sent", "round_trip", &ms),
			 0);
	json_decref(js);
	return ms > 9 && ms < 12;
}

static void stop(void)
{
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "terminated:call", WAIT));
	rig_stop();
	film_reset();
}

static void test_gateway_without_ice(void **state)
{
	static const char *const extrav[] = { VIDEO,
					      VIDEO "[call]\nsymmetric=no\n" };
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(extrav); i++) {
		start(i, GATEWAY_ICE, extrav[i]);
		establish();
		rig_run(TALK);
		assert_media();
		assert_int_equal(exchange_stats()->reinvites, 0);
		stop();
	}
}

/* Nobody checks whether the peer is there, and so the phone tells it */
static void test_gateway_without_ice_moves(void **state)
{
	(void)state;

	start(2, GATEWAY_ICE, VIDEO);
	establish();
	rig_run(TALK);
	ether_move(0);
	exchange_lose(0);
	rig_run(TALK);
	assert_media();
	assert_int_equal(exchange_stats()->reinvites, 1);
	stop();
}

static void test_gateway_without_ice_holds(void **state)
{
	(void)state;

	start(3, GATEWAY_ICE, VIDEO);
	establish();
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_int_equal(phone_hold(rig_phone(i), 0, true, clock_now()),
				 0);
		rig_run(TALK);
		assert_int_equal(
			phone_hold(rig_phone(i), 0, false, clock_now()), 0);
		rig_run(TALK);
		assert_media();
	}
	stop();
}

/* Our first answer says that RTCP comes apart, and so does our second offer */
static void test_gateway_without_rtcp_mux(void **state)
{
	(void)state;

	start(4, GATEWAY_ICE | GATEWAY_MUX, VIDEO);
	establish();
	rig_run(TALK);
	assert_media();
	assert_int_equal(exchange_stats()->reinvites, 1);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_true(reported(i, "audio") && reported(i, "video"));
	stop();
}

/* Sound first; the picture comes by our second offer */
static void test_gateway_without_bundle(void **state)
{
	static const unsigned lackv[] = {
		GATEWAY_BUNDLE,
		GATEWAY_BUNDLE | GATEWAY_ICE,
		GATEWAY_BUNDLE | GATEWAY_ICE | GATEWAY_MUX,
	};
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(lackv); i++) {
		start(5 + i, lackv[i], VIDEO);
		establish();
		rig_run(TALK);
		assert_media();
		assert_int_equal(exchange_stats()->reinvites, 1);
		for (unsigned k = 0; k < RIG_PHONES; k++)
			assert_true(reported(k, "audio") &&
				    reported(k, "video"));
		stop();
	}
}

/* The picture wants a socket that the callee has not: the call goes on, and
   can be changed later */
static void test_gateway_without_bundle_or_descriptors(void **state)
{
	static const struct calls_way sound = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	start(8, GATEWAY_BUNDLE, VIDEO);
	assert_int_equal(
		phone_call(rig_phone(0), "b", &sound, NULL, clock_now()), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	ether_exhaust(1, true);
	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(TALK);
	assert_int_equal(film_stats(1)->shown, 0);
	ether_exhaust(1, false);
	assert_int_equal(phone_hold(rig_phone(1), 0, true, clock_now()), 0);
	assert_non_null(rig_wait(0, "m_remote_hold", WAIT));
	assert_int_equal(phone_hold(rig_phone(1), 0, false, clock_now()), 0);
	rig_run(TALK);
	assert_int_equal(phone_video(rig_phone(1), 0, true, clock_now()), 0);
	rig_run(TALK);
	assert_media();
	stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_gateway_without_ice),
		cmocka_unit_test(test_gateway_without_ice_moves),
		cmocka_unit_test(test_gateway_without_ice_holds),
		cmocka_unit_test(test_gateway_without_rtcp_mux),
		cmocka_unit_test(test_gateway_without_bundle),
		cmocka_unit_test(test_gateway_without_bundle_or_descriptors),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
