/**
 * @file tests/loop/support/hall.c  Hall
 */
#include "core/base/loop.h"
#include "tests/loop/support/hall.h"
#include "tests/unit/test.h"

enum {
	STEP = CLOCK_MS,
	QUEUE = 64, /* Messages on their way */
};

struct hall hall;

static struct {
	struct hall_conn *conn; /* A reference */
	struct mbuf *mb;
	bool to_board;
} queue[QUEUE];

static unsigned head, tail;

/* ---- The wire ---- */

static int put(struct hall_conn *c, const struct mbuf *mb, bool to_board)
{
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb));
	unsigned i = tail % QUEUE;

	if (!copy)
		return ENOMEM;

	assert_true(tail - head < QUEUE);
	(void)mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	queue[i].conn = mem_ref(c);
	queue[i].mb = copy;
	queue[i].to_board = to_board;
	++tail;
	return 0;
}

static void deliver(uint64_t now)
{
	while (head != tail) {
		unsigned i = head++ % QUEUE;
		struct hall_conn *c = queue[i].conn;

		if (queue[i].to_board && c->recvh)
			c->recvh(queue[i].mb, now, c->arg);
		else if (!queue[i].to_board && c->visitor)
			ua_recv(c->visitor->ua, queue[i].mb, now);
		mem_deref(queue[i].mb);
		mem_deref(c);
	}
}

void hall_close(struct hall_conn *c, int err, uint64_t now)
{
	gate_close_h *h = c->closeh;

	if (c->visitor)
		c->visitor->conn = NULL;
	c->visitor = NULL;
	c->closeh = NULL;
	c->recvh = NULL;
	if (h)
		h(err, "closed", now, c->arg);
}

void hall_pass(uint64_t us)
{
	const uint64_t end = clock_now() + us;

	while (clock_now() < end) {
		loop_virtual_run(clock_now() + STEP, NULL, NULL);
		deliver(clock_now());
		for (unsigned i = 0; i < HALL_VISITORS; i++) {
			struct hall_visitor *v = &hall.visitorv[i];

			if (v->ua && clock_now() >= ua_due(v->ua))
				ua_tick(v->ua, clock_now());
			if (v->conn && v->conn->closing)
				hall_close(v->conn, 0, clock_now());
		}
	}
}

/* ---- The gate ---- */

static int gate_alloc(void **gp, const struct gate_params *prm)
{
	*gp = mem_zalloc(1, NULL);
	hall.openh = prm->openh;
	hall.arg = prm->arg;
	return *gp ? 0 : ENOMEM;
}

static int gate_set_info(void *g, const char *json)
{
	(void)g;
	(void)json;

	return 0;
}

static const char *gate_fingerprint(const void *g)
{
	(void)g;

	return "";
}

static int gate_print(struct re_printf *pf, const void *g)
{
	(void)g;

	return re_hprintf(pf, "gate\n");
}

static void gate_set_handlers(void *conn, gate_recv_h *recvh,
			      gate_close_h *closeh, void *arg)
{
	struct hall_conn *c = conn;

	c->recvh = recvh;
	c->closeh = closeh;
	c->arg = arg;
}

static int gate_send(void *conn, struct mbuf *mb)
{
	return put(conn, mb, false);
}

static void gate_close(void *conn, enum gate_code code, const char *reason,
		       uint64_t now)
{
	struct hall_conn *c = conn;
	(void)code;
	(void)reason;
	(void)now;

	c->closing = true;
}

static void gate_trust(void *conn)
{
	struct hall_conn *c = conn;

	c->trusted = true;
}

static const struct sa *gate_peer(const void *conn)
{
	const struct hall_conn *c = conn;

	return &c->peer;
}

static const struct gate_driver gate = {
	.alloc = gate_alloc,
	.set_info = gate_set_info,
	.fingerprint = gate_fingerprint,
	.print = gate_print,
	.set_handlers = gate_set_handlers,
	.send = gate_send,
	.close = gate_close,
	.trust = gate_trust,
	.peer = gate_peer,
};

/* ---- The board ---- */

static void on_call(const struct line *line, struct invite *inv,
		    const struct sip_msg *msg, uint64_t now, void *arg)
{
	(void)line;
	(void)inv;
	(void)msg;
	(void)now;
	(void)arg;

	++hall.calls;
}

static void on_renewed(const struct line *line, uint64_t now, void *arg)
{
	(void)line;
	(void)now;
	(void)arg;

	++hall.renewed;
}

static void on_gone(const struct line *line, uint64_t now, void *arg)
{
	(void)line;
	(void)now;
	(void)arg;

	++hall.gone;
}

static bool is_busy(const struct line *line, void *arg)
{
	(void)line;
	(void)arg;

	return hall.busy;
}

static void on_message(struct reception_message *m, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	++hall.messages;
	m->code = 403;
	m->reason = "No";
}

void hall_stopped(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	++hall.stopped;
}

int hall_start(void)
{
	const struct reception_params prm = {
		.cfg = hall.cfg,
		.gate = &gate,
		.events = hall.bus,
		.h = {
			.call = on_call,
			.renewed = on_renewed,
			.gone = on_gone,
			.busy = is_busy,
			.message = on_message,
		},
	};
	int err = reception_alloc(&hall.r, &prm);

	return err ? err : reception_start(hall.r, clock_now());
}

/* ---- Visitors ---- */

static int visitor_send(struct mbuf *mb, void *arg)
{
	struct hall_visitor *v = arg;

	return v->conn ? put(v->conn, mb, true) : ENOTCONN;
}

static void visitor_registration(const struct registration_event *ev,
				 uint64_t now, void *arg)
{
	struct hall_visitor *v = arg;
	(void)now;

	v->registered = ev->what == REGISTRATION_EV_REGISTERED ||
			ev->what == REGISTRATION_EV_REFRESHED;
}

static unsigned visitor_message(const struct pager_message *m,
				const char **reason, uint64_t now, void *arg)
{
	struct hall_visitor *v = arg;
	(void)m;
	(void)reason;
	(void)now;

	++v->messages;
	return 200;
}

static void visitor_result(unsigned code, const struct pl *reason, uint64_t now,
			   void *arg)
{
	struct hall_visitor *v = arg;
	(void)reason;
	(void)now;

	v->pager = pager_release(v->pager);
	v->code = code;
}

static void conn_destructor(void *arg)
{
	struct hall_conn *c = arg;

	if (c->visitor)
		c->visitor->conn = NULL;
}

/* A connection; without memory there is none */
void hall_come(unsigned i)
{
	struct hall_visitor *v = &hall.visitorv[i];
	struct hall_conn *c = mem_zalloc(sizeof(*c), conn_destructor);

	if (!c)
		return;

	(void)sa_set_str(&c->peer, "10.0.0.9", (uint16_t)(1000 + i));
	c->visitor = v;
	v->conn = c;
	hall.openh(c, clock_now(), hall.arg);
	mem_deref(c);
	if (v->ua)
		ua_flow(v->ua, v->conn != NULL, clock_now());
}

int hall_make(unsigned i, const char *password)
{
	struct hall_visitor *v = &hall.visitorv[i];
	char instance[sizeof("urn:uuid:00000000-0000-4000-8000-000000000000")];
	const struct ua_params prm = {
		.origin = {
			.user = "home",
			.realm = RECEPTION_REALM,
			.instance = instance,
			.reg_id = 1,
		},
		.password = password,
		.sendh = visitor_send,
		.regh = visitor_registration,
		.messageh = visitor_message,
		.arg = v,
	};

	re_snprintf(instance, sizeof(instance),
		    "urn:uuid:00000000-0000-4000-8000-%012u", i);
	return ua_alloc(&v->ua, &prm);
}

/* It registers, if its password is right */
void hall_visit(unsigned i, const char *password)
{
	if (hall_make(i, password))
		return;

	ua_register(hall.visitorv[i].ua, clock_now());
	hall_come(i);
	hall_pass(HALL_SOON);
}

int hall_say(unsigned i, const char *ctype)
{
	const struct pager_params prm = { .to = "board",
					  .ctype = ctype,
					  .body = PL("text") };
	struct hall_visitor *v = &hall.visitorv[i];
	int err;

	v->pager = pager_release(v->pager);
	err = ua_message(&v->pager, v->ua, &prm, visitor_result, v,
			 clock_now());
	hall_pass(HALL_SOON);
	return err;
}

void hall_clear(void)
{
	for (unsigned i = 0; i < HALL_VISITORS; i++) {
		struct hall_visitor *v = &hall.visitorv[i];

		if (v->conn)
			v->conn->visitor = NULL;
		v->pager = pager_release(v->pager);
		v->ua = mem_deref(v->ua);
		memset(v, 0, sizeof(*v));
	}
	hall.r = mem_deref(hall.r);
	deliver(clock_now());
	hall.calls = hall.renewed = hall.gone = hall.messages = hall.stopped =
		0;
	hall.busy = false;
}
