/**
 * @file core/sip/ua.c  User agent
 *
 * The list of invites holds a reference to each until it is closed. Handlers
 * of the owner may end any of them, hence the care in the loops.
 */
#include <assert.h>
#include "core/sip/called.h"
#include "core/sip/calling.h"
#include "core/sip/message.h"
#include "core/sip/profile.h"
#include "core/sip/replaces.h"
#include "core/sip/screening.h"
#include "core/sip/server.h"
#include "core/sip/ua.h"
#include "core/sip/within.h"

/** How far ua_stop() is */
enum phase {
	RUNNING,
	HANGING_UP,
	LEAVING, /* REGISTER with expires 0 */
	STOPPED,
};

struct ua {
	struct origin *origin;
	struct transactions *trans;
	struct credentials *cred;
	struct registration *reg;
	struct presence *presence; /* NULL: none */
	struct list invitel;
	unsigned calls_max;
	ua_send_h *sendh;
	ua_call_h *callh;
	registration_h *regh;
	ua_request_h *requesth;
	pager_recv_h *messageh;
	void *arg;
	enum phase phase;
	uint64_t half; /* When calls are given up [us]             */
	uint64_t end;  /* When all is given up [us]                */
	ua_stopped_h *stoppedh;
	void *stoppedarg;
	uint32_t calls, refused, stray; /* Counters                */
};

static void ua_destructor(void *arg)
{
	struct ua *ua = arg;
	struct le *le;

	ua->sendh = NULL;
	while ((le = list_head(&ua->invitel)))
		leg_drop(le->data);
	mem_deref(ua->presence);
	mem_deref(ua->reg);
	mem_deref(ua->origin);
	mem_deref(ua->trans);
	mem_deref(ua->cred);
}

static int on_send(struct mbuf *mb, void *arg)
{
	struct ua *ua = arg;

	return ua->sendh ? ua->sendh(mb, ua->arg) : ECONNRESET;
}

static void on_registration(const struct registration_event *ev, uint64_t now,
			    void *arg)
{
	struct ua *ua = arg;

	presence_follow(ua->presence, ua->reg, now);
	if (ua->regh)
		ua->regh(ev, now, ua->arg);
}

static struct invite *find(struct ua *ua, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(&ua->invitel, le)
	{
		if (within_matches(le->data, msg))
			return le->data;
	}

	++ua->stray;
	return NULL;
}

/* Those that end no longer count, within reason */
static bool is_full(const struct ua *ua)
{
	unsigned n = 0;
	struct le *le;

	LIST_FOREACH(&ua->invitel, le)
	{
		enum invite_state state = invite_state(le->data);

		if (state != INVITE_ENDING && state != INVITE_CANCELLING)
			++n;
	}

	return n >= ua->calls_max || list_count(&ua->invitel) >= UA_INVITES_MAX;
}

/* It takes the place of another one */
static bool replaces_one(const struct ua *ua, const struct sip_msg *msg)
{
	return sip_msg_hdr(msg, SIP_HDR_REPLACES) &&
	       list_count(&ua->invitel) < UA_INVITES_MAX;
}

static void call_received(struct ua *ua, struct server *s,
			  const struct sip_msg *msg, uint64_t now)
{
	struct invite *inv = NULL;
	unsigned code = 0;

	if (!ua->callh || ua->phase != RUNNING)
		code = LEG_UNAVAILABLE;
	else if (is_full(ua) && !replaces_one(ua, msg))
		code = LEG_BUSY;
	else if (called_alloc(&inv, &ua->invitel, ua->origin, s, now))
		code = LEG_BAD_REQUEST;
	if (code) {
		++ua->refused;
		(void)server_reply_code(s, (uint16_t)code, NULL, now);
		return;
	}

	++ua->calls;
	mem_ref(inv);
	ua->callh(inv, msg, now, ua->arg);
	if (invite_state(inv) == INVITE_RINGING && mem_nrefs(inv) <= 2)
		(void)invite_reject(inv, LEG_UNAVAILABLE, NULL, now);
	mem_deref(inv);
}

/* The owner may let the ua go inside the handlers where that is allowed: what
   comes until it is freed, at the end of ua_recv(), is not for them any more */
static void leave_if_alone(struct ua *ua)
{
	if (mem_nrefs(ua) > 1)
		return;

	ua->sendh = NULL;
	ua->callh = NULL;
	ua->regh = NULL;
	ua->requesth = NULL;
	ua->messageh = NULL;
	ua->stoppedh = NULL;
}

static unsigned on_message(const struct pager_message *m, const char **reason,
			   uint64_t now, void *arg)
{
	struct ua *ua = arg;
	unsigned code = ua->messageh(m, reason, now, ua->arg);

	leave_if_alone(ua);
	return code;
}

static void message_received(struct ua *ua, struct invite *inv,
			     struct server *s, const struct sip_msg *msg,
			     uint64_t now)
{
	if (!inv || within_takes(inv, s, msg, now))
		pager_recv(s, msg, on_message, ua, now);
}

/* Whether the owner deals with it */
static bool is_owners(struct ua *ua, struct server *s,
		      const struct sip_msg *msg, uint64_t now)
{
	bool answered = ua->requesth && ua->requesth(s, msg, now, ua->arg);

	leave_if_alone(ua);
	return answered;
}

static void on_request(struct server *s, const struct sip_msg *msg,
		       uint64_t now, void *arg)
{
	struct ua *ua = arg;
	bool within = pl_isset(&msg->to.tag);
	struct replaces rep;
	struct invite *inv = within ? find(ua, msg) : NULL;

	if (!s) {
		if (inv)
			within_recv_ack(inv, msg, now);
		return;
	}

	/* We notify of nothing, whatever else it wants */
	if (ua->presence && message_is(msg, "SUBSCRIBE")) {
		presence_recv(ua->presence, s, msg, now);
		return;
	}
	if (screening_refuses(ua->origin, s, msg, now))
		return;

	if (replaces_get(&rep, msg) == EBADMSG) {
		(void)server_reply_code(s, LEG_BAD_REQUEST, NULL, now);
		return;
	}

	if (!within && is_owners(ua, s, msg, now))
		return;

	/* Unless a call knows its dialog, as after REFER */
	if (!inv && message_is(msg, "NOTIFY"))
		presence_recv(ua->presence, s, msg, now);
	else if (within && !inv)
		(void)server_reply_code(s, LEG_NO_DIALOG, NULL, now);
	else if (message_is(msg, "OPTIONS"))
		screening_options(ua->origin, s, now);
	else if (message_is(msg, "MESSAGE"))
		message_received(ua, inv, s, msg, now);
	else if (within)
		within_recv(inv, s, msg, now);
	else if (message_is(msg, "INVITE"))
		call_received(ua, s, msg, now);
	else
		(void)server_reply_code(s, LEG_NO_DIALOG, NULL, now);
}

int ua_alloc(struct ua **up, const struct ua_params *prm)
{
	struct origin_params op;
	struct ua *ua;
	int err;

	assert(up && prm && prm->sendh);

	if (!prm->origin.user || !prm->origin.realm)
		return EINVAL;

	ua = mem_zalloc(sizeof(*ua), ua_destructor);
	if (!ua)
		return ENOMEM;

	ua->sendh = prm->sendh;
	ua->callh = prm->callh;
	ua->regh = prm->regh;
	ua->requesth = prm->requesth;
	ua->messageh = prm->messageh;
	ua->arg = prm->arg;
	ua->calls_max = prm->calls_max ? prm->calls_max
				       : (unsigned)UA_CALLS_MAX;
	ua->half = ua->end = CLOCK_NEVER;
	err = transactions_alloc(&ua->trans, on_send, on_request, ua);
	err = err ? err : profile_headers(ua->trans, &prm->origin);
	err = err ? err : profile_credentials(&ua->cred, prm);
	op = prm->origin;
	op.methods = (prm->messageh ? (unsigned)ORIGIN_MESSAGE : 0) |
		     (prm->requesth ? (unsigned)ORIGIN_REGISTER : 0) |
		     (prm->presence ? (unsigned)ORIGIN_NOTIFY : 0);
	err = err ? err : origin_alloc(&ua->origin, &op, ua->trans, ua->cred);
	err = err ? err
		  : registration_alloc(&ua->reg, ua->origin, prm->expires,
				       on_registration, ua);
	if (!err && prm->presence)
		err = presence_alloc(&ua->presence, ua->origin, prm->presence);
	if (err)
		mem_deref(ua);
	else
		*up = ua;
	return err;
}

/* Do to every invite what may end it, or others */
static void each(struct ua *ua, void (*h)(struct invite *inv, uint64_t now),
		 uint64_t now)
{
	struct invite *v[UA_INVITES_MAX];
	unsigned n = 0;
	struct le *le;

	LIST_FOREACH(&ua->invitel, le)
	{
		if (n < UA_INVITES_MAX)
			v[n++] = mem_ref(le->data);
	}

	for (unsigned i = 0; i < n; i++) {
		if (invite_state(v[i]) != INVITE_CLOSED)
			h(v[i], now);
		mem_deref(v[i]);
	}
}

static void hang_up(struct invite *inv, uint64_t now)
{
	invite_hangup(inv, NULL, now);
}

static void give_up(struct invite *inv, uint64_t now)
{
	within_hasten(inv, now);
	leg_close(inv, INVITE_WHY_HANGUP, 0, NULL, now);
}

/* The next steps of ua_stop(). Last of all: the ua may be freed */
static void stop_on(struct ua *ua, uint64_t now)
{
	if (ua->phase == HANGING_UP) {
		if (now >= ua->half)
			each(ua, give_up, now);
		if (!list_isempty(&ua->invitel) ||
		    (now < ua->half && !presence_idle(ua->presence)))
			return;

		ua->phase = LEAVING;
		if (registration_state(ua->reg) != REGISTRATION_OFF)
			registration_stop(ua->reg, now);
	}

	if (ua->phase != LEAVING)
		return;

	if (now >= ua->end || registration_state(ua->reg) == REGISTRATION_OFF) {
		ua->phase = STOPPED;
		ua->half = ua->end = CLOCK_NEVER;
		if (ua->stoppedh)
			ua->stoppedh(now, ua->stoppedarg);
	}
}

void ua_flow(struct ua *ua, bool up, uint64_t now)
{
	if (origin_up(ua->origin) == up)
		return;

	origin_set_up(ua->origin, up);
	registration_flow(ua->reg, up, now);
	presence_follow(ua->presence, ua->reg, now);
	if (!up) {
		transactions_flow_lost(ua->trans, now);
		each(ua, within_flow_lost, now);
	}
	stop_on(ua, now);
}

void ua_recv(struct ua *ua, struct mbuf *mb, uint64_t now)
{
	mem_ref(ua);
	transactions_recv(ua->trans, mb, now);
	if (mem_nrefs(ua) > 1)
		stop_on(ua, now);
	mem_deref(ua);
}

void ua_register(struct ua *ua, uint64_t now)
{
	registration_start(ua->reg, now);
}

void ua_unregister(struct ua *ua, uint64_t now)
{
	registration_stop(ua->reg, now);
}

int ua_call(struct invite **invp, struct ua *ua,
	    const struct invite_params *prm, invite_h *h, void *arg,
	    uint64_t now)
{
	int err;

	assert(invp && ua && prm);

	if (ua->phase != RUNNING || !origin_up(ua->origin))
		return ENOTCONN;
	if (is_full(ua))
		return EBUSY;

	err = calling_start(invp, &ua->invitel, ua->origin, prm, h, arg, now);
	if (!err)
		++ua->calls;
	return err;
}

int ua_message(struct pager **pp, struct ua *ua, const struct pager_params *prm,
	       pager_result_h *h, void *arg, uint64_t now)
{
	assert(ua && prm);

	return pager_send(pp, ua->origin, prm, h, arg, now);
}

void ua_stop(struct ua *ua, uint64_t limit, ua_stopped_h *h, void *arg,
	     uint64_t now)
{
	if (!limit)
		limit = UA_STOP;

	ua->stoppedh = h;
	ua->stoppedarg = arg;
	ua->phase = HANGING_UP;
	ua->half = now + limit / 2;
	ua->end = now + limit;
	presence_stop(ua->presence, now);
	each(ua, hang_up, now);
	stop_on(ua, now);
}

struct presence *ua_presence(const struct ua *ua)
{
	return ua->presence;
}

enum registration_state ua_registration_state(const struct ua *ua)
{
	return registration_state(ua->reg);
}

const char *ua_aor(const struct ua *ua)
{
	return origin_aor(ua->origin);
}

uint64_t ua_due(const struct ua *ua)
{
	uint64_t due = clock_min(transactions_due(ua->trans),
				 registration_due(ua->reg));
	struct le *le;

	LIST_FOREACH(&ua->invitel, le)
	due = clock_min(due, within_due(le->data));

	due = clock_min(due, presence_due(ua->presence));
	if (ua->phase == HANGING_UP)
		due = clock_min(due, list_isempty(&ua->invitel) &&
						     presence_idle(ua->presence)
					     ? 0
					     : ua->half);
	return clock_min(due, ua->end);
}

void ua_tick(struct ua *ua, uint64_t now)
{
	transactions_tick(ua->trans, now);
	registration_tick(ua->reg, now);
	presence_tick(ua->presence, now);
	each(ua, within_tick, now);
	stop_on(ua, now);
}

int ua_print(struct re_printf *pf, const struct ua *ua)
{
	struct le *le;
	int err;

	err = re_hprintf(pf,
			 "account: %H\nregistration: %H\n"
			 "transactions: %H\ncalls=%u refused=%u stray=%u\n",
			 origin_print, ua->origin, registration_print, ua->reg,
			 transactions_print, ua->trans, ua->calls, ua->refused,
			 ua->stray);
	LIST_FOREACH(&ua->invitel, le)
	err |= re_hprintf(pf, "invite: %H\n", invite_print, le->data);

	return err | re_hprintf(pf, "%H", presence_print, ua->presence);
}
