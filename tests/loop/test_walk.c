/**
 * @file tests/loop/test_walk.c  Random sequences of whatever can happen
 *
 *     lottery -> users, SIP (gremlin), ICE and DTLS (ether), time
 *
 * Two whole phones in virtual time. Of each sequence, whatever it was, is
 * asked: no microphone, no camera and no RTP but in a call that was answered;
 * afterwards no call, dialog, transaction, subscription, socket, timer or
 * block is left. BOARDPHONE_LONG walks far and with every processor, WALKS=N
 * says how far, WALKERS=N how many at once, SEED=N where from: a number that
 * was printed repeats its batch.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "tests/loop/support/agent.h"
#include "tests/loop/support/crew.h"
#include "tests/loop/support/film.h"
#include "tests/loop/support/gremlin.h"
#include "tests/loop/support/points.h"
#include "tests/loop/support/rig.h"
#include "tests/loop/support/witness.h"

enum {
	WALKS = 1000,
	WALKS_LONG = 200000,
	SECONDS = 25, /* It takes no longer, however far that was */
	SECONDS_LONG = 1800,
	SANITIZED = 3, /* Times shorter under a sanitizer */
	BATCH = 20,    /* Sequences of the same two phones */
	STEPS_MAX = 24,
	TEXT = 64,
	OVER = 120 * CLOCK_S, /* Until consent, BYE and all have given up */
	REST = 70 * CLOCK_S,  /* Transactions linger for 64*T1 */
};

static const struct line *linev[RIG_PHONES]; /* Once they have called */
static uint64_t random_state;

/* One of those who walk at once, each with seeds of its own */
static struct walker {
	struct witness_sum sum;
	uint64_t walks, steps;
	unsigned seed; /* Now */
} * walkerv, *me;
static unsigned walkers;

/* Knuth's, MMIX: the same run for the same seed */
static uint32_t next(void)
{
	random_state = random_state * 6364136223846793005ULL +
		       1442695040888963407ULL;
	return (uint32_t)(random_state >> 32);
}

static uint32_t draw(uint32_t n)
{
	return next() % n;
}

/* Which seed an assertion in the phone belongs to */
static void aborted(int sig)
{
	char text[TEXT];
	const int n = re_snprintf(text, sizeof(text), "aborted: seed %u\n",
				  me->seed);

	(void)!write(STDERR_FILENO, text, n > 0 ? (size_t)n : 0);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;

	if (getenv("VERBOSE"))
		print_message("%s\n", line);
}

/* ---- What happens ---- */

static void answer(unsigned i, uint64_t now)
{
	json_t *all = phone_calls_json(rig_phone(i));
	const json_t *call;
	size_t n;

	json_array_foreach(all, n, call)
	{
		const char *state =
			json_string_value(json_object_get(call, "state"));
		const unsigned id = (unsigned)json_integer_value(
			json_object_get(call, "id"));

		if (strcmp(state, "incoming") != 0)
			continue;
		witness_answered(i, id);
		(void)phone_answer(rig_phone(i), id,
				   draw(2) ? CALLS_AUDIO : CALLS_CONFIGURED,
				   now);
		break;
	}
	json_decref(all);
}

static void dial(unsigned i, const char *to, uint64_t now)
{
	struct phone *p = rig_phone(i);
	unsigned id;

	if (!phone_call(p, to, NULL, &id, now))
		linev[i] = calls_line(phone_calls_of(p), id);
}

static void dial_somebody(unsigned i, uint64_t now)
{
	static const char *const tov[] = { "nobody", "a", "b" };

	dial(i, draw(10) ? tov[2 - i] : tov[draw(3)], now);
}

static void presence(unsigned i, uint64_t now)
{
	static const char *const reasonv[] = { "deactivated", "timeout",
					       "probation;retry-after=2",
					       "giveup", "rejected" };
	struct tidings *t = phone_tidings_of(rig_phone(i), 0);

	switch (draw(5)) {
	case 0:
		(void)tidings_watch(t, PACKAGE_PRESENCE, i ? "a" : "b", NULL,
				    now);
		break;
	case 1:
		(void)tidings_unwatch(t, PACKAGE_PRESENCE, i ? "a" : "b", now);
		break;
	case 2:
		(void)tidings_publish(t, draw(2) ? PIDF_OPEN : PIDF_UNKNOWN,
				      NULL, now);
		break;
	case 3:
		agent_forget();
		break;
	default:
		agent_end(reasonv[draw(ARRAY_SIZE(reasonv))], now);
		break;
	}
}

static void use(unsigned i, uint64_t now)
{
	struct phone *p = rig_phone(i);

	switch (draw(16)) {
	case 0:
	case 1:
	case 2:
		dial_somebody(i, now);
		break;
	case 3:
	case 4:
	case 5:
		answer(i, now);
		break;
	case 6:
		(void)phone_reject(p, 0, 486, now);
		break;
	case 7:
		(void)phone_hangup(p, 0, now);
		break;
	case 8:
	case 9:
		(void)phone_hold(p, 0, draw(2), now);
		break;
	case 10:
		(void)phone_mute(p, 0, draw(2), now);
		break;
	case 11:
		(void)phone_video(p, 0, draw(2), now);
		break;
	case 12:
		(void)phone_dtmf(p, 0, "1", now);
		break;
	case 13:
		(void)phone_transfer(p, 0, draw(2) ? "nobody" : "a", 0, now);
		break;
	case 14:
		(void)phone_consent(p, 0, draw(2), now);
		break;
	default:
		presence(i, now);
		break;
	}
}

/* Media: ICE and DTLS see it first */
static void weather(void)
{
	static const struct ether_weather weatherv[] = {
		{ .delay = ETHER_DELAY },
		{ .delay = ETHER_DELAY, .loss = 1000 },
		{ .delay = ETHER_DELAY, .loss = 300, .duplicate = 300 },
		{ .delay = ETHER_DELAY, .jitter = 300 * CLOCK_MS },
		{ .delay = 900 * CLOCK_MS },
	};

	if (draw(4))
		ether_set(&weatherv[draw(ARRAY_SIZE(weatherv))]);
	else
		ether_move(draw(RIG_PHONES));
}

static void serve(void)
{
	static const struct exchange_mood moodv[] = {
		{ .send_err = 0 },
		{ .send_err = ECONNRESET },
		{ .swallows = "BYE" },
		{ .swallows = "ACK" },
		{ .swallows = "CANCEL" },
		{ .refuses = "491 Request Pending" },
		{ .refuses = "500 Later" },
		{ .refuses = "481 Gone" },
		{ .garbles = true },
		{ .forks = true },
	};

	switch (draw(4)) {
	case 0:
		exchange_set_up(draw(2));
		break;
	case 1:
		exchange_lose(draw(RIG_PHONES));
		break;
	default:
		exchange_set_mood(&moodv[draw(ARRAY_SIZE(moodv))]);
		break;
	}
}

static void pass_time(void)
{
	static const uint64_t pausev[] = {
		0,
		EXCHANGE_DELAY,
		3 * EXCHANGE_DELAY,
		50 * CLOCK_MS,
		200 * CLOCK_MS,
		500 * CLOCK_MS,
		CLOCK_S,
		2 * CLOCK_S,
		4 * CLOCK_S,
		33 * CLOCK_S,
	};
	const uint32_t most = draw(12) ? ARRAY_SIZE(pausev) - 2
				       : ARRAY_SIZE(pausev);

	rig_run(pausev[draw(most)]);
	witness_look();
}

static void step(void)
{
	const uint64_t now = clock_now();
	const unsigned i = draw(RIG_PHONES);

	++me->steps;
	switch (draw(10)) {
	case 0:
		weather();
		break;
	case 1:
		serve();
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		gremlin_act(i, now);
		break;
	default:
		use(i, now);
		break;
	}
	pass_time();
}

/* A call that is up is where most can happen */
static void begin(void)
{
	const unsigned i = draw(RIG_PHONES);

	dial(i, i ? "a" : "b", clock_now());
	rig_run(draw(4) * 10 * CLOCK_MS);
	if (!draw(3))
		return;

	rig_run(50 * CLOCK_MS);
	answer(!i, clock_now());
	rig_run(draw(20) * 20 * CLOCK_MS);
	witness_look();
}

/* ---- What is left ---- */

static bool nobody_calls(void *arg)
{
	(void)arg;

	return !phone_calls(rig_phone(0)) && !phone_calls(rig_phone(1));
}

static void calm(void)
{
	static const struct exchange_mood good = { .send_err = 0 };
	static const struct ether_weather fair = { .delay = ETHER_DELAY };

	gremlin_calm();
	exchange_set_mood(&good);
	exchange_set_up(true);
	ether_set(&fair);
	rig_run(CLOCK_S); /* What is under way still comes */
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		struct tidings *t = phone_tidings_of(rig_phone(i), 0);

		(void)tidings_unwatch(t, PACKAGE_PRESENCE, i ? "a" : "b",
				      clock_now());
		(void)tidings_publish(t, PIDF_UNKNOWN, NULL, clock_now());
		(void)phone_register(rig_phone(i), NULL, clock_now());
		for (unsigned n = phone_calls(rig_phone(i)); n--;)
			(void)phone_hangup(rig_phone(i), 0, clock_now());
	}
}

static void walk(void)
{
	begin();
	for (unsigned n = 1 + draw(STEPS_MAX); n--;)
		step();

	calm();
	loop_virtual_run(clock_now() + OVER, nobody_calls, NULL);
	for (unsigned i = 0; i < RIG_PHONES && !nobody_calls(NULL); i++)
		(void)re_printf("%H", phone_calls_print, rig_phone(i));
	WITNESS_HOLDS(nobody_calls(NULL));
	WITNESS_HOLDS(!ether_sockets());
	rig_run(REST);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		witness_left(i, linev[i]);
		WITNESS_HOLDS(rig_count(i, "i_new_call") +
				      rig_count(i, "connecting:call") ==
			      rig_count(i, "terminated:call"));
	}
	rig_forget();
}

#define CHEAP "[audio]\nrate=8000\ncodecs=pcmu\n[ice]\nservers=none\n"

/* As configured: one of these for each phone */
static const char *const extrav[] = {
	CHEAP,
	CHEAP "[call]\nreliable=media\nsession_timer=90s\n",
	CHEAP "[call]\nreliable=yes\ntransfer=yes\nreplace=yes\nmax=2\n",
	CHEAP "[call]\ntransfer=ask\nreplace=referred\n"
	      "[presence]\npublish=open\nmessages=yes\n",
	CHEAP "[video]\nsize=320x240\nfps=5\nbitrate=100k\n"
	      "[call]\nreliable=media\ntransfer=yes\n",
};

static void walk_batch(unsigned seed, unsigned walks)
{
	const struct agent_mood mood = { .early = seed % 2,
					 .expires = seed % 3 ? 0 : 60 };
	const char *extra[RIG_PHONES];

	random_state = seed;
	memset(linev, 0, sizeof(linev));
	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		const unsigned k = draw(ARRAY_SIZE(extrav));

		extra[i] = extrav[k];
		film_give(i, k == 4, k == 4);
	}
	rig_start(seed, extra);
	gremlin_start(draw);
	agent_start(&mood);
	witness_start();
	while (walks--)
		walk();
	witness_stop();
	gremlin_stop();
	rig_stop();
}

static unsigned number(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)atoi(text) : otherwise;
}

/* Every walkers-th batch, until it is far enough or took too long */
static void walk_on(unsigned i)
{
	const bool far = getenv("BOARDPHONE_LONG") != NULL;
	const unsigned walks = number("WALKS", far ? WALKS_LONG : WALKS);
	const time_t end = time(NULL) + (!far ? SECONDS
					 : test_blocks()
						 ? SECONDS_LONG / SANITIZED
						 : SECONDS_LONG);
	unsigned fds = 0;

	me = &walkerv[i];
	witness_sum_in(&me->sum);
	for (unsigned n = i * BATCH; n < walks && time(NULL) < end;
	     n += walkers * BATCH) {
		me->seed = number("SEED", 1) + n / BATCH;
		print_message("seed %u\n", me->seed);
		walk_batch(me->seed, BATCH);
		me->walks += BATCH;
		if (!fds) /* Libraries keep some of the first time */
			fds = witness_descriptors();
		WITNESS_HOLDS(witness_descriptors() == fds);
	}
}

static void lost(unsigned i)
{
	print_message("walker %u ended with seed %u\n", i, walkerv[i].seed);
}

static void tell(void)
{
	struct walker all = { .walks = 0 };
	struct witness_sum *s = &all.sum;

	for (const struct walker *w = walkerv; w < walkerv + walkers; w++) {
		all.walks += w->walks;
		all.steps += w->steps;
		s->checks += w->sum.checks;
		s->events += w->sum.events;
		s->packets += w->sum.packets;
		s->calls += w->sum.calls;
		s->established += w->sum.established;
		if (w->seed > all.seed)
			all.seed = w->seed;
	}
	print_message(
		"%llu sequences, seeds %u to %u, of %llu steps; %llu "
		"events told, %llu calls, %llu times connected, %llu "
		"packets of media; %llu times looked at what must hold\n",
		(unsigned long long)all.walks, number("SEED", 1), all.seed,
		(unsigned long long)all.steps, (unsigned long long)s->events,
		(unsigned long long)s->calls,
		(unsigned long long)s->established,
		(unsigned long long)s->packets, (unsigned long long)s->checks);
}

static void test_walk_leaves_nothing_whatever_happens(void **state)
{
	bool all;
	(void)state;

	walkers = number("WALKERS",
			 getenv("BOARDPHONE_LONG") ? crew_processors() : 1);
	assert_in_range(walkers, 1, CREW_MAX);
	walkerv = crew_share(walkers * sizeof(*walkerv));
	assert_non_null(walkerv);
	me = walkerv;
	(void)signal(SIGABRT, aborted);
	points_keep(true);
	log_set_handler(quiet, NULL);
	all = crew_run(walkers, walk_on, lost);
	log_set_handler(NULL, NULL);
	tell();
	assert_true(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk_leaves_nothing_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
