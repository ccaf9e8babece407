/**
 * @file tests/loop/test_visitor.c  A phone of ours at another one's page
 *
 *     visitor's ua <-> wire in memory <-> board's ua, registrar
 *
 * Virtual time, a few milliseconds on the way. The visitor is what registers
 * to a server as well; the board is what serves a page.
 */
#include "tests/unit/test.h"
#include "core/sip/registrar.h"
#include "core/sip/ua.h"

enum {
	DELAY = 5 * CLOCK_MS,
	QUEUE = 64,
	OFFER = 32,
};

/* One end */
struct end {
	struct world *w;
	struct end *other;
	struct ua *ua;
	struct invite *inv; /* Our reference           */
	unsigned answered, closed, messages;
	enum invite_why why;
	char cause[64], body[64];
};

struct world {
	struct end visitor, board;
	struct verifier *v;
	struct registrar *r;
	uint64_t now;
	unsigned events[REGISTRAR_EV_EXPIRED + 1];
	unsigned sent; /* Messages of the visitor */
	enum registration_what last;
	struct {
		struct end *to;
		struct mbuf *mb;
		uint64_t at;
	} queue[QUEUE];
	unsigned head, tail;
};

static int on_send(struct mbuf *mb, void *arg)
{
	struct end *e = arg;
	struct world *w = e->w;
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb));

	assert_non_null(copy);
	assert_true(w->tail - w->head < QUEUE);
	(void)mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	w->queue[w->tail % QUEUE].to = e->other;
	w->queue[w->tail % QUEUE].mb = copy;
	w->queue[w->tail % QUEUE].at = w->now + DELAY;
	++w->tail;
	if (e == &w->visitor)
		++w->sent;
	return 0;
}

static void on_invite(struct invite *inv, const struct invite_event *ev,
		      uint64_t now, void *arg)
{
	struct end *e = arg;
	(void)inv;
	(void)now;

	if (ev->what == INVITE_EV_ANSWERED || ev->what == INVITE_EV_CONFIRMED)
		++e->answered;
	if (ev->what != INVITE_EV_CLOSED)
		return;

	++e->closed;
	e->why = ev->why;
	(void)re_snprintf(e->cause, sizeof(e->cause), "%r", &ev->cause);
	e->inv = mem_deref(e->inv);
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct end *e = arg;
	(void)msg;

	assert_null(e->inv);
	e->inv = mem_ref(inv);
	invite_set_handler(inv, on_invite, e);
	assert_int_equal(invite_progress(inv, 180, NULL, NULL, now), 0);
}

static unsigned on_message(const struct pager_message *m, const char **reason,
			   uint64_t now, void *arg)
{
	struct end *e = arg;
	(void)reason;
	(void)now;

	++e->messages;
	(void)re_snprintf(e->body, sizeof(e->body), "%r", &m->body);
	return 200;
}

static void on_registration(const struct registration_event *ev, uint64_t now,
			    void *arg)
{
	struct end *e = arg;
	(void)now;

	e->w->last = ev->what;
}

static bool on_request(struct server *s, const struct sip_msg *msg,
		       uint64_t now, void *arg)
{
	struct end *e = arg;

	return registrar_recv(e->w->r, s, msg, now);
}

static void on_event(enum registrar_what what,
		     const struct registrar_binding *b, uint64_t now, void *arg)
{
	struct world *w = arg;
	(void)b;
	(void)now;

	++w->events[what];
}

static void end_open(struct end *e, struct world *w, struct ua_params *prm)
{
	e->w = w;
	e->other = e == &w->visitor ? &w->board : &w->visitor;
	prm->sendh = on_send;
	prm->callh = on_call;
	prm->messageh = on_message;
	prm->arg = e;
	assert_int_equal(ua_alloc(&e->ua, prm), 0);
}

static void world_flow(struct world *w, bool up)
{
	while (!up && w->head != w->tail)
		mem_deref(w->queue[w->head++ % QUEUE].mb);
	ua_flow(w->visitor.ua, up, w->now);
	ua_flow(w->board.ua, up, w->now);
}

/* A connection of its own has a registrar of its own */
static void world_reconnect(struct world *w)
{
	world_flow(w, false);
	mem_deref(w->r);
	assert_int_equal(
		registrar_alloc(&w->r, "boardphone", "home", w->v, NULL), 0);
	registrar_set_handler(w->r, on_event, w);
	world_flow(w, true);
}

static void world_open(struct world *w, const char *password)
{
	struct ua_params visitor = {
		.origin = { .user = "home",
			    .realm = "boardphone",
			    .instance = "urn:uuid:0" },
		.password = password,
		.regh = on_registration,
		.sha256_only = true,
	};
	struct ua_params board = {
		.origin = { .user = "board", .realm = "boardphone" },
		.requesth = on_request,
	};
	struct verifier_secret secret;

	memset(w, 0, sizeof(*w));
	w->now = 1000ULL * CLOCK_S;
	assert_int_equal(verifier_make_secret(&secret, "home", "boardphone",
					      "k7mq-x3rt-9pwd"),
			 0);
	assert_int_equal(verifier_alloc(&w->v, "boardphone", "home", &secret),
			 0);
	end_open(&w->visitor, w, &visitor);
	end_open(&w->board, w, &board);
	world_reconnect(w);
}

static uint64_t world_due(const struct world *w)
{
	uint64_t due = clock_min(ua_due(w->visitor.ua), ua_due(w->board.ua));

	if (w->head != w->tail)
		due = clock_min(due, w->queue[w->head % QUEUE].at);
	return clock_min(due, registrar_due(w->r));
}

static void world_step(struct world *w)
{
	unsigned i = w->head % QUEUE;

	if (w->head != w->tail && w->queue[i].at <= w->now) {
		++w->head;
		ua_recv(w->queue[i].to->ua, w->queue[i].mb, w->now);
		mem_deref(w->queue[i].mb);
	}
	ua_tick(w->visitor.ua, w->now);
	ua_tick(w->board.ua, w->now);
	registrar_tick(w->r, w->now);
}

static void world_run(struct world *w, uint64_t us)
{
	const uint64_t until = w->now + us;
	uint64_t due;

	while ((due = world_due(w)) <= until) {
		if (due > w->now)
			w->now = due;
		world_step(w);
	}
	w->now = until;
}

static void world_close(struct world *w)
{
	world_flow(w, false);
	w->visitor.ua = mem_deref(w->visitor.ua);
	w->board.ua = mem_deref(w->board.ua);
	mem_deref(w->visitor.inv);
	mem_deref(w->board.inv);
	mem_deref(w->r);
	mem_deref(w->v);
}

/* The calling end's invite is in e->inv then */
static void call(struct end *e, const char *to)
{
	struct invite_params prm = { .to = to, .body = mbuf_alloc(OFFER) };

	(void)mbuf_write_str(prm.body, "offer");
	prm.body->pos = 0;
	assert_int_equal(ua_call(&e->inv, e->ua, &prm, on_invite, e, e->w->now),
			 0);
	mem_deref(prm.body);
	world_run(e->w, CLOCK_S);
}

static void answer(struct end *e)
{
	struct mbuf *mb = mbuf_alloc(OFFER);

	(void)mbuf_write_str(mb, "answer");
	mb->pos = 0;
	assert_int_equal(invite_accept(e->inv, mb, e->w->now), 0);
	mem_deref(mb);
	world_run(e->w, CLOCK_S);
	assert_int_equal(invite_state(e->inv), INVITE_UP);
	assert_int_equal(invite_state(e->other->inv), INVITE_UP);
}

static void test_visitor_stays_registered_for_hours(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, "k7mq-x3rt-9pwd");
	ua_register(w.visitor.ua, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(ua_registration_state(w.visitor.ua), REGISTRATION_ON);
	assert_int_equal(w.sent, 2);
	world_run(&w, 5ULL * 3600 * CLOCK_S);
	assert_int_equal(w.events[REGISTRAR_EV_REGISTERED], 1);
	assert_int_equal(w.events[REGISTRAR_EV_EXPIRED], 0);
	assert_true(w.events[REGISTRAR_EV_REFRESHED] > 20);
	assert_int_equal(w.last, REGISTRATION_EV_REFRESHED);
	assert_int_equal(ua_registration_state(w.visitor.ua), REGISTRATION_ON);

	ua_unregister(w.visitor.ua, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.events[REGISTRAR_EV_REMOVED], 1);
	assert_int_equal(w.last, REGISTRATION_EV_REMOVED);
	world_close(&w);
}

static void test_visitor_with_a_wrong_password_gives_up(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, "guess");
	ua_register(w.visitor.ua, w.now);
	world_run(&w, 3600ULL * CLOCK_S);
	assert_int_equal(ua_registration_state(w.visitor.ua),
			 REGISTRATION_STOPPED);
	assert_int_equal(w.sent, 2);
	assert_int_equal(w.events[REGISTRAR_EV_REGISTERED], 0);
	assert_int_equal(verifier_uses(w.v), 0);
	world_close(&w);
}

static void test_visitor_and_board_call_each_other(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, "k7mq-x3rt-9pwd");
	ua_register(w.visitor.ua, w.now);
	world_run(&w, CLOCK_S);

	call(&w.visitor, "board");
	answer(&w.board);
	invite_hangup(w.visitor.inv, NULL, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.visitor.closed, 1);
	assert_int_equal(w.board.closed, 1);
	assert_int_equal(w.board.why, INVITE_WHY_BYE);

	call(&w.board, registrar_binding(w.r)->contact);
	answer(&w.visitor);
	invite_hangup(w.visitor.inv, NULL, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.visitor.closed, 2);
	assert_int_equal(w.board.closed, 2);

	/* It rang at two, and the other one was faster */
	call(&w.board, registrar_binding(w.r)->contact);
	invite_hangup(w.board.inv, "SIP;cause=200;text=\"answered elsewhere\"",
		      w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.visitor.closed, 3);
	assert_int_equal(w.visitor.why, INVITE_WHY_CANCELLED);
	assert_string_equal(w.visitor.cause,
			    "SIP;cause=200;text=\"answered elsewhere\"");
	world_close(&w);
}

static void test_visitor_calls_though_it_did_not_register(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, "k7mq-x3rt-9pwd");
	call(&w.visitor, "board");
	answer(&w.board);
	assert_true(registrar_admitted(w.r));
	assert_null(registrar_binding(w.r));
	world_close(&w);

	world_open(&w, "guess");
	call(&w.visitor, "board");
	assert_null(w.board.inv);
	assert_int_equal(w.visitor.why, INVITE_WHY_REFUSED);
	world_close(&w);
}

static void test_visitor_and_board_write_to_each_other(void **state)
{
	struct pager_params prm = { .to = "board", .body = PL("Grüße") };
	struct world w;
	(void)state;

	world_open(&w, "k7mq-x3rt-9pwd");
	ua_register(w.visitor.ua, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(
		ua_message(NULL, w.visitor.ua, &prm, NULL, NULL, w.now), 0);
	prm.to = registrar_binding(w.r)->contact;
	assert_int_equal(ua_message(NULL, w.board.ua, &prm, NULL, NULL, w.now),
			 0);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.board.messages, 1);
	assert_string_equal(w.board.body, "Grüße");
	assert_int_equal(w.visitor.messages, 1);
	assert_string_equal(w.visitor.body, "Grüße");
	world_close(&w);
}

static void test_visitor_comes_back_with_its_call(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, "k7mq-x3rt-9pwd");
	ua_register(w.visitor.ua, w.now);
	world_run(&w, CLOCK_S);
	call(&w.visitor, "board");
	answer(&w.board);
	world_run(&w, 60ULL * CLOCK_S);
	world_reconnect(&w);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.events[REGISTRAR_EV_REGISTERED], 2);
	assert_int_equal(ua_registration_state(w.visitor.ua), REGISTRATION_ON);
	assert_int_equal(invite_state(w.board.inv), INVITE_UP);
	invite_hangup(w.board.inv, NULL, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.visitor.closed, 1);
	assert_int_equal(w.visitor.why, INVITE_WHY_BYE);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visitor_stays_registered_for_hours),
		cmocka_unit_test(test_visitor_with_a_wrong_password_gives_up),
		cmocka_unit_test(test_visitor_and_board_call_each_other),
		cmocka_unit_test(test_visitor_calls_though_it_did_not_register),
		cmocka_unit_test(test_visitor_and_board_write_to_each_other),
		cmocka_unit_test(test_visitor_comes_back_with_its_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
