/**
 * @file tests/loop/test_events.c  Events that no other test waits for
 *
 *     phone -> event bus -> [test]
 *
 * Of the events that are promised, each is heard from a whole phone: here
 * those of its own beginning and end, of streams, and of what goes wrong.
 */
#include "tests/loop/support/rig.h"

enum {
	WAIT = 8 * CLOCK_S,
	EVENTS = 256,
	NAME_SIZE = 40,
	CONSENT = 31 * CLOCK_S, /* RFC 7675 section 5.1: 30 s          */
	NO_PAIR = 40 * CLOCK_S, /* RFC 8863 section 4: 39.5 s, and SIP */
};

#define AUDIO "[call]\nmedia=audio\n"

/* Names, in order, of the first phone; no memory that rig_stop() would miss */
static char heardv[EVENTS][NAME_SIZE];
static size_t heardc;

static void hear(unsigned i, const json_t *ev)
{
	if (i)
		return;

	assert_true(heardc < EVENTS);
	(void)str_ncpy(heardv[heardc++],
		       json_string_value(json_object_get(ev, "event")),
		       NAME_SIZE);
}

/* How often; which one was the first */
static unsigned count(const char *name, size_t *firstp)
{
	unsigned n = 0;

	for (size_t i = heardc; i--;) {
		if (strcmp(heardv[i], name))
			continue;
		*firstp = i;
		++n;
	}

	return n;
}

/* Each of them once, in this order */
static void in_order(const char *const *namev)
{
	size_t last = 0, at = 0;

	for (const char *const *p = namev; *p; p++) {
		if (count(*p, &at) != 1)
			print_error("%s\n", *p);
		assert_int_equal(count(*p, &at), 1);
		assert_true(p == namev || at > last);
		last = at;
	}
}

static void begin(uint32_t seed, const char *extra)
{
	const char *const extrav[] = { extra, AUDIO };

	heardc = 0;
	rig_set_listener(hear);
	rig_start(seed, extrav);
}

static void end(void)
{
	rig_stop();
	rig_set_listener(NULL);
}

static void call(void)
{
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "media_added", WAIT));
	assert_non_null(rig_wait(1, "media_added", WAIT));
}

static void test_events_of_the_phone_itself(void **state)
{
	static const char *const namev[] = { "starting",    "started",
					     "connecting",  "connected",
					     "terminating", "terminated",
					     "stopped",	    NULL };
	size_t at;
	(void)state;

	begin(1, AUDIO);
	end();
	in_order(namev);
	assert_int_equal(count("stopping", &at), 1);
	assert_int_equal(count("failed_to_stop", &at), 0);
}

static void test_events_of_streams_come_in_pairs(void **state)
{
	static const char *const namev[] = {
		"m_permission_requested",
		"m_permission_accepted",
		"media_added",
		"m_stream_audio_local_added",
		"m_stream_audio_remote_added",
		"dtmf_sent",
		"m_stream_audio_local_removed",
		"m_stream_audio_remote_removed",
		"media_removed",
		NULL,
	};
	(void)state;

	begin(2, AUDIO);
	call();
	rig_run(CLOCK_S);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "5", clock_now()), 0);
	assert_non_null(rig_wait(1, "dtmf_received", WAIT));
	rig_run(CLOCK_S);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	in_order(namev);
	end();
}

/* The line carries nothing any more, or never did */
static void test_events_of_media_that_are_lost(void **state)
{
	const struct ether_weather dead = { .delay = ETHER_DELAY,
					    .loss = 1000 };
	const json_t *ev;
	(void)state;

	for (unsigned late = 0; late < 2; late++) {
		begin(3 + late, AUDIO);
		if (late)
			call();
		ether_set(&dead);
		if (!late) {
			assert_int_equal(phone_call(rig_phone(0), "b", NULL,
						    NULL, clock_now()),
					 0);
			assert_non_null(rig_wait(1, "ringing", WAIT));
			assert_int_equal(rig_answer(1), 0);
		}
		ev = rig_wait(0, "transport_error:call",
			      late ? CONSENT : NO_PAIR);
		assert_non_null(ev);
		assert_non_null(json_object_get(ev, "reason"));
		assert_non_null(rig_wait(0, "terminated:call", WAIT));
		end();
	}
}

/* The connection is lost before the INVITE can leave */
static void test_events_of_a_call_that_cannot_begin(void **state)
{
	static const char slow[] = AUDIO "[ice]\nservers=stun:10.0.0.99\n";
	const json_t *ev;
	(void)state;

	begin(5, slow);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	exchange_set_up(false);
	ev = rig_wait(0, "global_error:call", WAIT);
	assert_non_null(ev);
	assert_non_null(json_object_get(ev, "reason"));
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	exchange_set_up(true);
	assert_non_null(rig_wait(0, "connected:register", 10 * WAIT));
	end();
}

/* The connection does not close */
static void test_events_of_an_end_that_takes_too_long(void **state)
{
	static const struct exchange_mood stuck = { .stuck = true };
	static const char *const namev[] = { "stopping", "failed_to_stop",
					     NULL };
	(void)state;

	begin(6, AUDIO);
	exchange_set_mood(&stuck);
	end();
	in_order(namev);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_events_of_the_phone_itself),
		cmocka_unit_test(test_events_of_streams_come_in_pairs),
		cmocka_unit_test(test_events_of_media_that_are_lost),
		cmocka_unit_test(test_events_of_a_call_that_cannot_begin),
		cmocka_unit_test(test_events_of_an_end_that_takes_too_long),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
