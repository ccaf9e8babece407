/**
 * @file tests/loop/test_calls_many.c  200 calls in a row leave nothing behind
 *
 * Three in ten end abnormally, as a seed decides. Afterwards no byte, no
 * descriptor, no socket, no timer and no call is left over.
 */
#include <dirent.h>
#include "core/base/loop.h"
#include "tests/loop/support/rig.h"

enum {
	CALLS = 200,
	ABNORMAL = 30, /* [%] */
	SEED = 7,
	WAIT = 5 * CLOCK_S,
	OVER = 100 * CLOCK_S, /* Until consent, BYE and all have given up */
	REST = 70 * CLOCK_S,  /* Transactions linger for 64*T1            */
	MOMENT = 700 * CLOCK_MS,
};

static uint32_t lottery = SEED;

static uint32_t draw(uint32_t n)
{
	lottery ^= lottery << 13;
	lottery ^= lottery >> 17;
	lottery ^= lottery << 5;
	return lottery % n;
}

static void pause_for(uint64_t most)
{
	rig_run(draw((uint32_t)most));
}

static void dial(void)
{
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
}

static void ring(void)
{
	dial();
	assert_non_null(rig_wait(1, "ringing", WAIT));
}

static void establish(void)
{
	ring();
	pause_for(MOMENT);
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	pause_for(MOMENT);
}

static void hang_up(unsigned i)
{
	(void)phone_hangup(rig_phone(i), 0, clock_now());
}

/* ---- Ways to end ---- */

static void ends_as_it_should(void)
{
	establish();
	hang_up(draw(RIG_PHONES));
}

static void ends_with_a_dead_network(void)
{
	static const struct ether_weather dead = { .loss = 1000 };
	static const struct ether_weather fair = { .delay = ETHER_DELAY };

	establish();
	ether_set(&dead);
	assert_non_null(rig_wait(0, "terminated:call", OVER));
	assert_non_null(rig_wait(1, "terminated:call", OVER));
	ether_set(&fair);
}

static void ends_without_its_server(void)
{
	const unsigned who = draw(RIG_PHONES);

	if (draw(2))
		establish();
	else
		ring();
	exchange_set_up(false);
	pause_for(2 * CLOCK_S);
	hang_up(who);
	pause_for(MOMENT);
	if (draw(2))
		hang_up(!who);
	pause_for(WAIT);
	exchange_set_up(true);
	assert_non_null(rig_wait(0, "connected:register", OVER));
	assert_non_null(rig_wait(1, "connected:register", OVER));
}

static void ends_by_cancel(void)
{
	dial();
	pause_for(3 * CLOCK_S);
	hang_up(0);
}

static void ends_by_reject(void)
{
	ring();
	pause_for(MOMENT);
	assert_int_equal(phone_reject(rig_phone(1), 0, 486, clock_now()), 0);
}

static void ends_crossing_its_answer(void)
{
	ring();
	assert_int_equal(rig_answer(1), 0);
	pause_for(4 * EXCHANGE_DELAY);
	hang_up(0);
	if (draw(2)) {
		pause_for(4 * EXCHANGE_DELAY);
		hang_up(1);
	}
}

static void ends_before_it_is_ready(void)
{
	dial();
	hang_up(0);
}

static void ends_by_an_answer_of_no_use(void)
{
	static const struct exchange_mood bad = { .garbles = true };
	static const struct exchange_mood good = { .garbles = false };

	ring();
	exchange_set_mood(&bad);
	(void)rig_answer(1);
	assert_non_null(rig_wait(0, "terminated:call", OVER));
	exchange_set_mood(&good);
}

static void ends_by_a_broken_flow(void)
{
	static const struct exchange_mood bad = { .send_err = ECONNRESET };
	static const struct exchange_mood good = { .garbles = false };

	ring();
	exchange_set_mood(&bad);
	(void)rig_answer(1);
	hang_up(0);
	exchange_set_mood(&good);
}

static void ends_with_a_lost_bye(void)
{
	static const struct exchange_mood bad = { .swallows = "BYE" };
	static const struct exchange_mood good = { .garbles = false };

	establish();
	exchange_set_mood(&bad);
	hang_up(draw(RIG_PHONES));
	rig_run(MOMENT);
	exchange_set_mood(&good);
}

static void (*const wayv[])(void) = {
	ends_with_a_dead_network,
	ends_without_its_server,
	ends_by_cancel,
	ends_by_reject,
	ends_crossing_its_answer,
	ends_before_it_is_ready,
	ends_by_an_answer_of_no_use,
	ends_by_a_broken_flow,
	ends_with_a_lost_bye,
};

/* ---- What is left ---- */

static bool nobody_calls(void *arg)
{
	(void)arg;

	return !phone_calls(rig_phone(0)) && !phone_calls(rig_phone(1));
}

static void one(void (*way)(void))
{
	way();
	loop_virtual_run(clock_now() + OVER, nobody_calls, NULL);
	assert_true(nobody_calls(NULL));
	assert_int_equal(ether_sockets(), 0);
	assert_int_equal(rig_count(0, "terminated:call"), 1);
	assert_int_equal(rig_count(1, "i_new_call"),
			 rig_count(1, "terminated:call"));
	rig_forget();
}

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		++n;
	(void)closedir(d);
	return n;
}

static void test_calls_many_leave_nothing_behind(void **state)
{
	static const char slow[] = "[ice]\nservers=stun:10.0.0.99\n"
				   "[audio]\ncodecs=pcmu\n";
	static const char quick[] = "[audio]\ncodecs=pcmu\n";
	static const char *const extra[] = { slow, quick };
	unsigned timers, fds, abnormal = 0;
	size_t bytes;
	(void)state;

	rig_start(SEED, extra);

	/* Each way once: libraries keep a little of the first time */
	one(ends_as_it_should);
	for (size_t i = 0; i < ARRAY_SIZE(wayv); i++)
		one(wayv[i]);
	rig_run(REST);
	rig_forget();
	bytes = test_blocks();
	timers = loop_timers();
	fds = descriptors();

	for (unsigned i = 0; i < CALLS; i++) {
		if (draw(100) < ABNORMAL) {
			one(wayv[draw(ARRAY_SIZE(wayv))]);
			++abnormal;
		} else {
			one(ends_as_it_should);
		}
	}
	rig_run(REST);
	rig_forget();
	print_message("%u calls, %u ended abnormally; %zu bytes, %u timers, "
		      "%u descriptors before; %zu, %u, %u after\n",
		      CALLS, abnormal, bytes, timers, fds, test_blocks(),
		      loop_timers(), descriptors());
	assert_true(abnormal > CALLS / 5);
	assert_int_equal(test_blocks(), bytes);
	assert_int_equal(loop_timers(), timers);
	assert_int_equal(descriptors(), fds);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_many_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
