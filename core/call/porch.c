/**
 * @file core/call/porch.c  Porch
 */
#include "core/base/log.h"
#include "core/call/order.h"
#include "core/call/porch.h"
#include "core/call/ring.h"

enum {
	ELSEWHERE = 200, /* RFC 3326 section 3.1: answered by another one */
	NO_ANSWER = 480, /* RFC 3261 section 21.4.18                      */
};

/* A browser that was rung, and by which call */
struct rung {
	unsigned guest, call;
};

struct porch {
	struct phone *phone;
	struct door *door;
	struct event_bus *events;
	struct event_listener *listener;
	struct ring *ring;
	struct rung rungv[RING_LEGS]; /* In this step */
	unsigned rungc;
	unsigned lost; /* The call that is over, without a refusal */
	struct loop_timer timer, join;
	bool rang; /* Somebody was called */
};

static void porch_destructor(void *arg)
{
	struct porch *p = arg;
	const struct calls_handlers none = { .arg = NULL };

	loop_timer_cancel(&p->timer);
	loop_timer_cancel(&p->join);
	mem_deref(p->listener);
	if (p->door)
		door_set_handler(p->door, NULL, NULL);
	if (p->phone) {
		phone_set_machine(p->phone, NULL, NULL);
		phone_set_calls(p->phone, &none);
	}
	mem_deref(p->ring);
}

static void arm(struct porch *p)
{
	loop_timer_arm(&p->timer, ring_due(p->ring));
}

static void timer_handler(uint64_t now, void *arg)
{
	struct porch *p = arg;

	ring_tick(p->ring, now);
	arm(p);
}

/* ---- What the ring asks, and tells ---- */

/* Not who is being rung, nor who has refused; but who was lost meanwhile */
static bool wanted(const struct porch *p, unsigned guest)
{
	for (unsigned i = 0; i < p->rungc; i++) {
		if (p->rungv[i].guest == guest)
			return false;
	}

	return p->rungc < RING_LEGS;
}

static int dial_guest(struct porch *p, const struct reception_guest *g,
		      unsigned *idp, uint64_t now)
{
	int err = phone_call_guest(p->phone, g, idp, now);

	if (err)
		log_info("ring: guest %u cannot be called: %m\n", g->id, err);
	else
		p->rungv[p->rungc++] = (struct rung){ g->id, *idp };

	return err;
}

static void dial_browsers(struct porch *p, struct ring_legs *legs, uint64_t now)
{
	const struct reception *r = phone_reception(p->phone);
	struct reception_guest g;

	p->rungc = 0;
	for (unsigned i = 0; r && legs->n < RING_LEGS; i++) {
		if (!reception_get(r, i, &g))
			break;
		if (g.registered && wanted(p, g.id) &&
		    !dial_guest(p, &g, &legs->idv[legs->n], now))
			++legs->n;
	}
}

static int dial_account(struct porch *p, const char *target, unsigned *idp,
			uint64_t now)
{
	struct calls_way way = { .undirected = true };
	char name[CONFIG_NAME_MAX];
	struct pl account;
	const char *to = ringplan_address(target, &account);
	int err = 0;

	if (pl_isset(&account)) {
		err = pl_strcpy(&account, name, sizeof(name));
		way.account = name;
	}

	return err ? err : phone_call(p->phone, to, &way, idp, now);
}

static void dial_handler(const char *target, struct ring_legs *legs,
			 uint64_t now, void *arg)
{
	struct porch *p = arg;
	int err;

	if (!strcmp(target, ringplan_browsers)) {
		dial_browsers(p, legs, now);
	} else if (legs->n < RING_LEGS) {
		err = dial_account(p, target, &legs->idv[legs->n], now);
		if (err)
			log_info("ring: %s cannot be called: %m\n", target,
				 err);
		else
			++legs->n;
	}
}

static void hangup_handler(unsigned id, enum ring_cause cause, uint64_t now,
			   void *arg)
{
	struct porch *p = arg;

	(void)(cause == RING_ELSEWHERE
		       ? phone_dismiss(p->phone, id, ELSEWHERE,
				       "Answered elsewhere", now)
		       : phone_dismiss(p->phone, id, NO_ANSWER, "No answer",
				       now));
}

static json_t *targets_json(const struct ringplan_step *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < s->targetc; i++)
		(void)json_array_append_new(list, json_string(s->targetv[i]));

	return list;
}

static void step_handler(const struct ringplan *plan, unsigned step,
			 unsigned calls, uint64_t now, void *arg)
{
	const struct ringplan_step *s = &plan->stepv[step];
	struct porch *p = arg;
	(void)now;

	p->rang |= calls != 0;
	log_info("ring: step %u of %u: %u call%s\n", step + 1, plan->stepc,
		 calls, calls == 1 ? "" : "s");
	event_emit(p->events, EVENT_RINGING, "ring", 0,
		   "step:u steps:u targets:o calls:u seconds:u", step + 1,
		   plan->stepc, targets_json(s), calls,
		   (unsigned)(s->time / CLOCK_S));
}

static void end_handler(enum ring_end how, unsigned id, uint64_t now, void *arg)
{
	static const char *const wordv[] = { "answered", "no_answer",
					     "stopped" };
	struct porch *p = arg;
	(void)now;

	if (how == RING_ANSWERED)
		log_info("ring: answered by call %u\n", id);
	else
		log_info("ring: %s\n",
			 p->rang ? "nobody answered" : "nobody is there");
	event_emit(p->events, EVENT_RUNG, "ring", 0, "why:s call:o", wordv[how],
		   how == RING_ANSWERED ? json_integer(id) : NULL);
}

/* ---- Who comes while it rings ---- */

static void forget(struct porch *p, unsigned call)
{
	for (unsigned i = 0; i < p->rungc; i++) {
		if (p->rungv[i].call == call)
			p->rungv[i] = p->rungv[--p->rungc];
	}
}

static void join_handler(uint64_t now, void *arg)
{
	struct porch *p = arg;
	const struct reception *r = phone_reception(p->phone);
	struct reception_guest g;
	unsigned id;

	for (unsigned i = 0; ring_wants_browsers(p->ring); i++) {
		if (!reception_get(r, i, &g))
			break;
		if (g.registered && wanted(p, g.id) &&
		    !dial_guest(p, &g, &id, now))
			ring_join(p->ring, id);
	}
}

static const char *why(const struct event *ev)
{
	const char *word = json_string_value(json_object_get(ev->json, "why"));

	return word ? word : "";
}

/* Somebody refused, or hung up here, or the call was lost on the way. 480 is
   said by a page that is being closed, or loaded anew */
static void on_terminated(struct porch *p, const struct event *ev)
{
	const json_t *code = json_object_get(ev->json, "code");
	bool refused = !strcmp(why(ev), "refused") ||
		       !strcmp(why(ev), "hangup");

	p->lost = 0;
	if (!refused || json_integer_value(code) == NO_ANSWER)
		p->lost = ev->id;
	if (!refused)
		forget(p, ev->id);
}

/* To the pages in a call; takes the reference over */
static void tell(struct porch *p, json_t *js, uint64_t now)
{
	if (js)
		phone_tell(p->phone, js, now);
	json_decref(js);
}

static void event_handler(const struct event *ev, void *arg)
{
	struct porch *p = arg;
	bool call = ev->session && !strcmp(ev->session, "call");

	/* From the loop: its own registration is being answered now */
	if (ev->type == EVENT_CONNECTED && !call &&
	    ring_wants_browsers(p->ring))
		loop_timer_arm(&p->join, clock_now());
	else if (ev->type == EVENT_TERMINATED && call)
		on_terminated(p, ev);
	else if (ev->type == EVENT_DOOR &&
		 json_is_true(json_object_get(ev->json, "locked")))
		tell(p, order_tell_locked(), clock_now());
}

/* ---- What the phone tells ---- */

static void answered_handler(unsigned id, uint64_t now, void *arg)
{
	struct porch *p = arg;

	ring_answered(p->ring, id, now);
	arm(p);
}

static void over_handler(unsigned id, uint64_t now, void *arg)
{
	struct porch *p = arg;

	ring_over(p->ring, id, p->lost == id, now);
	arm(p);
}

static void digit_handler(unsigned id, char digit, uint64_t now, void *arg)
{
	struct porch *p = arg;

	door_digit(p->door, id, digit, now);
}

static void machine_handler(struct reception_message *m, bool talking,
			    uint64_t now, void *arg)
{
	struct porch *p = arg;

	m->code = order_obey(p->door, &m->m->body, talking, &m->reason, now);
}

static void door_handler(const char *relay, bool open, enum door_by by,
			 uint64_t now, void *arg)
{
	(void)by;

	tell(arg, order_tell(relay, open), now);
}

/* ---- What is asked ---- */

static int make_ring(struct porch *p)
{
	const struct ring_handlers h = {
		.dial = dial_handler,
		.hangup = hangup_handler,
		.step = step_handler,
		.end = end_handler,
		.arg = p,
	};

	return ring_alloc(&p->ring, &h);
}

int porch_alloc(struct porch **pp, struct phone *phone, struct door *door,
		struct event_bus *events)
{
	const struct calls_handlers ch = {
		.answered = answered_handler,
		.over = over_handler,
		.digit = digit_handler,
	};
	struct calls_handlers h = ch;
	struct porch *p;
	int err;

	p = mem_zalloc(sizeof(*p), porch_destructor);
	if (!p)
		return ENOMEM;

	h.arg = p;
	p->events = events;
	loop_timer_init(&p->timer, "porch", timer_handler, p);
	loop_timer_init(&p->join, "porch join", join_handler, p);
	err = make_ring(p);
	if (!err)
		err = event_listen(&p->listener, events, event_handler, p);
	if (err) {
		mem_deref(p);
		return err;
	}

	p->phone = phone;
	p->door = door;
	door_set_handler(door, door_handler, p);
	phone_set_machine(phone, machine_handler, p);
	phone_set_calls(phone, &h);
	(void)phone_publish(phone, "relays", door_ways_json(door));
	*pp = p;
	return 0;
}

int porch_ring(struct porch *p, struct ringplan *plan, uint64_t now)
{
	int err;

	if (ring_active(p->ring))
		return EALREADY;

	p->rang = false;
	err = ring_start(p->ring, plan, now);
	arm(p);
	if (err)
		return err;

	return p->rang ? 0 : ENOENT;
}

void porch_stop(struct porch *p, uint64_t now)
{
	ring_stop(p->ring, now);
	arm(p);
}

int porch_print(struct re_printf *pf, const struct porch *p)
{
	return re_hprintf(pf, "ring %H\n", ring_print, p->ring);
}

json_t *porch_json(const struct porch *p)
{
	return json_pack("{s:b}", "ringing", (int)ring_active(p->ring));
}
