/**
 * @file core/call/phone.c  Phone
 */
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/call/account.h"
#include "core/call/call.h"
#include "core/call/phone.h"
#include "core/call/servers.h"
#include "core/net/linkwatch.h"

enum {
	LIST_MAX = UA_INVITES_MAX, /* Calls, those included that wait for the
				      peer to confirm their end */
	CNAME_LEN = 16, /* Random characters: 96 bit (RFC 7022 section 4.2) */
};

struct phone {
	struct phone_params prm;
	struct account *account;
	struct voice *voice;
	struct identity *identity;
	struct servers *servers;
	struct linkwatch *link;
	struct call *callv[LIST_MAX]; /* Oldest first */
	unsigned callc;
	unsigned last_id;
	char cname[CNAME_LEN + 1];
	struct loop_timer stop_timer;
	phone_stopped_h *stoppedh;
	void *stopped_arg;
	bool stopping, stopped;
};

static void phone_destructor(void *arg)
{
	struct phone *p = arg;

	loop_timer_cancel(&p->stop_timer);
	while (p->callc)
		mem_deref(p->callv[--p->callc]);
	mem_deref(p->link);
	mem_deref(p->account);
	mem_deref(p->servers);
	mem_deref(p->voice);
	mem_deref(p->identity);
}

/* The time is over, or all is done: from the loop, as it may free the phone */
static void stop_timer_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;
	phone_stopped_h *h = p->stoppedh;
	(void)now;

	if (!p->stopped) {
		log_info("phone: the server does not answer; ending all the "
			 "same\n");
		event_emit(p->prm.events, EVENT_FAILED_TO_STOP, NULL, 0, NULL);
	}

	p->stopped = true;
	p->stoppedh = NULL;
	if (h)
		h(p->stopped_arg);
}

static void account_stopped_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;

	if (p->stopped)
		return;

	p->stopped = true;
	loop_timer_arm(&p->stop_timer, now);
}

/* ---- Calls ---- */

static void over_handler(struct call *c, uint64_t now, void *arg)
{
	struct phone *p = arg;
	unsigned i = 0;
	(void)now;

	while (i < p->callc && p->callv[i] != c)
		i++;
	if (i == p->callc)
		return; /* Over before it was one of ours */

	--p->callc;
	memmove(&p->callv[i], &p->callv[i + 1],
		(p->callc - i) * sizeof(p->callv[0]));
	mem_deref(c);
}

static void wake_handler(void *arg)
{
	struct phone *p = arg;

	account_wake(p->account);
}

static struct session_params session_params(const struct phone *p, bool offerer,
					    const struct phone_dial *dial)
{
	const struct config *cfg = p->prm.cfg;
	struct session_params prm = {
		.cfg = cfg,
		.net = p->prm.net,
		.identity = p->identity,
		.voice = p->voice,
		.cname = p->cname,
		.offerer = offerer,
		.send = dial ? dial->send
			     : !config_is(cfg, "call", "direction", "recvonly"),
		.recv = dial ? dial->recv
			     : !config_is(cfg, "call", "direction", "sendonly"),
	};

	prm.serverv = servers_get(p->servers, &prm.serverc);
	return prm;
}

static struct call_params call_params(struct phone *p,
				      const struct session_params *session)
{
	const struct call_params prm = {
		.id = ++p->last_id,
		.ua = account_ua(p->account),
		.events = p->prm.events,
		.session = session,
		.overh = over_handler,
		.wakeh = wake_handler,
		.arg = p,
	};

	return prm;
}

static bool ending(const struct call *c)
{
	return call_state(c) == CALL_ENDING;
}

/* A peer that does not confirm the end of a call is not in the way */
static bool full(const struct phone *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->callc; i++)
		n += !ending(p->callv[i]);

	return p->stopping || p->callc == LIST_MAX ||
	       n >= config_number(p->prm.cfg, "call", "max");
}

static bool same_address(const struct pl *a, const char *b)
{
	struct uri u, v;
	struct pl pl;

	pl_set_str(&pl, b);
	return !uri_decode(&u, a) && !uri_decode(&v, &pl) &&
	       !pl_cmp(&u.user, &v.user) && !pl_casecmp(&u.host, &v.host);
}

/* Only the user's own word opens the microphone (SECURITY row 8) */
static bool auto_answers(const struct phone *p, const struct invite *inv)
{
	struct pl item;

	for (unsigned i = 0;
	     config_item(p->prm.cfg, "call", "auto_answer", i, &item); i++) {
		if (!pl_strcmp(&item, "yes") ||
		    same_address(&item, invite_peer_uri(inv)))
			return true;
	}

	return false;
}

static void incoming_handler(struct invite *inv, const struct sip_msg *msg,
			     uint64_t now, void *arg)
{
	struct phone *p = arg;
	struct session_params sp;
	struct call_params cp;
	struct call *c;

	if (full(p)) {
		(void)invite_reject(inv, 486, NULL, now);
		return;
	}

	sp = session_params(p, !mbuf_get_left(msg->mb), NULL);
	cp = call_params(p, &sp);
	if (call_ring(&c, &cp, inv, msg, now))
		return;

	p->callv[p->callc++] = c;
	if (auto_answers(p, inv))
		(void)call_answer(c, now);
}

/* Nothing of a call is freed here: what is sent is answered later */
static void renewed_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;

	for (unsigned i = 0; i < p->callc; i++)
		call_renew(p->callv[i], now);
}

int phone_call(struct phone *p, const char *to, const struct phone_dial *dial,
	       unsigned *idp, uint64_t now)
{
	struct session_params sp;
	struct call_params cp;
	struct call *c;
	int err;

	if (!account_connected(p->account))
		return ENOTCONN;
	if (full(p))
		return EBUSY;

	sp = session_params(p, true, dial);
	cp = call_params(p, &sp);
	err = call_dial(&c, &cp, to, now);
	account_wake(p->account);
	if (err)
		return err;

	p->callv[p->callc++] = c;
	if (idp)
		*idp = call_id(c);
	return 0;
}

static bool rings(const struct call *c)
{
	return call_state(c) == CALL_INCOMING;
}

/* The call that is meant: by number, or the newest (ringing) one */
static struct call *find(const struct phone *p, unsigned id, bool ringing)
{
	for (unsigned i = p->callc; i--;) {
		const struct call *c = p->callv[i];

		if (id ? call_id(c) == id : ringing ? rings(c) : !ending(c))
			return p->callv[i];
	}

	return NULL;
}

int phone_answer(struct phone *p, unsigned id, uint64_t now)
{
	struct call *c = find(p, id, true);
	int err = c ? call_answer(c, now) : ENOENT;

	account_wake(p->account);
	return err;
}

int phone_reject(struct phone *p, unsigned id, unsigned code, uint64_t now)
{
	struct call *c = find(p, id, true);
	int err = c ? call_reject(c, code, now) : ENOENT;

	account_wake(p->account);
	return err;
}

int phone_hangup(struct phone *p, unsigned id, uint64_t now)
{
	struct call *c = find(p, id, false);

	if (!c)
		return ENOENT;

	call_hangup(c, now);
	account_wake(p->account);
	return 0;
}

int phone_dtmf(struct phone *p, unsigned id, const char *digits, uint64_t now)
{
	struct call *c = find(p, id, false);
	int err = c ? call_dtmf(c, digits, now) : ENOENT;

	account_wake(p->account);
	return err;
}

int phone_mute(struct phone *p, unsigned id, bool on, uint64_t now)
{
	struct call *c = find(p, id, false);
	(void)now;

	if (!c)
		return ENOENT;

	call_set_mute(c, on);
	return 0;
}

/* ---- The phone as a whole ---- */

int phone_alloc(struct phone **pp, const struct phone_params *prm)
{
	struct account_params ap = {
		.cfg = prm->cfg,
		.trunk = prm->trunk,
		.events = prm->events,
		.callh = incoming_handler,
		.renewedh = renewed_handler,
	};
	struct phone *p;
	int err;

	p = mem_zalloc(sizeof(*p), phone_destructor);
	if (!p)
		return ENOMEM;

	p->prm = *prm;
	entropy_text(p->cname, sizeof(p->cname));
	loop_timer_init(&p->stop_timer, "phone stop", stop_timer_handler, p);

	err = voice_alloc(&p->voice, prm->sound,
			  config_text(prm->cfg, "audio", "device"),
			  prm->events);
	if (!err)
		err = identity_alloc(&p->identity);
	ap.arg = p;
	if (!err)
		err = account_alloc(&p->account, &ap);
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

/* The connection first: what calls send then does not go into a dead one */
static void link_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;

	log_info("phone: the network has changed\n");
	account_moved(p->account, now);
	for (unsigned i = p->callc; i--;)
		call_move(p->callv[i], now);
	account_wake(p->account);
}

int phone_start(struct phone *p, uint64_t now)
{
	int err;

	err = servers_alloc(&p->servers, p->prm.cfg, now);
	if (err)
		return err;

	/* Without it, what is dead is found out later */
	err = linkwatch_alloc(&p->link, p->prm.net, link_handler, p);
	if (err && err != ENOTSUP)
		log_info("phone: changes of the network are not seen: %m\n",
			 err);

	return account_start(p->account, now);
}

void phone_stop(struct phone *p, phone_stopped_h *h, void *arg, uint64_t now)
{
	p->stopping = true;
	p->stoppedh = h;
	p->stopped_arg = arg;
	loop_timer_arm(&p->stop_timer, now + PHONE_STOP_MAX);

	for (unsigned i = p->callc; i--;) {
		if (i < p->callc)
			call_hangup(p->callv[i], now);
	}

	account_stop(p->account, account_stopped_handler, p, now);
	account_wake(p->account);
}

int phone_register(struct phone *p, uint64_t now)
{
	return account_register(p->account, now);
}

int phone_unregister(struct phone *p, uint64_t now)
{
	account_unregister(p->account, now);
	return 0;
}

unsigned phone_calls(const struct phone *p)
{
	return p->callc;
}

bool phone_registered(const struct phone *p)
{
	return account_registered(p->account);
}

int phone_print(struct re_printf *pf, const struct phone *p)
{
	return re_hprintf(pf, "%H%H\nice servers: %H\ncalls: %u\n",
			  account_print, p->account, voice_print, p->voice,
			  servers_print, p->servers, p->callc);
}

int phone_calls_print(struct re_printf *pf, const struct phone *p)
{
	int err = p->callc ? 0 : re_hprintf(pf, "no calls\n");

	for (unsigned i = 0; i < p->callc; i++)
		err |= call_print(pf, p->callv[i]);

	return err;
}

int phone_stats_print(struct re_printf *pf, const struct phone *p)
{
	int err = p->callc ? 0 : re_hprintf(pf, "no calls\n");

	for (unsigned i = 0; i < p->callc; i++)
		err |= call_stats_print(pf, p->callv[i]);

	return err;
}

json_t *phone_status_json(const struct phone *p)
{
	json_t *account = account_json(p->account);

	return json_pack("{s:b, s:[o], s:i, s:s}", "registered",
			 (int)phone_registered(p), "accounts", account, "calls",
			 (int)p->callc, "version", BOARDPHONE_VERSION);
}

/* A list of what `make` says of each call */
static json_t *each(const struct phone *p,
		    json_t *(*make)(const struct call *c))
{
	json_t *list = json_array();

	for (unsigned i = 0; i < p->callc; i++)
		(void)json_array_append_new(list, make(p->callv[i]));

	return list;
}

json_t *phone_calls_json(const struct phone *p)
{
	return each(p, call_json);
}

json_t *phone_stats_json(const struct phone *p)
{
	return each(p, call_stats_json);
}
