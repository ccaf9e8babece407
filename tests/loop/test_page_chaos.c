/**
 * @file tests/loop/test_page_chaos.c  Anything, in any order
 *
 * Seeded: browsers come, call, are called, lose their connection, crash and
 * come back, and the board rings, writes and stops, with little time between.
 * Nothing breaks, nothing is left, and afterwards all is as at first.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "tests/loop/support/party.h"

enum {
	SEEDS = 8,
	SEEDS_LONG = 400,
	STEPS = 60,
	GUESTS = 4,
	LONGEST_PAUSE = 700,	   /* [ms] */
	FORGOTTEN = 800 * CLOCK_S, /* A registration that is not refreshed */
};

static bool therev[GUESTS + 1];
static uint64_t random_state;

/* Knuth's, MMIX: the same run for the same seed */
static uint32_t next(void)
{
	random_state = random_state * 6364136223846793005ULL +
		       1442695040888963407ULL;
	return (uint32_t)(random_state >> 32);
}

static void entropy(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	while (n--)
		*p++ = (uint8_t)next();
}

static unsigned pick(unsigned n)
{
	return next() % n;
}

static void call_some_guest(uint64_t now)
{
	const struct reception *r = phone_reception(party_phone(0));
	struct reception_guest g;

	if (reception_get(r, pick(GUESTS), &g) && g.contact)
		(void)phone_call_guest(party_phone(0), &g, NULL, now);
}

static void come_or_crash(unsigned i)
{
	if (therev[i])
		party_crash(i);
	else
		party_visit(i, pick(8) ? "correct-horse" : "wrong-horse");

	therev[i] = !therev[i];
}

/* Something that a guest does, or that happens to it */
static void guest_step(unsigned i, uint64_t now)
{
	struct phone *p = party_phone(i);

	switch (pick(9)) {
	case 0:
	case 1:
		(void)phone_call(p, "board", NULL, NULL, now);
		break;
	case 2:
		(void)phone_answer(p, 0, CALLS_CONFIGURED, now);
		break;
	case 3:
		(void)phone_hangup(p, 0, now);
		break;
	case 4:
		(void)phone_message(p, NULL, "board", "text", NULL, now);
		break;
	case 5:
		doorstep_cut(i);
		break;
	case 6:
		doorstep_slip(i);
		break;
	case 7:
		(void)(pick(2) ? phone_unregister(p, NULL, now)
			       : phone_register(p, NULL, now));
		break;
	default:
		come_or_crash(i);
		break;
	}
}

static void board_step(uint64_t now)
{
	struct phone *p = party_phone(0);
	const char *text;

	switch (pick(9)) {
	case 0:
	case 1:
	case 2:
		call_some_guest(now);
		break;
	case 3:
		(void)phone_hangup(p, 0, now);
		break;
	case 4:
		(void)phone_dismiss(p, 0, 200, "Answered elsewhere", now);
		break;
	case 5:
		(void)phone_message(p, NULL, PHONE_PAGE, "text", NULL, now);
		break;
	case 6:
		(void)phone_dtmf(p, 0, "1", now);
		break;
	case 7:
		ether_move(pick(ETHER_HOSTS));
		break;
	default:
		assert_int_equal(phone_new_password(p, &text, clock_now()),
				 EPERM);
		break;
	}
}

static void step(void)
{
	const unsigned i = 1 + pick(GUESTS);

	if (!pick(3))
		board_step(clock_now());
	else if (therev[i])
		guest_step(i, clock_now());
	else
		come_or_crash(i);

	party_run(pick(LONGEST_PAUSE) * CLOCK_MS);
}

static void leave_all(void)
{
	for (unsigned i = 1; i <= GUESTS; i++) {
		if (therev[i])
			come_or_crash(i);
	}
}

/* Whoever has gone is forgotten, and a new one is welcome */
static void assert_as_at_first(void)
{
	struct reception_guest g;

	leave_all();
	party_run(FORGOTTEN);
	assert_int_equal(phone_calls(party_phone(0)), 0);
	assert_false(reception_get(phone_reception(party_phone(0)), 0, &g));
	assert_int_equal(doorstep_conns(), 0);
	party_visit(1, NULL);
	party_crash(1);
}

static void test_page_survives_whatever_happens(void **state)
{
	const unsigned seeds = getenv("BOARDPHONE_LONG") ? SEEDS_LONG : SEEDS;
	const char *text = getenv("SEED"); /* Where to begin */
	const unsigned first = text ? (unsigned)atoi(text) : 1;
	(void)state;

	for (unsigned seed = first; seed < first + seeds; seed++) {
		random_state = seed;
		print_message("seed %u\n", seed);
		memset(therev, 0, sizeof(therev));
		party_start(NULL);
		entropy_set_source(entropy, NULL);
		for (unsigned i = 0; i < STEPS; i++)
			step();
		if (seed % 2)
			assert_as_at_first();
		party_stop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_survives_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
