/**
 * @file core/sip/registrar.c  Registrar
 *
 * The steps of RFC 3261 section 10.3, but that the password comes first: who
 * does not know it learns nothing about what is registered here.
 */
#include "core/base/log.h"
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/registrar.h"

enum {
	HEADERS = 512,		/* Usual size of header lines [bytes]  */
	FORBIDDEN = 403,	/* RFC 3261 section 21.4.4              */
	NOT_FOUND = 404,	/* RFC 3261 section 21.4.5              */
	BRIEF = 423,		/* RFC 3261 section 21.4.17             */
	REG_ID_MAX = INT32_MAX, /* RFC 5626 section 4.2          */
};

struct registrar {
	char *realm, *user;
	struct verifier_peer *verifier;
	registrar_h *h;
	void *arg;
	struct registrar_binding b; /* contact NULL: none                 */
	char *contact, *instance, *agent; /* Its texts                    */
	char *callid;		      /* Of the REGISTER that made it       */
	uint32_t cseq;		      /* Likewise                           */
	uint32_t registered, refused; /* Counters                         */
};

/* What a REGISTER asks for */
struct wish {
	unsigned contacts;
	bool star;
	bool bad;
	struct sip_taddr addr; /* The last Contact                        */
	struct pl instance;    /* Without <>; not set: none               */
	uint32_t reg_id;       /* 0 without instance                      */
	uint32_t expires;      /* [s]                                     */
};

static void forget(struct registrar *r)
{
	memset(&r->b, 0, sizeof(r->b));
	r->contact = mem_deref(r->contact);
	r->instance = mem_deref(r->instance);
	r->agent = mem_deref(r->agent);
	r->callid = mem_deref(r->callid);
}

static void registrar_destructor(void *arg)
{
	struct registrar *r = arg;

	forget(r);
	mem_deref(r->realm);
	mem_deref(r->user);
	mem_deref(r->verifier);
}

int registrar_alloc(struct registrar **rp, const char *realm, const char *user,
		    struct verifier *v, const struct sa *address)
{
	struct registrar *r = mem_zalloc(sizeof(*r), registrar_destructor);
	int err;

	if (!r)
		return ENOMEM;

	err = str_dup(&r->realm, realm);
	err = err ? err : str_dup(&r->user, user);
	err = err ? err : verifier_peer_alloc(&r->verifier, v, address);
	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

void registrar_set_handler(struct registrar *r, registrar_h *h, void *arg)
{
	r->h = h;
	r->arg = arg;
}

/* Last of all: the handler may free r. The texts live until it returns */
static void tell(struct registrar *r, enum registrar_what what, uint64_t now)
{
	char *contact = mem_ref(r->contact), *instance = mem_ref(r->instance),
	     *agent = mem_ref(r->agent);
	const struct registrar_binding b = r->b;

	if (what == REGISTRAR_EV_REMOVED || what == REGISTRAR_EV_EXPIRED)
		forget(r);
	if (r->h)
		r->h(what, &b, now, r->arg);
	mem_deref(contact);
	mem_deref(instance);
	mem_deref(agent);
}

static void refuse(struct registrar *r, struct server *s, uint16_t code,
		   const char *reason, uint64_t now)
{
	++r->refused;
	(void)server_reply_code(s, code, reason, now);
}

/* Section 10.3, steps 1 and 5: our domain, and the one user of it */
static bool is_ours(const struct registrar *r, const struct sip_msg *msg)
{
	return !pl_strcasecmp(&msg->uri.host, r->realm) && !msg->uri.user.l &&
	       !pl_strcmp(&msg->to.uri.user, r->user) &&
	       !pl_strcasecmp(&msg->to.uri.host, r->realm);
}

/* +sip.instance="<urn:...>" and reg-id, which means nothing without it */
static bool take_instance(struct wish *w)
{
	struct pl *in = &w->instance, id;

	if (grammar_param(in, &w->addr.params, "+sip.instance")) {
		*in = pl_null;
		return true;
	}
	if (in->l <= 2 || in->l > REGISTRAR_TEXT_MAX || in->p[0] != '<' ||
	    in->p[in->l - 1] != '>' || !header_safe(in))
		return false;

	++in->p;
	in->l -= 2;
	if (!grammar_param(&id, &w->addr.params, "reg-id") &&
	    (grammar_number(&w->reg_id, &id, REG_ID_MAX) || !w->reg_id))
		return false;
	return true;
}

static bool contact_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	struct wish *w = arg;
	struct uri *uri = &w->addr.uri;
	(void)msg;

	++w->contacts;
	if (grammar_is_star(&hdr->val)) {
		w->star = true;
		return false;
	}

	if (grammar_addr(&w->addr, &hdr->val) ||
	    w->addr.auri.l > REGISTRAR_TEXT_MAX || !uri->host.l ||
	    uri->headers.l || !header_safe(&w->addr.auri) ||
	    (pl_strcasecmp(&uri->scheme, "sip") &&
	     pl_strcasecmp(&uri->scheme, "sips")) ||
	    !take_instance(w))
		w->bad = true;
	return w->bad;
}

/* @return the reason phrase of a 400, NULL: nothing is wrong */
static const char *read_wish(struct wish *w, const struct sip_msg *msg)
{
	struct pl val;

	memset(w, 0, sizeof(*w));
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_handler, w);
	w->expires = message_seconds(msg, SIP_HDR_EXPIRES, REGISTRAR_EXPIRES,
				     REGISTRAR_MOST);
	if (w->bad)
		return "Bad Contact";
	if (w->contacts > 1)
		return "More Than One Contact";
	if (w->star)
		return w->expires ? "Contact * Without Expires: 0" : NULL;

	/* What is no number is not there: RFC 3261 section 20.10 */
	if (!grammar_param(&val, &w->addr.params, "expires") &&
	    grammar_number(&w->expires, &val, REGISTRAR_MOST) == EBADMSG)
		w->expires = REGISTRAR_EXPIRES;
	return NULL;
}

/* Step 7: a request that another of the same call has overtaken */
static bool is_late(const struct registrar *r, const struct sip_msg *msg)
{
	return r->callid && !pl_strcmp(&msg->callid, r->callid) &&
	       msg->cseq.num <= r->cseq;
}

static bool is_same(const struct registrar *r, const struct wish *w)
{
	return r->contact && !pl_strcmp(&w->addr.auri, r->contact);
}

static int dup_agent(char **agentp, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	struct pl pl = PL_INIT;

	if (hdr && header_safe(&hdr->val))
		pl = hdr->val;
	if (pl.l > REGISTRAR_TEXT_MAX)
		pl.l = REGISTRAR_TEXT_MAX;
	return re_sdprintf(agentp, "%r", &pl);
}

static int bind_contact(struct registrar *r, const struct wish *w,
			const struct sip_msg *msg, uint64_t now)
{
	const uint64_t since = is_same(r, w) ? r->b.since : now;
	char *contact = NULL, *instance = NULL, *agent = NULL, *callid = NULL;
	int err;

	err = pl_strdup(&contact, &w->addr.auri);
	err = err ? err : re_sdprintf(&instance, "%r", &w->instance);
	err = err ? err : dup_agent(&agent, msg);
	err = err ? err : pl_strdup(&callid, &msg->callid);
	if (err) {
		mem_deref(contact);
		mem_deref(instance);
		mem_deref(agent);
		return err;
	}

	forget(r);
	r->b.contact = r->contact = contact;
	r->b.instance = r->instance = instance;
	r->b.agent = r->agent = agent;
	r->b.reg_id = w->reg_id;
	r->b.since = since;
	r->b.until = now + (uint64_t)w->expires * CLOCK_S;
	r->callid = callid;
	r->cseq = msg->cseq.num;
	return 0;
}

/* Contact with what is left of its time, and what of RFC 5626 was done */
static int put_binding(const struct registrar *r, struct mbuf *headers,
		       const struct sip_msg *msg, uint64_t now)
{
	const struct registrar_binding *b = &r->b;
	const uint64_t left = b->until > now ? b->until - now : 0;
	char reg_id[32] = "";

	if (b->reg_id)
		(void)re_snprintf(reg_id, sizeof(reg_id), ";reg-id=%u",
				  b->reg_id);
	if (b->reg_id && message_lists(msg, SIP_HDR_SUPPORTED, "outbound") &&
	    header_add(headers, "Require", "outbound"))
		return ENOMEM;

	return header_add(headers, "Contact", "<%s>%s%s%s%s;expires=%u",
			  b->contact,
			  b->instance[0] ? ";+sip.instance=\"<" : "",
			  b->instance, b->instance[0] ? ">\"" : "", reg_id,
			  (unsigned)(left / CLOCK_S));
}

static void reply_ok(const struct registrar *r, struct server *s,
		     const struct sip_msg *msg, uint64_t now)
{
	struct mbuf *headers = mbuf_alloc(HEADERS);
	struct reply ok = { .scode = REPLY_OK, .headers = headers };
	int err = headers ? 0 : ENOMEM;

	if (!err && r->contact)
		err = put_binding(r, headers, msg, now);
	err = err ? err : header_add(headers, "Supported", "outbound");
	if (err)
		ok.scode = REPLY_INTERNAL;
	(void)server_reply(s, &ok, now);
	mem_deref(headers);
}

static void reply_brief(struct registrar *r, struct server *s, uint64_t now)
{
	struct mbuf *headers = mbuf_alloc(HEADERS);
	struct reply brief = { .scode = BRIEF, .headers = headers };

	++r->refused;
	if (headers)
		(void)header_add(headers, "Min-Expires", "%u",
				 (unsigned)REGISTRAR_LEAST);
	(void)server_reply(s, &brief, now);
	mem_deref(headers);
}

static void remove_contact(struct registrar *r, struct server *s,
			   const struct wish *w, const struct sip_msg *msg,
			   uint64_t now)
{
	struct registrar empty = { .contact = NULL };

	if (!w->star && !is_same(r, w)) {
		reply_ok(r, s, msg, now);
		return;
	}

	reply_ok(&empty, s, msg, now);
	if (r->contact)
		tell(r, REGISTRAR_EV_REMOVED, now);
}

static void add_contact(struct registrar *r, struct server *s,
			const struct wish *w, const struct sip_msg *msg,
			uint64_t now)
{
	const enum registrar_what what = is_same(r, w)
						 ? REGISTRAR_EV_REFRESHED
						 : REGISTRAR_EV_REGISTERED;

	if (bind_contact(r, w, msg, now)) {
		refuse(r, s, REPLY_INTERNAL, NULL, now);
		return;
	}

	++r->registered;
	reply_ok(r, s, msg, now);
	tell(r, what, now);
}

static void register_received(struct registrar *r, struct server *s,
			      const struct sip_msg *msg, uint64_t now)
{
	const char *reason;
	struct wish w;

	if (!is_ours(r, msg)) {
		refuse(r, s, NOT_FOUND, NULL, now);
		return;
	}

	reason = read_wish(&w, msg);
	if (reason)
		refuse(r, s, REPLY_BAD_REQUEST, reason, now);
	else if (!w.contacts)
		reply_ok(r, s, msg, now);
	else if (is_late(r, msg))
		refuse(r, s, REPLY_INTERNAL, "Late REGISTER", now);
	else if (!w.expires)
		remove_contact(r, s, &w, msg, now);
	else if (w.expires < REGISTRAR_LEAST)
		reply_brief(r, s, now);
	else
		add_contact(r, s, &w, msg, now);
}

bool registrar_recv(struct registrar *r, struct server *s,
		    const struct sip_msg *msg, uint64_t now)
{
	const bool registers = message_is(msg, "REGISTER");
	enum verifier_verdict verdict;

	if (!registers && verifier_admitted(r->verifier))
		return false;

	if (!registers && !message_is(msg, "INVITE") &&
	    !message_is(msg, "MESSAGE")) {
		refuse(r, s, FORBIDDEN, NULL, now);
		return true;
	}

	verdict = verifier_check(r->verifier, msg, now);
	if (verdict != VERIFIER_ADMITTED)
		(void)verifier_reply(r->verifier, s, verdict, now);
	else if (registers)
		register_received(r, s, msg, now);

	return registers || verdict != VERIFIER_ADMITTED;
}

bool registrar_admitted(const struct registrar *r)
{
	return verifier_admitted(r->verifier);
}

const struct registrar_binding *registrar_binding(const struct registrar *r)
{
	return r->contact ? &r->b : NULL;
}

uint64_t registrar_due(const struct registrar *r)
{
	return r->contact ? r->b.until + REGISTRAR_GRACE : CLOCK_NEVER;
}

void registrar_tick(struct registrar *r, uint64_t now)
{
	if (r->contact && now >= registrar_due(r))
		tell(r, REGISTRAR_EV_EXPIRED, now);
}

int registrar_print(struct re_printf *pf, const struct registrar *r)
{
	struct pl agent;

	if (!r->contact)
		return re_hprintf(pf, "%s registered=%u refused=%u",
				  registrar_admitted(r) ? "admitted"
							: "unknown",
				  r->registered, r->refused);

	pl_set_str(&agent, r->agent);
	return re_hprintf(pf, "%s agent=\"%H\" registered=%u refused=%u",
			  r->contact, log_text, &agent, r->registered,
			  r->refused);
}
