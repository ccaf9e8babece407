/**
 * @file core/sip/registration.c  Registration
 *
 * One timer: the refresh while registered, the pause after a failure. The
 * Call-ID and the tag stay for as long as the object lives.
 */
#include <assert.h>
#include "core/sip/exchange.h"
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/lapse.h"
#include "core/sip/registration.h"
#include "core/sip/reply.h"
#include "core/sip/message.h"
#include "core/sip/token.h"

enum {
	UNAUTHORIZED = 401,	    /* RFC 3261 section 21.4.2           */
	PROXY_AUTHENTICATION = 407, /* RFC 3261 section 21.4.8           */
	TIMEOUT = 408,		    /* RFC 3261 section 21.4.9           */
	TOO_BRIEF = 423,	    /* RFC 3261 section 21.4.17          */
	INTERNAL = 500,		    /* RFC 3261 section 21.5.1           */
	UNAVAILABLE = 503,	    /* RFC 3261 section 21.5.4           */
	BRIEF_MAX = 2,		    /* 423 heeded in a row, ours         */
};

struct registration {
	struct origin *o;
	struct exchange *x;
	registration_h *h;
	void *arg;
	char callid[TOKEN_SIZE];
	char *from; /* Value with tag                          */
	char *to;
	enum registration_state state;
	uint32_t cseq;	     /* Last used                               */
	uint32_t asked;	     /* [s]                                     */
	uint32_t granted;    /* [s]                                     */
	uint64_t due;	     /* Refresh or next try [us]                */
	unsigned brief;	     /* 423 in a row                            */
	unsigned failures;   /* In a row, for the pause                */
	uint32_t oks, fails; /* Counters                             */
};

static void registration_destructor(void *arg)
{
	struct registration *r = arg;

	exchange_abort(r->x);
	mem_deref(r->from);
	mem_deref(r->to);
}

int registration_alloc(struct registration **rp, struct origin *o,
		       uint32_t expires, registration_h *h, void *arg)
{
	struct registration *r;
	char tag[TOKEN_SIZE];
	int err;

	assert(rp && o);

	r = mem_zalloc(sizeof(*r), registration_destructor);
	if (!r)
		return ENOMEM;

	r->o = o;
	r->h = h;
	r->arg = arg;
	r->due = CLOCK_NEVER;
	r->asked = expires ? expires : REGISTRATION_EXPIRES;
	if (r->asked > LAPSE_MOST)
		r->asked = LAPSE_MOST;
	err = token_make(r->callid);
	err = err ? err : token_make(tag);
	err = err ? err : token_cseq(&r->cseq);
	err = err ? err
		  : re_sdprintf(&r->from, "%s;tag=%s", origin_from(o), tag);
	err = err ? err : str_dup(&r->to, origin_from(o));

	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

static void tell(struct registration *r, const struct registration_event *ev,
		 uint64_t now)
{
	if (r->h)
		r->h(ev, now, r->arg);
}

static uint64_t pause_of(struct registration *r, const struct sip_msg *msg)
{
	uint32_t after = 0;

	if (msg)
		after = message_seconds(msg, SIP_HDR_RETRY_AFTER, 0,
					LAPSE_PAUSE_MAX);
	return lapse_pause(++r->failures, after);
}

static void event_of(struct registration_event *ev, int err,
		     const struct sip_msg *msg)
{
	memset(ev, 0, sizeof(*ev));
	ev->msg = msg;
	ev->retry = CLOCK_NEVER;
	if (msg) {
		ev->code = msg->scode;
		ev->reason = msg->reason;
	}
	if (msg || !err)
		return;

	ev->code = err == ETIMEDOUT ? TIMEOUT : UNAVAILABLE;
	pl_set_str(&ev->reason, reply_reason((uint16_t)ev->code));
	ev->flow_suspect = err == ETIMEDOUT;
}

static void failed(struct registration *r, int err, const struct sip_msg *msg,
		   uint64_t now)
{
	struct registration_event ev;

	++r->fails;
	event_of(&ev, err, msg);
	ev.what = REGISTRATION_EV_FAILED;
	if (ev.code == UNAUTHORIZED || ev.code == PROXY_AUTHENTICATION) {
		r->state = REGISTRATION_STOPPED;
		r->due = CLOCK_NEVER;
	} else {
		r->state = REGISTRATION_WAITING;
		r->due = origin_up(r->o) ? now + pause_of(r, msg) : CLOCK_NEVER;
	}
	ev.retry = r->due;
	tell(r, &ev, now);
}

static void removed(struct registration *r, int err, const struct sip_msg *msg,
		    uint64_t now)
{
	struct registration_event ev;

	r->state = REGISTRATION_OFF;
	r->granted = 0;
	r->due = CLOCK_NEVER;
	origin_learn(r->o, NULL, NULL);
	event_of(&ev, err, msg);
	ev.what = REGISTRATION_EV_REMOVED;
	tell(r, &ev, now);
}

/* Our own among the bindings of the 200 */
struct binding {
	const struct origin *o;
	uint32_t expires; /* [s], 0: not said */
	struct pl gruu;
	bool found;
};

static bool binding_find(const struct sip_hdr *hdr, const struct sip_msg *msg,
			 void *arg)
{
	struct binding *b = arg;
	struct sip_taddr addr;
	struct pl val;
	(void)msg;

	if (grammar_addr(&addr, &hdr->val) ||
	    !origin_is_contact(b->o, &addr.uri))
		return false;

	b->found = true;
	if (!grammar_param(&val, &addr.params, "expires"))
		(void)grammar_number(&b->expires, &val, UINT32_MAX);
	if (origin_gruu_param(b->o))
		(void)grammar_param(&b->gruu, &addr.params,
				    origin_gruu_param(b->o));
	return true;
}

static void succeeded(struct registration *r, const struct sip_msg *msg,
		      uint64_t now)
{
	struct binding b = { .o = r->o };
	struct registration_event ev;
	bool first = r->state != REGISTRATION_ON;

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, binding_find, &b);
	if (!b.expires)
		b.expires = message_seconds(msg, SIP_HDR_EXPIRES, r->asked,
					    LAPSE_MOST);
	r->granted = lapse_believe(b.expires);
	r->state = REGISTRATION_ON;
	r->due = now + lapse_refresh(r->granted);
	r->failures = 0;
	++r->oks;
	origin_learn(r->o, msg, &b.gruu);

	event_of(&ev, 0, msg);
	ev.what = first ? REGISTRATION_EV_REGISTERED
			: REGISTRATION_EV_REFRESHED;
	ev.expires = r->granted;
	ev.flow_timer = message_seconds(msg, SIP_HDR_FLOW_TIMER, 0, LAPSE_MOST);
	tell(r, &ev, now);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

static int headers_make(struct mbuf **mbp, const struct registration *r,
			uint32_t expires)
{
	struct mbuf *mb = mbuf_alloc(ORIGIN_TEXT_MAX);
	int err;

	if (!mb)
		return ENOMEM;

	err = origin_add_binding(mb, r->o, expires);
	err = err ? err : header_add(mb, "Expires", "%u", expires);
	err = err ? err
		  : header_add(mb, "Supported", "path, outbound%s",
			       origin_gruu_param(r->o) ? ", gruu" : "");
	*mbp = mb;
	return err;
}

static int send_register(struct registration *r, uint32_t expires, uint64_t now)
{
	struct exchange_params prm;
	struct mbuf *mb = NULL;
	int err;

	if (r->x)
		r->cseq = exchange_cseq(r->x);
	r->x = exchange_abort(r->x);
	memset(&prm, 0, sizeof(prm));
	err = headers_make(&mb, r, expires);
	prm.kind = CREDENTIALS_REGISTER;
	prm.request.method = "REGISTER";
	prm.request.uri = origin_registrar(r->o);
	prm.request.from = r->from;
	prm.request.to = r->to;
	prm.request.callid = r->callid;
	prm.request.cseq = ++r->cseq;
	prm.request.headers = mb;
	origin_fill_routes(r->o, &prm.request, false);
	err = err ? err
		  : exchange_start(&r->x, r->o, &prm, on_response, r, now);
	mem_deref(mb);
	return err;
}

static void try_now(struct registration *r, uint64_t now)
{
	int err;

	r->due = CLOCK_NEVER;
	if (r->state != REGISTRATION_ON)
		r->state = REGISTRATION_TRYING;
	err = send_register(r, r->asked, now);
	if (err)
		failed(r, err, NULL, now);
}

/* 423: whether it is tried again with the time that the registrar wants */
static bool longer(struct registration *r, const struct sip_msg *msg,
		   uint64_t now)
{
	uint32_t least;

	if (msg->scode != TOO_BRIEF || r->brief >= BRIEF_MAX)
		return false;

	least = message_seconds(msg, SIP_HDR_MIN_EXPIRES, 0, UINT32_MAX);
	if (least <= r->asked || least > LAPSE_MOST)
		return false;

	++r->brief;
	r->asked = least;
	try_now(r, now);
	return true;
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct registration *r = arg;

	if (msg && msg->scode < 200)
		return;

	r->cseq = exchange_cseq(r->x);
	r->x = exchange_abort(r->x);
	if (r->state == REGISTRATION_LEAVING) {
		removed(r, err, msg, now);
		return;
	}

	if (err || msg->scode >= 300) {
		if (!err && longer(r, msg, now))
			return;
		r->brief = 0;
		failed(r, err, msg, now);
		return;
	}

	r->brief = 0;
	succeeded(r, msg, now);
}

void registration_start(struct registration *r, uint64_t now)
{
	if (r->state == REGISTRATION_TRYING)
		return;
	if (r->state == REGISTRATION_ON) { /* Asked again: refresh */
		if (!r->x && origin_up(r->o))
			try_now(r, now);
		return;
	}

	r->state = REGISTRATION_WAITING;
	r->failures = 0;
	if (origin_up(r->o))
		try_now(r, now);
}

void registration_stop(struct registration *r, uint64_t now)
{
	enum registration_state was = r->state;
	int err = 0;

	if (was == REGISTRATION_LEAVING)
		return;

	r->due = CLOCK_NEVER;
	if (was == REGISTRATION_TRYING || was == REGISTRATION_ON ||
	    (r->granted && origin_up(r->o))) {
		r->state = REGISTRATION_LEAVING;
		err = send_register(r, 0, now);
		if (!err)
			return;
	}
	removed(r, err, NULL, now);
}

void registration_flow(struct registration *r, bool up, uint64_t now)
{
	if (r->state == REGISTRATION_OFF)
		return;

	if (up) {
		r->failures = 0;
		if (r->state != REGISTRATION_LEAVING)
			try_now(r, now);
		return;
	}

	r->x = exchange_abort(r->x);
	r->due = CLOCK_NEVER;
	if (r->state == REGISTRATION_LEAVING)
		removed(r, ECONNRESET, NULL, now);
	else if (r->state == REGISTRATION_ON || r->state == REGISTRATION_TRYING)
		failed(r, ECONNRESET, NULL, now);
}

enum registration_state registration_state(const struct registration *r)
{
	return r->state;
}

uint64_t registration_due(const struct registration *r)
{
	return r->due;
}

void registration_tick(struct registration *r, uint64_t now)
{
	if (now >= r->due)
		try_now(r, now);
}

int registration_print(struct re_printf *pf, const struct registration *r)
{
	static const char *const namev[] = {
		"off", "waiting", "trying", "on", "stopped", "leaving",
	};

	return re_hprintf(pf, "%s expires=%u s oks=%u fails=%u",
			  namev[r->state], r->granted, r->oks, r->fails);
}
