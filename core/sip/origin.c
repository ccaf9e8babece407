/**
 * @file core/sip/origin.c  Origin
 *
 * Texts made once, from a configuration that is checked once, and what the
 * registrar adds to them.
 */
#include <assert.h>
#include <mbedtls/platform_util.h>
#include "core/sip/credentials.h"
#include "core/sip/exchange.h"
#include "core/sip/escape.h"
#include "core/sip/grammar.h"
#include "core/sip/graves.h"
#include "core/sip/header.h"
#include "core/sip/screen.h"
#include "core/sip/token.h"
#include "core/sip/transactions.h"

/* As sipML5 says it: of the binding in REGISTER, else of the address */
#define CLICK2CALL ";click2call=yes"

enum {
	METHODS_EXTRA = 5, /* enum origin_method, NOTIFY, REFER */
};

/* Of every account, and what some have besides */
static const struct screen_method methodv[] = {
	{ "INVITE", "application/sdp", "application/sdp" },
	{ "ACK", NULL, NULL },
	{ "CANCEL", NULL, NULL },
	{ "BYE", NULL, NULL },
	{ "OPTIONS", NULL, NULL },
	{ "INFO", NULL, NULL },
	{ "UPDATE", "application/sdp", "application/sdp" },
	{ "PRACK", "application/sdp", "application/sdp" },
};

struct origin {
	struct transactions *trans;
	struct credentials *cred;
	struct list exchangel; /* struct exchange                        */
	char *aor;
	char *from;
	char *domain; /* Host and port of the address of record        */
	char *registrar;
	char *proxy;	/* Route value, or NULL                          */
	char *contact;	/* Our address without brackets                  */
	char *instance; /* NULL: no outbound                             */
	char *gruu;	/* NULL: none                                    */
	char *caps;	/* Of the Contact, NULL: none                    */
	char *types;	/* Of a MESSAGE; NULL: any                       */
	char user[TOKEN_SIZE];
	char *routev[ORIGIN_ROUTES_MAX]; /* Service-Route                */
	size_t routec;
	struct graves graves;
	unsigned reg_id;
	bool up;
	uint32_t session_timer; /* [s] */
	bool reliable, replaceable, click2call;
	enum origin_gruu gruus; /* Which one is taken */
	struct screen_method allowv[ARRAY_SIZE(methodv) + METHODS_EXTRA];
	struct screen_policy policy;
	char supported[96]; /* Of the policy */
};

static void forget(struct origin *o)
{
	while (o->routec)
		mem_deref(o->routev[--o->routec]);
	o->gruu = mem_deref(o->gruu);
}

static void origin_destructor(void *arg)
{
	struct origin *o = arg;
	struct le *le;

	while ((le = list_head(&o->exchangel)))
		exchange_drop(le->data);
	forget(o);
	graves_clear(&o->graves);
	mem_deref(o->aor);
	mem_deref(o->from);
	mem_deref(o->domain);
	mem_deref(o->registrar);
	mem_deref(o->proxy);
	mem_deref(o->contact);
	mem_deref(o->instance);
	mem_deref(o->caps);
	mem_deref(o->types);
	mem_deref(o->cred);
	mem_deref(o->trans);
}

static bool is_uri(const char *str)
{
	return !strncasecmp(str, "sip:", strlen("sip:")) ||
	       !strncasecmp(str, "sips:", strlen("sips:"));
}

/* Whether a text is a whole URI with a user */
static bool uri_good(const char *str, struct uri *uri)
{
	struct pl pl;

	pl_set_str(&pl, str);
	return header_safe(&pl) && !grammar_uri(uri, &pl) &&
	       pl_isset(&uri->host);
}

static int aor_set(struct origin *o, const struct origin_params *prm)
{
	struct uri uri;
	bool v6;
	int err;

	if (!prm->user || !prm->realm)
		return EINVAL;

	if (is_uri(prm->user))
		err = str_dup(&o->aor, prm->user);
	else
		err = re_sdprintf(&o->aor, "sip:%s@%s", prm->user, prm->realm);
	if (err)
		return err;

	if (!uri_good(o->aor, &uri) || !pl_isset(&uri.user))
		return EINVAL;

	v6 = pl_strchr(&uri.host, ':') != NULL;
	err = re_sdprintf(&o->domain, v6 ? "[%r]" : "%r", &uri.host);
	if (!err && uri.port) {
		char *host = o->domain;

		err = re_sdprintf(&o->domain, "%s:%u", host, uri.port);
		mem_deref(host);
	}
	return err ? err : re_sdprintf(&o->registrar, "sip:%s", o->domain);
}

static int from_set(struct origin *o, const char *name)
{
	struct pl pl;

	if (!str_isset(name))
		return re_sdprintf(&o->from, "<%s>", o->aor);

	if (!header_safe_str(name))
		return EINVAL;

	pl_set_str(&pl, name);
	return re_sdprintf(&o->from, "\"%H\" <%s>", escape_quote, &pl, o->aor);
}

static int proxy_set(struct origin *o, const char *proxy)
{
	struct uri uri;
	const char *lr = ";lr";

	if (!str_isset(proxy))
		return 0;
	if (!is_uri(proxy) || !uri_good(proxy, &uri))
		return EINVAL;
	if (!grammar_param(NULL, &uri.params, "lr"))
		lr = "";

	return re_sdprintf(&o->proxy, "<%s%s>", proxy, lr);
}

static int identity_set(struct origin *o, const struct origin_params *prm)
{
	int err;

	err = token_make(o->user);
	err = err ? err
		  : re_sdprintf(&o->contact, "sip:%s@%s;transport=ws%s",
				o->user, transactions_host(o->trans),
				prm->rtcweb_breaker ? ";rtcweb-breaker=yes"
						    : "");
	if (err || !prm->instance)
		return err;
	if (!header_safe_str(prm->instance))
		return EINVAL;

	o->reg_id = prm->reg_id ? prm->reg_id : 1;
	return str_dup(&o->instance, prm->instance);
}

static const char reliable[] = ", 100rel";

static int policy_set(struct origin *o, const struct origin_params *prm)
{
	size_t n = ARRAY_SIZE(methodv);

	memcpy(o->allowv, methodv, sizeof(methodv));
	if (prm->methods & ORIGIN_MESSAGE)
		o->allowv[n++].name = "MESSAGE";
	if (prm->methods & ORIGIN_REGISTER)
		o->allowv[n++].name = "REGISTER";
	if (prm->transfers || prm->methods & ORIGIN_NOTIFY)
		o->allowv[n++].name = "NOTIFY";
	if (prm->transferable)
		o->allowv[n++].name = "REFER";

	o->policy.methodv = o->allowv;
	o->policy.methodc = n;
	(void)re_snprintf(o->supported, sizeof(o->supported),
			  "outbound%s, timer, answermode%s%s%s",
			  o->gruus == ORIGIN_GRUU_NONE ? "" : ", gruu",
			  prm->transferable ? ", norefersub" : "",
			  prm->replaceable ? ", replaces" : "", reliable);
	o->policy.supported = o->supported;
	if (!(prm->methods & ORIGIN_MESSAGE) || !prm->message_types)
		return 0;
	if (!header_safe_str(prm->message_types))
		return EINVAL;
	if (str_dup(&o->types, prm->message_types))
		return ENOMEM;

	o->allowv[ARRAY_SIZE(methodv)].accept = o->types;
	return 0;
}

int origin_alloc(struct origin **op, const struct origin_params *prm,
		 struct transactions *trans, struct credentials *cred)
{
	struct origin *o;
	int err;

	assert(op && prm && trans);

	o = mem_zalloc(sizeof(*o), origin_destructor);
	if (!o)
		return ENOMEM;

	o->trans = mem_ref(trans);
	o->cred = mem_ref(cred);
	o->session_timer = (uint32_t)(prm->session_timer / CLOCK_S);
	o->reliable = prm->reliable;
	o->replaceable = prm->replaceable;
	o->click2call = prm->click2call;
	/* The gateway reads its parameters in the address of ours */
	o->gruus = prm->rtcweb_breaker || prm->click2call ? ORIGIN_GRUU_NONE
							  : prm->gruu;
	transactions_set_transport(trans, prm->insecure ? "WS" : "WSS");
	err = aor_set(o, prm);
	err = err ? err : from_set(o, prm->display_name);
	err = err ? err : proxy_set(o, prm->outbound_proxy);
	err = err ? err : identity_set(o, prm);
	err = err ? err : policy_set(o, prm);
	if (!err && prm->caps)
		err = header_safe_str(prm->caps) ? str_dup(&o->caps, prm->caps)
						 : EINVAL;

	if (err)
		mem_deref(o);
	else
		*op = o;
	return err;
}

struct transactions *origin_transactions(const struct origin *o)
{
	return o->trans;
}

struct credentials *origin_credentials(const struct origin *o)
{
	return o->cred;
}

struct list *origin_exchanges(struct origin *o)
{
	return &o->exchangel;
}

bool origin_up(const struct origin *o)
{
	return o->up;
}

void origin_set_up(struct origin *o, bool up)
{
	o->up = up;
}

const char *origin_aor(const struct origin *o)
{
	return o->aor;
}

const char *origin_from(const struct origin *o)
{
	return o->from;
}

const char *origin_registrar(const struct origin *o)
{
	return o->registrar;
}

const char *origin_gruu_param(const struct origin *o)
{
	return o->gruus == ORIGIN_GRUU_PUBLIC	   ? "pub-gruu"
	       : o->gruus == ORIGIN_GRUU_TEMPORARY ? "temp-gruu"
						   : NULL;
}

bool origin_is_contact(const struct origin *o, const struct uri *uri)
{
	return !pl_strcmp(&uri->user, o->user);
}

static bool service_route_put(const struct sip_hdr *hdr,
			      const struct sip_msg *msg, void *arg)
{
	struct origin *o = arg;
	struct sip_taddr addr;
	(void)msg;

	if (hdr->val.l > ORIGIN_TEXT_MAX || !header_safe(&hdr->val) ||
	    grammar_addr(&addr, &hdr->val))
		return false;
	if (pl_strdup(&o->routev[o->routec], &hdr->val))
		return true;

	return ++o->routec == ORIGIN_ROUTES_MAX;
}

void origin_learn(struct origin *o, const struct sip_msg *ok,
		  const struct pl *gruu)
{
	struct uri uri;

	forget(o);
	if (!ok)
		return;

	(void)sip_msg_hdr_apply(ok, true, SIP_HDR_SERVICE_ROUTE,
				service_route_put, o);
	if (pl_isset(gruu) && gruu->l <= ORIGIN_TEXT_MAX && header_safe(gruu) &&
	    !grammar_uri(&uri, gruu))
		(void)pl_strdup(&o->gruu, gruu);
}

int origin_complete(char **urip, const struct origin *o, const char *to)
{
	struct uri uri;
	struct pl user;
	char *str = NULL;
	int err;

	if (!str_isset(to))
		return EINVAL;

	if (is_uri(to))
		err = str_dup(&str, to);
	else if (strchr(to, '@'))
		err = re_sdprintf(&str, "sip:%s", to);
	else {
		pl_set_str(&user, to);
		err = re_sdprintf(&str, "sip:%H@%s", escape_user, &user,
				  o->domain);
	}
	if (!err && !uri_good(str, &uri))
		err = EINVAL;

	if (err)
		mem_deref(str);
	else
		*urip = str;
	return err;
}

void origin_fill_routes(const struct origin *o, struct request *r, bool service)
{
	r->routev = NULL;
	r->routec = 0;
	if (service && o->routec) {
		r->routev = (const char *const *)o->routev;
		r->routec = o->routec;
	} else if (o->proxy) {
		r->routev = (const char *const *)&o->proxy;
		r->routec = 1;
	}
}

static int add_contact(struct mbuf *headers, const struct origin *o,
		       const char *params, const char *caps)
{
	return header_add(
		headers, "Contact", "<%s%s%s>%s%s",
		o->gruu ? o->gruu : o->contact, o->click2call ? CLICK2CALL : "",
		!o->gruu && o->instance ? ";ob" : "", params, caps ? caps : "");
}

int origin_add_contact(struct mbuf *headers, const struct origin *o,
		       const char *caps)
{
	return add_contact(headers, o, "", caps ? caps : o->caps);
}

int origin_add_calling(struct mbuf *headers, const struct origin *o,
		       const char *caps)
{
	char *secret = NULL;
	int err = re_sdprintf(&secret, "%H", credentials_tell, o->cred);

	if (err)
		return err;

	err = add_contact(headers, o, secret, caps ? caps : o->caps);
	mbedtls_platform_zeroize(secret, strlen(secret));
	mem_deref(secret);
	return err;
}

int origin_add_capable(struct mbuf *headers, const struct origin *o)
{
	return add_contact(headers, o, ";audio;mobility=\"fixed\"", o->caps);
}

int origin_add_binding(struct mbuf *headers, const struct origin *o,
		       uint32_t expires)
{
	const char *caps = o->caps ? o->caps : "";
	const char *click = o->click2call ? CLICK2CALL : "";

	if (!o->instance)
		return header_add(headers, "Contact", "<%s>%s%s;expires=%u",
				  o->contact, click, caps, expires);

	return header_add(headers, "Contact",
			  "<%s>%s;+sip.instance=\"<%s>\";reg-id=%u%s"
			  ";expires=%u",
			  o->contact, click, o->instance, o->reg_id, caps,
			  expires);
}

int origin_add_allow(struct mbuf *headers, const struct origin *o)
{
	int err = screen_add_allow(headers, &o->policy);

	return err ? err
		   : header_add(headers, "Supported", "%s",
				o->policy.supported);
}

int origin_add_allow_unreliable(struct mbuf *headers, const struct origin *o)
{
	const size_t l = strlen(o->supported) - strlen(reliable);
	int err = screen_add_allow(headers, &o->policy);

	return err ? err
		   : header_add(headers, "Supported", "%b", o->supported, l);
}

uint32_t origin_session_timer(const struct origin *o)
{
	return o->session_timer;
}

bool origin_reliable(const struct origin *o)
{
	return o->reliable;
}

const struct screen_policy *origin_policy(const struct origin *o)
{
	return &o->policy;
}

void origin_bury(struct origin *o, struct dialog *d)
{
	if (o->replaceable)
		graves_put(&o->graves, d);
}

bool origin_buried(const struct origin *o, const struct replaces *r)
{
	return graves_have(&o->graves, r);
}

int origin_print(struct re_printf *pf, const struct origin *o)
{
	return re_hprintf(pf, "%s flow=%s routes=%zu gruu=%s exchanges=%u",
			  o->aor, o->up ? "up" : "down", o->routec,
			  o->gruu ? o->gruu : "none",
			  list_count(&o->exchangel));
}
