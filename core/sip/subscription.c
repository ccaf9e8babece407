/**
 * @file core/sip/subscription.c  Subscription
 *
 * Each attempt has a Call-ID and a tag of its own, so that what still comes
 * of an old one finds nobody. Every handler is called last.
 */
#include <assert.h>
#include "core/sip/dialog.h"
#include "core/sip/exchange.h"
#include "core/sip/header.h"
#include "core/sip/lapse.h"
#include "core/sip/message.h"
#include "core/sip/reply.h"
#include "core/sip/server.h"
#include "core/sip/subscription.h"
#include "core/sip/token.h"
#include "core/sip/transactions.h"

enum {
	HEADERS = 512,	 /* Usual size of header lines [bytes] */
	TIMEOUT = 408,	 /* RFC 3261 section 21.4.9            */
	TOO_BRIEF = 423, /* RFC 3261 section 21.4.17           */
	BRIEF_MAX = 2,	 /* 423 heeded in a row, ours          */
	/* Timer N, for the first and the last NOTIFY (RFC 6665 4.1.2.4) */
	NOTIFY_WAIT = TRANSACTIONS_TIMEOUT,
};

struct subscription {
	struct origin *o;
	enum package package;
	subscription_h *h;
	void *arg;
	char *uri;
	char *from; /* Value with tag, of this attempt             */
	char *to;
	char callid[TOKEN_SIZE], tag[TOKEN_SIZE];
	struct exchange *x;
	struct dialog *dialog; /* From the first NOTIFY on         */
	enum subscription_state state;
	bool up;
	bool left;		       /* LEAVING, and the far end was told  */
	uint32_t cseq;		       /* Of the last request                */
	uint32_t asked;		       /* [s]                                */
	uint64_t due;		       /* Refresh or next try [us]           */
	uint64_t wait;		       /* Till when a NOTIFY must come [us]  */
	uint64_t since;		       /* When it came on [us]               */
	unsigned brief;		       /* 423 in a row                       */
	unsigned failures;	       /* In a row, for the pause            */
	uint32_t oks, fails, notifies; /* Counters                 */
};

static void subscription_destructor(void *arg)
{
	struct subscription *s = arg;

	exchange_abort(s->x);
	mem_deref(s->dialog);
	mem_deref(s->uri);
	mem_deref(s->from);
	mem_deref(s->to);
}

int subscription_alloc(struct subscription **sp, struct origin *o,
		       enum package package, const char *to, subscription_h *h,
		       void *arg)
{
	struct subscription *s;
	int err;

	assert(sp && o && package < PACKAGES && h);

	s = mem_zalloc(sizeof(*s), subscription_destructor);
	if (!s)
		return ENOMEM;

	s->o = o;
	s->package = package;
	s->h = h;
	s->arg = arg;
	s->due = s->wait = CLOCK_NEVER;
	s->asked = SUBSCRIPTION_EXPIRES;
	err = origin_complete(&s->uri, o, to);
	err = err ? err : re_sdprintf(&s->to, "<%s>", s->uri);

	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

/* ---- Its ends ---- */

static void tell(struct subscription *s, struct subscription_event *ev,
		 enum subscription_what what, uint64_t now)
{
	ev->what = what;
	ev->retry = s->due;
	s->h(s, ev, now, s->arg);
}

static struct subscription_event event_of(int err, const struct sip_msg *msg)
{
	struct subscription_event ev = { .code = 0 };

	if (msg) {
		ev.code = msg->scode;
		ev.reason = msg->reason;
	} else if (err) {
		ev.code = err == ETIMEDOUT ? TIMEOUT : REPLY_UNAVAILABLE;
		pl_set_str(&ev.reason, reply_reason((uint16_t)ev.code));
	}
	return ev;
}

static void end_request(struct subscription *s)
{
	if (s->x)
		s->cseq = exchange_cseq(s->x);
	s->x = exchange_abort(s->x);
}

/* Nothing more comes of this attempt */
static void forget(struct subscription *s)
{
	end_request(s);
	s->dialog = mem_deref(s->dialog);
	s->due = s->wait = CLOCK_NEVER;
}

static void end(struct subscription *s, struct subscription_event ev,
		uint64_t now)
{
	forget(s);
	s->state = SUBSCRIPTION_ENDED;
	tell(s, &ev, SUBSCRIPTION_EV_ENDED, now);
}

static void lost(struct subscription *s, struct subscription_event ev,
		 enum notification_next next, uint32_t after, uint64_t now)
{
	bool steady = s->since &&
		      now - s->since >= SUBSCRIPTION_STEADY * (uint64_t)CLOCK_S;

	forget(s);
	s->since = 0;
	++s->fails;
	if (steady)
		s->failures = 0;
	if (s->state == SUBSCRIPTION_LEAVING || next == NOTIFICATION_NEVER) {
		end(s, ev, now);
		return;
	}

	s->state = SUBSCRIPTION_WAITING;
	++s->failures;
	if (!s->up)
		s->due = CLOCK_NEVER;
	else if (next == NOTIFICATION_NOW && s->failures == 1)
		s->due = now;
	else
		s->due = now + lapse_pause(s->failures, after);
	tell(s, &ev, SUBSCRIPTION_EV_FAILED, now);
}

/* ---- SUBSCRIBE ---- */

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

static int headers_make(struct mbuf **mbp, const struct subscription *s,
			uint32_t expires)
{
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	if (!mb)
		return ENOMEM;

	err = package_add(mb, s->package);
	err = err ? err : header_add(mb, "Expires", "%u", expires);
	err = err ? err : origin_add_contact(mb, s->o, NULL);
	err = err ? err : origin_add_allow(mb, s->o);
	*mbp = mb;
	return err;
}

/* Outside a dialog, for the first one */
static int fill(struct subscription *s, struct request *r)
{
	int err;

	s->from = mem_deref(s->from);
	err = token_make(s->callid);
	err = err ? err : token_make(s->tag);
	err = err ? err : token_cseq(&r->cseq);
	err = err ? err
		  : re_sdprintf(&s->from, "%s;tag=%s", origin_from(s->o),
				s->tag);
	r->uri = s->uri;
	r->from = s->from;
	r->to = s->to;
	r->callid = s->callid;
	origin_fill_routes(s->o, r, true);
	return err;
}

static int subscribe(struct subscription *s, uint32_t expires, uint64_t now)
{
	struct exchange_params prm = {
		.request.method = "SUBSCRIBE",
		.dialog = s->dialog,
		.kind = s->dialog ? CREDENTIALS_DIALOG : CREDENTIALS_INITIAL,
	};
	struct mbuf *mb = NULL;
	int err;

	end_request(s);
	s->due = CLOCK_NEVER;
	err = headers_make(&mb, s, expires);
	prm.request.headers = mb;
	if (!err && !s->dialog)
		err = fill(s, &prm.request);
	err = err ? err
		  : exchange_start(&s->x, s->o, &prm, on_response, s, now);
	mem_deref(mb);
	return err;
}

/* Begin, or refresh what there is */
static void try_now(struct subscription *s, uint64_t now)
{
	int err;

	if (!s->dialog || s->state == SUBSCRIPTION_WAITING)
		s->state = SUBSCRIPTION_TRYING;
	err = subscribe(s, s->asked, now);
	if (err)
		lost(s, event_of(err, NULL), NOTIFICATION_LATER, 0, now);
}

static void unsubscribe(struct subscription *s, uint64_t now)
{
	int err;

	s->left = true;
	s->wait = now + NOTIFY_WAIT;
	err = subscribe(s, 0, now);
	if (err)
		end(s, event_of(err, NULL), now);
}

/* 423: whether it is tried again with the time that the far end wants */
static bool longer(struct subscription *s, const struct sip_msg *msg,
		   uint64_t now)
{
	uint32_t least;

	if (msg->scode != TOO_BRIEF || s->brief >= BRIEF_MAX)
		return false;

	least = message_seconds(msg, SIP_HDR_MIN_EXPIRES, 0, UINT32_MAX);
	if (least <= s->asked || least > LAPSE_MOST)
		return false;

	++s->brief;
	s->asked = least;
	try_now(s, now);
	return true;
}

static void refused(struct subscription *s, int err, const struct sip_msg *msg,
		    uint64_t now)
{
	enum notification_next next = NOTIFICATION_LATER;
	uint32_t after = 0;

	s->brief = 0;
	if (msg)
		after = message_seconds(msg, SIP_HDR_RETRY_AFTER, 0,
					LAPSE_MOST);

	/* That a dialog does not go on says nothing of a new one: 481, or a
	   challenge that is not answered there (SECURITY row 5) */
	if (msg && !s->dialog)
		next = notification_after(msg->scode);
	else if (msg && msg->scode < REPLY_INTERNAL)
		next = NOTIFICATION_NOW;
	lost(s, event_of(err, msg), next, after, now);
}

static void accepted(struct subscription *s, const struct sip_msg *msg,
		     uint64_t now)
{
	uint32_t granted = lapse_believe(
		message_seconds(msg, SIP_HDR_EXPIRES, s->asked, LAPSE_MOST));

	++s->oks;
	s->brief = 0;
	s->due = now + lapse_refresh(granted);

	/* A refresh gets a NOTIFY too; without the first there is no dialog */
	if (!s->dialog || s->state == SUBSCRIPTION_TRYING)
		s->wait = now + NOTIFY_WAIT;
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct subscription *s = arg;
	bool ok = !err && msg->scode < REPLY_REDIRECT;

	if (!err && msg->scode < REPLY_OK)
		return;

	end_request(s);
	if (s->state == SUBSCRIPTION_LEAVING && !ok)
		end(s, event_of(err, msg), now);
	else if (s->state == SUBSCRIPTION_LEAVING)
		s->wait = now + NOTIFY_WAIT;
	else if (ok)
		accepted(s, msg, now);
	else if (err || !longer(s, msg, now))
		refused(s, err, msg, now);
}

/* ---- NOTIFY ---- */

bool subscription_matches(const struct subscription *s,
			  const struct sip_msg *msg,
			  const struct notification *n)
{
	if (pl_strcmp(&n->package, package_name(s->package)))
		return false;
	if (s->dialog)
		return dialog_matches(s->dialog, msg);

	/* The first one found a way: RFC 3856 section 6.9 wants no other */
	return (s->state == SUBSCRIPTION_TRYING ||
		s->state == SUBSCRIPTION_LEAVING) &&
	       !pl_strcmp(&msg->callid, s->callid) &&
	       !pl_strcmp(&msg->to.tag, s->tag);
}

/* The dialog begins or goes on. @return what to answer */
static unsigned admit(struct subscription *s, const struct sip_msg *msg)
{
	if (!s->dialog)
		return dialog_alloc_notified(&s->dialog, msg,
					     s->x ? exchange_cseq(s->x)
						  : s->cseq)
			       ? REPLY_BAD_REQUEST
			       : REPLY_OK;

	if (dialog_take_cseq(s->dialog, msg))
		return REPLY_INTERNAL;

	(void)dialog_refresh(s->dialog, msg);
	return REPLY_OK;
}

/* It goes on. @return whether it has come on by this */
static bool alive(struct subscription *s, const struct notification *n,
		  uint64_t now)
{
	bool on = s->state == SUBSCRIPTION_TRYING;

	if (on)
		s->since = now;
	s->state = n->state == NOTIFICATION_PENDING ? SUBSCRIPTION_PENDING
						    : SUBSCRIPTION_ON;
	s->wait = CLOCK_NEVER;

	/* It may be shortened: RFC 6665 section 4.1.2.1 */
	if (n->expires && !s->x)
		s->due = clock_min(
			s->due, now + lapse_refresh(lapse_believe(n->expires)));
	return on;
}

void subscription_recv(struct subscription *s, struct server *server,
		       const struct sip_msg *msg, const struct notification *n,
		       uint64_t now)
{
	const bool over = n->state == NOTIFICATION_TERMINATED;
	struct subscription_event ev = { .code = REPLY_OK };
	unsigned code = admit(s, msg);

	(void)server_reply_code(server, (uint16_t)code, NULL, now);
	if (code != REPLY_OK)
		return;

	++s->notifies;
	mem_ref(s);
	if (!over && s->state != SUBSCRIPTION_LEAVING && alive(s, n, now))
		tell(s, &ev, SUBSCRIPTION_EV_ON, now);
	if (mem_nrefs(s) > 1) {
		ev.msg = msg;
		tell(s, &ev, SUBSCRIPTION_EV_NOTIFY, now);
	}
	if (mem_nrefs(s) > 1) {
		ev.msg = NULL;
		ev.reason = n->reason;
		if (over && s->state != SUBSCRIPTION_ENDED)
			lost(s, ev, n->next, n->retry_after, now);
		else if (s->state == SUBSCRIPTION_LEAVING && !s->left)
			unsubscribe(s, now); /* It has a dialog to end now */
	}
	mem_deref(s);
}

/* ---- What the owner wants ---- */

void subscription_stop(struct subscription *s, uint64_t now)
{
	enum subscription_state was = s->state;

	if (was == SUBSCRIPTION_LEAVING || was == SUBSCRIPTION_ENDED)
		return;

	s->state = SUBSCRIPTION_LEAVING;
	s->due = CLOCK_NEVER;
	s->wait = now + NOTIFY_WAIT;
	if (was == SUBSCRIPTION_WAITING)
		end(s, event_of(0, NULL), now);
	else if (s->dialog)
		unsubscribe(s, now);
}

void subscription_way(struct subscription *s, bool up, uint64_t now)
{
	struct subscription_event ev = event_of(ECONNRESET, NULL);
	enum subscription_state was = s->state;

	if (s->up == up || was == SUBSCRIPTION_ENDED)
		return;

	s->up = up;
	s->failures = 0;
	if (up) {
		if (was == SUBSCRIPTION_WAITING)
			try_now(s, now);
		return;
	}

	/* The dialog lives at the far end, and goes on with the next way */
	end_request(s);
	s->due = s->wait = CLOCK_NEVER;
	s->state = SUBSCRIPTION_WAITING;
	if (was == SUBSCRIPTION_LEAVING)
		end(s, ev, now);
	else if (was != SUBSCRIPTION_WAITING)
		tell(s, &ev, SUBSCRIPTION_EV_FAILED, now);
}

uint64_t subscription_due(const struct subscription *s)
{
	return clock_min(s->due, s->wait);
}

void subscription_tick(struct subscription *s, uint64_t now)
{
	if (now >= s->wait && s->state == SUBSCRIPTION_LEAVING)
		end(s, event_of(ETIMEDOUT, NULL), now);
	else if (now >= s->wait)
		lost(s, event_of(ETIMEDOUT, NULL), NOTIFICATION_LATER, 0, now);
	else if (now >= s->due)
		try_now(s, now);
}

enum subscription_state subscription_state(const struct subscription *s)
{
	return s->state;
}

const char *subscription_uri(const struct subscription *s)
{
	return s->uri;
}

const char *subscription_state_name(enum subscription_state state)
{
	static const char *const namev[] = {
		"waiting", "trying", "pending", "on", "leaving", "ended",
	};

	assert(state < ARRAY_SIZE(namev));
	return namev[state];
}

int subscription_print(struct re_printf *pf, const struct subscription *s)
{
	return re_hprintf(pf, "%s %s %s oks=%u fails=%u notifies=%u",
			  package_name(s->package), s->uri,
			  subscription_state_name(s->state), s->oks, s->fails,
			  s->notifies);
}
