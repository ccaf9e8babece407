/**
 * @file tests/loop/test_flows.c  Two user agents on one pipe
 *
 * Calls, answers, hang-ups, holds and lost flows at random moments, over
 * many seeds, in virtual time. Whatever happens: each call says CLOSED once
 * and last, and nothing stays behind.
 */
#include "tests/unit/test.h"
#include "tests/support/memory.h"
#include "core/base/entropy.h"
#include "core/sip/ua.h"

enum {
	SIDES = 2,
	PIPE_MAX = 512,		   /* Messages under way               */
	DELAY_MAX = 50 * CLOCK_MS, /* Of one message                   */
	ROUNDS = 200,		   /* Calls of a seed                  */
	SEEDS = 20,
};

struct world;

struct leg {
	struct invite *inv;
	unsigned answered, confirmed, closed, offers;
	bool incoming;
};

struct side {
	struct world *w;
	struct ua *ua;
	struct leg leg;
	bool up;
	uint64_t at; /* The last message arrives, so that order stays */
	uint32_t received;
};

struct letter {
	struct mbuf *mb;
	uint64_t at;
	struct side *to;
};

struct world {
	struct side sidev[SIDES];
	struct letter pipev[PIPE_MAX];
	unsigned head, tail;
	uint64_t now;
	uint64_t rnd;
};

static uint32_t rnd(struct world *w, uint32_t n)
{
	w->rnd = w->rnd * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(w->rnd >> 33) % n;
}

static void entropy(uint8_t *p, size_t n, void *arg)
{
	while (n--)
		*p++ = (uint8_t)rnd(arg, 256);
}

static struct side *other(struct side *s)
{
	return &s->w->sidev[s == &s->w->sidev[0]];
}

static int on_send(struct mbuf *mb, void *arg)
{
	struct side *s = arg;
	struct world *w = s->w;
	struct letter *l = &w->pipev[w->tail % PIPE_MAX];

	if (!s->up)
		return ECONNRESET;

	assert_true(w->tail - w->head < PIPE_MAX);
	l->mb = mbuf_alloc(mbuf_get_left(mb));
	assert_non_null(l->mb);
	(void)mbuf_write_mem(l->mb, mbuf_buf(mb), mbuf_get_left(mb));
	l->mb->pos = 0;
	l->to = other(s);
	l->at = w->now + rnd(w, DELAY_MAX);
	if (l->at < l->to->at)
		l->at = l->to->at;
	l->to->at = l->at;
	++w->tail;
	return 0;
}

static void on_offer(struct side *s, struct invite *inv, uint64_t now)
{
	++s->leg.offers;
	if (rnd(s->w, 4))
		(void)invite_reanswer(inv, rnd(s->w, 5) ? 200 : 488, NULL, NULL,
				      now);
}

static void on_event(struct invite *inv, const struct invite_event *ev,
		     uint64_t now, void *arg)
{
	struct side *s = arg;
	struct leg *leg = &s->leg;

	assert_int_equal(leg->closed, 0);
	switch (ev->what) {
	case INVITE_EV_ANSWERED:
		assert_false(leg->incoming);
		assert_int_equal(++leg->answered, 1);
		(void)invite_ack(inv, NULL, now);
		break;

	case INVITE_EV_CONFIRMED:
		assert_true(leg->incoming);
		assert_int_equal(++leg->confirmed, 1);
		break;

	case INVITE_EV_OFFER:
		on_offer(s, inv, now);
		break;

	case INVITE_EV_REANSWERED:
		(void)invite_ack(inv, NULL, now);
		break;

	case INVITE_EV_CLOSED:
		++leg->closed;
		break;

	default:
		break;
	}
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct side *s = arg;
	(void)msg;

	if (s->leg.inv || !rnd(s->w, 20))
		return;

	memset(&s->leg, 0, sizeof(s->leg));
	s->leg.incoming = true;
	s->leg.inv = mem_ref(inv);
	invite_set_handler(inv, on_event, s);
	if (rnd(s->w, 3))
		(void)invite_progress(inv, 180, NULL, NULL, now);
}

static uint64_t due(const struct world *w)
{
	uint64_t at = CLOCK_NEVER;

	for (unsigned i = w->head; i != w->tail; i++)
		at = clock_min(at, w->pipev[i % PIPE_MAX].at);
	for (int i = 0; i < SIDES; i++)
		at = clock_min(at, ua_due(w->sidev[i].ua));
	return at;
}

static void deliver(struct world *w)
{
	while (w->head != w->tail) {
		struct letter *l = NULL;

		for (unsigned i = w->head; i != w->tail && !l; i++) {
			struct letter *c = &w->pipev[i % PIPE_MAX];

			if (c->mb && c->at <= w->now)
				l = c;
		}
		if (!l)
			break;

		++l->to->received;
		if (l->to->up)
			ua_recv(l->to->ua, l->mb, w->now);
		l->mb = mem_deref(l->mb);
		l->at = CLOCK_NEVER;
		while (w->head != w->tail && !w->pipev[w->head % PIPE_MAX].mb)
			++w->head;
	}
}

static void run(struct world *w, uint64_t us)
{
	uint64_t until = w->now + us;
	uint64_t at;

	while ((at = due(w)) <= until) {
		if (at > w->now)
			w->now = at;
		deliver(w);
		for (int i = 0; i < SIDES; i++) {
			if (ua_due(w->sidev[i].ua) <= w->now)
				ua_tick(w->sidev[i].ua, w->now);
		}
	}
	w->now = until;
}

static void flow(struct side *s, bool up)
{
	s->up = up;
	ua_flow(s->ua, up, s->w->now);
}

static void act_on_leg(struct side *s)
{
	struct world *w = s->w;
	struct invite *inv = s->leg.inv;

	switch (rnd(w, 12)) {
	case 0:
		invite_hangup(inv, NULL, w->now);
		break;

	case 1:
		(void)invite_reject(inv, 486, NULL, w->now);
		break;

	case 2:
		(void)invite_reoffer(inv, false, NULL, w->now);
		break;

	case 3:
		(void)invite_request(inv, "INFO", NULL, NULL, NULL, w->now);
		break;

	case 4:
		(void)invite_reanswer(inv, 200, NULL, NULL, w->now);
		break;

	default:
		(void)invite_accept(inv, NULL, w->now);
		break;
	}
}

static void act(struct side *s)
{
	struct world *w = s->w;

	if (!rnd(w, 60))
		flow(s, !s->up);
	else if (s->leg.inv)
		act_on_leg(s);
}

static void start(struct side *s)
{
	struct invite_params prm = { .to = "x", .no_answer = 20 * CLOCK_S };
	struct invite *inv = NULL;

	memset(&s->leg, 0, sizeof(s->leg));
	if (!ua_call(&inv, s->ua, &prm, on_event, s, s->w->now))
		s->leg.inv = inv;
}

/* One call, from the INVITE to where nothing is left of it */
static void round_of(struct world *w)
{
	unsigned acts = rnd(w, 30);

	start(&w->sidev[rnd(w, SIDES)]);
	for (unsigned i = 0; i < acts; i++) {
		run(w, rnd(w, 2) ? rnd(w, CLOCK_S / 5) : rnd(w, 8 * CLOCK_S));
		act(&w->sidev[rnd(w, SIDES)]);
	}

	for (int i = 0; i < SIDES; i++) {
		if (!w->sidev[i].up)
			flow(&w->sidev[i], true);
		if (w->sidev[i].leg.inv)
			invite_hangup(w->sidev[i].leg.inv, NULL, w->now);
	}
	run(w, 150ULL * CLOCK_S);

	for (int i = 0; i < SIDES; i++) {
		struct leg *leg = &w->sidev[i].leg;

		if (leg->inv) {
			assert_int_equal(leg->closed, 1);
			assert_int_equal(invite_state(leg->inv), INVITE_CLOSED);
		}
		leg->inv = mem_deref(leg->inv);
		assert_true(ua_due(w->sidev[i].ua) == CLOCK_NEVER);
	}
	assert_int_equal(w->head, w->tail);
}

static void open_world(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->rnd = seed;
	w->now = CLOCK_S;
	entropy_set_source(entropy, w);
	for (int i = 0; i < SIDES; i++) {
		struct ua_params prm = {
			.origin = {
				.user = i ? "bob" : "alice",
				.realm = "example.org",
			},
			.sendh = on_send,
			.callh = on_call,
			.arg = &w->sidev[i],
		};

		w->sidev[i].w = w;
		assert_int_equal(ua_alloc(&w->sidev[i].ua, &prm), 0);
		flow(&w->sidev[i], true);
	}
}

static void test_flows_leave_nothing_behind(void **state)
{
	static struct world w;
	size_t blocks;
	(void)state;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		size_t before = memory_blocks();

		open_world(&w, seed);
		round_of(&w);
		blocks = memory_blocks();
		for (int i = 0; i < ROUNDS / SEEDS; i++) {
			round_of(&w);
			assert_int_equal(memory_blocks(), blocks);
		}
		for (int i = 0; i < SIDES; i++)
			mem_deref(w.sidev[i].ua);
		entropy_set_source(NULL, NULL);
		assert_int_equal(memory_blocks(), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flows_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
