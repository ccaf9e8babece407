/**
 * @file core/call/guest.c  Guest
 *
 * The registrar belongs to the connection: when that goes to another guest,
 * the registrar goes with it. What was registered is copied, for the time in
 * which the guest has no connection.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/guest.h"
#include "core/sip/ua.h"

enum {
	STOP_LIMIT = 2 * CLOCK_S, /* Of the 3 s of DESIGN 3; the rest is
				     for closing the connection      */
	AGENT_MAX = 128,	  /* Shown of a User-Agent [bytes], ours */
};

struct guest {
	const struct gate_driver *gate;
	const struct guest_handlers *h;
	unsigned id;
	void *conn; /* NULL: lost */
	struct registrar *registrar;
	struct ua *ua;
	struct line line;
	struct loop_timer timer;
	struct sa peer;
	uint64_t deadline; /* Registered, or back, until then; or never */
	uint64_t since;	   /* It is as it is [us]                       */
	char contact[REGISTRAR_TEXT_MAX];
	char instance[REGISTRAR_TEXT_MAX];
	char agent[AGENT_MAX];
	bool registered;
	bool stopping;
	enum gate_code code; /* Of the stop, and the reason */
	const char *why;
	bool finished; /* The over handler was called */
};

static void guest_destructor(void *arg)
{
	struct guest *g = arg;

	loop_timer_cancel(&g->timer);
	if (g->conn)
		g->gate->set_handlers(g->conn, NULL, NULL, NULL);
	mem_deref(g->ua);
	mem_deref(g->registrar);
	mem_deref(g->conn);
}

static void wake(struct guest *g)
{
	uint64_t due = clock_min(ua_due(g->ua), g->deadline);

	if (g->registrar)
		due = clock_min(due, registrar_due(g->registrar));
	if (!g->finished)
		loop_timer_arm(&g->timer, due);
}

static void wake_handler(void *arg)
{
	wake(arg);
}

static void over(struct guest *g, uint64_t now)
{
	if (g->finished)
		return;

	g->finished = true;
	loop_timer_cancel(&g->timer);
	g->h->over(g, now, g->h->arg);
}

/* ---- Registration ---- */

static void left(struct guest *g, const char *reason, uint64_t now)
{
	if (!g->registered)
		return;

	g->registered = false;
	g->since = now;
	g->h->left(g, reason, now, g->h->arg);
}

static void take_binding(struct guest *g, const struct registrar_binding *b)
{
	const struct pl agent = { b->agent, strlen(b->agent) };

	str_ncpy(g->contact, b->contact, sizeof(g->contact));
	str_ncpy(g->instance, b->instance, sizeof(g->instance));
	(void)re_snprintf(g->agent, sizeof(g->agent), "%H", log_text, &agent);
	g->deadline = CLOCK_NEVER;
}

static void registrar_handler(enum registrar_what what,
			      const struct registrar_binding *b, uint64_t now,
			      void *arg)
{
	struct guest *g = arg;

	switch (what) {
	case REGISTRAR_EV_REGISTERED:
	case REGISTRAR_EV_REFRESHED:
		take_binding(g, b);
		if (g->registered)
			return;
		g->registered = true;
		g->since = now;
		g->gate->trust(g->conn);
		g->h->registered(g, now, g->h->arg);
		break;
	case REGISTRAR_EV_REMOVED:
		g->deadline = now + GUEST_LOGIN;
		left(g, "Unregistered", now);
		break;
	case REGISTRAR_EV_EXPIRED:
		g->deadline = now + GUEST_LOGIN;
		left(g, "Not refreshed", now);
		break;
	}
}

static bool request_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	struct guest *g = arg;

	return g->registrar && registrar_recv(g->registrar, s, msg, now);
}

/* ---- Connection ---- */

static int send_handler(struct mbuf *mb, void *arg)
{
	struct guest *g = arg;

	return g->conn ? g->gate->send(g->conn, mb) : ENOTCONN;
}

static void recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct guest *g = mem_ref(arg);

	ua_recv(g->ua, mb, now);
	if (mem_nrefs(g) > 1)
		wake(g);
	mem_deref(g);
}

static void drop_conn(struct guest *g)
{
	if (!g->conn)
		return;

	g->gate->set_handlers(g->conn, NULL, NULL, NULL);
	g->conn = mem_deref(g->conn);
}

/* Who is in a call may come back */
static void close_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct guest *g = mem_ref(arg);

	log_debug("guest %u: connection over: %s (%m)\n", g->id, reason, err);
	drop_conn(g);
	ua_flow(g->ua, false, now);
	left(g, reason, now);
	g->registrar = mem_deref(g->registrar);
	if (g->stopping || !*g->instance || !g->h->busy(g, g->h->arg)) {
		over(g, now);
	} else {
		g->deadline = now + GUEST_LOST;
		wake(g);
	}
	mem_deref(g);
}

/* Did not register, does not come back; or waits for the end of a call */
static void deadline_passed(struct guest *g, uint64_t now)
{
	g->deadline = CLOCK_NEVER;
	if (!g->conn)
		over(g, now);
	else if (g->h->busy(g, g->h->arg))
		g->deadline = now + GUEST_LOGIN;
	else
		g->gate->close(g->conn, GATE_POLICY, "Not registered", now);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct guest *g = mem_ref(arg);

	ua_tick(g->ua, now);
	if (g->registrar)
		registrar_tick(g->registrar, now);
	if (!g->finished && now >= g->deadline)
		deadline_passed(g, now);
	if (mem_nrefs(g) > 1)
		wake(g);
	mem_deref(g);
}

/* ---- Calls and messages ---- */

static void call_handler(struct invite *inv, const struct sip_msg *msg,
			 uint64_t now, void *arg)
{
	struct guest *g = arg;

	g->h->call(g, inv, msg, now, g->h->arg);
}

static unsigned message_handler(const struct pager_message *m,
				const char **reason, uint64_t now, void *arg)
{
	struct guest *g = arg;

	return g->h->message(g, m, reason, now, g->h->arg);
}

int guest_send(struct guest *g, const char *ctype, const char *body,
	       uint64_t now)
{
	const struct pager_params prm = {
		.to = g->contact,
		.ctype = ctype,
		.body = { body, strlen(body) },
	};
	int err;

	if (!g->registered)
		return ENOTCONN;

	err = ua_message(NULL, g->ua, &prm, NULL, NULL, now);
	wake(g);
	return err;
}

/* ---- Beginning and end ---- */

static int make_ua(struct guest *g, const struct guest_params *prm)
{
	const struct ua_params up = {
		.origin = {
			.user = prm->board,
			.realm = prm->realm,
			.display_name = prm->name,
			.user_agent = "Boardphone/" BOARDPHONE_VERSION,
		},
		.calls_max = GUEST_CALLS_MAX,
		.sendh = send_handler,
		.callh = call_handler,
		.requesth = request_handler,
		.messageh = message_handler,
		.arg = g,
	};
	int err = ua_alloc(&g->ua, &up);

	g->line.name = "page";
	g->line.ua = g->ua;
	g->line.max = GUEST_CALLS_MAX;
	g->line.shared = true;
	g->line.wakeh = wake_handler;
	g->line.arg = g;
	return err;
}

static void take_conn(struct guest *g, void *conn, uint64_t now)
{
	g->conn = conn;
	g->peer = *g->gate->peer(conn);
	g->gate->set_handlers(conn, recv_handler, close_handler, g);
	ua_flow(g->ua, true, now);
}

int guest_alloc(struct guest **gp, const struct guest_params *prm, void *conn,
		uint64_t now)
{
	struct guest *g;
	int err;

	g = mem_zalloc(sizeof(*g), guest_destructor);
	if (!g)
		return ENOMEM;

	g->gate = prm->gate;
	g->h = prm->h;
	g->id = prm->id;
	g->deadline = now + GUEST_LOGIN;
	g->since = now;
	loop_timer_init(&g->timer, "guest", timer_handler, g);
	err = make_ua(g, prm);
	if (!err)
		err = registrar_alloc(&g->registrar, prm->realm, prm->user,
				      prm->verifier, g->gate->peer(conn));
	if (err) {
		mem_deref(g);
		return err;
	}

	registrar_set_handler(g->registrar, registrar_handler, g);
	take_conn(g, mem_ref(conn), now);
	wake(g);
	*gp = g;
	return 0;
}

void guest_adopt(struct guest *g, struct guest *from, uint64_t now)
{
	void *conn = from->conn;

	drop_conn(g);
	ua_flow(g->ua, false, now);
	mem_deref(g->registrar);
	g->registrar = from->registrar;
	registrar_set_handler(g->registrar, registrar_handler, g);
	from->registrar = NULL;
	from->conn = NULL;

	take_binding(g, registrar_binding(g->registrar));
	g->registered = true;
	g->since = now;
	take_conn(g, conn, now);
	wake(g);
}

static void ua_stopped_handler(uint64_t now, void *arg)
{
	struct guest *g = arg;

	if (g->conn)
		g->gate->close(g->conn, g->code, g->why, now);
	else
		g->deadline = now; /* Over, from the loop */
}

void guest_stop(struct guest *g, enum gate_code code, const char *why,
		uint64_t now)
{
	if (g->stopping)
		return;

	g->stopping = true;
	g->code = code;
	g->why = why;
	left(g, why, now);
	ua_stop(g->ua, STOP_LIMIT, ua_stopped_handler, g, now);
	wake(g);
}

void guest_cut(struct guest *g, uint64_t now)
{
	drop_conn(g);
	ua_flow(g->ua, false, now);
}

/* ---- Showing ---- */

const struct line *guest_line(const struct guest *g)
{
	return &g->line;
}

struct guest *guest_of(const struct line *line)
{
	return line->arg;
}

unsigned guest_id(const struct guest *g)
{
	return g->id;
}

const char *guest_contact(const struct guest *g)
{
	return *g->contact ? g->contact : NULL;
}

const char *guest_instance(const struct guest *g)
{
	return g->instance;
}

bool guest_registered(const struct guest *g)
{
	return g->registered && g->conn;
}

static const char *state_name(const struct guest *g)
{
	return g->registered ? "registered"
	       : g->conn     ? "not registered"
			     : "connection lost";
}

static unsigned since(const struct guest *g)
{
	return (unsigned)((clock_now() - g->since) / CLOCK_S);
}

int guest_print(struct re_printf *pf, const struct guest *g)
{
	return re_hprintf(pf, "guest %u: %s for %u s, from %j%s%s%s\n", g->id,
			  state_name(g), since(g), &g->peer,
			  g->h->busy(g, g->h->arg) ? ", in a call" : "",
			  *g->agent ? ", " : "", g->agent);
}

json_t *guest_json(const struct guest *g)
{
	char from[INET6_ADDRSTRLEN];

	(void)re_snprintf(from, sizeof(from), "%j", &g->peer);
	return json_pack("{s:i, s:b, s:s, s:s, s:i, s:b, s:s}", "id",
			 (int)g->id, "registered", (int)g->registered, "state",
			 state_name(g), "from", from, "since_s", (int)since(g),
			 "in_call", (int)g->h->busy(g, g->h->arg), "agent",
			 g->agent);
}
