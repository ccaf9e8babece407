/**
 * @file tests/unit/test_ring.c  Tests of ring: who is called, who wins
 *
 * A phone of the test's own writes down what it is asked: "+1" a call, "-1e"
 * it is hung up as answered elsewhere, "-1t" as its time is over; "[1 of 2]"
 * a step, "answered 3" an end.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/call/ring.h"

enum {
	LOG_SIZE = 1024,
	WHY_SIZE = 256,
	SEEDS = 300,
	STEPS = 200,
};

struct phone_stub {
	struct ring *ring;
	char log[LOG_SIZE];
	unsigned last; /* Number of a call */
	unsigned browsers;
	unsigned ends;
	enum ring_end how;
	bool talks; /* A call that is hung up says so at once */
	struct ringplan *again;
};

static void say(struct phone_stub *p, const char *fmt, unsigned a, unsigned b)
{
	size_t len = strlen(p->log);

	if (len + 32 < sizeof(p->log))
		(void)re_snprintf(p->log + len, sizeof(p->log) - len, fmt, a,
				  b);
}

static void on_dial(const char *target, struct ring_legs *legs, uint64_t now,
		    void *arg)
{
	struct phone_stub *p = arg;
	unsigned n = !strcmp(target, ringplan_browsers) ? p->browsers : 1;
	(void)now;

	if (!strcmp(target, "nobody"))
		n = 0;
	while (n-- && legs->n < RING_LEGS) {
		legs->idv[legs->n++] = ++p->last;
		say(p, "+%u ", p->last, 0);
	}
}

static void on_hangup(unsigned id, enum ring_cause cause, uint64_t now,
		      void *arg)
{
	struct phone_stub *p = arg;

	say(p, cause == RING_ELSEWHERE ? "-%ue " : "-%ut ", id, 0);
	if (p->talks)
		ring_over(p->ring, id, false, now);
}

static void on_step(const struct ringplan *plan, unsigned step, unsigned calls,
		    uint64_t now, void *arg)
{
	struct phone_stub *p = arg;
	(void)now;

	assert_true(step < plan->stepc);
	say(p, calls ? "[%u of %u] " : "[%u of %u: nobody] ", step + 1,
	    plan->stepc);
}

static void on_end(enum ring_end end, unsigned id, uint64_t now, void *arg)
{
	static const char *const fmtv[] = { "answered %u", "no answer",
					    "stopped" };
	struct phone_stub *p = arg;

	assert_false(ring_active(p->ring));
	assert_true(ring_due(p->ring) == CLOCK_NEVER);
	++p->ends;
	p->how = end;
	say(p, fmtv[end], id, 0);
	if (p->again) {
		struct ringplan *plan = p->again;

		p->again = NULL;
		assert_int_equal(ring_start(p->ring, plan, now), 0);
	}
}

static void make(struct phone_stub *p)
{
	const struct ring_handlers h = {
		.dial = on_dial,
		.hangup = on_hangup,
		.step = on_step,
		.end = on_end,
		.arg = p,
	};

	assert_int_equal(ring_alloc(&p->ring, &h), 0);
}

static struct ringplan *plan(const char *text)
{
	char why[WHY_SIZE];
	struct ringplan *rp;

	assert_int_equal(ringplan_alloc(&rp, text, why, sizeof(why)), 0);
	return rp;
}

static void start(struct phone_stub *p, const char *text, uint64_t now)
{
	struct ringplan *rp = plan(text);

	p->log[0] = '\0';
	assert_int_equal(ring_start(p->ring, rp, now), 0);
	mem_deref(rp);
}

/* What happens, as words: "a1" call 1 is answered, "o1" refused, "l1" lost,
   "j9" call 9 joins, "t" a minute passes, "s" stop */
static const struct {
	const char *plan, *happens, *log;
} scriptv[] = {
	/* The first wins, the others stop */
	{ "browsers", "a2", "+1 +2 +3 [1 of 1] -1e -3e answered 2" },
	{ "browsers|anna", "a4",
	  "+1 +2 +3 +4 [1 of 1] -1e -2e -3e answered 4" },
	/* Who refuses is out, the others go on */
	{ "browsers", "o1 a3", "+1 +2 +3 [1 of 1] -2e answered 3" },
	{ "browsers", "o1 o2 o3", "+1 +2 +3 [1 of 1] no answer" },
	/* Nobody answers in time */
	{ "browsers", "t", "+1 +2 +3 [1 of 1] -1t -2t -3t no answer" },
	{ "anna,otto", "t t", "+1 [1 of 2] -1t +2 [2 of 2] -2t no answer" },
	/* All refuse: the next at once */
	{ "anna,otto", "o1 a2", "+1 [1 of 2] +2 [2 of 2] answered 2" },
	/* Nobody there: the next at once */
	{ "nobody,anna", "a1", "[1 of 2: nobody] +1 [2 of 2] answered 1" },
	{ "nobody,nobody|nobody2", "a1",
	  "[1 of 2: nobody] +1 [2 of 2] answered 1" },
	{ "nobody", "", "[1 of 1: nobody] no answer" },
	/* What is told of others changes nothing */
	{ "anna", "a9 o9 o1 o1 a1", "+1 [1 of 1] no answer" },
	{ "anna", "a1 a1 o1 t s", "+1 [1 of 1] answered 1" },
	/* Stopped */
	{ "anna,otto", "s", "+1 [1 of 2] -1t stopped" },
	/* Who is lost may come again, if it is a browser */
	{ "browsers", "o1 o2 l3 j4 a4", "+1 +2 +3 [1 of 1] answered 4" },
	{ "browsers,anna", "l1 l2 l3 t", "+1 +2 +3 [1 of 2] +4 [2 of 2] " },
	{ "browsers", "l1 l2 j9 o3 o9", "+1 +2 +3 [1 of 1] no answer" },
	{ "browsers", "j9 a1", "+1 +2 +3 [1 of 1] -9e -2e -3e answered 1" },
	{ "anna,otto", "l1 a2", "+1 [1 of 2] +2 [2 of 2] answered 2" },
};

static void happen(struct phone_stub *p, const char *what, uint64_t *now)
{
	for (; *what; what += strcspn(what, " "), what += *what == ' ') {
		unsigned id = (unsigned)strtoul(what + 1, NULL, 10);

		if (*what == 'a')
			ring_answered(p->ring, id, *now);
		else if (*what == 'o')
			ring_over(p->ring, id, false, *now);
		else if (*what == 'l')
			ring_over(p->ring, id, true, *now);
		else if (*what == 'j')
			ring_join(p->ring, id);
		else if (*what == 's')
			ring_stop(p->ring, *now);
		else
			ring_tick(p->ring, *now += 60ULL * CLOCK_S);
	}
}

static void test_ring_goes_by_the_plan(void **state)
{
	(void)state;

	/* Calls that say that they are over at once, and later or never */
	for (size_t i = 0; i < 2 * ARRAY_SIZE(scriptv); i++) {
		const size_t k = i / 2;
		struct phone_stub p = { .browsers = 3, .talks = i % 2 };
		uint64_t now = CLOCK_S;

		make(&p);
		start(&p, scriptv[k].plan, now);
		happen(&p, scriptv[k].happens, &now);
		if (strcmp(p.log, scriptv[k].log))
			fail_msg("%s: %s\nis not %s", scriptv[k].plan, p.log,
				 scriptv[k].log);
		assert_int_equal(p.ends, !ring_active(p.ring));
		mem_deref(p.ring);
	}
}

static void test_ring_is_not_begun_twice(void **state)
{
	struct phone_stub p = { .browsers = 1 };
	struct ringplan *rp = plan("otto");
	(void)state;

	make(&p);
	start(&p, "browsers/20s", CLOCK_S);
	assert_int_equal(ring_start(p.ring, rp, 2 * CLOCK_S), EALREADY);
	assert_string_equal(p.log, "+1 [1 of 1] ");
	assert_true(ring_due(p.ring) == 21ULL * CLOCK_S);
	assert_true(ring_has(p.ring, 1));
	assert_false(ring_has(p.ring, 2));

	/* Too early is no harm */
	ring_tick(p.ring, 20 * CLOCK_S);
	assert_true(ring_active(p.ring));

	/* Within the end of one, the next may begin */
	p.again = rp;
	ring_answered(p.ring, 1, 3 * CLOCK_S);
	assert_string_equal(p.log, "+1 [1 of 1] answered 1+2 [1 of 1] ");
	assert_true(ring_active(p.ring));
	mem_deref(rp);
	mem_deref(p.ring);
}

static void test_ring_takes_so_many_calls(void **state)
{
	struct phone_stub p = { .browsers = 100 };
	(void)state;

	make(&p);
	start(&p, "browsers|anna", CLOCK_S);
	assert_int_equal(p.last, RING_LEGS);
	mem_deref(p.ring);
}

/* Whatever comes: ends once for each start, and hangs up all but the winner */
static void test_ring_ends_once_whatever_comes(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct phone_stub p = { .browsers = seed % 5,
					.talks = seed % 2 };
		struct ringplan *rp = plan("browsers/3s,a|b/2s,browsers|c/9s");
		unsigned starts = 0;
		uint64_t now = CLOCK_S;

		srand(seed);
		make(&p);
		for (unsigned i = 0; i < STEPS; i++) {
			unsigned id = p.last ? (unsigned)rand() % p.last + 1
					     : 1;

			now += (unsigned)rand() % CLOCK_S;
			switch (rand() % 6) {
			case 0:
				starts += !ring_start(p.ring, rp, now);
				break;
			case 1:
				ring_answered(p.ring, id, now);
				break;
			case 2:
				ring_stop(p.ring, now);
				break;
			case 3:
				ring_over(p.ring, id, rand() % 2, now);
				if (ring_wants_browsers(p.ring))
					ring_join(p.ring, ++p.last);
				break;
			default:
				ring_tick(p.ring, now);
			}
			assert_int_equal(p.ends + ring_active(p.ring), starts);
		}
		mem_deref(p.ring);
		mem_deref(rp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring_goes_by_the_plan),
		cmocka_unit_test(test_ring_is_not_begun_twice),
		cmocka_unit_test(test_ring_takes_so_many_calls),
		cmocka_unit_test(test_ring_ends_once_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
