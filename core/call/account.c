/**
 * @file core/call/account.c  Account
 */
#include <time.h>
#include "core/base/log.h"
#include "core/call/account_parts.h"
#include "core/call/mailbox.h"
#include "core/call/passport.h"
#include "core/call/transfers.h"
#include "core/net/timefile.h"

enum {
	UA_STOP_LIMIT = 2 * CLOCK_S, /* Of the 3 s of DESIGN 3; the rest is
					for closing the connection      */
};

static void account_destructor(void *arg)
{
	struct account *a = arg;

	loop_timer_cancel(&a->timer);
	loop_timer_cancel(&a->leave);
	mem_deref(a->ua);
	mem_deref(a->tidings);
	mem_deref(a->trunk);
}

/* Who hears of the connection: another account has the name then */
static struct event_bus *told(const struct account *a)
{
	return a->left ? NULL : a->events;
}

static bool is_gone(const struct account *a)
{
	return ua_registration_state(a->ua) == REGISTRATION_OFF &&
	       presence_idle(ua_presence(a->ua));
}

static void account_wake(void *arg)
{
	struct account *a = arg;

	tidings_follow(a->tidings);
	loop_timer_arm(&a->timer, ua_due(a->ua));
	if (a->lefth && is_gone(a))
		loop_timer_arm(&a->leave, 0);
}

static void leave_handler(uint64_t now, void *arg)
{
	struct account *a = arg;
	account_stopped_h *h = a->lefth;

	a->lefth = NULL;
	a->left = true;
	if (h)
		h(now, a->left_arg);
}

static bool probe_handler(uint64_t now, void *arg)
{
	const struct account *a = arg;

	return a->trunk && !a->stopping && a->driver->probe(a->trunk, now);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct account *a = mem_ref(arg);

	ua_tick(a->ua, now);
	if (mem_nrefs(a) > 1)
		account_wake(a);
	mem_deref(a);
}

static void set_reason(struct account *a, const struct pl *reason,
		       unsigned code)
{
	if (code)
		(void)re_snprintf(a->reason, sizeof(a->reason), "%u %H", code,
				  log_text, reason);
	else
		(void)re_snprintf(a->reason, sizeof(a->reason), "%H", log_text,
				  reason);
}

/* Calls may use the new connection now */
static void renewed(struct account *a, uint64_t now)
{
	if (!a->lost || a->stopping)
		return;

	a->lost = false;
	a->renewedh(now, a->arg);
}

/* ---- Registration ---- */

static void on_gone(const struct account *a,
		    const struct registration_event *ev)
{
	event_emit(told(a), EVENT_TERMINATED, "register", 0,
		   "account:s code:u reason:r aor:s", a->line.name, ev->code,
		   &ev->reason, ua_aor(a->ua));
}

static void on_failed(struct account *a, const struct registration_event *ev,
		      uint64_t now)
{
	/* A lost connection has been told already, and better */
	if (a->state == TRUNK_UP)
		set_reason(a, &ev->reason, ev->code);
	if (a->state != TRUNK_UP)
		log_debug("account: %s waits for a connection\n",
			  ua_aor(a->ua));
	else if (ev->retry == CLOCK_NEVER)
		log_warning("account: %s is not registered: %s; no further "
			    "try before `register` or a new connection\n",
			    ua_aor(a->ua), a->reason);
	else
		log_info("account: %s is not registered: %s\n", ua_aor(a->ua),
			 a->reason);

	on_gone(a, ev);
	if (ev->flow_suspect && a->trunk)
		a->driver->renew(a->trunk, "the server is silent", false, now);
}

static void call_handler(struct invite *inv, const struct sip_msg *msg,
			 uint64_t now, void *arg)
{
	struct account *a = arg;

	a->callh(inv, msg, now, a->arg);
}

/* For people; of machines we take none (SECURITY row 11) */
static unsigned message_handler(const struct pager_message *m,
				const char **reason, uint64_t now, void *arg)
{
	const struct account *a = arg;
	(void)reason;
	(void)now;

	return mailbox_put(a->events, a->line.name, m);
}

/* The server's certificate was good at this time: it is not far off */
static void save_time(const struct account *a)
{
	const char *file = config_text(a->cfg, "account", "state");

	if (*file && !config_bool(a->cfg, "transport", "insecure"))
		(void)timefile_save(file, (uint64_t)time(NULL));
}

static void registration_handler(const struct registration_event *ev,
				 uint64_t now, void *arg)
{
	struct account *a = arg;

	if (ev->what == REGISTRATION_EV_REGISTERED ||
	    ev->what == REGISTRATION_EV_REFRESHED) {
		a->driver->set_timer(a->trunk, ev->flow_timer, now);
		save_time(a);
	}

	switch (ev->what) {
	case REGISTRATION_EV_REGISTERED:
		a->reason[0] = '\0';
		log_info("account: %s is registered for %u s\n", ua_aor(a->ua),
			 ev->expires);
		event_emit(a->events, EVENT_CONNECTED, "register", 0,
			   "account:s code:u reason:r aor:s expires:u",
			   a->line.name, ev->code, &ev->reason, ua_aor(a->ua),
			   ev->expires);
		renewed(a, now);
		break;
	case REGISTRATION_EV_REFRESHED:
		a->reason[0] = '\0';
		event_emit(a->events, EVENT_REGISTRATION_REFRESHED, "register",
			   0, "account:s code:u expires:u", a->line.name,
			   ev->code, ev->expires);
		break;
	case REGISTRATION_EV_FAILED:
		on_failed(a, ev, now);
		break;
	case REGISTRATION_EV_REMOVED:
		log_info("account: %s is unregistered\n", ua_aor(a->ua));
		on_gone(a, ev);
		break;
	}
}

/* ---- Connection ---- */

static int send_handler(struct mbuf *mb, void *arg)
{
	struct account *a = arg;

	return a->trunk ? a->driver->send(a->trunk, mb) : ENOTCONN;
}

static void recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct account *a = mem_ref(arg);

	ua_recv(a->ua, mb, now);
	if (mem_nrefs(a) > 1)
		account_wake(a);
	mem_deref(a);
}

static void stopped(struct account *a, uint64_t now)
{
	account_stopped_h *h = a->stoppedh;

	a->stoppedh = NULL;
	event_emit(told(a), EVENT_STOPPED, NULL, 0, "account:s", a->line.name);
	if (h)
		h(now, a->stopped_arg);
}

static void on_up(struct account *a, uint64_t now)
{
	bool registers = config_bool(a->cfg, "account", "register");

	a->was_up = true;
	a->reason[0] = '\0';
	event_emit(told(a), EVENT_STARTED, NULL, 0, "account:s", a->line.name);
	ua_flow(a->ua, true, now);
	if (!registers || a->left)
		renewed(a, now);
}

static void on_lost(struct account *a, const char *reason, uint64_t retry,
		    uint64_t now)
{
	const struct pl text = { reason, strlen(reason) };

	if (!*reason) {
		ua_flow(a->ua, false, now);
		return;
	}

	a->lost = true;
	set_reason(a, &text, 0);
	event_emit(told(a),
		   a->was_up ? EVENT_RECONNECTING : EVENT_FAILED_TO_START, NULL,
		   0, "account:s reason:s retry_ms:U", a->line.name, a->reason,
		   retry / CLOCK_MS);
	ua_flow(a->ua, false, now);
}

static void state_handler(enum trunk_state state, const char *reason,
			  uint64_t retry, uint64_t now, void *arg)
{
	struct account *a = mem_ref(arg);

	a->state = state;
	if (state == TRUNK_UP)
		on_up(a, now);
	else if (!a->stopping)
		on_lost(a, reason, retry, now);
	else if (state == TRUNK_DOWN)
		stopped(a, now);

	if (mem_nrefs(a) > 1)
		account_wake(a);
	mem_deref(a);
}

/* ---- Making one ---- */

static int make_ua(struct account *a)
{
	const struct presence_handlers ph = tidings_handlers(a->tidings);
	struct passport pass;
	int err = passport_open(&pass, a->cfg);

	pass.params.sendh = send_handler;
	pass.params.callh = call_handler;
	pass.params.messageh = message_handler;
	pass.params.regh = registration_handler;
	pass.params.arg = a;
	pass.params.presence = &ph;
	transfers_terms(&pass.params.origin, a->cfg);
	err = err ? err : ua_alloc(&a->ua, &pass.params);
	if (err == EINVAL)
		log_warning("account: user and realm of [%s] do not make an "
			    "address\n",
			    a->line.name);

	a->line.ua = a->ua;
	a->line.max = pass.params.calls_max;
	a->line.wakeh = account_wake;
	a->line.probeh = probe_handler;
	a->line.arg = a;
	passport_close(&pass);
	return err;
}

int account_alloc(struct account **ap, const struct account_params *prm)
{
	struct account *a;
	int err;

	a = mem_zalloc(sizeof(*a), account_destructor);
	if (!a)
		return ENOMEM;

	a->cfg = prm->cfg;
	a->driver = prm->trunk;
	a->events = prm->events;
	a->callh = prm->callh;
	a->renewedh = prm->renewedh;
	a->arg = prm->arg;
	a->line.name = config_name(prm->cfg);
	loop_timer_init(&a->timer, "account", timer_handler, a);
	loop_timer_init(&a->leave, "account leaves", leave_handler, a);
	err = tidings_alloc(&a->tidings, a->cfg, a->events, &a->line);
	err = err ? err : make_ua(a);
	if (err)
		mem_deref(a);
	else
		*ap = a;
	return err;
}

/* ---- What a user does ---- */

int account_start(struct account *a, uint64_t now)
{
	const struct trunk_handlers h = {
		.recvh = recv_handler,
		.stateh = state_handler,
		.arg = a,
	};
	const char *file = config_text(a->cfg, "account", "state");
	int err;

	event_emit(a->events, EVENT_STARTING, NULL, 0, "account:s",
		   a->line.name);
	if (*file)
		(void)timefile_load(file);
	a->state = TRUNK_CONNECTING;
	err = a->driver->alloc(&a->trunk, a->cfg, &h, now);
	if (err) {
		(void)re_snprintf(a->reason, sizeof(a->reason), "%m", err);
		event_emit(a->events, EVENT_FAILED_TO_START, NULL, 0,
			   "account:s reason:s retry_ms:u", a->line.name,
			   a->reason, 0U);
		return err;
	}

	if (config_bool(a->cfg, "account", "register"))
		ua_register(a->ua, now);
	tidings_start(a->tidings, now);
	account_wake(a);
	return 0;
}

static void ua_stopped_handler(uint64_t now, void *arg)
{
	struct account *a = arg;

	if (a->trunk && a->state != TRUNK_DOWN)
		a->driver->close(a->trunk, now);
	else
		stopped(a, now);
}

void account_stop(struct account *a, account_stopped_h *h, void *arg,
		  uint64_t now)
{
	a->stopping = true;
	a->lefth = NULL;
	loop_timer_cancel(&a->leave);
	a->stoppedh = h;
	a->stopped_arg = arg;
	event_emit(told(a), EVENT_STOPPING, NULL, 0, "account:s", a->line.name);
	ua_stop(a->ua, UA_STOP_LIMIT, ua_stopped_handler, a, now);
	account_wake(a);
}

void account_leave(struct account *a, account_stopped_h *h, void *arg,
		   uint64_t now)
{
	a->lefth = h;
	a->left_arg = arg;
	loop_timer_arm(&a->leave, now + ACCOUNT_LEAVE);
	presence_stop(ua_presence(a->ua), now);
	ua_unregister(a->ua, now);
	account_wake(a);
}

int account_register(struct account *a, uint64_t now)
{
	ua_register(a->ua, now);
	account_wake(a);
	if (a->state == TRUNK_UP)
		return 0;

	if (a->trunk)
		a->driver->renew(a->trunk, "asked to", true, now);
	return ENOTCONN;
}

void account_moved(struct account *a, uint64_t now)
{
	if (a->trunk && !a->stopping)
		a->driver->moved(a->trunk, now);
	account_wake(a);
}

void account_unregister(struct account *a, uint64_t now)
{
	ua_unregister(a->ua, now);
	account_wake(a);
}

const struct line *account_line(const struct account *a)
{
	return &a->line;
}

struct tidings *account_tidings(const struct account *a)
{
	return a->tidings;
}

bool account_connected(const struct account *a)
{
	return a->state == TRUNK_UP;
}

bool account_registered(const struct account *a)
{
	return ua_registration_state(a->ua) == REGISTRATION_ON;
}

bool account_ready(const struct account *a)
{
	return account_registered(a) ||
	       !config_bool(a->cfg, "account", "register");
}

bool account_serves(const struct account *a, const struct pl *host)
{
	struct uri aor;
	struct pl pl;

	pl_set_str(&pl, ua_aor(a->ua));
	return !uri_decode(&aor, &pl) && !pl_casecmp(&aor.host, host);
}

const struct config *account_config(const struct account *a)
{
	return a->cfg;
}

const char *account_name(const struct account *a)
{
	return a->line.name;
}
