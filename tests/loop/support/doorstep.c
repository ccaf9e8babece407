/**
 * @file tests/loop/support/doorstep.c  Doorstep
 */
#include "core/base/loop.h"
#include "tests/loop/support/doorstep.h"
#include "tests/unit/test.h"

enum {
	END = 0,   /* Of a connection: the board's */
	OTHER = 1, /* The browser's                */
};

/* A connection: what is on its way, to either end */
struct conn {
	struct list queuev[2]; /* struct letter */
	struct loop_timer timer;
	gate_recv_h *recvh;
	gate_close_h *closeh;
	void *arg;
	struct trunk *trunk; /* NULL: gone */
	struct sa peer;
	bool cut, told; /* The board's end */
	const char *reason;
};

struct letter {
	struct le le;
	struct mbuf *mb;
	uint64_t due;
};

struct trunk {
	struct trunk_handlers h;
	struct loop_timer timer;
	struct conn *conn; /* NULL: none now */
	unsigned index;
	bool closing, down;
};

struct gate {
	struct gate_params prm;
	char *info;
};

static struct trunk *trunkv[DOORSTEP_VISITORS];
static struct gate *gate;
static unsigned conns, trusted, making;
static bool locked;

/* ---- Letters ---- */

static void letter_destructor(void *arg)
{
	struct letter *l = arg;

	list_unlink(&l->le);
	mem_deref(l->mb);
}

static void put(struct conn *c, unsigned end, const struct mbuf *mb)
{
	struct letter *l = mem_zalloc(sizeof(*l), letter_destructor);

	l->mb = mbuf_alloc(mbuf_get_left(mb));
	assert_int_equal(mbuf_write_mem(l->mb, mbuf_buf(mb), mbuf_get_left(mb)),
			 0);
	l->mb->pos = 0;
	l->due = clock_now() + DOORSTEP_DELAY;
	list_append(&c->queuev[end], &l->le, l);
	if (!loop_timer_armed(&c->timer))
		loop_timer_arm(&c->timer, l->due);
}

/* The oldest letter of an end, if its time has come */
static struct mbuf *get(struct conn *c, unsigned end, uint64_t now)
{
	struct letter *l = list_ledata(list_head(&c->queuev[end]));
	struct mbuf *mb;

	if (!l || l->due > now)
		return NULL;

	mb = mem_ref(l->mb);
	mem_deref(l);
	return mb;
}

static uint64_t due(const struct conn *c)
{
	uint64_t t = CLOCK_NEVER;

	for (unsigned i = 0; i < ARRAY_SIZE(c->queuev); i++) {
		const struct letter *l = list_ledata(list_head(&c->queuev[i]));

		t = l ? clock_min(t, l->due) : t;
	}

	return t;
}

static void board_told(struct conn *c, uint64_t now)
{
	gate_close_h *h = c->closeh;

	c->told = true;
	c->closeh = NULL;
	c->recvh = NULL;
	if (h)
		h(ECONNRESET, c->reason ? c->reason : "cut", now, c->arg);
}

static void conn_handler(uint64_t now, void *arg)
{
	struct conn *c = mem_ref(arg);
	struct mbuf *mb;

	while ((mb = get(c, END, now)) != NULL) {
		if (c->recvh)
			c->recvh(mb, now, c->arg);
		mem_deref(mb);
	}
	while ((mb = get(c, OTHER, now)) != NULL) {
		if (c->trunk)
			c->trunk->h.recvh(mb, now, c->trunk->h.arg);
		mem_deref(mb);
	}
	if (c->cut && !c->told)
		board_told(c, now);
	if (due(c) != CLOCK_NEVER && mem_nrefs(c) > 1)
		loop_timer_arm(&c->timer, due(c));
	mem_deref(c);
}

/* ---- The browser's end ---- */

static void conn_destructor(void *arg)
{
	struct conn *c = arg;

	--conns;
	loop_timer_cancel(&c->timer);
	list_flush(&c->queuev[END]);
	list_flush(&c->queuev[OTHER]);
	if (c->trunk) {
		c->trunk->conn = NULL;
		loop_timer_arm(&c->trunk->timer, clock_now());
	}
}

/* Leave the connection; the board learns of it later, or not at all */
static void leave(struct trunk *w, bool tell)
{
	struct conn *c = w->conn;

	if (!c)
		return;

	w->conn = NULL;
	c->trunk = NULL;
	c->cut = tell;
	if (tell)
		loop_timer_arm(&c->timer, clock_now() + DOORSTEP_DELAY);
}

static bool connect_now(struct trunk *w, uint64_t now)
{
	struct conn *c;

	if (locked || !gate)
		return false;

	c = mem_zalloc(sizeof(*c), conn_destructor);
	++conns;
	loop_timer_init(&c->timer, "doorstep", conn_handler, c);
	assert_int_equal(sa_set_str(&c->peer, "10.0.0.9", 1000), 0);
	c->trunk = w;
	w->conn = c;
	gate->prm.openh(c, now, gate->prm.arg);
	mem_deref(c); /* The board has a reference now, or it is gone */
	return w->conn != NULL;
}

static void trunk_handler(uint64_t now, void *arg)
{
	struct trunk *w = arg;

	if (w->closing) {
		leave(w, true);
		w->h.stateh(TRUNK_DOWN, "closed", 0, now, w->h.arg);
		return;
	}

	if (!w->conn && !w->down) {
		w->down = true;
		w->h.stateh(TRUNK_CONNECTING, "board gone", DOORSTEP_RETRY, now,
			    w->h.arg);
		loop_timer_arm(&w->timer, now + DOORSTEP_RETRY);
	} else if (!w->conn) {
		w->down = !connect_now(w, now);
		if (w->down)
			loop_timer_arm(&w->timer, now + DOORSTEP_RETRY);
		else
			w->h.stateh(TRUNK_UP, "connected", 0, now, w->h.arg);
	}
}

static void trunk_destructor(void *arg)
{
	struct trunk *w = arg;

	leave(w, true);
	loop_timer_cancel(&w->timer);
	trunkv[w->index] = NULL;
}

static int trunk_alloc(void **wp, const struct config *cfg,
		       const struct trunk_handlers *h, uint64_t now)
{
	struct trunk *w = mem_zalloc(sizeof(*w), trunk_destructor);
	(void)cfg;

	w->h = *h;
	w->index = making;
	w->down = true;
	trunkv[making] = w;
	loop_timer_init(&w->timer, "visitor", trunk_handler, w);
	loop_timer_arm(&w->timer, now + DOORSTEP_DELAY);
	*wp = w;
	return 0;
}

static int trunk_send(void *arg, struct mbuf *mb)
{
	struct trunk *w = arg;

	if (!w->conn)
		return ENOTCONN;

	put(w->conn, END, mb);
	return 0;
}

static void trunk_renew(void *arg, const char *reason, bool at_once,
			uint64_t now)
{
	(void)arg;
	(void)reason;
	(void)at_once;
	(void)now;
}

static void trunk_moved(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
}

static void trunk_set_timer(void *arg, uint32_t seconds, uint64_t now)
{
	(void)arg;
	(void)seconds;
	(void)now;
}

/* The connection lives, if there is one */
static bool trunk_probe(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
	return true;
}

static void trunk_close(void *arg, uint64_t now)
{
	struct trunk *w = arg;

	w->closing = true;
	loop_timer_arm(&w->timer, now);
}

static int trunk_print(struct re_printf *pf, const void *arg)
{
	const struct trunk *w = arg;

	return re_hprintf(pf, "visitor %u", w->index);
}

static const struct trunk_driver trunk_driver = {
	.alloc = trunk_alloc,
	.send = trunk_send,
	.renew = trunk_renew,
	.moved = trunk_moved,
	.set_timer = trunk_set_timer,
	.probe = trunk_probe,
	.close = trunk_close,
	.print = trunk_print,
};

/* ---- The board's end ---- */

static void gate_destructor(void *arg)
{
	struct gate *g = arg;

	mem_deref(g->info);
	gate = NULL;
}

static int gate_alloc(void **gp, const struct gate_params *prm)
{
	gate = mem_zalloc(sizeof(*gate), gate_destructor);
	gate->prm = *prm;
	*gp = gate;
	return 0;
}

static int gate_set_info(void *arg, const char *json)
{
	struct gate *g = arg;

	g->info = mem_deref(g->info);
	return str_dup(&g->info, json);
}

static const char *gate_fingerprint(const void *arg)
{
	(void)arg;

	return "AA:BB";
}

static int gate_print(struct re_printf *pf, const void *arg)
{
	(void)arg;

	return re_hprintf(pf, "doorstep, %u connections\n", conns);
}

static void gate_set_handlers(void *conn, gate_recv_h *recvh,
			      gate_close_h *closeh, void *arg)
{
	struct conn *c = conn;

	c->recvh = recvh;
	c->closeh = closeh;
	c->arg = arg;
}

static int gate_send(void *conn, struct mbuf *mb)
{
	struct conn *c = conn;

	if (c->cut)
		return ENOTCONN;

	put(c, OTHER, mb);
	return 0;
}

static void gate_close(void *conn, enum gate_code code, const char *reason,
		       uint64_t now)
{
	struct conn *c = conn;
	(void)code;

	c->reason = reason;
	c->cut = true;
	if (c->trunk) {
		c->trunk->conn = NULL;
		loop_timer_arm(&c->trunk->timer, now + DOORSTEP_DELAY);
	}
	c->trunk = NULL;
	loop_timer_arm(&c->timer, now + DOORSTEP_DELAY);
}

static void gate_trust(void *conn)
{
	(void)conn;

	++trusted;
}

static const struct sa *gate_peer(const void *conn)
{
	const struct conn *c = conn;

	return &c->peer;
}

static const struct gate_driver gate_driver = {
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

/* ---- What tests do ---- */

const struct trunk_driver *doorstep_trunk(unsigned i)
{
	assert_true(i < DOORSTEP_VISITORS);
	making = i;
	return &trunk_driver;
}

const struct gate_driver *doorstep_gate(void)
{
	return &gate_driver;
}

void doorstep_reset(void)
{
	assert_int_equal(conns, 0);
	trusted = 0;
	locked = false;
}

static void again(struct trunk *w)
{
	loop_timer_arm(&w->timer, clock_now() + DOORSTEP_DELAY);
}

void doorstep_cut(unsigned i)
{
	leave(trunkv[i], true);
	again(trunkv[i]);
}

void doorstep_slip(unsigned i)
{
	leave(trunkv[i], false);
	again(trunkv[i]);
}

void doorstep_lock(bool on)
{
	locked = on;
}

unsigned doorstep_conns(void)
{
	return conns;
}

unsigned doorstep_trusted(void)
{
	return trusted;
}

const char *doorstep_info(void)
{
	return gate ? gate->info : NULL;
}
